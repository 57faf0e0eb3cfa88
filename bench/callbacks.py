"""How many callbacks a second does a customer's server get, and does it notice ten thousand that are dead?

Beside it the same bodies, posted by a bare aiohttp client to the same server: what HTTP costs without a database.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

import aiohttp
import msgspec

from antiphon.core.event import Event, Kind, Owed
from antiphon.dialects.native import callbacks as native
from antiphon.services import accounts, processes, signing
from antiphon.services.vault import Vault, key_in
from antiphon.store import callbacks
from antiphon.store.session import Store, open_store
from bench.databases import NAMES, database
from bench.server import serving

SIZE = int(os.environ.get("BENCH_CALLBACKS", "20000"))
DEAD = int(os.environ.get("BENCH_DEAD", "10000"))
AT_ONCE = 16
TRICKLE, EVERY = 100, 0.05  # callbacks, one every so many seconds
STEP = 5_000
QUIET = {"ANTIPHON_CALLBACK_NETWORKS": "127.0.0.0/8"}
# A customer's server, which answers at once and says how late it was told; on its other port nobody is ever answered.
CUSTOMER = """
import asyncio, json, re, time
from datetime import datetime
told, delays = 0, []
class Answer(asyncio.Protocol):
    heard = b""
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        global told
        self.heard += data
        head, blank, body = self.heard.partition(b"\\r\\n\\r\\n")
        length = re.search(rb"content-length: (\\d+)", head, re.I)
        if not blank or len(body) < (int(length[1]) if length else 0):
            return
        self.heard, said = b"", b"ok"
        if head.startswith(b"GET"):
            said = json.dumps([told, delays]).encode()
        else:
            told += 1
            if b"/late" in head.split(b"\\r\\n")[0]:
                at = datetime.fromisoformat(json.loads(body)["timestamp"].replace("Z", "+00:00"))
                delays.append(time.time() - at.timestamp())
        self.transport.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(said) + said)
async def main():
    loop = asyncio.get_running_loop()
    live = await loop.create_server(Answer, "127.0.0.1", 0)
    deaf = await loop.create_server(asyncio.Protocol, "0.0.0.0", 0, backlog=2048)
    print(live.sockets[0].getsockname()[1], deaf.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


def main() -> None:
    print(f"callbacks: {SIZE:,} to one server, callbacks/s; with and without {DEAD:,} dead servers, seconds of delay")
    with customer() as (live, _):
        print(f"  {'no database':9} {asyncio.run(_posted(f'http://127.0.0.1:{live}/')):>8,.0f}/s")
    for name in NAMES:
        with (
            tempfile.TemporaryDirectory(prefix="antiphon-bench-") as folder,
            database(name, Path(folder)) as url,
            customer() as (live, deaf),
            serving(Path(folder), url, **QUIET),
        ):
            asyncio.run(_work(name, url, Path(folder), (live, deaf)))


async def _work(name: str, url: str, folder: Path, ports: tuple[int, int]) -> None:
    live, deaf = ports
    store = await open_store(url)
    await processes.enlist(store)
    credential = await accounts.create(store, "customer@antiphon.example", "FR")
    account = await accounts.authenticate(store, credential.api_key)
    await signing.rotate(store, Vault(key_in(folder / "secret.key")), account)
    for what in ("alone", "beside the dead"):
        if what != "alone":
            await _owe(store, account.id, [_dead(place, deaf) for place in range(DEAD) for _ in range(3)])
            await asyncio.sleep(5)
        before, _ = _told(live)
        began = time.perf_counter()
        await _owe(store, account.id, [f"http://127.0.0.1:{live}/"] * SIZE)
        while _told(live)[0] < before + SIZE:
            await asyncio.sleep(0.05)
        rate = SIZE / (time.perf_counter() - began)
        seen = len(_told(live)[1])
        for _ in range(TRICKLE):
            await _owe(store, account.id, [f"http://127.0.0.1:{live}/late"])
            await asyncio.sleep(EVERY)
        while len(delays := _told(live)[1][seen:]) < TRICKLE:
            await asyncio.sleep(0.05)
        middle, late = quantiles(delays, n=100)[49], quantiles(delays, n=100)[97]
        print(
            f"  {name:9} {what:16} {rate:>8,.0f}/s   half within {middle:.2f} s, 98 % within {late:.2f} s", flush=True
        )
    await store.close()


def _dead(place: int, deaf: int) -> str:
    """A server of its own: every other one refuses, every other one never answers."""
    return f"http://127.1.{place // 250}.{place % 250 + 1}:{deaf if place % 2 else 9}/"


async def _owe(store: Store, account: int, urls: Sequence[str]) -> None:
    for start in range(0, len(urls), STEP):
        owed = [Owed(url=url, format="native", form=False, event=_event(account)) for url in urls[start : start + STEP]]
        async with store.begin() as tx:
            await callbacks.add(tx, owed)


_places = iter(range(1, 10**9))


def _event(account: int) -> Event:
    return Event(
        kind=Kind.RECEIPT,
        account="ac12345",
        account_id=account,
        at=datetime.now(UTC),
        campaign_id=1,
        message_id=next(_places),
        number="+33612345678",
        state="delivered",
        segments=1,
    )


async def _posted(url: str) -> float:
    """A second, by a client that does nothing else."""
    request = native.write(_event(1), False)
    assert request
    left = iter(range(SIZE))
    headers = {"Content-Type": request.content_type}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def post() -> None:
            for _ in left:
                async with session.post(url, data=request.body, headers=headers) as answer:
                    await answer.read()

        began = time.perf_counter()
        await asyncio.gather(*(post() for _ in range(AT_ONCE)))
    return SIZE / (time.perf_counter() - began)


def _told(port: int) -> tuple[int, list[float]]:
    """How often the server was called, and how late each time that it was asked to note."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
        said: Any = msgspec.json.decode(answer.read())
    return said[0], said[1]


@contextmanager
def customer() -> Iterator[tuple[int, int]]:
    """The port of a server that answers and of one that never does, in a process of their own."""
    process = subprocess.Popen([sys.executable, "-c", CUSTOMER], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        live, deaf = process.stdout.readline().split()
        yield int(live), int(deaf)
    finally:
        process.terminate()
        process.wait()
