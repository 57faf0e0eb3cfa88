"""How fast does a campaign leave by SMPP? From a list to a far end in another process, with every receipt stored."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.databases import NAMES, database
from bench.dispatch import campaign
from bench.server import serving

SIZE = int(os.environ.get("BENCH_SMPP", "200000"))


def main() -> None:
    print(f"smpp: a campaign of {SIZE:,} to a far end that reports at once, messages/s")
    for name in NAMES:
        with (
            tempfile.TemporaryDirectory(prefix="antiphon-bench-") as folder,
            database(name, Path(folder)) as url,
            far_end("--receipt-delay", "0") as port,
            serving(Path(folder), url, PYTHONUNBUFFERED="1") as client,
        ):
            add_carrier(folder, url, port)
            client().call("native", "PUT", "/api/v1/account/windows", b'{"preset": "none"}')  # it runs at night, too
            campaign(name, client(), SIZE)


def add_carrier(folder: str, url: str, port: int, options: str = "window=1000") -> None:
    address = f"smpp://bench:secret@127.0.0.1:{port}?{options}"
    command = [sys.executable, "-m", "antiphon", "carrier", "add", "bench", address, "--default", "--data", folder]
    subprocess.run(command, check=True, env={**os.environ, "ANTIPHON_DATABASE_URL": url}, stdout=subprocess.DEVNULL)


@contextmanager
def far_end(*options: str) -> Iterator[int]:
    """The port of a simulated carrier in a process of its own."""
    command = [sys.executable, "-m", "antiphon", "smsc", "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield int(process.stdout.readline().rsplit(":", 1)[1])
    finally:
        process.terminate()
        process.wait()
