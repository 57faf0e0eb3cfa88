"""What was claimed and must not leave: for its hour, for its sender, or because somebody has had enough?"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from antiphon.core import windows as rules
from antiphon.core.account import Account
from antiphon.core.campaign import Campaign, Kind, Purpose
from antiphon.core.errors import UnknownCampaign
from antiphon.core.message import Key, State
from antiphon.core.place import place
from antiphon.core.quiet import Book
from antiphon.core.sender_rules import objection
from antiphon.core.windows import Windows
from antiphon.services import accounts
from antiphon.store import accounts as account_rows
from antiphon.store import campaigns, claims, paces, windows
from antiphon.store.campaigns import Words
from antiphon.store.claims import Held, Taken
from antiphon.store.session import Store, Tx

_SWEPT = 5_000  # messages behind one that must wait which are looked at with it

Campaigns = Mapping[Key, Words]


class Waits(Struct, frozen=True, kw_only=True):
    """So many messages of a campaign wait until then; `why` names the rule."""

    until: datetime
    why: str
    messages: int


class Doubtful(Struct, frozen=True, kw_only=True):
    """So many messages of a campaign have a sender that their country may not allow. `refused`: they do not leave."""

    why: str
    messages: int
    refused: bool


class Outlook(Struct, frozen=True, kw_only=True):
    """What would become of the messages of a campaign that are still to leave, if they left at one moment."""

    at: datetime
    ready: int
    waits: Sequence[Waits]
    senders: Sequence[Doubtful]


class _InForce(Struct, frozen=True):
    windows: Windows
    book: Book


class Kept(Struct):
    """What was claimed and does not leave: for now, or at all and why not."""

    held: dict[Key, Held] = {}
    refused: dict[Key, str] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self.held or key in self.refused


async def keep_back(tx: Tx, taken: Sequence[Taken], words: Campaigns) -> Kept:
    """Of what was claimed, hold what is outside its window, and refuse what is over a cap or from a sender that its
    country does not allow.

    What else waits of the same campaigns is held with it, where it must wait too: found only when its turn comes, it
    would keep what can leave now behind it.
    """
    leaving = [one for one in taken if one.state == State.SUBMITTING]
    wishes = await _in_force(tx, {one.account_id for one in leaving})
    if not wishes:
        return Kept()
    kept = Kept()
    for one in leaving:
        if one.account_id in wishes:
            _judge(one, wishes[one.account_id], words[one.account_id, one.campaign_id], tx.now, kept)
    await claims.hold(tx, list(kept.held.values()))
    held = Counter((one.account_id, one.campaign_id) for one in leaving if _key(one) in kept.held)
    # Of those to written numbers there may be as many as messages; to lists there are few at a time.
    to_lists = {key: count for key, count in held.items() if words[key].audience != Kind.NUMBERS.value}
    for campaign, count in to_lists.items():
        await paces.give_back(tx, campaign, count)
    await _sweep(tx, to_lists, wishes, words)
    await _over(tx, [one for one in leaving if _key(one) not in kept], wishes, words, kept)
    await windows.refuse(tx, kept.refused)
    return kept


async def waiting_for(tx: Tx, campaign: Campaign, at: datetime) -> Outlook:
    """How many of a campaign's messages would wait if it were sent then, and for what. Who is over a cap by then, or
    has opted out, nobody knows yet."""
    wishes = (await _in_force(tx, {campaign.account_id})).get(campaign.account_id)
    ready = 0
    waits: Counter[tuple[datetime, str]] = Counter()
    doubts: Counter[tuple[str, bool]] = Counter()
    for number, zone, count in await windows.by_lead(tx, campaign):
        there = place(number, zone)
        wrong = objection(campaign.sender, there.region) if wishes else None
        refused = wrong is not None and wishes is not None and wrong.sure and wishes.windows.refuse
        if wrong is not None:
            doubts[wrong.why, refused] += count
        closed = wishes.book.shut(there, campaign.purpose, at) if wishes else None
        if closed is not None and not refused:
            waits[closed.until, closed.why] += count
        ready += count if closed is None and not refused else 0
    return Outlook(
        at=at,
        ready=ready,
        waits=[Waits(until=until, why=why, messages=waits[until, why]) for until, why in sorted(waits)],
        senders=[Doubtful(why=why, refused=sure, messages=doubts[why, sure]) for why, sure in sorted(doubts)],
    )


async def outlook(store: Store, account: Account, id: int, at: datetime | None = None) -> Outlook:
    """As `waiting_for`: if it were sent then; else at its time, or now. Raises UnknownCampaign."""
    async with store.read() as tx:
        campaign = await campaigns.by_id(tx, account.id, id)
        if campaign is None:
            raise UnknownCampaign(ticket=id)
        return await waiting_for(tx, campaign, at or max(campaign.send_at or tx.now, tx.now))


async def choose(store: Store, account: Account, wanted: Windows | None) -> None:
    """What holds for the account from now on; None is what holds where nothing was ever said. Raises BadField."""
    if wanted is not None:
        rules.check(wanted)
    await accounts.edit_parameters(store, account, lambda known: replace(known, windows=wanted))


async def of(store: Store, account: Account) -> tuple[Windows, bool]:
    """What holds for the account, and whether it does: without wishes of its own, not for a simulated carrier."""
    async with store.read() as tx:
        said = (await windows.wishes(tx, {account.id}))[account.id].windows
        return said or rules.DEFAULT, said is not None or await windows.reaches_people(tx)


async def _in_force(tx: Tx, ids: Collection[int]) -> dict[int, _InForce]:
    """What holds for these accounts; nothing for those who have said nothing, where no message reaches anybody."""
    wishes = await windows.wishes(tx, ids)
    unsaid = any(one.windows is None for one in wishes.values())
    default = rules.DEFAULT if unsaid and await windows.reaches_people(tx) else None
    return {
        id: _InForce(said, rules.book(said, one.home))
        for id, one in wishes.items()
        if (said := one.windows or default) is not None
    }


def _judge(one: Taken, wishes: _InForce, said: Words, now: datetime, kept: Kept) -> None:
    there = place(one.number, one.time_zone)
    wrong = objection(said.sender, there.region)
    if wrong is not None and wrong.sure and wishes.windows.refuse:
        kept.refused[_key(one)] = wrong.why
    elif closed := wishes.book.shut(there, said.purpose, now):
        kept.held[_key(one)] = Held(_key(one), closed.until, closed.why, one.attempts)


async def _sweep(tx: Tx, behind: Iterable[Key], wishes: Mapping[int, _InForce], words: Campaigns) -> None:
    """Hold what else must wait of these campaigns."""
    left = _SWEPT
    for account, campaign in behind:
        if left <= 0:
            return
        said = words[account, campaign]
        waiting = await windows.next_waiting(tx, (account, campaign), left)
        left -= len(waiting)
        book = wishes[account].book
        more = [
            Held((account, one.id), closed.until, closed.why, one.attempts)
            for one in waiting
            if (closed := book.shut(place(one.number, one.time_zone), said.purpose, tx.now))
        ]
        await claims.hold(tx, more, State.WAITING)


async def _over(tx: Tx, leaving: Sequence[Taken], wishes: Mapping[int, _InForce], words: Campaigns, kept: Kept) -> None:
    """Refuse what is more than a number may get."""
    selling: dict[int, list[Taken]] = {}
    for one in leaving:
        capped = one.account_id in wishes and wishes[one.account_id].windows.cap
        if capped and words[one.account_id, one.campaign_id].purpose == Purpose.MARKETING:
            selling.setdefault(one.account_id, []).append(one)
    for account, theirs in sorted(selling.items()):
        said = wishes[account].windows
        # Two processes that count at the same moment would both find room for the last one.
        await account_rows.lock(tx, account)
        ours = {one.id for one in theirs}
        left = await windows.marketed(
            tx, account, tx.now - timedelta(days=said.cap_days), {one.number for one in theirs}
        )
        had = Counter(number for number, id in left if id not in ours)
        for one in theirs:
            had[one.number] += 1
            if had[one.number] > said.cap:
                kept.refused[_key(one)] = f"over the cap of {said.cap} marketing messages in {said.cap_days} days"


def _key(one: Taken) -> Key:
    return one.account_id, one.id
