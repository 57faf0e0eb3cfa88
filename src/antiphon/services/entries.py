"""What is a person to a vendor who knows people only as entries of one list?

There, somebody on two lists is two entries; here it is one contact on two lists. The first entry has the contact's own
id and stands for every list that has no other; each further one has an id of its own. So who takes an entry off its
list leaves the contact on the others.
"""

from collections.abc import Awaitable, Callable

from msgspec import Struct
from msgspec.structs import replace

from antiphon.core import phone
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


class _Places(Struct, frozen=True):
    """Where a contact is: the lists that its first entry stands for, and those that have an id of their own."""

    first: list[int]
    own: dict[int, int]


async def add(store: Store, account: Account, draft: Draft, list_id: int) -> int:
    """Add or change the contact, and put it on the list; its id there. Raises UnknownList, BadNumber or BadField."""
    before = await _before(store, account, draft.number, list_id)
    (result,) = await contacts.add(store, account, AddContacts(drafts=[draft], list_ids=(list_id,)))
    if result.contact is None:
        raise BadNumber(written=result.number, reason=result.reason or "")
    if before is not None:
        return before
    async with store.begin() as tx:
        contact = await stored.locked(tx, account.id, result.contact.id)
        places = await _places(tx, account, result.contact.id)
        if contact is None or list_id in places.own or places.first == [list_id]:
            return places.own.get(list_id, result.contact.id)
        return await entries.add(tx, account.id, contact.id, list_id)


async def find(store: Store, account: Account, id: int) -> Entry:
    """Raises UnknownContact."""
    async with store.read() as tx:
        contact, _ = await _known(tx, account, id, stored.by_id)
        return Entry(id, contact)


async def on_list(store: Store, account: Account, list_id: int) -> tuple[ContactList, list[Entry]]:
    """A list and everybody on it. Raises UnknownList."""
    async with store.read() as tx:
        found = await lists.by_id(tx, account.id, list_id)
        if found is None:
            raise UnknownList(name=list_id)
        known = await entries.of_list(tx, account.id, list_id)
        people = await stored.on_list(tx, account.id, list_id)
        return found, [Entry(known.get(contact.id, contact.id), contact) for contact in people]


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
        places = await _places(tx, account, contact.id)
        if not places.first and not places.own:
            await stored.remove(tx, account.id, [contact.id])


async def _before(store: Store, account: Account, written: str, list_id: int) -> int | None:
    """The id of somebody who is on the list already."""
    number = phone.e164(written, account.region)
    async with store.read() as tx:
        contact = await stored.id_of(tx, account.id, number) if number else None
        if contact is None:
            return None
        places = await _places(tx, account, contact)
        return places.own.get(list_id, contact) if list_id in (*places.first, *places.own) else None


async def _move(tx: Tx, account: Account, id: int, list_id: int) -> None:
    contact, own = await _known(tx, account, id)
    if own == list_id:
        return
    await _leave(tx, account, contact.id, id, own)
    places = await _places(tx, account, contact.id)
    await lists.attach(tx, account.id, [list_id], [contact.id])
    if own is not None and list_id not in (*places.first, *places.own):
        await entries.put(tx, account.id, id, contact.id, list_id)


async def _leave(tx: Tx, account: Account, contact: int, id: int, own: int | None) -> None:
    """Take it off the list that is its own, or off those that the first entry stands for."""
    leaves = (await _places(tx, account, contact)).first if own is None else [own]
    for list_id in leaves:
        await lists.detach(tx, account.id, list_id, [contact])
    if own is not None:
        await entries.remove(tx, account.id, id)


async def _places(tx: Tx, account: Account, contact: int) -> _Places:
    on = [one.id for one in (await lists.of(tx, account.id, [contact])).get(contact, [])]
    known = await entries.of_contact(tx, account.id, contact)
    return _Places([id for id in on if id not in known], {id: known[id] for id in on if id in known})


async def _known(
    tx: Tx,
    account: Account,
    id: int,
    find: Callable[[Tx, int, int], Awaitable[Contact | None]] = stored.locked,
) -> tuple[Contact, int | None]:
    """The contact, held, and the list that is the entry's own. Raises UnknownContact."""
    entry = await entries.by_id(tx, account.id, id)
    contact = await find(tx, account.id, entry[0] if entry else id)
    if contact is None:
        raise UnknownContact(id=id)
    places = await _places(tx, account, contact.id)
    left = entry[1] not in places.own if entry else not places.first and bool(places.own)
    if left:
        raise UnknownContact(id=id)
    return contact, entry[1] if entry else None
