"""Can an operator say when an account's messages may leave?"""

from pathlib import Path

import pytest

from tests.program.server import Server, run


@pytest.fixture
def data(tmp_path: Path) -> str:
    return str(Server(tmp_path).folder)


def _windows(data: str, *words: str) -> list[str]:
    done = run("account", "windows", "--login", "someone@example.com", *words, data=data)
    return (done.stdout or done.stderr).splitlines()


def test_what_holds_is_shown(data: str) -> None:
    shown = _windows(data)
    assert shown[0] == "preset   strict (not in force: all carriers are simulated)"
    assert "rule     fr-sunday: FR, no marketing on Sundays" in shown


def test_what_is_not_given_stays(data: str) -> None:
    _windows(data, "--preset", "none", "--cap", "3")
    shown = _windows(data, "--cap-days", "30", "--window", "calm US-TX sat,holiday never alert", "--no-refuse-senders")
    assert shown == [
        "preset   none",
        "cap      at most 3 marketing messages to a number in 30 days",
        "senders  what a country does not allow is only told",
        "rule     calm: US-TX, no alert on Saturdays, public holidays",
    ]
    assert _windows(data, "--window", "shop all daily 08:00-20:00")[3:] == [
        "rule     shop: everywhere, marketing only 08:00-20:00"
    ]
    assert "not in force" in _windows(data, "--forget")[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--window", "shop FR"], "antiphon: --window is not like", id="words are missing"),
        pytest.param(["--window", "shop FR daily 20:00-08:00"], "antiphon: hours are not like", id="over midnight"),
        pytest.param(["--without", "fr-noon"], "antiphon: without names fr-noon", id="no such rule"),
    ],
)
def test_what_is_wrong_is_said(data: str, words: list[str], said: str) -> None:
    assert _windows(data, *words)[0].startswith(said)
