"""What is a carrier to the rest of us?"""

from collections.abc import Sequence
from typing import Protocol

from antiphon.core.message import Outcome, Outgoing, Receipt, Reply


class Inbox(Protocol):
    """Where a carrier puts what comes back. Each call returns only once it is stored: then it may be acknowledged."""

    async def receipts(self, carrier: str, arrived: Sequence[Receipt]) -> None: ...
    async def replies(self, arrived: Sequence[Reply]) -> None: ...


class Carrier(Protocol):
    """A way out. `window` is how many messages may be without an answer at a time."""

    name: str
    window: int

    async def start(self, inbox: Inbox) -> None: ...

    async def send(self, message: Outgoing) -> Outcome:
        """Hand over one message. Raising, or being cancelled, leaves its fate unknown: that is InDoubt."""
        ...

    async def stop(self) -> None: ...
