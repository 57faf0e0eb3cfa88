"""What is a person to a vendor who knows people only as entries of one list?

There, somebody on two lists is two entries; here it is one contact on two lists. Each membership that was ever told has
an id of its own: the first one the contact's, each further one another. So who takes an entry off its list leaves the
contact on the others.
"""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from antiphon.core.account import Account
from antiphon.core.contact import AddContacts, Contact, Draft, EditContact
from antiphon.core.errors import BadNumber, UnknownContact, UnknownList
from antiphon.services import contacts
from antiphon.store import contacts as stored
from antiphon.store import entries, lists
from antiphon.store.lists import ContactList
from antiphon.store.session import Store, Tx


class Entry(Struct, frozen=True):
    """A contact on a list, under this id."""

    id: int
    contact: Contact


async def add(store: Store, account: Account, draft: Draft, list_id: int) -> int:
    """Add or change the contact, and put it on the list; its id there. Raises UnknownList, BadNumber or BadField."""
    (result,) = await contacts.add(store, account, AddContacts(drafts=[draft], list_ids=(list_id,)))
    if result.contact is None:
        raise BadNumber(written=result.number, reason=result.reason or "")
    async with store.begin() as tx:
        return (await _told(tx, account, list_id, [result.contact.id]))[result.contact.id]


async def find(store: Store, account: Account, id: int) -> Entry:
    """Raises UnknownContact."""
    async with store.read() as tx:
        contact, _ = await _known(tx, account, id, stored.by_id)
        return Entry(id, contact)


async def on_list(store: Store, account: Account, list_id: int) -> tuple[ContactList, list[Entry]]:
    """A list and everybody on it. Raises UnknownList."""
    async with store.begin() as tx:
        found = await lists.by_id(tx, account.id, list_id)
        if found is None:
            raise UnknownList(name=list_id)
        people = await stored.on_list(tx, account.id, list_id)
        ids = await _told(tx, account, list_id, [contact.id for contact in people])
        return found, [Entry(ids[contact.id], contact) for contact in people]


async def edit(store: Store, account: Account, command: EditContact) -> None:
    """Change the contact, for all its lists; `move_to` takes this entry to another list.

    Raises UnknownContact, UnknownList, BadNumber or NumberTaken.
    """
    async with store.read() as tx:
        contact, _ = await _known(tx, account, command.id, stored.by_id)
        if command.move_to is not None and await lists.by_id(tx, account.id, command.move_to) is None:
            raise UnknownList(name=command.move_to)
    await contacts.edit(store, account, replace(command, id=contact.id, move_to=None))
    if command.move_to is not None:
        async with store.begin() as tx:
            await _move(tx, account, command.id, command.move_to)


async def remove(store: Store, account: Account, id: int) -> None:
    """Take the entry off its list; who is on no other list then is deleted. Raises UnknownContact."""
    async with store.begin() as tx:
        contact, own = await _known(tx, account, id)
        await _leave(tx, account, contact.id, id, own)
        if not (await lists.of(tx, account.id, [contact.id])).get(contact.id):
            await stored.remove(tx, account.id, [contact.id])


async def _told(tx: Tx, account: Account, list_id: int, people: Sequence[int]) -> dict[int, int]:
    """The ids of these contacts as entries of this list; who has none is given one. The contact's own goes to the
    oldest list that it is on, if none has it."""
    known = await entries.of_list(tx, account.id, list_id)
    missing = [contact for contact in people if contact not in known]
    if not missing:
        return known
    told = await entries.of_contacts(tx, account.id, missing)
    on = await lists.of(tx, account.id, missing)
    new: list[tuple[int, int, int]] = []
    for contact in missing:
        entry_of = told.get(contact, {})
        home = next((one.id for one in on.get(contact, []) if one.id not in entry_of), list_id)
        if contact not in entry_of.values():
            new.append((contact, contact, home))
        if contact in entry_of.values() or home != list_id:
            new.append((tx.ids.one(), contact, list_id))
    await entries.add(tx, account.id, new)
    return await entries.of_list(tx, account.id, list_id)


async def _move(tx: Tx, account: Account, id: int, list_id: int) -> None:
    contact, own = await _known(tx, account, id)
    if own == list_id:
        return
    await _leave(tx, account, contact.id, id, own)
    await lists.attach(tx, account.id, [list_id], [contact.id])
    await entries.add(tx, account.id, [(id, contact.id, list_id)])


async def _leave(tx: Tx, account: Account, contact: int, id: int, own: int | None) -> None:
    """Take it off its list; an id that was never told as an entry stands for the contact on all of them."""
    on = (await lists.of(tx, account.id, [contact])).get(contact, []) if own is None else []
    for list_id in [own] if own is not None else [one.id for one in on]:
        await lists.detach(tx, account.id, list_id, [contact])
    await entries.remove(tx, account.id, id)


async def _known(
    tx: Tx,
    account: Account,
    id: int,
    find: Callable[[Tx, int, int], Awaitable[Contact | None]] = stored.locked,
) -> tuple[Contact, int | None]:
    """The contact, held, and the list that it is an entry of. Raises UnknownContact."""
    entry = await entries.by_id(tx, account.id, id)
    contact = await find(tx, account.id, entry[0] if entry else id)
    if contact is None:
        raise UnknownContact(id=id)
    on = [one.id for one in (await lists.of(tx, account.id, [contact.id])).get(contact.id, [])]
    gone = entry[1] not in on if entry else bool(await entries.of_contacts(tx, account.id, [contact.id]))
    if gone:
        raise UnknownContact(id=id)
    return contact, entry[1] if entry else None
