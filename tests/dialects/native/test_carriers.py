"""What an operator is told of lanes, and that nobody is told a password."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as some

from antiphon.core.account import NewCredential
from antiphon.core.lane import Lane
from antiphon.dialects.native.routes import OPERATORS
from antiphon.services import carriers
from antiphon.store.session import Store
from tests.conftest import Clock
from tests.dialects import doors

_URL = "smpp://shop:s3cr3t@smsc.example.com:2775"


def _lane(store: Store, name: str, queued: int) -> Lane:
    return Lane(name, "open", queued, 2, 80.5, 90, 3, 1, "too fast", store.now(), store.now())


async def test_every_process_tells_of_its_own_lanes(
    store: Store, other_store: Store, clock: Clock, credential: NewCredential
) -> None:
    await carriers.tell_lanes(store, [_lane(store, "acme", 5), _lane(store, "simulator", 0)], {})
    await carriers.tell_lanes(other_store, [_lane(store, "acme", 7)], {})
    headers = doors.credentials("native", credential)
    async with doors.opened(store) as address:
        await doors.call(address, "POST", "/api/v1/carriers", headers, b'{"name": "acme", "url": "%s"}' % _URL.encode())
        acme = await doors.call(address, "GET", "/api/v1/carriers/acme", headers)
        lanes = await doors.call(address, "GET", "/api/v1/lanes", headers)
        clock.advance(3600)
        late = await doors.call(address, "GET", "/api/v1/lanes", headers)
    told = acme.body["lanes"]
    assert [(lane["queued"], lane["error"]) for lane in told] == [(5, "too fast"), (7, "too fast")]
    assert len({lane["process"] for lane in told}) == 2
    assert [lane["carrier"] for lane in lanes.body["data"]] == ["acme", "acme", "simulator"]
    assert late.body == {"data": []}, "all of them are dead by now"


async def test_a_password_is_told_to_nobody(store: Store, credential: NewCredential) -> None:
    headers = doors.credentials("native", credential)
    async with doors.opened(store) as address:
        body = b'{"name": "acme", "url": "%s"}' % _URL.encode()
        heard = [await doors.call(address, "POST", "/api/v1/carriers", headers, body)]
        for path in ("/carriers", "/carriers/acme", "/lanes", "/routes"):
            heard.append(await doors.call(address, "GET", f"/api/v1{path}", headers))
        again = {**headers, "Idempotency-Key": "k"}
        heard.append(await doors.call(address, "POST", "/api/v1/carriers", again, body))
    assert "s3cr3t" not in str(heard)
    (known,), _ = await carriers.known(store, _NoVault())  # type: ignore[arg-type]
    assert known.carrier.url == "smpp://shop@smsc.example.com:2775"


class _NoVault:
    def open(self, sealed: str) -> str:
        assert "s3cr3t" not in sealed
        return ""


_PIECES = some.sampled_from(["smpp://", "simulator:", "a:s3cr3t@", "smsc.example.com", ":", "99999", "?binds=", "#"])
_URLS = some.lists(_PIECES | some.text(max_size=5), max_size=6).map("".join)


@settings(max_examples=60)
@given(url=_URLS, name=some.text(max_size=5))
async def test_any_name_and_url_is_taken_or_refused(
    store: Store, credential: NewCredential, url: str, name: str
) -> None:
    headers = doors.credentials("native", credential)
    async with doors.opened(store) as address:
        body = msgspec.json.encode({"name": name, "url": url})
        heard = await doors.call(address, "POST", "/api/v1/carriers", headers, body)
    assert heard.status in (200, 201, 400)
    assert "s3cr3t" not in str(heard.body)


async def test_nobody_else_may(store: Store, credential: NewCredential) -> None:
    person = b'{"first_name": "Axelle", "last_name": "Durand", "password": "long enough"}'
    async with doors.opened(store) as address:
        headers = doors.credentials("native", credential)
        made = await doors.call(address, "POST", "/api/v1/sub-accounts", headers, person)
        theirs = {"Authorization": f"Bearer {made.body['api_key']}"}
        for route in OPERATORS:
            path = f"/api/v1{route.path}".replace("{name}", "acme").replace("{id}", "12")
            bodies = {"/carriers": b'{"name": "a", "url": "b"}', "/routes": b'{"choices": [{"carrier": "a"}]}'}
            bodies["/accounts/{login}/rate"] = b'{"per_second": 1}'
            body = bodies.get(route.path, b"") if route.method in ("POST", "PUT") else b""
            heard = await doors.call(address, route.method, path, theirs, body)
            assert (heard.status, heard.body["type"]) == (403, "/problems/not-operator"), path
