"""What is a customer told over a bind, and what is kept until there is one?"""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
import smpp34

from antiphon.core.account import NewCredential
from antiphon.core.message import Fate, Reply
from antiphon.services import binds, deliveries, kept, parts, progress, replies
from antiphon.smpp import receipt, status
from antiphon.smpp.bodies import Bind, Command, ShortMessage, Tag
from antiphon.smpp.pdu import encode
from antiphon.smpp.receipt import Receipt
from antiphon.store.schema import callbacks
from antiphon.store.session import Store
from tests.conftest import Clock
from tests.dialects.smpp.scene import NUMBER, Shop, claimed, id_of, opened, reported
from tests.dialects.smpp.test_submits import parts as cut
from tests.services.scenes import PRICES


def told(pdu: Any) -> Receipt:
    """What a receipt says, in both its ways."""
    body = ShortMessage(esm_class=pdu.esm_class, short_message=pdu.short_message)
    read = receipt.read(body)
    assert read is not None
    assert receipt.is_receipt(body)
    id = pdu.receipted_message_id
    assert (id.decode() if isinstance(id, bytes) else id).rstrip("\0") == read.ids[0]
    assert pdu.message_state == receipt.code(read.state)
    return read


async def rows(store: Store) -> list[tuple[str, int]]:
    """State and attempts of all that is owed."""
    async with store.read() as tx:
        return [(row["state"], row["attempts"]) for row in await tx.all(callbacks.select().order_by(callbacks.c.id))]


async def settled(store: Store, states: list[str]) -> None:
    async with asyncio.timeout(10):
        while [state for state, _ in await rows(store)] != states:
            await asyncio.sleep(0.01)


FATES = [
    pytest.param(Fate.DELIVERED, None, "DELIVRD", "000", id="delivered"),
    pytest.param(Fate.FAILED, "err 034", "UNDELIV", "034", id="failed"),
    pytest.param(Fate.FAILED, "absent", "UNDELIV", "001", id="failed without a number"),
]


@pytest.mark.parametrize(("fate", "error", "state", "code"), FATES)
async def test_receipt(
    store: Store, credential: NewCredential, fate: Fate, error: str | None, state: str, code: str
) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        id = id_of(
            await shop.submit(
                source_addr="SHOP", source_addr_ton=5, dest_addr_ton=1, dest_addr_npi=1, registered_delivery=1
            )
        )
        (leaving,) = await claimed(store)
        await reported(store, leaving, fate, error)
        (heard,) = await shop.listen()
        read = told(heard)
        assert (read.ids, read.state, read.error, read.done) == ((str(id),), state, code, "2603021205")
        assert (heard.source_addr, heard.source_addr_ton, heard.source_addr_npi) == (NUMBER.encode(), 1, 1)
        assert (heard.destination_addr, heard.dest_addr_ton) == (b"SHOP", 5)
        assert b"submit date:2603021200 " in heard.short_message
        assert heard.short_message.endswith(b"text:Hello")
        await settled(store, ["delivered"])


ASKED = [
    pytest.param(0, Fate.FAILED, [], id="nothing"),
    pytest.param(1, Fate.DELIVERED, ["delivered"], id="all"),
    pytest.param(2, Fate.FAILED, ["delivered"], id="failures"),
    pytest.param(16, Fate.DELIVERED, [], id="intermediate ones"),
]


@pytest.mark.parametrize(("asked", "fate", "states"), ASKED)
async def test_only_who_asks_is_told(
    store: Store, credential: NewCredential, asked: int, fate: Fate, states: list[str]
) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        id_of(await shop.submit(registered_delivery=asked))
        (leaving,) = await claimed(store)
        await reported(store, leaving, fate)
        await shop.listen(len(states))
        await settled(store, states)


async def test_who_asks_for_failures_hears_of_no_success(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        for asked in (2, 1):
            id_of(await shop.submit(registered_delivery=asked))
        ids = []
        for leaving in await claimed(store, 2):
            await reported(store, leaving)
            ids.append(leaving.id)
        (heard,) = await shop.listen()
        assert told(heard).ids == (str(ids[1]),)
        await settled(store, ["delivered", "delivered"])


async def test_each_part_that_asked_is_reported(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        asks = (1, 0, 1)
        ids = [
            id_of(await shop.submit(registered_delivery=asked, **one))
            for asked, one in zip(asks, cut("x" * 400), strict=True)
        ]
        (leaving,) = await claimed(store)
        await reported(store, leaving)
        heard = await shop.listen(2)
        assert [told(one).ids[0] for one in heard] == [str(ids[0]), str(ids[2])]


async def test_a_part_whose_others_never_came_has_expired(
    store: Store, credential: NewCredential, clock: Clock
) -> None:
    first, second, _ = cut("x" * 400)
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        id = id_of(await shop.submit(registered_delivery=1, **first))
        id_of(await shop.submit(**second))
        assert await parts.expire(store) == 0
        clock.advance(601)
        assert await parts.expire(store) == 2
        (heard,) = await shop.listen()
        assert (told(heard).ids, told(heard).state) == ((str(id),), "EXPIRED")
        assert await shop.query(id) == status.INVALID_MESSAGE_ID


async def test_what_was_cancelled_or_came_too_late_is_told(
    store: Store, credential: NewCredential, clock: Clock
) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        gone = id_of(await shop.submit(registered_delivery=1))
        assert await shop.cancel(gone) == status.OK
        late = id_of(await shop.submit(registered_delivery=1, validity_period="000000000100000R"))
        clock.advance(61)
        await progress.stop_due(store)
        await progress.wind_up(store)
        heard = await shop.listen(2)
        assert [(told(one).ids[0], told(one).state) for one in heard] == [
            (str(gone), "DELETED"),
            (str(late), "EXPIRED"),
        ]


async def test_a_reply(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        id_of(await shop.submit(source_addr="36111", source_addr_ton=3))
        (leaving,) = await claimed(store)
        at = datetime(2026, 3, 2, 12, 1, tzinfo=UTC)
        texts = ["Yes, please", "Да", "x" * 300]
        said = [Reply(number=leaving.number, text=text, at=at, answers=leaving.key, receiver="36111") for text in texts]
        await replies.record(store, PRICES, said)
        heard = await shop.listen(3)
        assert [one.esm_class for one in heard] == [0, 0, 0]
        assert {one.source_addr for one in heard} == {NUMBER.encode()}
        assert {(one.destination_addr, one.dest_addr_ton) for one in heard} == {(b"36111", 3)}
        octets = [one.short_message or one.message_payload for one in heard]
        assert sorted(octets) == sorted([b"Yes, please", "Да".encode("utf-16-be"), b"x" * 300])


@pytest.mark.parametrize("kind", ["receiver", "transceiver"])
async def test_what_comes_while_nobody_listens_is_kept(store: Store, credential: NewCredential, kind: str) -> None:
    async with opened(store) as place:
        sender = Shop(place.port)
        await sender.bind(credential, "transmitter")
        ids = [id_of(await sender.submit(registered_delivery=1)) for _ in range(3)]
        for leaving in await claimed(store, 3):
            await reported(store, leaving)
        assert await place.door.run_once() == 0
        assert await rows(store) == [("kept", 0)] * 3
        receiver = Shop(place.port)
        await receiver.bind(credential, kind)
        heard = await receiver.listen(3)
        assert sorted(told(one).ids[0] for one in heard) == sorted(map(str, ids))
        await settled(store, ["delivered"] * 3)
        assert sender.heard == []


async def test_who_leaves_in_the_middle_is_told_again(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        sender = Shop(place.port)
        await sender.bind(credential, "transmitter")
        silent, writer = await _silent_receiver(place.port, credential)
        id = id_of(await sender.submit(registered_delivery=1))
        (leaving,) = await claimed(store)
        await reported(store, leaving)
        async with asyncio.timeout(10):
            await silent.readexactly(16)
        assert await rows(store) == [("telling", 0)]
        writer.transport.abort()
        await settled(store, ["kept"])
        receiver = Shop(place.port)
        await receiver.bind(credential, "receiver")
        (heard,) = await receiver.listen()
        assert told(heard).ids == (str(id),)
        await settled(store, ["delivered"])


async def test_who_refuses_is_told_later_and_at_once_after_a_bind(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        shop = Shop(place.port, answers=status.TEMPORARY)
        await shop.bind(credential)
        id_of(await shop.submit(registered_delivery=1))
        (leaving,) = await claimed(store)
        await reported(store, leaving)
        await shop.listen()
        await settled(store, ["kept"])
        assert await rows(store) == [("kept", 1)]
        await shop.leave()
        again = Shop(place.port)
        await again.bind(credential)
        await again.listen()
        await settled(store, ["delivered"])


async def test_only_the_process_that_is_bound_tells(
    store: Store, other_store: Store, credential: NewCredential
) -> None:
    async with opened(store) as here, opened(other_store) as there:
        sender, receiver = Shop(here.port), Shop(there.port)
        await sender.bind(credential, "transmitter")
        await receiver.bind(credential, "receiver")
        id_of(await sender.submit(registered_delivery=1))
        (leaving,) = await claimed(store)
        await reported(store, leaving)
        assert await here.door.run_once() == 0
        await receiver.listen()
        await settled(store, ["delivered"])


async def test_after_a_day_it_is_told_no_more(store: Store, credential: NewCredential, clock: Clock) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential, "transmitter")
        id_of(await shop.submit(registered_delivery=1))
        (leaving,) = await claimed(store)
        await reported(store, leaving)
        clock.advance(24 * 3600 + 1)
        await kept.bound(store, credential.account_id)
        assert await rows(store) == [("failed", 0)]


async def test_other_clients_read_it_too(store: Store, credential: NewCredential) -> None:
    made = await binds.set_password(store, credential.login)
    async with opened(store) as place:
        smsc = await smpp34.Client("127.0.0.1", place.port, made.system_id, made.password).connect()
        taken = await smsc.submit_sm(NUMBER, b"Hello", source_addr="SHOP", registered_delivery=1)
        (leaving,) = await claimed(store)
        await reported(store, leaving)
        event = await smsc.next()
        tlvs = {tlv.tag: tlv for tlv in event.tlvs}
        assert tlvs[Tag.RECEIPTED_MESSAGE_ID].as_string() == taken.message_id
        assert tlvs[Tag.MESSAGE_STATE].as_int() == 2
        await settled(store, ["delivered"])


async def test_a_program_that_stops_says_goodbye(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        smsc = await smpp34.Client("127.0.0.1", place.port, credential.sid, credential.api_key[:8]).connect()
        sent = [asyncio.ensure_future(smsc.submit_sm(NUMBER, b"Hello")) for _ in range(10)]
        answers = await asyncio.gather(*sent)
        assert all(one.is_success for one in answers)
        await place.close()
        assert isinstance(await smsc.next(), smpp34.Disconnected)
        await claimed(store, 10)


async def test_what_is_told_over_binds_is_none_of_the_courier_s(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential, "transmitter")
        id_of(await shop.submit(registered_delivery=1))
        (leaving,) = await claimed(store)
        await reported(store, leaving)
        assert await deliveries.owed_after(store, "", 10) == []


async def _silent_receiver(port: int, credential: NewCredential) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Bound, and it never answers what it is told."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(encode(Command.BIND_RECEIVER, 1, Bind(credential.sid, credential.api_key[:8])))
    length = int.from_bytes(await reader.readexactly(4), "big")
    await reader.readexactly(length - 4)
    return reader, writer
