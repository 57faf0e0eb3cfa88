"""Which lists are there, and who is on them?"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, delete, select

from antiphon.store.instants import instant
from antiphon.store.schema import list_members, lists
from antiphon.store.session import Tx


class ContactList(Struct, frozen=True, kw_only=True):
    """A named set of contacts."""

    id: int
    name: str
    created_at: datetime
    updated_at: datetime
    tag: str | None = None
    dynamic: bool = False


_FIELDS = tuple(lists.c[name] for name in ContactList.__struct_fields__)
_NAMES = ("account_id", "id", "name", "created_at", "updated_at")


async def all_of(tx: Tx, account: int) -> list[ContactList]:
    return [ContactList(**row) for row in await tx.all(_of(account).order_by(lists.c.id))]


async def by_id(tx: Tx, account: int, id: int) -> ContactList | None:
    row = await tx.first(_of(account).where(lists.c.id == id))
    return ContactList(**row) if row else None


async def by_name(tx: Tx, account: int, name: str) -> ContactList | None:
    row = await tx.first(_of(account).where(lists.c.name == name))
    return ContactList(**row) if row else None


async def ids(tx: Tx, account: int, names: Iterable[str]) -> dict[str, int]:
    """Those of these lists that are there, by name."""
    query = select(lists.c.name, lists.c.id).where(lists.c.account_id == account, tx.among(lists.c.name, names))
    return dict(await tx.tuples(query))


async def names(tx: Tx, account: int, ids: Iterable[int]) -> dict[int, str]:
    """Those of these lists that are there, by id."""
    query = select(lists.c.id, lists.c.name).where(lists.c.account_id == account, tx.among(lists.c.id, ids))
    return dict(await tx.tuples(query))


async def add(tx: Tx, account: int, id: int, name: str) -> bool:
    """False when the name is taken."""
    return await tx.insert(lists, _NAMES, [(account, id, name, instant(tx.now), instant(tx.now))]) == 1


async def rename(tx: Tx, account: int, id: int, name: str) -> bool:
    """False when it is gone. Raises Taken where another list has the name; the transaction is lost then."""
    return await tx.update(lists, ("name", "updated_at"), [(name, instant(tx.now), account, id)]) == 1


async def ensure(tx: Tx, account: int, names: Iterable[str]) -> list[int]:
    """The ids of the lists of these names; those that are missing are made."""
    wanted = sorted(set(names))
    now = instant(tx.now)
    await tx.insert(lists, _NAMES, [(account, tx.ids.one(), name, now, now) for name in wanted])
    return list((await ids(tx, account, wanted)).values())


async def attach(tx: Tx, account: int, ids: Iterable[int], members: Sequence[int]) -> None:
    """Put these contacts on each of the lists; one that is on it stays."""
    rows = [(account, id, contact) for id in ids for contact in members]
    await tx.insert(list_members, ("account_id", "list_id", "contact_id"), rows)


async def detach(tx: Tx, account: int, id: int, members: Sequence[int]) -> None:
    """Take these contacts off this list."""
    mine = (list_members.c.account_id == account) & (list_members.c.list_id == id)
    await tx.run(delete(list_members).where(mine, tx.among(list_members.c.contact_id, members)))


async def empty(tx: Tx, account: int, id: int) -> None:
    """Take everybody off this list."""
    await tx.run(delete(list_members).where(list_members.c.account_id == account, list_members.c.list_id == id))


async def remove(tx: Tx, account: int, id: int) -> bool:
    """Delete the list itself; False when it is gone already."""
    return await tx.run(delete(lists).where(lists.c.account_id == account, lists.c.id == id)) == 1


async def detach_all(tx: Tx, account: int, members: Sequence[int]) -> None:
    """Take these contacts off every list."""
    mine = list_members.c.account_id == account
    await tx.run(delete(list_members).where(mine, tx.among(list_members.c.contact_id, members)))


def _of(account: int) -> Select[Any]:
    return select(*_FIELDS).where(lists.c.account_id == account)
