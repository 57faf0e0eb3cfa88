"""What can be said on the command line about one person, and about how long anything is kept?"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import uvloop
from cyclopts import App
from msgspec.structs import replace

from antiphon import app
from antiphon.config import load
from antiphon.core.account import Account
from antiphon.core.errors import BadField
from antiphon.services import accounts, personal, retention
from antiphon.services.retention import Kind
from antiphon.store.session import Store

person = App(name="person", help="What is held of one number, in one account and in what is in none.")
_WHO = "the command line"
_LONGEST = 36_500  # days


@person.command
def export(number: str, *, login: str, data: str | None = None) -> None:
    """Print everything that is held of a number, as JSON."""

    async def work(store: Store, account: Account) -> None:
        told = await personal.export(store, account, number)
        print(msgspec.json.format(msgspec.json.encode(told)).decode())

    _with_account(data, login, work)


@person.command
def erase(number: str, *, login: str, data: str | None = None) -> None:
    """Erase everything of a number, for good; an opt-out stays as a keyed hash."""

    async def work(store: Store, account: Account) -> None:
        done = await personal.erase(store, account, number, _WHO)
        print("\n".join(f"{table:20}{count}" for table, count in done.gone.items()) or "nothing was held")

    _with_account(data, login, work)


def keep(*, login: str, texts: int | None = None, events: int | None = None, data: str | None = None) -> None:
    """Say how many days an account keeps texts and events; without either, print it.

    Parameters
    ----------
    texts
        Of messages and replies, from the day on which they were made; 0 is for ever.
    events
        Callbacks, attempts, and when automations answered; 0 is for ever.
    """
    wanted = {kind: days for kind, days in ((Kind.TEXTS, texts), (Kind.EVENTS, events)) if days is not None}
    if not all(0 <= days <= _LONGEST for days in wanted.values()):
        raise BadField(field="--texts or --events", reason=f"is not between 0 and {_LONGEST} days")

    async def work(store: Store, account: Account) -> None:
        await retention.keep(store, account, {kind: days or None for kind, days in wanted.items()})
        kept = await retention.kept(store, account)
        for kind in Kind:
            print(f"{kind:8}{f'{kept[kind]} days' if kind in kept else 'for ever'}")

    _with_account(data, login, work)


def _with_account(data: str | None, login: str, work: Callable[[Store, Account], Awaitable[Any]]) -> None:
    async def worked() -> None:
        async with app.enlisted(load({"data": data})) as store:
            # Who is at the machine runs the installation.
            await work(store, replace(await accounts.find(store, login), operator=True))

    uvloop.run(worked())
