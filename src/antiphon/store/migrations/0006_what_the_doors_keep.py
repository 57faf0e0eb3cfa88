"""Campaigns to several lists, files that are read into lists, automations, callbacks, and remembered answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

_Json = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("lists", sa.Column("tag", sa.Text))
    op.add_column("lists", sa.Column("dynamic", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("contact_tags", sa.Column("given", sa.BigInteger, nullable=False, server_default="0"))
    op.drop_index("ix_contact_tags_contact", "contact_tags")
    op.create_index("ix_contact_tags_contact", "contact_tags", ["account_id", "contact_id", "given"])
    op.add_column("replies", sa.Column("receiver", sa.Text))
    op.create_table(
        "entries",
        *_key(),
        sa.Column("contact_id", sa.BigInteger, nullable=False),
        sa.Column("list_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_entries"),
        sa.UniqueConstraint("account_id", "contact_id", "list_id", name="uq_entries_account_id_contact_id_list_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_entries_list", "entries", ["account_id", "list_id"])
    _campaigns()
    _imports()
    op.create_table(
        "automations",
        *_key(),
        sa.Column("receiver", sa.Text),
        sa.Column("match", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("actions", _Json, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_automations"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "automation_answers",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("automation_id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "number", "automation_id", name="pk_automation_answers"),
        sqlite_with_rowid=False,
    )
    _callbacks()
    op.create_table(
        "answers",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("request_hash", sa.Text, nullable=False),
        sa.Column("process_id", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("headers", _Json),
        sa.Column("body", sa.Text),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "key", name="pk_answers"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_answers_expires_at", "answers", ["expires_at"])


def _campaigns() -> None:
    columns = (
        sa.Column("name", sa.Text),
        sa.Column("audience_names", _Json),
        sa.Column("audience_ids", _Json),
        sa.Column("syntax", sa.Text, nullable=False, server_default="braces"),
        sa.Column("end_at", sa.BigInteger),
        sa.Column("archived_at", sa.BigInteger),
        sa.Column("callbacks", _Json),
        sa.Column("extras", _Json),
    )
    for column in columns:
        op.add_column("campaigns", column)
    names = ("audience", "audience_name", "audience_id", "audience_names", "audience_ids")
    table = sa.table("campaigns", *(sa.column(name) for name in names))
    array = sa.func.jsonb_build_array if op.get_bind().dialect.name == "postgresql" else sa.func.json_array
    named = {"audience_names": array(table.c.audience_name), "audience_ids": array(table.c.audience_id)}
    op.execute(table.update().where(table.c.audience != "numbers").values(named))
    op.drop_column("campaigns", "audience_name")
    op.drop_column("campaigns", "audience_id")
    _partial("ix_campaigns_ending", "campaigns", "end_at", "end_at IS NOT NULL AND ended_at IS NULL")
    _partial("ix_campaigns_made", "campaigns", "account_id id", "audience <> 'numbers' OR voice_language IS NOT NULL")
    _partial("ix_campaigns_stopping", "campaigns", "id", "state = 'stopped' AND ended_at IS NULL")


def _imports() -> None:
    op.create_table(
        "imports",
        *_key(),
        sa.Column("list_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("dynamic", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("total", "added", "duplicates", "failed")),
        sa.Column("reason", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_imports"),
        sqlite_with_rowid=False,
    )
    _partial("ix_imports_working", "imports", "id", "state = 'working'")
    op.create_table(
        "import_parts",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("import_id", sa.BigInteger, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("drafts", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "import_id", "part", name="pk_import_parts"),
        sqlite_with_rowid=False,
    )


def _callbacks() -> None:
    op.create_table(
        "callbacks",
        *_key(),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("form", sa.Boolean, nullable=False),
        sa.Column("event", _Json, nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("status", sa.Integer),
        sa.Column("answer", sa.Text),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_callbacks"),
        sqlite_with_rowid=False,
    )
    _partial("ix_callbacks_due", "callbacks", "due_at id", "state = 'waiting'")


def _key() -> tuple[sa.Column[int], sa.Column[int]]:
    return sa.Column("account_id", sa.BigInteger, nullable=False), sa.Column("id", sa.BigInteger, nullable=False)


def _partial(name: str, table: str, columns: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns.split(), sqlite_where=where, postgresql_where=where)
