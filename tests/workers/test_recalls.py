"""Is a message that a carrier has called back where somebody cancels it? Against a far end over TCP, over our doors."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest

from antiphon.core.account import Account, NewCredential
from antiphon.services import messages, sends
from antiphon.smpp import status
from antiphon.store.session import Store
from antiphon.workers import dispatch, inquiries
from antiphon.workers.loop import forever
from tests.carriers.far_ends import far_end
from tests.dialects.smpp.scene import Shop, id_of, opened
from tests.services.scenes import PRICES, to
from tests.workers.far_fleet import become, fleet_to

LONG = "All work and no play makes Jack a dull boy. " * 9


@asynccontextmanager
async def working(store: Store, port: int, options: str = "") -> AsyncIterator[None]:
    """As the program does, but faster."""
    async with fleet_to(store, port, options) as fleet:
        stopping = asyncio.Event()
        steps = {"dispatch": dispatch.run_once, "inquiries": inquiries.run_once}
        tasks = [
            asyncio.create_task(forever(name, partial(step, store, fleet), stopping, 0.02))
            for name, step in steps.items()
        ]
        yield
        stopping.set()
        await asyncio.gather(*tasks)


@pytest.mark.parametrize("text", ["Hello", LONG], ids=["one part", "three parts"])
async def test_what_is_on_its_way(store: Store, account: Account, text: str) -> None:
    async with far_end(receipt_delay=60.0) as (_, port), working(store, port):
        sent = await sends.send(store, PRICES, account, to("+33612345678", text=text))
        await become(store, account, sent.campaign, accepted=1)
        assert await messages.cancel(store, account, sent.messages[0].id) is False
        await become(store, account, sent.campaign, failed=1)
        found = await messages.find(store, account, sent.messages[0].id)
        assert found
        assert found[1].error == "DELETED: cancelled"


@pytest.mark.parametrize(
    ("faults", "options", "code", "state"),
    [
        pytest.param({"receipt_delay": 60.0}, "", status.OK, 4, id="called back"),
        pytest.param({"silent": 1.0}, "", status.CANCEL_FAILED, 1, id="too late"),
        pytest.param({"receipt_delay": 60.0}, "&cancel=false", status.CANCEL_FAILED, 1, id="not done there"),
    ],
)
async def test_a_customer_over_smpp_is_told_what_the_carrier_said(
    store: Store, credential: NewCredential, faults: dict[str, float], options: str, code: int, state: int
) -> None:
    async with far_end(**faults) as (smsc, port), working(store, port, options), opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        id = id_of(await shop.submit())
        async with asyncio.timeout(10):
            while not smsc.taken:
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)
        assert await shop.cancel(id) == code
        assert (await shop.ask("query_sm", message_id=str(id))).message_state == state


async def test_who_asked_for_a_receipt_is_told_that_it_was_deleted(store: Store, credential: NewCredential) -> None:
    async with far_end(receipt_delay=60.0) as (smsc, port), working(store, port), opened(store) as place:
        shop, other = Shop(place.port), Shop(place.port)
        await shop.bind(credential)
        await other.bind(credential, "transmitter")
        id = id_of(await other.submit(registered_delivery=1))
        async with asyncio.timeout(10):
            while not smsc.taken:
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)
        assert await other.cancel(id) == status.OK
        (told,) = await shop.listen()
        assert f"id:{id} sub:001 dlvrd:000".encode() in told.short_message
        assert b"stat:DELETED err:001" in told.short_message
