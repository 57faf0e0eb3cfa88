"""What a campaign to written numbers and a spoken one need, and the workers' queues in the order of the work."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("quality", sa.Text, nullable=False, server_default="premium"))
    op.add_column("campaigns", sa.Column("voice_gender", sa.Text))
    op.add_column("campaigns", sa.Column("voice_language", sa.Text))
    op.add_column("campaigns", sa.Column("reserved", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("campaigns", sa.Column("ended_at", sa.BigInteger))
    op.drop_index("ix_campaigns_busy", "campaigns")
    _partial("ix_campaigns_calculating", "id", "calculating")
    _partial("ix_campaigns_scheduled", "send_at", "scheduled")
    _partial("ix_campaigns_sending", "audience id", "sending")
    _partial("ix_campaigns_ready", "account_id id", "ready")
    _partial("ix_campaigns_cancelled", "account_id ended_at", "cancelled")
    op.create_table(
        "request_ids",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "request_id", name="pk_request_ids"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_request_ids_expires_at", "request_ids", ["expires_at"])


def _partial(name: str, columns: str, state: str) -> None:
    where = sa.text(f"state = '{state}'")
    op.create_index(name, "campaigns", columns.split(), sqlite_where=where, postgresql_where=where)
