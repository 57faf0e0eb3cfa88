"""How is a call played against the real doors? Over real HTTP, with an account of its own."""

import asyncio
import base64
import http.client
import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import uvicorn
from msgspec import Struct
from starlette.types import ASGIApp

from antiphon.app import doors
from antiphon.config import Config
from antiphon.core.account import NewCredential
from antiphon.store.session import Store


class Heard(Struct, frozen=True):
    """An answer as it came: `body` is its JSON, or the text of another kind, None where there is none."""

    status: int
    headers: Mapping[str, str]
    body: Any


@asynccontextmanager
async def opened(store: Store, config: Config | None = None) -> AsyncIterator[str]:
    """The doors of every dialect on this store, at the address that is given; their files go with them."""
    with TemporaryDirectory() as folder:
        async with _serving(doors(config or Config(data=folder), store)) as address:
            yield address


@asynccontextmanager
async def _serving(application: ASGIApp) -> AsyncIterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    served = uvicorn.Config(application, lifespan="off", log_config=None)
    # Started and stopped by hand: its own loop looks only ten times a second whether it shall end.
    served.load()
    server = uvicorn.Server(served)
    server.lifespan = served.lifespan_class(served)
    await server.startup(sockets=[listener])
    yield "{}:{}".format(*listener.getsockname())
    # Every call has closed its connection. Its own shutdown sleeps for a tenth of a second all the same.
    for one in server.servers:
        one.close()
    listener.close()
    while server.server_state.connections:
        await asyncio.sleep(0.001)


async def call(
    address: str, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", *, chunked: bool = False
) -> Heard:
    return await asyncio.to_thread(_call, address, method, path, headers, body, chunked)


async def exchange(address: str, sent: bytes) -> tuple[int, bytes]:
    """The status and the body of the answer to these bytes, which ask for the connection to be closed."""
    return await asyncio.to_thread(_exchange, address, sent)


def credentials(dialect: str, credential: NewCredential) -> dict[str, str]:
    """The headers that open this dialect's door."""
    if dialect == "octopush":
        return {"api-login": credential.login, "api-key": credential.api_key}
    if dialect == "octopush_legacy":  # they are fields of the form
        return {}
    if dialect in ("exotel", "exotel_v1"):
        pair = f"{credential.key_id}:{credential.api_key}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    return {"Authorization": f"Bearer {credential.api_key}"}


def _exchange(address: str, sent: bytes) -> tuple[int, bytes]:
    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(sent)
        heard = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = heard.partition(b"\r\n\r\n")
    return int(head[9:12]), body


def _call(address: str, method: str, path: str, headers: Mapping[str, str], body: bytes, chunked: bool) -> Heard:
    connection = http.client.HTTPConnection(address, timeout=30)
    try:
        sent = iter([body]) if chunked else body
        connection.request(method, path, sent, dict(headers), encode_chunked=chunked)
        answer = connection.getresponse()
        text = answer.read()
        heard = {name.lower(): value for name, value in answer.getheaders()}
        is_json = re.search("(^|[/+])json", heard.get("content-type", "json")) is not None
        return Heard(answer.status, heard, (msgspec.json.decode(text) if is_json else text.decode()) if text else None)
    finally:
        connection.close()
