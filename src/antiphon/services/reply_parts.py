"""How do the parts of a long reply become one text? In any order, by any bind or process, each stored before it is
acknowledged."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from antiphon.core import air
from antiphon.core.air import Alphabet
from antiphon.core.message import Reply
from antiphon.store import reply_parts
from antiphon.store.reply_parts import Part, Parts, Text
from antiphon.store.session import Tx

PATIENCE: Final = timedelta(hours=1)  # what has come by then is all that will
_AGAIN: Final = timedelta(minutes=5)  # a part that comes again so soon is the same one
_GAP: Final = "[…]"


async def join(tx: Tx, arrived: Sequence[Reply]) -> list[Reply]:
    """Keep these parts; the replies that they make whole."""
    texts = {_text(one) for one in arrived}
    await _hold(tx, texts)
    parts = await reply_parts.take(tx, texts)
    whole = [reply for one in arrived if (reply := _add(parts, one, tx.now))]
    await reply_parts.give_back(tx, parts)
    return whole


async def any_old(tx: Tx) -> bool:
    return bool(await reply_parts.old(tx, tx.now - PATIENCE, 1))


async def expire(tx: Tx, limit: int) -> list[Reply]:
    """The texts whose other parts never came, as far as they are known. What was joined is forgotten."""
    texts = await reply_parts.old(tx, tx.now - PATIENCE, limit)
    if not texts:
        return []
    await _hold(tx, texts)
    parts = await reply_parts.take(tx, texts)
    await reply_parts.give_back(tx, {text: each for text, each in parts.items() if text not in texts})
    return [_torn(text, parts[text]) for text in sorted(texts, key=_name) if _waits(parts.get(text, {}))]


def _add(parts: Parts, arrived: Reply, now: datetime) -> Reply | None:
    part = arrived.part
    assert part is not None
    text = _text(arrived)
    there = parts.setdefault(text, {})
    before = there.get(part.place)
    if before is not None:
        if now - before.arrived_at < _AGAIN and (before.joined or before.octets == part.octets):
            return None
        there.clear()  # the reference means another text by now
    there[part.place] = Part(
        octets=part.octets, coding=part.coding, alphabet=part.alphabet.value, joined=False, arrived_at=now
    )
    if len(there) < part.total:
        return None
    said = air.read(b"".join(there[place].octets for place in sorted(there)), part.coding, part.alphabet)
    parts[text] = {place: replace(one, octets=b"", joined=True, arrived_at=now) for place, one in there.items()}
    return replace(arrived, text=said, part=None)


def _torn(text: Text, parts: Mapping[int, Part]) -> Reply:
    said = [
        air.read(parts[place].octets, parts[place].coding, Alphabet(parts[place].alphabet)) if place in parts else _GAP
        for place in range(1, text.total + 1)
    ]
    at = min(part.arrived_at for part in parts.values())
    return Reply(
        number=text.number, text="".join(said), at=at, receiver=text.receiver or None, carrier=text.carrier or None
    )


def _waits(parts: Mapping[int, Part]) -> bool:
    return any(not part.joined for part in parts.values())


async def _hold(tx: Tx, texts: Collection[Text]) -> None:
    """Or the last two parts, in two processes, would both wait for each other."""
    names = {hashlib.blake2b(_name(text).encode(), digest_size=7).digest() for text in texts}
    await tx.hold(sorted(int.from_bytes(name) for name in names))


def _name(text: Text) -> str:
    return f"{text.carrier}|{text.number}|{text.receiver}|{text.reference}|{text.total}"


def _text(arrived: Reply) -> Text:
    part = arrived.part
    assert part is not None
    return Text(arrived.carrier or "", arrived.number, arrived.receiver or "", part.reference, part.total)
