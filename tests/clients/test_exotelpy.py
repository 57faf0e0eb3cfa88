"""exotelpy from PyPI, unmodified: every method that has an answer here, and its own exceptions."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from exotelpy import Exotel, Retry, Schedule  # pyright: ignore[reportMissingTypeStubs]
from exotelpy.exceptions import (  # pyright: ignore[reportMissingTypeStubs]
    AuthenticationFailed,
    NotFound,
    UniqueViolationError,
    ValidationError,
)

from antiphon.core.account import NewCredential
from antiphon.services import accounts
from antiphon.store.session import Store
from tests.conftest import Clock
from tests.dialects import doors

NUMBERS = ["+919876543210", "+919876543211"]
TEXT = {
    "content_type": "static",
    "dlt_entity_id": 110100001352,
    "sender_id": "EXOTEL",
    "template": "Hello",
    "name": "demo",
}


@pytest.fixture
async def indian(store: Store) -> NewCredential:
    return await accounts.create(store, "asha@example.com", "IN")


def _work(client: Any, schedule: Any) -> None:
    made = client.create_list("customers", numbers=NUMBERS)
    listed = made["response"][0]["data"]["list_id"]
    assert client.get_list_contacts(listed)["metadata"]["total"] == 2
    assert client.get_bulk_lists(name="cust")["response"][0]["data"]["sid"] == listed
    with pytest.raises(UniqueViolationError, match="customers"):
        client.create_list("customers")

    sids = [one["data"]["sid"] for one in client.create_contacts(NUMBERS)["response"]]
    assert client.get_contact_details(sids[0])["response"]["data"]["number"] == NUMBERS[0]
    with pytest.raises(NotFound):
        client.get_contact_details("f" * 32)

    client.create_message_campaign(
        lists=[listed], template_id=1107160, message_type="transactional", channel="sms", schedule=schedule, **TEXT
    )
    older = client.create_sms_campaign(lists=[listed], dlt_template_id=1107160, sms_type="transactional", **TEXT)
    sid = older["response"][0]["data"]["sid"]
    assert client.get_sms_campaign_details(sid)["response"][0]["data"]["sid"] == sid
    assert client.get_bulk_sms_campaign_details(limit=10)["metadata"]["total"] == 2
    assert client.get_sms_campaign_sms_details(sid)["metadata"]["total"] == 0
    with pytest.raises(ValidationError, match="content_type"):
        client.create_sms_campaign(
            lists=[listed], dlt_template_id=1, sms_type="transactional", **(TEXT | {"content_type": "other"})
        )

    call = client.create_campaign(
        "08047113317", "12", lists=[listed], name="calls", schedule=schedule, retry=Retry(1, 5, ["busy"])
    )
    id = call["response"][0]["data"]["id"]
    assert client.get_campaign_details(id)["response"][0]["data"]["status"] == "Created"
    assert client.get_bulk_campaign_details()["metadata"]["total"] == 1

    sent = client.send_bulk_sms("EXOTEL", NUMBERS, "Your code is 1234")
    single = sent[0]["SMSMessage"]["Sid"]
    assert client.get_sms_details(single)["SMSMessage"]["To"] == NUMBERS[0]

    client.delete_contact(sids[0])
    assert client.delete_list(listed)["http_code"] == 409, "its campaigns are being calculated"
    other = client.create_list("others")["response"][0]["data"]["sid"]
    assert client.get_list_details(other)["response"]["data"]["contact_count"] == 0
    client.delete_list(other)
    with pytest.raises(NotFound):
        client.get_list_details(other)


async def test_a_day_with_it(store: Store, indian: NewCredential, clock: Clock) -> None:
    start = clock.now + timedelta(hours=1)
    schedule = Schedule(start, start + timedelta(hours=3))
    async with doors.opened(store) as address:
        client = Exotel(indian.sid, indian.key_id, indian.api_key, f"http://{address}")
        await asyncio.to_thread(_work, client, schedule)


async def test_a_wrong_key(store: Store, indian: NewCredential) -> None:
    async with doors.opened(store) as address:
        client = Exotel(indian.sid, indian.key_id, "wrong", f"http://{address}")
        with pytest.raises(AuthenticationFailed):
            await asyncio.to_thread(client.get_bulk_lists)
