"""Does the command line do what other programs rely on?"""

import json
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from antiphon import __version__
from antiphon.app import DIALECTS
from tests.program.server import Server, run


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path, simulator_latency="0.3")
    made.start()
    yield made
    if made.running:
        made.end(signal.SIGKILL)


def test_version() -> None:
    assert run("--version").stdout.strip() == __version__


def test_account_create(tmp_path: Path) -> None:
    data = str(tmp_path / "new" / "folder")
    made = run("account", "create", "--login", "Someone@Example.com", "--region", "IN", "--json", "--data", data)
    credential = json.loads(made.stdout)
    assert list(credential) == ["account_id", "sid", "login", "key_id", "api_key"]
    assert credential["login"] == "someone@example.com"
    stored = sqlite3.connect(f"{data}/antiphon.db").execute("SELECT * FROM credentials").fetchall()
    assert credential["key_id"] in str(stored)
    assert credential["api_key"] not in str(stored)
    plain = run("account", "create", "--login", "other@example.com", "--data", data).stdout
    assert re.search(r"^api_key +[0-9a-f]{40}$", plain, re.MULTILINE)


def test_a_person_on_the_command_line(tmp_path: Path) -> None:
    data = str(tmp_path)
    made = json.loads(run("account", "create", "--login", "a@example.com", "--json", "--data", data).stdout)
    with sqlite3.connect(tmp_path / "antiphon.db") as database:
        row = (made["account_id"], "+33612345678", 0, "reply", "STOP")
        database.execute("INSERT INTO opt_outs (account_id, number, at, source, words) VALUES (?, ?, ?, ?, ?)", row)
    given = ("--login", "a@example.com", "--data", data)
    told = json.loads(run("person", "export", "0612345678", *given).stdout)
    assert told["holdings"]["opt_outs"][0]["words"] == "STOP"
    assert run("person", "erase", "0612345678", *given).stdout.split() == ["opt_outs", "1"]
    told = json.loads(run("person", "export", "0612345678", *given).stdout)
    assert (told["protected"], told["holdings"]["opt_outs"]) == (True, [])
    assert run("person", "erase", "0612345678", *given).stdout.strip() == "nothing was held"


def test_how_long_anything_is_kept(tmp_path: Path) -> None:
    data = str(tmp_path)
    run("account", "create", "--login", "a@example.com", "--data", data)
    given = ("account", "keep", "--login", "a@example.com", "--data", data)
    assert run(*given, "--texts", "90").stdout.split() == ["texts", "90", "days", "events", "for", "ever"]
    assert run(*given, "--texts", "0", "--events", "7").stdout.split() == [
        "texts",
        "for",
        "ever",
        "events",
        "7",
        "days",
    ]
    assert run(*given).stdout.split() == ["texts", "for", "ever", "events", "7", "days"]


def test_who_is_an_operator(server: Server) -> None:
    """The account of the server's tests is the first one."""
    lanes = server.call("GET", "/api/v1/lanes")
    assert [lane["carrier"] for lane in lanes["data"]] == ["simulator"]
    for login, *words in (["other@example.com"], ["operator@example.com", "--operator"]):
        made = run("account", "create", "--login", login, *words, "--json", data=str(server.folder))
        server.credential = json.loads(made.stdout)
        answer = server.call("GET", "/api/v1/carriers")
        assert answer == {"data": []} if words else answer["type"] == "/problems/not-operator"


def test_carriers_on_the_command_line_and_by_the_api_are_the_same(server: Server) -> None:
    data = str(server.folder)
    url = "smpp://shop:s3cr3t@127.0.0.1:1"
    assert run("carrier", "add", "acme", url, data=data).stdout == "added acme\n"
    (acme,) = server.call("GET", "/api/v1/carriers")["data"]
    assert (acme["name"], acme["url"]) == ("acme", "smpp://shop@127.0.0.1:1")
    server.call("POST", "/api/v1/carriers/acme/pause", {})
    assert "paused" in run("carrier", "list", data=data).stdout
    tested = run("carrier", "test", "acme", data=data)
    assert tested.stderr.startswith("antiphon: The carrier acme cannot be used: 127.0.0.1:1 cannot be reached")
    server.call("POST", "/api/v1/routes", {"choices": [{"carrier": "acme"}], "country": "FR"})
    assert "country=FR -> ordered acme" in run("route", "list", data=data).stdout
    refused = run("carrier", "add", "../acme", url, data=data)
    assert refused.stderr.startswith("antiphon: name is not a name")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(
            ["--login", "taken@example.com"], "antiphon: login belongs to another account already.", id="taken"
        ),
        pytest.param(["--login", "nobody"], "antiphon: login is not an e-mail address.", id="no address"),
        pytest.param(
            ["--login", "a@b.example", "--region", "XX"], "antiphon: region is not a country", id="no country"
        ),
    ],
)
def test_account_create_refuses(tmp_path: Path, words: list[str], said: str) -> None:
    run("account", "create", "--login", "taken@example.com", data=str(tmp_path))
    refused = run("account", "create", *words, data=str(tmp_path))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(said)
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param({"port": "http"}, "antiphon: port = 'http' (in the environment) is wrong", id="setting"),
        pytest.param({"database_url": "mysql://a:hush@b/c"}, "antiphon: the database URL is neither", id="backend"),
        pytest.param({"database_url": "nonsense"}, "antiphon: the database URL is neither", id="URL"),
        pytest.param(
            {"database_url": "postgresql://a:hush@127.0.0.1:1/c"},
            "antiphon: postgresql://a:***@127",
            id="unreachable",
        ),
        pytest.param({"database_url": "sqlite:////proc/no.db"}, "antiphon: sqlite:////proc/no.db", id="no folder"),
        pytest.param({"host": "192.0.2.1"}, "antiphon: cannot listen on 192.0.2.1", id="not our address"),
    ],
)
def test_serve_stops_with_one_clear_line(tmp_path: Path, settings: dict[str, str], said: str) -> None:
    refused = run("serve", **{"data": str(tmp_path), "port": "0", **settings})
    assert refused.returncode == 1
    assert refused.stderr.startswith(said), refused.stderr
    assert refused.stderr.count("\n") == 1
    assert "hush" not in refused.stderr


def test_serve_says_that_the_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = run("serve", "--port", str(port), "--data", str(tmp_path))
    assert refused.returncode == 1
    assert refused.stderr == f"antiphon: cannot listen on 127.0.0.1:{port}: Address already in use\n"


def test_migrate_and_doctor(tmp_path: Path, postgres_url: str) -> None:
    settings = {"database_url": postgres_url, "data": str(tmp_path)}
    assert "at step none" in run("doctor", **settings).stdout
    assert run("migrate", **settings).returncode == 0
    healthy = run("doctor", **settings)
    assert healthy.returncode == 0
    assert "reached, up to date" in healthy.stdout
    for setting in ("host", "port", "price_file", "simulator_failed"):
        assert f"ok  {setting} = " in healthy.stdout


def test_doctor_finds_what_is_wrong(tmp_path: Path) -> None:
    ill = run("doctor", database_url="postgresql://a:hush@127.0.0.1:1/c", data=str(tmp_path))
    assert ill.returncode == 1
    assert "BAD database postgresql://a:***@127.0.0.1:1/c" in ill.stdout
    assert "hush" not in ill.stdout + ill.stderr


def test_every_line_of_the_welcome_works_when_it_is_pasted(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    settings = {"data": str(tmp_path), "port": port}
    lines = re.findall("^curl .*$", run("welcome", **settings).stdout, re.MULTILINE)
    assert run("welcome", **settings).stdout == "", "the key is shown once"
    server = Server(tmp_path, port=port)
    server.start()
    pasted = [["sh", "-c", f"{line} -sf"] for line in lines]
    answers = [subprocess.run(line, capture_output=True, text=True, timeout=30) for line in pasted]
    server.end(signal.SIGKILL)
    assert len(answers) == len(DIALECTS)
    for answer in answers:
        assert answer.returncode == 0, answer
        json.loads(answer.stdout)


def test_an_account_can_be_made_while_it_serves(server: Server) -> None:
    made = run("account", "create", "--login", "second@example.com", "--json", data=str(server.folder))
    server.credential = json.loads(made.stdout)
    assert server.call("GET", "/api/v1/campaigns") == {"data": [], "next": None}


@pytest.mark.parametrize("wanted", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_what_has_begun(server: Server, wanted: int) -> None:
    people = [{"phone_number": f"+336{place:08}"} for place in range(4000)]
    body = {"contacts": people, "list_name": "all"}
    answers: list[object] = []
    request = threading.Thread(target=lambda: answers.append(server.call("POST", "/v1/public/contact/create", body)))
    request.start()
    time.sleep(0.03)  # in flight by now, or on its way in
    code = server.end(wanted)
    request.join()
    assert code == 0
    items = answers[0]["items"] if answers and isinstance(answers[0], dict) else []  # type: ignore[index]
    stored = sqlite3.connect(server.folder / "antiphon.db").execute("SELECT count(*) FROM contacts").fetchone()[0]
    assert stored == sum(item["status"] == "added" for item in items)


def test_a_stop_while_sending_leaves_nothing_in_doubt(server: Server) -> None:
    people = [{"phone_number": f"+336{place:08}"} for place in range(2000)]
    server.call("POST", "/v1/public/contact/create", {"contacts": people, "list_name": "all"})
    body = {"list_name": "all", "text": "Hello. STOP at 30101"}
    ticket = server.call("POST", "/v1/public/sms-campaign-on-list/create", body)
    while "sending_date" not in server.call("POST", "/v1/public/sms-campaign-on-list/send", ticket):
        time.sleep(0.05)
    time.sleep(1.2)
    assert server.end(signal.SIGTERM) == 0
    query = "SELECT state, count(*) FROM messages GROUP BY state"
    counts = dict(sqlite3.connect(server.folder / "antiphon.db").execute(query).fetchall())
    assert sum(counts.values()) == 2000
    assert set(counts) <= {"waiting", "accepted", "delivered", "failed"}
    assert counts["waiting"] > 0
    assert counts["accepted"] > 0


def test_who_watches_a_campaign_does_not_hold_up_the_end(server: Server) -> None:
    server.call(
        "POST", "/v1/public/contact/create", {"contacts": [{"phone_number": "+33612345678"}], "list_name": "all"}
    )
    server.call("POST", "/v1/public/sms-campaign-on-list/create", {"list_name": "all", "text": "Hello. STOP at 30101"})
    id = server.call("GET", "/api/v1/campaigns")["data"][0]["id"]
    headers = {"Authorization": f"Bearer {server.credential['api_key']}"}
    request = urllib.request.Request(f"{server.url}/api/v1/campaigns/{id}/events", headers=headers)
    with urllib.request.urlopen(request, timeout=30) as watching:
        assert watching.readline() == b"event: campaign\n"
        assert server.end(signal.SIGTERM) == 0
