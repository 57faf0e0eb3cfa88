"""Receipts that come too early, spelt otherwise, in parts or twice, on both databases."""

from collections.abc import Sequence
from itertools import permutations

import pytest
from sqlalchemy import func, select

from antiphon.core.account import Account
from antiphon.core.message import Accepted, Fate, InDoubt, Outgoing, Receipt, Torn
from antiphon.services import messages, receipts
from antiphon.store.schema import early_receipts
from antiphon.store.session import Store
from tests.conftest import Clock
from tests.services.scenes import counts, people, sending


@pytest.fixture
async def message(store: Store, account: Account) -> Outgoing:
    """A message that is being submitted."""
    await sending(store, account, people(1))
    (claimed,) = await messages.claim(store, 1)
    return claimed


def receipt(clock: Clock, reference: str, fate: Fate = Fate.DELIVERED, number: str | None = None) -> Receipt:
    error = "unreachable" if fate is Fate.FAILED else None
    return Receipt(reference=reference, fate=fate, at=clock.now, error=error, number=number)


async def state(store: Store, account: Account, message: Outgoing) -> str:
    found = await messages.find(store, account, message.id)
    assert found
    return found[1].state


async def kept(store: Store) -> int:
    async with store.read() as tx:
        row = await tx.first(select(func.count().label("kept")).select_from(early_receipts))
        assert row
        return row["kept"]


async def test_a_receipt_before_its_answer_is_kept_and_matched(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    await receipts.record(store, "test", [receipt(clock, "ref"), receipt(clock, "other")])
    assert (await state(store, account, message), await kept(store)) == ("submitting", 2)
    await messages.settle(store, "test", [(message.key, Accepted("ref"))])
    assert (await state(store, account, message), await kept(store)) == ("delivered", 1)


async def test_a_receipt_with_the_answer_in_one_batch(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    twice = [receipt(clock, "ref"), receipt(clock, "ref", Fate.FAILED)]
    await messages.settle(store, "test", [(message.key, Accepted("ref"))], twice)
    assert (await state(store, account, message), await kept(store)) == ("delivered", 0)


@pytest.mark.parametrize(
    ("answered", "reported"),
    [("1A2B", "6699"), ("00001a2b", "6699"), ("6699", "1A2B"), ("6699", "0000006699"), ("ab-cd", "AB-CD")],
)
@pytest.mark.parametrize("early", [True, False], ids=["early", "late"])
async def test_an_id_that_is_spelt_otherwise(
    store: Store, account: Account, message: Outgoing, clock: Clock, *, answered: str, reported: str, early: bool
) -> None:
    carrier = f"{answered} {reported} {early}"  # what is learned of one holds for no other
    told = receipt(clock, reported, number=message.number.removeprefix("+"))
    settled = [(message.key, Accepted(answered))]
    if early:
        await receipts.record(store, carrier, [told])
        await messages.settle(store, carrier, settled)
        clock.advance(6)
        assert await receipts.retry_kept(store) == 1
    else:
        await messages.settle(store, carrier, settled)
        await receipts.record(store, carrier, [told])
    assert (await state(store, account, message), await kept(store)) == ("delivered", 0)


async def test_another_reading_is_believed_only_for_the_same_number(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    await messages.settle(store, "careful", [(message.key, Accepted("1A2B"))])
    for number in (None, "33699999999"):
        await receipts.record(store, "careful", [receipt(clock, "6699", number=number)])
    assert (await state(store, account, message), await kept(store)) == ("accepted", 2)


async def test_what_fits_nothing_is_forgotten_after_days(store: Store, clock: Clock) -> None:
    await receipts.record(store, "test", [receipt(clock, "nobody's", number="33612345678")])
    clock.advance(3600)
    assert (await receipts.retry_kept(store), await kept(store)) == (0, 1)
    clock.advance(4 * 24 * 3600)
    await receipts.retry_kept(store)
    assert await kept(store) == 0


@pytest.mark.parametrize("order", list(permutations(("a", "b", "c"))))
async def test_parts_settle_their_message_together(
    store: Store, account: Account, message: Outgoing, clock: Clock, order: Sequence[str]
) -> None:
    await messages.settle(store, "test", [(message.key, Accepted("a", ("a", "b", "c")))])
    for reference in order:
        assert await state(store, account, message) == "accepted"
        await receipts.record(store, "test", [receipt(clock, reference)])
    assert await state(store, account, message) == "delivered"


async def test_one_part_that_fails_fails_the_message(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    await messages.settle(store, "test", [(message.key, Accepted("a", ("a", "b")))])
    await receipts.record(store, "test", [receipt(clock, "a"), receipt(clock, "b", Fate.FAILED)])
    assert await state(store, account, message) == "failed"


async def test_all_parts_in_one_batch_and_early_ones_too(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    await receipts.record(store, "test", [receipt(clock, "b")])
    settled = [(message.key, Accepted("a", ("a", "b", "c")))]
    await messages.settle(store, "test", settled, [receipt(clock, "a"), receipt(clock, "c")])
    assert (await state(store, account, message), await kept(store)) == ("delivered", 0)


async def test_a_torn_message_has_failed_and_is_not_paid_back(store: Store, account: Account) -> None:
    campaign = await sending(store, account, people(2))
    one, _ = await messages.claim(store, 2)
    await messages.settle(store, "test", [(one.key, Torn(("a",), "1 of 2 parts were refused"))])
    assert await counts(store, account, campaign) == {"failed": 1, "submitting": 1}


async def test_a_receipt_ends_a_doubt_by_its_reference(
    store: Store, account: Account, message: Outgoing, clock: Clock
) -> None:
    await messages.settle(store, "test", [(message.key, InDoubt("no answer"))])
    await receipts.record(store, "test", [receipt(clock, "ref")])
    assert await state(store, account, message) == "in_doubt"
    await messages.settle(store, "test", [(message.key, Accepted("ref"))])
    assert await state(store, account, message) == "delivered"
