"""Who says the very same again is told so."""

import json

from antiphon.services import accounts
from antiphon.store.session import Store
from tests.dialects import doors


async def test_the_same_call_again_is_flagged(store: Store) -> None:
    credential = await accounts.create(store, "twice@example.com", "FR")
    headers = doors.credentials("octopush", credential)
    text = {"text": "Your code is 1234", "recipients": [{"phone_number": "+33612345678"}], "purpose": "alert"}
    other = text | {"text": "Your code is 5678"}
    async with doors.opened(store) as address:
        heard = [
            await doors.call(address, "POST", "/v1/public/sms-campaign/send", headers, json.dumps(body).encode())
            for body in (text, other, text, {"text": ""}, {"text": ""})
        ]
    assert [one.status for one in heard] == [201, 201, 201, 400, 400]
    assert ["antiphon-repeated" in one.headers for one in heard] == [False, False, True, False, False]
    assert len({json.dumps(one.body) for one in heard[:3]}) == 3
