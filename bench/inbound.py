"""How much that comes back is taken in, stored and acknowledged? Receipts and replies by SMPP, alone and while a
campaign sends, beside a session that acknowledges all of it and stores nothing."""

import asyncio
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from antiphon.smpp.bodies import Bind, Command, ShortMessage, Taken
from antiphon.smpp.pdu import Pdu
from antiphon.smpp.session import Handler, Session, Timers, connect
from bench.databases import NAMES, database
from bench.dispatch import STEP
from bench.server import Client, serving
from bench.smpp import add_carrier, far_end

SIZE = int(os.environ.get("BENCH_INBOUND", "60000"))
REPLIES = 1_000  # a second
_FLOOR = 5.0  # seconds
_LOOK = 0.25


def main() -> None:
    print(f"inbound: receipts and {REPLIES:,} replies/s by SMPP, {SIZE:,} messages")
    with far_end("--receipt-delay", "0", "--replies", str(REPLIES)) as port:
        receipts, replies = asyncio.run(_floor(port))
    print(f"  {'nothing stored':26} receipts {receipts:>8,.0f}/s   replies {replies:>6,.0f}/s")
    for name in NAMES:
        _alone(name)
        _with_a_campaign(name)


def _alone(name: str) -> None:
    """The campaign has left by a bind that hears nothing; then one comes that does."""
    with (
        tempfile.TemporaryDirectory(prefix="antiphon-bench-") as folder,
        database(name, Path(folder)) as url,
        far_end("--receipt-delay", "0") as port,
        serving(Path(folder), url, PYTHONUNBUFFERED="1") as connection,
    ):
        add_carrier(folder, url, port, "window=1000&bind=transmitter")
        client = connection()
        id = _begin(client)
        _until(client, id, lambda counts: counts["accepted"] == SIZE)
        add_carrier(folder, url, port, "window=1000")
        client = connection()  # the other one has been idle for too long
        _until(client, id, lambda counts: counts["delivered"] > 0)
        first, began = _report(client, id)["counts"]["delivered"], time.perf_counter()
        _until(client, id, lambda counts: counts["delivered"] == SIZE)
        rate = (SIZE - first) / (time.perf_counter() - began)
    print(f"  {name:9} {'alone':16} receipts {rate:>8,.0f}/s")


def _with_a_campaign(name: str) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="antiphon-bench-") as folder,
        database(name, Path(folder)) as url,
        far_end("--receipt-delay", "0", "--replies", str(REPLIES)) as port,
        serving(Path(folder), url, PYTHONUNBUFFERED="1") as connection,
    ):
        add_carrier(folder, url, port, "window=1000")
        client = connection()
        id = _begin(client)
        _until(client, id, lambda counts: counts["delivered"] > 0)
        before, began = _report(client, id), time.perf_counter()
        _until(client, id, lambda counts: counts["delivered"] == SIZE)
        after, lasted = _report(client, id), time.perf_counter() - began
    receipts = (after["counts"]["delivered"] - before["counts"]["delivered"]) / lasted
    replies = (after["replies"] - before["replies"]) / lasted
    print(f"  {name:9} {'with a campaign':16} receipts {receipts:>8,.0f}/s   replies {replies:>6,.0f}/s")


def _begin(client: Client) -> str:
    """A campaign to everybody that leaves at once; its id."""
    for start in range(0, SIZE, STEP):
        people = [{"phone_number": f"+336{place:08}"} for place in range(start, min(start + STEP, SIZE))]
        body = json.dumps({"contacts": people, "list_name": "all"}).encode()
        client.call("octopush", "POST", "/v1/public/contact/create", body)
    lists = json.loads(client.call("native", "GET", "/api/v1/lists"))["data"]
    said = {"lists": [lists[0]["id"]], "text": "Hello. STOP 30101", "sender": "30101", "confirmed": True}
    return json.loads(client.call("native", "POST", "/api/v1/campaigns", json.dumps(said).encode()))["id"]


def _report(client: Client, id: str) -> Any:
    return json.loads(client.call("native", "GET", f"/api/v1/campaigns/{id}"))


def _until(client: Client, id: str, enough: Any) -> None:
    while not enough(_report(client, id)["counts"]):
        time.sleep(_LOOK)


async def _floor(port: int) -> tuple[float, float]:
    """Receipts and replies a second of one bind that sends as fast as it can and acknowledges at once."""
    heard = [0, 0]

    def asked(session: Session, pdu: Pdu) -> None:
        session.respond(pdu, Taken())
        heard[0 if getattr(pdu.body, "esm_class", 0) else 1] += 1

    session = Session(Handler(request=asked, closed=lambda _session, _why: None), 1_000, Timers())
    await connect(session, "127.0.0.1", port, None)
    await session.ask(Command.BIND_TRANSCEIVER, Bind("floor", "secret", ""))
    began, sent = time.perf_counter(), 0
    while time.perf_counter() - began < _FLOOR:
        for _ in range(session.free):
            sent += 1
            body = ShortMessage(
                source="30101", destination=f"336{sent:08}", registered_delivery=1, short_message=b"Hello"
            )
            session.request(Command.SUBMIT_SM, body, lambda _answer: None)
        await asyncio.sleep(0)
    lasted = time.perf_counter() - began
    await session.unbind(1.0)
    return heard[0] / lasted, heard[1] / lasted
