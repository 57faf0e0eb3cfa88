"""Contacts, the lists and tags they are on, and the numbers that want no more."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "contacts",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("first_name", sa.Text),
        sa.Column("last_name", sa.Text),
        sa.Column("company", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("attributes", sa.JSON().with_variant(JSONB(), "postgresql")),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_contacts"),
        sa.UniqueConstraint("account_id", "number", name="uq_contacts_account_id_number"),
        sqlite_with_rowid=False,
    )
    for table in ("lists", "tags"):
        dated = [sa.Column(name, sa.BigInteger, nullable=False) for name in ("created_at", "updated_at")]
        op.create_table(
            table,
            sa.Column("account_id", sa.BigInteger, nullable=False),
            sa.Column("id", sa.BigInteger, nullable=False),
            sa.Column("name", sa.Text, nullable=False),
            *(dated if table == "lists" else []),
            sa.PrimaryKeyConstraint("account_id", "id", name=f"pk_{table}"),
            sa.UniqueConstraint("account_id", "name", name=f"uq_{table}_account_id_name"),
            sqlite_with_rowid=False,
        )
    for table, owner in (("list_members", "list_id"), ("contact_tags", "tag_id")):
        op.create_table(
            table,
            sa.Column("account_id", sa.BigInteger, nullable=False),
            sa.Column(owner, sa.BigInteger, nullable=False),
            sa.Column("contact_id", sa.BigInteger, nullable=False),
            sa.PrimaryKeyConstraint("account_id", owner, "contact_id", name=f"pk_{table}"),
            sqlite_with_rowid=False,
        )
        op.create_index(f"ix_{table}_contact", table, ["account_id", "contact_id"])
    op.create_table(
        "opt_outs",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("words", sa.Text),
        sa.PrimaryKeyConstraint("account_id", "number", name="pk_opt_outs"),
        sqlite_with_rowid=False,
    )
