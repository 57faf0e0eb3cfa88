"""What becomes of what a customer submits?"""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import smpp34

from antiphon.core import air
from antiphon.core.account import NewCredential
from antiphon.core.air import Alphabet, Part
from antiphon.core.campaign import Purpose
from antiphon.core.pace import Pace
from antiphon.services import accounts, progress, wallet
from antiphon.smpp import status
from antiphon.smpp.bodies import Command
from antiphon.smpp.pdu import Pdu, decode
from antiphon.store.session import Store
from tests.conftest import Clock
from tests.dialects.smpp.scene import NUMBER, Shop, claimed, found, id_of, opened
from tests.services.scenes import PIECE, audited

TEXTS = [
    pytest.param(b"Hello", {}, "Hello", id="GSM"),
    pytest.param(b"\x00 \x1be \x05", {"data_coding": 0}, "@ € é", id="GSM beyond ASCII"),
    pytest.param("café".encode("latin-1"), {"data_coding": 3}, "café", id="Latin-1"),
    pytest.param("Привет 👋".encode("utf-16-be"), {"data_coding": 8}, "Привет 👋", id="UCS-2"),
    pytest.param("Привет".encode("iso8859_5"), {"data_coding": 6}, "Привет", id="Cyrillic"),
    pytest.param(b"Hello", {"data_coding": 0xF1}, "Hello", id="a class"),
    pytest.param(b"a\0b", {"data_coding": 3}, "ab", id="NUL is left out"),
    pytest.param(b"{first_name}", {"data_coding": 1}, "{first_name}", id="no merge fields"),
    pytest.param(b"a@b_{c}", {"data_coding": 1}, "a@b_{c}", id="IA5"),
    pytest.param(b"\x1be \x00 \x05", {"data_coding": 1}, "€ @ é", id="IA5 that is GSM"),
    pytest.param(b"", {"message_payload": b"x" * 400}, "x" * 400, id="payload"),
]
ADDRESSES = [
    pytest.param({"dest_addr_ton": 1, "to": "33612345678"}, "+33612345678", id="international"),
    pytest.param({"dest_addr_ton": 1, "to": "+33612345678"}, "+33612345678", id="international with a plus"),
    pytest.param({"dest_addr_ton": 1, "to": "0033612345678"}, "+33612345678", id="international with zeros"),
    pytest.param({"dest_addr_ton": 2, "to": "0612345678"}, "+33612345678", id="national"),
    pytest.param({"dest_addr_ton": 2, "to": "612345678"}, "+33612345678", id="national without a zero"),
    pytest.param({"dest_addr_ton": 0, "to": "0612345678"}, "+33612345678", id="unknown, national"),
    pytest.param({"dest_addr_ton": 0, "to": "447911123456"}, "+447911123456", id="unknown, abroad"),
    pytest.param({"dest_addr_ton": 0, "to": "33612345678"}, "+33612345678", id="unknown, at home"),
]
REFUSED = [
    pytest.param({"to": "123"}, status.INVALID_DESTINATION, id="no number"),
    pytest.param({"to": ""}, status.INVALID_DESTINATION, id="no destination"),
    pytest.param({"to": "447911123456", "dest_addr_ton": 2}, status.INVALID_DESTINATION, id="not national"),
    pytest.param({"text": b""}, status.INVALID_MESSAGE_LENGTH, id="no text"),
    pytest.param({"text": b"", "message_payload": b"x" * 1225}, status.INVALID_MESSAGE_LENGTH, id="too long"),
    pytest.param({"data_coding": 4}, status.SUBMIT_FAILED, id="octets"),
    pytest.param({"source_addr": "a name of many"}, status.INVALID_SOURCE, id="long name"),
    pytest.param({"source_addr": "a\x01b"}, status.INVALID_SOURCE, id="control characters"),
    pytest.param({"esm_class": 0x04}, status.INVALID_ESM_CLASS, id="a receipt"),
    pytest.param({"esm_class": 0x40, "text": b"\xff1"}, status.INVALID_MESSAGE_LENGTH, id="half a header"),
    pytest.param({"esm_class": 0x40, "text": b"\5\0\3\1\2\3x"}, status.INVALID_TLV, id="part 3 of 2"),
    pytest.param({"esm_class": 0x40, "text": b"\5\0\3\1\0\0x"}, status.INVALID_TLV, id="part 0 of 0"),
    pytest.param({"schedule_delivery_time": "soon"}, status.INVALID_SCHEDULE, id="no time"),
    pytest.param({"schedule_delivery_time": "261399000000000+"}, status.INVALID_SCHEDULE, id="no month"),
    pytest.param({"validity_period": "200101000000000+"}, status.INVALID_EXPIRY, id="too late"),
    pytest.param({"replace_if_present_flag": 1}, status.INVALID_REPLACE_FLAG, id="replace"),
    pytest.param({"service_type": "PROMO"}, status.SUBMIT_FAILED, id="marketing without STOP"),
]


def parts(text: str, reference: int = 7) -> list[dict[str, Any]]:
    """As submit_sm with headers."""
    cut = air.cut(text, Alphabet.GSM)
    return [
        {
            "text": air.header(Part(reference, len(cut.parts), place)) + octets,
            "esm_class": 0x40,
            "data_coding": cut.coding,
        }
        for place, octets in enumerate(cut.parts, 1)
    ]


@pytest.mark.parametrize(("octets", "fields", "said"), TEXTS)
async def test_text(store: Store, credential: NewCredential, octets: bytes, fields: dict[str, Any], said: str) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        id = id_of(await shop.submit(octets, source_addr="SHOP", source_addr_ton=5, **fields))
        (leaving,) = await claimed(store)
        assert (leaving.id, leaving.text, leaving.number, leaving.sender) == (id, said, f"+{NUMBER}", "SHOP")
        assert leaving.urgent


@pytest.mark.parametrize(("fields", "number"), ADDRESSES)
async def test_number(store: Store, credential: NewCredential, fields: dict[str, Any], number: str) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        id = id_of(await shop.submit(**fields))
        assert (await found(store, credential, id))[1].number == number


@pytest.mark.parametrize(("fields", "code"), REFUSED)
async def test_refused(store: Store, credential: NewCredential, fields: dict[str, Any], code: int) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        assert (await shop.submit(**fields)).status == code
        assert id_of(await shop.submit()), "the session goes on"
        await claimed(store, 1)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
@pytest.mark.parametrize("text", ["Hello, world. " * 25, "Привет, мир 👋. " * 12])
async def test_parts_in_any_order_are_one_message(
    store: Store, credential: NewCredential, order: tuple[int, ...], text: str
) -> None:
    each = parts(text)
    assert len(each) == 3
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        ids = [id_of(await shop.submit(**each[place])) for place in order]
        assert len(set(ids)) == 3
        (leaving,) = await claimed(store)
        assert (leaving.id, leaving.text, leaving.segments) == (ids[-1], text, 3)
        answers = [await shop.ask("query_sm", message_id=str(id)) for id in ids]
        assert [answer.message_state for answer in answers] == [1, 1, 1]


async def test_sar_parts_over_two_binds_are_one_message(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        shops = [Shop(place.port), Shop(place.port)]
        for shop in shops:
            await shop.bind(credential)
        sar = {"sar_msg_ref_num": 500, "sar_total_segments": 2}
        await asyncio.gather(
            shops[0].submit(b"Hello, ", sar_segment_seqnum=1, **sar),
            shops[1].submit(b"world", sar_segment_seqnum=2, **sar),
        )
        (leaving,) = await claimed(store)
        assert leaving.text == "Hello, world"


async def test_a_part_that_comes_again_counts_once(store: Store, credential: NewCredential) -> None:
    first, second = parts("x" * 200)
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        ids = [id_of(await shop.submit(**first)) for _ in range(2)]
        assert ids[0] == ids[1]
        id_of(await shop.submit(**second))
        (leaving,) = await claimed(store)
        assert leaving.text == "x" * 200


async def test_a_reference_that_is_used_again_means_another_text(
    store: Store, credential: NewCredential, clock: Clock
) -> None:
    first, second = parts("x" * 200)
    late, later = parts("y" * 200)
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        for one in (first, second, late, later):
            id_of(await shop.submit(**one))
        assert [one.text for one in await claimed(store, 2)] == ["x" * 200, "y" * 200]
        id_of(await shop.submit(**first))
        clock.advance(601)
        id_of(await shop.submit(**second))
        await claimed(store, 0)


async def test_what_is_sent_later_and_until_when(store: Store, credential: NewCredential, clock: Clock) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        id = id_of(await shop.submit(schedule_delivery_time="260302140000004+", validity_period="000000030000000R"))
        campaign, _ = await found(store, credential, id)
        assert campaign.send_at == clock.now + timedelta(hours=1)
        assert campaign.end_at == clock.now + timedelta(hours=3)
        await claimed(store, 0)
        clock.advance(3 * 3600)
        await progress.stop_due(store)
        await progress.wind_up(store)
        answer = await shop.ask("query_sm", message_id=str(id))
        assert answer.message_state == 3
        assert answer.final_date == b"260302150000000+"


async def test_purpose(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        id = id_of(await shop.submit(b"Sale. STOP 36111", service_type="PROMO"))
        assert (await found(store, credential, id))[0].purpose is Purpose.MARKETING


async def test_data_sm(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        id_of(await shop.ask("data_sm", destination_addr=NUMBER, message_payload=b"Hello"))
        (leaving,) = await claimed(store)
        assert leaving.text == "Hello"


async def test_many_at_once_by_another_client(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        client = smpp34.Client("127.0.0.1", place.port, credential.sid, credential.api_key[:8], window_size=50)
        smsc = await client.connect()
        numbers = [f"336{place:08}" for place in range(60)]
        taken = await asyncio.gather(*(smsc.submit_sm(number, b"Hello", source_addr="SHOP") for number in numbers))
        assert all(one.is_success for one in taken)
        leaving = await claimed(store, 60)
        assert {str(one.id) for one in leaving} == {one.message_id for one in taken}
        await smsc.unbind()


async def test_who_is_too_fast_is_throttled(store: Store, credential: NewCredential) -> None:
    async with opened(store, Pace(0.001, 2)) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        codes = [(await shop.submit()).status for _ in range(3)]
        assert codes == [status.OK, status.OK, status.THROTTLED]


async def test_who_cannot_pay_is_told(store: Store, credential: NewCredential) -> None:
    await wallet.credit(store, credential.login, 1)
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        assert (await shop.submit()).status == status.PERMANENT
        first, second = parts("x" * 200)
        assert [(await shop.submit(**one)).status for one in (first, second)] == [status.OK, status.PERMANENT]


async def test_what_is_cancelled_is_paid_back(store: Store, credential: NewCredential) -> None:
    await wallet.credit(store, credential.login, 10 * PIECE)
    account = await accounts.authenticate(store, credential.api_key)
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        ids = [id_of(await shop.submit()) for _ in range(2)]
        assert await audited(store, account) == 8 * PIECE
        assert [await shop.cancel(id) for id in (ids[0], ids[0])] == [status.OK, status.CANCEL_FAILED]
        assert await audited(store, account) == 9 * PIECE


async def test_another_account_s_message_is_not_there(store: Store, credential: NewCredential) -> None:
    other = await accounts.create(store, "other@example.com", "FR")
    async with opened(store) as place:
        shop, stranger = Shop(place.port), Shop(place.port)
        await shop.bind(credential)
        await stranger.bind(other)
        id = id_of(await shop.submit())
        assert await stranger.query(id) == status.INVALID_MESSAGE_ID
        assert await stranger.cancel(id) == status.CANCEL_FAILED
        await claimed(store, 1)


async def test_cancel(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        waiting, later = id_of(await shop.submit()), id_of(await shop.submit(schedule_delivery_time="260303000000000+"))
        assert [await shop.cancel(waiting), await shop.cancel(later), await shop.cancel(waiting)] == [
            0,
            0,
            status.CANCEL_FAILED,
        ]
        states = [(await shop.ask("query_sm", message_id=str(id))).message_state for id in (waiting, later)]
        assert states == [4, 4]
        await claimed(store, 0)
        gone = id_of(await shop.submit())
        await claimed(store, 1)
        assert [await shop.cancel(one) for one in (gone, 12, "", "x", "9" * 40)] == [status.CANCEL_FAILED] * 5


async def test_a_text_is_cancelled_by_any_of_its_parts(store: Store, credential: NewCredential) -> None:
    first, second = parts("x" * 200)
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        part = id_of(await shop.submit(**first))
        id_of(await shop.submit(**second))
        assert await shop.cancel(part) == status.OK
        lone = id_of(await shop.submit(**first))
        assert await shop.cancel(lone) == status.OK
        id_of(await shop.submit(**second))
        await claimed(store, 0)


async def test_query_of_what_is_not_there(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        codes = [await shop.query(id) for id in ("12", "", "abc", "9" * 50)]
        assert codes == [status.INVALID_MESSAGE_ID] * 4


NONSENSE = [
    pytest.param(b"\0\0\0\x10\0\0\x09\x99\0\0\0\0\0\0\0\7", Command.GENERIC_NACK, status.INVALID_COMMAND, id="unknown"),
    pytest.param(
        b"\0\0\0\x10\0\0\0\x05\0\0\0\0\0\0\0\7", Command.GENERIC_NACK, status.INVALID_LENGTH, id="deliver_sm of nothing"
    ),
    pytest.param(
        b"\0\0\0\x11\0\0\0\x04\0\0\0\0\0\0\0\7\0", Command.GENERIC_NACK, status.INVALID_LENGTH, id="half a submit_sm"
    ),
    pytest.param(b"\xff\xff\xff\xff" + bytes(12), None, None, id="endless"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", None, None, id="HTTP"),
]


@pytest.mark.parametrize(("octets", "command", "code"), NONSENSE)
async def test_nonsense(store: Store, octets: bytes, command: int | None, code: int | None) -> None:
    async with opened(store) as place:
        reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
        writer.write(octets)
        async with asyncio.timeout(5):
            heard = await _hear(reader)
        assert heard is not None
        assert command is None or (heard.command, heard.status, heard.sequence) == (command, code, 7)
        writer.close()


async def _hear(reader: asyncio.StreamReader) -> Pdu | None:
    length = await reader.readexactly(4)
    return decode(length + await reader.readexactly(int.from_bytes(length, "big") - 4))
