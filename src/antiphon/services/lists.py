"""What can be done with lists of contacts?"""

from antiphon.core.account import Account
from antiphon.core.contact import Contact
from antiphon.core.errors import BadField, ListInUse, MissingField, NameTaken, UnknownList
from antiphon.services.contacts import LONGEST_NAME
from antiphon.store import campaigns, contacts, lists
from antiphon.store.lists import ContactList
from antiphon.store.session import Store, Taken, Tx


async def create(store: Store, account: Account, name: str) -> int:
    """The id of a new, empty list. Raises MissingField, BadField or NameTaken."""
    _check_name(name)
    async with store.begin() as tx:
        id = tx.ids.one()
        if not await lists.add(tx, account.id, id, name):
            raise NameTaken(name=name)
    return id


async def all_of(store: Store, account: Account) -> list[ContactList]:
    """The oldest first."""
    async with store.read() as tx:
        return await lists.all_of(tx, account.id)


async def find(store: Store, account: Account, id: int) -> tuple[ContactList, list[Contact]]:
    """A list and everybody on it. Raises UnknownList."""
    async with store.read() as tx:
        found = await _known(tx, account, id)
        return found, await contacts.on_list(tx, account.id, id)


async def empty(store: Store, account: Account, name: str, *, contacts_too: bool) -> None:
    """Take everybody off a list; with `contacts_too` delete them from the account. Raises UnknownList or ListInUse."""
    async with store.begin() as tx:
        found = await _idle(tx, account, name)
        if contacts_too:
            await contacts.remove_on_list(tx, account.id, found.id)
        await lists.empty(tx, account.id, found.id)


async def rename(store: Store, account: Account, id: int, name: str) -> ContactList:
    """Raises MissingField, BadField, UnknownList or NameTaken."""
    _check_name(name)
    try:
        async with store.begin() as tx:
            if not await lists.rename(tx, account.id, id, name):
                raise UnknownList(name=id)
            return await _known(tx, account, id)
    except Taken:
        raise NameTaken(name=name) from None


async def remove(store: Store, account: Account, which: str | int) -> None:
    """Delete a list, by its name or id; who was on it stays in the account. Raises UnknownList or ListInUse."""
    async with store.begin() as tx:
        found = await _idle(tx, account, which)
        await lists.empty(tx, account.id, found.id)
        await lists.remove(tx, account.id, found.id)


async def _idle(tx: Tx, account: Account, which: str | int) -> ContactList:
    """The list, if no campaign is being calculated from it: half of its people would else be missing in that."""
    found = await _known(tx, account, which)
    if await campaigns.is_counted(tx, account.id, found.id):
        raise ListInUse(name=found.name)
    return found


async def _known(tx: Tx, account: Account, which: str | int) -> ContactList:
    find = lists.by_name(tx, account.id, which) if isinstance(which, str) else lists.by_id(tx, account.id, which)
    found = await find
    if found is None:
        raise UnknownList(name=which)
    return found


def _check_name(name: str) -> None:
    if not name.strip():
        raise MissingField(field="The name of the list")
    if len(name) > LONGEST_NAME:
        raise BadField(field="The name of the list", reason=f"is longer than {LONGEST_NAME} characters")
