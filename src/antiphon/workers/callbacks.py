"""Which customers' servers are called next? Each at its own pace, so that a dead one delays nobody."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial

import structlog

from antiphon.core import url
from antiphon.core.event import Due, Event, Heard, Request
from antiphon.services import callbacks
from antiphon.store.session import Store
from antiphon.workers.loop import until_stored
from antiphon.workers.outbound import Outbound

# What a dialect makes of an event, as a form or as JSON; None where it has no such callback.
Write = Callable[[Event, bool], Request | None]

_log = structlog.get_logger()
_AT_ONCE = 500  # calls that are on their way
_EACH = 4  # of them to one endpoint
_FAILURES = 5  # in a row, until an endpoint is left alone
_REST = 30.0  # seconds that it is left alone
_BATCH = 500  # results in one commit
_PATIENCE = 0.02  # seconds that a result waits for others
_REMEMBERED = 10_000  # endpoints with failures


class Courier:
    """What is on its way, and which endpoints have failed."""

    def __init__(self, store: Store, outbound: Outbound, writers: Mapping[str, Write]) -> None:
        self._store = store
        self._outbound = outbound
        self._writers = writers
        self._running: Counter[str] = Counter()
        self._failures: dict[str, tuple[int, float]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._heard: list[tuple[Due, Heard]] = []
        self._settling: asyncio.Task[None] | None = None

    async def run_once(self) -> int:
        """Take what is due, as far as there is room; how many."""
        room = _AT_ONCE - len(self._tasks)
        if room <= 0:
            return 0
        taken = await callbacks.claim(self._store, room, _EACH, self._full())
        for due in taken:
            endpoint = url.endpoint(due.url)
            self._running[endpoint] += 1
            task = asyncio.create_task(self._deliver(due, endpoint))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(taken)

    async def stop(self) -> None:
        """Wait for what is on its way; whoever is cut off tries it again after a minute."""
        while self._tasks or self._settling:
            await asyncio.wait({*self._tasks, *({self._settling} if self._settling else ())})

    def _full(self) -> list[str]:
        """The endpoints that get no more for now."""
        now = time.monotonic()
        resting = [
            endpoint for endpoint, (count, until) in self._failures.items() if count >= _FAILURES and until > now
        ]
        return [*resting, *(endpoint for endpoint, count in self._running.items() if count >= _EACH)]

    async def _deliver(self, due: Due, endpoint: str) -> None:
        try:
            heard = await self._call(due)
        except Exception as failure:
            _log.exception("a callback failed", callback=due.id, format=due.format)
            heard = Heard(error=f"it could not be written: {type(failure).__name__}")
        self._running[endpoint] -= 1
        if not self._running[endpoint]:
            del self._running[endpoint]
        self._note(endpoint, heard)
        self._heard.append((due, heard))
        if self._settling is None:
            self._settling = asyncio.create_task(self._settle())

    async def _call(self, due: Due) -> Heard:
        write = self._writers.get(due.format)
        request = write(due.event, due.form) if write else None
        if request is None:
            return Heard(status=204, answer=f"{due.format} tells of no such thing")
        return await self._outbound.post(due.url, request)

    def _note(self, endpoint: str, heard: Heard) -> None:
        if heard.status is not None and heard.status < 500:  # it lives, whatever it says
            self._failures.pop(endpoint, None)
            return
        count, _ = self._failures.pop(endpoint, (0, 0.0))
        if len(self._failures) >= _REMEMBERED:
            self._failures.pop(next(iter(self._failures)))
        self._failures[endpoint] = count + 1, time.monotonic() + _REST

    async def _settle(self) -> None:
        while self._heard:
            if len(self._heard) < _BATCH:
                await asyncio.sleep(_PATIENCE)
            heard, self._heard = self._heard[:_BATCH], self._heard[_BATCH:]
            await until_stored("callbacks", partial(callbacks.settle, self._store, heard))
        self._settling = None
