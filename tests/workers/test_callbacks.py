"""Delivery to real servers on loopback: live ones, dead ones, slow ones, and ones that lie."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from cryptography.fernet import Fernet
from sqlalchemy import select

from antiphon.app import DIALECTS
from antiphon.core import signature
from antiphon.core.account import Account
from antiphon.core.callback import Trial
from antiphon.core.errors import BadField
from antiphon.core.event import Event, Kind, Owed, Request
from antiphon.core.network import networks
from antiphon.services import deliveries, signing
from antiphon.services.vault import Vault
from antiphon.store import callbacks
from antiphon.store.schema import callbacks as table
from antiphon.store.session import Store
from antiphon.workers.callbacks import Courier
from antiphon.workers.caller import Caller
from antiphon.workers.outbound import Outbound
from tests.conftest import Clock

WRITERS = {dialect.name: dialect.callback for dialect in DIALECTS if dialect.callback}
VAULT = Vault(Fernet.generate_key().decode())
LOCAL = networks("127.0.0.0/8")
Answers = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(answer: Answers) -> AsyncIterator[str]:
    """A server on loopback."""
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", answer)
    runner = web.AppRunner(application, shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def calling(allowed: Any = LOCAL, patience: float = 15.0) -> AsyncIterator[Outbound]:
    outbound = Outbound(allowed, patience)
    yield outbound
    await outbound.close()


def event(account: Account, clock: Clock, message: int = 1, **facts: Any) -> Event:
    known = {"kind": Kind.RECEIPT, "state": "delivered", "number": "+33612345678", "segments": 1, "campaign_id": 255}
    return Event(account=account.sid, account_id=account.id, at=clock.now, message_id=message, **(known | facts))


async def owe(store: Store, *owed: Owed) -> None:
    async with store.begin() as tx:
        await callbacks.add(tx, owed)


async def run(store: Store, courier: Courier, most: float = 10.0) -> None:
    """Until nothing is due but to servers that are left alone."""
    async with asyncio.timeout(most):
        while True:
            resting = {one.endpoint for one in await deliveries.resting(store) if one.rest_until > store.now()}
            owed = await deliveries.owed_after(store, "", 100)
            if not [name for name, due_at in owed if due_at <= store.now() and name not in resting]:
                return
            await courier.run_once()
            await asyncio.sleep(0.01)


def courier_of(store: Store, outbound: Outbound, vault: Vault = VAULT) -> Courier:
    return Courier(store, Caller(outbound, WRITERS, vault))


async def worked(store: Store, outbound: Outbound, vault: Vault = VAULT) -> list[tuple[str, int | None, str | None]]:
    """What every callback has come to, once all that is due was tried."""
    courier = courier_of(store, outbound, vault)
    await run(store, courier)
    await courier.stop()
    return await states(store)


async def states(store: Store) -> list[tuple[str, int | None, str | None]]:
    async with store.read() as tx:
        return [(row["state"], row["status"], row["error"]) for row in await tx.all(select(table).order_by(table.c.id))]


@pytest.mark.parametrize(
    ("dialect", "form", "facts", "kind", "body"),
    [
        pytest.param(
            *("atom", False, {}, "application/json"),
            '{"query":{"id":"00000000-00000000000ff","status":"Delivered","timestamp":"2026-03-02 12:00:00"}}',
            id="atom receipt",
        ),
        pytest.param(
            *("atom", False, {"kind": Kind.REPLY, "text": "Yes", "receiver": "61400000000"}, "application/json"),
            '{"to":"61400000000","from":"+33612345678","timestamp":"2026-03-02 12:00:00","type":"sms","message":"Yes"}',
            id="atom reply",
        ),
        pytest.param(
            *("exotel", False, {"time_zone": "Asia/Kolkata", "custom": "o"}, "application/json"),
            '{"SmsSid":"{ACCOUNT}0000000000000001","To":"+33612345678","Status":"sent","SmsUnits":1,'
            '"DetailedStatus":"DELIVERED_TO_HANDSET","DetailedStatusCode":20005,"DateSent":"2026-03-02 17:30:00",'
            '"CustomField":"o","campaign_sid":"{ACCOUNT}00000000000000ff"}',
            id="exotel receipt",
        ),
        pytest.param(
            *("exotel", True, {"state": "withheld"}, "application/x-www-form-urlencoded"),
            "SmsSid={ACCOUNT}0000000000000001&To=%2B33612345678&Status=failed_dnd&SmsUnits=1"
            "&DetailedStatus=FAILED_REJECTED_BLACKLIST&DetailedStatusCode=23020&DateSent=2026-03-02+12%3A00%3A00"
            "&campaign_sid={ACCOUNT}00000000000000ff",
            id="exotel receipt as a form",
        ),
        pytest.param(
            *(
                "exotel",
                False,
                {"kind": Kind.CAMPAIGN, "state": "sent", "time_zone": "Asia/Kolkata"},
                "application/json",
            ),
            '{"campaign_sid":"{ACCOUNT}00000000000000ff","status":"Completed","date_created":"2026-03-02T17:30:00+05:30",'
            '"date_updated":"2026-03-02T17:30:00+05:30","report_url":"/v2/accounts/{SID}/message-campaigns/'
            '{ACCOUNT}00000000000000ff/message-details?channel=sms"}',
            id="exotel campaign",
        ),
        pytest.param(
            *("exotel_v1", True, {"custom": "o 1"}, "application/x-www-form-urlencoded"),
            "SmsSid={ACCOUNT}0000000000000001&To=%2B33612345678&Status=sent&SmsUnits=1"
            "&DetailedStatus=DELIVERED_TO_HANDSET&DetailedStatusCode=20005&DateSent=2026-03-02+12%3A00%3A00&CustomField=o+1",
            id="exotel v1 form",
        ),
        pytest.param(
            *("exotel_v1", False, {"state": "withheld"}, "application/json"),
            '{"SmsSid":"{ACCOUNT}0000000000000001","To":"+33612345678","Status":"failed_dnd","SmsUnits":1,'
            '"DetailedStatus":"FAILED_REJECTED_BLACKLIST","DetailedStatusCode":23020,"DateSent":"2026-03-02 12:00:00"}',
            id="exotel v1 JSON",
        ),
        pytest.param(
            *("octopush", False, {"state": "failed", "time_zone": "Europe/Paris"}, "application/json"),
            '{"channel":"sms","message_id":"sms_000000000000ff","number":"+33612345678","status":"NOT_DELIVERED",'
            '"delivery_date":"2026-03-02 13:00:00","meta_data":{}}',
            id="octopush receipt",
        ),
        pytest.param(
            *("octopush", False, {"kind": Kind.REPLY, "text": "Yes", "receiver": "36111"}, "application/json"),
            '{"message_id":"sms_000000000000ff","number":"+33612345678","text":"Yes","sim_card_number":"36111",'
            '"reception_date":"2026-03-02 12:00:00"}',
            id="octopush reply",
        ),
        pytest.param(
            *("octopush", False, {"kind": Kind.OPT_OUT, "text": "STOP"}, "application/json"),
            '{"message_id":"sms_000000000000ff","number":"+33612345678","text":"STOP",'
            '"stop_date":"2026-03-02 12:00:00"}',
            id="octopush opt-out",
        ),
        pytest.param(
            *("native", False, {"state": "failed", "error": "off"}, "application/json"),
            '{"type":"message.failed","timestamp":"2026-03-02T12:00:00Z","data":{"campaign_id":"255","message_id":"1",'
            '"number":"+33612345678","error":"off","segments":1}}',
            id="native receipt",
        ),
    ],
)
async def test_the_payload(
    store: Store, account: Account, clock: Clock, dialect: str, form: bool, facts: Any, kind: str, body: str
) -> None:
    heard: list[tuple[str, str, str]] = []

    async def take(request: web.Request) -> web.Response:
        heard.append((request.method, request.headers["Content-Type"], await request.text()))
        return web.Response(text="ok")

    async with serving(take) as address, calling() as outbound:
        await owe(store, Owed(url=f"{address}/dlr", format=dialect, form=form, event=event(account, clock, **facts)))
        assert await worked(store, outbound) == [("delivered", 200, None)]
    expected = body.replace("{ACCOUNT}", f"{account.id:016x}").replace("{SID}", account.sid)
    assert heard == [("POST", kind, expected)]


async def test_what_a_dialect_does_not_tell_is_done(store: Store, account: Account, clock: Clock) -> None:
    async with calling() as outbound:
        told = event(account, clock, kind=Kind.OPT_OUT)
        await owe(store, Owed(url="http://127.0.0.1:1/", format="atom", form=False, event=told))
        assert await worked(store, outbound) == [("delivered", 204, None)]


async def test_a_dead_server_delays_no_live_one(store: Store, account: Account, clock: Clock) -> None:
    async def take(request: web.Request) -> web.Response:
        return web.Response(status=201)

    async with serving(take) as live, serving(take) as address, calling() as outbound:
        dead = "http://127.0.0.1:1/dead"
        owed = [
            Owed(url=url, format="native", form=False, event=event(account, clock, place))
            for place in range(1, 31)
            for url in ((live, dead)[place % 2],)
        ]
        await owe(store, *owed, Owed(url=f"{address}/x", format="native", form=False, event=event(account, clock, 99)))
        states = await worked(store, outbound)
    assert [state for state, _, _ in states].count("delivered") == 16
    tried = [error for state, _, error in states if state == "waiting"]
    assert tried.count("it cannot be reached: Connect call failed ('127.0.0.1', 1)") + tried.count(None) == 15
    assert tried.count(None) >= 7, "after a few failures it is left alone"


async def test_a_server_that_fails_is_called_again_later(store: Store, account: Account, clock: Clock) -> None:
    answers = iter([web.Response(status=500, text="x\0y" * 2_000), web.Response(status=302, headers={"Location": "/"})])

    async def take(request: web.Request) -> web.Response:
        return next(answers, web.Response(text="thanks"))

    async with serving(take) as address, calling() as outbound:
        await owe(store, Owed(url=address, format="native", form=False, event=event(account, clock)))
        assert await worked(store, outbound) == [("waiting", 500, None)]
        async with store.read() as tx:
            (row,) = await tx.all(select(table))
        assert row["answer"].startswith("xyxy")
        assert len(row["answer"]) < 1_025
        assert row["due_at"] > clock.now
        for state, status in (("waiting", 302), ("delivered", 200)):
            clock.advance(60)
            assert await worked(store, outbound) == [(state, status, None)]


async def test_an_answer_without_end_is_cut(store: Store, account: Account, clock: Clock) -> None:
    async def stream(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(b"x" * 1024)
            await asyncio.sleep(0)

    async with serving(stream) as address, calling() as outbound:
        await owe(store, Owed(url=address, format="native", form=False, event=event(account, clock)))
        assert await worked(store, outbound) == [("delivered", 200, None)]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0"])
async def test_our_own_network_is_closed(host: str) -> None:
    called: list[str] = []

    async def take(request: web.Request) -> web.Response:
        called.append(request.path)
        return web.Response()

    async with serving(take) as address, calling(()) as outbound:
        port = address.rpartition(":")[2]
        heard = await outbound.post(f"http://{host}:{port}/", Request("text/plain", b"x"))
    assert (heard.status, heard.error) == (None, "its address is one that must not be called")
    assert called == []


async def test_a_name_that_nobody_knows() -> None:
    async with calling() as outbound:
        heard = await outbound.post("https://user:secret@nobody.invalid/", Request("text/plain", b"x"))
    assert heard.error is not None
    assert heard.error.startswith("it cannot be reached")
    assert "secret" not in heard.error


async def test_a_garbled_row_stops_nothing(store: Store, account: Account, clock: Clock) -> None:
    async def take(request: web.Request) -> web.Response:
        return web.Response()

    async with serving(take) as address, calling() as outbound:
        odd = event(account, clock, state="no such state")
        await owe(store, Owed(url=address, format="exotel", form=False, event=odd))
        await owe(store, Owed(url=address, format="exotel", form=False, event=event(account, clock, 2)))
        states = await worked(store, outbound)
    assert states == [("waiting", None, "it could not be written: ValueError"), ("delivered", 200, None)]


async def test_a_server_that_never_answers(store: Store, account: Account, clock: Clock) -> None:
    gone = asyncio.Event()

    async def hang(request: web.Request) -> web.Response:
        await gone.wait()
        return web.Response()

    async with serving(hang) as address, calling(patience=0.2) as outbound:
        await owe(store, Owed(url=address, format="native", form=False, event=event(account, clock)))
        assert await worked(store, outbound) == [("waiting", None, "it did not answer in time")]
        gone.set()


async def test_a_server_that_answers_drop_by_drop_has_taken_it(store: Store, account: Account, clock: Clock) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(3):
            await answer.write(b"drop ")
            await asyncio.sleep(0.02)
        await answer.write(b"x" * 5_000)
        return answer

    async with serving(drip) as address, calling() as outbound:
        heard = await outbound.post(address, Request("text/plain", b"x"))
    assert (heard.status, heard.error) == (200, None)
    assert (heard.answer or "")[:17] == "drop drop drop xx"
    assert len(heard.answer or "") == 1024


@pytest.mark.parametrize(
    "written",
    [
        *("", "shop", "shop.example/dlr", "//shop.example", "http://", "http://[1", "http://shop.example:99999/"),
        *("ftp://shop.example/", "file:///etc/passwd", "javascript:alert(1)", "http://shop .example/", "http:///x"),
        *("http://shop.example/\r\nX: y", "https://" + "x" * 3_000, "http://:80/", "http://shop.example:x/"),
    ],
)
async def test_what_is_no_url(store: Store, account: Account, written: str) -> None:
    async with calling() as outbound:
        caller = Caller(outbound, WRITERS, VAULT)
        with pytest.raises(BadField):
            await caller.try_out(store, account, Trial(url=written, kind=Kind.RECEIPT, format="native"))
        heard = await outbound.post(written, Request("text/plain", b"x"))
    assert heard.status is None
    assert heard.error, "what came into the database by another way breaks nothing"


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("dialect", WRITERS)
async def test_a_server_is_tried_out(store: Store, account: Account, kind: Kind, dialect: str) -> None:
    heard: list[web.Request] = []

    async def take(request: web.Request) -> web.Response:
        heard.append(request)
        return web.Response(status=418, text="short and stout")

    async with serving(take) as address, calling() as outbound:
        trial = Trial(url=address, kind=kind, format=dialect)
        tried = await Caller(outbound, WRITERS, VAULT).try_out(store, account, trial)
    untold = (204, f"{dialect} tells of no such thing")
    assert (tried.status, tried.answer) == ((418, "short and stout") if heard else untold)
    assert await states(store) == []


async def test_nobody_is_tried_out_in_a_format_that_is_none(store: Store, account: Account) -> None:
    async with calling() as outbound:
        trial = Trial(url="http://127.0.0.1:1/", kind=Kind.REPLY, format="morse")
        with pytest.raises(BadField):
            await Caller(outbound, WRITERS, VAULT).try_out(store, account, trial)


async def test_signed_alike_each_time_but_for_the_time(store: Store, account: Account, clock: Clock) -> None:
    _, first = await signing.rotate(store, VAULT, account)
    heard: list[tuple[Mapping[str, str], bytes]] = []

    async def take(request: web.Request) -> web.Response:
        heard.append((request.headers, await request.read()))
        return web.Response(status=500 if len(heard) == 1 else 200)

    async with serving(take) as address, calling() as outbound:
        told = event(account, clock)
        await owe(store, *(Owed(url=address, format=one, form=False, event=told) for one in ("native", "octopush")))
        await worked(store, outbound)
        clock.advance(60)
        _, second = await signing.rotate(store, VAULT, account)
        await worked(store, outbound)
    (one, body), (again, same), (foreign, _) = heard
    assert same == body
    async with store.read() as tx:
        ids = [row["id"] for row in await tx.all(select(table).order_by(table.c.id))]
    assert one["webhook-id"] == again["webhook-id"] == str(ids[0])
    assert int(again["webhook-timestamp"]) == int(one["webhook-timestamp"]) + 60 == int(clock.now.timestamp())
    assert one["webhook-signature"] == signature.headers([first], str(ids[0]), told.at, body)["webhook-signature"]
    assert (
        again["webhook-signature"]
        == (signature.headers([second, first], str(ids[0]), clock.now, body)["webhook-signature"])
    )
    assert not [name for name in foreign if name.lower().startswith("webhook")], "only our own form is signed"


async def test_nothing_leaves_unsigned_where_the_secret_cannot_be_read(
    store: Store, account: Account, clock: Clock
) -> None:
    await signing.rotate(store, Vault(Fernet.generate_key().decode()), account)
    async with calling() as outbound:
        await owe(store, Owed(url="http://127.0.0.1:1/", format="native", form=False, event=event(account, clock)))
        states = await worked(store, outbound)
        assert states == [("waiting", None, "its signing secret was sealed with another key than ours")]
        assert await deliveries.resting(store) == [], "the server has done nothing"


async def test_a_server_is_left_alone_and_everybody_knows(
    store: Store, other_store: Store, account: Account, clock: Clock
) -> None:
    called: list[str] = []

    async def take(request: web.Request) -> web.Response:
        called.append(request.path)
        return web.Response(status=503 if len(called) < 8 else 200)

    async with serving(take) as address, calling() as outbound:
        owed = [Owed(url=address, format="native", form=False, event=event(account, clock, one)) for one in range(20)]
        await owe(store, *owed)
        await worked(store, outbound)
        (rest,) = await deliveries.resting(store)
        assert (rest.failures, rest.error, len(called)) == (5, "status 503", 5)
        assert (rest.rest_until - clock.now).total_seconds() == 30
        other = courier_of(other_store, outbound)
        assert await other.run_once() == 0, "nor does another process call it"
        for failures, pause in ((6, 60), (7, 120)):
            clock.now = rest.rest_until
            await worked(store, outbound)
            (rest,) = await deliveries.resting(store)
            assert (rest.failures, len(called)) == (failures, failures)
            assert (rest.rest_until - clock.now).total_seconds() == pause
        clock.now = rest.rest_until
        assert {state for state, *_ in await worked(store, outbound)} == {"delivered"}
    assert await deliveries.resting(store) == []


async def test_of_one_message_in_order(store: Store, account: Account, clock: Clock) -> None:
    heard: list[tuple[str, str]] = []

    async def take(request: web.Request) -> web.Response:
        told = (await request.json())["data"]
        heard.append((told["message_id"], told["text"]))
        return web.Response(status=500 if len(heard) % 3 == 0 else 200)

    async with serving(take) as address, calling() as outbound:
        for turn in range(3):
            replies = [event(account, clock, one, kind=Kind.REPLY, text=str(turn)) for one in range(5)]
            await owe(store, *(Owed(url=address, format="native", form=False, event=one) for one in replies))
        while {state for state, *_ in await worked(store, outbound)} != {"delivered"}:
            clock.advance(3600)
    for message in range(5):
        assert list(dict.fromkeys(text for id, text in heard if id == str(message))) == ["0", "1", "2"]


async def test_what_is_held_is_put_back_at_the_end(store: Store, account: Account, clock: Clock) -> None:
    gone = asyncio.Event()

    async def hang(request: web.Request) -> web.Response:
        await gone.wait()
        return web.Response()

    async with serving(hang) as address, calling() as outbound:
        owed = [Owed(url=address, format="native", form=False, event=event(account, clock, one)) for one in range(4)]
        await owe(store, *owed)
        courier = courier_of(store, outbound)
        assert await courier.run_once() == 2
        stopping = asyncio.create_task(courier.stop())
        await asyncio.sleep(0.05)
        gone.set()
        await stopping
    assert Counter(state for state, *_ in await states(store)) == {"delivered": 1, "waiting": 3}
    assert [due_at for _, due_at in await deliveries.owed_after(store, "", 9)] == [clock.now]
