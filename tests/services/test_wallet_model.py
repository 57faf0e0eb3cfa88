"""Whatever happens, a wallet holds what its ledger says, which is what was paid in less what left."""

from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from antiphon.core.campaign import Campaign, State
from antiphon.core.errors import NotMetered, NotNow, OutOfCredit, Refusal, TokenPending, WrongToken
from antiphon.core.message import Accepted, Fate, InDoubt, Key, Outcome, Receipt, Refused
from antiphon.core.message import State as Fare
from antiphon.core.wallet import UNMETERED
from antiphon.services import campaigns, messages, processes, progress, receipts, wallet
from antiphon.store.session import Store
from tests.conftest import Clock
from tests.services.scenes import EVERYBODY, PIECE, Holder, audited, holder, number, people, ready, send, silence

HOUR = timedelta(hours=1)
OUTCOMES: dict[Fare, Outcome] = {
    Fare.ACCEPTED: Accepted("ref"),
    Fare.REFUSED: Refused("no"),
    Fare.IN_DOUBT: InDoubt("cut off"),
}
FATES = {Fare.DELIVERED: Fate.DELIVERED, Fare.FAILED: Fate.FAILED}
# Who is paid back, and who has not been answered yet.
UNSENT, OPEN = {Fare.REFUSED, Fare.WITHHELD}, {Fare.SUBMITTING, Fare.IN_DOUBT}


class Text(Struct):
    """A message of the model."""

    owner: int
    number: str
    fare: Fare = Fare.WAITING
    key: Key | None = None
    process: int = 0


class Sale(Struct):
    """A campaign of the model; one that is `paid` was taken from the wallet."""

    owner: int
    id: int
    state: State
    texts: list[Text]
    paid: bool = False


class Books:
    """What is done to the wallets of a parent, of its child, and of a child that has none; and what comes of it."""

    def __init__(self, store: Store, clock: Clock, holders: list[Holder]) -> None:
        self.store, self.clock, self.holders = store, clock, holders
        self.paid_in = [0, 0]
        self.sales: list[Sale] = []
        self.silent: set[tuple[int, str]] = set()
        self.tokens: dict[int, tuple[str, int]] = {}

    def left(self, who: int) -> int:
        """What was paid in, less what was paid and has not come back."""
        sales = [sale for sale in self.sales if sale.owner == who and sale.paid and sale.state is not State.CANCELLED]
        texts = [text for sale in sales for text in sale.texts if text.fare not in UNSENT]
        return self.paid_in[who] - len(texts) * PIECE

    def can_pay(self, who: int, count: int) -> bool:
        return not self.metered(who) or self.left(who) >= count * PIECE

    def metered(self, who: int) -> bool:
        return who < len(self.paid_in)

    async def check(self) -> None:
        for who, (account, _) in enumerate(self.holders):
            if self.metered(who):
                assert await audited(self.store, account) == self.left(who)
            else:
                assert (await wallet.balance(self.store, account), await wallet.ledger(self.store, account)) == (
                    UNMETERED,
                    [],
                )

    async def credit(self, who: int, count: int) -> None:
        who %= 2
        await wallet.credit(self.store, self.holders[who].login, count * PIECE + 1)
        self.paid_in[who] += count * PIECE + 1

    async def direct(self, who: int, count: int) -> None:
        await self._send(who, count, later=False)

    async def direct_later(self, who: int, count: int) -> None:
        await self._send(who, count, later=True)

    async def _send(self, who: int, count: int, *, later: bool) -> None:
        at = self.clock.now + HOUR if later else None
        sending = send(self.store, self.holders[who].account, *range(count), send_at=at)
        refused = None if self.can_pay(who, count) else OutOfCredit
        if (sent := await _refused(sending, refused)) is not None:
            self._sold(who, sent.campaign, range(count), paid=self.metered(who))
            assert sent.left == (self.left(who) if self.metered(who) else UNMETERED)

    async def draft(self, who: int, count: int) -> None:
        command = replace(EVERYBODY, send_at=self.clock.now + HOUR if count % 2 else None)
        campaign = await ready(self.store, self.holders[who].account, people(count), command)
        willing = [place for place in range(count) if (who, number(place)) not in self.silent]
        self._sold(who, campaign, willing, paid=False)

    def _sold(self, who: int, campaign: Campaign, places: Sequence[int], *, paid: bool) -> None:
        texts = [Text(owner=who, number=number(place)) for place in places]
        assert campaign.messages == len(texts)
        self.sales.append(Sale(owner=who, id=campaign.id, state=campaign.state, texts=texts, paid=paid))

    async def confirm(self, who: int, which: int) -> None:
        for sale in self.sales[-which:]:
            account = self.holders[sale.owner].account
            refused = None if sale.state is State.READY else NotNow
            if refused is None and not self.can_pay(sale.owner, len(sale.texts)):
                refused = OutOfCredit
            await _refused(campaigns.confirm(self.store, account, sale.id), refused)
            if refused is None:
                sale.state = (await campaigns.find(self.store, account, sale.id)).state
                sale.paid = self.metered(sale.owner)

    async def cancel(self, who: int, which: int) -> None:
        for sale in self.sales[-which:]:
            refused = None if sale.state in (State.READY, State.SCHEDULED) else NotNow
            await _refused(campaigns.cancel(self.store, self.holders[sale.owner].account, sale.id), refused)
            if refused is None:
                sale.state = State.CANCELLED

    async def opt_out(self, who: int, place: int) -> None:
        await silence(self.store, self.holders[who].account, number(place - 1))
        self.silent.add((who, number(place - 1)))

    async def claim(self, who: int, _: int) -> None:
        claimed = {(one.campaign_id, one.number): one.key for one in await messages.claim(self.store, 10_000)}
        for sale in self.sales:
            for text in sale.texts if sale.state is State.SENDING else ():
                key = claimed.pop((sale.id, text.number), None)
                if text.fare is not Fare.WAITING:
                    assert key is None
                    continue
                text.fare = Fare.SUBMITTING if key else Fare.WITHHELD
                text.key, text.process = key, self.store.process_id
                assert (key is None) == ((text.owner, text.number) in self.silent)

    async def settle(self, who: int, which: int, *, fare: Fare) -> None:
        some = self._some(which)
        await messages.settle(self.store, "test", [(key, OUTCOMES[fare]) for key in some])
        for text in some.values():
            text.fare = fare if text.fare in OPEN else text.fare

    async def report(self, who: int, which: int, *, fare: Fare) -> None:
        some = self._some(which)
        told = [Receipt(reference="", fate=FATES[fare], at=self.clock.now, echo=key) for key in some]
        await receipts.record(self.store, "test", told)
        for text in some.values():
            text.fare = fare if text.fare in {*OPEN, Fare.ACCEPTED} else text.fare

    async def release(self, who: int, which: int) -> None:
        some = self._some(which)
        await messages.release(self.store, list(some))
        for text in some.values():
            text.fare = Fare.WAITING if text.fare is Fare.SUBMITTING else text.fare

    def _some(self, which: int) -> dict[Key, Text]:
        """Of the messages that were claimed once, the last ones."""
        all_of_them = [text for sale in self.sales for text in sale.texts if text.key]
        return {text.key: text for text in all_of_them[-which:] if text.key}

    async def finish(self, who: int, _: int) -> None:
        await progress.finish(self.store)
        for sale in self.sales:
            for text in sale.texts:
                orphaned = sale.state is State.SENDING and text.process != self.store.process_id
                text.fare = Fare.IN_DOUBT if orphaned and text.fare is Fare.SUBMITTING else text.fare
            over = not {text.fare for text in sale.texts} & {Fare.WAITING, Fare.SUBMITTING}
            sale.state = State.SENT if over and sale.state is State.SENDING else sale.state

    async def an_hour(self, who: int, _: int) -> None:
        """Passes; our process was dead meanwhile, and what is scheduled begins."""
        self.clock.advance(HOUR.total_seconds())
        assert not await processes.renew(self.store)
        await progress.start_due(self.store)
        self.tokens.clear()
        for sale in self.sales:
            sale.state = State.SENDING if sale.state is State.SCHEDULED else sale.state

    async def token(self, who: int, other: int) -> None:
        receiver = (0 if who else 1 + other % 2) if other else 0
        if receiver == who:
            return
        refused = None if self.metered(receiver) else NotMetered
        if refused is None and who in self.tokens:
            refused = TokenPending
        issuing = wallet.issue_token(self.store, self.holders[who].account, self.holders[receiver].login)
        if (token := await _refused(issuing, refused)) is not None:
            self.tokens[who] = token, receiver

    async def transfer(self, who: int, count: int) -> None:
        token, receiver = self.tokens.get(who, ("", 0))
        refused = WrongToken if not token else None if self.can_pay(who, count) else OutOfCredit
        await _refused(wallet.transfer(self.store, self.holders[who].account, token, count * PIECE), refused)
        if refused is None:
            del self.tokens[who]
            self.paid_in[receiver] += count * PIECE
            if self.metered(who):
                self.paid_in[who] -= count * PIECE


async def _refused(doing: Coroutine[Any, Any, Any], refusal: type[Refusal] | None) -> Any:
    """What was done; None where it was refused as it had to be."""
    if refusal is None:
        return await doing
    with pytest.raises(refusal):
        await doing
    return None


Verb = Callable[[Books, int, int], Coroutine[Any, Any, None]]
Step = tuple[Verb, int, int]

VERBS: list[Verb] = [
    *(Books.credit, Books.direct, Books.direct, Books.direct_later, Books.draft, Books.confirm, Books.cancel),
    *(Books.opt_out, Books.claim, Books.claim, Books.claim, Books.release, Books.finish, Books.an_hour),
    *(Books.token, Books.token, Books.transfer, Books.transfer),
    *(partial(Books.settle, fare=fare) for fare in (*OUTCOMES, Fare.REFUSED)),
    *(partial(Books.report, fare=fare) for fare in FATES),
]
steps = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 2), st.integers(1, 4)), min_size=15, max_size=50)


@settings(max_examples=15)
@given(steps)
async def test_whatever_happens_the_ledger_adds_up(store: Store, clock: Clock, happened: list[Step]) -> None:
    parent = await holder(store)
    books = Books(store, clock, [parent, *[await holder(store, 0, parent.account) for _ in range(2)]])
    for who in range(2):
        await books.credit(who, 4)
    for verb, whom, count in happened:
        await verb(books, whom, count)
        await books.check()
