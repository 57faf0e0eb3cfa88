"""How many single texts a second are taken in, each durable before its answer? For later, and while they are sent too.

Beside it the same calls, answered by a bare ASGI program that reads the body and stores nothing: what HTTP alone costs.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop

from bench.databases import NAMES, database
from bench.server import serving

SECONDS = 5.0
CONNECTIONS = (16, 64)
QUIET = {"ANTIPHON_SIMULATOR_LOG": "false", "ANTIPHON_SIMULATOR_LATENCY": "0", "ANTIPHON_SIMULATOR_RECEIPT_DELAY": "0"}
MESSAGE = {"recipients": [{"phone_number": "+33612345678"}], "text": "Your code is 1234", "purpose": "alert"}
BARE = """
import uvicorn
async def app(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})
uvicorn.run(app, port=PORT, lifespan="off", access_log=False, log_level="critical", ws="none")
"""


class Caller(asyncio.Protocol):
    """A connection that asks again as soon as it is answered."""

    def __init__(self, request: bytes, tally: dict[bytes, int]) -> None:
        self._request = request
        self._tally = tally
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, blank, body = self._heard.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
        if blank and len(body) >= length:
            self._tally[head[9:12]] = self._tally.get(head[9:12], 0) + 1
            self._heard = b""
            self._transport.write(self._request)


def main() -> None:
    print(f"sends: single texts, each durable before its answer, requests/s in {SECONDS:.0f} s")
    with _bare() as port:
        for connections in CONNECTIONS:
            _report("nothing stored", connections, _load("127.0.0.1", port, _request({}, b"{}"), connections))
    for name in NAMES:
        with (
            tempfile.TemporaryDirectory(prefix="antiphon-bench-") as folder,
            database(name, Path(folder)) as url,
            serving(Path(folder), url, **QUIET) as client,
        ):
            host, _, port = client().address.partition(":")
            for what, more in {"for later": {"send_at": "2035-01-01T00:00:00Z"}, "and sent": {}}.items():
                body = json.dumps(MESSAGE | more).encode()
                request = _request(client().credentials("octopush"), body)
                for connections in CONNECTIONS:
                    _report(f"{name} {what}", connections, _load(host, int(port), request, connections))


def _load(host: str, port: int, request: bytes, connections: int) -> dict[bytes, int]:
    return uvloop.run(_loading(host, port, request, connections))


async def _loading(host: str, port: int, request: bytes, connections: int) -> dict[bytes, int]:
    tally: dict[bytes, int] = {}
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(lambda: Caller(request, tally), host, port) for _ in range(connections)]
    await asyncio.sleep(1)  # it warms up
    tally.clear()
    await asyncio.sleep(SECONDS)
    counted = dict(tally)
    for transport, _ in made:
        transport.abort()
    return counted


def _request(headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = ["POST /v1/public/sms-campaign/send HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join([*head, "", ""]).encode() + body


def _report(name: str, connections: int, counted: dict[bytes, int]) -> None:
    accepted = counted.get(b"201", 0)
    others = {status.decode(): count for status, count in counted.items() if status != b"201"}
    print(f"  {name:19} {connections:3} connections {accepted / SECONDS:>8,.0f}/s {others or ''}")


@contextmanager
def _bare() -> Iterator[int]:
    port = 18_431
    process = subprocess.Popen([sys.executable, "-c", BARE.replace("PORT", str(port))])
    try:
        time.sleep(1)
        yield port
    finally:
        process.terminate()
