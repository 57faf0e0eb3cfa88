"""What a carrier reports, in whatever order it comes, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from antiphon.core.account import Account
from antiphon.core.message import Accepted, Fate, InDoubt, Outcome, Outgoing, Receipt, Refused
from antiphon.services import messages, receipts
from antiphon.store.schema import messages as message_table
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import people, sending

DELIVERED, FAILED = Fate.DELIVERED, Fate.FAILED


@pytest.fixture
async def message(store: Store, account: Account) -> Outgoing:
    """A message that is being submitted."""
    await sending(store, account, people(1))
    (claimed,) = await messages.claim(store, 1)
    return claimed


async def _facts(store: Store, message: Outgoing) -> tuple[str, str | None, str | None]:
    names = ("state", "reference", "error")
    async with store.read() as tx:
        row = await tx.first(select(*(message_table.c[name] for name in names)).where(message_table.c.id == message.id))
    assert row
    return row["state"], row["reference"], row["error"]


def _receipt(message: Outgoing, fate: Fate, clock: Clock, *, echoes: bool = True) -> Receipt:
    error = "unreachable" if fate is FAILED else None
    echo = message.key if echoes else None
    return Receipt(reference="ref", fate=fate, at=clock.now + timedelta(seconds=1), error=error, echo=echo)


@pytest.mark.parametrize("echoes", [True, False], ids=["by echo", "by reference"])
@pytest.mark.parametrize(
    ("fate", "then"),
    [(DELIVERED, ("delivered", "ref", None)), (FAILED, ("failed", "ref", "unreachable"))],
    ids=["delivered", "failed"],
)
async def test_a_receipt_ends_what_was_accepted(
    store: Store, message: Outgoing, clock: Clock, fate: Fate, then: tuple[str, str, str | None], *, echoes: bool
) -> None:
    await messages.settle(store, "test", [(message.key, Accepted("ref"))])
    await receipts.record(store, "test", [_receipt(message, fate, clock, echoes=echoes)])
    assert await _facts(store, message) == then


@pytest.mark.parametrize("outcome", [Accepted("ref"), Refused("no"), InDoubt("cut off")])
async def test_a_receipt_that_overtakes_the_answer_stands(
    store: Store, message: Outgoing, clock: Clock, outcome: Outcome
) -> None:
    await receipts.record(store, "test", [_receipt(message, DELIVERED, clock)])
    assert await _facts(store, message) == ("delivered", "ref", None)
    await messages.settle(store, "test", [(message.key, outcome)])
    assert await _facts(store, message) == ("delivered", "ref", None)


@pytest.mark.parametrize("fate", [DELIVERED, FAILED])
async def test_a_receipt_ends_a_doubt(store: Store, message: Outgoing, clock: Clock, fate: Fate) -> None:
    await messages.settle(store, "test", [(message.key, InDoubt("cut off"))])
    await receipts.record(store, "test", [_receipt(message, fate, clock)])
    assert (await _facts(store, message))[0] == fate.value


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one after the other"])
@pytest.mark.parametrize(("first", "second"), [(DELIVERED, FAILED), (FAILED, DELIVERED), (DELIVERED, DELIVERED)])
async def test_the_first_receipt_stands(
    store: Store, message: Outgoing, clock: Clock, first: Fate, second: Fate, *, together: bool
) -> None:
    await messages.settle(store, "test", [(message.key, Accepted("ref"))])
    one, two = (_receipt(message, fate, clock) for fate in (first, second))
    for batch in [[one, two]] if together else [[one], [two]]:
        await receipts.record(store, "test", batch)
    assert (await _facts(store, message))[0] == first.value


async def test_a_receipt_does_not_end_what_was_refused_or_waits(store: Store, message: Outgoing, clock: Clock) -> None:
    for outcome, state in ((None, "waiting"), (Refused("no"), "refused")):
        if outcome:
            (message,) = await messages.claim(store, 1)
            await messages.settle(store, "test", [(message.key, outcome)])
        else:
            await messages.release(store, [message.key])
        await receipts.record(store, "test", [_receipt(message, DELIVERED, clock)])
        assert (await _facts(store, message))[0] == state


@pytest.mark.parametrize(("carrier", "reference"), [("test", "other"), ("other", "ref")])
async def test_a_receipt_for_nobody_changes_nothing(
    store: Store, message: Outgoing, clock: Clock, carrier: str, reference: str
) -> None:
    await messages.settle(store, "test", [(message.key, Accepted("ref"))])
    await receipts.record(store, carrier, [Receipt(reference=reference, fate=DELIVERED, at=clock.now)])
    await receipts.record(store, carrier, [])
    assert await _facts(store, message) == ("accepted", "ref", None)


async def test_a_reference_that_came_round_again_means_the_newest(
    store: Store, message: Outgoing, clock: Clock
) -> None:
    clock.advance(1)
    await sending(store, await another_account(store), people(1))
    (newer,) = await messages.claim(store, 10)
    await messages.settle(store, "test", [(one.key, Accepted("ref")) for one in (newer, message)])
    await receipts.record(store, "test", [_receipt(newer, DELIVERED, clock, echoes=False)])
    assert [(await _facts(store, one))[0] for one in (message, newer)] == ["accepted", "delivered"]
