"""What do carriers hand on that no message of ours explains, that is not whole yet, or that has come before?"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from antiphon.store.instants import Instant
from antiphon.store.schema.tables import metadata

# By which a reply is known when its carrier hands it on again; what comes later than `until` is another reply.
reply_keys = Table(
    "reply_keys",
    metadata,
    Column("carrier", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("until", Instant, nullable=False),
    PrimaryKeyConstraint("carrier", "key"),
    Index("ix_reply_keys_until", "until"),
    sqlite_with_rowid=False,
)

# Parts of long replies: `octets` in hexadecimal; those of a text that is joined stay for a while, without octets.
reply_parts = Table(
    "reply_parts",
    metadata,
    Column("carrier", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("reference", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("octets", Text, nullable=False),
    Column("coding", Integer, nullable=False),
    Column("alphabet", Text, nullable=False),
    Column("joined", Boolean, nullable=False),
    Column("arrived_at", Instant, nullable=False),
    PrimaryKeyConstraint("number", "carrier", "receiver", "reference", "total", "place"),
    Index("ix_reply_parts_arrived_at", "arrived_at"),
    sqlite_with_rowid=False,
)

# Replies of which nobody knows whose they are: only who runs the installation sees them.
stray_replies = Table(
    "stray_replies",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("carrier", Text),
    Column("number", Text, nullable=False),
    Column("receiver", Text),
    Column("text", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_stray_replies_number", "number"),
)
