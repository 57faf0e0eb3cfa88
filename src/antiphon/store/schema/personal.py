"""Who was erased, and how far has what is kept for a while been blanked?"""

from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, Table, Text

from antiphon.store.instants import Instant
from antiphon.store.schema.tables import Json, metadata

# Who had opted out and was erased: of the number only its keyed hash. `key_hint` tells which key that was.
erased = Table(
    "erased",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("opted_out_at", Instant, nullable=False),
    Column("source", Text, nullable=False),
    Column("key_hint", Text, nullable=False),
    PrimaryKeyConstraint("account_id", "digest"),
    sqlite_with_rowid=False,
)

# That somebody was erased, by whom and what went; never the number.
erasures = Table(
    "erasures",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("gone", Json, nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
    sqlite_with_rowid=False,
)

# Of which tables an account keeps the rows so many days. All up to this id have been looked at since `began_at`; now
# and then it begins again.
retention = Table(
    "retention",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("days", Integer, nullable=False),
    Column("upto", BigInteger, nullable=False),
    Column("began_at", Instant, nullable=False),
    PrimaryKeyConstraint("account_id", "name"),
    sqlite_with_rowid=False,
)
