"""What would a carrier do? A far end that takes messages, refuses some, and reports on the rest, alike for a seed.

It keeps a log of its own, as a real one does: every message that reached it is a line, and what it still has to report
survives a crash of the program that it runs in. The log is also where one reads what would have been sent.
"""

import asyncio
import hashlib
import heapq
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from antiphon.carriers.carrier import Inbox
from antiphon.core.message import Accepted, Fate, Key, Outcome, Outgoing, Receipt, Refused, Reply

_TICK = 0.02  # seconds between two looks at what is due
_BATCH = 500


class Behaviour(Struct, frozen=True, kw_only=True):
    """`latency` and `receipt_delay` in seconds, the shares from 0 to 1. The same seed, number and text fare alike."""

    latency: float = 0.02
    refused: float = 0.0
    failed: float = 0.05
    stopped: float = 0.0
    receipt_delay: float = 0.5
    seed: int = 0


class Submitted(Struct, frozen=True, kw_only=True, tag="submitted"):
    """A line of the log: a message that reached us, and what we shall report of it and when."""

    reference: str
    key: Key
    to: str
    sender: str | None
    text: str
    due: float
    fate: Fate
    stops: bool


class Reported(Struct, frozen=True, kw_only=True, tag="reported"):
    """A line of the log: these reports have been acknowledged."""

    references: Sequence[str]


class Simulator:
    """A carrier in this process. Without a log it forgets, at the end, what it has not reported."""

    window = 200
    trouble = None

    def __init__(self, behaviour: Behaviour, log: Path | None, name: str = "simulator") -> None:
        self.name = name
        self._behaviour = behaviour
        self._under_way = 0
        self._log = os.open(log, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600) if log else None
        self._due: list[tuple[float, str, Submitted]] = []
        self._reporter: asyncio.Task[None] | None = None

    @property
    def free(self) -> int:
        return self.window - self._under_way

    async def start(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._loop = asyncio.get_running_loop()
        if self._log is not None:
            _end_torn_line(self._log)
        for submitted in _unreported(self._log):
            heapq.heappush(self._due, (submitted.due, submitted.reference, submitted))
        self._reporter = asyncio.create_task(self._report(inbox))

    def send(self, message: Outgoing) -> None:
        self._under_way += 1
        self._loop.call_later(self._behaviour.latency, self._answer, message, self._take(message))

    def _answer(self, message: Outgoing, outcome: Outcome) -> None:
        self._under_way -= 1
        self._inbox.answered(message, outcome)
        self._inbox.ready()

    def _take(self, message: Outgoing) -> Outcome:
        refuses, fails, stops, slow = _draws(self._behaviour.seed, message)
        if refuses < self._behaviour.refused:
            return Refused("the simulated carrier refuses this message")
        submitted = Submitted(
            reference=f"{message.account_id:x}-{message.id:x}",
            key=message.key,
            to=message.number,
            sender=message.sender,
            text=message.text,
            due=time.time() + self._behaviour.latency + self._behaviour.receipt_delay * (0.5 + slow),
            fate=Fate.FAILED if fails < self._behaviour.failed else Fate.DELIVERED,
            stops=stops < self._behaviour.stopped,
        )
        self._write(submitted)
        heapq.heappush(self._due, (submitted.due, submitted.reference, submitted))
        return Accepted(submitted.reference)

    async def check(self) -> str:
        return "a simulator; nothing leaves this machine"

    async def stop(self) -> None:
        if self._reporter:
            self._reporter.cancel()
            await asyncio.gather(self._reporter, return_exceptions=True)
        if self._log is not None:
            os.close(self._log)

    async def _report(self, inbox: Inbox) -> None:
        while True:
            due = self._take_due()
            if len(due) < _BATCH:
                await asyncio.sleep(_TICK)
            if not due:
                continue
            news = [*map(_receipt, due), *(_reply(one) for one in due if one.stops and one.fate is Fate.DELIVERED)]
            await _stored(inbox, news)
            self._write(Reported(references=[one.reference for one in due]))

    def _take_due(self) -> list[Submitted]:
        due: list[Submitted] = []
        now = time.time()
        while self._due and self._due[0][0] <= now and len(due) < _BATCH:
            due.append(heapq.heappop(self._due)[2])
        return due

    def _write(self, line: Submitted | Reported) -> None:
        # Not buffered: what reached the carrier stays reached when this process is killed.
        if self._log is not None:
            os.write(self._log, msgspec.json.encode(line) + b"\n")


async def _stored(inbox: Inbox, news: Sequence[Receipt | Reply]) -> None:
    """Report, and wait until all of it is stored."""
    done = asyncio.Event()
    left = len(news)

    def stored() -> None:
        nonlocal left
        left -= 1
        if not left:
            done.set()

    for one in news:
        if isinstance(one, Receipt):
            inbox.receipt(one, stored)
        else:
            inbox.reply(one, stored)
    await done.wait()


def _unreported(log: int | None) -> Iterable[Submitted]:
    unreported: dict[str, Submitted] = {}
    for entry in _entries(log) if log is not None else ():
        if isinstance(entry, Submitted):
            unreported[entry.reference] = entry
        else:
            for reference in entry.references:
                unreported.pop(reference, None)
    return unreported.values()


def _end_torn_line(log: int) -> None:
    """A power cut may have left half a line; what comes next must not be taken for its other half."""
    size = os.fstat(log).st_size
    if size and os.pread(log, 1, size - 1) != b"\n":
        os.write(log, b"\n")


def _entries(log: int) -> Iterator[Submitted | Reported]:
    read = msgspec.json.Decoder(Submitted | Reported)
    with os.fdopen(os.dup(log), "rb") as lines:
        lines.seek(0)
        for line in lines:
            with suppress(msgspec.DecodeError):  # a line that a power cut tore
                yield read.decode(line)


def _draws(seed: int, message: Outgoing) -> tuple[float, float, float, float]:
    """Four numbers from 0 to 1 that depend on nothing but the seed, the number and the text."""
    digest = hashlib.blake2b(f"{seed}|{message.number}|{message.text}".encode(), digest_size=16).digest()
    a, b, c, d = (int.from_bytes(digest[place : place + 4]) / 2**32 for place in (0, 4, 8, 12))
    return a, b, c, d


def _receipt(submitted: Submitted) -> Receipt:
    error = "the simulated phone cannot be reached" if submitted.fate is Fate.FAILED else None
    at = datetime.now(UTC)
    return Receipt(reference=submitted.reference, fate=submitted.fate, at=at, error=error, echo=submitted.key)


def _reply(submitted: Submitted) -> Reply:
    at = datetime.now(UTC)
    return Reply(number=submitted.to, text="STOP", at=at, answers=submitted.key, receiver=submitted.sender)
