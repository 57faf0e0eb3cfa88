"""How does a file of contacts get into a list? Kept in parts before it is acknowledged, then stored part by part."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from tempfile import TemporaryFile
from typing import IO, BinaryIO

import msgspec
from msgspec import Struct

from antiphon.core import spreadsheet
from antiphon.core.account import Account
from antiphon.core.contact import AddContacts, Batch, Change, Existing, Result
from antiphon.core.errors import UnknownImport, UnknownList
from antiphon.core.spreadsheet import Row
from antiphon.core.upload import Import, State, Step
from antiphon.services import contacts
from antiphon.services.lists import check_name
from antiphon.store import accounts, imports, lists, opt_outs
from antiphon.store.lists import ContactList
from antiphon.store.session import Store, Tx

ROWS = 5_000  # of a part: what is in memory at a time, and what a crash repeats
_PART = 4 * 1024 * 1024  # bytes that a part has at most, but for its last row
_REASONS = 5


class _Part(Struct, frozen=True, kw_only=True):
    of: Import
    place: int
    rows: list[Row]


_rows = msgspec.json.Decoder(list[Row])


async def start(store: Store, account: Account, list_name: str, file: BinaryIO, *, dynamic: bool) -> Import:
    """Read the file and keep its contacts for the list of this name, which is made where it is missing.

    Raises MissingField, BadField or Malformed.
    """
    check_name(list_name)
    with TemporaryFile() as kept:
        total = await asyncio.to_thread(_keep, spreadsheet.read(file, dynamic=dynamic), kept)
        async with store.begin() as tx:
            found = await _ensure(tx, account, list_name, dynamic=dynamic)
            new = Import(
                account_id=account.id,
                id=tx.ids.one(),
                list_id=found.id,
                state=State.WORKING if total else State.COMPLETED,
                dynamic=dynamic,
                total=total,
                created_at=tx.now,
                ended_at=None if total else tx.now,
            )
            await imports.add(tx, new)
            for place, line in enumerate(kept):
                await imports.add_part(tx, new, place, line.decode())
    return new


async def find(store: Store, account: Account, id: int) -> Import:
    """Raises UnknownImport."""
    async with store.read() as tx:
        found = await imports.by_id(tx, account.id, id)
    if found is None:
        raise UnknownImport(id=id)
    return found


async def work(store: Store) -> int:
    """Store the next part of the oldest file; how many rows it had."""
    async with store.read() as tx:
        found = await imports.next_part(tx)
        account = await accounts.by_id(tx, found[0].account_id) if found else None
    if found is None or account is None:
        return 0
    of, place, written = found
    part = _Part(of=of, place=place, rows=await asyncio.to_thread(_rows.decode, written))
    try:
        await _store(store, account, part)
    except UnknownList:
        async with store.begin() as tx:
            await imports.fail(tx, of, "the list was deleted before the file was read")
    return len(part.rows)


def _keep(rows: Iterator[Row], kept: IO[bytes]) -> int:
    """Write the rows in parts, a line each; how many rows."""
    total, part, size = 0, list[bytes](), 0
    for row in rows:
        total += 1
        part.append(msgspec.json.encode(row))
        size += len(part[-1])
        if len(part) == ROWS or size >= _PART:
            _write(kept, part)
            part, size = [], 0
    if part:
        _write(kept, part)
    kept.seek(0)
    return total


def _write(kept: IO[bytes], rows: Sequence[bytes]) -> None:
    kept.write(b"[" + b",".join(rows) + b"]\n")


async def _ensure(tx: Tx, account: Account, name: str, *, dynamic: bool) -> ContactList:
    new = ContactList(id=tx.ids.one(), name=name, created_at=tx.now, updated_at=tx.now, dynamic=dynamic)
    if await lists.add_all(tx, account.id, [new]):
        return new
    found = (await lists.by_names(tx, account.id, [name]))[name]
    if dynamic and not found.dynamic:
        await lists.make_dynamic(tx, account.id, found.id)
    return found


async def _store(store: Store, account: Account, part: _Part) -> None:
    drafts = [row.draft for row in part.rows if row.draft is not None]
    command = AddContacts(drafts=drafts, existing=Existing.OVERWRITE)
    batch = await contacts.prepare(account, command)
    done = False
    while not done:
        with suppress(contacts.Gone):
            async with store.begin() as tx:
                await _put(tx, account, part, command, batch)
            done = True


async def _put(tx: Tx, account: Account, part: _Part, command: AddContacts, batch: Batch) -> None:
    if await imports.take(tx, part.of, part.place):
        results = await contacts.put(tx, account, command, batch)
        added = await _join(tx, part.of, results)
        numbers = {result.number for result in results if result.contact}
        protected = await opt_outs.out_of(tx, account.id, [part.of.list_id], numbers)
        await imports.advance(tx, part.of, _step(part.rows, results, added, len(protected)))


async def _join(tx: Tx, of: Import, results: Sequence[Result]) -> int:
    """Put them on the list; how many were not on it. Raises UnknownList."""
    if not await lists.locked_all(tx, of.account_id, [of.list_id]):
        raise UnknownList(name=of.list_id)
    ids = {result.contact.id for result in results if result.contact}
    new = ids - await lists.members(tx, of.account_id, of.list_id, ids)
    await lists.attach(tx, of.account_id, [of.list_id], sorted(new))
    return len(new)


def _why_not(result: Result) -> str | None:
    """Nobody was stored."""
    if result.change is Change.UNREADABLE:
        return f"{result.number} is not a phone number: {result.reason}"
    return result.reason if result.change is Change.OPTED_OUT else None


def _step(rows: Sequence[Row], results: Sequence[Result], added: int, protected: int) -> Step:
    stored = iter(results)
    reasons: list[str] = []
    for row in rows:
        result = next(stored) if row.draft is not None else None
        if result is None:
            reasons.append(f"line {row.line}: {row.reason}")
        elif why := _why_not(result):
            reasons.append(f"line {row.line}: {why}")
    return Step(
        added=added,
        duplicates=len(rows) - len(reasons) - added,
        failed=len(reasons),
        protected=protected,
        reasons=tuple(reasons[:_REASONS]),
    )
