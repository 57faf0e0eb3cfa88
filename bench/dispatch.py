"""How fast does a campaign leave? From a list through the simulated carrier, with every receipt stored."""

import json
import tempfile
import time
from pathlib import Path

from bench.databases import NAMES, database
from bench.server import Client, serving

SIZE = 50_000
STEP = 5_000
FASTEST = {
    "ANTIPHON_SIMULATOR_LATENCY": "0",
    "ANTIPHON_SIMULATOR_RECEIPT_DELAY": "0",
    "ANTIPHON_SIMULATOR_LOG": "false",
}


def main() -> None:
    print(f"dispatch: a campaign of {SIZE:,}, messages/s")
    for name in NAMES:
        with (
            tempfile.TemporaryDirectory(prefix="antiphon-bench-") as folder,
            database(name, Path(folder)) as url,
            serving(Path(folder), url, **FASTEST) as client,
        ):
            campaign(name, client(), SIZE)


def campaign(name: str, client: Client, size: int) -> None:
    """From a list to its end, with the rates of both halves and the most memory that the server took."""
    for start in range(0, size, STEP):
        people = [{"phone_number": f"+336{place:08}"} for place in range(start, start + STEP)]
        body = json.dumps({"contacts": people, "list_name": "all"}).encode()
        client.call("octopush", "POST", "/v1/public/contact/create", body)
    began = time.perf_counter()
    body = json.dumps({"list_name": "all", "text": "Hello. STOP at 30101"}).encode()
    ticket = client.call("octopush", "POST", "/v1/public/sms-campaign-on-list/create", body)
    id = json.loads(client.call("native", "GET", "/api/v1/campaigns"))["data"][0]["id"]
    calculated = _wait(client, id, "calculating", ()) - began
    began = time.perf_counter()
    client.call("octopush", "POST", "/v1/public/sms-campaign-on-list/send", ticket)
    sent = _wait(client, id, "sending", ("waiting", "held", "submitting", "accepted")) - began
    memory = _peak_megabytes(client.pid)
    print(
        f"  {name:9} calculated {size / calculated:>9,.0f}/s   sent and reported {size / sent:>8,.0f}/s   {memory} MB"
    )


def _wait(client: Client, id: str, state: str, on_their_way: tuple[str, ...]) -> float:
    """The time at which the campaign has left this state and none of its messages is on its way."""
    while True:
        report = json.loads(client.call("native", "GET", f"/api/v1/campaigns/{id}"))
        if report["state"] != state and not any(report["counts"][one] for one in on_their_way):
            return time.perf_counter()
        time.sleep(0.5)  # each look counts all messages of the campaign


def _peak_megabytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) // 1024
