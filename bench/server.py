"""What does a benchmark run against? A real server in a process of its own, and calls to it."""

import base64
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

ANTIPHON = str(Path(sys.executable).with_name("antiphon"))


class Client:
    """One connection that stays open, with the credential of every dialect; `pid` is the server's."""

    def __init__(self, address: str, credential: dict[str, Any], pid: int) -> None:
        self.address = address
        self._connection = http.client.HTTPConnection(address)
        basic = base64.b64encode(f"{credential['key_id']}:{credential['api_key']}".encode()).decode()
        self.sid = credential["sid"]
        self.pid = pid
        self._credentials = {
            "octopush": {"api-login": credential["login"], "api-key": credential["api_key"]},
            "exotel": {"Authorization": f"Basic {basic}"},
            "native": {"Authorization": f"Bearer {credential['api_key']}"},
        }

    def credentials(self, dialect: str) -> dict[str, str]:
        """The headers that open this dialect's door."""
        return self._credentials[dialect]

    def call(self, dialect: str, method: str, path: str, body: bytes = b"") -> Any:
        headers = {"Content-Type": "application/json", **self._credentials[dialect]}
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]!r}")
        return text


@contextmanager
def serving(folder: Path, database_url: str, **settings: str) -> Iterator[Callable[[], Client]]:
    """A server with an account of its own: what makes a connection to it. Stopped at the end."""
    environment = {**os.environ, **settings, "ANTIPHON_DATABASE_URL": database_url, "ANTIPHON_DATA": str(folder)}
    create = [ANTIPHON, "account", "create", "--login", "bench@antiphon.example", "--json"]
    credential = json.loads(subprocess.check_output(create, env=environment))
    log = folder / "server.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen([ANTIPHON, "serve", "--port", "0"], env=environment, stderr=errors) as process,
    ):
        try:
            yield partial(Client, _ready(log, process), credential, process.pid)
        finally:
            process.terminate()


def _ready(log: Path, process: subprocess.Popen[bytes]) -> str:
    while process.poll() is None:
        for line in log.read_text().splitlines():
            if '"ready"' in line:
                return json.loads(line)["url"].removeprefix("http://")
        time.sleep(0.05)
    raise RuntimeError(log.read_text())
