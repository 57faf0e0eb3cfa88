"""Both clients against the real doors, and against servers that fail."""

import asyncio
import http.server
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from antiphon.client import Antiphon, AsyncAntiphon, Choice, Draft, Problem, Unreachable, callback_shapes, calls, shapes
from antiphon.core.account import NewCredential
from antiphon.core.event import OURS, PATIENCE, Heard, Kind, Owed, sample
from antiphon.dialects.native import (
    campaigns as campaign_wires,
)
from antiphon.dialects.native import carriers as carrier_wires
from antiphon.dialects.native import contacts as contact_wires
from antiphon.dialects.native import conversations as conversation_wires
from antiphon.dialects.native import deliveries as delivery_wires
from antiphon.dialects.native import lists as list_wires
from antiphon.dialects.native import messages as message_wires
from antiphon.dialects.native import opt_outs as opt_out_wires
from antiphon.dialects.native import replies as reply_wires
from antiphon.dialects.native import wallet as wallet_wires
from antiphon.services import accounts, calculation, deliveries
from antiphon.store import callbacks
from antiphon.store.session import Store
from tests.dialects import doors
from tests.services.scenes import PRICES, number

SAME = [
    (shapes.Contact, contact_wires.WireContact),
    (shapes.Draft, contact_wires.WireDraft),
    (shapes.Result, contact_wires.WireResult),
    (shapes.List, list_wires.WireList),
    (shapes.Joined, list_wires.WireJoined),
    (shapes.Tag, list_wires.WireTag),
    (shapes.OptOut, opt_out_wires.WireOptOut),
    (shapes.Silenced, opt_out_wires.WireAdded),
    (shapes.Campaign, campaign_wires.WireCampaign),
    (shapes.Audience, campaign_wires.WireAudience),
    (shapes.Accepted, message_wires.WireAccepted),
    (shapes.Sent, message_wires.WireSent),
    (shapes.Message, message_wires.WireMessage),
    (shapes.Step, message_wires.WireStep),
    (shapes.Lane, carrier_wires.WireLane),
    (shapes.Carrier, carrier_wires.WireCarrier),
    (shapes.Checked, carrier_wires.WireChecked),
    (shapes.Choice, carrier_wires.WireChoice),
    (shapes.Route, carrier_wires.WireRoute),
    (callback_shapes.Callback, delivery_wires.WireCallback),
    (callback_shapes.Attempt, delivery_wires.WireAttempt),
    (callback_shapes.Detail, delivery_wires.WireDetail),
    (callback_shapes.Resent, delivery_wires.WireResent),
    (callback_shapes.Tried, delivery_wires.WireTried),
    (callback_shapes.NewSecret, delivery_wires.WireNewSecret),
    (shapes.Reply, reply_wires.WireReply),
    (shapes.Word, conversation_wires.WireWord),
    (shapes.Conversation, conversation_wires.WireConversation),
    (shapes.Wallet, wallet_wires.WireWallet),
    (shapes.Entry, wallet_wires.WireEntry),
]


@pytest.mark.parametrize(("ours", "theirs"), SAME, ids=lambda shape: shape.__name__)
def test_the_shapes_are_the_servers(ours: Any, theirs: Any) -> None:
    assert ours.__struct_fields__ == theirs.__struct_fields__


@pytest.fixture
async def base(store: Store) -> AsyncIterator[str]:
    async with doors.opened(store) as address:
        yield f"http://{address}"


def _work(antiphon: Antiphon) -> str:
    """What somebody does in a day, up to a campaign that is calculated by somebody else."""
    club = antiphon.create_list("club")
    drafts = (Draft(number=number(place), lists=[club.id], tags=["new"]) for place in range(calls.BATCH + 3))
    results = list(antiphon.import_contacts(drafts))
    assert [one.line for one in results] == list(range(1, calls.BATCH + 4))
    assert {one.status for one in results} == {"added"}
    assert sum(1 for _ in antiphon.contacts(on=club.id)) == calls.BATCH + 3
    zoe = antiphon.edit_contact(results[0].id or "", first_name="Zoé")
    assert antiphon.contact(zoe.id) == zoe
    assert antiphon.tag_contact(zoe.id, "gold", "vip").tags == ["gold", "vip"]
    assert [tag.name for tag in antiphon.tags()] == ["gold", "new", "vip"]
    assert antiphon.members(club.id, remove=[zoe.id]).removed == 1
    antiphon.delete_contact(zoe.id)
    assert antiphon.opt_out(number(1), "12", words="by telephone").unreadable == ["12"]
    assert [out.number for out in antiphon.opt_outs()] == [number(1)]
    sent = antiphon.send([number(2)], "Your code is 1234", purpose="alert")
    assert [one.state for one in antiphon.messages(sent.campaign)] == ["waiting"]
    assert antiphon.wallet().metered is False
    assert list(antiphon.ledger()) == list(antiphon.replies()) == []
    return antiphon.create_campaign("Sale. STOP 36111", lists=[club.id], name="Spring").id


async def test_a_day(store: Store, credential: NewCredential, base: str) -> None:
    with Antiphon(base, credential.api_key) as antiphon:
        campaign = await asyncio.to_thread(_work, antiphon)
        while await calculation.calculate(store, PRICES):
            pass
        found = await asyncio.to_thread(antiphon.confirm, campaign)
        assert (found.state, found.messages, found.opted_out) == ("sending", calls.BATCH + 1, 1)
        for verb, state in (("pause", "paused"), ("resume", "sending"), ("stop", "stopped")):
            assert (await asyncio.to_thread(getattr(antiphon, verb), campaign)).state == state
        with pytest.raises(Problem) as refused:
            await asyncio.to_thread(antiphon.cancel, campaign)
        assert (refused.value.status, refused.value.kind) == (409, "not-now")
        assert [one.name for one in await asyncio.to_thread(lambda: list(antiphon.campaigns(state="stopped")))] == [
            "Spring"
        ]


async def test_the_other_flavour(store: Store, credential: NewCredential, base: str) -> None:
    async with AsyncAntiphon(base, credential.api_key) as antiphon:
        club = await antiphon.create_list("club")
        drafts = [Draft(number=number(place), lists=[club.id]) for place in range(3)]
        assert [one.status async for one in antiphon.import_contacts(drafts)] == ["added"] * 3
        assert [one.number async for one in antiphon.contacts()] == [number(place) for place in range(3)]
        made = await antiphon.create_campaign("Sale. STOP 36111", lists=[club.id])
        await calculation.calculate(store, PRICES)
        await antiphon.cancel(made.id)
        assert [one.state async for one in antiphon.events(made.id)] == ["cancelled"]
        with pytest.raises(Problem) as refused:
            await antiphon.create_campaign("Sale", lists=["x"])
        assert refused.value.errors == ({"field": "lists", "reason": "is not an id"},)
        with pytest.raises(Problem, match="There is no campaign 9"):
            [one async for one in antiphon.events("9")]


def _run(antiphon: Antiphon) -> None:
    """What an operator does."""
    assert antiphon.carriers() == antiphon.lanes() == antiphon.routes() == []
    made = antiphon.add_carrier("ac.mé", "simulator:?latency=0", default=True)
    assert [antiphon.carrier("ac.mé")] == antiphon.carriers() == [made]
    assert antiphon.test_carrier("ac.mé").startswith("a simulator")
    assert antiphon.pause_carrier("ac.mé").paused
    assert not antiphon.resume_carrier("ac.mé").paused
    route = antiphon.add_route(Choice("ac.mé", 70), Choice("simulator", 30), strategy="weighted", country="FR")
    assert antiphon.routes() == [route]
    with pytest.raises(Problem, match="A route names the carrier"):
        antiphon.remove_carrier("ac.mé")
    antiphon.remove_route(route.id)
    antiphon.remove_carrier("ac.mé")
    sent = antiphon.send([number(1)], "Your code is 1234", purpose="alert").messages[0]
    assert [one.id for one in antiphon.messages_to(number(1))] == [antiphon.message(sent.id).id] == [sent.id]
    assert [step.what for step in antiphon.way(sent.id)][1:] == ["waits for its turn"]
    assert antiphon.cancel_message(sent.id).state == "unsent"


async def test_an_operator(credential: NewCredential, base: str) -> None:
    with Antiphon(base, credential.api_key) as antiphon:
        await asyncio.to_thread(_run, antiphon)


async def test_an_operator_of_the_other_flavour(credential: NewCredential, base: str) -> None:
    async with AsyncAntiphon(base, credential.api_key) as antiphon:
        assert await antiphon.carriers() == await antiphon.lanes() == await antiphon.routes() == []
        made = await antiphon.add_carrier("acme", "simulator:?latency=0")
        assert [await antiphon.carrier("acme")] == await antiphon.carriers() == [made]
        assert (await antiphon.test_carrier("acme")).startswith("a simulator")
        assert (await antiphon.pause_carrier("acme")).paused
        assert not (await antiphon.resume_carrier("acme")).paused
        route = await antiphon.add_route(Choice("acme"), purpose="alert")
        await antiphon.remove_route(route.id)
        await antiphon.remove_carrier("acme")
        sent = (await antiphon.send([number(1)], "Your code is 1234", purpose="alert")).messages[0]
        assert [one.id async for one in antiphon.messages_to(number(1))] == [(await antiphon.message(sent.id)).id]
        assert [step.what for step in await antiphon.way(sent.id)][1:] == ["waits for its turn"]


async def _owed(store: Store, credential: NewCredential) -> None:
    """A callback that has failed, after one attempt."""
    account = await accounts.authenticate(store, credential.api_key)
    told = sample(Kind.REPLY, account, store.now())
    async with store.begin() as tx:
        await callbacks.add(tx, [Owed(url="https://shop.example/in", format=OURS, form=False, event=told)])
    (taken,) = await deliveries.claim(store, ["https://shop.example:443"], 1)
    old = replace(taken.due, created_at=told.at - PATIENCE)
    await deliveries.settle(store, [(old, Heard(status=503, answer="busy"))])


def _answer_for(antiphon: Antiphon) -> None:
    """What somebody does whose server was down."""
    (one,) = antiphon.callbacks(state="failed", endpoint="https://shop.example")
    assert [(each.status, each.answer) for each in antiphon.callback(one.id).tried] == [(503, "busy")]
    assert antiphon.resend(one.id).state == "waiting"
    assert antiphon.resend_all(endpoint="https://shop.example", since=one.created_at) == 0
    assert antiphon.test_callback("http://127.0.0.1/", "reply").error == "its address is one that must not be called"
    assert antiphon.rotate_secret() != antiphon.rotate_secret(overlap_hours=0)


async def test_callbacks(store: Store, credential: NewCredential, base: str) -> None:
    await _owed(store, credential)
    with Antiphon(base, credential.api_key) as antiphon:
        await asyncio.to_thread(_answer_for, antiphon)


async def test_callbacks_in_the_other_flavour(store: Store, credential: NewCredential, base: str) -> None:
    await _owed(store, credential)
    async with AsyncAntiphon(base, credential.api_key) as antiphon:
        (one,) = [found async for found in antiphon.callbacks(state="failed")]
        assert len((await antiphon.callback(one.id)).tried) == 1
        assert await antiphon.resend_all(until=store.now()) == 0
        assert (await antiphon.resend(one.id)).attempts == 0
        assert not (await antiphon.test_callback("http://127.0.0.1/")).taken
        assert (await antiphon.rotate_secret()).startswith("whsec_")


async def test_events_come_as_it_goes(store: Store, credential: NewCredential, base: str) -> None:
    def watch() -> list[str]:
        with Antiphon(base, credential.api_key) as antiphon:
            club = antiphon.create_list("club")
            list(antiphon.import_contacts([Draft(number=number(1), lists=[club.id])]))
            made = antiphon.create_campaign("Sale. STOP 36111", lists=[club.id])
            seen: list[str] = []
            for event in antiphon.events(made.id):
                seen.append(event.state)
                if event.state == "ready":
                    antiphon.cancel(made.id)
            return seen

    watching = asyncio.create_task(asyncio.to_thread(watch))
    while not await calculation.calculate(store, PRICES):
        await asyncio.sleep(0.01)
    seen = await watching
    assert seen[-2:] == ["ready", "cancelled"]


@contextmanager
def failing(*statuses: int) -> Iterator[tuple[str, list[str]]]:
    """A server that answers so, and then 200; the keys that it was given."""
    left, keys = list(statuses), list[str]()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            keys.append(self.headers["Idempotency-Key"])
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            status = left.pop(0) if left else 200
            body = b"" if status >= 400 else b'{"added": 1, "unreadable": []}'
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", keys
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "_LONGEST_PAUSE", 0.001)


def test_a_repeated_request_has_the_same_key() -> None:
    with failing(503, 429) as (base, keys), Antiphon(base, "x") as antiphon:
        assert antiphon.opt_out("1").added == 1
    assert len(keys) == 3
    assert len(set(keys)) == 1


async def test_a_repeated_request_has_the_same_key_in_the_other_flavour() -> None:
    with failing(502) as (base, keys):
        async with AsyncAntiphon(base, "x") as antiphon:
            assert (await antiphon.opt_out("1")).added == 1
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_it_gives_up_in_the_end() -> None:
    with failing(*[503] * 9) as (base, keys), Antiphon(base, "x") as antiphon, pytest.raises(Problem) as refused:
        antiphon.opt_out("1")
    assert (refused.value.status, len(keys)) == (503, calls.ATTEMPTS)
    with Antiphon("http://127.0.0.1:1", "x") as nobody, pytest.raises(Unreachable):
        nobody.wallet()


async def test_it_gives_up_in_the_end_in_the_other_flavour() -> None:
    async with AsyncAntiphon("http://127.0.0.1:1", "x") as nobody:
        with pytest.raises(Unreachable):
            await nobody.wallet()
