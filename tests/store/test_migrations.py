"""The migrations make exactly the tables that the schema declares, on both databases."""

import asyncio
import re
import sqlite3
from pathlib import Path
from typing import Any

import asyncpg
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, make_url, text

from antiphon.core.account import NewCredential
from antiphon.services import accounts, processes
from antiphon.store import migrations, postgres, sqlite
from antiphon.store.schema import metadata
from antiphon.store.session import Driver, Store, open_store, reached
from tests.conftest import Clock, enlisted, made

_POSTGRES_SHAPE = {
    "columns": """
        SELECT table_name, column_name, data_type, is_nullable, column_default
        FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
}


async def test_alembic_sees_no_difference(store: Store) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, metadata)

    async with store.driver.begin() as connection:
        assert await connection.run_sync(differences) == []


async def test_sqlite_is_alike_to_the_last_word(tmp_path: Path) -> None:
    """Also what Alembic does not compare: primary keys, conditions of indexes, WITHOUT ROWID."""
    paths = {"migrated": tmp_path / "migrated.db", "declared": tmp_path / "declared.db"}
    await (await open_store(f"sqlite:///{paths['migrated']}")).close()
    await _declare(sqlite.connect(make_url(f"sqlite:///{paths['declared']}")))
    shapes = {name: _sqlite_shape(path) for name, path in paths.items()}
    assert shapes["migrated"] == shapes["declared"]
    assert any("WITHOUT ROWID" in statement for statement in shapes["declared"].values())


async def test_postgres_is_alike_to_the_last_word(postgres_url: str, postgres_server: str) -> None:
    await (await open_store(postgres_url)).close()
    async with made(postgres_server) as declared_url:
        await _declare(postgres.connect(make_url(declared_url)))
        assert await _postgres_shape(postgres_url) == await _postgres_shape(declared_url)


async def test_two_programs_may_open_a_new_postgres_at_once(postgres_url: str, clock: Clock) -> None:
    await _open_at_once(postgres_url, clock)


async def test_two_programs_may_open_a_new_sqlite_at_once(tmp_path: Path, clock: Clock) -> None:
    await _open_at_once(f"sqlite:///{tmp_path / 'folder' / 'new.db'}", clock)


async def test_a_new_database_has_reached_nothing_and_an_open_one_the_newest_step(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    assert await reached(url) == ""
    await (await open_store(url)).close()
    assert await reached(url) == migrations.head() != ""


async def test_opening_again_changes_nothing(credential: NewCredential, database_url: str, clock: Clock) -> None:
    async with enlisted(database_url, clock) as again:
        assert (await accounts.authenticate(again, credential.api_key)).id == credential.account_id


async def _open_at_once(url: str, clock: Clock) -> None:
    stores = await asyncio.gather(*(open_store(url, clock=clock) for _ in range(4)))
    try:
        await asyncio.gather(*(processes.enlist(store) for store in stores))
        assert len({store.ids.one() for store in stores}) == len(stores)
    finally:
        await asyncio.gather(*(store.close() for store in stores))


async def _declare(driver: Driver) -> None:
    async with driver.begin() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    await driver.close()


def _sqlite_shape(path: Path) -> dict[str, str]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: re.sub(r"\s+", " ", sql) for name, sql in rows if name != "alembic_version"}


async def _postgres_shape(url: str) -> dict[str, list[Any]]:
    connection = await asyncpg.connect(url)
    try:
        return {
            what: sorted(tuple(row) for row in await connection.fetch(query) if row[0] != "alembic_version")
            for what, query in _POSTGRES_SHAPE.items()
        }
    finally:
        await connection.close()
