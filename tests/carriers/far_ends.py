"""What carriers' tests need: an inbox that remembers, and a far end that speaks SMPP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from antiphon.core.message import Busy, Key, Outcome, Outgoing, Receipt, Reply
from antiphon.smsc.far_end import Smsc
from antiphon.smsc.faults import Faults


class Collected:
    """An inbox (`carriers.carrier.Inbox`) that remembers, behind a gate that can be closed."""

    def __init__(self) -> None:
        self.outcomes: list[tuple[Key, Outcome | Busy]] = []
        self.receipts: list[Receipt] = []
        self.replies: list[Reply] = []
        self.open = True
        self._waiting: list[Callable[[], None]] = []
        self._more = asyncio.Event()

    def answered(self, message: Outgoing, outcome: Outcome | Busy) -> None:
        self.outcomes.append((message.key, outcome))
        self._more.set()

    def receipt(self, receipt: Receipt, stored: Callable[[], None]) -> None:
        self.receipts.append(receipt)
        self._took(stored)

    def reply(self, reply: Reply, stored: Callable[[], None]) -> None:
        self.replies.append(reply)
        self._took(stored)

    def ready(self) -> None:
        self._more.set()

    async def until(self, come: Callable[["Collected"], bool]) -> None:
        async with asyncio.timeout(20):
            while not come(self):
                self._more.clear()
                await self._more.wait()

    def _took(self, stored: Callable[[], None]) -> None:
        self._more.set()
        if self.open:
            stored()
        else:
            self._waiting.append(stored)


def outgoing(place: int, text: str = "Hello", **more: object) -> Outgoing:
    number = f"+336{place:08}"
    plain = {"id": place, "account_id": 7, "campaign_id": 1, "number": number, "sender": None, "text": text}
    return Outgoing(**{**plain, "segments": 1, **more})


@asynccontextmanager
async def far_end(
    log: Path | None = None, password: str | None = None, **faults: object
) -> AsyncIterator[tuple[Smsc, int]]:
    """A simulated carrier on a port of its own."""
    smsc = Smsc(Faults(**{"receipt_delay": 0.0, **faults}), log, password)
    server = await smsc.start("127.0.0.1", 0)
    try:
        yield smsc, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await smsc.stop()
