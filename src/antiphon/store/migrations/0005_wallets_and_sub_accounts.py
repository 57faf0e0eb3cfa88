"""Money, accounts below accounts, and what an account has set for all its campaigns."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("parent_id", sa.BigInteger))
    for name in ("first_name", "last_name", "company"):
        op.add_column("accounts", sa.Column(name, sa.Text))
    op.add_column("accounts", sa.Column("parameters", sa.JSON().with_variant(JSONB(), "postgresql")))
    below = sa.text("parent_id IS NOT NULL")
    op.create_index("ix_accounts_parent", "accounts", ["parent_id"], sqlite_where=below, postgresql_where=below)
    op.add_column("credentials", sa.Column("key_hint", sa.Text, nullable=False, server_default=""))
    op.add_column("credentials", sa.Column("password_hash", sa.Text))
    op.create_table(
        "wallets",
        sa.Column("account_id", sa.BigInteger, autoincrement=False),
        sa.Column("balance", sa.BigInteger, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_wallets"),
    )
    op.create_table(
        "ledger",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("campaign_id", sa.BigInteger),
        sa.Column("note", sa.Text),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_ledger"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "transfer_tokens",
        sa.Column("account_id", sa.BigInteger, autoincrement=False),
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("receiver_id", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_transfer_tokens"),
    )
