"""Does a shape that an operator writes do what its page says, and is every mistake in it named?"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from antiphon.app_carriers import build_carrier
from antiphon.carriers.http import generic
from antiphon.carriers.http.carrier import Http
from antiphon.carriers.http.inbound import Reader
from antiphon.config import Config
from antiphon.core.carrier import read
from antiphon.core.errors import BadField
from antiphon.core.message import Accepted, Busy, Fate, InDoubt, Refused
from tests.carriers.far_end import hangs_up, listening, says, sent
from tests.carriers.test_http import BASIC, MESSAGE, fields_of

PAGE = Path(__file__).parents[2] / "docs" / "carriers-http.md"
SOUND = """
[request]
path = "/send"
fields = { to = "{number}" }
[answer]
reference = "id"
[receipts]
state = "state"
delivered = ["yes"]
failed = ["no"]
[replies]
number = "from"
text = "text"
"""


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The one on the page."""
    (written,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    file = tmp_path / "gateway.toml"
    file.write_text(written)
    return file


async def test_the_example_sends(example: Path) -> None:
    message = replace(MESSAGE, extras={"template": "t-1"})
    async with listening(says(202, {"data": {"id": 77}, "code": "OK"})) as end:
        url = f"http+generic://me:s3cret@{end.address}?plain=true"
        outcome = await sent(url, generic.read(str(example)), message, "https://sms.example.com/in")
    assert outcome == Accepted("77")
    (asked,) = end.asked
    assert (asked.method, asked.target) == ("POST", "/v2/messages")
    assert asked.headers["Authorization"] == BASIC
    assert (asked.headers["Idempotency-Key"], asked.headers["X-Customer"]) == ("12-34", "me")
    assert fields_of(asked) == {
        "to": "33612345678",
        "from": "+33700000000",
        "content": {"text": MESSAGE.text, "flash": False},
        "class": "priority",
        "report_to": "https://sms.example.com/in/12-34",
        "template": "t-1",
    }


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (422, {"error": {"code": "E_NUMBER", "text": "No such number"}}, Refused("E_NUMBER No such number")),
        (400, {"error": {"code": "E_CREDIT"}}, Refused("E_CREDIT", of_route=True)),
        (200, {"code": "E_SLOW"}, Busy("E_SLOW", 1.0, throttled=True)),
        (400, {"code": "E_LATER"}, Busy("E_LATER", 5.0)),
        (400, {"code": "E_TWICE"}, Accepted("12-34")),
        (409, {}, Accepted("12-34")),
        (500, {}, Busy("HTTP 500", 5.0)),
        (400, {"code": "E_OTHER"}, Refused("E_OTHER")),
    ],
)
async def test_the_example_reads_answers(example: Path, status: int, body: Any, expected: Any) -> None:
    async with listening(says(status, body)) as end:
        url = f"http+generic://me:s3cret@{end.address}?plain=true"
        assert await sent(url, generic.read(str(example)), MESSAGE) == expected
    assert len(end.asked) == 1


async def test_a_body_may_have_a_type_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "shape.toml"
    file.write_text(SOUND.replace("fields", 'headers = { content-type = "text/json", X-To = "{sender}\\n!" }\nfields'))
    async with listening(says(200, {"id": 1})) as end:
        await sent(f"x://{end.address}?plain=1", generic.read(str(file)), MESSAGE)
    given = [(name.lower(), value) for name, value in end.asked[0].headers.items()]
    assert [value for name, value in given if name == "content-type"] == ["text/json"]
    assert ("x-to", "+33700000000 !") in given


async def test_without_a_key_nothing_is_repeated(tmp_path: Path) -> None:
    file = tmp_path / "shape.toml"
    file.write_text(SOUND)
    async with listening(hangs_up) as end:
        assert isinstance(await sent(f"x://{end.address}?plain=1", generic.read(str(file)), MESSAGE), InDoubt)
    assert len(end.asked) == 1


def test_the_example_reads_what_is_posted(example: Path) -> None:
    reader = Reader(generic.read(str(example)))
    posted = {
        "reports": [
            {"id": 77, "status": "DELIVRD", "msisdn": "33612345678"},
            {"id": 78, "status": "UNDELIV", "reason": 4, "detail": "absent"},
            {"id": 79, "status": "ENROUTE"},
            {"id": 80, "status": "WHATEVER"},
        ]
    }
    told = reader.receipts(posted, "", datetime(2026, 3, 2, tzinfo=UTC))
    assert [(one.reference, one.fate, one.error) for one in told] == [
        ("77", Fate.DELIVERED, None),
        ("78", Fate.FAILED, "UNDELIV 4 absent"),
    ]


def test_the_program_builds_it(example: Path, tmp_path: Path) -> None:
    url = f"http+generic://me:s3cret@sms.example.net?shape={example}&window=7&rate=3"
    config = Config(data=str(tmp_path), public_url="https://sms.example.com/")
    carrier = build_carrier(config, "gateway", read(url))
    assert isinstance(carrier, Http)
    assert carrier.window == 7


@pytest.mark.parametrize(
    ("was", "becomes", "field", "reason"),
    [
        ("[request]", "[request", "shape", "no TOML"),
        ('path = "/send"', "", "request.path", "is missing"),
        ('path = "/send"', "path = 7", "request.path", "Expected str, got int"),
        ('path = "/send"', 'path = "send"', "request.path", "begins with /"),
        ('path = "/send"', 'path = "/send it"', "request.path", "without blanks"),
        ('path = "/send"', 'path = "/send"\ncheck = "/\u00e9"', "request.check", "of ASCII"),
        ('path = "/send"', 'path = "/send"\nheaders = { "X Y" = "z" }', "request.headers.X Y", "no name of a header"),
        ('path = "/send"', 'path = "/{who}"', "request.path", "has {who}"),
        ('path = "/send"', 'path = "/send"\nmethod = "DELETE"', "request.method", "Invalid enum"),
        ('path = "/send"', 'path = "/send"\ncolour = "red"', "request.colour", "is no key of a shape"),
        ('path = "/send"', 'path = "/send"\nmethod = "GET"', "request.body", "is not query"),
        ('path = "/send"', 'path = "/send"\nidempotent = true', "request.idempotent", "{key} stands nowhere"),
        ('path = "/send"', 'path = "/send"\nheaders = { X = "{txt}" }', "request.headers.X", "has {txt}"),
        ('path = "/send"', 'path = "/send"\npurposes = { fun = "x" }', "request.purposes", "Invalid enum"),
        ('fields = { to = "{number}" }', "", "request.fields", "is missing"),
        ('to = "{number}"', 'to = { a = ["{numer}"] }', "request.fields.to.a.0", "has {numer}"),
        ('path = "/send"', 'path = "/send"\nbody = "form"', "", ""),
        ('fields = { to = "{number}" }', 'body = "form"\nfields = { to = ["a"] }', "request.fields.to", "only JSON"),
        ('reference = "id"', "[answer.codes]\nX = 'never'", "answer.codes", "Invalid enum"),
        ('reference = "id"', "[answer.statuses]\n9 = 'final'", "answer.statuses.9", "no HTTP status"),
        ('reference = "id"', "[answer.statuses]\nnine = 'final'", "answer.statuses", "Expected int"),
        ("[answer]\n", "[answers]\n", "answers", "is no key of a shape"),
        ('delivered = ["yes"]', 'delivered = "yes"', "receipts.delivered", "Expected array"),
        ('state = "state"', "", "receipts.state", "is missing"),
        ('text = "text"', "", "replies.text", "is missing"),
    ],
)
def test_every_mistake_is_named(tmp_path: Path, was: str, becomes: str, field: str, reason: str) -> None:
    assert was in SOUND
    file = tmp_path / "shape.toml"
    file.write_text(SOUND.replace(was, becomes, 1))
    if not field:
        generic.read(str(file))
        return
    with pytest.raises(BadField) as refused:
        generic.read(str(file))
    assert (refused.value.field, reason in refused.value.reason) == (field, True), str(refused.value)


@pytest.mark.parametrize(("file", "reason"), [("", "is missing"), ("nowhere.toml", "cannot be read: No such file")])
def test_a_file_that_is_not_there(file: str, reason: str) -> None:
    with pytest.raises(BadField, match=reason):
        generic.read(file)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "shape.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadField, match="is no TOML"):
        generic.read(str(file))
