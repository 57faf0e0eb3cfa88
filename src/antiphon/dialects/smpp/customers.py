"""Which customers are connected, and as what are they bound?"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final

from antiphon.core.account import Account
from antiphon.smpp.bodies import NO_TLVS, BindResp, Command, Tag, Tlvs
from antiphon.smpp.session import Handler, Session, Timers

_MOST_BINDS: Final = 20  # of one account
_WINDOW: Final = 50  # of what we tell, without an answer
_TIMERS: Final = Timers(response=30.0, enquire=30.0)
_OURSELVES: Final = "antiphon"
_SINCE_TLVS: Final = 0x34  # 5.2.4


class Customer(Session):
    """One connection. It is closed when it has not bound in `patience` seconds."""

    def __init__(self, handler: Handler, patience: float) -> None:
        super().__init__(handler, _WINDOW, _TIMERS)
        self.account: Account | None = None
        self.command: int = 0  # of its bind
        self.version: int = 0
        self.is_binding = False
        self.address = ""
        self._patience = patience

    @property
    def sends(self) -> bool:
        return self.command in (Command.BIND_TRANSMITTER, Command.BIND_TRANSCEIVER)

    @property
    def receives(self) -> bool:
        return self.command in (Command.BIND_RECEIVER, Command.BIND_TRANSCEIVER)

    @property
    def tlvs(self) -> Tlvs:
        """What our answer to a bind says beside our name."""
        return {Tag.SC_INTERFACE_VERSION: bytes((_SINCE_TLVS,))} if self.knows_tlvs else NO_TLVS

    @property
    def knows_tlvs(self) -> bool:
        return self.version >= _SINCE_TLVS

    @property
    def welcome(self) -> BindResp:
        return BindResp(_OURSELVES, self.tlvs)

    @property
    def has_ended(self) -> bool:
        return self.closed.done()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if peer else ""
        asyncio.get_running_loop().call_later(self._patience, self._check_bound)

    def _check_bound(self) -> None:
        if self.account is None and not self.has_ended:
            self.abort("it has not bound")


class Customers:
    """All connections, and those that are bound by their account."""

    def __init__(self) -> None:
        self._all: set[Customer] = set()
        self._bound: dict[int, list[Customer]] = {}

    @property
    def all(self) -> Iterable[Customer]:
        return list(self._all)

    def enter(self, customer: Customer) -> None:
        self._all.add(customer)

    def bind(self, customer: Customer, account: Account) -> bool:
        """False where the account has as many binds as it may."""
        theirs = self._bound.setdefault(account.id, [])
        if len(theirs) >= _MOST_BINDS:
            return False
        customer.account = account
        theirs.append(customer)
        return True

    def leave(self, customer: Customer) -> None:
        self._all.discard(customer)
        if customer.account is None:
            return
        theirs = self._bound[customer.account.id]
        theirs.remove(customer)
        if not theirs:
            del self._bound[customer.account.id]

    def room(self) -> Mapping[int, int]:
        """How much can be told now, by account."""
        free = {account: sum(one.free for one in theirs if one.receives) for account, theirs in self._bound.items()}
        return {account: room for account, room in free.items() if room}

    def receiver(self, account: int) -> Customer | None:
        """The one with the most room."""
        theirs = [one for one in self._bound.get(account, ()) if one.receives and not one.has_ended]
        return max(theirs, key=lambda one: one.free, default=None)
