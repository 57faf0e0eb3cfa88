"""Campaigns that leave little by little or after a canary, accounts with a rate, how fast the lanes are."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"

_Json = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("pacing", _Json))
    op.add_column("campaigns", sa.Column("next_at", sa.BigInteger))
    op.add_column("campaigns", sa.Column("canary_left", sa.Integer))
    paused = sa.text("state = 'paused'")
    op.create_index("ix_campaigns_paused", "campaigns", ["id"], sqlite_where=paused, postgresql_where=paused)
    op.create_table(
        "died",
        sa.Column("id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("id", name="pk_died"),
    )
    op.create_table(
        "account_rates",
        sa.Column("account_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("per_second", sa.Float, nullable=False),
        sa.Column("next_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_rates"),
    )
    op.create_table(
        "speeds",
        sa.Column("carrier", sa.Text, nullable=False),
        sa.Column("per_second", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("carrier", name="pk_speeds"),
    )
