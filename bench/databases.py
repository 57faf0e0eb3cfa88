"""Which databases does every benchmark run on?"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import postgres

NAMES = ("sqlite", "postgres")


@contextmanager
def database(name: str, folder: Path) -> Iterator[str]:
    """The URL of a new, empty database that keeps what it commits."""
    if name == "sqlite":
        yield f"sqlite:///{folder / 'antiphon.db'}"
        return
    with postgres.running(durable=True) as url:
        yield url
