"""What does a carrier's report change?"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog

from antiphon.core.message import Key, Receipt
from antiphon.core.reference import Form, spellings, spelt
from antiphon.services.callbacks import owe_receipts
from antiphon.store import callbacks, messages, receipts
from antiphon.store.receipts import Match
from antiphon.store.session import Store, Tx

_log = structlog.get_logger()
_KEPT = timedelta(days=3)  # a receipt that fits no message waits so long for one
_SOON = timedelta(seconds=5)  # what is younger may still be named by an answer that is about to be stored
_AT_ONCE = 2_000

# How each carrier spells in its receipts what it answered otherwise: learned from one that could only be meant so.
_forms: dict[str, Form] = {}


async def record(store: Store, carrier: str, arrived: Sequence[Receipt]) -> None:
    """Store what the receipts report, and what we owe to who wants to know; only after that may they be acknowledged
    to the carrier. One that fits no message is kept."""
    async with store.begin() as tx:
        await book(tx, carrier, arrived)


async def book(tx: Tx, carrier: str, arrived: Sequence[Receipt], at_once: Mapping[Key, Receipt] | None = None) -> None:
    """As `record`, with all else that this transaction does; `at_once` are those that came with the answers."""
    if at_once:
        await _apply_whole(tx, carrier, at_once, answered=True)
    known, strange = await _known(tx, carrier, arrived)
    await _apply(tx, carrier, known)
    await receipts.keep_early(tx, carrier, strange)


async def retry_kept(store: Store) -> int:
    """Look again for the messages of receipts that came before their answers; how many have found theirs."""
    async with store.read() as tx:
        if not await receipts.any_kept(tx, tx.now - _SOON):
            return 0
    async with store.begin() as tx:
        found = 0
        by_carrier: dict[str, list[Receipt]] = {}
        for carrier, receipt in await receipts.kept(tx, tx.now - _SOON, _AT_ONCE):
            by_carrier.setdefault(carrier, []).append(receipt)
        for carrier, waiting in by_carrier.items():
            known, _ = await _known(tx, carrier, waiting)
            await _apply(tx, carrier, known)
            await receipts.take_early(tx, carrier, [one.reference for one, _ in known])
            found += len(known)
        forgotten = await receipts.forget_kept(tx, tx.now - _KEPT)
    if forgotten:
        _log.warning("receipts that fitted no message are forgotten", count=forgotten)
    return found


Known = Sequence[tuple[Receipt, Match]]


async def _apply(tx: Tx, carrier: str, known: Known) -> None:
    whole: dict[Key, Receipt] = {}
    parts: dict[tuple[Key, int], Receipt] = {}
    for receipt, match in known:
        if match.part is None:
            whole.setdefault(match.key, receipt)
        else:
            parts.setdefault((match.key, match.part), receipt)
    if parts:
        whole |= await receipts.apply_to_parts(tx, parts)
    await _apply_whole(tx, carrier, whole, answered=False)


async def _apply_whole(tx: Tx, carrier: str, whole: Mapping[Key, Receipt], *, answered: bool) -> None:
    # Most accounts want no callbacks: then nothing is asked about single messages.
    wanted = await callbacks.any_wanted(tx, {account for account, _ in whole}) if whole else False
    ending = await messages.still_open(tx, whole) if wanted else set[Key]()
    await receipts.apply(tx, carrier, whole, answered=answered)
    await owe_receipts(tx, ending)


async def _known(tx: Tx, carrier: str, arrived: Sequence[Receipt]) -> tuple[Known, list[Receipt]]:
    """The receipts whose messages are found, and the others."""
    learned = _forms.get(carrier)
    first = {id: _references(id, learned) for one in arrived if one.echo is None for id in (one.reference, *one.also)}
    found = await receipts.matches(tx, carrier, {one for each in first.values() for one in each})
    known: list[tuple[Receipt, Match]] = []
    strange: list[Receipt] = []
    for one in arrived:
        match = Match(one.echo, "") if one.echo else _matching(one, first, found)
        if match is None:
            strange.append(one)
        else:
            known.append((one, match))
    if strange:
        more, strange = await _otherwise_spelt(tx, carrier, strange)
        known += more
    return known, strange


async def _otherwise_spelt(
    tx: Tx, carrier: str, strange: Sequence[Receipt]
) -> tuple[list[tuple[Receipt, Match]], list[Receipt]]:
    """Those whose id means a message when it is read another way, and it is one to the receipt's own number: only so
    can another reading be sure."""
    readings = {one.reference: spellings(one.reference) for one in strange if one.number}
    found = await receipts.matches(tx, carrier, {reference for each in readings.values() for reference in each})
    known: list[tuple[Receipt, Match]] = []
    left: list[Receipt] = []
    for one in strange:
        reading = readings.get(one.reference, {})
        fitting = [ref for ref in reading if ref in found and _digits(found[ref].number) == _digits(one.number or "")]
        if not fitting:
            left.append(one)
            continue
        known.append((one, found[fitting[0]]))
        form = reading[fitting[0]]
        if form is not Form.SAME and _forms.get(carrier) is not form:
            _forms[carrier] = form
            _log.info("the receipts of this carrier are read so from now on", carrier=carrier, form=form)
    return known, left


def _references(id: str, learned: Form | None) -> tuple[str, ...]:
    return (id,) if learned is None else (*spelt(id, learned), id)


def _matching(receipt: Receipt, read: Mapping[str, Sequence[str]], found: Mapping[str, Match]) -> Match | None:
    """A receipt that says for whom it was fits no message to somebody else, where its id was read our own way."""
    for id in (receipt.reference, *receipt.also):
        for reference in read[id]:
            match = found.get(reference)
            if match and (reference == id or _digits(match.number) == _digits(receipt.number or "")):
                return match
    return None


def _digits(number: str) -> str:
    return "".join(character for character in number if character.isdigit()).lstrip("0")
