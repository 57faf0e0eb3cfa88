"""How do parts that a customer submits one by one become one text?

Each part is stored before it is answered, with an id of its own. With the last of them the text is sent in the same
transaction: that part has the message's id, and the others are known to be in it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from antiphon.core import campaign as rules
from antiphon.core.account import Account
from antiphon.core.campaign import SendMessages
from antiphon.core.errors import CannotCancel, Refusal
from antiphon.core.event import BOUND, Event, Kind, Owed, over_a_bind
from antiphon.core.message import State
from antiphon.core.price import Prices
from antiphon.services import messages, sends
from antiphon.services.sends import Sent
from antiphon.store import accounts, callbacks, parts
from antiphon.store.parts import Part, Text
from antiphon.store.session import Store, Tx

PATIENCE = timedelta(minutes=10)  # a reference may mean another text after that
_REMEMBERED = timedelta(days=3)
_AT_ONCE = 1_000

# Makes a command of all octets and of what is to be told of each part (its id and its note). May raise a Refusal.
Join = Callable[[bytes, Sequence[tuple[int, str | None]]], SendMessages]


class SubmitPart(Struct, frozen=True, kw_only=True):
    """One of the parts of a text. `reference` is the customer's, `join` is called with the last one."""

    sender: str
    receiver: str
    reference: int
    total: int
    place: int
    octets: bytes
    note: str | None
    join: Join


class _Submitted(Struct, frozen=True):
    account: Account
    command: SubmitPart
    prices: Prices

    @property
    def text(self) -> Text:
        one = self.command
        return Text(self.account.id, one.sender, one.receiver, one.reference, one.total)


async def add(store: Store, prices: Prices, account: Account, command: SubmitPart) -> int:
    """The id of the part; durable when this returns. One that comes again while it waits keeps its id.

    Raises what `join` and `sends.send` do, and then the part is not kept.
    """
    id = await store.share(_write, _Submitted(account, command, prices))
    store.woken.set()
    return id


async def message_of(store: Store, account: Account, id: int) -> int | None:
    """The message that is meant by an id that was answered: its own, or a part's. None while parts are missing."""
    async with store.read() as tx:
        found = await parts.message_of(tx, account.id, id)
    return id if found is None else found[0]


async def cancel(store: Store, account: Account, id: int) -> int | None:
    """Never send the message of this id, or the one that this part is in. Its id where a carrier has it, which is to
    call it back; what becomes of that, `recalls.succeeded` tells. Raises CannotCancel."""
    async with store.begin() as tx:
        found = await parts.message_of(tx, account.id, id)
        if found == (None,) and await parts.drop(tx, account.id, id):
            return None
        found = await parts.message_of(tx, account.id, id) if found == (None,) else found
    message = id if found is None else found[0]
    if message is None:
        raise CannotCancel(reason="its parts are being joined")
    return None if await messages.cancel(store, account, message) else message


async def expire(store: Store) -> int:
    """Parts whose others have not come are forgotten, and who asked is told so; how many."""
    async with store.read() as tx:
        if not await parts.any_old(tx, tx.now - PATIENCE):
            return 0
    async with store.begin() as tx:
        late = await parts.expire(tx, tx.now - PATIENCE, _AT_ONCE)
        known = {one.id: one for one in await accounts.by_ids(tx, {part.text.account_id for part in late})}
        owed = [_expired(known[part.text.account_id], part, tx.now) for part in late if part.note is not None]
        await callbacks.add(tx, owed)
        await parts.forget(tx, tx.now - _REMEMBERED, _AT_ONCE)
    return len(late)


def _expired(account: Account, part: Part, now: datetime) -> Owed:
    event = Event(
        kind=Kind.RECEIPT,
        account=account.sid,
        account_id=account.id,
        at=now,
        time_zone=account.time_zone,
        created_at=part.created_at,
        message_id=part.id,
        number=part.text.receiver,
        sender=part.text.sender,
        state=State.UNSENT.value,
        error="other parts of it never came",
        custom=part.note,
    )
    return Owed(url=over_a_bind(account.id), format=BOUND, form=False, event=event)


class _Joining:
    """The texts that wait for parts, as they are in the middle of a batch."""

    def __init__(self, waiting: Sequence[Part]) -> None:
        self._waiting: dict[Text, dict[int, Part]] = {}
        for part in waiting:  # the newest of each place: an older one is of another text
            self._waiting.setdefault(part.text, {})[part.place] = part
        self.new: list[Part] = []
        self.whole: list[tuple[int, list[Part], _Submitted, SendMessages]] = []

    def take(self, tx: Tx, turn: int, one: _Submitted) -> int | Refusal:
        """The part's id; 0 where it makes the text whole, and its id is to be the message's."""
        others = self._waiting.setdefault(one.text, {})
        command = one.command
        again = others.get(command.place)
        if again is not None and again.octets == command.octets:
            return again.id
        before = [part for place, part in others.items() if place != command.place]
        if len(before) + 1 < command.total:
            part = _part(tx, one)
            others[command.place] = part
            self.new.append(part)
            return part.id
        octets = {part.place: part.octets for part in before} | {command.place: command.octets}
        told = [(part.id, part.note) for part in sorted(before, key=lambda part: part.place)]
        try:
            send = command.join(b"".join(octets[place] for place in sorted(octets)), told)
            rules.check(send)
        except Refusal as refusal:
            return refusal
        del self._waiting[one.text]
        self.whole.append((turn, before, one, send))
        return 0


def _part(tx: Tx, one: _Submitted) -> Part:
    command = one.command
    return Part(
        id=tx.ids.one(),
        text=one.text,
        place=command.place,
        octets=command.octets,
        note=command.note,
        created_at=tx.now,
    )


async def _write(tx: Tx, submitted: Sequence[_Submitted]) -> list[int | Exception]:
    for account in sorted({one.account.id for one in submitted}):
        await accounts.lock(tx, account)  # or the last two parts, in two processes, would both wait for each other
    texts = {one.text for one in submitted}
    joining = _Joining(await parts.waiting(tx, texts, tx.now - PATIENCE))
    done: list[int | Exception] = [joining.take(tx, turn, one) for turn, one in enumerate(submitted)]
    await parts.add(tx, joining.new)
    if joining.whole:
        prices = submitted[0].prices
        sent = await sends.write(tx, prices, [(one.account, send) for _, _, one, send in joining.whole])
        joined: list[tuple[Part, int]] = []
        for (turn, before, _, _), result in zip(joining.whole, sent, strict=True):
            done[turn] = result.messages[0].id if isinstance(result, Sent) else result
            if isinstance(result, Sent):
                joined += [(part, result.messages[0].id) for part in before]
        await parts.join(tx, joined)
    return done
