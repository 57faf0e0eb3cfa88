"""What do we owe to the customers' servers, and what became of it?"""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from antiphon.core import url
from antiphon.core.account import Account, Callbacks
from antiphon.core.callback import Attempt, Callback, Outage, Resting, Those, Trial
from antiphon.core.campaign import State as Sending
from antiphon.core.errors import BadField, UnknownCallback
from antiphon.core.event import OURS, Due, Event, Kind, Owed, sample
from antiphon.core.message import Key, Reply
from antiphon.services.deliveries import Taken
from antiphon.store import callbacks, deliveries, signing
from antiphon.store.callbacks import Wishes
from antiphon.store.session import Store, Tx

_MOST = 10_000  # newest callbacks of an account, in which its servers are looked for
_MOST_ATTEMPTS = 100
_STEP = 5_000


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


async def page(store: Store, account: Account, before: int, limit: int, those: Those) -> list[Callback]:
    """The newest first, those with lower ids than `before`."""
    async with store.read() as tx:
        return await callbacks.page(tx, account.id, before, limit, those)


async def find(store: Store, account: Account, id: int) -> tuple[Callback, list[Attempt]]:
    """With its attempts, the newest first. Raises UnknownCallback."""
    async with store.read() as tx:
        if (found := await callbacks.find(tx, account.id, id)) is None:
            raise UnknownCallback(id=id)
        return found, await callbacks.attempts(tx, account.id, id, _MOST_ATTEMPTS)


async def resend(store: Store, account: Account, id: int) -> None:
    """Try a failed one again, for another day. Raises UnknownCallback."""
    async with store.begin() as tx:
        if not await callbacks.resend(tx, account.id, id):
            raise UnknownCallback(id=id)


async def resend_all(store: Store, account: Account, outage: Outage) -> int:
    """Try all again that failed in an outage, for another day; how many. Raises BadField."""
    if outage == Outage():
        raise BadField(field="endpoint", reason="is missing, and so are since and until")
    server = None if outage.endpoint is None else server_of(outage.endpoint)
    until, sent, step = store.now(), 0, _STEP
    while step == _STEP:
        async with store.begin() as tx:
            step = await callbacks.resend_all(tx, account.id, replace(outage, endpoint=server), until, _STEP)
        sent += step
    return sent


async def resting(store: Store, account: Account) -> list[Resting]:
    """The servers that are left alone for a while and that the account's newest callbacks wait for; an operator is
    told of all."""
    async with store.read() as tx:
        return await deliveries.resting(tx) if account.operator else await deliveries.resting_of(tx, account.id, _MOST)


async def attempt(store: Store, account: Account, trial: Trial) -> Taken:
    """A callback of something that has not happened, to be called now and kept nowhere. Raises BadField."""
    if (address := url.clean(trial.url)) is None:
        raise BadField(field="url", reason="is not an address that can be called")
    async with store.read() as tx:
        sealed = (await signing.sealed(tx, [account.id])).get(account.id, []) if trial.format == OURS else []
        event = sample(trial.kind, account, tx.now)
        due = Due(
            account_id=account.id,
            id=tx.ids.one(),
            url=address,
            format=trial.format,
            form=False,
            event=event,
            attempts=0,
            created_at=tx.now,
        )
    return Taken(due, sealed)


def server_of(written: str) -> str:
    """The server of an address, or the server itself as we write it. Raises BadField."""
    if (address := url.clean(written)) is None:
        raise BadField(field="endpoint", reason="is not a server like https://shop.example:443")
    return url.endpoint(address)


def _owed(wishes: Wishes, what: str, event: Event) -> Owed | None:
    """To the campaign's own address, else to the account's."""
    for told in (wishes.campaign, wishes.account):
        if url := getattr(told, what):
            return Owed(url=url, format=told.format or OURS, form=told.form, event=_with(event, told))
    return None


def _with(event: Event, told: Callbacks) -> Event:
    return event if told.custom is None else replace(event, custom=told.custom)
