"""Which carriers and routes are there, and how are the lanes?"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct
from sqlalchemy import delete, insert, select, update

from antiphon.core.campaign import Purpose
from antiphon.core.carrier import Carrier
from antiphon.core.lane import Lane
from antiphon.core.route import Choice, Route, Strategy
from antiphon.store import processes
from antiphon.store.instants import instant
from antiphon.store.schema import carriers, lanes, routes
from antiphon.store.schema import processes as running
from antiphon.store.session import Row, Tx

_CARRIER = tuple(carriers.c[name] for name in Carrier.__struct_fields__)
_LANE = tuple(name for name in Lane.__struct_fields__ if name != "node")


class Sealed(Struct, frozen=True):
    """A carrier, and its password as it is kept."""

    carrier: Carrier
    secret: str | None


async def all_of_them(tx: Tx) -> list[Sealed]:
    """By name."""
    rows = await tx.tuples(select(*_CARRIER, carriers.c.secret).order_by(carriers.c.name))
    return [_read(row) for row in rows]


async def by_name(tx: Tx, name: str) -> Sealed | None:
    rows = await tx.tuples(select(*_CARRIER, carriers.c.secret).where(carriers.c.name == name))
    return _read(rows[0]) if rows else None


async def put(tx: Tx, carrier: Carrier, secret: str | None) -> bool:
    """Add it, or put it in the place of the one of this name, which stays the default if it was; was there none?"""
    values = {name: getattr(carrier, name) for name in Carrier.__struct_fields__} | {"secret": secret}
    if await tx.insert(carriers, tuple(values), [tuple(map(_plain, values.values()))]):
        return True
    stays = {"name", "created_at", "paused"} | (set() if carrier.is_default else {"is_default"})
    changes = {name: value for name, value in values.items() if name not in stays}
    await tx.run(update(carriers).where(carriers.c.name == carrier.name).values(**changes))
    return False


async def no_default(tx: Tx) -> None:
    await tx.run(update(carriers).where(carriers.c.is_default).values(is_default=False))


async def pause(tx: Tx, name: str, *, paused: bool) -> bool:
    """Is there one of this name?"""
    changes = {"paused": paused, "changed_at": tx.now}
    return await tx.run(update(carriers).where(carriers.c.name == name).values(**changes)) == 1


async def remove(tx: Tx, name: str) -> bool:
    return await tx.run(delete(carriers).where(carriers.c.name == name)) == 1


async def add_route(tx: Tx, route: Route) -> None:
    values = {name: getattr(route, name) for name in Route.__struct_fields__}
    await tx.run(insert(routes).values(**values | {"choices": msgspec.to_builtins(route.choices)}))


async def remove_route(tx: Tx, id: int) -> bool:
    return await tx.run(delete(routes).where(routes.c.id == id)) == 1


async def all_routes(tx: Tx) -> list[Route]:
    """In the order in which they are tried."""
    rows = await tx.all(select(routes).order_by(routes.c.position, routes.c.id))
    return [
        Route(
            **{
                **row,
                "strategy": Strategy(row["strategy"]),
                "choices": msgspec.convert(row["choices"], tuple[Choice, ...]),
                "purpose": Purpose(row["purpose"]) if row["purpose"] else None,
            }
        )
        for row in rows
    ]


async def tell_lanes(tx: Tx, process: int, told: Sequence[Lane]) -> None:
    """How this process's lanes are, in place of what it said before; and nothing more of dead processes."""
    gone = (lanes.c.process_id == process) | lanes.c.process_id.not_in(processes.alive(tx.now))
    await tx.run(delete(lanes).where(gone))
    names = tuple(name for name in _LANE if name != "at")
    rows = [(*(_plain(getattr(one, name)) for name in names), process, instant(tx.now)) for one in told]
    await tx.insert(lanes, (*names, "process_id", "at"), rows)


async def last_told(tx: Tx) -> datetime | None:
    """When a process last told of a lane; None where none ever has."""
    row = await tx.first(select(lanes.c.at).order_by(lanes.c.at.desc()).limit(1))
    return row["at"] if row else None


async def all_lanes(tx: Tx) -> list[Lane]:
    """Of all processes that are alive, by carrier."""
    theirs = lanes.join(running, running.c.id == lanes.c.process_id)
    query = select(*(lanes.c[name] for name in _LANE), running.c.node).select_from(theirs)
    alive = running.c.alive_until >= tx.now
    return [Lane(*row) for row in await tx.tuples(query.where(alive).order_by(lanes.c.carrier, running.c.node))]


def _read(row: Row) -> Sealed:
    return Sealed(Carrier(**dict(zip(Carrier.__struct_fields__, row, strict=False))), row[-1])


def _plain(value: object) -> object:
    return instant(value) if isinstance(value, datetime) else value
