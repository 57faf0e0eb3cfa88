"""What do we hold of one person, and how is it erased?"""

from collections import Counter
from datetime import datetime
from typing import Any

from msgspec import Struct

from antiphon.core import phone
from antiphon.core.account import Account
from antiphon.core.consent import State
from antiphon.core.errors import BadNumber, CannotErase
from antiphon.core.message import Key
from antiphon.services import erased, wallet
from antiphon.store import erased as stored
from antiphon.store import opt_outs, personal
from antiphon.store.erased import Erasure
from antiphon.store.personal import Person
from antiphon.store.session import Store, Tx


class Export(Struct, frozen=True, kw_only=True):
    """Everything of one number, by table. `protected`: it was erased after an opt-out, and may not be added again."""

    number: str
    exported_at: datetime
    protected: bool
    holdings: dict[str, list[dict[str, Any]]]


async def export(store: Store, account: Account, written: str) -> Export:
    """Raises BadNumber, or CannotErase while a file is being read into the account."""
    who = _person(account, written)
    async with store.read() as tx:
        await _check_files(tx, who)
        return Export(
            number=who.number,
            exported_at=tx.now,
            protected=bool(await erased.among(tx, account.id, [who.number])),
            holdings=await personal.export(tx, await personal.find(tx, who)),
        )


async def erase(store: Store, account: Account, written: str, who: str) -> Erasure:
    """Erase everything of one number in one transaction; `who` did it is kept, the number is not.

    What waits for the number is unsent, and paid back. Raises BadNumber, or CannotErase while a text to it leaves or a
    file is being read into the account: both end within seconds.
    """
    person = _person(account, written)
    async with store.read() as tx:
        person = await personal.find(tx, person)
    async with store.begin() as tx:
        await tx.hold([account.id])  # whoever is adding numbers is done before, or begins after
        await _check_files(tx, person)
        if await personal.leaving(tx, person):
            raise CannotErase(reason="a text to the number is leaving at this moment")
        refunds: Counter[Key] = Counter()
        for campaign, cost in await personal.unsend(tx, person):
            refunds[account.id, campaign] += cost
        await wallet.refund(tx, refunds)
        # What was said of one list, or may have been said, is no less a reason to leave them alone.
        standings = await opt_outs.standings_of(tx, account.id, person.number)
        out = next((one for one in standings if one.state is State.OUT or one.held_id is not None), None)
        if out is not None:
            await erased.remember(tx, account.id, out)
        done = Erasure(id=tx.ids.one(), at=tx.now, who=who, gone=await personal.erase(tx, person))
        await stored.note(tx, account.id, done)
    return done


async def erasures(store: Store, account: Account, before: int | None, limit: int) -> list[Erasure]:
    """The newest first."""
    async with store.read() as tx:
        return await stored.noted_before(tx, account.id, before, limit)


def _person(account: Account, written: str) -> Person:
    """Raises BadNumber."""
    number = phone.e164(written, account.region)
    if number is None:
        raise BadNumber(written=written, reason=phone.why_unreadable(written, account.region))
    return Person(account=account.id, number=number, operator=account.operator)


async def _check_files(tx: Tx, who: Person) -> None:
    """Raises CannotErase."""
    if await personal.reading_a_file(tx, who.account):
        raise CannotErase(reason="a file is being read into the account")
