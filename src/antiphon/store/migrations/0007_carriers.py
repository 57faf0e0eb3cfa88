"""Carriers and routes, messages in parts, early receipts, and the times of a message's way."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"

_Json = sa.JSON().with_variant(JSONB(), "postgresql")
_OPEN = sa.text("state = 'waiting' OR state = 'submitting' OR state = 'held'")


def upgrade() -> None:
    _messages()
    told = sa.text("callbacks IS NOT NULL")
    op.create_index("ix_campaigns_telling", "campaigns", ["account_id"], sqlite_where=told, postgresql_where=told)
    op.create_table(
        "carriers",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.Text),
        sa.Column("is_default", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("paused", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_carriers"),
    )
    op.create_table(
        "routes",
        sa.Column("id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("strategy", sa.Text, nullable=False),
        sa.Column("choices", _Json, nullable=False),
        sa.Column("account_id", sa.BigInteger),
        sa.Column("country", sa.Text),
        sa.Column("prefix", sa.Text),
        sa.Column("sender", sa.Text),
        sa.Column("purpose", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_routes"),
    )
    _lanes()
    _news()


def _messages() -> None:
    op.add_column("messages", sa.Column("attempts", sa.Integer, nullable=False, server_default="0"))
    for name in ("due_at", "claimed_at", "answered_at", "reported_at"):
        op.add_column("messages", sa.Column(name, sa.BigInteger))
    op.drop_index("ix_messages_open", "messages")
    op.create_index(
        "ix_messages_open",
        "messages",
        ["account_id", "campaign_id", "state", "id"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    for name, columns, there in (
        ("held", ["due_at"], sa.text("state = 'held'")),
        ("in_doubt", ["account_id", "campaign_id", "state", "process_id"], sa.text("state = 'in_doubt'")),
    ):
        op.create_index(f"ix_messages_{name}", "messages", columns, sqlite_where=there, postgresql_where=there)
    op.create_index("ix_messages_number", "messages", ["number", "account_id", "id"])


def _lanes() -> None:
    op.create_table(
        "lanes",
        sa.Column("carrier", sa.Text, nullable=False),
        sa.Column("process_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("queued", sa.Integer, nullable=False),
        sa.Column("in_flight", sa.Integer, nullable=False),
        sa.Column("rate", sa.Float, nullable=False),
        sa.Column("accepted", sa.BigInteger, nullable=False),
        sa.Column("refused", sa.BigInteger, nullable=False),
        sa.Column("in_doubt", sa.BigInteger, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("error_at", sa.BigInteger),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("carrier", "process_id", name="pk_lanes"),
        sqlite_with_rowid=False,
    )


def _news() -> None:
    op.create_table(
        "parts",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("carrier", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("fate", sa.Text),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("account_id", "message_id", "part", name="pk_parts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_parts_reference", "parts", ["carrier", "reference"])
    op.create_table(
        "early_receipts",
        sa.Column("carrier", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("fate", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("arrived_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("carrier", "reference", "id", name="pk_early_receipts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_early_receipts_arrived_at", "early_receipts", ["arrived_at"])
    op.create_table(
        "attempts",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("carrier", sa.Text),
        sa.Column("what", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "message_id", "id", name="pk_attempts"),
        sqlite_with_rowid=False,
    )
