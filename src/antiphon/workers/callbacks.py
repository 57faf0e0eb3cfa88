"""Which customers' servers are called next? Each at its own pace, so that a dead one delays nobody.

Every tenth of a second the worker looks what has become due lately, and walks on from server to server as the index has
them; then it claims, of each that is not left alone, as much as that server has shown to take. So neither a server with
a million callbacks nor ten thousand servers are read through before somebody else's turn.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import islice

import structlog

from antiphon.core import url
from antiphon.core.callback import Resting
from antiphon.core.event import Due, Heard
from antiphon.services import deliveries
from antiphon.services.deliveries import LEASE, Taken
from antiphon.store.session import Store
from antiphon.workers.caller import Caller, Unwritten
from antiphon.workers.endpoint import Endpoint, Standing
from antiphon.workers.loop import until_stored

_log = structlog.get_logger()
_AT_ONCE = 500  # calls that are on their way
_NEW = 250  # servers at a time that have not shown yet what they take
_FAILING = 100  # servers at a time that have failed
_EACH = {Standing.PROVEN: 500, Standing.NEW: 2, Standing.FAILING: 1}  # claimed at once for a server
# Of these, so many servers between two looks: thousands that refuse at once would leave no time for the others.
_CALM = {Standing.PROVEN: 0, Standing.NEW: 20, Standing.FAILING: 5}
_ENOUGH = 250  # held for a proven one: at less more is claimed
_HELD = 5_000  # for all
_EXAMINED = 1_000  # servers in a row whose turn it may be
_FRESH = LEASE / 2  # after which what is held is put back: a call takes at most a quarter of the lease
_PAUSE = 0.1  # seconds between two looks
_PAGE = 5_000  # servers that are walked by in one of them
_NEWEST = 1_000  # callbacks that have just become due and are looked at each time
_UNWALKED = 10  # times as long nobody walks then: with ten thousand servers it would take half of the time
_BATCH = 1_000  # results in one commit
_PATIENCE = 0.02  # seconds that a result waits for others
_REMEMBERED = 50_000  # servers


class Courier:
    """What is on its way, and how the servers have answered. `woken` is set when more can be claimed at once."""

    def __init__(self, store: Store, caller: Caller) -> None:
        self.woken = asyncio.Event()
        self._store = store
        self._caller = caller
        self._endpoints: dict[str, Endpoint] | None = None
        # Servers that something is due to, in the order of their turns, by what they have shown.
        self._ready: dict[Standing, dict[str, None]] = {standing: {} for standing in Standing}
        self._active: dict[str, Endpoint] = {}  # those that something is held for, or is on its way to
        self._seen = ""
        self._calm = dict(_CALM)
        self._look_at = self._walk_at = 0.0
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._news = _News(store)

    async def run_once(self) -> int:
        """Take what is due, as far as there is room; how many."""
        endpoints = await self._known()
        await self._look(endpoints)
        free, taken = self._free(), 0
        for standing, each in _EACH.items():
            if names := self._chosen(endpoints, standing, free[standing]):
                self._calm[standing] -= len(names)
                taken += await self._claim(endpoints, names, each)
        return taken

    async def stop(self) -> None:
        """Wait for what is on its way, put the rest back; whoever is cut off tries it again after a minute."""
        self._stopping = True
        for endpoint in self._active.values():
            self._put_back(endpoint)
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._news.stop()
        self._stopping = False

    async def _known(self) -> dict[str, Endpoint]:
        if self._endpoints is None:
            resting = await deliveries.resting(self._store)
            self._endpoints = {one.endpoint: Endpoint(one.endpoint, one) for one in resting}
        if len(self._endpoints) > _REMEMBERED:
            idle = [one.name for one in self._endpoints.values() if one.is_idle()]
            for name in idle[: len(self._endpoints) - _REMEMBERED]:
                del self._endpoints[name]
        return self._endpoints

    async def _look(self, endpoints: dict[str, Endpoint]) -> None:
        """Note where something is due: lately, and at the next ones of all servers."""
        if time.monotonic() < self._look_at:
            return
        names = await deliveries.owed_lately(self._store, _NEWEST)
        if time.monotonic() >= self._walk_at:
            names += await self._walk()
        self._calm = dict(_CALM)
        self._look_at = time.monotonic() + _PAUSE
        now = self._store.now()
        for name in names:
            one = endpoints.get(name)
            if one is None or not one.rests(now):
                self._ready[one.standing if one else Standing.NEW][name] = None

    async def _walk(self) -> list[str]:
        """The next servers that something is due to."""
        began = time.monotonic()
        page = await deliveries.owed_after(self._store, self._seen, _PAGE)
        self._seen = page[-1][0] if len(page) == _PAGE else ""
        self._walk_at = time.monotonic() + (time.monotonic() - began) * _UNWALKED
        now = self._store.now()
        return [name for name, due_at in page if due_at <= now]

    def _free(self) -> dict[Standing, int]:
        """How many servers of each standing can be given more."""
        held = sum(len(one.held) for one in self._active.values())
        busy = Counter(one.standing for one in self._active.values())
        return {
            Standing.PROVEN: (_HELD - held) // _EACH[Standing.PROVEN],
            Standing.NEW: min(_NEW - busy[Standing.NEW], self._calm[Standing.NEW]),
            Standing.FAILING: min(_FAILING - busy[Standing.FAILING], self._calm[Standing.FAILING]),
        }

    def _chosen(self, endpoints: dict[str, Endpoint], standing: Standing, most: int) -> list[str]:
        """Those whose turn it is, at most so many."""
        chosen: list[str] = []
        now, ready = self._store.now(), self._ready[standing]
        for name in list(islice(ready, _EXAMINED)):
            one = endpoints.get(name) or Endpoint(name)
            if len(chosen) >= most:
                break
            if one.rests(now) or one.standing is not standing:
                del ready[name]  # it is seen again
            elif one.is_idle() or (one.is_proven() and len(one.held) <= _ENOUGH):
                chosen.append(name)
        return chosen

    async def _claim(self, endpoints: dict[str, Endpoint], names: Sequence[str], each: int) -> int:
        taken = await deliveries.claim(self._store, names, each)
        now = self._store.now()
        counts = dict.fromkeys(names, 0)
        for one in taken:
            server = url.endpoint(one.due.url)
            counts[server] += 1
            self._active[server] = endpoint = endpoints.setdefault(server, Endpoint(server))
            endpoint.held.append((one, now))
        for name, count in counts.items():
            endpoint = endpoints.get(name) or Endpoint(name)
            ready = self._ready[endpoint.standing]
            ready.pop(name, None)
            if count == each:  # there may be more: at the end of the queue
                ready[name] = None
            self._start(endpoint)
        return len(taken)

    def _start(self, endpoint: Endpoint) -> None:
        while endpoint.may_start():
            endpoint.running += 1
            task = asyncio.create_task(self._deliver(endpoint, *endpoint.held.popleft()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver(self, endpoint: Endpoint, taken: Taken, claimed_at: datetime) -> None:
        async with self._places:
            if self._store.now() - claimed_at > _FRESH:
                self._news.put_back([taken.due])
            else:
                await self._call(endpoint, taken)
        endpoint.running -= 1
        if endpoint.rests(self._store.now()) or self._stopping:
            self._put_back(endpoint)
        self._start(endpoint)
        if endpoint.is_idle():
            self._active.pop(endpoint.name, None)
        if endpoint.is_idle() or (endpoint.is_proven() and len(endpoint.held) == _ENOUGH):
            self.woken.set()

    async def _call(self, endpoint: Endpoint, taken: Taken) -> None:
        try:
            heard = await self._caller.call(taken, self._store.now())
        except Unwritten as failure:
            self._news.heard(taken.due, Heard(error=str(failure)))
            return
        except Exception as failure:
            _log.exception("a server could not be called", callback=taken.due.id)
            heard = Heard(error=f"it could not be called: {type(failure).__name__}")
        if endpoint.hear(heard, self._store.now()):
            self._news.rested(endpoint.name, endpoint.rest)
        self._news.heard(taken.due, heard)

    def _put_back(self, endpoint: Endpoint) -> None:
        self._news.put_back([taken.due for taken, _ in endpoint.held])
        endpoint.held.clear()


class _News:
    """What is to be stored: many results in one commit."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._heard: list[tuple[Due, Heard]] = []
        self._untried: list[Due] = []
        self._rests: dict[str, Resting | None] = {}
        self._storing: asyncio.Task[None] | None = None

    def heard(self, due: Due, heard: Heard) -> None:
        self._heard.append((due, heard))
        self._begin()

    def put_back(self, untried: Sequence[Due]) -> None:
        if untried:
            self._untried += untried
            self._begin()

    def rested(self, name: str, rest: Resting | None) -> None:
        """It is left alone, or well again."""
        self._rests[name] = rest
        self._begin()

    async def stop(self) -> None:
        """Wait until all is stored."""
        while self._storing is not None:
            await asyncio.wait([self._storing])

    def _begin(self) -> None:
        if self._storing is None:
            self._storing = asyncio.create_task(self._store_all())

    async def _store_all(self) -> None:
        while self._heard or self._untried or self._rests:
            if len(self._heard) < _BATCH:
                await asyncio.sleep(_PATIENCE)
            heard, self._heard = self._heard[:_BATCH], self._heard[_BATCH:]
            untried, self._untried = self._untried, []
            rests, self._rests = self._rests, {}
            if heard:
                await until_stored("callbacks", partial(deliveries.settle, self._store, heard))
            if untried:
                await until_stored("callbacks put back", partial(deliveries.release, self._store, untried))
            if rests:
                failing = [rest for rest in rests.values() if rest is not None]
                await until_stored("servers", partial(deliveries.rest, self._store, failing, list(rests)))
        self._storing = None
