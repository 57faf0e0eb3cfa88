"""How many messages of which campaign leave next?"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from msgspec import Struct

from antiphon.core import pacing
from antiphon.core.campaign import Campaign
from antiphon.services.budgets import Budget
from antiphon.services.places import Places
from antiphon.store import claims, paces
from antiphon.store.claims import Next, Taken
from antiphon.store.session import Tx


class Room(Protocol):
    """How much may leave now, by the lanes that a campaign can go by."""

    @property
    def total(self) -> int: ...
    def of(self, campaign: Campaign) -> int: ...
    def take(self, campaign: Campaign, count: int) -> None: ...


class OneRoom:
    """All campaigns go the same way."""

    def __init__(self, total: int) -> None:
        self._total = total

    @property
    def total(self) -> int:
        return self._total

    def of(self, campaign: Campaign) -> int:
        return self._total

    def take(self, campaign: Campaign, count: int) -> None:
        self._total -= count


class Turn(Struct, frozen=True):
    """One claim of one process."""

    tx: Tx
    process: int
    places: Places
    budget: Budget


async def single(turn: Turn, limit: int) -> list[Taken]:
    """Texts to written numbers, at most so many."""
    tx, budget = turn.tx, turn.budget
    taken = await claims.claim_direct(tx, turn.process, limit, but=budget.limited)
    for account in await claims.direct_among(tx, budget.ready) if budget.limited else ():
        share = budget.of(account, limit - len(taken))
        theirs = await claims.claim_direct(tx, turn.process, share, of=account) if share > 0 else []
        budget.take(account, len(theirs))
        taken += theirs
    return taken


async def many(turn: Turn, sending: Sequence[Campaign], room: Room) -> list[Taken]:
    """Of each campaign its share of the room."""
    turn.places.keep(sending)
    taken: list[Taken] = []
    for campaign, among in _in_turn(sending):
        share = min(-(-room.total // among), room.of(campaign))
        claimed = await _claim(turn, campaign, turn.budget.of(campaign.account_id, share))
        room.take(campaign, len(claimed))
        turn.budget.take(campaign.account_id, len(claimed))
        taken += claimed
    return taken


async def _claim(turn: Turn, campaign: Campaign, share: int) -> list[Taken]:
    if share <= 0:
        return []
    between = pacing.interval(campaign.pacing, campaign.messages)
    if between is None and campaign.canary_left is None:
        return await turn.places.claim(turn.tx, campaign, turn.process, Next(limit=share))
    pace = await paces.locked(turn.tx, campaign)
    if pace is None:
        return []
    next_at, left = pace.next_at, pace.canary_left
    share = share if between is None else min(share, pacing.allowed(next_at, between, turn.tx.now))
    claimed = await _canary(turn, campaign, share, left) if left is not None else await _some(turn, campaign, share)
    if between is not None:
        next_at = pacing.after(next_at, between, turn.tx.now, len(claimed))
    await paces.move(turn.tx, campaign, next_at, None if left is None else left - len(claimed))
    return claimed


async def _some(turn: Turn, campaign: Campaign, share: int) -> list[Taken]:
    return await turn.places.claim(turn.tx, campaign, turn.process, Next(limit=share)) if share > 0 else []


async def _canary(turn: Turn, campaign: Campaign, share: int, left: int) -> list[Taken]:
    """From all over the audience: the oldest contacts are no fair sample of it."""
    share = min(share, left)
    if share <= 0 or campaign.pacing.canary is None:
        return []
    spread = Next(limit=share, every=int(1 / campaign.pacing.canary.share))
    claimed = await turn.places.claim(turn.tx, campaign, turn.process, spread)
    if len(claimed) < share:
        claimed += await claims.claim(turn.tx, campaign, turn.process, Next(limit=share - len(claimed)))
    return claimed


def _in_turn(sending: Sequence[Campaign]) -> Iterator[tuple[Campaign, int]]:
    """Each campaign, and among how many what is left is to be shared when its turn comes: of the accounts evenly, and
    of the campaigns of each. What one has no use for is left to the next."""
    by_account: dict[int, list[Campaign]] = {}
    for campaign in sending:
        by_account.setdefault(campaign.account_id, []).append(campaign)
    for place, theirs in enumerate(by_account.values()):
        others = len(by_account) - place
        for turn, campaign in enumerate(theirs):
            yield campaign, (len(theirs) - turn) * others
