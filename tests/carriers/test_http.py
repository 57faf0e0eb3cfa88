"""Does a message leave by each vendor's HTTP API as it must, and is every answer read for what it means?"""

import base64
import re
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.app_carriers import build_carrier
from antiphon.carriers.carrier import CannotReach
from antiphon.carriers.http import answers, atom, exotel, messages, octopush, twilio, vonage
from antiphon.carriers.http.answers import Heard
from antiphon.carriers.http.carrier import Http
from antiphon.carriers.http.shape import Answer, Request, Shape, check
from antiphon.config import Config
from antiphon.core.campaign import Purpose
from antiphon.core.carrier import read
from antiphon.core.errors import BadField
from antiphon.core.message import Accepted, Busy, InDoubt, Outgoing, Refused, Torn
from tests.carriers.far_end import (
    Asked,
    Inbox,
    breaks_off,
    hangs_up,
    is_silent,
    listening,
    says,
    sent,
    speaks_no_http,
    started,
)

MESSAGE = Outgoing(
    id=34,
    account_id=12,
    campaign_id=5,
    number="+33612345678",
    sender="+33700000000",
    text="Héllo & goodbye",
    segments=1,
    extras={"dlt_entity_id": "1101", "dlt_template_id": "1107"},
    purpose=Purpose.ALERT,
)
SHAPES = {
    "octopush": octopush.SHAPE,
    "exotel": exotel.SHAPE,
    "atom": atom.SHAPE,
    "twilio": twilio.SHAPE,
    "vonage": vonage.SHAPE,
}
RECEIPTS = "https://sms.example.com/inbound/way/abc/receipts"
BASIC = f"Basic {base64.b64encode(b'me:s3cret').decode()}"
GOOD: dict[str, tuple[int, Any]] = {
    "octopush": (201, {"sms_ticket": "sms_1", "number_of_contacts": 1, "total_cost": 0.05, "residual_credit": 9.5}),
    "exotel": (200, {"SMSMessage": {"Sid": "6dbf", "Status": "queued", "DetailedStatusCode": 21010}}),
    "atom": (200, {"status": "success", "result": {"message_id": "00029910-000000382d3bf", "status": "pending"}}),
    "twilio": (201, {"sid": "SM1", "status": "queued", "error_code": None, "error_message": None}),
    "vonage": (200, {"message-count": "1", "messages": [{"to": "336", "message-id": "0C00", "status": "0"}]}),
}
REFERENCES = {
    "octopush": "sms_1",
    "exotel": "6dbf",
    "atom": "00029910-000000382d3bf",
    "twilio": "SM1",
    "vonage": "0C00",
}
FIELDS: dict[str, dict[str, Any]] = {
    "octopush": {
        "recipients": [{"phone_number": "+33612345678"}],
        "text": MESSAGE.text,
        "sender": "+33700000000",
        "purpose": "alert",
        "request_id": "12-34",
        "auto_optimize_text": False,
    },
    "exotel": {
        "From": "+33700000000",
        "To": "+33612345678",
        "Body": MESSAGE.text,
        "SmsType": "transactional",
        "DltEntityId": "1101",
        "DltTemplateId": "1107",
        "StatusCallback": f"{RECEIPTS}/12-34",
        "CustomField": "12-34",
    },
    "atom": {"to": "33612345678", "from": "+33700000000", "text": MESSAGE.text, "callback": f"{RECEIPTS}/12-34"},
    "twilio": {
        "To": "+33612345678",
        "From": "+33700000000",
        "Body": MESSAGE.text,
        "StatusCallback": f"{RECEIPTS}/12-34",
    },
    "vonage": {
        "api_key": "me",
        "api_secret": "s3cret",
        "from": "33700000000",
        "to": "33612345678",
        "text": MESSAGE.text,
        "type": "text",
        "client-ref": "12-34",
        "callback": RECEIPTS,
    },
}
TARGETS = {
    "octopush": ("/v1/public/sms-campaign/send", {"api-login": "me", "api-key": "s3cret"}),
    "exotel": ("/v1/Accounts/SID/Sms/send.json", {"Authorization": BASIC}),
    "atom": ("/api/sms/send", {"Authorization": "Bearer s3cret"}),
    "twilio": ("/2010-04-01/Accounts/me/Messages.json", {"Authorization": BASIC}),
    "vonage": ("/sms/json", {}),
}
THROTTLED = Busy("20429 Too many requests", 7.0, throttled=True)
SIMPLE = Shape(
    request=Request(path="/send", fields={"to": "{number}", "text": "{text}", "id": "{key}"}),
    answer=Answer(reference="id"),
)


def url_of(vendor: str, address: str, options: str = "") -> str:
    path = "/SID" if vendor == "exotel" else ""
    return f"http+{vendor}://me:s3cret@{address}{path}?plain=true&timeout=5{options}"


def fields_of(asked: Asked) -> dict[str, Any]:
    if asked.headers["Content-Type"] == "application/json":
        return msgspec.json.decode(asked.body)
    return dict(parse_qsl(asked.body.decode(), strict_parsing=True))


each_vendor = pytest.mark.parametrize("vendor", SHAPES)


@each_vendor
async def test_a_message_leaves_as_the_vendor_wants_it(vendor: str) -> None:
    async with listening(says(*GOOD[vendor])) as end:
        outcome = await sent(url_of(vendor, end.address), SHAPES[vendor], MESSAGE, RECEIPTS)
    assert outcome == Accepted(REFERENCES[vendor])
    (asked,) = end.asked
    target, headers = TARGETS[vendor]
    assert (asked.method, asked.target) == ("POST", target)
    assert {name: asked.headers.get(name) for name in headers} == headers
    assert fields_of(asked) == FIELDS[vendor]


@each_vendor
async def test_what_is_not_there_is_left_out(vendor: str) -> None:
    bare = msgspec.structs.replace(MESSAGE, sender=None, extras={}, text="Добрый день")
    async with listening(says(*GOOD[vendor])) as end:
        await sent(url_of(vendor, end.address), SHAPES[vendor], bare)
    missing = {"From", "from", "sender", "StatusCallback", "callback", "DltEntityId", "DltTemplateId"}
    said = fields_of(end.asked[0])
    assert set(said) == set(FIELDS[vendor]) - missing
    assert said.get("type", "unicode") == "unicode"


@pytest.mark.parametrize(
    ("vendor", "status", "body", "expected"),
    [
        ("octopush", 400, {"code": 121, "message": "STOP is missing"}, Refused("121 STOP is missing")),
        ("octopush", 400, {"code": 104, "message": "No credit"}, Refused("104 No credit", of_route=True)),
        ("octopush", 400, {"code": 128, "message": "Slow"}, Busy("128 Slow", 1.0, throttled=True)),
        ("octopush", 400, {"code": 127, "message": "Wait"}, Busy("127 Wait", 5.0)),
        ("octopush", 400, {"code": 120, "message": "Used"}, Accepted("12-34")),
        ("octopush", 201, {"code": 117, "message": "No number"}, Refused("117 No number")),
        ("octopush", 401, {"message": "who?"}, Refused("who?", of_route=True)),
        ("exotel", 403, {"RestException": {"Status": 403, "Message": "No money", "Code": 40001}}, "40001 No money"),
        ("exotel", 400, {"RestException": {"Status": 400, "Message": "To", "Code": 40203}}, Refused("40203 To")),
        ("exotel", 503, {"RestException": {"Message": "Slow", "Code": 40405}}, Busy("40405 Slow", 1.0, throttled=True)),
        ("exotel", 500, {"RestException": {"Message": "Oops", "Code": 35000}}, InDoubt("35000 Oops")),
        (
            "exotel",
            200,
            {"SMSMessage": {"Sid": "1", "DetailedStatusCode": 23005, "DetailedStatus": "FAILED_REJECTED_DND"}},
            Refused("23005 FAILED_REJECTED_DND"),
        ),
        ("exotel", 200, {"SMSMessage": {"DetailedStatusCode": 23072, "DetailedStatus": "SENDER"}}, "23072 SENDER"),
        ("atom", 403, {"status": "error"}, "error"),
        ("atom", 402, {"status": "error", "error": {"code": "out_of_credit", "message": "No"}}, "out_of_credit No"),
        ("atom", 200, {"status": "error", "error": {"code": "bad_number", "message": "N"}}, Refused("bad_number N")),
        ("atom", 400, {"error": {"code": "rate_limited"}}, Busy("rate_limited", 1.0, throttled=True)),
        ("twilio", 400, {"code": 21211, "message": "Not a number", "status": 400}, Refused("21211 Not a number")),
        ("twilio", 400, {"code": 21610, "message": "Unsubscribed"}, Refused("21610 Unsubscribed", opted_out=True)),
        ("twilio", 400, {"code": 21606, "message": "From"}, "21606 From"),
        ("twilio", 401, {"code": 20003, "message": "Authenticate"}, "20003 Authenticate"),
        ("twilio", 400, {"code": 14107, "message": "Rate"}, Busy("14107 Rate", 1.0, throttled=True)),
        ("vonage", 200, {"messages": [{"status": "1", "error-text": "T"}]}, Busy("1 T", 1.0, throttled=True)),
        ("vonage", 200, {"messages": [{"status": "4", "error-text": "Bad key"}]}, "4 Bad key"),
        ("vonage", 200, {"messages": [{"status": "6", "error-text": "Bad"}]}, Refused("6 Bad")),
        ("vonage", 200, {"messages": [{"status": "5", "error-text": "Oops"}]}, Busy("5 Oops", 5.0)),
        (
            "vonage",
            200,
            {"messages": [{"status": "0", "message-id": "a"}, {"status": "0", "message-id": "b"}]},
            Accepted("a", ("a", "b")),
        ),
        (
            "vonage",
            200,
            {"messages": [{"status": "0", "message-id": "a"}, {"status": "9", "error-text": "No credit"}]},
            Torn(("a",), "1 of 2 parts were refused: 9 No credit"),
        ),
    ],
)
async def test_each_class_of_error(vendor: str, status: int, body: Any, expected: Any) -> None:
    """A bare text is a refusal that another carrier need not share."""
    async with listening(says(status, body)) as end:
        outcome = await sent(url_of(vendor, end.address), SHAPES[vendor], MESSAGE)
    assert outcome == (Refused(expected, of_route=True) if isinstance(expected, str) else expected)
    assert len(end.asked) == 1


@pytest.mark.parametrize(
    ("written", "least", "most"),
    [("7", 7, 7), ("0", 0.5, 0.5), ("99999999999999999999", 300, 300), ("soon", 1, 1), ("-5", 1, 1), ("", 1, 1)],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_throttling_says_for_how_long(status: int, written: str, least: float, most: float) -> None:
    async with listening(says(status, b"<html>", Retry_After=written)) as end:
        outcome = await sent(url_of("twilio", end.address), twilio.SHAPE, MESSAGE)
    assert isinstance(outcome, Busy)
    assert outcome.throttled
    assert least <= outcome.after <= most


@pytest.mark.parametrize(("ahead", "expected"), [(40, 40), (-40, 0.5), (10**6, 300)], ids=["soon", "past", "in days"])
def test_a_pause_may_be_a_date(ahead: int, expected: float) -> None:
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert answers.seconds(format_datetime(now + timedelta(seconds=ahead), usegmt=True), now) == expected


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (hangs_up, "broke the connection off"),
        (breaks_off, "broke the connection off"),
        (speaks_no_http, "broke the connection off"),
        (is_silent, "did not answer in time"),
        (says(500, b"Oops"), "HTTP 500"),
        (says(502, b""), "HTTP 502"),
        (says(200, b""), "without an id"),
        (says(200, b"<html>welcome</html>"), "without an id"),
        (says(200, []), "without an id"),
        (says(200, {"sid": None}), "without an id"),
        (says(200, {"sid": {"sid": "x"}}), "without an id"),
        (says(200, b"[" * 60_000), "without an id"),
        (says(200, b'{"a": "' + b"x" * 200_000 + b'", "sid": "SM1"}'), "without an id"),
        (says(204), "without an id"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
async def test_what_may_have_been_taken_is_in_doubt_and_sent_once(answer: Any, reason: str) -> None:
    async with listening(answer) as end:
        url = f"http+twilio://me:s3cret@{end.address}?plain=true&connect=0.2&timeout=0.3"
        outcome = await sent(url, twilio.SHAPE, MESSAGE)
    assert isinstance(outcome, InDoubt)
    assert reason in outcome.reason
    assert len(end.asked) == 1


@pytest.mark.parametrize(("method", "body"), [("GET", "query"), ("PUT", "json")])
async def test_what_http_calls_repeatable_is_sent_once_too(method: Any, body: Any) -> None:
    request = Request(path="/send", method=method, body=body, fields={"to": "{number}", "text": "{text}"})
    shape = Shape(request=request, answer=Answer(reference="id"))
    async with (
        listening(says(200, {"id": 7}), hangs_up) as end,
        started(f"x://{end.address}?plain=1", shape) as (carrier, inbox),
    ):
        for count in (1, 2):  # the second by the connection that the first has left open
            carrier.send(msgspec.structs.replace(MESSAGE, id=count))
            await inbox.have(count)
    assert inbox.outcomes[0][1] == Accepted("7")
    assert isinstance(inbox.outcomes[1][1], InDoubt)
    assert [asked.method for asked in end.asked] == [method, method]
    assert method != "GET" or end.asked[0].target == "/send?to=%2B33612345678&text=H%C3%A9llo+%26+goodbye"


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((300, 301, 307, 399, 401, 402, 403, 404, 405, 407), Refused),
        ((400, 406, 409, 410, 418, 422, 499), Refused),
        ((408, 429, 503), Busy),
        ((100, 199, 500, 502, 504, 599, 600), InDoubt),
    ],
)
def test_what_a_status_alone_means(statuses: tuple[int, ...], expected: type) -> None:
    for status in statuses:
        outcome = answers.read(Heard(status, b"", None), SIMPLE.answer, "12-34")
        assert isinstance(outcome, expected), status
        if isinstance(outcome, Refused):
            assert outcome.of_route is (status not in (400, 406, 409, 410, 418, 422, 499)), status


async def test_what_a_vendor_says_is_one_line_that_a_database_can_keep() -> None:
    said = {"code": 1, "message": "a\0b\r\nc\u2028d" + 300 * "x"}
    async with listening(says(400, said), says(201, {"sid": "\0SM\n1"})) as end:
        outcome = await sent(url_of("twilio", end.address), twilio.SHAPE, MESSAGE)
        assert isinstance(outcome, Refused)
        assert (outcome.error[:10], len(outcome.error)) == ("1 a b c dx", 200)
        assert await sent(url_of("twilio", end.address), twilio.SHAPE, MESSAGE) == Accepted("SM 1")


@pytest.mark.parametrize(
    ("public_url", "expected"), [("", None), ("https://sms.example.com/", "https://sms.example.com/inbound/way/")]
)
async def test_our_address_goes_out_where_it_is_known(tmp_path: Path, public_url: str, expected: str | None) -> None:
    config = Config(data=str(tmp_path), public_url=public_url)
    inbox = Inbox()
    async with listening(says(201, {"sid": "SM1"})) as end:
        carrier = build_carrier(config, "way", read(url_of("twilio", end.address)))
        await carrier.start(inbox)
        carrier.send(MESSAGE)
        await inbox.have(1)
        await carrier.stop()
    told = fields_of(end.asked[0]).get("StatusCallback")
    assert told == expected or (told and expected and re.fullmatch(f"{expected}[a-z2-7]{{26}}/receipts/12-34", told))


async def test_a_redirect_is_not_followed() -> None:
    async with listening(says(302, b"", Location="/elsewhere")) as end:
        assert await sent(url_of("twilio", end.address), twilio.SHAPE, MESSAGE) == Refused("HTTP 302", of_route=True)
    assert len(end.asked) == 1


async def test_a_refusal_that_breaks_off_is_one() -> None:
    async with listening(partial(breaks_off, status=400)) as end:
        assert await sent(url_of("twilio", end.address), twilio.SHAPE, MESSAGE) == Refused("HTTP 400")


async def test_who_cannot_be_reached_has_taken_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "{}:{}".format(*taken.getsockname())
    outcome = await sent(url_of("twilio", address), twilio.SHAPE, MESSAGE)
    assert outcome == Busy("cannot be reached: Connection refused", 5.0)
    async with listening(says(200)) as end:  # which speaks no TLS
        outcome = await sent(f"http+twilio://me:s3cret@{end.address}", twilio.SHAPE, MESSAGE)
    assert isinstance(outcome, Busy)
    assert "s3cret" not in outcome.error
    assert not end.asked


@pytest.mark.parametrize(
    ("then", "expected", "count"),
    [
        ([says(201, {"sms_ticket": "sms_9"})], Accepted("sms_9"), 2),
        ([says(400, {"code": 120})], Accepted("12-34"), 2),
        ([says(429), says(201, {"sms_ticket": "sms_9"})], Accepted("sms_9"), 3),
        ([says(400, {"code": 104, "message": "No credit"})], InDoubt("HTTP 500"), 3),
        ([hangs_up], InDoubt("HTTP 500"), 3),
    ],
    ids=["taken", "was taken before", "throttled meanwhile", "refused, of which nothing follows", "never"],
)
async def test_a_doubt_is_settled_with_the_same_key(then: list[Any], expected: Any, count: int) -> None:
    async with listening(says(500), *then) as end:
        outcome = await sent(url_of("octopush", end.address), octopush.SHAPE, MESSAGE)
    assert outcome == expected
    assert [fields_of(asked)["request_id"] for asked in end.asked] == ["12-34"] * count


async def test_as_many_at_once_as_the_window_says() -> None:
    async with listening(is_silent) as end:
        async with started(url_of("twilio", end.address, "&window=3"), twilio.SHAPE) as (carrier, inbox):
            assert (carrier.window, carrier.free) == (3, 3)
            for place in range(3):
                carrier.send(msgspec.structs.replace(MESSAGE, id=place))
            assert carrier.free == 0
        assert sorted(message.id for message, _ in inbox.outcomes) == [0, 1, 2]
        assert all(isinstance(outcome, InDoubt) for _, outcome in inbox.outcomes), "stopped before the answer"


async def test_many_have_one_answer_each() -> None:
    async with (
        listening(says(201, {"sid": "SM1"})) as end,
        started(url_of("twilio", end.address), twilio.SHAPE) as (carrier, inbox),
    ):
        for place in range(50):
            carrier.send(msgspec.structs.replace(MESSAGE, id=place))
        await inbox.have(50)
        assert carrier.free == carrier.window
    assert sorted(message.id for message, _ in inbox.outcomes) == list(range(50))


async def test_a_text_that_is_no_unicode_is_refused() -> None:
    broken = msgspec.structs.replace(MESSAGE, text="\ud800")
    async with listening(says(200)) as end:
        for vendor in ("twilio", "atom"):
            outcome = await sent(url_of(vendor, end.address), SHAPES[vendor], broken)
            assert outcome == Refused("its text cannot be written as Unicode")
    assert not end.asked


@each_vendor
async def test_a_check_sends_nothing(vendor: str) -> None:
    async with listening(says(200, {}), says(403, {}), says(500)) as end:
        carrier = Http("way", read(url_of(vendor, end.address)), SHAPES[vendor])
        assert "knows the credentials" in await carrier.check()
        for wrong in ("refuses the credentials: HTTP 403", "answers HTTP 500"):
            with pytest.raises(CannotReach, match=wrong):
                await carrier.check()
    assert {(asked.method, asked.body) for asked in end.asked} == {("GET", b"")}
    with pytest.raises(CannotReach, match="cannot be reached"):
        await carrier.check()


async def test_a_check_without_an_address_of_its_own_looks_whether_anybody_answers() -> None:
    async with listening(says(404)) as end:
        assert "answers HTTP 404" in await Http("way", read(f"x://{end.address}?plain=1"), SIMPLE).check()


@pytest.mark.parametrize(
    ("url", "field", "reason"),
    [
        ("http+atom://:token@", "url", "names no host"),
        ("http+atom://sms.example.com", "url", "lacks the password"),
        ("http+exotel://key:token@", "url", "lacks the path"),
        ("http+octopush://", "url", "lacks the password and the user"),
        ("http+twilio://sid@", "url", "lacks the password"),
        ("http+twilio://sid:token@?window=0", "window", "wrong"),
        ("http+twilio://sid:token@?timeout=never", "timeout", "wrong"),
        ("http+twilio://sid:token@?plain=perhaps", "plain", "wrong"),
        ("http+twilio://sid:token@?colour=red", "colour", "no option"),
        ("http+twilio://sid:token@?shape=x.toml", "shape", "no option"),
    ],
)
def test_a_url_that_will_not_do_is_refused(url: str, field: str, reason: str) -> None:
    address = read(url)
    with pytest.raises(BadField, match=reason) as refused:
        Http("way", address, SHAPES[address.scheme.removeprefix("http+")])
    assert refused.value.field == field


@each_vendor
def test_each_shape_is_sound(vendor: str) -> None:
    shape = SHAPES[vendor]
    check(shape)
    assert shape.receipts
    words = [
        word.casefold() for kind in ("delivered", "failed", "on_the_way") for word in getattr(shape.receipts, kind)
    ]
    assert len(words) == len(set(words)), "a state has one meaning"
    assert not set(shape.answer.codes) & set(shape.answer.good)


@given(vendor=st.sampled_from(list(SHAPES)), text=st.text(min_size=1), sender=st.text(), extra=st.text())
def test_whatever_is_written_can_be_read_again(vendor: str, text: str, sender: str, extra: str) -> None:
    message = msgspec.structs.replace(MESSAGE, text=text, sender=sender, extras={"dlt_entity_id": extra})
    address = read(url_of(vendor, "sms.example.com"))
    written = messages.write(message, SHAPES[vendor].request, address, RECEIPTS)
    assert written.body is not None
    said = fields_of(Asked(written.method, written.target, dict(written.headers), written.body))
    assert text in (said.get("text"), said.get("Body"))
    assert extra in (said.get("DltEntityId", extra), "")
    assert all(value.isprintable() for value in written.headers.values())


@given(user=st.text(min_size=1), path=st.text(min_size=1), text=st.text(min_size=1), sender=st.text(min_size=1))
def test_nothing_breaks_out_of_an_address_or_a_header(user: str, path: str, text: str, sender: str) -> None:
    request = Request(
        path="/{user}/{path}/{sender}",
        method="GET",
        body="query",
        fields={"text": "{text}"},
        headers={"X-From": "{sender}", "X-User": "{user}"},
    )
    address = msgspec.structs.replace(read("x://me:secret@sms.example.com"), user=user, path=path)
    message = msgspec.structs.replace(MESSAGE, text=text, sender=sender)
    written = messages.write(message, request, address, "")
    assert re.fullmatch(r"/[^/?# ]+/[^/?# ]*/[^/?# ]+\?text=[!-~]+", written.target)
    assert dict(parse_qsl(written.target.partition("?")[2], keep_blank_values=True)) == {"text": text}
    assert not any(re.search(r"[\r\n\0]", value) for value in written.headers.values())


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["sid", "code", "messages", "status"]), inner),
    max_leaves=10,
)


@given(
    vendor=st.sampled_from(list(SHAPES)),
    status=st.integers(100, 999),
    body=st.binary() | anything.map(msgspec.json.encode),
)
def test_every_answer_means_something(vendor: str, status: int, body: bytes) -> None:
    outcome = answers.read(Heard(status, body, None), SHAPES[vendor].answer, "12-34")
    assert isinstance(outcome, Accepted | Refused | Torn | InDoubt | Busy)
    if isinstance(outcome, Accepted):
        assert outcome.reference
        assert outcome.reference.isprintable() or "\x00" not in outcome.reference
    if status >= 500 and status != 503 and not body.strip().startswith(b"{"):
        assert isinstance(outcome, InDoubt)
