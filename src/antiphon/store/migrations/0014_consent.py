"""The ledger of consent, opt-outs of single lists, what is held for review, and how STOP is answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"

_HELD = sa.text("held_id IS NOT NULL")


def upgrade() -> None:
    _add_ledger()
    _rebuild_opt_outs()
    op.create_table(
        "wordings",
        sa.Column("account_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("wording", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_wordings"),
    )
    op.create_table(
        "word_answers",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "number", "asked", name="pk_word_answers"),
        sqlite_with_rowid=False,
    )
    op.add_column("campaigns", sa.Column("despite_opt_out", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("imports", sa.Column("protected", sa.BigInteger, nullable=False, server_default="0"))


def _add_ledger() -> None:
    """With a line for each opt-out that there is: the oldest have the smallest ids, far below all that are made."""
    op.create_table(
        "consents",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("list_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("noted_at", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("words", sa.Text),
        sa.Column("campaign_id", sa.BigInteger),
        sa.Column("who", sa.Text),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_consents"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_consents_number", "consents", ["account_id", "number", "id"])
    op.execute(
        "INSERT INTO consents (account_id, id, number, list_id, kind, at, noted_at, source, words) "
        "SELECT account_id, row_number() OVER (PARTITION BY account_id ORDER BY at, number), "
        "number, 0, 'opted_out', at, at, source, words FROM opt_outs"
    )


def _rebuild_opt_outs() -> None:
    """Another primary key is another table, at least to SQLite; all that is in it has just gone into the ledger."""
    op.drop_table("opt_outs")
    op.create_table(
        "opt_outs",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("words", sa.Text),
        sa.Column("list_id", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("state", sa.Text, nullable=False, server_default="out"),
        sa.Column("line_id", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("held_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("account_id", "number", "list_id", name="pk_opt_outs"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_opt_outs_held", "opt_outs", ["account_id", "held_id"], sqlite_where=_HELD, postgresql_where=_HELD
    )
    op.execute(
        "INSERT INTO opt_outs (account_id, number, at, source, words, line_id) "
        "SELECT account_id, number, at, source, words, id FROM consents"
    )
