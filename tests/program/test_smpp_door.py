"""Is what a customer's SMPP client was told still true when the program is killed, or ends?"""

import asyncio
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import smpp34
from sqlalchemy import select

from antiphon.core import air
from antiphon.core.air import Alphabet, Part
from antiphon.store.schema import campaigns, messages, submitted_parts
from antiphon.store.session import open_store
from tests.program.server import Server, run

CLIENTS = 4
LONG = "Hello, world. " * 20


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def server(database_url: str, tmp_path: Path, port: int) -> Iterator[Server]:
    made = Server(tmp_path, database_url=database_url, smpp_port=str(port))
    made.start()
    yield made
    if made.running:
        made.end(signal.SIGKILL)


async def bound(server: Server, port: int) -> smpp34.Smsc:
    password = str(server.credential["api_key"])[:8]
    return await smpp34.Client("127.0.0.1", port, server.credential["sid"], password, window_size=100).connect()


def parts(reference: int) -> list[bytes]:
    cut = air.cut(LONG, Alphabet.GSM).parts
    return [air.header(Part(reference, len(cut), place)) + octets for place, octets in enumerate(cut, 1)]


async def test_what_was_answered_is_there_after_a_kill(server: Server, database_url: str, port: int) -> None:
    answered: set[int] = set()
    whole: set[str] = set()

    async def submit(smsc: smpp34.Smsc, place: int) -> None:
        for turn in range(10_000):
            number = f"336{place:02}{turn:06}"
            for octets in parts(turn & 0xFF):
                try:
                    taken = await smsc.submit_sm(number, octets, source_addr="SHOP", esm_class=0x40)
                except smpp34.SmppError:  # killed
                    return
                assert taken.is_success
                answered.add(int(taken.message_id))
            whole.add(f"+{number}")

    smscs = [await bound(server, port) for _ in range(CLIENTS)]
    clients = [asyncio.ensure_future(submit(smsc, place)) for place, smsc in enumerate(smscs)]
    await asyncio.sleep(0.7)
    await asyncio.to_thread(server.end, signal.SIGKILL)
    await asyncio.gather(*clients)

    store = await open_store(database_url)
    async with store.read() as tx:
        sent = dict(await tx.tuples(select(messages.c.id, messages.c.number)))
        kept = {id for (id,) in await tx.tuples(select(submitted_parts.c.id))}
        texts = {text for (text,) in await tx.tuples(select(campaigns.c.text))}
    await store.close()
    assert len(answered) >= 50
    assert answered <= set(sent) | kept
    assert whole <= set(sent.values())
    assert len(sent) == len(set(sent.values())), "nobody is written to twice"
    assert texts == {LONG}


async def test_a_part_waits_for_the_others_over_a_kill(server: Server, database_url: str, port: int) -> None:
    first, second = parts(7)
    smsc = await bound(server, port)
    assert (await smsc.submit_sm("33612345678", second, esm_class=0x40)).is_success
    await asyncio.to_thread(server.end, signal.SIGKILL)
    await asyncio.to_thread(server.start)
    smsc = await bound(server, port)
    taken = await smsc.submit_sm("33612345678", first, esm_class=0x40, registered_delivery=1)
    event = await asyncio.wait_for(smsc.next(), 20)
    assert f"id:{taken.message_id} ".encode() in event.short_message
    store = await open_store(database_url)
    async with store.read() as tx:
        texts = [text for (text,) in await tx.tuples(select(campaigns.c.text))]
    await store.close()
    assert texts == [LONG]


async def test_a_program_that_is_ended_says_goodbye(server: Server, port: int) -> None:
    smsc = await bound(server, port)
    assert (await smsc.submit_sm("33612345678", b"Hello")).is_success
    assert await asyncio.to_thread(server.end, signal.SIGTERM) == 0
    assert isinstance(await asyncio.wait_for(smsc.next(), 10), smpp34.Disconnected)


def test_the_password_of_a_bind_is_printed_once(tmp_path: Path) -> None:
    data = str(tmp_path)
    run("account", "create", "--login", "someone@example.com", data=data)
    made = run("account", "bind", "--login", "someone@example.com", data=data).stdout.split()
    assert made[0::2] == ["system_id", "password"]
    assert len(made[3]) == 8
    chosen = run("account", "bind", "--login", "someone@example.com", "--password", "secret7", data=data).stdout
    assert chosen.split()[3] == "secret7"
    refused = run("account", "bind", "--login", "nobody@example.com", data=data)
    assert (refused.returncode, refused.stdout) == (1, "")


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = run("serve", "--smpp-port", port, "--port", "0", data=str(tmp_path))
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"antiphon: cannot listen on 127.0.0.1:{port}")
