"""Who must not be written to, and what do people say about it?

The ledger has a line for each thing that was said; the standing of a number is what its lines come to, one after the
other. It is kept for everything that an account sends, and apart from that for each list that somebody has left.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from antiphon.core.stop_words import Means, is_courtesy, is_object, plain, words

# The list of what holds for all that an account sends.
EVERYTHING: Final = 0

# A confirmation is presumed to be within the law for so long after the STOP (47 CFR 64.1200(a)(12)).
CONFIRM_WITHIN: Final = timedelta(minutes=5)

# A STOP within more words than these, that begins like one, is no longer taken for one.
_SHORT: Final = 5

# "STOP au 30101", "STOP at 30101", "STOP au XXXXX", "no PUB=STOP": they share the word itself, in capitals.
_STOP_MENTION = re.compile(r"(?<![A-Za-z])STOP(?![A-Za-z])")


class Kind(StrEnum):
    """What a line of the ledger says. Somebody DOUBTED may have wanted to opt out; DISMISSED: they have not."""

    OPTED_IN = "opted_in"
    OPTED_OUT = "opted_out"
    DOUBTED = "doubted"
    DISMISSED = "dismissed"


class State(StrEnum):
    UNKNOWN = "unknown"
    IN = "in"
    OUT = "out"


class Consent(Struct, frozen=True, kw_only=True):
    """A line of the ledger: said `at`, noted when the program came to know. `source` is the way in, `words` what was
    said, `who` the one who noted it where that was not the person."""

    number: str
    kind: Kind
    at: datetime
    source: str
    words: str | None = None
    list_id: int = EVERYTHING
    campaign_id: int | None = None
    who: str | None = None
    noted_at: datetime | None = None
    id: int = 0


class OptOut(Struct, frozen=True, kw_only=True):
    """How a number stands, since when and how we know: by the ledger's `line_id`. `held_id` is the line that awaits
    somebody's decision; marketing is withheld meanwhile."""

    number: str
    at: datetime
    source: str
    words: str | None = None
    list_id: int = EVERYTHING
    state: State = State.OUT
    line_id: int = 0
    held_id: int | None = None


def after(standing: OptOut | None, line: Consent) -> OptOut | None:
    """How a number stands once this was said of it. The first word of an opt-out stands."""
    if line.kind is Kind.OPTED_IN:
        return _standing(line, State.IN)
    if line.kind is Kind.OPTED_OUT:
        return standing if standing and standing.state is State.OUT else _standing(line, State.OUT)
    if line.kind is Kind.DOUBTED:
        held = standing or _standing(line, State.UNKNOWN)
        return held if held.state is State.OUT else replace(held, held_id=line.id)
    return replace(standing, held_id=None) if standing else None


def _standing(line: Consent, state: State) -> OptOut:
    return OptOut(
        number=line.number,
        at=line.at,
        source=line.source,
        words=line.words,
        list_id=line.list_id,
        state=state,
        line_id=line.id,
    )


class Asked(StrEnum):
    """What an answer asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    DOUBT = "doubt"
    NOTHING = "nothing"


class Heard(Struct, frozen=True):
    """`named` are the ways to read what a STOP or START was said of, as plain words; none where it was said of all."""

    asked: Asked
    named: tuple[str, ...] = ()


_NOTHING = Heard(Asked.NOTHING)
_DOUBT = Heard(Asked.DOUBT)


def hear(text: str, region: str) -> Heard:
    """What does this answer, from a number of this country, ask for? "STOP", "Stop. Thank you", "stop svp", "arrêt":
    silence. "We have got to STOP this bill": doubtful. Whether what a STOP names is a list, `named_lists` knows."""
    written = plain(text)
    said = tuple(word for word in written if not is_courtesy(word))
    known = words(region)
    first = known.leading(said)
    if first is None:
        return _elsewhere(written, region) if said else _NOTHING
    meaning, length = first
    rest = said[length:]
    if meaning is Means.HELP:
        return Heard(Asked.HELP) if not rest else _elsewhere(written, region)
    if meaning is Means.DOUBT:
        return _DOUBT
    tail = written[written.index(said[length - 1]) + 1 :]
    if meaning is Means.START:
        return _start(rest, tail, region)
    if _says_no_more(rest, meaning, region):
        return Heard(Asked.STOP)
    if meaning is Means.LEAVE:
        return _DOUBT if len(written) <= _SHORT else _elsewhere(rest, region)
    return Heard(Asked.STOP, _named(tail))


def _says_no_more(rest: tuple[str, ...], meaning: Means, region: str) -> bool:
    """Is what follows only more of the same, or about the messages?"""
    known, place = words(region), 0
    while place < len(rest):
        again = known.leading(rest, place)
        if again and again[0] in (Means.STOP, Means.LEAVE):
            place += again[1]
        elif meaning is Means.STOP and is_object(rest[place]):
            place += 1
        else:
            return False
    return True


def _start(rest: tuple[str, ...], tail: tuple[str, ...], region: str) -> Heard:
    if not rest:
        return Heard(Asked.START)
    elsewhere = _elsewhere(rest, region)
    return elsewhere if elsewhere is _DOUBT or len(rest) > _SHORT else Heard(Asked.START, _named(tail))


def _named(tail: tuple[str, ...]) -> tuple[str, ...]:
    """What follows the word, as it stands and without what may mean nothing by itself."""
    without = tuple(word for word in tail if word.isdigit() or not is_courtesy(word))
    bare = tuple(word for word in tail if not is_courtesy(word))
    return tuple(dict.fromkeys(map(" ".join, (tail, without, bare))))


def _elsewhere(said: tuple[str, ...], region: str) -> Heard:
    """Is there a word of STOP somewhere in it?"""
    known = words(region)
    found = (known.leading(said, place) for place in range(len(said)))
    doubtful = any(one and one[0] in (Means.STOP, Means.DOUBT) for one in found)
    return _DOUBT if doubtful else _NOTHING


def named_lists(heard: Heard, lists: Iterable[tuple[int, str]]) -> tuple[int, ...]:
    """Those of these lists, each with its name, that were named."""
    by_name: dict[str, list[int]] = {}
    for id, name in lists:
        by_name.setdefault(" ".join(plain(name)), []).append(id)
    return next((tuple(by_name[way]) for way in heard.named if way in by_name), ())


def mentions_stop(text: str) -> bool:
    """Does this text say how to stop it? Only in capitals, as at the vendors that ask for it."""
    return _STOP_MENTION.search(text) is not None
