"""Is every row of a file on its list once when the program is killed while it reads it?"""

import asyncio
import base64
import json
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.program.server import Server

ROWS = 22_000
KILLS = 3


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path, database_url=database_url)
    made.start()
    yield made
    if made.running:
        made.end(signal.SIGKILL)


async def test_a_file_that_is_killed_adds_up(server: Server) -> None:
    rows = "".join(f"+919{place:09}\n" for place in [*range(8 * 10**8, 8 * 10**8 + ROWS), 8 * 10**8])
    parts = {'name="list_name"': "all", 'name="file_name"; filename="a.csv"': f"number\n{rows}"}
    form = "".join(f"--B\r\nContent-Disposition: form-data; {name}\r\n\r\n{said}\r\n" for name, said in parts.items())
    url = _call(server, "/contacts/csv-upload", f"{form}--B--\r\n".encode())["summary"]["url"]
    for kill in range(KILLS):
        server.end(signal.SIGKILL)
        server.start()
        await asyncio.sleep(0.1 * kill)
    path = url.partition(server.credential["sid"])[2]
    while (found := _call(server, path)["response"]["data"])["status"] != "completed":
        await asyncio.sleep(0.05)
    counts = {name: found[name] for name in ("total", "success", "duplicate", "failed")}
    assert counts == {"total": ROWS + 1, "success": ROWS, "duplicate": 1, "failed": 0}
    assert _call(server, f"/lists/{found['list_sid']}")["response"]["data"]["contact_count"] == ROWS


def _call(server: Server, path: str, form: bytes | None = None) -> Any:
    pair = f"{server.credential['key_id']}:{server.credential['api_key']}".encode()
    headers = {
        "Authorization": f"Basic {base64.b64encode(pair).decode()}",
        "Content-Type": "multipart/form-data; boundary=B",
    }
    address = f"{server.url}/v2/accounts/{server.credential['sid']}{path}"
    with urllib.request.urlopen(urllib.request.Request(address, form, headers), timeout=30) as answer:
        return json.loads(answer.read())
