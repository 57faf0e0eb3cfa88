"""Operators, and what is asked of one message: its replies and all of its callbacks."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_TELLS = sa.text("message_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("credentials", sa.Column("operator", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index("ix_replies_number", "replies", ["account_id", "number"])
    op.drop_index("ix_callbacks_message", "callbacks")
    op.create_index(
        "ix_callbacks_message",
        "callbacks",
        ["account_id", "message_id", "state"],
        sqlite_where=_TELLS,
        postgresql_where=_TELLS,
    )
