"""Which databases does every benchmark run on?"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# from tests.postgres import durable_server

NAMES = ("sqlite",)


@contextmanager
def database(name: str, folder: Path) -> Iterator[str]:
    """The URL of a new, empty database that keeps what it commits."""
    if name == "sqlite":
        yield f"sqlite:///{folder / 'antiphon.db'}"
        return
    with durable_server() as create:
        yield create()
