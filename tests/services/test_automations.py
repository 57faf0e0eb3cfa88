"""What is done by itself when somebody answers, on both databases."""

import pytest
from sqlalchemy import select

from antiphon.core.account import Account
from antiphon.core.automation import AddToList, AutoReply, CallWebhook, Match, RemoveFromList, Rule, SendTo
from antiphon.core.contact import Draft
from antiphon.core.errors import (
    BadField,
    BadNumber,
    MissingField,
    Refusal,
    TooMany,
    UnknownAutomation,
    UnknownList,
)
from antiphon.core.message import Outgoing, Reply
from antiphon.services import automations, lists, messages, replies
from antiphon.store.schema import callbacks as owed
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import PIECE, PRICES, add, audited, holder, members, number, people, send, sending, silence

YES = Rule(match=Match.EQUALS, words="yes", actions=(RemoveFromList(1),))


async def on(store: Store, account: Account, *actions: object, words: str = "yes", match: Match = Match.EQUALS) -> int:
    rule = Rule(match=match, words=words, actions=actions)  # type: ignore[arg-type]
    return (await automations.create(store, account, rule)).id


async def asked(store: Store, account: Account, *places: int) -> dict[int, Outgoing]:
    """These numbers got a text from "Shop", which they can answer."""
    await send(store, account, *places, sender="Shop")
    return {int(one.number[-4:]): one for one in await messages.claim(store, 10_000)}


async def say(store: Store, to: Outgoing, text: str, clock: Clock) -> None:
    arrived = Reply(number=to.number, text=text, at=clock.now, answers=to.key, receiver=to.sender)
    await replies.record(store, PRICES, [arrived])


async def sent(store: Store) -> list[tuple[str, str, str | None]]:
    return [(one.number, one.text, one.sender) for one in await messages.claim(store, 100)]


async def test_opting_in_and_out(store: Store, account: Account, clock: Clock) -> None:
    club, other = await lists.create(store, account, "club"), await lists.create(store, account, "other")
    await add(store, account, Draft(number=number(1), first_name="Zoé"), lists=("other",))
    await on(store, account, AddToList(club))
    await on(store, account, RemoveFromList(club), words="leave", match=Match.CONTAINS)
    asked_of = await asked(store, account, 1, 2)
    for one in asked_of.values():
        await say(store, one, "Yes!", clock)
    assert await members(store, account, "club") == [number(1), number(2)]
    await say(store, asked_of[1], "let me leave", clock)
    assert await members(store, account, "club") == [number(2)]
    assert await members(store, account, "other") == [number(1)]
    assert [one.first_name for one in (await lists.find(store, account, other))[1]] == ["Zoé"]


async def test_in_one_batch_the_last_word_counts(store: Store, account: Account, clock: Clock) -> None:
    club = await lists.create(store, account, "club")
    await on(store, account, AddToList(club))
    await on(store, account, RemoveFromList(club), words="leave")
    asked_of = await asked(store, account, 1, 2)
    said = [(1, "yes"), (2, "leave"), (1, "leave"), (2, "yes")]
    arrived = [
        Reply(number=number(place), text=text, at=clock.now, answers=asked_of[place].key) for place, text in said
    ]
    await replies.record(store, PRICES, arrived)
    assert await members(store, account, "club") == [number(2)]


async def test_an_answer_is_answered_but_not_for_ever(store: Store, account: Account, clock: Clock) -> None:
    await add(store, account, Draft(number=number(1), first_name="Zoé"))
    await on(store, account, AutoReply("Thank you, {first_name}!"))
    asked_of = await asked(store, account, 1, 2)
    await say(store, asked_of[1], "yes", clock)
    await say(store, asked_of[1], "yes", clock)
    assert await sent(store) == [(number(1), "Thank you, Zoé!", "Shop")]
    await say(store, asked_of[2], "yes", clock)
    assert await sent(store) == [(number(2), "Thank you, !", "Shop")]
    clock.advance(3601)
    await say(store, asked_of[1], "yes", clock)
    assert [to for to, _, _ in await sent(store)] == [number(1)]


async def test_who_has_opted_out_is_not_answered(store: Store, account: Account, clock: Clock) -> None:
    club = await lists.create(store, account, "club")
    await on(store, account, AutoReply("Bye"), AddToList(club), SendTo(number(9)), words="stop")
    asked_of = await asked(store, account, 1)
    await silence(store, account, number(9))
    await say(store, asked_of[1], "STOP", clock)
    assert await sent(store) == []
    assert await members(store, account, "club") == [number(1)]


async def test_handed_on(store: Store, account: Account, clock: Clock) -> None:
    await on(store, account, SendTo("06 10 00 00 09"), CallWebhook("https://example.com/in", "atom"))
    asked_of = await asked(store, account, 1, 9)
    await say(store, asked_of[1], "yes", clock)
    await say(store, asked_of[9], "yes", clock)  # not to himself
    assert await sent(store) == [(number(9), f"{number(1)}: yes", "Shop")]
    async with store.read() as tx:
        rows = await tx.all(select(owed).order_by(owed.c.id))
    assert [(row["url"], row["format"], row["state"]) for row in rows] == [
        ("https://example.com/in", "atom", "waiting")
    ] * 2
    assert [row["event"]["number"] for row in rows] == [number(1), number(9)]
    assert rows[0]["event"]["text"] == "yes"


async def test_without_credit_the_answer_is_kept_and_nothing_sent(store: Store, clock: Clock) -> None:
    account, _ = await holder(store, pieces=2)
    await on(store, account, AutoReply("Thanks"))
    asked_of = await asked(store, account, 1, 2)
    assert await audited(store, account) == 0
    await say(store, asked_of[1], "yes", clock)
    assert await sent(store) == []


async def test_it_is_paid(store: Store, clock: Clock) -> None:
    account, _ = await holder(store, pieces=2)
    await on(store, account, AutoReply("Thanks"))
    asked_of = await asked(store, account, 1)
    await say(store, asked_of[1], "yes", clock)
    assert await audited(store, account) == 0
    assert len(await sent(store)) == 1
    assert PIECE > 0


async def test_a_deleted_list_is_left_out(store: Store, account: Account, clock: Clock) -> None:
    gone, club = await lists.create(store, account, "gone"), await lists.create(store, account, "club")
    await on(store, account, AddToList(gone), AddToList(club))
    await lists.remove(store, account, gone)
    asked_of = await asked(store, account, 1)
    await say(store, asked_of[1], "yes", clock)
    assert await members(store, account, "club") == [number(1)]


async def test_a_thousand_at_once(store: Store, account: Account, clock: Clock) -> None:
    club = await lists.create(store, account, "club")
    await on(store, account, AddToList(club), AutoReply("Thanks"))
    campaign = await sending(store, account, people(1_000))
    taken = await messages.claim(store, 2_000)
    arrived = [Reply(number=one.number, text="yes", at=clock.now, answers=one.key) for one in taken]
    await replies.record(store, PRICES, arrived)
    assert len(await members(store, account, "club")) == 1_000
    assert len(await messages.claim(store, 2_000)) == 1_000
    assert campaign.messages == 1_000


async def test_changed_and_removed(store: Store, account: Account, clock: Clock) -> None:
    club = await lists.create(store, account, "club")
    made = await automations.create(store, account, Rule(match=Match.EQUALS, words="a", actions=(AddToList(club),)))
    rule = Rule(match=Match.CONTAINS, words="b", actions=(AutoReply("x"), RemoveFromList(club)), receiver="Shop")
    assert (await automations.edit(store, account, made.id, rule)).rule == rule
    assert await automations.all_of(store, account) == [await automations.find(store, account, made.id)]
    stranger = await another_account(store)
    assert await automations.all_of(store, stranger) == []
    for attempt in (
        automations.find(store, stranger, made.id),
        automations.edit(store, stranger, made.id, Rule(match=Match.EQUALS, words="a", actions=(AutoReply("x"),))),
        automations.remove(store, stranger, made.id),
    ):
        with pytest.raises(UnknownAutomation):
            await attempt
    await automations.remove(store, account, made.id)
    with pytest.raises(UnknownAutomation):
        await automations.find(store, account, made.id)


@pytest.mark.parametrize(
    ("words", "actions", "refusal"),
    [
        pytest.param(" ?! ", (AutoReply("x"),), MissingField, id="no words"),
        pytest.param("x" * 256, (AutoReply("x"),), BadField, id="long words"),
        pytest.param("a", (), MissingField, id="no actions"),
        pytest.param("a", (AutoReply("x"),) * 11, TooMany, id="many actions"),
        pytest.param("a", (AddToList(1),), UnknownList, id="list"),
        pytest.param("a", (AutoReply("  "),), BadField, id="no text"),
        pytest.param("a", (AutoReply("x" * 1225),), BadField, id="long text"),
        pytest.param("a", (SendTo("12"),), BadNumber, id="number"),
        pytest.param("a", (CallWebhook("ftp://a.example"),), BadField, id="url"),
    ],
)
async def test_what_is_refused(
    store: Store, account: Account, words: str, actions: tuple[AutoReply, ...], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        await automations.create(store, account, Rule(match=Match.EQUALS, words=words, actions=actions))
    assert await automations.all_of(store, account) == []
