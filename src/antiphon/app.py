"""How do the parts make a program? The only file that knows every one of them."""

import asyncio
import gc
import re
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from functools import cache, partial

import msgspec
import structlog
import uvicorn
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from antiphon import __version__
from antiphon.app_carriers import add_carrier, build_carrier, check_carrier, reader_of, vault
from antiphon.config import Config
from antiphon.core.account import NewCredential
from antiphon.core.pace import Pace
from antiphon.core.repeats import Repeats
from antiphon.dialects import atom, exotel, exotel_v1, native, octopush, octopush_legacy, page
from antiphon.dialects.door import Door, House
from antiphon.dialects.inbound.door import Inbound
from antiphon.dialects.openapi import document
from antiphon.dialects.smpp.door import SmppDoor
from antiphon.services import processes, progress
from antiphon.services.vault import Vault
from antiphon.store.processes import LEASE
from antiphon.store.session import Store, open_store, shown
from antiphon.workers import (
    calculate,
    dispatch,
    heartbeat,
    import_files,
    inquiries,
    old_callbacks,
    parts,
    retention,
    schedule,
)
from antiphon.workers.callbacks import Courier
from antiphon.workers.caller import Caller
from antiphon.workers.fleet import Fleet
from antiphon.workers.loop import forever
from antiphon.workers.outbound import Outbound

_log = structlog.get_logger()
DIALECTS = (
    octopush.DIALECT,
    atom.DIALECT,
    octopush_legacy.DIALECT,
    exotel.DIALECT,
    exotel_v1.DIALECT,
    native.DIALECT,
)
_BACKLOG = 2048  # connections that wait to be accepted
_GARBAGE = 50_000  # new objects between two collections
_LAST_STEP = 15.0  # seconds that a worker's step may take to end when the program stops


class CannotServe(Exception):
    """One line for the operator."""


@asynccontextmanager
async def enlisted(config: Config) -> AsyncIterator[Store]:
    """The open database, and ourselves as one of the processes that use it. Raises CannotOpen."""
    store = await open_store(config.url)
    store.secret = cache(lambda: vault(config).secret("erased"))
    try:
        await processes.enlist(store)
        yield store
        await processes.leave(store)
    finally:
        await store.close()


async def serve(config: Config) -> None:
    """Doors and workers, until SIGTERM or SIGINT; then what has begun is ended. Raises CannotOpen or CannotServe."""
    listener = _listen(config.host, config.port)
    smpp = _listen(config.host, config.smpp_port) if config.smpp_port else None
    # The program's own objects stay: a collection that walks them all in the middle of a batch costs half its time.
    gc.freeze()
    gc.set_threshold(_GARBAGE, 20, 20)
    outbound = Outbound(config.networks())
    async with enlisted(config) as store, _working(config, store, outbound), _bound(config, store, smpp):
        closing = asyncio.Event()
        server = _Server(
            uvicorn.Config(
                doors(config, store, closing, outbound),
                lifespan="off",
                ws="none",
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=False,
            )
        )
        for wanted in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(wanted, server.stop, closing)
        host, port = listener.getsockname()[:2]
        _log.info("ready", url=f"http://{host}:{port}", version=__version__, database=shown(config.url))
        await server.serve(sockets=[listener])
        _log.info("stopping")


def doors(
    config: Config, store: Store, closing: asyncio.Event | None = None, outbound: Outbound | None = None
) -> ASGIApp:
    """All dialects on one address; the longest prefix that fits answers, of several the one that knows the path.

    Answers without end are ended once `closing` is set. Customers' servers are tried out through `outbound`.
    """
    opened = cache(partial(vault, config))
    calling = outbound or Outbound(config.networks())
    mounts = sorted(DIALECTS, key=lambda dialect: len(dialect.prefix), reverse=True)
    house = House(
        prices=config.prices(),
        body_limit=config.body_limit,
        pace=_pace(config),
        repeats=Repeats(),
        closing=closing or asyncio.Event(),
        add_carrier=partial(add_carrier, config, store),
        check_carrier=partial(check_carrier, config, store),
        try_callback=lambda account, trial: _caller(calling, opened()).try_out(store, account, trial),
        vault=opened,
    )
    table: list[tuple[str, ASGIApp]] = [(f"{dialect.prefix}/", Door(dialect, store, house)) for dialect in mounts]
    table.append((f"{Inbound.prefix}/", Inbound(store, house, opened, reader_of)))
    pages = _pages()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        path = re.sub("/{2,}", "/", f"{scope['path'].lower()}/")  # a base URL that ends in a slash makes two
        fitting = [door for prefix, door in table if path.startswith(prefix)]
        if len(fitting) > 1:
            fitting = sorted(fitting, key=lambda door: isinstance(door, Door) and not door.knows(scope["path"]))
        readable = pages.get(scope["path"]) if scope["method"] in ("GET", "HEAD") else None
        answer = readable or (fitting[0] if fitting else _outside)
        await answer(scope, receive, send)

    return application


def examples(base: str, credential: NewCredential) -> list[tuple[str, str]]:
    """For each dialect its name and a call that works when it is pasted."""
    return [(dialect.name, dialect.example(base, credential)) for dialect in DIALECTS]


@cache
def _pages() -> dict[str, Response]:
    """What anybody may read: the document of each dialect, under two names, and one page of all of them."""
    documents = {dialect.name: document(dialect) for dialect in DIALECTS}
    pages: dict[str, Response] = {}
    for dialect in DIALECTS:
        answer = Response(msgspec.json.encode(documents[dialect.name]), media_type="application/json")
        pages[f"/docs/{dialect.name}.json"] = answer
        pages.setdefault(f"{dialect.prefix}/openapi.json", answer)
    somebody = NewCredential(account_id=0, sid="SID", login="LOGIN", key_id="KEY_ID", api_key="KEY")
    shown = [
        (dialect.name, documents[dialect.name], dialect.example("http://127.0.0.1:8080", somebody))
        for dialect in DIALECTS
    ]
    pages["/docs"] = HTMLResponse(page.render(shown), headers=page.HEADERS)
    return pages


@asynccontextmanager
async def _working(config: Config, store: Store, outbound: Outbound) -> AsyncIterator[None]:
    fleet = Fleet(store, config.prices(), vault(config), partial(build_carrier, config))
    grace = timedelta(seconds=config.schedule_grace)
    courier = Courier(store, _caller(outbound, vault(config)))
    stopping = asyncio.Event()
    steps = {
        "heartbeat": (partial(heartbeat.run_once, store), LEASE.total_seconds() / 4),
        "calculate": (partial(calculate.run_once, store, config.prices()), 0.1),
        "import files": (partial(import_files.run_once, store), 0.25),
        "schedule": (partial(schedule.run_once, store, grace), 0.25),
        "retention": (partial(retention.run_once, store), 60.0),
        "parts": (partial(parts.run_once, store, config.prices()), 1.0),
        "fleet": (fleet.run_once, 1.0),
        "inquiries": (partial(inquiries.run_once, store, fleet), 1.0),
        "dispatch": (partial(dispatch.run_once, store, fleet), 0.05),
        "callbacks": (courier.run_once, 0.1),
        "old callbacks": (partial(old_callbacks.run_once, store), 60.0),
    }
    if paused := await progress.come_back(store, grace):
        _log.warning("nothing ran here for long; campaigns wait for somebody to resume or stop them", count=paused)
    await fleet.run_once()
    woken = {"dispatch": store.woken, "callbacks": courier.woken}
    tasks = [
        asyncio.create_task(forever(name, step, stopping, idle, woken.get(name)))
        for name, (step, idle) in steps.items()
    ]
    try:
        yield
    finally:
        stopping.set()
        for alarm in woken.values():
            alarm.set()
        _, late = await asyncio.wait(tasks, timeout=_LAST_STEP)
        for task in late:
            task.cancel()
        await fleet.stop()
        await courier.stop()
        await outbound.close()


@asynccontextmanager
async def _bound(config: Config, store: Store, listener: socket.socket | None) -> AsyncIterator[None]:
    """With the door where customers bind, if there is one."""
    if listener is None:
        yield
        return
    door = SmppDoor(store, config.prices(), _pace(config))
    stopping = asyncio.Event()
    await door.open(listener)
    telling = asyncio.create_task(forever("deliveries", door.run_once, stopping, 0.1, door.woken))
    host, port = listener.getsockname()[:2]
    _log.info("customers can bind", address=f"{host}:{port}")
    try:
        yield
    finally:
        stopping.set()
        door.woken.set()
        await asyncio.wait([telling], timeout=_LAST_STEP)
        await door.close()


def _caller(outbound: Outbound, secrets: Vault) -> Caller:
    return Caller(outbound, {dialect.name: dialect.callback for dialect in DIALECTS if dialect.callback}, secrets)


def _pace(config: Config) -> Pace | None:
    return Pace(config.rate_limit, config.rate_burst) if config.rate_limit else None


class _Server(uvicorn.Server):
    """Leaves the signals to us: uvicorn would raise them again when it has ended, and the exit code would not be 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self, closing: asyncio.Event) -> None:
        closing.set()
        self.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    """Raises CannotServe."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as failure:
        raise CannotServe(f"cannot listen on {host}:{port}: {failure.strerror}") from failure
    return listener


async def _outside(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"] == "/health":
        answer = JSONResponse({"status": "ok", "version": __version__})
    else:
        names = {dialect.name: f"{dialect.prefix}/" for dialect in DIALECTS}
        answer = JSONResponse({"message": "There is nothing at this address.", "doors": names}, status_code=404)
    await answer(scope, receive, send)
