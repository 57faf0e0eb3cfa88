"""What holds of every text that is sent by a call, whatever it says?"""

import asyncio
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from antiphon.core.account import NewCredential
from antiphon.dialects.octopush.campaigns import read_ticket
from antiphon.store.schema import messages, metadata
from antiphon.store.session import Store
from tests.dialects import doors

GOOD = {
    "recipients": [{"phone_number": "+33612345678"}, {"phone_number": "0612345679", "first_name": "Axelle"}],
    "text": "Hello {first_name}, STOP at 30101",
    "sender": "Company",
    "type": "sms_premium",
    "purpose": "wholesale",
    "send_at": None,
    "with_replies": False,
    "auto_optimize_text": True,
    "list_name": None,
    "request_id": None,
    "simulation_mode": False,
}
ODD = (None, "", 0, 1, -1, 1.5, True, "true", "no", "x" * 300, [], {}, ["+33612345678"], "2035-01-01", "€\0\ud7ff")
odd = st.sampled_from(ODD) | st.text(max_size=20)
recipients = st.lists(st.sampled_from(["+33612345678", "12", "", None, 33612345678, [], {}]), max_size=4).map(
    lambda numbers: [{"phone_number": number} for number in numbers]
)
FIVE = {"sms_ticket": str, "number_of_contacts": int, "total_cost": float, "number_of_sms_needed": int}


@settings(max_examples=60)
@given(
    changed=st.dictionaries(st.sampled_from([*GOOD, "colour"]), odd, max_size=4),
    dropped=st.sets(st.sampled_from(list(GOOD)), max_size=3),
    to=st.none() | recipients,
)
async def test_it_is_durable_or_refused(
    store: Store, credential: NewCredential, changed: dict[str, Any], dropped: set[str], to: Any
) -> None:
    body = {name: value for name, value in (GOOD | changed).items() if name not in dropped}
    body |= {} if to is None else {"recipients": to}
    async with doors.opened(store) as address:
        before = await _written(store)
        heard = await _send(address, credential, body)
        written = await _written(store) - before
    if heard.status == 201:
        assert all(isinstance(heard.body[name], kind) for name, kind in FIVE.items())
        assert "code" not in heard.body
        simulated = heard.body["sms_ticket"] == "sms_00000000000000"
        assert written == (0 if simulated else heard.body["number_of_contacts"])
        assert simulated or await _written(store, read_ticket(heard.body["sms_ticket"])) == written
    else:
        assert (heard.status, list(heard.body), written) == (400, ["code", "message"], 0), heard


async def test_a_simulation_touches_nothing(store: Store, credential: NewCredential) -> None:
    async with doors.opened(store) as address:
        before = await _counts(store)
        body = GOOD | {"simulation_mode": True, "list_name": "all", "request_id": "a1"}
        heard = await _send(address, credential, body)
        assert heard.status == 201
        assert heard.body["number_of_contacts"] == 2
        assert await _counts(store) == before
        assert (await _send(address, credential, body | {"simulation_mode": False})).status == 201


async def test_a_request_is_done_once_however_often_it_comes_at_once(store: Store, credential: NewCredential) -> None:
    async with doors.opened(store) as address:
        calls = [_send(address, credential, GOOD | {"request_id": "order 12"}) for _ in range(8)]
        heard = await asyncio.gather(*calls)
        accepted = [one for one in heard if one.status == 201]
        assert len(accepted) == 1
        assert all(one.body["code"] == 120 for one in heard if one.status != 201)
        assert await _written(store) == 2


async def _send(address: str, credential: NewCredential, body: Any) -> doors.Heard:
    headers = doors.credentials("octopush", credential)
    return await doors.call(address, "POST", "/v1/public/sms-campaign/send", headers, json.dumps(body).encode())


async def _written(store: Store, campaign: int | None = None) -> int:
    """How many messages there are, of this campaign or in all."""
    query = select(func.count()).select_from(messages)
    async with store.read() as tx:
        found = await tx.tuples(query if campaign is None else query.where(messages.c.campaign_id == campaign))
    return found[0][0]


async def _counts(store: Store) -> dict[str, int]:
    async with store.read() as tx:
        counted = [
            (await tx.tuples(select(func.count()).select_from(table)))[0][0] for table in metadata.tables.values()
        ]
    return dict(zip(metadata.tables, counted, strict=True))
