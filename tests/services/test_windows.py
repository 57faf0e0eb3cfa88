"""Does what must wait wait, and leave as soon as it may? On both databases."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from antiphon.core.account import Account
from antiphon.core.campaign import Audience, Campaign, Kind, Purpose, State
from antiphon.core.contact import Draft
from antiphon.core.errors import BadField, UnknownCampaign
from antiphon.core.message import Accepted, Outgoing
from antiphon.core.pacing import Canary, Pacing
from antiphon.core.quiet import Rule
from antiphon.core.quiet_rules import Preset
from antiphon.core.window import Window
from antiphon.core.windows import DEFAULT, Windows
from antiphon.services import campaigns, canaries, carriers, messages, sends, wallet, ways, windows
from antiphon.services.vault import Vault
from antiphon.store import reports
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services import scenes

FRENCH, FRIEND, AMERICAN, CANADIAN = "+33612345678", "+33698765432", "+12125551234", "+14165551234"
SPANISH = "+34612345678"
SUNDAY = datetime(2026, 3, 8, 12, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 7, 30, tzinfo=UTC)  # half past eight in Paris
STRICT, CAPPED = Windows(), Windows(preset=Preset.NONE, cap=2, cap_days=7)
VAULT = Vault(base64.urlsafe_b64encode(bytes(32)).decode())


@pytest.fixture
def sunday(clock: Clock) -> Clock:
    clock.now = SUNDAY
    return clock


async def test_marketing_waits_for_its_window_and_says_why(store: Store, account: Account, sunday: Clock) -> None:
    await windows.choose(store, account, STRICT)
    campaign = await _begun(store, account, FRENCH, CANADIAN)
    assert await _numbers(store) == [CANADIAN]
    state, error = (await _fared(store, campaign))[FRENCH]
    assert (state, error) == ("held", "outside its window, fr-sunday: FR, no marketing on Sundays; Europe/Paris")
    sunday.now = MONDAY - timedelta(seconds=1)
    assert await messages.wake(store) == 0
    sunday.now = MONDAY
    assert await messages.wake(store) == 1
    assert await _numbers(store) == [FRENCH]


async def test_alerts_pass(store: Store, account: Account, sunday: Clock) -> None:
    await windows.choose(store, account, STRICT)
    await _begun(store, account, FRENCH, purpose=Purpose.ALERT)
    assert await _numbers(store) == [FRENCH]


async def test_single_texts_wait_too(store: Store, account: Account, sunday: Clock) -> None:
    await windows.choose(store, account, STRICT)
    await scenes.send(store, account, 1, purpose=Purpose.MARKETING, text="Sale. STOP 36111")
    await scenes.send(store, account, 2)
    assert await _numbers(store) == [scenes.number(2)]


async def test_a_simulated_carrier_is_never_closed(store: Store, account: Account, sunday: Clock) -> None:
    await _begun(store, account, FRENCH)
    assert await _numbers(store) == [FRENCH]
    assert await windows.of(store, account) == (DEFAULT, False)


async def test_where_people_are_reached_the_strict_preset_holds(store: Store, account: Account, sunday: Clock) -> None:
    await carriers.add(store, VAULT, "pretended", "simulator:")
    assert await windows.of(store, account) == (DEFAULT, False)
    await carriers.add(store, VAULT, "real", "smpp://smsc.example:2775")
    assert await windows.of(store, account) == (DEFAULT, True)
    await _begun(store, account, FRENCH)
    assert await _numbers(store) == []


async def test_an_account_can_do_without(store: Store, account: Account, sunday: Clock) -> None:
    await carriers.add(store, VAULT, "real", "smpp://smsc.example:2775")
    await windows.choose(store, account, Windows(preset=Preset.NONE))
    other = await another_account(store)
    await _begun(store, account, FRENCH)
    await _begun(store, other, FRENCH)
    assert [message.account_id for message in await messages.claim(store, 10)] == [account.id]
    await windows.choose(store, account, None)
    assert await windows.of(store, account) == (DEFAULT, True)


async def test_an_account_has_windows_of_its_own(store: Store, account: Account, sunday: Clock) -> None:
    night = Rule(name="calm", purpose="alert", hours="14:00-15:00")
    await windows.choose(store, account, Windows(own=(night,)))
    campaign = await _begun(store, account, FRENCH, CANADIAN, purpose=Purpose.ALERT)
    assert await _numbers(store) == []
    assert "calm" in str((await _fared(store, campaign))[FRENCH][1])
    with pytest.raises(BadField):
        await windows.choose(store, account, Windows(own=(Rule(name=""),)))


async def test_who_is_elsewhere_is_written_to_by_their_own_clock(store: Store, account: Account, sunday: Clock) -> None:
    await windows.choose(store, account, STRICT)
    sunday.now = datetime(2026, 3, 9, 22, tzinfo=UTC)  # 23:00 in Paris, 18:00 in New York, Tuesday in Auckland
    attributes = {"time_zone": "America/New_York"}
    drafts = [Draft(number=FRENCH, attributes=attributes), Draft(number=FRIEND, attributes={"time_zone": "Paris"})]
    await _sent(store, account, drafts)
    assert await _numbers(store) == [FRENCH]
    command = scenes.to(purpose=Purpose.MARKETING, text="Sale. STOP 36111", recipients=drafts)
    await sends.send(store, scenes.PRICES, account, command)
    assert await _numbers(store) == [FRENCH]


async def test_what_waits_does_not_stand_before_what_can_leave(store: Store, account: Account, sunday: Clock) -> None:
    await windows.choose(store, account, STRICT)
    people = [*scenes.people(30), Draft(number=SPANISH)]
    campaign = await _sent(store, account, people)
    later = await _sent(store, account, [Draft(number=AMERICAN)], purpose=Purpose.ALERT)
    claimed = await messages.claim(store, 2)
    assert [message.campaign_id for message in claimed] == [later.id]
    assert (await scenes.counts(store, account, campaign))["held"] == 30
    assert await _numbers(store, 2) == [SPANISH]


async def test_campaigns_that_wait_leave_room_for_others(store: Store, account: Account, sunday: Clock) -> None:
    await windows.choose(store, account, STRICT)
    for place in range(51):
        await _begun(store, account, scenes.number(place))
    assert await messages.claim(store, 1_000) == []
    await _begun(store, account, CANADIAN)
    claimed = [message.number for _ in range(3) for message in await messages.claim(store, 1_000)]
    assert claimed == [CANADIAN]


async def test_a_canary_is_of_those_who_may_be_written_to(store: Store, account: Account, sunday: Clock) -> None:
    await windows.choose(store, account, STRICT)
    people = [*scenes.people(30), *(Draft(number=f"+3461200000{place}") for place in range(10))]
    pacing = Pacing(canary=Canary(share=0.1, minutes=10))
    campaign = await _sent(store, account, people, pacing=pacing)
    claimed = [one for _ in range(5) for one in await messages.claim(store, 100)]
    assert len(claimed) == 4
    assert {one.number[:3] for one in claimed} == {"+34"}
    await _accepted(store, claimed)
    sunday.advance(600)
    assert await canaries.judge(store) == 1
    assert (await campaigns.find(store, account, campaign.id)).state is State.SENDING
    assert len(await _numbers(store)) == 6


async def test_a_number_gets_no_more_than_the_cap(store: Store, account: Account, clock: Clock) -> None:
    await windows.choose(store, account, CAPPED)
    first, second, third = [await _begun(store, account, FRENCH, FRIEND if place else CANADIAN) for place in range(3)]
    claimed = await messages.claim(store, 100)
    assert [message.campaign_id for message in claimed if message.number == FRENCH] == [first.id, second.id]
    assert len(claimed) == 5
    refused = "refused", "over the cap of 2 marketing messages in 7 days"
    assert (await _fared(store, third))[FRENCH] == refused
    await _accepted(store, claimed)
    clock.advance(7 * 86400)
    last = await _begun(store, account, FRENCH)
    assert await _numbers(store) == []
    assert (await _fared(store, last))[FRENCH] == refused
    clock.advance(1)
    await _begun(store, account, FRENCH)
    assert await _numbers(store) == [FRENCH]


async def test_alerts_are_neither_counted_nor_capped(store: Store, account: Account) -> None:
    await windows.choose(store, account, CAPPED)
    for _ in range(3):
        await _begun(store, account, FRENCH, purpose=Purpose.ALERT)
    await _begun(store, account, FRENCH)
    assert await _numbers(store) == [FRENCH] * 4


async def test_another_process_counts_what_this_one_has_sent(
    store: Store, other_store: Store, account: Account
) -> None:
    await windows.choose(store, account, replace(CAPPED, cap=1))
    await _begun(store, account, FRENCH)
    assert await _numbers(store) == [FRENCH]
    await _begun(store, account, FRENCH)
    assert await _numbers(other_store) == []


async def test_what_is_refused_is_paid_back_and_said(store: Store, clock: Clock) -> None:
    account = (await scenes.holder(store, pieces=10)).account
    await windows.choose(store, account, replace(CAPPED, cap=1))
    await _begun(store, account, FRENCH)
    await _accepted(store, await messages.claim(store, 10))
    left = await wallet.balance(store, account)
    campaign = await _begun(store, account, FRENCH)
    assert await wallet.balance(store, account) == left - scenes.PIECE
    assert await _numbers(store) == []
    assert await scenes.audited(store, account) == left
    async with store.read() as tx:
        (one,) = (await reports.fared(tx, campaign, None, Window())).things
    said = [step.what for step in await ways.of(store, account, one.id)]
    assert "not sent: over the cap of 1 marketing messages in 7 days" in said


async def test_a_sender_that_is_barred_is_refused(store: Store, account: Account) -> None:
    await windows.choose(store, account, STRICT)
    campaign = await _begun(store, account, AMERICAN, FRENCH, sender="Shop", purpose=Purpose.ALERT)
    assert await _numbers(store) == [FRENCH]
    state, error = (await _fared(store, campaign))[AMERICAN]
    assert state == "refused"
    assert "the sender Shop is a name" in str(error)
    await windows.choose(store, account, Windows(refuse=False))
    await _begun(store, account, AMERICAN, sender="Shop", purpose=Purpose.ALERT)
    assert await _numbers(store) == [AMERICAN]


async def test_who_would_wait_is_told_before(store: Store, account: Account, sunday: Clock) -> None:
    await windows.choose(store, account, STRICT)
    people = [*scenes.people(20), *[Draft(number=one) for one in (CANADIAN, AMERICAN)]]
    people += [Draft(number=FRIEND, attributes={"time_zone": "Asia/Tokyo"})]
    campaign = await scenes.ready(store, account, people, replace(scenes.EVERYBODY, sender="Shop"))
    told = await windows.outlook(store, account, campaign.id)
    assert (told.at, told.ready) == (SUNDAY, 0)
    assert [(one.until, one.messages) for one in told.waits] == [(MONDAY - timedelta(hours=8), 1), (MONDAY, 20)]
    assert "fr-sunday" in told.waits[1].why
    assert [(one.messages, one.refused) for one in told.senders] == [(1, True), (1, True)]
    later = await windows.outlook(store, account, campaign.id, MONDAY)
    assert (later.ready, later.waits) == (21, [])
    with pytest.raises(UnknownCampaign):
        await windows.outlook(store, account, 1)
    await campaigns.confirm(store, account, campaign.id)
    assert await _numbers(store) == []
    assert (await scenes.counts(store, account, campaign))["held"] == 21


async def test_nobody_waits_for_a_simulated_carrier(store: Store, account: Account, sunday: Clock) -> None:
    campaign = await scenes.ready(store, account, scenes.people(3))
    told = await windows.outlook(store, account, campaign.id)
    assert (told.ready, told.waits, told.senders) == (3, [], [])


async def _begun(store: Store, account: Account, *numbers: str, **options: object) -> Campaign:
    return await _sent(store, account, [Draft(number=number) for number in numbers], **options)


async def _sent(store: Store, account: Account, drafts: list[Draft], **options: object) -> Campaign:
    """A campaign to these people that is sending."""
    list_ = f"list {store.ids.one()}"
    await scenes.add(store, account, *drafts, lists=(list_,))
    audience = Audience(kind=Kind.LIST, names=(list_,))
    command = replace(scenes.EVERYBODY, audience=audience, **options)
    campaign = await scenes.calculated(store, await campaigns.create(store, account, command), account)
    await campaigns.confirm(store, account, campaign.id)
    return await campaigns.find(store, account, campaign.id)


async def _numbers(store: Store, limit: int = 100) -> list[str]:
    return sorted(message.number for message in await messages.claim(store, limit))


async def _accepted(store: Store, claimed: list[Outgoing]) -> None:
    await messages.settle(store, "simulator", [(one.key, Accepted(str(one.id))) for one in claimed])


async def _fared(store: Store, campaign: Campaign) -> dict[str, tuple[str, str | None]]:
    """By number: state, and why."""
    async with store.read() as tx:
        found = (await reports.fared(tx, campaign, None, Window(limit=1_000))).things
    return {one.number: (one.state, one.error) for one in found}
