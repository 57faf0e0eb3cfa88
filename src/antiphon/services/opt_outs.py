"""What can be done with the numbers that want no more, and with those that want it again?"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from msgspec import Struct

from antiphon.core import phone
from antiphon.core.account import Account
from antiphon.core.consent import EVERYTHING, Consent, Kind, OptOut, State
from antiphon.core.errors import BadField, UnknownList
from antiphon.services import cursors
from antiphon.store import lists, opt_outs
from antiphon.store.session import Store, Tx

_API = "api"
_IMPORT = "import"
_PAGE = 5_000


class Told(Struct, frozen=True, kw_only=True):
    """What somebody says of these numbers: in which words, since when (None: now), of which list, and who says it."""

    numbers: Sequence[str]
    words: str | None = None
    at: datetime | None = None
    list_id: int = EVERYTHING
    who: str | None = None


class Row(Struct, frozen=True, kw_only=True):
    """A row of a list of opt-outs, as it is written; without a number it has the reason why it cannot be read."""

    line: int
    number: str | None
    words: str | None = None
    at: datetime | None = None
    list_id: int = EVERYTHING
    reason: str | None = None


class Count(Struct, kw_only=True):
    """What came of a list of opt-outs: so many rows were new, known already, or `failed`; the first reasons why."""

    read: int = 0
    added: int = 0
    already: int = 0
    failed: int = 0
    reasons: list[str] = []


_REASONS = 20


async def add(store: Store, account: Account, told: Told) -> tuple[int, list[str]]:
    """Silence these numbers; how many were not silent yet, and which ones nobody can read. Raises UnknownList."""
    read = _read(account, told.numbers)
    async with store.begin() as tx:
        await _check_list(tx, account, told.list_id)
        changed = await _note(tx, account, Kind.OPTED_OUT, told, read)
    return sum(changed), [number for number, known in read.items() if known is None]


async def among(store: Store, account: Account, lists: Sequence[int], numbers: Iterable[str]) -> set[str]:
    """Those of these numbers that have opted out of everything, or of one of these lists."""
    async with store.read() as tx:
        return await opt_outs.out_of(tx, account.id, lists, numbers)


async def opt_in(store: Store, account: Account, told: Told) -> tuple[int, int, list[str]]:
    """These people have agreed, which `words` prove. How many stand otherwise now; how many were protected, because
    they opted out after they had agreed; and which numbers nobody can read. Raises BadField or UnknownList."""
    if not (told.words or "").strip():
        raise BadField(field="proof", reason="does not say how they agreed")
    read = _read(account, told.numbers)
    async with store.begin() as tx:
        await _check_list(tx, account, told.list_id)
        keys = {(account.id, number, told.list_id) for number in read.values() if number is not None}
        at = told.at or tx.now
        standing = await opt_outs.locked(tx, keys)
        later = {key[1] for key, one in standing.items() if one.state is State.OUT and one.at > at}
        good = {written: number for written, number in read.items() if number not in later}
        changed = await _note(tx, account, Kind.OPTED_IN, told, good)
    return sum(changed), len(later), [number for number, known in read.items() if known is None]


async def take_list(store: Store, account: Account, rows: AsyncIterator[Sequence[Row]]) -> Count:
    """Silence the numbers of a list, a batch in a transaction. Nobody is subscribed by it."""
    count = Count()
    async for batch in rows:
        numbers = await asyncio.to_thread(_read, account, [row.number for row in batch if row.number is not None])
        good = [row for row in batch if row.number is not None and numbers[row.number] is not None]
        async with store.begin() as tx:
            known = await lists.names(tx, account.id, {row.list_id for row in batch if row.list_id})
            fit = [row for row in good if not row.list_id or row.list_id in known]
            changed = await opt_outs.note(tx, _lines(tx, account, fit, numbers), repeated=False)
        count.read += len(batch)
        count.added += sum(changed)
        count.already += len(fit) - sum(changed)
        count.failed += len(batch) - len(fit)
        fitting = {row.line for row in fit}
        reasons = (_reason(row, numbers) for row in batch if row.line not in fitting)
        count.reasons += [reason for reason, _ in zip(reasons, range(_REASONS - len(count.reasons)), strict=False)]
    return count


async def all_of(store: Store, account: Account) -> AsyncIterator[list[OptOut]]:
    """Page by page, each of a moment of its own."""
    after = "", -1
    while page := await cursors.opt_outs(store, account, after, _PAGE):
        yield page
        after = page[-1].number, page[-1].list_id


def _read(account: Account, written: Iterable[str]) -> Mapping[str, str | None]:
    return dict(zip(written, map(partial(phone.e164, region=account.region), written), strict=True))


def _lines(
    tx: Tx, account: Account, rows: Sequence[Row], numbers: Mapping[str, str | None]
) -> list[tuple[int, Consent]]:
    return [
        (
            account.id,
            Consent(
                number=numbers[row.number or ""] or "",
                kind=Kind.OPTED_OUT,
                at=min(row.at or tx.now, tx.now),
                source=_IMPORT,
                words=row.words,
                list_id=row.list_id,
                who=account.sid,
            ),
        )
        for row in rows
    ]


async def _note(tx: Tx, account: Account, kind: Kind, told: Told, read: Mapping[str, str | None]) -> list[bool]:
    numbers = sorted({number for number in read.values() if number is not None})
    lines = [
        Consent(
            number=number,
            kind=kind,
            at=min(told.at or tx.now, tx.now),
            source=_API,
            words=told.words,
            list_id=told.list_id,
            who=told.who or account.sid,
        )
        for number in numbers
    ]
    return await opt_outs.note(tx, [(account.id, line) for line in lines], repeated=kind is Kind.OPTED_IN)


async def _check_list(tx: Tx, account: Account, list_id: int) -> None:
    if list_id != EVERYTHING and await lists.by_id(tx, account.id, list_id) is None:
        raise UnknownList(name=list_id)


def _reason(row: Row, numbers: Mapping[str, str | None]) -> str:
    if row.number is None:
        return f"line {row.line}: {row.reason}"
    if numbers[row.number] is None:
        return f"line {row.line}: {row.number} is not a phone number"
    return f"line {row.line}: there is no list {row.list_id}"
