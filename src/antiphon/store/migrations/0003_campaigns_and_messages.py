"""Campaigns, their messages, and what people answered."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("audience_name", sa.Text, nullable=False),
        sa.Column("audience_id", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("sender", sa.Text),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("send_at", sa.BigInteger),
        sa.Column("with_replies", sa.Boolean, nullable=False),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("messages", sa.BigInteger, nullable=False),
        sa.Column("opted_out", sa.BigInteger, nullable=False),
        sa.Column("segments", sa.BigInteger, nullable=False),
        sa.Column("cost", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("confirmed_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_campaigns"),
        sqlite_with_rowid=False,
    )
    _partial("ix_campaigns_busy", "campaigns", "account_id state id", "calculating scheduled sending")
    op.create_table(
        "messages",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("campaign_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("segments", sa.Integer, nullable=False),
        sa.Column("cost", sa.BigInteger, nullable=False),
        sa.Column("process_id", sa.BigInteger),
        sa.Column("carrier", sa.Text),
        sa.Column("reference", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_messages"),
        sa.UniqueConstraint("account_id", "campaign_id", "number", name="uq_messages_account_id_campaign_id_number"),
        sqlite_with_rowid=False,
    )
    _partial("ix_messages_open", "messages", "account_id campaign_id state id", "waiting submitting")
    known = sa.text("reference IS NOT NULL")
    op.create_index(
        "ix_messages_reference",
        "messages",
        ["carrier", "reference"],
        sqlite_where=known,
        postgresql_where=known,
    )
    op.create_table(
        "replies",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("campaign_id", sa.BigInteger),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_replies"),
        sqlite_with_rowid=False,
    )


def _partial(name: str, table: str, columns: str, states: str) -> None:
    where = sa.text(" OR ".join(f"state = '{state}'" for state in states.split()))
    op.create_index(name, table, columns.split(), sqlite_where=where, postgresql_where=where)
