"""Which lists are there, and who is on them?"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, delete, func, select

from antiphon.core.window import Window
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
_NAMES = ("account_id", *ContactList.__struct_fields__)


async def all_of(tx: Tx, account: int) -> list[ContactList]:
    return [ContactList(**row) for row in await tx.all(of_account(account).order_by(lists.c.id))]


async def by_id(tx: Tx, account: int, id: int) -> ContactList | None:
    row = await tx.first(of_account(account).where(lists.c.id == id))
    return ContactList(**row) if row else None


async def by_name(tx: Tx, account: int, name: str) -> ContactList | None:
    return (await by_names(tx, account, [name])).get(name)


async def by_names(tx: Tx, account: int, names: Iterable[str]) -> dict[str, ContactList]:
    """Those that are there, by name."""
    query = of_account(account).where(tx.among(lists.c.name, names))
    return {row["name"]: ContactList(**row) for row in await tx.all(query)}


async def locked_all(tx: Tx, account: int, ids: Iterable[int]) -> dict[int, ContactList]:
    """Those that are there, by id; nobody else can change them until the transaction ends."""
    query = of_account(account).where(tx.among(lists.c.id, ids)).order_by(lists.c.id).with_for_update()
    return {row["id"]: ContactList(**row) for row in await tx.all(query)}


async def page(tx: Tx, account: int, window: Window) -> list[ContactList]:
    id = lists.c.id.desc() if window.descending else lists.c.id
    column = lists.c[window.sort].desc() if window.descending else lists.c[window.sort]
    order = [id] if window.sort == "created_at" else [column, id]  # ids are made in the order of time
    shown = of_account(account).where(*_found(tx, window)).order_by(*order).limit(window.limit).offset(window.offset)
    return [ContactList(**row) for row in await tx.all(shown)]


async def count(tx: Tx, account: int, window: Window) -> int:
    """How many there are in all windows."""
    counted = select(func.count()).select_from(lists).where(lists.c.account_id == account, *_found(tx, window))
    return (await tx.tuples(counted))[0][0]


async def sizes(tx: Tx, account: int, ids: Iterable[int]) -> dict[int, int]:
    """How many contacts are on each of these lists that has any."""
    mine = (list_members.c.account_id == account) & tx.among(list_members.c.list_id, ids)
    query = select(list_members.c.list_id, func.count()).where(mine).group_by(list_members.c.list_id)
    return dict(await tx.tuples(query))


async def of(tx: Tx, account: int, members: Iterable[int]) -> dict[int, list[ContactList]]:
    """The lists of these contacts, by contact, the oldest first."""
    named = list_members.join(
        lists, (lists.c.account_id == list_members.c.account_id) & (lists.c.id == list_members.c.list_id)
    )
    mine = (list_members.c.account_id == account) & tx.among(list_members.c.contact_id, members)
    query = select(list_members.c.contact_id, *_FIELDS).select_from(named).where(mine).order_by(lists.c.id)
    found: dict[int, list[ContactList]] = {}
    for row in await tx.all(query):
        fields = dict(row)
        found.setdefault(fields.pop("contact_id"), []).append(ContactList(**fields))
    return found


async def members(tx: Tx, account: int, id: int, among: Iterable[int]) -> set[int]:
    """Those of these contacts that are on the list."""
    mine = (list_members.c.account_id == account) & (list_members.c.list_id == id)
    query = select(list_members.c.contact_id).where(mine, tx.among(list_members.c.contact_id, among))
    return {contact for (contact,) in await tx.tuples(query)}


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
    new = ContactList(id=id, name=name, created_at=tx.now, updated_at=tx.now)
    return await add_all(tx, account, [new]) == 1


async def add_all(tx: Tx, account: int, new: Sequence[ContactList]) -> int:
    """Lists that are made now; how many were new. One whose name is taken is left out."""
    now = instant(tx.now)
    rows = [
        (account, one.id, one.name, now, now, one.tag, one.dynamic) for one in sorted(new, key=lambda one: one.name)
    ]
    return await tx.insert(lists, _NAMES, rows)


async def change(tx: Tx, account: int, changed: Sequence[ContactList]) -> None:
    """Store the names and tags of these. Raises Taken where another has a name; the transaction is lost then."""
    rows = [(one.name, one.tag, instant(one.updated_at), account, one.id) for one in changed]
    await tx.update(lists, ("name", "tag", "updated_at"), rows)


async def make_dynamic(tx: Tx, account: int, id: int) -> None:
    """From now on its contacts bring variables of their own."""
    await tx.update(lists, ("dynamic", "updated_at"), [(True, instant(tx.now), account, id)])


async def ensure(tx: Tx, account: int, names: Iterable[str]) -> list[int]:
    """The ids of the lists of these names; those that are missing are made."""
    wanted = sorted(set(names))
    now = instant(tx.now)
    await tx.insert(lists, _NAMES, [(account, tx.ids.one(), name, now, now, None, False) for name in wanted])
    return list((await ids(tx, account, wanted)).values())


async def attach(tx: Tx, account: int, ids: Iterable[int], members: Sequence[int]) -> None:
    """Put these contacts on each of the lists; one that is on it stays."""
    rows = [(account, id, contact) for id in ids for contact in members]
    await tx.insert(list_members, ("account_id", "list_id", "contact_id"), rows)


async def place(tx: Tx, account: int, wanted: Mapping[int, int]) -> None:
    """Put each of these contacts (by id) on its list."""
    rows = sorted((account, id, contact) for contact, id in wanted.items())
    await tx.insert(list_members, ("account_id", "list_id", "contact_id"), rows)


async def detach(tx: Tx, account: int, id: int, members: Sequence[int]) -> int:
    """Take these contacts off this list; how many were on it."""
    mine = (list_members.c.account_id == account) & (list_members.c.list_id == id)
    return await tx.run(delete(list_members).where(mine, tx.among(list_members.c.contact_id, members)))


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


def _found(tx: Tx, window: Window) -> list[ColumnElement[bool]]:
    return [tx.contains(lists.c.name, window.name)] if window.name else []


def of_account(account: int) -> Select[Any]:
    """All of its lists, for a query."""
    return select(*_FIELDS).where(lists.c.account_id == account)
