"""By which ways do texts leave, and what have those said of them?"""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, PrimaryKeyConstraint, Table, Text, false

from antiphon.store.instants import Instant
from antiphon.store.schema.tables import Json, metadata, where

# Carriers belong to the installation, not to an account. The URL is without its password, which `secret` holds sealed.
carriers = Table(
    "carriers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("secret", Text),
    Column("is_default", Boolean, nullable=False, server_default=false()),
    Column("paused", Boolean, nullable=False, server_default=false()),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

# The first route that fits a message, by position and then by id, says which carriers may have it.
routes = Table(
    "routes",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("strategy", Text, nullable=False),
    Column("choices", Json, nullable=False),
    Column("account_id", BigInteger),
    Column("country", Text),
    Column("prefix", Text),
    Column("sender", Text),
    Column("purpose", Text),
    Column("created_at", Instant, nullable=False),
)

# What each process last said of its lanes; rows of dead processes mean nothing.
lanes = Table(
    "lanes",
    metadata,
    Column("carrier", Text, nullable=False),
    Column("process_id", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("queued", Integer, nullable=False),
    Column("in_flight", Integer, nullable=False),
    Column("rate", Float, nullable=False),
    Column("accepted", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("in_doubt", BigInteger, nullable=False),
    Column("error", Text),
    Column("error_at", Instant),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("carrier", "process_id"),
    sqlite_with_rowid=False,
)

# How many parts a second a lane has taken of late when it was busy; kept when nothing runs.
speeds = Table(
    "speeds",
    metadata,
    Column("carrier", Text, primary_key=True),
    Column("per_second", Float, nullable=False),
)

# A message that went out in several parts: each has a reference and a fate of its own.
parts = Table(
    "parts",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("part", Integer, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("fate", Text),
    Column("error", Text),
    PrimaryKeyConstraint("account_id", "message_id", "part"),
    Index("ix_parts_reference", "carrier", "reference"),
    sqlite_with_rowid=False,
)

# Messages that a carrier is to call back; asked at `due_at`, and no more after `until`.
recalls = Table(
    "recalls",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    PrimaryKeyConstraint("account_id", "message_id"),
    Index("ix_recalls_due_at", "carrier", "due_at"),
    sqlite_with_rowid=False,
)

# Receipts that fit no message yet: the answer that names it may still be on its way.
early_receipts = Table(
    "early_receipts",
    metadata,
    Column("carrier", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("number", Text),
    Column("fate", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("error", Text),
    Column("arrived_at", Instant, nullable=False),
    PrimaryKeyConstraint("carrier", "reference", "id"),
    Index("ix_early_receipts_arrived_at", "arrived_at"),
    sqlite_with_rowid=False,
)
Index("ix_early_receipts_number", early_receipts.c.number, **where("number IS NOT NULL"))

# What went otherwise than straight on: a carrier that refused before another took it, a pause, a resolved doubt.
attempts = Table(
    "attempts",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("carrier", Text),
    Column("what", Text, nullable=False),
    PrimaryKeyConstraint("account_id", "message_id", "id"),
    sqlite_with_rowid=False,
)
