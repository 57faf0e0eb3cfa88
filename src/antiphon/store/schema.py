"""What is kept? Every table, once.

Every key begins with the account, so that the tables can be spread over many machines by it. What is looked up before
the account is known is the exception: credentials, processes, a carrier's reference, and what the workers do next.
Money is micro-units.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from antiphon.store.instants import Instant

_Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"},
)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


accounts = Table(
    "accounts",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("sid", Text, nullable=False, unique=True),
    Column("region", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("parent_id", BigInteger),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("company", Text),
    Column("parameters", _Json),
)
Index("ix_accounts_parent", accounts.c.parent_id, **_where("parent_id IS NOT NULL"))

credentials = Table(
    "credentials",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("login", Text, nullable=False, unique=True),
    Column("secret_hash", Text, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("key_hint", Text, nullable=False, server_default=""),
    Column("password_hash", Text),
)

# A running program. Its node keeps its ids apart from all others'; what it claimed is in doubt when it is dead.
processes = Table(
    "processes",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("node", Integer, nullable=False, unique=True),
    Column("alive_until", Instant, nullable=False),
)

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
    Column("attributes", _Json),
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
    PrimaryKeyConstraint("account_id", "tag_id", "contact_id"),
    Index("ix_contact_tags_contact", "account_id", "contact_id"),
    sqlite_with_rowid=False,
)

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("number", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("source", Text, nullable=False),
    Column("words", Text),
    PrimaryKeyConstraint("account_id", "number"),
    sqlite_with_rowid=False,
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("sender", Text),
    Column("purpose", Text, nullable=False),
    Column("send_at", Instant),
    Column("with_replies", Boolean, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("messages", BigInteger, nullable=False),
    Column("opted_out", BigInteger, nullable=False),
    Column("segments", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reason", Text),
    Column("created_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("quality", Text, nullable=False, server_default="premium"),
    Column("voice_gender", Text),
    Column("voice_language", Text),
    Column("reserved", BigInteger, nullable=False, server_default="0"),
    Column("ended_at", Instant),
    Column("name", Text),
    Column("audience_names", _Json),
    Column("audience_ids", _Json),
    Column("syntax", Text, nullable=False, server_default="braces"),
    Column("end_at", Instant),
    Column("archived_at", Instant),
    Column("callbacks", _Json),
    Column("extras", _Json),
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)


# What the workers look for over all accounts, each in the order in which it is worked off.
Index("ix_campaigns_calculating", campaigns.c.id, **_where("state = 'calculating'"))
Index("ix_campaigns_scheduled", campaigns.c.send_at, **_where("state = 'scheduled'"))
Index("ix_campaigns_sending", campaigns.c.audience, campaigns.c.id, **_where("state = 'sending'"))
Index("ix_campaigns_ending", campaigns.c.end_at, **_where("end_at IS NOT NULL AND ended_at IS NULL"))
Index("ix_campaigns_stopping", campaigns.c.id, **_where("state = 'stopped' AND ended_at IS NULL"))
# What a client asks for of its own: the last one that it has not confirmed, and how many it has cancelled.
Index("ix_campaigns_ready", campaigns.c.account_id, campaigns.c.id, **_where("state = 'ready'"))
Index("ix_campaigns_cancelled", campaigns.c.account_id, campaigns.c.ended_at, **_where("state = 'cancelled'"))

messages = Table(
    "messages",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("campaign_id", BigInteger, nullable=False),
    Column("number", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("text", Text),
    Column("segments", Integer, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("process_id", BigInteger),
    Column("carrier", Text),
    Column("reference", Text),
    Column("error", Text),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
    UniqueConstraint("account_id", "campaign_id", "number"),
    sqlite_with_rowid=False,
)
Index(
    "ix_messages_open",
    messages.c.account_id,
    messages.c.campaign_id,
    messages.c.state,
    messages.c.id,
    **_where("state = 'waiting' OR state = 'submitting'"),
)
Index("ix_messages_reference", messages.c.carrier, messages.c.reference, **_where("reference IS NOT NULL"))

replies = Table(
    "replies",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("campaign_id", BigInteger),
    Column("number", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("receiver", Text),
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)

# A wallet is what makes an account metered. Its balance is the sum of its ledger.
wallets = Table(
    "wallets",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("balance", BigInteger, nullable=False),
    Column("opened_at", Instant, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("campaign_id", BigInteger),
    Column("note", Text),
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)

# At most one token of an account is valid at a time.
transfer_tokens = Table(
    "transfer_tokens",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("token_hash", Text, nullable=False),
    Column("receiver_id", BigInteger, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

request_ids = Table(
    "request_ids",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    PrimaryKeyConstraint("account_id", "request_id"),
    Index("ix_request_ids_expires_at", "expires_at"),
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
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)
Index("ix_imports_working", imports.c.id, **_where("state = 'working'"))

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

# What is done by itself when somebody answers.
automations = Table(
    "automations",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("receiver", Text),
    Column("match", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("actions", _Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)

# What we owe to a customer's server, committed with what it tells of.
callbacks = Table(
    "callbacks",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("url", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("form", Boolean, nullable=False),
    Column("event", _Json, nullable=False),
    Column("message_id", BigInteger),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("status", Integer),
    Column("answer", Text),
    Column("error", Text),
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)
Index("ix_callbacks_due", callbacks.c.due_at, callbacks.c.id, **_where("state = 'waiting'"))

# What was answered to a request that carried a key of its own; no status yet while it is being worked on.
answers = Table(
    "answers",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("key", Text, nullable=False),
    Column("request_hash", Text, nullable=False),
    Column("process_id", BigInteger, nullable=False),
    Column("status", Integer),
    Column("headers", _Json),
    Column("body", Text),
    Column("expires_at", Instant, nullable=False),
    PrimaryKeyConstraint("account_id", "key"),
    Index("ix_answers_expires_at", "expires_at"),
    sqlite_with_rowid=False,
)
