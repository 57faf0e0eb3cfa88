"""What is owed to the customers' servers?"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
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
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)
Index("ix_callbacks_due", callbacks.c.due_at, callbacks.c.id, **where("state = 'waiting'"))
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
