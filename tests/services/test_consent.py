"""What answers say of being written to, what is answered to them, and who decides, on both databases."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from antiphon.core.account import Account
from antiphon.core.campaign import Audience, CreateCampaign, Kind, Purpose
from antiphon.core.campaign import State as Sending
from antiphon.core.consent import Kind as Said
from antiphon.core.consent import State
from antiphon.core.errors import BadNumber, UnknownReview
from antiphon.core.message import Outgoing, Reply
from antiphon.core.wording import Said as Texts
from antiphon.core.wording import Wording
from antiphon.services import campaigns, consent, lists, messages, progress, replies, sends
from antiphon.store.schema import campaigns as campaign_table
from antiphon.store.schema import consents, opt_outs
from antiphon.store.schema import messages as message_table
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import (
    EVERYBODY,
    PRICES,
    add,
    audited,
    calculated,
    counts,
    holder,
    number,
    people,
    ready,
    send,
    sending,
    to,
)

ANSWERING = Wording(answers=True, brand="Club", texts={"FR": Texts(stop="{brand}: over", help="{brand}: help")})


@pytest.fixture
async def message(store: Store, account: Account) -> Outgoing:
    """A message that somebody can answer, from a number."""
    await send(store, account, 0, sender="36111")
    (claimed,) = await messages.claim(store, 1)
    return claimed


async def say(store: Store, to: Outgoing, clock: Clock, *texts: str) -> None:
    said = [Reply(number=to.number, text=text, at=clock.now, answers=to.key, receiver="36111") for text in texts]
    await replies.record(store, PRICES, said)


async def leaving(store: Store) -> list[tuple[str, str, str | None]]:
    return [(one.number, one.text, one.sender) for one in await messages.claim(store, 100)]


async def standing(store: Store, account: Account, place: int = 0) -> dict[int, tuple[str, bool]]:
    """By list: how a number stands, and whether it is held."""
    found = await consent.proof(store, account, number(place), 0, 100)
    return {one.list_id: (one.state.value, one.held_id is not None) for one in found.standings}


async def test_a_stop_is_in_the_ledger_with_all_that_proves_it(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    await say(store, message, clock, "Stop. Thank you")
    clock.advance(60)
    await say(store, message, clock, "stop!!")
    found = await consent.proof(store, account, "06 10 00 00 00", 0, 100)
    assert [(line.kind, line.words, line.source, line.campaign_id) for line in found.lines] == [
        (Said.OPTED_OUT, "Stop. Thank you", "reply", message.campaign_id),
        (Said.OPTED_OUT, "stop!!", "reply", message.campaign_id),
    ]
    assert [(one.state, one.words, one.line_id) for one in found.standings] == [
        (State.OUT, "Stop. Thank you", found.lines[0].id)
    ]
    assert [line.id for line in (await consent.proof(store, account, number(0), found.lines[0].id, 1)).lines] == [
        found.lines[1].id
    ]
    with pytest.raises(BadNumber):
        await consent.proof(store, account, "12", 0, 100)


async def test_nothing_is_known_of_others(store: Store, account: Account, message: Outgoing, clock: Clock) -> None:
    await say(store, message, clock, "STOP")
    theirs = await consent.proof(store, await another_account(store), number(0), 0, 100)
    assert (theirs.standings, theirs.lines) == ([], [])


@pytest.mark.parametrize("text", ["We have got to STOP this bill", "Don't stop", "STOP everything I said"])
async def test_the_doubtful_is_held_from_marketing_until_somebody_decides(
    store: Store, account: Account, message: Outgoing, clock: Clock, text: str
) -> None:
    await say(store, message, clock, text)
    (held,) = await consent.held(store, account, 0, 10)
    assert (held.line.words, held.standing.state) == (text, State.UNKNOWN)
    campaign = await sending(store, account, people(2))
    assert (campaign.messages, campaign.opted_out) == (1, 1)
    await send(store, account, 0)
    await send(store, account, 0, purpose=Purpose.MARKETING, text="Sale. STOP 36111")
    assert {(one.number, one.text) for one in await messages.claim(store, 100)} == {
        (number(1), EVERYBODY.text),
        (number(0), "Your code is 1234"),
    }
    await consent.decide(store, account, held.line.id, Said.DISMISSED, "Axelle")
    assert await standing(store, account) == {0: ("unknown", False)}
    assert await consent.held(store, account, 0, 10) == []
    assert (await sending(store, account, people(2))).opted_out == 0
    last = (await consent.proof(store, account, number(0), 0, 10)).lines[-1]
    assert (last.kind, last.source, last.who, last.words) == (Said.DISMISSED, "review", "Axelle", text)


async def test_what_is_held_meanwhile_is_withheld_when_it_is_claimed(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    campaign = await sending(store, account, people(1))
    await say(store, message, clock, "do not text me, I drive")
    assert await messages.claim(store, 10) == []
    assert await counts(store, account, campaign) == {"withheld": 1}


async def test_a_decision_holds_for_the_words_that_were_read(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    await say(store, message, clock, "don't stop")
    (first,) = await consent.held(store, account, 0, 10)
    await say(store, message, clock, "I said stop it, will you")
    with pytest.raises(UnknownReview):
        await consent.decide(store, account, first.line.id, Said.DISMISSED, "Axelle")
    (second,) = await consent.held(store, account, 0, 10)
    with pytest.raises(UnknownReview):
        await consent.decide(store, await another_account(store), second.line.id, Said.OPTED_OUT, "Axelle")
    await consent.decide(store, account, second.line.id, Said.OPTED_OUT, "Axelle")
    assert await standing(store, account) == {0: ("out", False)}
    with pytest.raises(UnknownReview):
        await consent.decide(store, account, second.line.id, Said.DISMISSED, "Axelle")


async def test_a_start_takes_a_stop_back_and_what_is_doubtful(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    await say(store, message, clock, "STOP", "START")
    assert await standing(store, account) == {0: ("in", False)}
    await say(store, message, clock, "we stop here?")
    assert await standing(store, account) == {0: ("in", True)}
    await say(store, message, clock, "unstop")
    assert await standing(store, account) == {0: ("in", False)}
    await say(store, message, clock, "start the engine", "yes")
    assert len((await consent.proof(store, account, number(0), 0, 10)).lines) == 4


async def test_stop_and_the_name_of_a_list_leaves_that_list_alone(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    await add(store, account, *people(1), lists=("Promo", "News", "both"))
    await lists.create(store, account, "x")
    ids = {one.name: one.id for one in await lists.all_of(store, account)}
    promo, news = ids["Promo"], ids["News"]
    assert await _stops(store, message, clock, "stop PROMO svp") == set()
    assert await standing(store, account) == {promo: ("out", False)}
    for audience, reached in (((promo,), 0), ((news,), 1), ((news, promo), 0)):
        command = replace(EVERYBODY, audience=Audience(kind=Kind.LIST, ids=audience))
        made = await calculated(store, await campaigns.create(store, account, command), account)
        assert made.messages == reached
    await say(store, message, clock, "START promo")
    assert await standing(store, account) == {promo: ("in", False)}
    assert await _stops(store, message, clock, "STOP x") == set()
    assert await standing(store, account) == {0: ("unknown", True), promo: ("in", False)}
    assert await _stops(store, message, clock, "STOP") == {"STOP"}


async def _stops(store: Store, to: Outgoing, clock: Clock, text: str) -> set[str]:
    """What is told as an opt-out."""
    reply = Reply(number=to.number, text=text, at=clock.now, answers=to.key)
    async with store.begin() as tx:
        return {one.text for one in await consent.listen(tx, PRICES, [(to.account_id, to.campaign_id, reply)])}


async def test_who_leaves_a_list_after_the_calculation_gets_nothing_of_it(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    campaign = await ready(store, account, people(2))
    (name,) = [one.name for one in await lists.all_of(store, account)]
    await campaigns.confirm(store, account, campaign.id)
    await say(store, message, clock, f"STOP {name}")
    assert [one.number for one in await messages.claim(store, 10)] == [number(1)]
    assert await counts(store, account, campaign) == {"submitting": 1, "withheld": 1}


async def test_a_stop_is_confirmed_once_though_the_number_is_opted_out(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    await consent.change_wording(store, account, ANSWERING)
    await say(store, message, clock, "STOP", "stop", "unsubscribe")
    await say(store, message, clock, "STOP")
    assert await leaving(store) == [(number(0), "Club: over", "36111")]
    clock.advance(60)
    await say(store, message, clock, "STOP")
    await send(store, account, 0)
    assert await leaving(store) == []


async def test_no_confirmation_leaves_later_than_five_minutes_after_the_stop(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    await consent.change_wording(store, account, ANSWERING)
    await say(store, message, clock, "STOP")
    clock.advance(300)
    assert await leaving(store) == []
    await progress.stop_due(store)
    await progress.finish(store)
    async with store.read() as tx:
        last = await tx.first(select(campaign_table.c.state).order_by(campaign_table.c.id.desc()).limit(1))
    assert last is not None
    assert last["state"] == Sending.STOPPED


async def test_nor_where_the_carriers_clock_is_ahead(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    await consent.change_wording(store, account, ANSWERING)
    ahead = Reply(number=message.number, text="STOP", at=clock.now + timedelta(hours=2), answers=message.key)
    await replies.record(store, PRICES, [ahead])
    clock.advance(300)
    assert await leaving(store) == []


async def test_a_stop_that_was_long_on_its_way_is_noted_and_not_confirmed(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    await consent.change_wording(store, account, ANSWERING)
    late = Reply(number=message.number, text="STOP", at=clock.now - timedelta(minutes=5), answers=message.key)
    await replies.record(store, PRICES, [late])
    assert await leaving(store) == []
    assert await standing(store, account) == {0: ("out", False)}


@pytest.mark.parametrize(
    ("written", "said", "answered"),
    [
        ("+33610000000", Wording(), 0),
        ("+33610000000", Wording(answers=True), 1),
        ("+12015550123", Wording(), 1),
        ("+12015550123", Wording(answers=False), 0),
    ],
)
async def test_it_is_confirmed_where_carriers_want_it_or_the_account_does(
    store: Store, account: Account, clock: Clock, written: str, said: Wording, answered: int
) -> None:
    await consent.change_wording(store, account, said)
    await sends_to(store, account, written)
    (claimed,) = await messages.claim(store, 1)
    await say(store, claimed, clock, "STOP")
    assert len(await leaving(store)) == answered


async def sends_to(store: Store, account: Account, written: str) -> None:
    await sends.send(store, PRICES, account, to(written))


async def test_help_is_answered_to_anybody_and_once_an_hour(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    await consent.change_wording(store, account, ANSWERING)
    await say(store, message, clock, "STOP", "help")
    assert sorted(text for _, text, _ in await leaving(store)) == ["Club: help", "Club: over"]
    await say(store, message, clock, "HELP", "info")
    clock.advance(3_599)
    await say(store, message, clock, "HELP")
    assert await leaving(store) == []
    clock.advance(1)
    await say(store, message, clock, "AIDE svp")
    assert [text for _, text, _ in await leaving(store)] == ["Club: help"]
    assert await standing(store, account) == {0: ("out", False)}


async def test_two_machines_do_not_answer_each_other_for_ever(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    await consent.change_wording(store, account, Wording(answers=True, brand="Club"))
    for text in ("START", "STOP", "HELP") * 10:
        await say(store, message, clock, text)
        for _, said, _ in await leaving(store):
            await say(store, message, clock, said)
    async with store.read() as tx:
        ((sent,),) = await tx.tuples(select(func.count()).select_from(message_table))
    assert sent <= 1 + 10 + 2


async def test_who_cannot_pay_for_the_answer_is_opted_out_all_the_same(store: Store, clock: Clock) -> None:
    owner = (await holder(store, pieces=1)).account
    await consent.change_wording(store, owner, ANSWERING)
    await send(store, owner, 0)
    (claimed,) = await messages.claim(store, 1)
    await say(store, claimed, clock, "STOP")
    assert await standing(store, owner) == {0: ("out", False)}
    assert await leaving(store) == []
    assert await audited(store, owner) == 0


async def test_ten_thousand_stops_at_once(store: Store, account: Account, clock: Clock) -> None:
    await consent.change_wording(store, account, ANSWERING)
    for start in range(0, 10_000, 500):
        await send(store, account, *range(start, start + 500))
    claimed = await messages.claim(store, 10_000)
    said = [Reply(number=one.number, text="STOP", at=clock.now, answers=one.key) for one in claimed]
    await replies.record(store, PRICES, [*said, *said[:100]])
    async with store.read() as tx:
        for table, count in ((opt_outs, 10_000), (consents, 10_100)):
            assert await tx.tuples(select(func.count()).select_from(table)) == [(count,)]
    confirmed = [one.number for _ in range(11) for one in await messages.claim(store, 1_000)]
    assert sorted(confirmed) == sorted(one.number for one in claimed)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\U0001f6d1", "x" * 70_000, "x " * 70_000, "\u202e\u200b", "{brand}", "%s%n", "STOP " * 20_000],
    ids=["nothing", "blank", "sign", "one word", "many words", "unseen", "a field", "a format", "many stops"],
)
async def test_garbage_is_no_crash(store: Store, account: Account, message: Outgoing, clock: Clock, text: str) -> None:
    await say(store, message, clock, text)
    async with store.read() as tx:
        assert await tx.tuples(select(func.count()).select_from(consents)) == [(int("STOP" in text),)]


async def test_a_campaign_says_nothing_of_it(store: Store, account: Account) -> None:
    """Only an answer of ours may pass."""
    command = CreateCampaign(audience=Audience(kind=Kind.LIST, names=("all",)), text="Sale. STOP 36111")
    await add(store, account, *people(1), lists=("all",))
    assert not (await campaigns.create(store, account, command)).despite_opt_out
