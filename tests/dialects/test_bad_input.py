"""Does anything that a client can send break a door? Every route of every dialect, over real HTTP."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from antiphon.app import DIALECTS
from antiphon.config import Config
from antiphon.core.account import NewCredential
from antiphon.dialects.door import Dialect, Route
from antiphon.store.schema import contacts
from antiphon.store.session import Store, open_store
from tests.dialects import doors
from tests.dialects.doors import Heard

LIMIT = 16 * 1024
ROUTES = [(dialect, route) for dialect in DIALECTS for route in dialect.routes]
WITH_BODY = [(dialect, route) for dialect, route in ROUTES if route.takes is not None and route.method != "GET"]
LIMITED = [(dialect, route) for dialect, route in WITH_BODY if route.file is None]
BY_HEADER = [(dialect, route) for dialect, route in ROUTES if dialect.name != "octopush_legacy"]  # it has fields
PARTED = [(dialect, route) for dialect, route in ROUTES if "{" in route.path]


def _name(dialect: Dialect, route: Route) -> str:
    return f"{dialect.name}-{route.method} {route.path}"


NAMES_WITH_BODY = [_name(*one) for one in WITH_BODY]

BAD_BODIES = {
    "malformed": b'{"contacts": [}',
    "truncated": b'{"contacts": [{"phone_number": "+336',
    "two values": b'{"id": 1} {"id": 2}',
    "a list": b'[{"id": 1}]',
    "a text": b'"id"',
    "a number": b"12",
    "null": b"null",
    "no UTF-8": b'{"name": "\xff\xfe", "contacts": "\xc3\x28", "id": "\xff"}',
    "half a surrogate pair": b'{"name": "\\ud800", "id": "\\udc00", "contacts": [{"number": "\\ud800"}]}',
    "a thousand floors": b'{"contacts": ' + b"[" * 4000 + b"]" * 4000 + b"}",
    "numbers without end": b'{"id": 1' + b"0" * 400 + b', "group_id": 1e400, "contacts": [1e999]}',
    "not a number": b'{"id": NaN, "contacts": [Infinity]}',
    "NUL": b'{"id": "\\u0000", "name": "a\\u0000b", "list_name": "\\u0000", "ticket_number": "\\u0000sms"}',
    "nonsense everywhere": b'{"id": [], "name": {}, "list_name": [[]], "contacts": {"a": 1}, "group_id": true}',
}


@pytest.mark.parametrize(("dialect", "route"), WITH_BODY, ids=NAMES_WITH_BODY)
async def test_bad_bodies(store: Store, credential: NewCredential, dialect: Dialect, route: Route) -> None:
    async with doors.opened(store) as address:
        for label, body in BAD_BODIES.items():
            heard = await _call(address, dialect, route, credential, body)
            assert heard.status < 500, f"{label}: {heard}"
            assert heard.status < 300 or _refused(dialect, heard), f"{label}: {heard}"


@pytest.mark.parametrize(("dialect", "route"), BY_HEADER, ids=[_name(*one) for one in BY_HEADER])
async def test_bad_credentials(store: Store, credential: NewCredential, dialect: Dialect, route: Route) -> None:
    path = _path(dialect, route, credential)
    good = doors.credentials(dialect.name, credential)
    wrong = NewCredential(account_id=1, sid="x", login=credential.login, key_id=credential.key_id, api_key="0" * 40)
    expected = 403 if dialect.name == "atom" else 401
    async with doors.opened(store) as address:
        for headers in (
            doors.credentials(dialect.name, wrong),
            {},
            dict.fromkeys(good, "\x80\xff"),
            dict.fromkeys(good, ""),
        ):
            heard = await doors.call(address, route.method, path, headers, b"{}")
            assert heard.status == expected
            assert _refused(dialect, heard)


@pytest.mark.parametrize(("dialect", "route"), LIMITED, ids=[_name(*one) for one in LIMITED])
@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "in chunks"])
async def test_a_body_over_the_limit(
    store: Store, credential: NewCredential, dialect: Dialect, route: Route, chunked: bool
) -> None:
    async with doors.opened(store, Config(body_limit=LIMIT)) as address:
        heard = await _call(address, dialect, route, credential, b'{"a": "' + b"x" * LIMIT + b'"}', chunked=chunked)
        assert heard.status == _told(dialect, 413)
        assert _refused(dialect, heard)
        assert (await _call(address, dialect, route, credential, b"{}")).status < 500


@pytest.mark.parametrize(
    "dialect", [one for one in DIALECTS if one.name != "octopush_legacy"], ids=lambda dialect: dialect.name
)
async def test_bad_addresses(store: Store, credential: NewCredential, dialect: Dialect) -> None:
    headers = doors.credentials(dialect.name, credential)
    async with doors.opened(store) as address:
        for path in ("/nothing", "/%00", "/%ff%fe", "/../..", "/" + "x" * 5000, "/%2F%2F", "/a?b=%zz"):
            heard = await doors.call(address, "GET", dialect.prefix + path, headers)
            assert heard.status in (404, 405)
            assert _refused(dialect, heard)
        for route in dialect.routes:
            heard = await doors.call(address, "OPTIONS", _path(dialect, route, credential), headers)
            assert heard.status == 405
            assert _refused(dialect, heard)


@pytest.mark.parametrize(("dialect", "route"), PARTED, ids=[_name(*one) for one in PARTED])
@pytest.mark.parametrize("part", ["a%00b", "%ff%fe", "%ed%a0%80", "a%0ab", "x" * 3000])
async def test_a_bad_part_of_an_address(
    store: Store, credential: NewCredential, dialect: Dialect, route: Route, part: str
) -> None:
    path = dialect.prefix + re.sub(r"\{\w+\}", part, route.path)
    async with doors.opened(store) as address:
        heard = await doors.call(address, route.method, path, doors.credentials(dialect.name, credential), b"{}")
        assert heard.status < 500
        assert _refused(dialect, heard)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
NUMBERS = ["+33612345678", "0687654321", "+919876543210", "12", "", "+33 6 12 34 56 79"]
field_names = st.sampled_from(
    re.findall(
        r"\w+",
        """contacts list_name list_names tag_name tag_names un_list un_tag do_not_overwrite text sender purpose send_at
        id name group_id phone_number number first_name email param1 custom_1 custom_field tag ticket_number company
        recipients type with_replies simulation_mode request_id auto_optimize_text auto_remove_blacklisted_numbers
        auto_delete_optout_contacts voice_gender voice_language channel metadata phone_numbers delete_contacts
        last_name password company_name callbacks callback_url_for_inbounds email_for_inbounds email_to token amount
        lists contact_references contact_sid sid
        from_wallet_pack_id sms_campaign_alert_parameters campaign_parameters alert_bound alert_emails_to""",
    )
)
people = st.dictionaries(field_names, anything, max_size=4).flatmap(
    lambda fields: st.sampled_from(NUMBERS).map(lambda number: fields | {"phone_number": number, "number": number})
)
parts = st.dictionaries(field_names, anything, max_size=4)
bodies = (
    st.dictionaries(field_names, anything | parts, max_size=6)
    | st.fixed_dictionaries(
        {"contacts": st.lists(people | anything, max_size=5)}, optional={"list_name": anything, "tag_name": anything}
    )
    | st.tuples(
        st.fixed_dictionaries(
            {"recipients": st.lists(people | anything, max_size=5), "text": st.just("STOP {param1}")}
        ),
        st.dictionaries(field_names.filter(lambda name: name not in ("recipients", "text")), anything, max_size=4),
    ).map(lambda both: both[0] | both[1])
)


@settings(max_examples=40)
@given(body=bodies)
async def test_any_body(store: Store, credential: NewCredential, body: Any) -> None:
    """Never a fault, always the dialect's shape, and what was acknowledged is there."""
    acknowledged: set[str] = set()
    async with doors.opened(store) as address:
        for dialect, route in WITH_BODY:
            heard = await _call(address, dialect, route, credential, msgspec.json.encode(body))
            assert heard.status < 500, heard
            assert heard.status < 300 or _refused(dialect, heard)
            acknowledged |= _stored(dialect, heard)
    async with store.read() as tx:
        there = {row["number"] for row in await tx.all(select(contacts.c.number))}
    assert acknowledged <= there


async def test_a_fault_has_an_id_that_is_in_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'broken.db'}")
    async with store.begin() as tx:
        await tx.run(text("DROP TABLE credentials"))
    credential = NewCredential(account_id=1, sid="x", login="a@b.example", key_id="y", api_key="z")
    async with doors.opened(store) as address:
        for dialect in DIALECTS:
            heard = await _call(address, dialect, dialect.routes[0], credential, b"{}")
            assert heard.status == _told(dialect, 500)
            assert _refused(dialect, heard)
            id = re.search("[0-9a-f]{32}", str(heard.body))
            assert id
            assert id[0] in capsys.readouterr().out
    await store.close()


async def _call(
    address: str, dialect: Dialect, route: Route, credential: NewCredential, body: bytes, *, chunked: bool = False
) -> Heard:
    headers = {"Content-Type": "application/json", **doors.credentials(dialect.name, credential)}
    path = _path(dialect, route, credential)
    return await doors.call(address, route.method, path, headers, body, chunked=chunked)


def _told(dialect: Dialect, status: int) -> int:
    """The status that this dialect tells a refusal with."""
    return 200 if dialect.name == "octopush_legacy" else status


def _path(dialect: Dialect, route: Route, credential: NewCredential) -> str:
    filled = {"{sid}": credential.sid, "{email}": "axelle@example.com"}
    who = f"?user_login={credential.login}&api_key={credential.api_key}" if dialect.name == "octopush_legacy" else ""
    return dialect.prefix + re.sub(r"\{\w+\}", lambda match: filled.get(match[0], "12"), route.path) + who


def _refused(dialect: Dialect, heard: Heard) -> bool:
    """Is this a refusal in the dialect's own shape?"""
    body = heard.body
    match dialect.name:
        case "octopush_legacy":
            code = body.get("error_code") if isinstance(body, dict) else ET.fromstring(body).findtext("error_code")
            return heard.status == 200 and re.fullmatch("[0-9]{3}", code or "") is not None and code != "000"
        case "octopush":
            return list(body) == ["code", "message"] and isinstance(body["code"], int) and bool(body["message"])
        case "exotel_v1" if isinstance(body, dict):
            return [*body] == ["RestException"] and [*body["RestException"]] == ["Status", "Message", "Code"]
        case "exotel_v1":
            status = ET.fromstring(body.encode()).findtext("RestException/Status")
            return status == str(heard.status)
        case "atom":
            return body["status"] == "error" and list(body["error"]) == ["code", "message"]
        case "exotel":
            error = body["response"][0]["error_data"]
            return body["http_code"] == heard.status and list(error) == ["code", "message", "description"]
        case _:
            return heard.headers["content-type"] == "application/problem+json" and body["status"] == heard.status


def _stored(dialect: Dialect, heard: Heard) -> set[str]:
    """The numbers that this answer says are stored."""
    if dialect.name == "octopush" and heard.body and "items" in heard.body:
        return {item["phone_number"] for item in heard.body["items"] if item["status"] in ("added", "updated")}
    if dialect.name == "exotel" and heard.status == 207:
        counts, statuses = heard.body["metadata"], [item["status"] for item in heard.body["response"]]
        assert counts == {
            "failed": statuses.count("failed"),
            "total": len(statuses),
            "success": statuses.count("success"),
        }
        done = [item["data"] for item in heard.body["response"] if item["status"] == "success"]
        return {data["number"] for data in done if "number" in data}
    return set()
