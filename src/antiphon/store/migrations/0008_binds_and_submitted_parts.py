"""What customers who bind over SMPP need: short secrets, parts that wait, calls that are kept."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_OPEN = sa.text("state = 'kept' OR state = 'telling'")
_WAITING = sa.text("message_id IS NULL")


def upgrade() -> None:
    op.add_column("credentials", sa.Column("system_id", sa.Text, nullable=False, server_default=""))
    op.add_column("credentials", sa.Column("bind_hash", sa.Text))
    op.add_column("credentials", sa.Column("short_key_hash", sa.Text))
    op.execute("UPDATE credentials SET system_id = substr(login, 1, 15)")
    op.create_index("ix_credentials_system_id", "credentials", ["system_id"])
    op.create_index("ix_credentials_account_id", "credentials", ["account_id"])
    op.create_index(
        "ix_callbacks_kept", "callbacks", ["endpoint", "due_at", "id"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_table(
        "submitted_parts",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("reference", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("octets", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_submitted_parts"),
        sqlite_with_rowid=False,
    )
    for name, columns in (("waiting", ["account_id", "receiver", "reference"]), ("expiring", ["created_at"])):
        op.create_index(
            f"ix_submitted_parts_{name}",
            "submitted_parts",
            columns,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        )
    op.create_index("ix_submitted_parts_created_at", "submitted_parts", ["created_at"])
