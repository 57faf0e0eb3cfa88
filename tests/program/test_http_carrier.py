"""A text through the whole program, by a carrier that speaks HTTP, and its receipt and an answer back."""

import asyncio
import signal
import socket
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from tests.carriers.far_end import Asked, listening, says
from tests.program.server import Server, run


async def _until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(what):
            await asyncio.sleep(0.05)


def _post(url: str, **fields: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, urlencode(fields).encode(), timeout=10) as answer:
        return answer.status, answer.read().decode()


async def test_a_text_goes_out_and_its_receipt_comes_back(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {"data": str(tmp_path), "port": str(port), "public_url": f"http://127.0.0.1:{port}"}
    async with listening(says(201, {"sid": "SM1", "status": "queued"})) as end:
        url = f"http+twilio://AC1:s3cret@{end.address}?plain=true"
        added = await asyncio.to_thread(lambda: run("carrier", "add", "away", url, "--default", **settings))
        assert added.stdout == "added away (default)\n", added.stderr
        tested = await asyncio.to_thread(lambda: run("carrier", "test", "away", **settings))
        assert "knows the credentials" in tested.stdout
        server = await asyncio.to_thread(lambda: Server(tmp_path, **settings))
        await asyncio.to_thread(server.start)
        try:
            await _through(server, end.asked, settings)
        finally:
            assert await asyncio.to_thread(server.end, signal.SIGTERM) == 0


async def _through(server: Server, asked: list[Asked], settings: dict[str, str]) -> None:
    said = {"recipients": [{"phone_number": "+33612345678"}], "text": "Your code is 1234", "purpose": "alert"}
    await asyncio.to_thread(server.call, "POST", "/v1/public/sms-campaign/send", said)
    await _until(lambda: len(asked) == 2)  # the first was the test
    fields = {name: values[0] for name, values in parse_qs(asked[1].body.decode()).items()}
    assert (fields["To"], fields["Body"]) == ("+33612345678", "Your code is 1234")
    receipts, _, key = fields["StatusCallback"].rpartition("/")
    assert key.count("-") == 1

    answer = await asyncio.to_thread(lambda: _post(f"{receipts}/{key}", MessageSid="SM1", MessageStatus="delivered"))
    assert answer == (200, "")
    message = f"/api/v1/messages/{key.partition('-')[2]}"
    await _until(lambda: server.call("GET", message)["state"] == "delivered")
    listed = (await asyncio.to_thread(lambda: run("carrier", "list", **settings))).stdout
    assert f"posts to {receipts} and /replies" in listed
    assert "s3cret" not in listed
    replies = receipts.replace("/receipts", "/replies")
    answer = await asyncio.to_thread(lambda: _post(replies, From="+33612345678", To="+1555", Body="STOP"))
    assert answer == (200, '<?xml version="1.0" encoding="UTF-8"?><Response></Response>')
    (silent,) = (await asyncio.to_thread(server.call, "GET", "/api/v1/opt-outs"))["data"]
    assert (silent["number"], silent["words"]) == ("+33612345678", "STOP")
