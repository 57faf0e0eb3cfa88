"""How is the program itself started, called and killed?"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ANTIPHON = str(Path(sys.executable).with_name("antiphon"))


def run(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`antiphon WORDS`, to its end."""
    return subprocess.run([ANTIPHON, *words], env=environment(settings), capture_output=True, text=True, timeout=60)


def environment(settings: dict[str, str]) -> dict[str, str]:
    ours = {f"ANTIPHON_{name.upper()}": value for name, value in settings.items()}
    return {name: value for name, value in os.environ.items() if not name.startswith("ANTIPHON_")} | ours


class Server:
    """`antiphon serve` in a folder of its own, with an account."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self._settings = {"data": str(folder), "port": "0", **settings}
        created = run("account", "create", "--login", "someone@example.com", "--json", **self._settings)
        self.credential: dict[str, Any] = json.loads(created.stdout)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self) -> None:
        log = self.folder / "server.log"
        with log.open("wb") as errors:
            self._process = subprocess.Popen([ANTIPHON, "serve"], env=environment(self._settings), stderr=errors)
        while not self.url:
            assert self._process.poll() is None, log.read_text()
            ready = [line for line in log.read_text().splitlines() if '"ready"' in line]
            self.url = json.loads(ready[0])["url"] if ready else ""
            time.sleep(0.02)

    def end(self, signal: int) -> int:
        """Send the signal and wait; the exit code."""
        assert self._process
        self._process.send_signal(signal)
        self.url = ""
        return self._process.wait(timeout=60)

    def setting(self, name: str) -> str:
        return self._settings[name]

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The answer's JSON, whatever its status; every dialect's credential is on it."""
        headers = {
            "api-login": self.credential["login"],
            "api-key": self.credential["api_key"],
            "Authorization": f"Bearer {self.credential['api_key']}",
            "Content-Type": "application/json",
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as failure:
            return json.loads(failure.read())
