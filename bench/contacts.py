"""How fast do contacts come in? Bodies of 5,000 over HTTP, beside the raw database that upserts as many."""

import json
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from bench import raw
from bench.databases import NAMES, database
from bench.server import Client, serving

SIZE = 5_000
ROUNDS = 8


def main() -> None:
    print(f"contacts: {ROUNDS} rounds of {SIZE} new and {ROUNDS} of known ones; contacts/s and the ratio to raw")
    for name in NAMES:
        with tempfile.TemporaryDirectory(prefix="antiphon-bench-") as folder, database(name, Path(folder)) as url:
            _on(name, Path(folder), url)


def _on(name: str, folder: Path, url: str) -> None:
    with serving(folder, url) as (client, _):
        for series, (label, body) in enumerate(BODIES.items(), 1):
            labels = "list" in label
            batches = [_rows(turn, series) for turn in range(ROUNDS)] * 2
            floor = (
                raw.sqlite(folder, batches, labels=labels)
                if name == "sqlite"
                else raw.postgres(url, batches, labels=labels)
            )
            measured = _times(client, label, [body(turn, series) for turn in range(ROUNDS)] * 2)
            _print(name, f"raw, for {label}", floor, floor)
            _print(name, label, measured, floor)


def _times(client: Client, label: str, bodies: list[bytes]) -> list[float]:
    dialect = label.partition(" ")[0]
    path = "/v1/public/contact/create" if dialect == "octopush" else f"/v2/accounts/{client.sid}/contacts"
    seconds: list[float] = []
    for body in bodies:
        began = time.perf_counter()
        client.call(dialect, "POST", path, body)
        seconds.append(time.perf_counter() - began)
    return seconds


def _print(name: str, label: str, seconds: list[float], floor: list[float]) -> None:
    cells: list[str] = []
    for what, part in (("new", slice(0, ROUNDS)), ("known", slice(ROUNDS, None))):
        rate = SIZE / median(seconds[part])
        cells.append(f"{what} {rate:>9,.0f}/s {rate * median(floor[part]) / SIZE:5.2f}")
    print(f"  {name:9} {label:40} {'   '.join(cells)}")


def _number(turn: int, place: int, series: int) -> str:
    return f"+336{series}{turn:02}{place:05}"


def _rows(turn: int, series: int) -> list[raw.Row]:
    first = (series * ROUNDS + turn) * SIZE
    return [
        (1, first + place, _number(turn, place, series), f"Axelle {place}", "Durand", None, None, None, 1, 1)
        for place in range(SIZE)
    ]


def _octopush(turn: int, series: int, **names: str) -> bytes:
    people = [
        {"phone_number": _number(turn, place, series), "first_name": f"Axelle {place}", "last_name": "Durand"}
        for place in range(SIZE)
    ]
    return json.dumps({"contacts": people, **names}).encode()


def _exotel(turn: int, series: int) -> bytes:
    people = [
        {"number": _number(turn, place, series), "first_name": f"Axelle {place}", "last_name": "Durand"}
        for place in range(SIZE)
    ]
    return json.dumps({"contacts": people}).encode()


BODIES: dict[str, Callable[[int, int], bytes]] = {
    "octopush": _octopush,
    "octopush with a list and a tag": partial(_octopush, list_name="all", tag_name="vip"),
    "exotel": _exotel,
}
