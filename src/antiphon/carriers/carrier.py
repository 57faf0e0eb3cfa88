"""What is a carrier to the rest of us?"""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from antiphon.core.message import Busy, Entrusted, Outcome, Outgoing, Receipt, Refused, Reply


class Inbox(Protocol):
    """Where a carrier puts what comes back. None of these waits.

    `stored` is called once a receipt or a reply is in the database: only then may it be acknowledged.
    """

    def answered(self, message: Outgoing, outcome: Outcome | Busy) -> None:
        """What became of a message that was sent. A doubt may be followed by an answer that came late."""
        ...

    def receipt(self, receipt: Receipt, stored: Callable[[], None]) -> None: ...
    def reply(self, reply: Reply, stored: Callable[[], None]) -> None: ...

    def ready(self) -> None:
        """There may be more room than before, or less trouble: said after each answer, or once after several."""
        ...


class CannotReach(Exception):
    """One line for the operator."""


class Carrier(Protocol):
    """A way out. `window` is how many messages it can have under way when all is well, `free` how many more it takes
    now: none while it cannot be reached, and then `trouble` says why."""

    name: str
    window: int

    @property
    def free(self) -> int: ...
    @property
    def trouble(self) -> str | None: ...

    async def start(self, inbox: Inbox) -> None: ...

    def send(self, message: Outgoing) -> None:
        """Hand over one message, where there is room for it. What came of it goes to the inbox, soon or late."""
        ...

    async def check(self) -> str:
        """Can it be reached with what is configured? What it says of itself; nothing is sent. Raises CannotReach."""
        ...

    async def stop(self) -> None:
        """End what has begun. What has no answer by then is told to the inbox as in doubt."""
        ...


# What a carrier says to a question: the end of the message, that it will not tell, that it has too much to do, or
# nothing that ends it.
Said = Receipt | Refused | Busy | None


@runtime_checkable
class Inquirable(Protocol):
    """A carrier that can be asked about what it has taken."""

    name: str

    @property
    def ask_after(self) -> float:
        """Seconds without a receipt until it had better be asked; 0 is never."""
        ...

    @property
    def patience(self) -> float:
        """Seconds after which it has forgotten the message."""
        ...

    @property
    def cancels(self) -> bool:
        """May a message be called back?"""
        ...

    def ask(self, message: Entrusted, heard: Callable[[Said], None]) -> None:
        """What has become of it? `heard` is called once for each reference, and again where an answer comes late."""
        ...

    def recall(self, message: Entrusted, heard: Callable[[Said], None]) -> None:
        """Do not deliver it. `heard` is called as for `ask`; a receipt says that it never will be."""
        ...
