"""What is owed to the customers' servers?"""

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
)

from antiphon.store.instants import Instant
from antiphon.store.schema.tables import Json, metadata, where

# What we owe to a customer's server, committed with what it tells of.
callbacks = Table(
    "callbacks",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("url", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("form", Boolean, nullable=False),
    Column("event", Json, nullable=False),
    Column("message_id", BigInteger),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("status", Integer),
    Column("answer", Text),
    Column("error", Text),
    Column("campaign_id", BigInteger),
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)
Index("ix_callbacks_due", callbacks.c.due_at, callbacks.c.id, **where("state = 'waiting'"))
# By the server: the worker goes from one to the next, and takes the first ones of each.
Index(
    "ix_callbacks_endpoint",
    *(callbacks.c.endpoint, callbacks.c.due_at, callbacks.c.id),
    **where("state = 'waiting'"),
)
Index(
    "ix_callbacks_message",
    callbacks.c.account_id,
    callbacks.c.message_id,
    callbacks.c.state,
    **where("message_id IS NOT NULL"),
)
# What is told over a bind waits for one, and is looked for by the account that it is told to.
Index(
    "ix_callbacks_kept",
    *(callbacks.c.endpoint, callbacks.c.due_at, callbacks.c.id),
    **where("state = 'kept' OR state = 'telling'"),
)
Index(
    "ix_callbacks_campaign",
    *(callbacks.c.account_id, callbacks.c.campaign_id, callbacks.c.id),
    **where("campaign_id IS NOT NULL"),
)
# Without the account, which leads to so many other indexes that PostgreSQL takes one of those for it: 12 ms for each.
Index(
    "ix_callbacks_order",
    *(callbacks.c.message_id, callbacks.c.id),
    **where("state = 'waiting' AND message_id IS NOT NULL"),
)
Index("ix_callbacks_failed", callbacks.c.account_id, callbacks.c.id, **where("state = 'failed'"))

# Each time that it was tried; `answer` is the first kilobyte.
callback_attempts = Table(
    "callback_attempts",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("callback_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("seconds", Float),
    Column("status", Integer),
    Column("answer", Text),
    Column("error", Text),
    PrimaryKeyConstraint("account_id", "callback_id", "id"),
    sqlite_with_rowid=False,
)

# Servers that failed several times in a row and are left alone for a while, whoever's callbacks they are to take.
endpoints = Table(
    "endpoints",
    metadata,
    Column("endpoint", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("since", Instant, nullable=False),
    Column("rest_until", Instant, nullable=False),
    Column("error", Text, nullable=False),
    PrimaryKeyConstraint("endpoint"),
    sqlite_with_rowid=False,
)

# What our own callbacks are signed with, sealed; one that was replaced signs beside its successor until it expires.
signing_secrets = Table(
    "signing_secrets",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("secret", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)
