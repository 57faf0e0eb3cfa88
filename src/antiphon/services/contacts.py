"""What can be done with contacts?"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from msgspec.structs import replace

from antiphon.core import contact as rules
from antiphon.core import phone
from antiphon.core.account import Account
from antiphon.core.contact import AddContacts, Change, Contact, Draft, EditContact, Existing, Result
from antiphon.core.errors import BadField, BadNumber, NumberTaken, UnknownContact, UnknownList
from antiphon.store import contacts, lists, opt_outs, tags
from antiphon.store.session import Store, Taken, Tx

# Longer names do not fit into an index of PostgreSQL.
LONGEST_NAME = 255


async def add(store: Store, account: Account, command: AddContacts) -> list[Result]:
    """Add or change contacts in one transaction: one result for each draft, in the order of the drafts.

    Raises UnknownList (of `list_ids`) or BadField (a name is too long); then nothing is stored.
    """
    _check_names(command)
    # In a thread: a number that is made to be hard takes milliseconds to refuse, and there may be thousands of them.
    batch = await asyncio.to_thread(rules.prepare, command, account.region)
    results: dict[str, Result] | None = None
    while results is None:
        with suppress(_Gone):
            async with store.begin() as tx:
                results = await _add(tx, account, command, batch.by_number)
    return rules.settle(batch, results)


async def edit(store: Store, account: Account, command: EditContact) -> Contact:
    """Change one contact. Raises UnknownContact, UnknownList, BadNumber or NumberTaken."""
    draft = command.draft
    number = phone.e164(draft.number, account.region) if draft.number else None
    if draft.number and number is None:
        raise BadNumber(written=draft.number, reason=phone.why_unreadable(draft.number, account.region))
    async with store.begin() as tx:
        contact = await contacts.locked(tx, account.id, command.id)
        if contact is None:
            raise UnknownContact(id=command.id)
        if number is not None and number != contact.number:
            await _renumber(tx, account, contact, number)
        contact = replace(contact, number=number or contact.number, updated_at=tx.now)
        contact = rules.merge(contact, draft, tx.now)
        await contacts.change(tx, account.id, [contact])
        if command.move_to is not None:
            await _check_list(tx, account, command.move_to)
            await lists.detach_all(tx, account.id, [contact.id])
            await lists.attach(tx, account.id, [command.move_to], [contact.id])
    return contact


async def find(store: Store, account: Account, id: int) -> Contact:
    """Raises UnknownContact."""
    async with store.read() as tx:
        return await _known(tx, account, id)


async def remove(store: Store, account: Account, id: int) -> None:
    """Delete a contact, also from its lists and tags. Raises UnknownContact."""
    async with store.begin() as tx:
        if not await contacts.remove(tx, account.id, [id]):
            raise UnknownContact(id=id)


async def remove_numbers(store: Store, account: Account, written: Sequence[str], list_name: str | None) -> list[int]:
    """Delete the contacts with these numbers, or take them off one list; the places of numbers nobody can read.

    A number that no contact has is no error: what was asked for is so. Raises UnknownList.
    """
    read = [phone.e164(number, account.region) for number in written]
    async with store.begin() as tx:
        ids = [contact.id for contact in (await contacts.by_numbers(tx, account.id, set(filter(None, read)))).values()]
        if list_name is None:
            await contacts.remove(tx, account.id, ids)
        else:
            found = await lists.by_name(tx, account.id, list_name.strip())
            if found is None:
                raise UnknownList(name=list_name)
            await lists.detach(tx, account.id, found.id, ids)
    return [place for place, number in enumerate(read) if number is None]


async def tags_of(store: Store, account: Account, ids: Iterable[int]) -> dict[int, list[str]]:
    """The tags of these contacts, the oldest first."""
    async with store.read() as tx:
        return await tags.of(tx, account.id, ids)


async def _known(tx: Tx, account: Account, id: int) -> Contact:
    contact = await contacts.by_id(tx, account.id, id)
    if contact is None:
        raise UnknownContact(id=id)
    return contact


async def _renumber(tx: Tx, account: Account, contact: Contact, number: str) -> None:
    if await contacts.known(tx, account.id, [number]):
        raise NumberTaken(number=number)
    try:
        await contacts.renumber(tx, account.id, contact.id, number)
    except Taken:  # by a transaction that has been faster than our check
        raise NumberTaken(number=number) from None


async def _check_list(tx: Tx, account: Account, id: int) -> None:
    if await lists.by_id(tx, account.id, id) is None:
        raise UnknownList(name=id)


def _check_names(command: AddContacts) -> None:
    named = {"list": set(command.lists), "tag": {tag for draft in command.drafts for tag in draft.tags}}
    for what, names in named.items():
        if any(len(name) > LONGEST_NAME for name in names):
            raise BadField(field=f"The name of a {what}", reason=f"is longer than {LONGEST_NAME} characters")


class _Gone(Exception):
    """A contact was removed between two looks at it, so the transaction starts over."""


async def _add(tx: Tx, account: Account, command: AddContacts, by_number: Mapping[str, Draft]) -> dict[str, Result]:
    silent = await opt_outs.among(tx, account.id, by_number) if command.leave_out_opted_out else set[str]()
    drafts = {number: draft for number, draft in by_number.items() if number not in silent}
    results = await _write(tx, account, drafts, command.existing)
    if _labels(command):
        await _label(tx, account, command, drafts, results)
    for number in silent:
        results[number] = Result(change=Change.OPTED_OUT, number=number, reason="the number has opted out")
    return results


async def _write(tx: Tx, account: Account, drafts: Mapping[str, Draft], existing: Existing) -> dict[str, Result]:
    added, found = await _meet(tx, account, drafts)
    change = Change.KEPT
    if existing is Existing.OVERWRITE:
        change = Change.UPDATED
        merged = {number: rules.merge(contact, drafts[number], tx.now) for number, contact in found.items()}
        await contacts.change(tx, account.id, [new for number, new in merged.items() if new is not found[number]])
        found = merged
    results = {n: Result(change=Change.ADDED, number=n, contact=contact) for n, contact in added.items()}
    return results | {n: Result(change=change, number=n, contact=contact) for n, contact in found.items()}


async def _meet(tx: Tx, account: Account, drafts: Mapping[str, Draft]) -> tuple[dict[str, Contact], dict[str, Contact]]:
    """Who was added, and who was there already, by number; all are ours until the transaction ends. Raises _Gone.

    First all inserts, then all locks, each in the order of the numbers: so two transactions never wait for each other.
    """
    known = await contacts.known(tx, account.id, drafts)
    fresh = _fresh(tx, {number: draft for number, draft in drafts.items() if number not in known})
    if await contacts.add(tx, account.id, list(fresh.values())) < len(fresh):
        known = set(drafts)  # another transaction has been faster with some of them
    there = await contacts.by_numbers(tx, account.id, known) if known else {}
    if len(there) < len(known):
        raise _Gone
    found = {
        number: contact for number, contact in there.items() if number not in fresh or contact.id != fresh[number].id
    }
    return {number: contact for number, contact in fresh.items() if number not in found}, found


def _fresh(tx: Tx, drafts: Mapping[str, Draft]) -> dict[str, Contact]:
    return {
        number: rules.first(drafts[number], id, number, tx.now)
        for id, number in zip(tx.ids.many(len(drafts)), sorted(drafts), strict=True)
    }


def _labels(command: AddContacts) -> bool:
    on_lists = bool(command.lists or command.list_ids or command.un_list)
    return on_lists or command.un_tag or any(draft.tags for draft in command.drafts)


async def _label(
    tx: Tx, account: Account, command: AddContacts, drafts: Mapping[str, Draft], results: Mapping[str, Result]
) -> None:
    kept = {Change.KEPT} if command.existing is Existing.REFUSE else set[Change]()
    ids = {n: done.contact.id for n, done in results.items() if done.contact and done.change not in kept}
    members = sorted(ids.values())
    if command.un_list:
        await lists.detach_all(tx, account.id, members)
    for id in command.list_ids:
        await _check_list(tx, account, id)
    made = await lists.ensure(tx, account.id, command.lists) if command.lists else []
    await lists.attach(tx, account.id, [*command.list_ids, *made], members)
    if command.un_tag:
        await tags.detach_all(tx, account.id, members)
    await tags.attach(tx, account.id, {id: drafts[number].tags for number, id in ids.items()})
