"""Does a carrier keep what the interface promises?"""

import asyncio
import json
from pathlib import Path

import pytest

from antiphon.carriers.simulator import Behaviour, Simulator
from antiphon.core.message import Accepted, Fate, Refused
from tests.carriers.far_ends import Collected, outgoing

PROMPT = {"latency": 0.0, "receipt_delay": 0.0}


async def sent(carrier: Simulator, count: int) -> dict[int, str]:
    """Send so many; how each fared: refused, or what its receipt says."""
    inbox = Collected()
    await carrier.start(inbox)
    for place in range(count):
        carrier.send(outgoing(place))
    await inbox.until(lambda inbox: len(inbox.outcomes) == count)
    accepted = [outcome for _, outcome in inbox.outcomes if isinstance(outcome, Accepted)]
    await inbox.until(lambda inbox: len(inbox.receipts) == len(accepted))
    await carrier.stop()
    assert len({outcome.reference for outcome in accepted}) == len(accepted)
    fates = {receipt.echo[1]: receipt.fate.value for receipt in inbox.receipts if receipt.echo}
    refused = {key[1]: "refused" for key, outcome in inbox.outcomes if isinstance(outcome, Refused)}
    assert len(fates) + len(refused) == count, "each has one outcome, and each accepted one receipt"
    return fates | refused


async def test_the_same_seed_fares_alike() -> None:
    mixed = Behaviour(refused=0.2, failed=0.3, seed=1, **PROMPT)
    first, again = await sent(Simulator(mixed, None), 500), await sent(Simulator(mixed, None), 500)
    other = await sent(Simulator(Behaviour(refused=0.2, failed=0.3, seed=2, **PROMPT), None), 500)
    assert first == again
    assert first != other


async def test_the_shares_are_those_configured() -> None:
    fates = list((await sent(Simulator(Behaviour(refused=0.1, failed=0.2, **PROMPT), None), 4000)).values())
    assert fates.count("refused") == pytest.approx(400, abs=100)  # five standard deviations
    assert fates.count(Fate.FAILED) == pytest.approx(720, abs=120)


async def test_all_delivered_when_nothing_goes_wrong() -> None:
    assert set((await sent(Simulator(Behaviour(failed=0, **PROMPT), None), 50)).values()) == {"delivered"}


async def test_some_answer_stop() -> None:
    carrier, inbox = Simulator(Behaviour(failed=0, stopped=0.5, **PROMPT), None), Collected()
    await carrier.start(inbox)
    for place in range(200):
        carrier.send(outgoing(place))
    await inbox.until(lambda inbox: len(inbox.receipts) == 200)
    await asyncio.sleep(0.1)
    await carrier.stop()
    assert 60 < len(inbox.replies) < 140
    assert all(reply.text == "STOP" and reply.answers and reply.answers[0] == 7 for reply in inbox.replies)


async def test_what_was_not_acknowledged_is_reported_again(tmp_path: Path) -> None:
    log, behaviour = tmp_path / "simulator.log", Behaviour(refused=0.3, failed=0, **PROMPT)
    carrier, closed = Simulator(behaviour, log), Collected()
    closed.open = False
    await carrier.start(closed)
    for place in range(40):
        carrier.send(outgoing(place))
    await closed.until(lambda inbox: len(inbox.outcomes) == 40)
    await asyncio.sleep(0.1)
    await carrier.stop()  # as a crash would, before the receipts are stored
    log.open("ab").write(b'{"type": "submitted", "torn')

    references = {outcome.reference for _, outcome in closed.outcomes if isinstance(outcome, Accepted)}
    lines = [json.loads(line) for line in log.read_text().splitlines()[:-1]]
    assert {line["reference"] for line in lines} == references, "what was refused never reached it"
    for expected in (references, set[str]()):
        carrier, inbox = Simulator(behaviour, log), Collected()
        await carrier.start(inbox)
        await asyncio.sleep(0.2)
        await carrier.stop()
        assert {receipt.reference for receipt in inbox.receipts} == expected
