"""How is a customer told over a bind? Told once it is answered, kept where there is no bind to tell it over."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog
from msgspec.structs import replace

from antiphon.core.event import Due, Heard
from antiphon.dialects.smpp import callbacks
from antiphon.dialects.smpp.customers import Customers
from antiphon.services import deliveries as owed
from antiphon.services import kept
from antiphon.smpp import status
from antiphon.smpp.bodies import NO_TLVS, Command, ShortMessage
from antiphon.smpp.session import NoAnswer
from antiphon.store.session import Store

_log = structlog.get_logger()
_PATIENCE: Final = 0.02  # seconds that a result waits for others
_BATCH: Final = 500  # results in one commit
_TAKEN: Final = 200  # of a Heard, whose words are those of HTTP


class _Away(Exception):
    """The account has no bind to be told over any more."""


class Deliveries:
    """What is being told, and what became of it."""

    def __init__(self, store: Store, customers: Customers) -> None:
        self._store = store
        self._customers = customers
        self._tasks: set[asyncio.Task[None]] = set()
        self._heard: list[tuple[Due, Heard]] = []
        self._untold: list[Due] = []
        self._settling: asyncio.Task[None] | None = None

    async def run_once(self) -> int:
        """Tell what is due to those who are bound to us, as far as there is room; how much."""
        room = self._customers.room()
        if not room:
            return 0
        told = 0
        for account in await kept.due(self._store, room):
            for due in await kept.claim(self._store, account, room[account]):
                self._start(due)
                told += 1
        return told

    async def stop(self) -> None:
        """Wait for what is being told."""
        while self._tasks or self._settling:
            await asyncio.wait({*self._tasks, *({self._settling} if self._settling else ())})

    def _start(self, due: Due) -> None:
        task = asyncio.create_task(self._tell(due))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, due: Due) -> None:
        try:
            heard = await self._told(due)
            self._heard.append((due, heard))
        except _Away:
            self._untold.append(due)
        except Exception as failure:
            _log.exception("it could not be told over a bind", callback=due.id)
            self._heard.append((due, Heard(error=f"it could not be written: {type(failure).__name__}")))
        if self._settling is None:
            self._settling = asyncio.create_task(self._settle())

    async def _told(self, due: Due) -> Heard:
        """Raises _Away."""
        bodies = callbacks.write(due.event)
        for body in bodies:
            code = await self._ask(due.account_id, body)
            if code is None:
                return Heard(error="no answer to deliver_sm")
            if code != status.OK:
                return Heard(error=status.name(code))
        return Heard(status=_TAKEN, answer=f"{len(bodies)} told over a bind")

    async def _ask(self, account: int, body: ShortMessage) -> int | None:
        """The status of the answer; None where none came in time. Raises _Away."""
        while (customer := self._customers.receiver(account)) is not None:
            wanted = body if customer.knows_tlvs else replace(body, tlvs=NO_TLVS)
            try:
                return (await customer.ask(Command.DELIVER_SM, wanted)).status
            except NoAnswer:
                if not customer.has_ended:
                    return None
        raise _Away

    async def _settle(self) -> None:
        try:
            while self._heard or self._untold:
                await asyncio.sleep(_PATIENCE)
                heard, self._heard = self._heard[:_BATCH], self._heard[_BATCH:]
                untold, self._untold = self._untold[:_BATCH], self._untold[_BATCH:]
                await self._store_news(heard, untold)
        finally:
            self._settling = None

    async def _store_news(self, heard: Sequence[tuple[Due, Heard]], untold: Sequence[Due]) -> None:
        try:
            if heard:
                await owed.settle(self._store, heard)
            if untold:
                await kept.release(self._store, untold)
        except Exception:
            # Nothing is lost: our claim runs out, and it is told again.
            _log.exception("what was told over binds cannot be stored", count=len(heard) + len(untold))
