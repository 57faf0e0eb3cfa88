"""How is the database opened, and what is a transaction?"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import URL, Column, ColumnElement, Connection, Executable, RowMapping, Select, Table
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from antiphon.store import migrations, postgres, sqlite
from antiphon.store.ids import Ids
from antiphon.store.lately import Lately
from antiphon.store.together import Together

Row = tuple[Any, ...]
Names = tuple[str, ...]
First = Callable[[ColumnElement[Any]], Select[Any]]
Item = TypeVar("Item")
Done = TypeVar("Done")


# What a change of an account takes to be seen by the other processes.
_BELIEVED = timedelta(seconds=5)
_MOST_BELIEVED = 10_000


class CannotOpen(Exception):
    """The database cannot be used; `str()` is one line for the operator, without the password."""


class Taken(Exception):
    """Another row has the value that must be unique."""


class Driver(Protocol):
    """What SQLite and PostgreSQL do differently."""

    def begin(self) -> AbstractAsyncContextManager[AsyncConnection]: ...
    def read(self) -> AbstractAsyncContextManager[AsyncConnection]: ...
    def among(self, column: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]: ...
    def contains(self, text: ColumnElement[str], part: str) -> ColumnElement[bool]: ...
    def first_of_each(self, table: Table, values: Iterable[str], first: First) -> Select[Any]: ...
    async def insert(self, connection: AsyncConnection, table: Table, names: Names, rows: Sequence[Row]) -> int: ...
    async def update(
        self, connection: AsyncConnection, table: Table, names: Names, rows: Sequence[Row], states: Names
    ) -> int: ...
    async def hold(self, connection: AsyncConnection, names: Sequence[int], *, shared: bool) -> None: ...
    async def close(self) -> None: ...


class Tx:
    """A transaction: ordinary statements, and the bulk moves that the two databases do differently."""

    def __init__(self, connection: AsyncConnection, store: "Store") -> None:
        self.now = store.now()
        self.ids = store.ids
        self.secret = store.secret
        self._connection = connection
        self._driver = store.driver

    async def all(self, statement: Executable) -> Sequence[RowMapping]:
        return (await self._connection.execute(statement)).mappings().all()

    async def tuples(self, statement: Executable) -> Sequence[Row]:
        """As `all`, for rows by the thousand: without names, four times as fast to read."""
        return (await self._connection.execute(statement)).all()  # pyright: ignore[reportReturnType]

    async def first(self, statement: Executable) -> RowMapping | None:
        return (await self._connection.execute(statement)).mappings().first()

    async def run(self, statement: Executable) -> int:
        """How many rows the statement changed."""
        return (await self._connection.execute(statement)).rowcount

    def among(self, column: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]:
        """`column IN (values)` for a set of any size, sent as one parameter."""
        return self._driver.among(column, values)

    def contains(self, text: ColumnElement[str], part: str) -> ColumnElement[bool]:
        """Is the part in the text, in any case of its letters?"""
        return self._driver.contains(text, part)

    def first_of_each(self, table: Table, values: Iterable[str], first: First) -> Select[Any]:
        """The primary keys that `first` asks for with each of these values, and with a limit of its own for each."""
        return self._driver.first_of_each(table, values, first)

    async def hold(self, names: Sequence[int], *, shared: bool = False) -> None:
        """Until the transaction ends nobody else holds one of these names, all in one order; or only those who share
        it."""
        await self._driver.hold(self._connection, names, shared=shared)

    async def insert(self, table: Table, names: Names, rows: Sequence[Row]) -> int:
        """Insert many rows, JSON already encoded; how many were new. A row whose key is taken is left out."""
        return await self._driver.insert(self._connection, table, names, rows) if rows else 0

    async def update(self, table: Table, names: Names, rows: Sequence[Row], states: Names = ()) -> int:
        """Update many rows: each has the new values of `names`, then its primary key; how many were changed.

        With `states`, only rows that are in one of them: a compare-and-set for a whole batch. Raises Taken
        where a new value must be unique and is not; the transaction is lost then.
        """
        try:
            return await self._driver.update(self._connection, table, names, rows, states) if rows else 0
        except IntegrityError as failure:
            raise Taken from failure


class Store:
    """An open database. `clock` is handed in so that a test can say what time it is."""

    def __init__(self, driver: Driver, clock: Callable[[], datetime]) -> None:
        self.driver = driver
        self.now = clock
        self.ids = Ids(clock, node=0)
        self.process_id = 0
        self.secret = _no_secret  # the installation's key, handed in: what it hashes must not lie beside it
        self.woken = asyncio.Event()  # set when something is to be sent at once
        # The account that a secret opens, by its hash: asking for each request would halve what one process answers.
        self.believed: Lately[str, Any] = Lately(clock, _BELIEVED, _MOST_BELIEVED)
        self._together: dict[Callable[..., Any], Together[Any, Any]] = {}

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        """A transaction that may write; committed at the end, rolled back on an exception."""
        async with self.driver.begin() as connection:
            yield Tx(connection, self)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """A transaction that only reads, of one moment."""
        async with self.driver.read() as connection:
            yield Tx(connection, self)

    async def share(
        self, write: Callable[[Tx, Sequence[Item]], Awaitable[Sequence[Done | Exception]]], item: Item
    ) -> Done:
        """Have `write` write this item in one transaction with all others that are shared at the moment."""
        together = self._together.setdefault(write, Together(self.begin, write))
        return await together.add(item)

    async def close(self) -> None:
        await self.driver.close()


def _no_secret() -> bytes:
    raise RuntimeError("the database was opened without the installation's key")


def utc_now() -> datetime:
    return datetime.now(UTC)


async def open_store(url: str, clock: Callable[[], datetime] = utc_now) -> Store:
    """Open `sqlite:///PATH` or `postgresql://…` and bring its tables up to date. Raises CannotOpen."""
    driver = await _run(url, migrations.upgrade)
    return Store(driver, clock)


async def reached(url: str) -> str:
    """The step that the tables have reached, without changing anything; empty for none. Raises CannotOpen."""
    steps: list[str] = []
    driver = await _run(url, lambda connection: steps.append(migrations.current(connection)))
    await driver.close()
    return steps[0]


def shown(url: str) -> str:
    """The URL as it may be logged: without its password."""
    return _parse(url).render_as_string()


async def _run(url: str, work: Callable[[Connection], None]) -> Driver:
    parsed = _parse(url)
    backend = _BACKENDS[parsed.get_backend_name()]
    try:
        driver = backend.connect(parsed)
        await _first(driver, work)
    except (OSError, migrations.TooNew, *backend.FAILURES) as failure:
        reason = getattr(failure, "orig", None) or failure
        raise CannotOpen(f"{shown(url)}: {reason}".splitlines()[0]) from failure
    return driver


async def _first(driver: Driver, work: Callable[[Connection], None]) -> None:
    try:
        async with driver.begin() as connection:
            await connection.run_sync(work)
    except BaseException:
        await driver.close()
        raise


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    in_memory = (
        parsed is not None and parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:")
    )
    if parsed is None or in_memory or parsed.get_backend_name() not in _BACKENDS:
        raise CannotOpen("the database URL is neither sqlite:///PATH nor postgresql://USER@HOST/NAME")
    return parsed


_BACKENDS = {"sqlite": sqlite, "postgresql": postgres}
