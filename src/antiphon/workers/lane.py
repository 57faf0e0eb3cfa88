"""How do messages pass through one carrier? As many at a time as it takes, at its pace; what comes back is stored in
batches, in the order in which it came."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from math import ceil

import structlog

from antiphon.carriers.carrier import Carrier
from antiphon.core.carrier import Terms, is_open
from antiphon.core.message import Accepted, Busy, InDoubt, Key, Outcome, Outgoing, Receipt, Refused, Reply
from antiphon.core.price import Prices
from antiphon.services import messages
from antiphon.store.attempts import Attempt
from antiphon.store.claims import Held
from antiphon.store.session import Store
from antiphon.workers.loop import until_stored
from antiphon.workers.meter import Meter
from antiphon.workers.postbox import Postbox
from antiphon.workers.questions import Questions
from antiphon.workers.queue import Queue
from antiphon.workers.state import Counts, State
from antiphon.workers.valve import Breaker, Throttle

_log = structlog.get_logger()
_DRAIN = 30.0  # seconds that a stop waits for the carrier's answers
_AHEAD = 0.25  # seconds of its traffic that a lane holds
_MOST_HELD = 4_000
_OVERFULL = 3  # times what it had better hold
_ASK_EVERY = 10  # of so many that leave one may be a question, while there are messages
_ATTEMPTS = 5  # of a message that fails for no fault of its own


class Lane:
    """The queue in front of a carrier. What it holds is claimed in the database, so it is kept short: a crash puts
    all of it in doubt.

    `elsewhere` is asked to send a message by another way, and says whether there is one.
    """

    def __init__(
        self,
        store: Store,
        prices: Prices,
        carrier: Carrier,
        terms: Terms | None = None,
        elsewhere: Callable[[Outgoing, str], bool] = lambda message, error: False,
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._terms = terms or Terms()
        self._elsewhere = elsewhere
        self._throttle = Throttle(self._terms.rate)
        self._breaker = Breaker()
        self._capacity = 2 * carrier.window
        self._queue = Queue()
        self._sent = 0
        self._flying: dict[Key, Outgoing] = {}
        self._pumping = False
        self._pump_later: asyncio.TimerHandle | None = None
        self.questions = Questions(carrier, self._throttled)
        self._postbox = Postbox(store, prices, carrier.name, self._stored, self.questions.after)
        self._stopping = False
        self._closed = False
        self.meter = Meter(time.monotonic())
        self.paused = False
        self.counts = Counts()
        self.error: str | None = None
        self.error_at: float | None = None

    async def start(self) -> None:
        self.tick()
        self._postbox.start()
        await self._carrier.start(self)

    @property
    def name(self) -> str:
        return self._carrier.name

    @property
    def state(self) -> State:
        if self.paused:
            return State.PAUSED
        if self._closed:
            return State.CLOSED
        if self._carrier.trouble is not None:
            return State.DOWN
        return State.RESTING if self._breaker.resting(time.monotonic()) else State.OPEN

    @property
    def queued(self) -> int:
        return len(self._queue)

    @property
    def in_flight(self) -> int:
        return len(self._flying)

    @property
    def trouble(self) -> str | None:
        return self._carrier.trouble

    def room(self, *, single: bool = False) -> int:
        """How many more it takes, of single texts or of those to many."""
        if self._stopping or self.state is not State.OPEN:
            return 0
        if self._breaker.trying:
            return max(0, 1 - self._holding)
        queued = self._queue.single if single else self._queue.many
        room = self._capacity - (queued if single else self._holding - self._queue.single)
        if self._throttle.rate:
            # What a slow lane holds would be in doubt for nothing if we died.
            room = min(room, self._ahead - queued)
        return max(0, room)

    @property
    def _ahead(self) -> int:
        return ceil(self._throttle.rate * _AHEAD)

    @property
    def hungry(self) -> bool:
        """Has it room for a batch that is worth a claim?"""
        most = min(self._capacity, self._ahead) if self._throttle.rate else self._capacity
        return self.room() >= (1 if self._breaker.trying else max(1, most // 4))

    @property
    def overfull(self) -> bool:
        """Has more come than it had room for? A campaign's share of this lane is known only message by message."""
        return self._holding > _OVERFULL * self._capacity

    def put(self, message: Outgoing) -> None:
        self._queue.put(message)

    def tick(self) -> None:
        """Look at the clock, every second or so: is it open, how fast has it been, how much had it better hold?"""
        self._closed = not is_open(self._terms, self._store.now())
        busy = self._queue.many > 0 and bool(self._flying)
        self.meter.look(self.counts.accepted + self.counts.refused, time.monotonic(), busy=busy)
        self._capacity = int(min(max(2 * self._carrier.window, self.meter.rate * _AHEAD), _MOST_HELD))
        self.pump()

    def share_rate(self, lanes: int) -> None:
        """The carrier's rate is for so many lanes of it, each in a process of its own."""
        self._throttle.agree(self._terms.rate / lanes)

    def pump(self) -> None:
        """Send as many as the carrier takes now."""
        if self._pumping or self._stopping or not self._waiting or self.state is not State.OPEN:
            return
        self._pumping = True
        while self._waiting and self._carrier.free > 0:
            now = time.monotonic()
            if not self._may_go(now):
                break
            wait = self._throttle.wait(now)
            if wait > 0:
                self._pump_in(wait)
                break
            if self.questions and (not self._queue or self._sent % _ASK_EVERY == 0):
                self.questions.ask_next(self._postbox)
            else:
                self._send(self._queue.next())
            self._sent += 1
        self._pumping = False
        if self._throttle.rate and self.hungry:  # it holds too little to wait for the answers
            self._store.woken.set()

    async def stop(self) -> None:
        """Give back what has not left, wait for the answers to what has, store them."""
        self._stopping = True
        await self.give_back()
        try:
            async with asyncio.timeout(_DRAIN):
                while self._flying:
                    await self._postbox.stored_more()
        except TimeoutError:
            _log.warning("the carrier has not answered; left in doubt", carrier=self.name, count=len(self._flying))
        await self._carrier.stop()
        await self._postbox.stop()
        await self.give_back()  # what came back meanwhile, surely not taken

    async def give_back(self) -> None:
        """What waits here may go by another way."""
        self.questions.empty()
        waiting = [message.key for message in self._queue.empty()]
        if waiting:
            await until_stored("released messages", partial(messages.release, self._store, waiting))

    # What the carrier tells us (`carriers.carrier.Inbox`).

    def answered(self, message: Outgoing, outcome: Outcome | Busy) -> None:
        self._flying.pop(message.key, None)
        if isinstance(outcome, Busy):
            self._busy(message, outcome)
        elif isinstance(outcome, Refused) and outcome.of_route:
            self._note_error(outcome.error)
            self._breaker.failed(time.monotonic())
            if not self._elsewhere(message, outcome.error):
                self._book(message, outcome)
        else:
            self._book(message, outcome)

    def receipt(self, receipt: Receipt, stored: Callable[[], None]) -> None:
        self._postbox.receipt(receipt, stored)

    def reply(self, reply: Reply, stored: Callable[[], None]) -> None:
        self._postbox.reply(reply, stored)

    def ready(self) -> None:
        self.pump()
        if not self.queued:
            self._store.woken.set()

    @property
    def _waiting(self) -> int:
        return len(self._queue) + len(self.questions)

    def _send(self, message: Outgoing) -> None:
        self._flying[message.key] = message
        try:
            self._carrier.send(message)
        except Exception as failure:
            _log.exception("the carrier failed", carrier=self.name, message=message.id)
            self.answered(message, InDoubt(repr(failure)))

    def _may_go(self, now: float) -> bool:
        """After a rest one message is tried, and its answer is waited for."""
        return not self._breaker.trying or not (self._flying or self._breaker.resting(now))

    def _busy(self, message: Outgoing, outcome: Busy) -> None:
        self._note_error(outcome.error)
        if outcome.throttled:
            self._throttled(outcome)
            self._queue.put_back(message)
            return
        self._breaker.failed(time.monotonic())
        attempts = message.attempts + 1
        if attempts >= _ATTEMPTS:
            final = Refused(f"it failed {attempts} times, at last with: {outcome.error}", of_route=True)
            if not self._elsewhere(message, final.error):
                self._book(message, final)
            return
        now = self._store.now()
        until = now + timedelta(seconds=outcome.after * 2 ** (attempts - 1))
        self._postbox.hold(Held(message.key, until, f"{self.name}: {outcome.error}", attempts))
        self._postbox.note(Attempt(message.key, now, self.name, f"not taken, to be tried again: {outcome.error}"))

    def _throttled(self, said: Busy) -> None:
        self._throttle.slow(time.monotonic(), said.after)

    def _book(self, message: Outgoing, outcome: Outcome) -> None:
        match outcome:
            case Accepted():
                self.counts.accepted += 1
                self.meter.took(message.segments)
                self._breaker.worked()
            case InDoubt(reason):
                self.counts.in_doubt += 1
                self._breaker.failed(time.monotonic())
                self._note_error(reason)
            case _:
                self.counts.refused += 1
                self._breaker.worked()
        self._postbox.outcome(message.key, outcome)

    def _note_error(self, error: str) -> None:
        self.error, self.error_at = error, time.time()

    def _pump_in(self, seconds: float) -> None:
        if self._pump_later is None:
            self._pump_later = asyncio.get_running_loop().call_later(seconds, self._pump_now)

    def _pump_now(self) -> None:
        self._pump_later = None
        self.pump()

    @property
    def _holding(self) -> int:
        return self.queued + len(self._flying) + self._postbox.unstored

    def _stored(self) -> None:
        if self.hungry:
            self._store.woken.set()
