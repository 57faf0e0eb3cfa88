"""Carriers are asked about messages of which nothing is heard."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_ASKED = sa.text("state = 'accepted' AND due_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_messages_asked", "messages", ["carrier", "due_at"], sqlite_where=_ASKED, postgresql_where=_ASKED
    )
