"""Replies that come again, in parts or from nowhere; what is counted of them; who was erased, and what is blanked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"

_OF_CAMPAIGN = sa.text("campaign_id IS NOT NULL")
_OF_NUMBER = sa.text("number IS NOT NULL")


def upgrade() -> None:
    op.add_column("replies", sa.Column("message_id", sa.BigInteger))
    op.drop_index("ix_replies_number", "replies")
    op.create_index("ix_replies_number", "replies", ["account_id", "number", "id"])
    op.create_index(
        "ix_replies_campaign",
        "replies",
        ["account_id", "campaign_id"],
        sqlite_where=_OF_CAMPAIGN,
        postgresql_where=_OF_CAMPAIGN,
    )
    op.create_index(
        "ix_early_receipts_number",
        "early_receipts",
        ["number"],
        sqlite_where=_OF_NUMBER,
        postgresql_where=_OF_NUMBER,
    )
    op.create_index("ix_automation_answers_at", "automation_answers", ["account_id", "at"])
    _inbound()
    _personal()


def _inbound() -> None:
    op.create_table(
        "reply_keys",
        sa.Column("carrier", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("carrier", "key", name="pk_reply_keys"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reply_keys_until", "reply_keys", ["until"])
    named = ("carrier", "number", "receiver")
    counted = ("reference", "total", "place")
    op.create_table(
        "reply_parts",
        *(sa.Column(name, sa.Text, nullable=False) for name in named),
        *(sa.Column(name, sa.Integer, nullable=False) for name in counted),
        sa.Column("octets", sa.Text, nullable=False),
        sa.Column("coding", sa.Integer, nullable=False),
        sa.Column("alphabet", sa.Text, nullable=False),
        sa.Column("joined", sa.Boolean, nullable=False),
        sa.Column("arrived_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", "carrier", "receiver", *counted, name="pk_reply_parts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reply_parts_arrived_at", "reply_parts", ["arrived_at"])
    op.create_table(
        "stray_replies",
        sa.Column("id", sa.BigInteger, autoincrement=False),
        sa.Column("carrier", sa.Text),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("receiver", sa.Text),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stray_replies"),
    )
    op.create_index("ix_stray_replies_number", "stray_replies", ["number"])


def _personal() -> None:
    op.create_table(
        "erased",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("opted_out_at", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("key_hint", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "digest", name="pk_erased"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "erasures",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("gone", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_erasures"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "retention",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("upto", sa.BigInteger, nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "name", name="pk_retention"),
        sqlite_with_rowid=False,
    )
