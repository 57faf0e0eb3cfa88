"""Who can be written to, and who wants no more?"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from antiphon.store.instants import Instant
from antiphon.store.schema.tables import Json, metadata, where

contacts = Table(
    "contacts",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("number", Text, nullable=False),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("company", Text),
    Column("email", Text),
    Column("attributes", Json),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
    UniqueConstraint("account_id", "number"),
    sqlite_with_rowid=False,
)

lists = Table(
    "lists",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("tag", Text),
    Column("dynamic", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("account_id", "id"),
    UniqueConstraint("account_id", "name"),
    sqlite_with_rowid=False,
)

list_members = Table(
    "list_members",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("list_id", BigInteger, nullable=False),
    Column("contact_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("account_id", "list_id", "contact_id"),
    Index("ix_list_members_contact", "account_id", "contact_id"),
    sqlite_with_rowid=False,
)

# A contact on one list, by an id of its own: for doors that know a person only as somebody on one list.
entries = Table(
    "entries",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("contact_id", BigInteger, nullable=False),
    Column("list_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
    UniqueConstraint("account_id", "contact_id", "list_id"),
    Index("ix_entries_list", "account_id", "list_id"),
    sqlite_with_rowid=False,
)

tags = Table(
    "tags",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
    UniqueConstraint("account_id", "name"),
    sqlite_with_rowid=False,
)

contact_tags = Table(
    "contact_tags",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("tag_id", BigInteger, nullable=False),
    Column("contact_id", BigInteger, nullable=False),
    Column("given", BigInteger, nullable=False, server_default="0"),  # an id: of two tags the newer has the larger
    PrimaryKeyConstraint("account_id", "tag_id", "contact_id"),
    # With all that is asked of a contact's tags: without `given` SQLite reads the tags of the whole account instead.
    Index("ix_contact_tags_contact", "account_id", "contact_id", "given"),
    sqlite_with_rowid=False,
)

# How a number stands to everything (the list 0), or to one list: what its lines in the ledger come to.
opt_outs = Table(
    "opt_outs",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("number", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("source", Text, nullable=False),
    Column("words", Text),
    Column("list_id", BigInteger, nullable=False, server_default="0"),
    Column("state", Text, nullable=False, server_default="out"),
    Column("line_id", BigInteger, nullable=False, server_default="0"),
    Column("held_id", BigInteger),
    PrimaryKeyConstraint("account_id", "number", "list_id"),
    sqlite_with_rowid=False,
)
Index("ix_opt_outs_held", opt_outs.c.account_id, opt_outs.c.held_id, **where("held_id IS NOT NULL"))

# The ledger: all that was ever said of being written to. Lines are added, never changed.
consents = Table(
    "consents",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("number", Text, nullable=False),
    Column("list_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("noted_at", Instant, nullable=False),
    Column("source", Text, nullable=False),
    Column("words", Text),
    Column("campaign_id", BigInteger),
    Column("who", Text),
    PrimaryKeyConstraint("account_id", "id"),
    Index("ix_consents_number", "account_id", "number", "id"),
    sqlite_with_rowid=False,
)

# How an account answers to STOP, START and HELP, where it has said so.
wordings = Table(
    "wordings",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("wording", Json, nullable=False),
)

# When a number was last answered to one of these words.
word_answers = Table(
    "word_answers",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("number", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("account_id", "number", "asked"),
    sqlite_with_rowid=False,
)

# A file that is being read into a list; what is left of it waits in parts.
imports = Table(
    "imports",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("list_id", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("dynamic", Boolean, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("added", BigInteger, nullable=False),
    Column("duplicates", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("reason", Text),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("protected", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)
Index("ix_imports_working", imports.c.id, **where("state = 'working'"))

import_parts = Table(
    "import_parts",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("import_id", BigInteger, nullable=False),
    Column("part", Integer, nullable=False),
    Column("drafts", Text, nullable=False),
    PrimaryKeyConstraint("account_id", "import_id", "part"),
    sqlite_with_rowid=False,
)
