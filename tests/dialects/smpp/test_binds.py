"""Who comes in by the SMPP door, and how often may they try?"""

import asyncio

import pytest
import smpp34

from antiphon.core.account import NewCredential
from antiphon.dialects.smpp.auth import Guesses
from antiphon.services import accounts, binds
from antiphon.smpp import status
from antiphon.store.session import Store
from tests.dialects.smpp.scene import Shop, opened


@pytest.mark.parametrize("kind", ["transmitter", "receiver", "transceiver"])
async def test_the_cut_login_and_the_cut_key_bind(store: Store, credential: NewCredential, kind: str) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        answer = await shop.bind(credential, kind)
        assert (answer.status, answer.command) == (status.OK, f"bind_{kind}_resp")
        assert answer.system_id == b"antiphon"
        assert (await shop.ask("enquire_link")).status == status.OK
        assert (await shop.ask("unbind")).command == "unbind_resp"


async def test_another_client_binds(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        client = smpp34.Client("127.0.0.1", place.port, credential.sid, credential.api_key[:8])
        smsc = await client.connect()
        assert smsc.system_id == credential.sid
        await smsc.unbind()


async def test_a_password_of_its_own_binds(store: Store, credential: NewCredential) -> None:
    made = await binds.set_password(store, credential.login)
    async with opened(store) as place:
        assert (await Shop(place.port).bind_as(made.system_id, made.password)).status == status.OK
        assert (await Shop(place.port).bind(credential)).status == status.INVALID_PASSWORD


async def test_a_wrong_name_and_a_wrong_password_are_refused_alike(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        wrong = [(credential.sid, "wrong"), (credential.sid, ""), ("nobody", credential.api_key[:8])]
        codes = [(await Shop(place.port).bind_as(*pair)).status for pair in wrong]
        assert codes == [status.INVALID_PASSWORD] * 3
        assert (await Shop(place.port).bind_as("", "secret")).status == status.INVALID_SYSTEM_ID


async def test_logins_that_begin_alike_bind_by_their_sid(store: Store, credential: NewCredential) -> None:
    other = await accounts.create(store, credential.login[:15] + ".org", "FR")
    async with opened(store) as place:
        assert (await Shop(place.port).bind(credential)).status == status.INVALID_PASSWORD
        assert (await Shop(place.port).bind_as(other.sid, other.api_key[:8])).status == status.OK


async def test_who_has_failed_too_often_is_not_looked_at(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        codes = [(await Shop(place.port).bind_as("nobody", "secret")).status for _ in range(21)]
        assert status.BIND_FAILED in codes
        assert codes.index(status.BIND_FAILED) >= 10


def test_failures_count_for_an_address_and_a_minute() -> None:
    guesses = Guesses()
    assert [guesses.begin("a", 0.0) for _ in range(11)] == [True] * 10 + [False]
    assert guesses.begin("b", 1.0)
    guesses.forgive("a")
    assert [guesses.begin("a", 59.0), guesses.begin("a", 59.0)] == [True, False]
    assert guesses.begin("a", 60.0)


async def test_an_account_has_twenty_binds(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        shops = [Shop(place.port) for _ in range(21)]
        codes = [(await shop.bind(credential)).status for shop in shops]
        assert codes == [status.OK] * 20 + [status.BIND_FAILED]
        await shops[0].leave()
        while (await Shop(place.port).bind(credential)).status != status.OK:
            await asyncio.sleep(0.01)


async def test_a_session_binds_once(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential)
        again = await shop.ask("bind_transmitter", system_id=credential.sid, password=credential.api_key[:8])
        assert again.status == status.ALREADY_BOUND


async def test_who_does_not_bind_is_sent_away(store: Store) -> None:
    async with opened(store, unbound=0.05) as place:
        reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()


async def test_nothing_is_answered_before_the_bind(store: Store) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await asyncio.to_thread(shop._client.connect)
        assert (await shop.submit()).status == status.WRONG_BIND
        assert (await shop.ask("enquire_link")).status == status.OK


async def test_a_receiver_submits_nothing(store: Store, credential: NewCredential) -> None:
    async with opened(store) as place:
        shop = Shop(place.port)
        await shop.bind(credential, "receiver")
        assert (await shop.submit()).status == status.WRONG_BIND
