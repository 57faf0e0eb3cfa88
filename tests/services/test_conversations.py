"""With whom an account talks, and what was said, on both databases."""

from antiphon.core.account import Account
from antiphon.core.conversation import Word
from antiphon.core.message import Accepted, Reply
from antiphon.services import campaigns, conversations, cursors, messages, replies
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import PRICES, number, people, send, sending


async def _leave(store: Store, clock: Clock) -> None:
    for message in await messages.claim(store, 100):
        await messages.settle(store, "acme", [(message.key, Accepted(str(message.id)))])
    clock.advance(60)


async def _say(store: Store, clock: Clock, *said: tuple[int, str]) -> None:
    for place, text in said:
        await replies.record(store, PRICES, [Reply(number=number(place), text=text, at=clock.now, receiver="36111")])
        clock.advance(60)


def _brief(words: list[Word] | tuple[Word, ...]) -> list[tuple[str, str, str | None]]:
    return [("out" if word.out else "in", word.text, word.state) for word in words]


async def test_a_conversation_is_told_in_the_order_in_which_it_was_led(
    store: Store, account: Account, clock: Clock
) -> None:
    campaign = await sending(store, account, people(1))
    await _leave(store, clock)
    later = await send(store, account, 0, text="Made early, left late")
    await _say(store, clock, (0, "Who?"))
    await _leave(store, clock)
    await _say(store, clock, (0, "Ah"))
    await send(store, account, 0, text="Waits")
    found = list(await conversations.of(store, account, "0610000000", None, 100))
    assert _brief(found) == [
        ("out", "Waits", "waiting"),
        ("in", "Ah", None),
        ("out", "Made early, left late", "accepted"),
        ("in", "Who?", None),
        ("out", "Sale today. STOP 36111", "accepted"),
    ]
    assert [word.campaign_id for word in found[1:]] == [later.campaign.id, later.campaign.id, campaign.id, campaign.id]
    assert found[1].other == "36111"
    paged: list[Word] = []
    while len(page := await conversations.of(store, account, number(0), _mark(paged), 2)):
        paged += page
    assert paged == found


def _mark(words: list[Word]) -> tuple[object, int] | None:
    return (words[-1].at, words[-1].id) if words else None


async def test_who_wrote_last_comes_first(store: Store, account: Account, clock: Clock) -> None:
    await sending(store, account, people(4))
    other = await another_account(store)
    await _leave(store, clock)
    await _say(store, clock, (0, "a"), (1, "b"), (2, "c"), (0, "d"))
    await send(store, account, 2, text="And you?")
    found = await conversations.page(store, account, None, 10)
    assert [(word.number, word.text, word.out) for _, word in found] == [
        (number(0), "d", False),
        (number(2), "And you?", True),
        (number(1), "b", False),
    ]
    first, *rest = found
    assert await conversations.page(store, account, first[0], 10) == rest
    assert await conversations.page(store, other, None, 10) == []
    assert await conversations.of(store, other, number(0), None, 10) == []


async def test_a_campaign_counts_its_replies(store: Store, account: Account, clock: Clock) -> None:
    answered = await sending(store, account, people(3))
    silent = await sending(store, account, people(2, start=10))
    await _leave(store, clock)
    await _say(store, clock, (0, "a"), (1, "b"), (0, "c"))
    assert (await campaigns.report(store, account, answered.id)).replies == 3
    assert (await campaigns.report(store, account, silent.id)).replies == 0
    found = await cursors.campaigns(store, account, None, 10, [])
    assert {report.campaign.id: report.replies for report in found} == {answered.id: 3, silent.id: 0}
