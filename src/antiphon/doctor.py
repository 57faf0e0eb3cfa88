"""What is configured, and can it be reached?"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
from msgspec.structs import fields

from antiphon import __version__
from antiphon.config import Config
from antiphon.store import migrations
from antiphon.store.session import CannotOpen, reached, shown


async def examine(config: Config) -> AsyncIterator[tuple[bool, str]]:
    """Line by line: is it well, and what was found."""
    yield True, f"Antiphon {__version__}"
    for field in fields(Config):
        value = getattr(config, field.name)
        if field.name == "database_url":
            value = shown(config.url)
        said = "" if value == field.default else " (set)"
        yield True, f"{field.name} = {value}{said}: {_help(field.type)}"
    yield _writable(Path(config.data))
    yield await _database(config)
    yield True, "carrier: simulator, inside this program; nothing leaves the machine"


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
    behind = (
        "up to date" if step == migrations.head() else f"at step {step or 'none'}; the next start brings it up to date"
    )
    return True, f"{where}: reached, {behind}"
