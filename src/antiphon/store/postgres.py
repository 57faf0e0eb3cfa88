"""What does only PostgreSQL do? A pool, many writers, whole batches as arrays."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cache
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import URL, Column, ColumnElement, Table, any_, literal
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

FAILURES = (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError)

_CONNECTIONS = 16
_LONGEST_QUEUE = 3600  # seconds, as for SQLite


Row = tuple[Any, ...]
Names = tuple[str, ...]


class Postgres:
    def __init__(self, url: URL) -> None:
        self._engine = create_async_engine(
            url,
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_timeout=_LONGEST_QUEUE,
            json_serializer=lambda value: msgspec.json.encode(value).decode(),
            json_deserializer=msgspec.json.decode,
        )
        # All that one of its transactions reads is of the same moment.
        self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def begin(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._engine.begin()

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._reader.begin()

    def among(self, column: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]:
        return column == any_(literal(list(values), postgresql.ARRAY(column.type)))

    async def insert(self, connection: AsyncConnection, table: Table, names: Names, rows: Sequence[Row]) -> int:
        return (await connection.exec_driver_sql(_insert(table, names), _columns(rows))).rowcount

    async def update(
        self, connection: AsyncConnection, table: Table, names: Names, rows: Sequence[Row], states: Names
    ) -> int:
        return (await connection.exec_driver_sql(_update(table, names, states), _columns(rows))).rowcount

    async def close(self) -> None:
        await self._engine.dispose()


def connect(url: URL) -> Postgres:
    return Postgres(url.set(drivername="postgresql+asyncpg"))


def _columns(rows: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(list(column) for column in zip(*rows, strict=True))


@cache
def _insert(table: Table, names: Names) -> str:
    # In the order of the rows, which callers sort by key: two writers then lock alike and cannot deadlock.
    into = f"INSERT INTO {table.name} ({', '.join(names)})"
    return f"{into} SELECT {_typed(table, names)} FROM {_unnest(table, names)} ON CONFLICT DO NOTHING"


@cache
def _update(table: Table, names: Names, states: Names) -> str:
    keys = tuple(column.name for column in table.primary_key)
    typed = dict(zip(names, _typed(table, names).split(", "), strict=True))
    changes = ", ".join(f"{name} = {typed[name]}" for name in names)
    found = " AND ".join(f"t.{key} = v.{key}" for key in keys)
    # Locked in the order of their keys before the first is changed: an answer and a receipt that come in batches
    # at the same time would else wait for each other.
    locked = (
        f"SELECT v.* FROM {_unnest(table, names + keys)} JOIN {table.name} AS t ON {found} "
        f"ORDER BY {', '.join(f't.{key}' for key in keys)} FOR UPDATE OF t"
    )
    return f"UPDATE {table.name} AS t SET {changes} FROM ({locked}) AS v WHERE {found}{_in_states(states)}"


def _in_states(states: Names) -> str:
    return " AND t.state IN ({})".format(", ".join(f"'{state}'" for state in states)) if states else ""


def _unnest(table: Table, names: tuple[str, ...]) -> str:
    arrays = ", ".join(f"${place}::{_carried(table.c[name])}[]" for place, name in enumerate(names, 1))
    return f"unnest({arrays}) AS v ({', '.join(names)})"


def _typed(table: Table, names: tuple[str, ...]) -> str:
    return ", ".join(f"v.{name}::jsonb" if _sql_type(table.c[name]) == "JSONB" else f"v.{name}" for name in names)


def _carried(column: Column[Any]) -> str:
    """JSON travels as text, already encoded, as it does to SQLite."""
    sql_type = _sql_type(column)
    return "text" if sql_type == "JSONB" else sql_type.lower()


def _sql_type(column: Column[Any]) -> str:
    return column.type.compile(dialect=postgresql.dialect())
