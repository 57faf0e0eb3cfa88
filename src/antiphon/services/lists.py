"""What can be done with lists of contacts?"""

from antiphon.core.account import Account
from antiphon.core.contact import Contact
from antiphon.core.errors import BadField, ListInUse, MissingField, NameTaken, UnknownList
from antiphon.services.contacts import LONGEST_NAME
from antiphon.store import campaigns, contacts, lists
from antiphon.store.lists import ContactList
from antiphon.store.session import Store, Tx


async def create(store: Store, account: Account, name: str) -> int:
    """The id of a new, empty list. Raises MissingField, BadField or NameTaken."""
    if not name.strip():
        raise MissingField(field="The name of the list")
    if len(name) > LONGEST_NAME:
        raise BadField(field="The name of the list", reason=f"is longer than {LONGEST_NAME} characters")
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
        found = await lists.by_id(tx, account.id, id)
        if found is None:
            raise UnknownList(name=id)
        return found, await contacts.on_list(tx, account.id, id)


async def empty(store: Store, account: Account, name: str, *, contacts_too: bool) -> None:
    """Take everybody off a list; with `contacts_too` delete them from the account. Raises UnknownList or ListInUse."""
    async with store.begin() as tx:
        found = await _idle(tx, account, name)
        if contacts_too:
            await contacts.remove_on_list(tx, account.id, found.id)
        await lists.empty(tx, account.id, found.id)


async def remove(store: Store, account: Account, name: str) -> None:
    """Delete a list; who was on it stays in the account. Raises UnknownList or ListInUse."""
    async with store.begin() as tx:
        found = await _idle(tx, account, name)
        await lists.empty(tx, account.id, found.id)
        await lists.remove(tx, account.id, found.id)


async def _idle(tx: Tx, account: Account, name: str) -> ContactList:
    """The list, if no campaign is being calculated from it: half of its people would else be missing in that."""
    found = await lists.by_name(tx, account.id, name)
    if found is None:
        raise UnknownList(name=name)
    if await campaigns.is_counted(tx, account.id, found.id):
        raise ListInUse(name=name)
    return found
