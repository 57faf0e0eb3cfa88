"""What will become of a campaign if it is sent as it is?"""

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from antiphon.core import carrier as addresses
from antiphon.core import forecast as rules
from antiphon.core.account import Account
from antiphon.core.campaign import Campaign, State
from antiphon.core.carrier import Carrier
from antiphon.core.errors import NotNow, UnknownCampaign
from antiphon.core.forecast import Closed, Forecast, Speed
from antiphon.core.lane import Lane
from antiphon.core.message import State as Message
from antiphon.core.route import Route, Strategy, of_campaign
from antiphon.services import windows
from antiphon.services.carriers import SIMULATOR
from antiphon.store import campaigns, carriers, messages, rates, speeds
from antiphon.store.session import Store, Tx

_ASSUMED = 100.0  # parts a second of a lane of which nothing is known
_OTHERS = 1_000  # campaigns that are being sent, of which each has its share
_OPEN = (Message.WAITING, Message.HELD, Message.SUBMITTING)


class _Ways(Struct, frozen=True):
    """What there is to send by."""

    known: Sequence[Carrier]
    routes: Sequence[Route]
    lanes: Sequence[Lane]
    fastest: Mapping[str, float]


async def of(store: Store, account: Account, id: int) -> Forecast:
    """Raises UnknownCampaign, or NotNow while it is calculated."""
    async with store.read() as tx:
        campaign = await campaigns.by_id(tx, account.id, id)
        if campaign is None:
            raise UnknownCampaign(ticket=id)
        if campaign.state is State.CALCULATING:
            raise NotNow(state=campaign.state, wanted="forecast")
        left = campaign.messages
        if campaign.state not in (State.READY, State.SCHEDULED):
            counts = await messages.counts(tx, campaign)
            left = sum(counts.get(state, 0) for state in _OPEN)
        outlook = await windows.waiting_for(tx, campaign, rules.begins(campaign, tx.now))
        closed = [Closed(one.messages, one.until, one.why) for one in outlook.waits]
        left -= sum(one.messages for one in outlook.senders if one.refused)
        return rules.of(campaign, left, await _speed(tx, campaign), tx.now, closed)


async def _speed(tx: Tx, campaign: Campaign) -> Speed:
    sealed = await carriers.all_of_them(tx)
    ways = _Ways(
        [one.carrier for one in sealed],
        await carriers.all_routes(tx),
        await carriers.all_lanes(tx),
        await speeds.known(tx),
    )
    names = _names(ways, campaign)
    open_ = Counter(lane.carrier for lane in ways.lanes if lane.state == "open" and lane.carrier in names)
    if not open_:
        return Speed(0, "measured", _why(ways, names))
    each = [_of_carrier(ways, name, lanes) for name, lanes in open_.items()]
    known = "assumed" if any(one.known == "assumed" for one in each) else each[0].known
    share = sum(one.per_second for one in each) / await _sharers(tx, campaign)
    own = (await rates.known(tx)).get(campaign.account_id)
    if own is not None and own.per_second * campaign.segments <= share * campaign.messages:
        return Speed(own.per_second * campaign.segments / max(campaign.messages, 1), "agreed")
    return Speed(share, known)


def _names(ways: _Ways, campaign: Campaign) -> list[str]:
    """Of each route that some of its numbers may take, the first carrier that is open, or all where they share."""
    open_ = {lane.carrier for lane in ways.lanes if lane.state == "open"}
    routes = of_campaign(ways.routes, campaign.account_id, campaign.sender, campaign.purpose)
    sets = [([choice.carrier for choice in route.choices], route.strategy is Strategy.WEIGHTED) for route in routes]
    if not any(route.country is None and route.prefix is None for route in routes):
        sets.append(([one.name for one in ways.known if one.is_default] or [SIMULATOR], False))
    found: list[str] = []
    for names, shared in sets:
        ready = [name for name in names if name in open_]
        found += (ready if shared else ready[:1]) or names
    return list(dict.fromkeys(found))


def _of_carrier(ways: _Ways, name: str, lanes: int) -> Speed:
    agreed = next((addresses.terms(addresses.read(one.url)).rate for one in ways.known if one.name == name), 0)
    measured = ways.fastest.get(name)
    if measured is not None:
        return Speed(min(measured * lanes, agreed or measured * lanes), "measured")
    return Speed(agreed, "agreed") if agreed else Speed(_ASSUMED * lanes, "assumed")


async def _sharers(tx: Tx, campaign: Campaign) -> int:
    """By how much the lanes are to be divided: by the accounts that are sending, and by the campaigns of this one."""
    others = [one for one in await campaigns.sending(tx, _OTHERS) if one.id != campaign.id]
    accounts = {one.account_id for one in others} | {campaign.account_id}
    mine = [one for one in others if one.account_id == campaign.account_id]
    return len(accounts) * (len(mine) + 1)


def _why(ways: _Ways, names: Sequence[str]) -> str:
    states = {lane.carrier: lane.state for lane in ways.lanes}
    said = [f"{name} is {states[name]}" if name in states else f"nothing runs that sends by {name}" for name in names]
    return f"no carrier can take it now: {', '.join(said)}"
