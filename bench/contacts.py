"""How fast do contacts come in? Bodies of 5,000 over HTTP, beside the raw database that upserts as many.

One connection that waits for each answer, and four at a time: then one body is read while another is being stored.
"""

import json
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median

from bench import raw
from bench.databases import NAMES, database
from bench.server import Client, serving

SIZE = 5_000
ROUNDS = 12
CONNECTIONS = 4
# Every body is sent three times, with these first names: all its contacts are new, then changed, then the same.
ROUNDS_OF = {"new": "Axelle", "changed": "Marie", "same": "Marie"}


def main() -> None:
    print(f"contacts: {ROUNDS} bodies of {SIZE}, each three times; contacts/s and the ratio to raw")
    for name in NAMES:
        with tempfile.TemporaryDirectory(prefix="antiphon-bench-") as folder, database(name, Path(folder)) as url:
            _on(name, Path(folder), url)


def _on(name: str, folder: Path, url: str) -> None:
    with serving(folder, url) as clients:
        for series, (label, body) in enumerate(BODIES.items(), 1):
            rows = [_rows(turn, series) for turn in range(ROUNDS)]
            write = raw.sqlite if name == "sqlite" else raw.postgres
            where = folder if name == "sqlite" else url
            floor = [_rate(write(where, rows, labels="list" in label)) for _ in ROUNDS_OF]
            _print(name, f"raw, for {label}", floor, floor)
            for connections in (1, CONNECTIONS):
                first = series + 3 * (connections > 1)
                bodies = {name: [body(turn, first, name) for turn in range(ROUNDS)] for name in ("Axelle", "Marie")}
                rates = [_load(clients, label, bodies[name], connections) for name in ROUNDS_OF.values()]
                _print(name, f"{label}, {connections} at a time", rates, floor)


def _load(clients: Callable[[], Client], label: str, bodies: list[bytes], connections: int) -> float:
    """Contacts a second. With one connection of the median body, so that one pause of the machine does not count."""
    with ThreadPoolExecutor(connections) as pool:
        began = time.perf_counter()
        parts = list(
            pool.map(lambda part: _times(clients(), label, part), [bodies[n::connections] for n in range(connections)])
        )
        seconds = time.perf_counter() - began
    return _rate(parts[0]) if connections == 1 else SIZE * len(bodies) / seconds


def _rate(seconds: list[float]) -> float:
    return SIZE / median(seconds)


def _times(client: Client, label: str, bodies: list[bytes]) -> list[float]:
    dialect = label.partition(" ")[0]
    path = "/v1/public/contact/create" if dialect == "octopush" else f"/v2/accounts/{client.sid}/contacts"
    seconds: list[float] = []
    for body in bodies:
        began = time.perf_counter()
        client.call(dialect, "POST", path, body)
        seconds.append(time.perf_counter() - began)
    return seconds


def _print(name: str, label: str, rates: list[float], floor: list[float]) -> None:
    cells = [
        f"{what} {rate:>9,.0f}/s {rate / best:5.2f}" for what, rate, best in zip(ROUNDS_OF, rates, floor, strict=True)
    ]
    print(f"  {name:9} {label:46} {'   '.join(cells)}", flush=True)


def _number(turn: int, place: int, series: int) -> str:
    return f"+336{series}{turn:02}{place:05}"


def _rows(turn: int, series: int) -> list[raw.Row]:
    first = (series * ROUNDS + turn) * SIZE
    return [
        (1, first + place, _number(turn, place, series), f"Axelle {place}", "Durand", None, None, None, 1, 1)
        for place in range(SIZE)
    ]


def _octopush(turn: int, series: int, first_name: str, **names: str) -> bytes:
    people = [
        {"phone_number": _number(turn, place, series), "first_name": f"{first_name} {place}", "last_name": "Durand"}
        for place in range(SIZE)
    ]
    return json.dumps({"contacts": people, **names}).encode()


def _exotel(turn: int, series: int, first_name: str) -> bytes:
    people = [
        {"number": _number(turn, place, series), "first_name": f"{first_name} {place}", "last_name": "Durand"}
        for place in range(SIZE)
    ]
    return json.dumps({"contacts": people}).encode()


BODIES: dict[str, Callable[[int, int, str], bytes]] = {
    "octopush": _octopush,
    "octopush with a list and a tag": partial(_octopush, list_name="all", tag_name="vip"),
    "exotel": _exotel,
}
