"""What do the tests stand on? A fresh database of each kind, a clock that obeys, an account to work in."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url

from antiphon.core.account import Account, NewCredential
from antiphon.services import accounts, hashes, processes
from antiphon.store.schema import metadata
from antiphon.store.session import Store, open_store
from tests import postgres

_numbers = count()

# Fixtures are made once for all examples of a property: each takes an account of its own. Time is not what is tested.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
settings.load_profile("tests")

# Nearly every test makes an account: what takes long on purpose was a quarter of their time. Programs that are started
# by a test take it all the same.
hashes.SLOW = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="write the recorded calls' answers, for review")


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server's database `postgres`."""
    with postgres.running() as url:
        yield url


@pytest.fixture
async def postgres_url(postgres_server: str) -> AsyncIterator[str]:
    """An empty PostgreSQL database, which other programs can be given too."""
    async with made(postgres_server) as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SQLite database that all others are copies of."""
    path = tmp_path_factory.mktemp("migrated") / "antiphon.db"
    await (await open_store(f"sqlite:///{path}")).close()
    return path


@pytest.fixture(params=["sqlite", "postgres"])
async def database_url(request: pytest.FixtureRequest, migrated_file: Path, tmp_path: Path) -> str:
    """A database of each kind, with all its tables and nothing in them."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'antiphon.db')}"
    url: str = request.getfixturevalue("postgres_server")
    await _empty(url)
    return url


@pytest.fixture
async def store(database_url: str, clock: Clock) -> AsyncIterator[Store]:
    async with enlisted(database_url, clock) as opened:
        yield opened


@pytest.fixture
async def other_store(store: Store, database_url: str, clock: Clock) -> AsyncIterator[Store]:
    """A second process on the database of `store`."""
    async with enlisted(database_url, clock) as opened:
        yield opened


@pytest.fixture
async def credential(store: Store) -> NewCredential:
    """What opens `account`."""
    return await accounts.create(store, "someone@example.com", "FR")


@pytest.fixture
async def account(store: Store, credential: NewCredential) -> Account:
    return await accounts.authenticate(store, credential.api_key)


async def another_account(store: Store, region: str = "FR") -> Account:
    made = await accounts.create(store, f"someone{next(_numbers)}@example.com", region)
    return await accounts.authenticate(store, made.api_key)


@asynccontextmanager
async def enlisted(url: str, clock: Clock) -> AsyncIterator[Store]:
    opened = await open_store(url, clock=clock)
    opened.secret = lambda: b"the key of all tests"
    try:
        await processes.enlist(opened)
        yield opened
    finally:
        await opened.close()


@asynccontextmanager
async def made(server: str) -> AsyncIterator[str]:
    """An empty database of this server, gone afterwards with whoever is still in it."""
    name = f"made_{next(_numbers)}"
    admin = await asyncpg.connect(server)
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


async def _empty(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        there = {row[0] for row in await connection.fetch("SELECT tablename FROM pg_tables")}
        if tables := there.intersection(metadata.tables):
            # Not TRUNCATE, which makes new files for every table: 47 ms against 3.
            await connection.execute("; ".join(f"DELETE FROM {table}" for table in sorted(tables)))
    finally:
        await connection.close()
