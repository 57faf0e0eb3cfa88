"""How do messages pass through one carrier? So many at a time, and what it answers is stored in batches."""

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial

import structlog

from antiphon.carriers.carrier import Carrier
from antiphon.core.message import InDoubt, Key, Outcome, Outgoing
from antiphon.services import messages
from antiphon.store.session import Store
from antiphon.workers.loop import until_stored

_log = structlog.get_logger()
_BATCH = 500  # outcomes in one commit
_PATIENCE = 0.02  # seconds that an outcome waits for others
_DRAIN = 30.0  # seconds that a stop waits for the carrier's answers


class Lane:
    """The queue in front of a carrier. What it holds is claimed in the database, so it is kept short: a crash puts
    all of it in doubt."""

    def __init__(self, store: Store, carrier: Carrier) -> None:
        self._store = store
        self._carrier = carrier
        self._capacity = 2 * carrier.window
        self._held = 0
        self._queue: deque[Outgoing] = deque()
        self._outcomes: list[tuple[Key, Outcome]] = []
        self._arrived = asyncio.Semaphore(0)
        self._freed = asyncio.Event()
        self._answered = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        senders = [asyncio.create_task(self._send()) for _ in range(self._carrier.window)]
        self._tasks = [*senders, asyncio.create_task(self._settle())]

    async def room(self) -> int:
        """How many more it takes; waits until that is at least a quarter of what it can hold."""
        while self._capacity - self._held < self._capacity // 4:
            self._freed.clear()
            await self._freed.wait()
        return self._capacity - self._held

    def put(self, claimed: Sequence[Outgoing]) -> None:
        self._held += len(claimed)
        self._queue.extend(claimed)
        for _ in claimed:
            self._arrived.release()

    async def stop(self) -> None:
        """Give back what has not left, wait for the answers to what has, store them."""
        waiting = [message.key for message in self._queue]
        self._queue.clear()
        await messages.release(self._store, waiting)
        self._held -= len(waiting)
        try:
            async with asyncio.timeout(_DRAIN):
                await self.idle()
        except TimeoutError:
            _log.warning("the carrier has not answered; left in doubt", carrier=self._carrier.name, count=self._held)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def idle(self) -> None:
        while self._held:
            self._freed.clear()
            await self._freed.wait()

    async def _send(self) -> None:
        while True:
            await self._arrived.acquire()
            if not self._queue:  # it was given back
                continue
            message = self._queue.popleft()
            try:
                outcome = await self._carrier.send(message)
            except Exception as failure:
                _log.exception("the carrier failed", carrier=self._carrier.name, message=message.id)
                outcome = InDoubt(repr(failure))
            self._outcomes.append((message.key, outcome))
            self._answered.set()

    async def _settle(self) -> None:
        while True:
            await self._answered.wait()
            if len(self._outcomes) < _BATCH:
                await asyncio.sleep(_PATIENCE)
            self._answered.clear()
            outcomes, self._outcomes = self._outcomes, []
            await until_stored("outcomes", partial(messages.settle, self._store, self._carrier.name, outcomes))
            self._held -= len(outcomes)
            self._freed.set()
