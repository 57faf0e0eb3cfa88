"""How is what a carrier says stored? In batches, in the order in which it came, and nobody is told "stored" before it
is."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from antiphon.core.message import Key, Outcome, Receipt, Reply
from antiphon.core.price import Prices
from antiphon.services import messages, replies
from antiphon.store.attempts import Attempt
from antiphon.store.claims import Held
from antiphon.store.session import Store
from antiphon.workers.loop import until_stored

_BATCH = 1_000  # news in one commit that is made at once
_PATIENCE = 0.01  # seconds that they wait for others

Stored = Callable[[], None]


class Postbox:
    """All that one carrier says. `emptied` is called after each batch; `ask_after` is the silence after which it is
    asked about a message."""

    def __init__(
        self, store: Store, prices: Prices, carrier: str, emptied: Stored, ask_after: timedelta | None = None
    ) -> None:
        self._store = store
        self._prices = prices
        self._carrier = carrier
        self._emptied = emptied
        self._ask_after = ask_after
        self._outcomes: list[tuple[Key, Outcome]] = []
        self._receipts: list[tuple[Receipt, Stored]] = []
        self._replies: list[tuple[Reply, Stored]] = []
        self._held: list[Held] = []
        self._noted: list[Attempt] = []
        self._under_way = 0
        self._storing = False
        self._news = asyncio.Event()
        self._more = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def unstored(self) -> int:
        """How many answers are not stored yet."""
        return len(self._outcomes) + self._under_way

    def start(self) -> None:
        self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Once all that came is stored."""
        while self._news.is_set() or self._storing:
            await self.stored_more()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def stored_more(self) -> None:
        """Until the next batch is stored."""
        self._more.clear()
        await self._more.wait()

    def outcome(self, key: Key, outcome: Outcome) -> None:
        self._outcomes.append((key, outcome))
        self._news.set()

    def receipt(self, receipt: Receipt, stored: Stored) -> None:
        self._receipts.append((receipt, stored))
        self._news.set()

    def reply(self, reply: Reply, stored: Stored) -> None:
        self._replies.append((reply, stored))
        self._news.set()

    def hold(self, held: Held) -> None:
        self._held.append(held)
        self._news.set()

    def note(self, made: Attempt) -> None:
        self._noted.append(made)
        self._news.set()

    async def _work(self) -> None:
        while True:
            await self._news.wait()
            if len(self._outcomes) + len(self._receipts) < _BATCH:
                await asyncio.sleep(_PATIENCE)
            self._news.clear()
            self._storing = True
            await asyncio.gather(self._store_news(), self._store_replies())  # neither waits for the other's commit
            await self._store_detours()
            self._storing = False
            self._more.set()
            self._emptied()

    async def _store_news(self) -> None:
        outcomes, self._outcomes = self._outcomes, []
        receipts, self._receipts = self._receipts, []
        if not outcomes and not receipts:
            return
        self._under_way = len(outcomes)
        arrived = [receipt for receipt, _ in receipts]
        store = partial(messages.settle, self._store, self._carrier, outcomes, arrived, self._ask_after)
        await until_stored("news", store)
        self._under_way = 0
        _tell(receipts)

    async def _store_replies(self) -> None:
        replied, self._replies = self._replies, []
        if replied:
            arrived = [reply for reply, _ in replied]
            await until_stored("replies", partial(replies.record, self._store, self._prices, arrived))
            _tell(replied)

    async def _store_detours(self) -> None:
        held, self._held = self._held, []
        noted, self._noted = self._noted, []
        if held:
            await until_stored("held messages", partial(messages.hold, self._store, held))
        if noted:
            await until_stored("attempts", partial(messages.note, self._store, noted))


def _tell(stored: Sequence[tuple[object, Stored]]) -> None:
    for _, tell in stored:
        tell()
