"""Is anything lost or sent twice by SMPP when the program is killed, or the links are cut, again and again?

`ANTIPHON_TEST_ROUNDS` sets how often. What is compared at the end is the log of the far end with the database.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from antiphon.store.schema import messages
from antiphon.store.session import open_store
from tests.program.server import ANTIPHON, Server, run

ROUNDS = int(os.environ.get("ANTIPHON_TEST_ROUNDS", "10"))
EACH = 400  # messages for each round
WINDOW = 50
HELD = 4 * WINDOW  # what a lane may have claimed at the moment of a kill, at the speed of these tests
ON_THEIR_WAY = ("waiting", "held", "submitting", "accepted")


@contextmanager
def far_end(folder: Path, *faults: str) -> Iterator[tuple[int, Path]]:
    log = folder / "far_end.log"
    command = [ANTIPHON, "smsc", "--port", "0", "--log", str(log), "--receipt-delay", "0.1", *faults]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline().rsplit(":", 1)[1]), log
        finally:
            process.terminate()


@contextmanager
def sending(folder: Path, database_url: str, port: int, people: int) -> Iterator[tuple[Server, str]]:
    """A server with a campaign that is being sent by SMPP; its id."""
    server = Server(folder, database_url=database_url)
    url = f"smpp://anti:secret@127.0.0.1:{port}?binds=2&window={WINDOW // 2}&rate=1500"
    settings = {"database_url": database_url, "data": str(folder)}
    added = run("carrier", "add", "far", url, "--default", **settings)
    assert added.returncode == 0, added.stderr
    server.start()
    server.call("PUT", "/api/v1/account/windows", {"preset": "none"})  # the tests run at night, too
    try:
        numbers = [{"phone_number": f"+336{place:08}"} for place in range(people)]
        server.call("POST", "/v1/public/contact/create", {"contacts": numbers, "list_name": "all"})
        text = "The doors open at nine. STOP at 30101"
        ticket = server.call("POST", "/v1/public/sms-campaign-on-list/create", {"list_name": "all", "text": text})
        while "sending_date" not in server.call("POST", "/v1/public/sms-campaign-on-list/send", ticket):
            time.sleep(0.05)
        yield server, server.call("GET", "/api/v1/campaigns")["data"][0]["id"]
    finally:
        if server.running:
            server.end(signal.SIGKILL)


async def test_killed_again_and_again(database_url: str, tmp_path: Path) -> None:
    chance = random.Random(seed := random.randrange(10**6))
    print(f"seed {seed}")  # shown when the test fails
    people = EACH * ROUNDS
    with far_end(tmp_path) as (port, log), sending(tmp_path, database_url, port, people) as (server, id):
        for _ in range(ROUNDS):
            await asyncio.sleep(chance.uniform(0.1, 0.6))
            server.end(signal.SIGKILL)
            server.start()
        _end(server, id)
        states = await _states(database_url)
        arrived = _arrived(log)
    _adds_up(states, arrived, people)
    assert Counter(states.values())["in_doubt"] <= ROUNDS * HELD


async def test_links_cut_again_and_again(database_url: str, tmp_path: Path) -> None:
    people = EACH * ROUNDS
    cuts = ("--dropped", str(ROUNDS / people), "--seed", str(seed := random.randrange(10**6)))
    print(f"seed {seed}")
    with far_end(tmp_path, *cuts) as (port, log), sending(tmp_path, database_url, port, people) as (server, id):
        _end(server, id)
        states = await _states(database_url)
        arrived = _arrived(log)
    _adds_up(states, arrived, people)
    assert Counter(states.values())["in_doubt"] <= 4 * ROUNDS * WINDOW


def _adds_up(states: dict[str, str], arrived: Counter[str], people: int) -> None:
    assert len(states) == people, "one message for each number"
    assert max(arrived.values()) == 1, "no number was written to twice"
    ended = {number for number, state in states.items() if state in ("delivered", "failed")}
    doubted = {number for number, state in states.items() if state == "in_doubt"}
    assert set(states.values()) <= {"delivered", "failed", "in_doubt"}
    assert ended <= set(arrived), "what is reported has arrived"
    assert set(arrived) <= ended | doubted, "what has arrived is reported, or counted as in doubt"


def _end(server: Server, id: str) -> None:
    patience = time.monotonic() + 120
    while True:
        report = server.call("GET", f"/api/v1/campaigns/{id}")
        if report["state"] == "sent" and not any(report["counts"][state] for state in ON_THEIR_WAY):
            return
        assert time.monotonic() < patience, report
        time.sleep(0.2)


def _arrived(log: Path) -> Counter[str]:
    return Counter(f"+{json.loads(line)['to']}" for line in log.read_text().splitlines())


async def _states(database_url: str) -> dict[str, str]:
    store = await open_store(database_url)
    async with store.read() as tx:
        rows = await tx.all(select(messages.c.number, messages.c.state))
    await store.close()
    return {row["number"]: row["state"] for row in rows}
