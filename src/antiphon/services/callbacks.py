"""What do we owe to the customers' servers, and what became of it?"""

import random
from collections.abc import Collection, Sequence
from datetime import timedelta

from msgspec.structs import replace

from antiphon.core.account import Account, Callbacks
from antiphon.core.campaign import State as Sending
from antiphon.core.errors import UnknownCallback
from antiphon.core.event import BOUND, Due, Event, Heard, Kind, Owed, next_attempt
from antiphon.core.message import Key, Reply
from antiphon.store import callbacks
from antiphon.store.callbacks import Done, Wishes
from antiphon.store.session import Store, Tx

# How long a callback is ours: longer than any attempt takes, so that only a crash lets another process have it.
LEASE = timedelta(seconds=60)
_STANDARD = "native"


async def owe_receipts(tx: Tx, keys: Collection[Key]) -> None:
    """Tell of these messages, which have just come to their end."""
    rows = await callbacks.changed(tx, keys) if keys else []
    owed = [_owed(row.wishes, "receipts", row.event) for row in rows]
    await callbacks.add(tx, [one for one in owed if one is not None])


async def owe_replies(tx: Tx, arrived: Sequence[tuple[int, int, Reply]], stops: Collection[Reply]) -> None:
    """Tell of these replies, each with account and campaign; `stops` are those that ask for silence."""
    wishes = await callbacks.wishes(tx, {(account, campaign) for account, campaign, _ in arrived}) if arrived else {}
    owed: list[Owed | None] = []
    for account, campaign, reply in arrived:
        wish = wishes.get((account, campaign))
        if wish is None:
            continue
        if reply.answers is None:  # it came too late for the campaign
            wish = replace(wish, campaign=Callbacks())
        event = Event(
            kind=Kind.REPLY,
            account=wish.sid,
            account_id=account,
            at=reply.at,
            time_zone=wish.time_zone,
            campaign_id=campaign if reply.answers else None,
            message_id=reply.answers[1] if reply.answers else None,
            number=reply.number,
            receiver=reply.receiver,
            text=reply.text,
        )
        owed.append(_owed(wish, "replies", event))
        if reply in stops:
            owed.append(_owed(wish, "opt_outs", replace(event, kind=Kind.OPT_OUT)))
    await callbacks.add(tx, [one for one in owed if one is not None])


async def owe_campaigns(tx: Tx, keys: Collection[Key], state: Sending) -> None:
    """Tell that these campaigns have come to this state, their last."""
    wishes = await callbacks.wishes(tx, keys) if keys else {}
    owed = [
        _owed(
            wish,
            "campaigns",
            Event(
                kind=Kind.CAMPAIGN,
                account=wish.sid,
                account_id=account,
                at=tx.now,
                time_zone=wish.time_zone,
                created_at=wish.created_at,
                campaign_id=campaign,
                state=state.value,
            ),
        )
        for (account, campaign), wish in wishes.items()
    ]
    await callbacks.add(tx, [one for one in owed if one is not None])


async def claim(store: Store, limit: int, each: int, but: Collection[str]) -> list[Due]:
    """Callbacks to be delivered now, ours for the length of the lease: so many, and so many of `each` endpoint."""
    async with store.read() as tx:
        if not await callbacks.any_due(tx):
            return []
    async with store.begin() as tx:
        return await callbacks.claim(tx, tx.now + LEASE, limit, each, but)


async def settle(store: Store, heard: Sequence[tuple[Due, Heard]]) -> None:
    """Store what came of these attempts; what was not taken is tried again for a day."""
    async with store.begin() as tx:
        chances = [random.random() for _ in heard]  # noqa: S311 (nobody gains by guessing it)
        done = [_done(tx, *one, chance) for one, chance in zip(heard, chances, strict=True)]
        await callbacks.settle(tx, [((due.account_id, due.id), one) for (due, _), one in zip(heard, done, strict=True)])


async def resend(store: Store, account: Account, id: int) -> None:
    """Try a failed one again, for another day. Raises UnknownCallback."""
    async with store.begin() as tx:
        if not await callbacks.resend(tx, account.id, id):
            raise UnknownCallback(id=id)


def _done(tx: Tx, due: Due, heard: Heard, chance: float) -> Done:
    again = None if heard.taken else next_attempt(due, heard, tx.now, chance)
    waiting = "kept" if due.format == BOUND else "waiting"
    state = "delivered" if heard.taken else waiting if again else "failed"
    return Done(
        state=state,
        attempts=due.attempts + 1,
        due_at=again or tx.now,
        ended_at=None if state == waiting else tx.now,
        status=heard.status,
        answer=heard.answer,
        error=heard.error,
    )


def _owed(wishes: Wishes, what: str, event: Event) -> Owed | None:
    """To the campaign's own address, else to the account's."""
    for told in (wishes.campaign, wishes.account):
        if url := getattr(told, what):
            return Owed(url=url, format=told.format or _STANDARD, form=told.form, event=_with(event, told))
    return None


def _with(event: Event, told: Callbacks) -> Event:
    return event if told.custom is None else replace(event, custom=told.custom)
