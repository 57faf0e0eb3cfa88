"""Every attempt of a callback, the servers that are left alone, and what our own callbacks are signed with."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("callbacks", sa.Column("campaign_id", sa.BigInteger))
    table = sa.table("callbacks", sa.column("campaign_id"), sa.column("event"))
    postgres = op.get_bind().dialect.name == "postgresql"
    written = sa.text("event ->> 'campaign_id'" if postgres else "json_extract(event, '$.campaign_id')")
    op.execute(table.update().values(campaign_id=sa.cast(written, sa.BigInteger)))
    _partial("ix_callbacks_endpoint", "endpoint due_at id", "state = 'waiting'")
    _partial("ix_callbacks_campaign", "account_id campaign_id id", "campaign_id IS NOT NULL")
    _partial("ix_callbacks_order", "message_id id", "state = 'waiting' AND message_id IS NOT NULL")
    _partial("ix_callbacks_failed", "account_id id", "state = 'failed'")
    op.create_table(
        "callback_attempts",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("callback_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Float),
        sa.Column("status", sa.Integer),
        sa.Column("answer", sa.Text),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("account_id", "callback_id", "id", name="pk_callback_attempts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "endpoints",
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("rest_until", sa.BigInteger, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("endpoint", name="pk_endpoints"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "signing_secrets",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_signing_secrets"),
        sqlite_with_rowid=False,
    )


def _partial(name: str, columns: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "callbacks", columns.split(), sqlite_where=where, postgresql_where=where)
