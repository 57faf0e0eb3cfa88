"""How fast is the C gateway on this machine, in the same run? Kannel to the same far end, where it is installed.

It is fed by its own `mtbatch`, from a file; its queue is on disk (`spool`), as Kannel is run. What is counted is what
reaches the far end; its receipts are thrown away, where ours are stored.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.smpp import far_end

SIZE = 30_000
PATIENCE = 60.0
CONFIGURATION = """
group = core
admin-port = {admin}
admin-password = bench
smsbox-port = {box}
box-allow-ip = "127.0.0.1"
log-level = 4
store-type = spool
store-location = "{folder}/spool"
dlr-storage = internal

group = smsc
smsc = smpp
smsc-id = far
host = 127.0.0.1
port = {far}
transceiver-mode = true
smsc-username = bench
smsc-password = secret
system-type = bench
max-pending-submits = 1000

group = smsbox
bearerbox-host = 127.0.0.1
"""
ADMIN, BOX = 18_990, 18_991


def main() -> None:
    if not shutil.which("bearerbox") or not shutil.which("mtbatch"):
        print("kannel: not installed (Debian's package kannel)")
        return
    with tempfile.TemporaryDirectory(prefix="antiphon-bench-") as name:
        folder = Path(name)
        log = folder / "far_end.log"
        with far_end("--receipt-delay", "0", "--log", str(log)) as port, _kannel(folder, port):
            print(f"kannel: {SIZE:,} from its spool to the same far end {_rate(folder, log):>8,.0f}/s")


@contextmanager
def _kannel(folder: Path, port: int) -> Iterator[None]:
    (folder / "spool").mkdir()
    written = folder / "kannel.conf"
    written.write_text(CONFIGURATION.format(folder=folder, far=port, admin=ADMIN, box=BOX))
    process = subprocess.Popen(["bearerbox", "-v", "4", str(written)], stderr=subprocess.DEVNULL)
    try:
        time.sleep(3)
        yield
    finally:
        process.terminate()
        process.wait()


def _rate(folder: Path, log: Path) -> float:
    """Messages a second from the first that reaches the far end to the last."""
    (folder / "text").write_text("Hello. STOP at 30101")
    (folder / "numbers").write_text("".join(f"336{place:08}\n" for place in range(SIZE)))
    feed = ["mtbatch", "-b", "127.0.0.1", "-p", str(BOX), "-f", "12345", "-D", "31", "-u", "http://127.0.0.1:1/"]
    with subprocess.Popen([*feed, str(folder / "text"), str(folder / "numbers")], stderr=subprocess.DEVNULL) as feeding:
        patience = time.monotonic() + PATIENCE
        began = first = 0.0
        arrived = 0
        while arrived < SIZE and time.monotonic() < patience:
            time.sleep(0.05)
            arrived = log.read_bytes().count(b"\n")
            if arrived and not began:
                began, first = time.monotonic(), arrived
        rate = (arrived - first) / (time.monotonic() - began) if began else 0.0
        feeding.terminate()
    return rate
