"""How is a callback written, signed and called? By the worker as by who tries out a server: there is no other way."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache

import structlog
from msgspec.structs import replace

from antiphon.core import signature
from antiphon.core.account import Account
from antiphon.core.callback import Trial
from antiphon.core.errors import BadField
from antiphon.core.event import Event, Heard, Request
from antiphon.services import callbacks
from antiphon.services.deliveries import Taken
from antiphon.services.vault import Locked, Vault
from antiphon.store.session import Store
from antiphon.workers.outbound import Outbound

# What a dialect makes of an event, as a form or as JSON; None where it has no such callback.
Write = Callable[[Event, bool], Request | None]

_log = structlog.get_logger()
_REMEMBERED = 10_000  # opened secrets


class Unwritten(Exception):
    """There is nothing to call with; `str()` says why."""


class Caller:
    """`writers` by the name of the format."""

    def __init__(self, outbound: Outbound, writers: Mapping[str, Write], vault: Vault) -> None:
        self._outbound = outbound
        self._writers = writers
        self._open = lru_cache(_REMEMBERED)(vault.open)

    async def call(self, taken: Taken, now: datetime) -> Heard:
        """What the server says. Raises Unwritten."""
        due = taken.due
        request = self._request(taken, now)
        if request is None:
            return Heard(status=204, answer=f"{due.format} tells of no such thing", at=now)
        return replace(await self._outbound.post(due.url, request), at=now)

    async def try_out(self, store: Store, account: Account, trial: Trial) -> Heard:
        """Call a server once, of something that has not happened. Raises BadField."""
        if trial.format not in self._writers:
            raise BadField(field="format", reason=f"is not one of {', '.join(sorted(self._writers))}")
        taken = await callbacks.attempt(store, account, trial)
        try:
            return await self.call(taken, store.now())
        except Unwritten as failure:
            return Heard(error=str(failure))

    def _request(self, taken: Taken, now: datetime) -> Request | None:
        """Raises Unwritten."""
        due = taken.due
        try:
            write = self._writers.get(due.format)
            request = write(due.event, due.form) if write else None
            if request is None or not taken.sealed:
                return request
            secrets = [self._open(one) for one in taken.sealed]
        except Locked:
            raise Unwritten("its signing secret was sealed with another key than ours") from None
        except Exception as failure:
            _log.exception("a callback failed", callback=due.id, format=due.format)
            raise Unwritten(f"it could not be written: {type(failure).__name__}") from None
        return replace(request, headers=signature.headers(secrets, str(due.id), now, request.body))
