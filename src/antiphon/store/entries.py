"""Under which id is a contact known as an entry of a list?"""

from collections.abc import Iterable

from sqlalchemy import delete, select

from antiphon.store.schema import entries
from antiphon.store.session import Tx


async def by_id(tx: Tx, account: int, id: int) -> tuple[int, int] | None:
    """The contact and the list."""
    query = select(entries.c.contact_id, entries.c.list_id).where(entries.c.account_id == account, entries.c.id == id)
    found = await tx.tuples(query)
    return (found[0][0], found[0][1]) if found else None


async def of_contacts(tx: Tx, account: int, contacts: Iterable[int]) -> dict[int, dict[int, int]]:
    """By contact, the ids by list."""
    query = select(entries.c.contact_id, entries.c.list_id, entries.c.id).where(entries.c.account_id == account)
    found: dict[int, dict[int, int]] = {}
    for contact, list_id, id in await tx.tuples(query.where(tx.among(entries.c.contact_id, contacts))):
        found.setdefault(contact, {})[list_id] = id
    return found


async def of_list(tx: Tx, account: int, list_id: int) -> dict[int, int]:
    """The ids by contact."""
    query = select(entries.c.contact_id, entries.c.id)
    return dict(await tx.tuples(query.where(entries.c.account_id == account, entries.c.list_id == list_id)))


async def add(tx: Tx, account: int, new: Iterable[tuple[int, int, int]]) -> None:
    """Each with its id, its contact and its list; who is there already keeps the id that it has."""
    rows = [(account, *one) for one in new]
    await tx.insert(entries, ("account_id", "id", "contact_id", "list_id"), rows)


async def remove(tx: Tx, account: int, id: int) -> None:
    await tx.run(delete(entries).where(entries.c.account_id == account, entries.c.id == id))
