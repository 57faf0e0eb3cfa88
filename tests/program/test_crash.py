"""Is anything lost or sent twice when the program is killed in the middle?

`ANTIPHON_TEST_KILLS` sets how often a campaign is killed while it is being sent.
"""

import asyncio
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import select

from antiphon.store.schema import contacts, messages
from antiphon.store.session import open_store
from tests.program.server import Server

PEOPLE = 3_000
KILLS = int(os.environ.get("ANTIPHON_TEST_KILLS", "3"))
SLOW = {"simulator_latency": "0.2", "simulator_receipt_delay": "1", "simulator_refused": "0.02"}
LANE = 400  # messages that the simulator's lane holds at most: what one kill can put in doubt
ON_THEIR_WAY = ("waiting", "submitting", "accepted")


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path, database_url=database_url, **SLOW)
    made.start()
    yield made
    if made.running:
        made.end(signal.SIGKILL)


async def test_a_campaign_that_is_killed_adds_up(server: Server, database_url: str) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # shown when the test fails
    chance = random.Random(seed)
    numbers = [f"+336{place:08}" for place in range(PEOPLE)]
    people = [{"phone_number": number, "first_name": f"Axelle {number}"} for number in numbers]
    server.call("POST", "/v1/public/contact/create", {"contacts": people, "list_name": "all"})
    id = _send(server, chance)
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.2, 1.0))
        _kill(server)
    counts = _end(server, id)

    submitted, reported = _log(server.folder / "simulator.log")
    states = await _states(database_url)
    assert sorted(states) == numbers, "one message for each number"
    assert max(submitted.values()) == 1, "no number was written to twice"
    assert counts == Counter(states.values())
    assert {number for number, state in states.items() if state in ("delivered", "failed")} == set(submitted)
    assert reported == len(submitted), "every message that left was reported in the end"
    assert set(counts) <= {"delivered", "failed", "refused", "in_doubt"}
    assert counts["in_doubt"] <= KILLS * LANE


async def test_what_was_acknowledged_is_there(server: Server, database_url: str) -> None:
    acknowledged: set[str] = set()
    killed_at = time.monotonic() + 0.7
    for batch in range(1000):
        numbers = [f"+336{batch:05}{place:03}" for place in range(50)]
        body = {"contacts": [{"phone_number": number} for number in numbers], "list_name": "all"}
        answer = server.call("POST", "/v1/public/contact/create", body)
        acknowledged.update(item["phone_number"] for item in answer["items"] if item["status"] == "added")
        if time.monotonic() > killed_at:
            break
    server.end(signal.SIGKILL)
    store = await open_store(database_url)
    async with store.read() as tx:
        stored = {row["number"] for row in await tx.all(select(contacts.c.number))}
    await store.close()
    assert len(acknowledged) >= 50
    assert acknowledged <= stored


async def test_a_text_that_was_acknowledged_leaves_once(server: Server, database_url: str) -> None:
    acknowledged: set[str] = set()

    def client(place: int) -> None:
        for number in (f"+336{place:02}{turn:06}" for turn in range(10_000)):
            body = {"recipients": [{"phone_number": number}], "text": "Your code is 1234", "purpose": "alert"}
            try:
                answer = server.call("POST", "/v1/public/sms-campaign/send", body)
            except (OSError, ValueError, HTTPException):  # killed
                return
            assert answer["number_of_contacts"] == 1
            acknowledged.add(number)

    clients = [Thread(target=client, args=(place,)) for place in range(8)]
    for one in clients:
        one.start()
    await asyncio.sleep(0.7)
    server.end(signal.SIGKILL)
    for one in clients:
        one.join()
    server.start()
    states = await _ended(database_url)
    submitted, _ = _log(server.folder / "simulator.log")
    assert len(acknowledged) >= 8
    assert acknowledged <= set(states), "what was acknowledged is there"
    assert max(submitted.values()) == 1, "no number was written to twice"
    assert set(states.values()) <= {"delivered", "failed", "refused", "in_doubt"}
    assert {number for number, state in states.items() if state in ("delivered", "failed")} == set(submitted)
    assert list(states.values()).count("in_doubt") <= LANE


def _send(server: Server, chance: random.Random) -> str:
    """Create a campaign, kill the server while it is being calculated, confirm it; its id."""
    text = "Hello {first_name}, the doors open at nine. STOP at 30101"
    server.call("POST", "/v1/public/sms-campaign-on-list/create", {"list_name": "all", "text": text})
    time.sleep(chance.uniform(0, 0.1))
    _kill(server)
    id = server.call("GET", "/api/v1/campaigns")["data"][0]["id"]
    ticket = {"ticket_number": f"sms_{int(id):014x}"}
    while "sending_date" not in server.call("POST", "/v1/public/sms-campaign-on-list/send", ticket):
        time.sleep(0.05)
    return id


def _kill(server: Server) -> None:
    server.end(signal.SIGKILL)
    server.start()


def _end(server: Server, id: str) -> Counter[str]:
    """Wait for the campaign's end; how many of its messages are in which state."""
    patience = time.monotonic() + 90
    while time.monotonic() < patience:
        report = server.call("GET", f"/api/v1/campaigns/{id}")
        if report["state"] == "sent" and not any(report["counts"][state] for state in ON_THEIR_WAY):
            break
        time.sleep(0.2)
    else:
        pytest.fail(f"the campaign did not end: {report}")
    time.sleep(2)  # what the carrier still has to report of messages in doubt
    counts = server.call("GET", f"/api/v1/campaigns/{id}")["counts"]
    return Counter({state: count for state, count in counts.items() if count})


async def _ended(database_url: str) -> dict[str, str]:
    """The states of all messages once none is on its way, and what is in doubt had time to be reported."""
    patience = time.monotonic() + 90
    while set((await _states(database_url)).values()).intersection(ON_THEIR_WAY):
        assert time.monotonic() < patience
        await asyncio.sleep(0.2)
    await asyncio.sleep(2)
    return await _states(database_url)


async def _states(database_url: str) -> dict[str, str]:
    store = await open_store(database_url)
    async with store.read() as tx:
        rows = await tx.all(select(messages.c.number, messages.c.state).order_by(messages.c.number))
    await store.close()
    return {row["number"]: row["state"] for row in rows}


def _log(path: Path) -> tuple[Counter[str], int]:
    """How often each number reached the carrier, and how many reports of them were acknowledged."""
    submitted: Counter[str] = Counter()
    reported: set[str] = set()
    for line in path.read_text().splitlines():
        entry = json.loads(line)
        if entry["type"] == "submitted":
            submitted[entry["to"]] += 1
        else:
            reported.update(entry["references"])
    return submitted, len(reported)
