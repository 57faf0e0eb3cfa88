"""A tour of Antiphon in half a minute: contacts through three dialects, two campaigns, what became of them.

It starts its own server on a temporary database and a free port, and leaves nothing behind.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from antiphon.client import Antiphon, Campaign

ANTIPHON = Path(sys.executable).with_name("antiphon")
FRENCH, AUSTRALIAN, INDIAN = 4_000, 50, 3_000
SIMULATED = {
    "ANTIPHON_SIMULATOR_FAILED": "0.06",
    "ANTIPHON_SIMULATOR_REFUSED": "0.01",
    "ANTIPHON_SIMULATOR_STOPPED": "0.02",
}

console = Console()


class Client:
    """Calls each door with the one credential, as that vendor's clients do."""

    def __init__(self, base: str, credential: dict[str, Any]) -> None:
        self._base = base
        key = credential["api_key"]
        basic = base64.b64encode(f"{credential['key_id']}:{key}".encode()).decode()
        self._octopush = {"api-login": credential["login"], "api-key": key}
        self._bearer = {"Authorization": f"Bearer {key}"}
        self._exotel = {"Authorization": f"Basic {basic}"}
        self._sid = credential["sid"]
        self.ours = Antiphon(base, key)

    def octopush(self, method: str, path: str, body: object = None) -> Any:
        return self._call(method, f"/v1/public{path}", self._octopush, body)

    def atom(self, path: str, body: object = None) -> Any:
        return self._call("POST", f"/api{path}", self._bearer, body)["result"]

    def exotel(self, path: str, body: object) -> Any:
        return self._call("POST", f"/v2/accounts/{self._sid}{path}", self._exotel, body)

    def _call(self, method: str, path: str, headers: dict[str, str], body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self._base + path, data, {"Content-Type": "application/json", **headers}, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@contextmanager
def server(folder: str) -> Iterator[Client]:
    """A server on a free port and an account on it; stopped at the end."""
    environment = {**os.environ, **SIMULATED, "ANTIPHON_DATABASE_URL": f"sqlite:///{folder}/antiphon.db"}
    create = [ANTIPHON, "account", "create", "--login", "tour@antiphon.example", "--region", "AU", "--json"]
    credential = json.loads(subprocess.check_output(create, env=environment))
    serve = [ANTIPHON, "serve", "--port", "0", "--data", folder]
    log = Path(folder) / "server.log"
    with log.open("wb") as errors, subprocess.Popen(serve, env=environment, stderr=errors) as process:
        try:
            yield Client(ready(process, log), credential)
        finally:
            process.terminate()


def ready(process: subprocess.Popen[bytes], log: Path) -> str:
    """The address that the server says it listens on."""
    while process.poll() is None:
        for line in log.read_text().splitlines():
            if '"ready"' in line:
                return json.loads(line)["url"]
        time.sleep(0.05)
    sys.exit(f"the server did not start:\n{log.read_text()}")


def load(client: Client) -> None:
    people = [{"phone_number": f"+3361{number:07}", "first_name": f"Axelle {number}"} for number in range(FRENCH)]
    body = {"contacts": people, "list_name": "friends", "tag_name": "members"}
    items = client.octopush("POST", "/contact/create", body)["items"]
    console.print(f"[bold]Octopush[/]  {sum(item['status'] == 'added' for item in items)} contacts added to a list")

    book = next(book for book in client.atom("/address-book/list") if book["name"] == "friends")
    for number in range(AUSTRALIAN):
        client.atom("/contact/new", {"group_id": book["id"], "phone_number": f"04123{number:05}", "first_name": "John"})
    console.print(f"[bold]Atom[/]      {AUSTRALIAN} contacts added to the same list, one by one")

    people = [{"number": f"+9198765{number:05}", "first_name": "Asha", "tag": "members"} for number in range(INDIAN)]
    counted = client.exotel("/contacts", {"contacts": people})["metadata"]
    console.print(f"[bold]Exotel[/]    {counted['success']} of {counted['total']} contacts added, with a tag\n")


def run(client: Client, kind: str, name: str, text: str) -> Campaign:
    """Create, wait until it is calculated, confirm, watch it being sent; its report."""
    path = f"/sms-campaign-on-{kind}"
    body = {f"{kind}_name": name, "text": text, "type": "sms_premium", "sender": "Antiphon"}
    ticket = client.octopush("POST", f"{path}/create", body)["ticket_number"]
    while client.octopush("GET", f"{path}/status?ticket_number={ticket}")["status"] == "under_computation":
        time.sleep(0.05)
    status = client.octopush("GET", f"{path}/status?ticket_number={ticket}")
    client.octopush("POST", f"{path}/send", {"ticket_number": ticket})
    return watch(client, f"{kind} {name}", next(client.ours.campaigns()).id, status)


def watch(client: Client, title: str, id: str, status: dict[str, Any]) -> Campaign:
    """Follow its events to the end."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task(f"{title}: {status['cost']:.2f} EUR", total=status["number_of_contacts"])
        for event in client.ours.events(id):
            on_their_way = sum(event.counts[state] for state in ("waiting", "submitting", "accepted"))
            progress.update(bar, completed=event.messages - on_their_way)
    return client.ours.campaign(id)


def show(reports: list[Campaign]) -> None:
    table = Table("campaign", "messages", "delivered", "failed", "refused", "in doubt", "opted out before", box=None)
    for report in reports:
        numbers = (report.messages, *(report.counts[state] for state in ("delivered", "failed", "refused", "in_doubt")))
        table.add_row(report.audience.names[0], *(f"{number:,}" for number in (*numbers, report.opted_out)))
    console.print(table)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="antiphon-tour-") as folder, server(folder) as client:
        load(client)
        first = run(client, "list", "friends", "Hello {first_name}, the doors open at nine. STOP at 30101")
        second = run(client, "tag", "members", "One more thing: bring a friend. STOP at 30101")
        console.print("\nWho answered STOP to the first campaign is left out of the second:\n")
        show([first, second])
    sent = all(report.state == "sent" for report in (first, second))
    sys.exit(0 if sent and second.opted_out else 1)


if __name__ == "__main__":
    main()
