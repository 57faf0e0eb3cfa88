"""What can be done with lists of contacts?"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from msgspec.structs import replace

from antiphon.core.account import Account
from antiphon.core.contact import Contact
from antiphon.core.contact_list import CreateList, EditList
from antiphon.core.errors import (
    BadField,
    ListInUse,
    MissingField,
    NameTaken,
    OnListAlready,
    Refusal,
    UnknownContact,
    UnknownList,
)
from antiphon.core.window import Page, Window
from antiphon.services.contacts import LONGEST_NAME
from antiphon.store import campaigns, contacts, lists
from antiphon.store.lists import ContactList
from antiphon.store.session import Store, Taken, Tx


async def create(store: Store, account: Account, name: str) -> int:
    """The id of a new, empty list. Raises MissingField, BadField or NameTaken."""
    check_name(name)
    async with store.begin() as tx:
        id = tx.ids.one()
        if not await lists.add(tx, account.id, id, name):
            raise NameTaken(name=name)
    return id


async def create_all(store: Store, account: Account, commands: Sequence[CreateList]) -> list[ContactList | Refusal]:
    """New, empty lists in one transaction: for each command its list, or the refusal that `create` raises."""
    while True:
        with suppress(_Overtaken):
            async with store.begin() as tx:
                return await _create(tx, account, commands)


async def all_of(store: Store, account: Account) -> list[ContactList]:
    """The oldest first."""
    async with store.read() as tx:
        return await lists.all_of(tx, account.id)


async def page(store: Store, account: Account, window: Window) -> Page[ContactList]:
    async with store.read() as tx:
        found = await lists.page(tx, account.id, window)
        return Page(window=window, things=found, total=await lists.count(tx, account.id, window))


async def named(store: Store, account: Account, names: Iterable[str]) -> dict[str, ContactList]:
    """Those that are there, by name."""
    async with store.read() as tx:
        return await lists.by_names(tx, account.id, names)


async def of(store: Store, account: Account, members: Iterable[int]) -> dict[int, list[ContactList]]:
    """The lists of these contacts, by contact, the oldest first."""
    async with store.read() as tx:
        return await lists.of(tx, account.id, members)


async def sizes(store: Store, account: Account, ids: Iterable[int]) -> dict[int, int]:
    """How many contacts are on each of these lists that has any."""
    async with store.read() as tx:
        return await lists.sizes(tx, account.id, ids)


async def get(store: Store, account: Account, id: int) -> ContactList:
    """Raises UnknownList."""
    async with store.read() as tx:
        return await _known(tx, account, id)


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
    (done,) = await edit_all(store, account, [EditList(id=id, name=name)])
    if isinstance(done, Refusal):
        raise done
    return done


async def edit_all(store: Store, account: Account, commands: Sequence[EditList]) -> list[ContactList | Refusal]:
    """Change lists in one transaction: for each command the list after it, or the refusal that `rename` raises.

    A name that another list has before any of this is taken.
    """
    while True:
        with suppress(Taken):  # by a transaction that has been faster than our look
            async with store.begin() as tx:
                return await _edit(tx, account, commands)


async def attach(store: Store, account: Account, id: int, members: Sequence[int]) -> list[Refusal | None]:
    """Put contacts on a list; for each of them None, UnknownContact or OnListAlready. Raises UnknownList."""
    async with store.begin() as tx:
        found = await _known(tx, account, id)
        there = await contacts.locked_all(tx, account.id, set(members))
        on = await lists.members(tx, account.id, id, there)
        await lists.attach(tx, account.id, [id], sorted(there.keys() - on))
    results: list[Refusal | None] = []
    for member in members:
        refusal = OnListAlready(id=member, name=found.name) if member in on else None
        results.append(refusal if member in there else UnknownContact(id=member))
        on.add(member)
    return results


async def detach_all(store: Store, account: Account, id: int, members: Sequence[int]) -> int:
    """Take these contacts off a list; how many were on it. Raises UnknownList."""
    async with store.begin() as tx:
        found = await _known(tx, account, id)
        return await lists.detach(tx, account.id, found.id, members) if members else 0


async def detach(store: Store, account: Account, id: int, member: int) -> None:
    """Take a contact off a list; it stays in the account. Raises UnknownList, or UnknownContact if it is not on it."""
    async with store.begin() as tx:
        await _known(tx, account, id)
        if not await lists.detach(tx, account.id, id, [member]):
            raise UnknownContact(id=member)


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


class _Overtaken(Exception):
    """A name was taken between two looks at it, so the transaction starts over."""


async def _create(tx: Tx, account: Account, commands: Sequence[CreateList]) -> list[ContactList | Refusal]:
    taken = set(await lists.ids(tx, account.id, {command.name for command in commands}))
    results: list[ContactList | Refusal] = []
    for command in commands:
        refusal = _name_refused(command.name)
        if refusal is None and command.name in taken:
            refusal = NameTaken(name=command.name)
        taken.add(command.name)
        fresh = ContactList(
            id=tx.ids.one(), name=command.name, created_at=tx.now, updated_at=tx.now, tag=command.tag or None
        )
        results.append(refusal or fresh)
    new = [result for result in results if isinstance(result, ContactList)]
    if await lists.add_all(tx, account.id, new) < len(new):
        raise _Overtaken
    return results


async def _edit(tx: Tx, account: Account, commands: Sequence[EditList]) -> list[ContactList | Refusal]:
    now = await lists.locked_all(tx, account.id, {command.id for command in commands})
    owners = await lists.ids(tx, account.id, {command.name for command in commands if command.name})
    results: list[ContactList | Refusal] = []
    for command in commands:
        refusal = _refused(command, now, owners)
        if refusal is None:
            found = now[command.id]
            tag = found.tag if command.tag is None else command.tag or None
            now[command.id] = replace(found, name=command.name or found.name, tag=tag, updated_at=tx.now)
        results.append(refusal or now[command.id])
    await lists.change(tx, account.id, list({one.id: one for one in results if isinstance(one, ContactList)}.values()))
    return results


def _refused(command: EditList, there: Mapping[int, ContactList], owners: dict[str, int]) -> Refusal | None:
    """`owners` are the lists that have the names wanted; whose name is free gets it."""
    if command.name is not None and (refusal := _name_refused(command.name)):
        return refusal
    if command.id not in there:
        return UnknownList(name=command.id)
    taken = command.name is not None and owners.setdefault(command.name, command.id) != command.id
    return NameTaken(name=command.name or "") if taken else None


def check_name(name: str) -> None:
    if refusal := _name_refused(name):
        raise refusal


def _name_refused(name: str) -> Refusal | None:
    if not name.strip():
        return MissingField(field="The name of the list")
    if len(name) > LONGEST_NAME:
        return BadField(field="The name of the list", reason=f"is longer than {LONGEST_NAME} characters")
    return None
