"""What is configured, and can it be reached?"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
from msgspec.structs import fields

from antiphon import __version__
from antiphon.app_carriers import vault
from antiphon.config import Config
from antiphon.services import carriers, erased
from antiphon.store import migrations
from antiphon.store.session import CannotOpen, open_store, reached, shown

_UP_TO_DATE = "up to date"
_ONLY_SIMULATOR = "default carrier: simulator, inside this program; nothing leaves the machine"


async def examine(config: Config) -> AsyncIterator[tuple[bool, str]]:
    """Line by line: is it well, and what was found."""
    yield True, f"Antiphon {__version__}"
    for field in fields(Config):
        value = getattr(config, field.name)
        if field.name == "database_url":
            value = shown(config.url)
        elif field.name == "secret_key" and value:
            value = "…"
        said = "" if value == field.default else " (set)"
        yield True, f"{field.name} = {value}{said}: {_help(field.type)}"
    yield _writable(Path(config.data))
    reachable, line = await _database(config)
    yield reachable, line
    if reachable and line.endswith(_UP_TO_DATE):
        for well, line in await _carriers(config):
            yield well, line
    else:
        yield True, _ONLY_SIMULATOR


def _help(annotated: object) -> str:
    metadata = getattr(annotated, "__metadata__", ())
    return next((meta.description for meta in metadata if isinstance(meta, msgspec.Meta) and meta.description), "")


def _writable(folder: Path) -> tuple[bool, str]:
    there = folder if folder.exists() else folder.absolute().parent
    if os.access(there, os.W_OK):
        return True, f"folder {folder}: " + ("can be written" if folder.exists() else "will be made")
    return False, f"folder {folder}: cannot be written"


async def _database(config: Config) -> tuple[bool, str]:
    where = f"database {shown(config.url)}"
    if config.url.startswith("sqlite") and not os.path.exists(config.url.removeprefix("sqlite:///")):  # noqa: ASYNC240
        return True, f"{where}: will be made at the first start"
    try:
        step = await reached(config.url)
    except CannotOpen as failure:
        return False, f"database {failure}"
    behind = f"at step {step or 'none'}; the next start brings it up to date"
    return True, f"{where}: reached, {_UP_TO_DATE if step == migrations.head() else behind}"


async def _carriers(config: Config) -> list[tuple[bool, str]]:
    """Each carrier, with what the running processes say of its lane."""
    store = await open_store(config.url)
    try:
        known, lanes = await carriers.all_of_them(store), await carriers.lanes(store)
        hashed = await erased.hints(store)
    finally:
        await store.close()
    lines: list[tuple[bool, str]] = []
    for one in known:
        states = [lane.state + (f" ({lane.error})" if lane.error else "") for lane in lanes if lane.carrier == one.name]
        said = ", ".join(states) or "no process is running"
        well = one.paused or all(state.startswith(("open", "closed")) for state in states)
        lines.append((well, f"carrier {one.name}: {one.url}{' (default)' if one.is_default else ''}: {said}"))
    if lost := sum(count for key, count in hashed.items() if key != erased.hint(vault(config).secret("erased"))):
        lines.append((False, f"secret key: {lost} erased opt-outs were hashed with another one, and protect nobody"))
    if not any(one.is_default for one in known):
        lines.append((True, _ONLY_SIMULATOR))
    return lines
