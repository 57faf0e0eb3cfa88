"""Which contacts are on a second list, and under which id?"""

from sqlalchemy import delete, select

from antiphon.store.schema import entries
from antiphon.store.session import Tx


async def by_id(tx: Tx, account: int, id: int) -> tuple[int, int] | None:
    """The contact and the list."""
    query = select(entries.c.contact_id, entries.c.list_id).where(entries.c.account_id == account, entries.c.id == id)
    found = await tx.tuples(query)
    return (found[0][0], found[0][1]) if found else None


async def of_contact(tx: Tx, account: int, contact: int) -> dict[int, int]:
    """The ids by list."""
    query = select(entries.c.list_id, entries.c.id)
    return dict(await tx.tuples(query.where(entries.c.account_id == account, entries.c.contact_id == contact)))


async def of_list(tx: Tx, account: int, list_id: int) -> dict[int, int]:
    """The ids by contact."""
    query = select(entries.c.contact_id, entries.c.id)
    return dict(await tx.tuples(query.where(entries.c.account_id == account, entries.c.list_id == list_id)))


async def add(tx: Tx, account: int, contact: int, list_id: int) -> int:
    """Its new id."""
    id = tx.ids.one()
    await put(tx, account, id, contact, list_id)
    return id


async def put(tx: Tx, account: int, id: int, contact: int, list_id: int) -> None:
    await tx.insert(entries, ("account_id", "id", "contact_id", "list_id"), [(account, id, contact, list_id)])


async def remove(tx: Tx, account: int, id: int) -> None:
    await tx.run(delete(entries).where(entries.c.account_id == account, entries.c.id == id))
