"""What can be done with contacts?"""

import asyncio
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial

from antiphon.core import contact as rules
from antiphon.core import phone
from antiphon.core.account import Account
from antiphon.core.contact import (
    AddContacts,
    Batch,
    Change,
    Contact,
    Draft,
    EditContact,
    Existing,
    FindContacts,
    Result,
)
from antiphon.core.errors import (
    BadField,
    BadNumber,
    ChangedMeanwhile,
    NumberTaken,
    Refusal,
    UnknownContact,
    UnknownList,
)
from antiphon.core.window import Page
from antiphon.services import erased
from antiphon.store import contacts, lists, opt_outs, tags
from antiphon.store.session import Store, Taken, Tx

# Longer names do not fit into an index of PostgreSQL.
LONGEST_NAME = 255
_OPTED_OUT = "the number has opted out"


async def add(store: Store, account: Account, command: AddContacts) -> list[Result]:
    """Add or change contacts in one transaction: one result for each draft, in the order of the drafts.

    Raises UnknownList (of `list_ids`) or BadField (a name is too long); then nothing is stored.
    """
    batch = await prepare(account, command)
    while True:
        with suppress(Gone):
            async with store.begin() as tx:
                return await put(tx, account, command, batch)


async def prepare(account: Account, command: AddContacts) -> Batch:
    """What `put` stores. Raises BadField."""
    _check_names("list", command.lists)
    _check_tags(command.drafts)
    # In a thread: a number that is made to be hard takes milliseconds to refuse, and there may be thousands of them.
    return await asyncio.to_thread(rules.prepare, command, account.region)


async def put(tx: Tx, account: Account, command: AddContacts, batch: Batch) -> list[Result]:
    """As `add`, within a transaction. Raises UnknownList; or Gone: then the transaction must start over."""
    return rules.settle(batch, await _add(tx, account, command, batch.by_number))


async def edit(store: Store, account: Account, command: EditContact) -> Contact:
    """Change one contact. Raises UnknownContact, UnknownList, BadNumber or NumberTaken."""
    (done,) = await edit_all(store, account, [command])
    if isinstance(done, Refusal):
        raise done
    return done


async def edit_all(store: Store, account: Account, commands: Sequence[EditContact]) -> list[Contact | Refusal]:
    """Change contacts in one transaction: for each command the contact after it, or the refusal that `edit` raises.

    A tag of a draft becomes the contact's newest. A number that another contact has before any of this is taken.
    """
    _check_tags(command.draft for command in commands)
    read = partial(rules.read_number, region=account.region)
    numbers = await asyncio.to_thread(list, map(read, [command.draft.number for command in commands]))
    while True:
        with suppress(Taken):  # a number, by a transaction that has been faster than our look
            async with store.begin() as tx:
                return await _edit(tx, account, commands, numbers)


async def page(store: Store, account: Account, query: FindContacts) -> Page[Contact]:
    """Raises UnknownList."""
    async with store.read() as tx:
        await _check_lists(tx, account, query.list_ids)
        found = await contacts.page(tx, account.id, query)
        return Page(window=query.window, things=found, total=await contacts.count(tx, account.id, query))


async def find(store: Store, account: Account, id: int) -> Contact:
    """Raises UnknownContact."""
    async with store.read() as tx:
        return await _known(tx, account, id)


async def remove(store: Store, account: Account, id: int, seen: datetime | None = None) -> None:
    """Delete a contact, also from its lists and tags; only if it was last changed at the time that was `seen`.

    Raises UnknownContact or ChangedMeanwhile.
    """
    async with store.begin() as tx:
        if seen is not None:
            contact = await contacts.locked(tx, account.id, id)
            if contact is not None and contact.updated_at != seen:
                raise ChangedMeanwhile(id=id)
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


async def _check_lists(tx: Tx, account: Account, ids: Collection[int]) -> None:
    there = await lists.names(tx, account.id, ids) if ids else set[int]()
    for id in ids:
        if id not in there:
            raise UnknownList(name=id)


def _check_tags(drafts: Iterable[Draft]) -> None:
    _check_names("tag", {tag for draft in drafts for tag in draft.tags})


def _check_names(what: str, names: Collection[str]) -> None:
    if any(len(name) > LONGEST_NAME for name in names):
        raise BadField(field=f"The name of a {what}", reason=f"is longer than {LONGEST_NAME} characters")


async def _edit(
    tx: Tx, account: Account, commands: Sequence[EditContact], numbers: Sequence[str | BadNumber | None]
) -> list[Contact | Refusal]:
    before = await contacts.locked_all(tx, account.id, {command.id for command in commands})
    taken = await contacts.known(tx, account.id, {number for number in numbers if isinstance(number, str)})
    gone = await erased.among(tx, account.id, {number for number in numbers if isinstance(number, str)})
    numbers = [_unless_erased(number, gone) for number in numbers]
    targets = await lists.names(tx, account.id, {one.move_to for one in commands if one.move_to is not None})
    people, done, results = dict(before), list[EditContact](), list[Contact | Refusal]()
    for command, number in zip(commands, numbers, strict=True):
        refusal = _refused(command, number, people.get(command.id), taken, targets)
        if refusal is not None:
            results.append(refusal)
            continue
        person = people[command.id] = rules.edit(people[command.id], command.draft, str(number or ""), tx.now)
        taken.add(person.number)
        done.append(command)
        results.append(person)
    await _store_edits(tx, account, done, before, people)
    return results


def _unless_erased(number: str | BadNumber | None, gone: Container[str]) -> str | BadNumber | None:
    return BadNumber(written=number, reason=_OPTED_OUT) if isinstance(number, str) and number in gone else number


def _refused(
    command: EditContact,
    number: str | BadNumber | None,
    person: Contact | None,
    taken: Container[str],
    targets: Container[int],
) -> Refusal | None:
    if isinstance(number, BadNumber):
        return number
    if person is None:
        return UnknownContact(id=command.id)
    if command.seen is not None and command.seen != person.updated_at:
        return ChangedMeanwhile(id=command.id)
    if number and number != person.number and number in taken:
        return NumberTaken(number=number)
    unknown = command.move_to is not None and command.move_to not in targets
    return UnknownList(name=command.move_to or 0) if unknown else None


async def _store_edits(
    tx: Tx, account: Account, done: Sequence[EditContact], before: Mapping[int, Contact], after: Mapping[int, Contact]
) -> None:
    changed = [after[id] for id in dict.fromkeys(command.id for command in done)]
    await contacts.change(tx, account.id, changed)
    numbers = {person.id: person.number for person in changed if person.number != before[person.id].number}
    await contacts.renumber(tx, account.id, numbers)
    tagged = {command.id: command.draft.tags for command in done if command.draft.tags}
    if tagged:
        await tags.attach(tx, account.id, tagged)
        await tags.renew(tx, account.id, {id: given[-1] for id, given in tagged.items()})
    moved = {command.id: command.move_to for command in done if command.move_to is not None}
    if moved:
        await lists.detach_all(tx, account.id, list(moved))
        await lists.place(tx, account.id, moved)


class Gone(Exception):
    """A contact was removed between two looks at it, so the transaction starts over."""


async def _add(tx: Tx, account: Account, command: AddContacts, by_number: Mapping[str, Draft]) -> dict[str, Result]:
    silent = set(await erased.among(tx, account.id, by_number))
    if command.leave_out_opted_out:
        silent |= await opt_outs.among(tx, account.id, by_number)
    drafts = {number: draft for number, draft in by_number.items() if number not in silent}
    results = await _write(tx, account, drafts, command.existing)
    if _labels(command):
        await _label(tx, account, command, drafts, results)
    for number in silent:
        results[number] = Result(change=Change.OPTED_OUT, number=number, reason=_OPTED_OUT)
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
    """Who was added, and who was there already, by number; all are ours until the transaction ends. Raises Gone.

    First all inserts, then all locks, each in the order of the numbers: so two transactions never wait for each other.
    """
    known = await contacts.known(tx, account.id, drafts)
    fresh = _fresh(tx, {number: draft for number, draft in drafts.items() if number not in known})
    if await contacts.add(tx, account.id, list(fresh.values())) < len(fresh):
        known = set(drafts)  # another transaction has been faster with some of them
    there = await contacts.by_numbers(tx, account.id, known) if known else {}
    if len(there) < len(known):
        raise Gone
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
    await _check_lists(tx, account, command.list_ids)
    made = await lists.ensure(tx, account.id, command.lists) if command.lists else []
    await lists.attach(tx, account.id, [*command.list_ids, *made], members)
    if command.un_tag:
        await tags.detach_all(tx, account.id, members)
    await tags.attach(tx, account.id, {id: drafts[number].tags for number, id in ids.items()})
