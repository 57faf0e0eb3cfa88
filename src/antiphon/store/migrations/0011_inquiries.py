"""Carriers are asked about messages of which nothing is heard, and to call some back."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_ASKED = sa.text("state = 'accepted' AND due_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_messages_asked", "messages", ["carrier", "due_at"], sqlite_where=_ASKED, postgresql_where=_ASKED
    )
    op.create_table(
        "recalls",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.Column("carrier", sa.Text, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "message_id", name="pk_recalls"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_recalls_due_at", "recalls", ["carrier", "due_at"])
