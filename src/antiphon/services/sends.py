"""How does a text get to numbers that come with it? Durably, and many requests in one commit."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from antiphon.core import campaign as rules
from antiphon.core import phone
from antiphon.core.account import Account
from antiphon.core.campaign import NUMBERS, Campaign, SendMessages, State
from antiphon.core.contact import Draft
from antiphon.core.errors import NoRecipient, NoVoiceCarrier, OutOfCredit, RequestRepeated
from antiphon.core.money import shown
from antiphon.core.price import Prices
from antiphon.core.wallet import UNMETERED, Entry, Kind
from antiphon.services import erased
from antiphon.services.calculation import begun, rendered
from antiphon.services.wallet import entry
from antiphon.store import campaigns, messages, opt_outs, request_ids, wallet
from antiphon.store.messages import New
from antiphon.store.request_ids import Named
from antiphon.store.session import Store, Tx


class Sent(Struct, frozen=True, kw_only=True):
    """A campaign on its way with its messages, and what is left in the wallet (`UNMETERED` without one).

    `unreadable` are the places of the recipients whose numbers nobody can read.
    """

    campaign: Campaign
    messages: Sequence[New]
    left: int
    unreadable: Sequence[int]


class _Direct(Struct, frozen=True):
    """A request that is ready to be written: `people` have E.164 numbers, each once."""

    account: Account
    command: SendMessages
    people: list[Draft]
    unreadable: list[int]
    prices: Prices


async def send(store: Store, prices: Prices, account: Account, command: SendMessages) -> Sent:
    """Send a text to numbers that come with it, now or at its time; durable when this returns.

    Requests that come at the same time share a commit. Raises what `core.campaign.check` does, NoRecipient,
    RequestRepeated, OutOfCredit, or NoVoiceCarrier after the call was kept as a draft.
    """
    sent = await store.share(_write, await _readable(store, prices, account, command))
    store.woken.set()
    if command.voice is not None:
        raise NoVoiceCarrier
    return sent


async def send_all(
    store: Store, prices: Prices, account: Account, commands: Sequence[SendMessages]
) -> list[Sent | NoRecipient]:
    """Send texts that come in one request, in one transaction: all of them, but for those to numbers nobody can read.

    Raises what `send` does; then none is sent.
    """
    ready = [await _readable_or_not(store, prices, account, command) for command in commands]
    directs = [one for one in ready if isinstance(one, _Direct)]
    if not directs:
        raise NoRecipient(given=len(commands))
    async with store.begin() as tx:
        done = iter(_all(await _write(tx, directs)))
    store.woken.set()
    return [next(done) if isinstance(one, _Direct) else one for one in ready]


async def draft(store: Store, prices: Prices, account: Account, command: SendMessages) -> Campaign:
    """Keep a call to numbers that come with it, to be confirmed. Raises what `send` does, but for OutOfCredit."""
    assert command.voice is not None
    return (await store.share(_write, await _readable(store, prices, account, command))).campaign


async def write(tx: Tx, prices: Prices, wanted: Sequence[tuple[Account, SendMessages]]) -> list[Sent | Exception]:
    """As `send`, within a transaction and for many, to numbers that are E.164: for each what was done, or why not."""
    return await _write(
        tx, [_Direct(account, command, list(command.recipients), [], prices) for account, command in wanted]
    )


async def simulate(store: Store, prices: Prices, account: Account, command: SendMessages) -> Sent:
    """What `send` would answer, with a campaign of the id 0; nothing is stored, nothing leaves."""
    direct = await _readable(store, prices, account, command)
    async with store.read() as tx:
        campaign, new = _made(tx, direct)
        left = await wallet.balance(tx, account.id)
    return _sent(direct, replace(campaign, id=0), new, left)


async def _readable(store: Store, prices: Prices, account: Account, command: SendMessages) -> _Direct:
    rules.check(command)
    people: dict[str, Draft] = {}
    unreadable: list[int] = []
    for place, draft in enumerate(command.recipients):
        number = phone.e164(draft.number, account.region)
        if number is None:
            unreadable.append(place)
        else:
            people[number] = replace(draft, number=number)
    if command.leave_out_opted_out:
        async with store.read() as tx:
            for number in await opt_outs.among(tx, account.id, people):
                del people[number]
    if not people:
        raise NoRecipient(given=len(command.recipients))
    return _Direct(account, command, list(people.values()), unreadable, prices)


async def _readable_or_not(
    store: Store, prices: Prices, account: Account, command: SendMessages
) -> _Direct | NoRecipient:
    try:
        return await _readable(store, prices, account, command)
    except NoRecipient as refusal:
        return refusal


def _all(done: Sequence[Sent | Exception]) -> list[Sent]:
    """Raises the first of what went wrong."""
    for one in done:
        if isinstance(one, Exception):
            raise one
    return [one for one in done if isinstance(one, Sent)]


def _sent(direct: _Direct, campaign: Campaign, new: list[New], left: int | None) -> Sent:
    left = UNMETERED if left is None else left
    return Sent(campaign=campaign, messages=new, left=left, unreadable=direct.unreadable)


def _made(tx: Tx, direct: _Direct) -> tuple[Campaign, list[New]]:
    """The campaign as it begins, and its messages."""
    command = direct.command
    campaign = begun(tx, direct.account, command, NUMBERS)
    new = rendered(tx, campaign, direct.people, direct.prices)
    later = command.send_at is not None and command.send_at > tx.now
    state = State.READY if command.voice else State.SCHEDULED if later else State.SENDING
    campaign = replace(
        campaign,
        state=state,
        messages=len(new),
        segments=sum(message.segments for message in new),
        cost=sum(message.cost for message in new),
        confirmed_at=None if command.voice else tx.now,
        reason=str(NoVoiceCarrier()) if command.voice else None,
        despite_opt_out=command.despite_opt_out,
    )
    return campaign, new


class _Batch:
    """Requests that are written together, taken one by one: what one spends, the next no longer has."""

    def __init__(self, used: Iterable[Named], balances: dict[int, int]) -> None:
        self.accepted: list[Named] = []
        self.campaigns: list[Campaign] = []
        self.messages: list[New] = []
        self.entries: list[Entry] = []
        self.balances = balances
        self._used = set(used)

    def take(self, tx: Tx, direct: _Direct) -> Sent | Exception:
        account, request_id = direct.account.id, direct.command.request_id
        if request_id and (account, request_id) in self._used:
            return RequestRepeated(request_id=request_id)
        campaign, new = _made(tx, direct)
        left = self.balances.get(account)
        if left is not None and campaign.state is not State.READY:
            if left < campaign.cost:
                return OutOfCredit(needed=shown(campaign.cost), left=shown(left))
            left = self.balances[account] = left - campaign.cost
            campaign = replace(campaign, reserved=campaign.cost)
            self.entries.append(entry(tx, account, Kind.RESERVED, -campaign.cost, campaign_id=campaign.id))
        if request_id:
            self._used.add((account, request_id))
            self.accepted.append((account, request_id))
        self.campaigns.append(campaign)
        self.messages += new
        return _sent(direct, campaign, new, left)


async def _write(tx: Tx, directs: Sequence[_Direct]) -> list[Sent | Exception]:
    names = {(direct.account.id, direct.command.request_id) for direct in directs if direct.command.request_id}
    used = await request_ids.used(tx, names)
    batch = _Batch(used, await wallet.locked(tx, {direct.account.id for direct in directs}))
    done = [batch.take(tx, direct) for direct in directs]
    if not await request_ids.add(tx, batch.accepted):
        raise RequestRepeated(request_id=batch.accepted[0][1])  # of several, each is tried again alone
    numbers: dict[int, set[str]] = {}
    for message in batch.messages:
        numbers.setdefault(message.account_id, set()).add(message.number)
    await erased.silence(tx, numbers)
    await campaigns.add(tx, batch.campaigns)
    await messages.add(tx, batch.messages)
    spent = {entry.account_id: batch.balances[entry.account_id] for entry in batch.entries}
    await wallet.book(tx, spent, batch.entries)
    return done
