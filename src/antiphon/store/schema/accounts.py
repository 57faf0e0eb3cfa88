"""Who may come in, and what have they paid?"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    false,
)

from antiphon.store.instants import Instant
from antiphon.store.schema.tables import Json, metadata, where

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
    Column("parameters", Json),
)
Index("ix_accounts_parent", accounts.c.parent_id, **where("parent_id IS NOT NULL"))

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
    Column("system_id", Text, nullable=False, server_default=""),
    Column("bind_hash", Text),
    Column("short_key_hash", Text),
    Column("operator", Boolean, nullable=False, server_default=false()),
    Index("ix_credentials_system_id", "system_id"),
    Index("ix_credentials_account_id", "account_id"),
)

# A running program. Its node keeps its ids apart from all others'; what it claimed is in doubt when it is dead.
processes = Table(
    "processes",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("node", Integer, nullable=False, unique=True),
    Column("alive_until", Instant, nullable=False),
)

# Those that have died, until what they were sending is in doubt.
died = Table("died", metadata, Column("id", BigInteger, primary_key=True, autoincrement=False))

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

# What was answered to a request that carried a key of its own; no status yet while it is being worked on.
answers = Table(
    "answers",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("key", Text, nullable=False),
    Column("request_hash", Text, nullable=False),
    Column("process_id", BigInteger, nullable=False),
    Column("status", Integer),
    Column("headers", Json),
    Column("body", Text),
    Column("expires_at", Instant, nullable=False),
    PrimaryKeyConstraint("account_id", "key"),
    Index("ix_answers_expires_at", "expires_at"),
    sqlite_with_rowid=False,
)

# How many messages a second an account may send, where that is limited.
account_rates = Table(
    "account_rates",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("per_second", Float, nullable=False),
    Column("next_at", Instant),
)
