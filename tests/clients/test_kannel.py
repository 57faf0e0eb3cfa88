"""Kannel from Debian, unmodified, as a customer: its bearerbox binds to us, its smsbox submits, and both hear back."""

import asyncio
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web

from tests.program.server import Server

BEARERBOX, SMSBOX = (shutil.which(name, path="/usr/sbin:/usr/bin") for name in ("bearerbox", "smsbox"))
pytestmark = pytest.mark.skipif(not (BEARERBOX and SMSBOX), reason="Kannel is not installed")
LONG = "All work and no play makes Jack a dull boy. " * 9
CONFIG = """
group = core
admin-port = {admin}
admin-password = admin
smsbox-port = {box}
box-allow-ip = 127.0.0.1
log-file = "{folder}/bearerbox.log"
log-level = 0

group = smsc
smsc = smpp
smsc-id = antiphon
host = 127.0.0.1
port = {smpp}
transceiver-mode = true
smsc-username = {user}
smsc-password = {password}
system-type = ""
enquire-link-interval = 1
reconnect-delay = 1
max-pending-submits = 20

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {send}
log-file = "{folder}/smsbox.log"
log-level = 0

group = sendsms-user
username = me
password = secret
max-messages = 9
concatenation = true

group = sms-service
keyword = default
get-url = "http://127.0.0.1:{hook}/reply?from=%p&to=%P&text=%a"
max-messages = 0
"""


class Hook:
    """Where Kannel tells of receipts and replies."""

    def __init__(self) -> None:
        self.told: list[dict[str, str]] = []

    async def take(self, request: web.Request) -> web.Response:
        self.told.append({"what": request.path.strip("/"), **request.query})
        return web.Response()

    def receipts(self, status: int) -> list[str]:
        """Of which texts a receipt of this kind has come."""
        return sorted(one["id"] for one in self.told if one["what"] == "receipt" and one["status"] == str(status))

    def replies(self) -> list[tuple[str, str, str]]:
        return sorted((one["from"], one["to"], one["text"]) for one in self.told if one["what"] == "reply")


class Kannel:
    def __init__(self, send: int, hook: int, admin: int) -> None:
        self._send, self._hook, self._admin = send, hook, admin

    async def submit(self, id: str, to: str, text: str, **more: str) -> str:
        receipt = f"http://127.0.0.1:{self._hook}/receipt?id={id}&status=%d"
        fields = {"username": "me", "password": "secret", "from": "SHOP", "to": to, "text": text, "charset": "utf-8"}
        fields |= {"dlr-mask": "31", "dlr-url": receipt, **more}
        query = "&".join(f"{name}={quote(value)}" for name, value in fields.items())
        return await _get(f"http://127.0.0.1:{self._send}/cgi-bin/sendsms?{query}")

    async def status(self) -> str:
        return await _get(f"http://127.0.0.1:{self._admin}/status.txt?password=admin")


async def _get(url: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return await answer.text()


def _ports(count: int) -> list[int]:
    with ExitStack() as open_:
        return [open_.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(count)]


async def until(come: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not come():
            await asyncio.sleep(0.05)


@pytest.fixture
async def hook() -> AsyncIterator[tuple[Hook, int]]:
    made, application = Hook(), web.Application()
    application.router.add_get("/{what}", made.take)
    runner = web.AppRunner(application, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield made, runner.addresses[0][1]
    await runner.cleanup()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "antiphon"
    folder.mkdir()
    far = {
        "simulator_refused": "0",
        "simulator_failed": "0",
        "simulator_stopped": "1",
        "simulator_receipt_delay": "0.1",
    }
    made = Server(folder, smpp_port=str(_ports(1)[0]), **far)
    made.start()
    yield made
    made.end(signal.SIGTERM)


@pytest.fixture
async def kannel(tmp_path: Path, server: Server, hook: tuple[Hook, int]) -> AsyncIterator[Kannel]:
    admin, box, send = _ports(3)
    config = tmp_path / "kannel.conf"
    facts = {"admin": admin, "box": box, "send": send, "hook": hook[1], "folder": tmp_path}
    customer = {"user": server.credential["sid"], "password": server.credential["api_key"][:8]}
    config.write_text(CONFIG.format(**facts, **customer, smpp=server.setting("smpp_port")))
    with ExitStack() as running:
        running.enter_context(_Program(str(BEARERBOX), config))
        made = Kannel(send, hook[1], admin)
        await _answers(admin)
        running.enter_context(_Program(str(SMSBOX), config))
        await _answers(send)
        async with asyncio.timeout(30):
            while "online" not in await made.status():
                await asyncio.sleep(0.1)
        yield made


class _Program:
    def __init__(self, program: str, config: Path) -> None:
        self._line = [program, str(config)]

    def __enter__(self) -> None:
        self._process = subprocess.Popen(self._line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __exit__(self, *_failure: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


async def _answers(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return


async def test_texts_receipts_and_replies(kannel: Kannel, hook: tuple[Hook, int], server: Server) -> None:
    heard = hook[0]
    texts = {f"{place}": f"Grüße {place} €" for place in range(20)}
    for id, text in texts.items():
        assert await kannel.submit(id, f"+336123456{id:0>2}", text) == "0: Accepted for delivery"
    await until(lambda: len(heard.receipts(1)) == 20)
    assert heard.receipts(1) == heard.receipts(8) == sorted(texts), "each delivered (1), each taken by the SMSC (8)"
    await until(lambda: len(heard.replies()) == 20)
    assert heard.replies() == [(f"+336123456{place:02}", "SHOP", "STOP") for place in range(20)]
    assert said(server, "+33612345607") == ["Grüße 7 €"]


@pytest.mark.parametrize(
    ("text", "more"),
    [pytest.param(LONG, {}, id="GSM"), pytest.param("Γειά 東京 😀 " * 20, {"coding": "2"}, id="UCS-2")],
)
async def test_a_long_text_is_one(
    kannel: Kannel, hook: tuple[Hook, int], server: Server, text: str, more: dict[str, str]
) -> None:
    assert (await kannel.submit("long", "+33612345678", text, **more)).startswith("0:")
    await until(lambda: hook[0].receipts(1))
    assert said(server, "+33612345678") == [text]


async def test_what_we_refuse_kannel_calls_failed(kannel: Kannel, hook: tuple[Hook, int]) -> None:
    await kannel.submit("bad", "12", "Hello")
    await until(lambda: hook[0].receipts(16))
    assert hook[0].receipts(16) == ["bad"]


def said(server: Server, number: str) -> list[str]:
    """The texts to a number, as our own API has them."""
    found = server.call("GET", f"/api/v1/messages?number={quote(number)}")
    return [one["text"] for one in found["data"]]
