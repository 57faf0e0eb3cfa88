"""Is what was said with a text kept for who carries it, and for who is told of it?"""

from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from antiphon.core.account import Callbacks
from antiphon.core.campaign import Purpose
from antiphon.services import accounts, campaigns, messages
from antiphon.store.session import Store
from tests.dialects import doors

HOOK = "https://example.com/dlr?a=1&b=2"
TOLD = Callbacks(receipts=HOOK, format="exotel_v1", form=True)
NOBODY = Callbacks(format="exotel_v1", form=True)
DLT = {"DltEntityId": "110100001352", "DltTemplateId": "1107160"}
TEXT = {"From": "EXOTEL", "To": "09876543210", "Body": "Hello {first_name}, @@City"}


class Kept(Struct, frozen=True):
    purpose: Purpose
    callbacks: Callbacks
    extras: dict[str, str]


SAID = [
    pytest.param({}, Kept(Purpose.ALERT, NOBODY, {}), id="nothing"),
    pytest.param({"SmsType": "promotional"}, Kept(Purpose.MARKETING, NOBODY, {}), id="promotional"),
    pytest.param({"SmsType": "transactional_opt_in"}, Kept(Purpose.ALERT, NOBODY, {}), id="transactional"),
    pytest.param(
        {"StatusCallback": HOOK, "CustomField": "order 12"},
        Kept(Purpose.ALERT, Callbacks(receipts=HOOK, format="exotel_v1", form=True, custom="order 12"), {}),
        id="told by a form",
    ),
    pytest.param(
        {"StatusCallback": HOOK, "StatusCallbackContentType": "application/json"},
        Kept(Purpose.ALERT, Callbacks(receipts=HOOK, format="exotel_v1"), {}),
        id="told by JSON",
    ),
    pytest.param(
        {"StatusCallback": HOOK, "StatusCallbackContentType": "application/x-www-form-urlencoded"},
        Kept(Purpose.ALERT, TOLD, {}),
        id="told by a form, and it was asked for",
    ),
    pytest.param(
        {"Priority": "high", **DLT},
        Kept(
            Purpose.ALERT,
            NOBODY,
            {"dlt_entity_id": "110100001352", "dlt_template_id": "1107160", "priority": "high"},
        ),
        id="for the carrier",
    ),
]


@pytest.mark.parametrize("call", ["Sms/send.json", "Sms/bulksend.json"])
@pytest.mark.parametrize(("options", "kept"), SAID)
async def test_what_is_kept(store: Store, options: dict[str, str], kept: Kept, call: str) -> None:
    credential = await accounts.create(store, "asha@example.com", "IN")
    account = await accounts.authenticate(store, credential.api_key)
    bulk = {"From": "EXOTEL", "Messages[0][To]": TEXT["To"], "Messages[0][Body]": TEXT["Body"]}
    form = urlencode((bulk if "bulk" in call else TEXT) | options).encode()
    async with doors.opened(store) as address:
        path = f"/v1/Accounts/{credential.sid}/{call}"
        heard = await doors.call(address, "POST", path, doors.credentials("exotel_v1", credential), form)
    assert heard.status == 200
    [leaving] = await messages.claim(store, 10)
    assert (leaving.sender, leaving.number, leaving.text) == ("EXOTEL", "+919876543210", TEXT["Body"])
    campaign = await campaigns.find(store, account, leaving.campaign_id)
    assert Kept(campaign.purpose, campaign.callbacks, dict(leaving.extras)) == kept


names = st.sampled_from(
    [
        *("From", "To", "To[]", "To[0]", "To[1]", "To[x]", "Body", "Body[]", "Messages", "Messages[0]", "Messages[]"),
        *(
            "Messages[0][To]",
            "Messages[0][Body]",
            "Messages[1][To]",
            "Messages[1][Body]",
            "Messages[1][x]",
            "Message[0][To]",
        ),
        *(
            "EncodingType",
            "Priority",
            "SmsType",
            "StatusCallback",
            "StatusCallbackContentType",
            "CustomField",
            "DltEntityId",
        ),
    ]
)
values = st.sampled_from(
    ["09876543210", "+919876543211", "12", " ", "", ",", "plain", "promotional", "\0", "http://[", "null", "\ud800"]
) | st.text(max_size=20)
pairs = st.lists(st.tuples(names, values), max_size=8)
WHOLE = [("From", "EXOTEL"), ("To", "09876543210"), ("Body", "Hello")]
WHOLE_BULK = [("From", "EXOTEL"), ("Messages[0][To]", "09876543210"), ("Messages[0][Body]", "Hello")]


@settings(max_examples=40)
@given(whole=st.sampled_from([[], WHOLE, WHOLE_BULK]), more=pairs)
async def test_any_form(store: Store, whole: list[tuple[str, str]], more: list[tuple[str, str]]) -> None:
    """Never a fault; and what is answered with a sid, and nothing else, is there to be sent."""
    credential = await accounts.create(store, f"{store.ids.one()}@example.com", "IN")
    account = await accounts.authenticate(store, credential.api_key)
    headers = doors.credentials("exotel_v1", credential)
    form = urlencode([*whole, *more], errors="surrogatepass").encode()
    sids: set[str] = set()
    async with doors.opened(store) as address:
        for call in ("Sms/send.json", "Sms/bulksend.json"):
            heard = await doors.call(address, "POST", f"/v1/accounts/{credential.sid}/{call}", headers, form)
            assert heard.status in (200, 400), heard
            told = heard.body if isinstance(heard.body, list) else [heard.body]
            assert heard.status == 200 or told[0]["RestException"]["Status"] == 400
            sids |= {one["SMSMessage"]["Sid"] for one in told if heard.status == 200} - {None}
    waiting = await messages.claim(store, 100)
    assert {f"{account.id:016x}{one.id:016x}" for one in waiting} == sids
