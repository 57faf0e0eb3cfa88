"""What can the database do by itself? The same contacts, written by its own driver with nothing of ours around it."""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg

COLUMNS = "account_id, id, number, first_name, last_name, company, email, attributes, created_at, updated_at"
TABLE = """CREATE TABLE IF NOT EXISTS raw (
    account_id bigint, id bigint, number text, first_name text, last_name text, company text, email text,
    attributes %s, created_at bigint, updated_at bigint, PRIMARY KEY (account_id, id), UNIQUE (account_id, number))"""
UPDATE = """ON CONFLICT (account_id, number) DO UPDATE SET
    first_name = excluded.first_name, last_name = excluded.last_name, updated_at = excluded.updated_at"""
Row = tuple[int, int, str, str, str, None, None, None, int, int]
# A list and a tag are two rows more for each contact, in tables with two indexes each.
LABELS = ("raw_members", "raw_tags")
LABEL = """CREATE TABLE IF NOT EXISTS %s (
    account_id bigint, owner bigint, contact bigint, PRIMARY KEY (account_id, owner, contact))"""
LABEL_INDEX = "CREATE INDEX IF NOT EXISTS ix_%s ON %s (account_id, contact)"


def sqlite(folder: Path, batches: Sequence[list[Row]], *, labels: bool) -> list[float]:
    """Seconds for each batch: executemany in a transaction of its own, durable."""
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(TABLE % "text" + " WITHOUT ROWID")
    for name in LABELS:
        connection.execute(LABEL % name + " WITHOUT ROWID")
        connection.execute(LABEL_INDEX % (name, name))
    upsert = f"INSERT INTO raw ({COLUMNS}) VALUES ({', '.join('?' * 10)}) {UPDATE}"
    seconds: list[float] = []
    for batch in batches:
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(upsert, batch)
        for name in LABELS if labels else ():
            connection.executemany(f"INSERT OR IGNORE INTO {name} VALUES (1, 1, ?)", [(row[1],) for row in batch])
        connection.execute("COMMIT")
        seconds.append(time.perf_counter() - began)
    connection.close()
    return seconds


def postgres(url: str, batches: Sequence[list[Row]], *, labels: bool) -> list[float]:
    """Seconds for each batch: COPY into a temporary table, then INSERT … ON CONFLICT, in one transaction."""
    return asyncio.run(_postgres(url, batches, labels))


async def _postgres(url: str, batches: Sequence[list[Row]], labels: bool) -> list[float]:
    connection = await asyncpg.connect(url)
    await connection.execute(TABLE % "jsonb")
    for name in LABELS:
        await connection.execute(LABEL % name)
        await connection.execute(LABEL_INDEX % (name, name))
    seconds: list[float] = []
    for batch in batches:
        began = time.perf_counter()
        async with connection.transaction():
            await connection.execute("CREATE TEMPORARY TABLE batch (LIKE raw) ON COMMIT DROP")
            await connection.copy_records_to_table("batch", records=batch)
            await connection.execute(f"INSERT INTO raw ({COLUMNS}) SELECT {COLUMNS} FROM batch {UPDATE}")
            for name in LABELS if labels else ():
                await connection.execute(f"INSERT INTO {name} SELECT 1, 1, id FROM batch ON CONFLICT DO NOTHING")
        seconds.append(time.perf_counter() - began)
    await connection.close()
    return seconds
