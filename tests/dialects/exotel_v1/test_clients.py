"""Do the clients that people use get what they require? Their requests as they put them on the wire.

Each is rebuilt from its public source, named in its row; what it requires is its own condition for success.
"""

import base64
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import pytest

from antiphon.core.account import NewCredential
from antiphon.services import accounts
from antiphon.store.session import Store
from tests.dialects import doors


class Heard(NamedTuple):
    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def xml(self) -> dict[str, dict[str, str | None]]:
        """What is below TwilioResponse, as MultiXml and xml2js have it."""
        root = ET.fromstring(self.body)
        assert root.tag == "TwilioResponse"
        return {one.tag: {inner.tag: inner.text for inner in one} for one in root}


class Client(NamedTuple):
    """`user` is whom it says it is; `{{sid}}` is the account's, `{{sms}}` that of a text which was sent before."""

    request: str
    user: str
    headers: dict[str, str]
    body: str
    requires: Callable[[Heard], Any]


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
REQUESTS = {"User-Agent": "python-requests/2.31.0", "Accept-Encoding": "gzip, deflate", "Accept": "*/*"}
GUZZLE = {"User-Agent": "GuzzleHttp/7", **FORM}
MCP = {"accept": "application/json", **FORM}
RECORDED = {
    *("AccountSid", "ApiVersion", "Body", "DateCreated", "DateSent", "DateUpdated", "DetailedStatus", "From", "Sid"),
    *("DetailedStatusCode", "Direction", "Price", "Status", "To", "Uri"),
}
READ = ("Sid", "To", "Status", "DetailedStatus", "DetailedStatusCode", "SmsUnits", "DateCreated")


def exactly_200(heard: Heard) -> bool:
    return heard.status == 200


def elixir(heard: Heard) -> bool:
    return heard.json["SMSMessage"].keys() >= RECORDED


def gem(heard: Heard) -> bool:
    sms = heard.xml["SMSMessage"]
    said = (sms["To"], sms["From"], sms["Body"], sms["Status"])
    dates = [sms["DateCreated"], sms["DateUpdated"]]
    return heard.status == 200 and said == ("+919876543210", "EXOTEL", "Hello you", "queued") and all(dates)


def node(heard: Heard) -> bool:
    return heard.status == 200 and bool(heard.xml["SMSMessage"]["Sid"])


def of_mcp(sms: dict[str, Any]) -> bool:
    """It keeps a number as 0 and the last ten digits."""
    digits = re.sub(r"\D", "", sms["To"])
    return all(sms[name] is not None for name in READ) and len(digits) == 12 and digits.startswith("91")


def mcp_one(heard: Heard) -> bool:
    return heard.status < 400 and of_mcp(heard.json["SMSMessage"])


def mcp_several(heard: Heard) -> bool:
    """It reads an array, or takes the answer for that of one text."""
    return heard.status < 400 and len(heard.json) == 2 and all(of_mcp(one["SMSMessage"]) for one in heard.json)


def dates(heard: Heard) -> bool:
    """System.DateTime.Parse, for those that are there."""
    sms = heard.json["SMSMessage"]
    return all(datetime.fromisoformat(sms[name]) for name in ("DateCreated", "DateUpdated"))


# fmt: off
CLIENTS = {
    # exotelpy 0.1.1, exotel.py: any answer must be JSON; one below 400 is given back as it is.
    "exotelpy: bulk": Client(
        "POST /v1/Accounts/{{sid}}/Sms/send.json", "key", {**REQUESTS, **FORM},
        "From=EXOTEL&To=%2B919876543210&To=%2B919876543211&Body=Hello+you&EncodingType=plain&Priority=normal"
        "&StatusCallback=https%3A%2F%2Fexample.com%2Fdlr&DltEntityId=1101&DltTemplateId=1107&SmsType=transactional",
        lambda heard: exactly_200(heard) and [one["SMSMessage"]["Status"] for one in heard.json] == ["queued"] * 2,
    ),
    "exotelpy: details": Client(
        "GET /v1/Accounts/{{sid}}/SMS/Messages/{{sms}}.json", "key", REQUESTS, "",
        lambda heard: exactly_200(heard) and bool(heard.json["SMSMessage"]),
    ),
    # sarathsp06/exotel-py: the tests look at the status alone.
    "exotel (PyPI): send": Client(
        "POST /v1/Accounts/{{sid}}/Sms/send.json", "sid", {**REQUESTS, **FORM},
        "From=EXOTEL&To=09876543210&Body=Hello+you&EncodingType=plain&Priority=normal", exactly_200,
    ),
    # The package exotel of npm: XML; the sender is a number whose "value doesn't matter".
    "exotel (npm): send": Client(
        "POST /v1/Accounts/{{sid}}/Sms/send", "sid", FORM,
        "From=9999999999&To=09876543210&Body=Hello%20you&Priority=normal&StatusCallback=", node,
    ),
    "exotel (npm): details": Client("GET /v1/Accounts/{{sid}}/Sms/Messages/{{sms}}", "sid", {}, "", node),
    # vijendra/exotel, lib/exotel/sms.rb and response.rb.
    "exotel (gem): send": Client(
        "POST /v1/Accounts/{{sid}}/Sms/send", "sid", {"Accept": "*/*", "User-Agent": "Ruby", **FORM},
        "From=EXOTEL&To=09876543210&Body=Hello%20you", gem,
    ),
    "exotel (gem): details": Client(
        "GET /v1/Accounts/{{sid}}/Sms/Messages/{{sms}}", "sid", {"Accept": "*/*", "User-Agent": "Ruby"}, "", gem
    ),
    # scripbox/exotel_ex, http_messenger.ex: never looks at the status.
    "exotel_ex: send": Client(
        "POST /v1/Accounts/{{sid}}/Sms/send.json", "sid",
        {"User-Agent": "hackney/1.15.1", "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
        "To=09876543210&From=EXOTEL&Body=Hello+you&MediaUrl=", elixir,
    ),
    "exotel_ex: details": Client(
        "GET /v1/Accounts/{{sid}}/SMS/Messages/{{sms}}.json", "sid", {"User-Agent": "hackney/1.15.1"}, "", elixir
    ),
    # OptimoApps/exotel-sms, src/ExotelSms.php: numbers are integers, nothing but 200 is a success.
    "exotel-sms (Laravel): send": Client(
        "POST /v1/Accounts/{{sid}}/Sms/send.json", "sid", GUZZLE, "From=EXOTEL&To=9876543210&Body=Hello+you",
        exactly_200,
    ),
    "exotel-sms (Laravel): bulksend": Client(
        "POST /v1/Accounts/{{sid}}/Sms/bulksend.json", "sid", GUZZLE,
        "From=EXOTEL&Messages%5B0%5D%5BTo%5D=9876543210&Messages%5B0%5D%5BBody%5D=Hello+you"
        "&Messages%5B1%5D%5BTo%5D=9876543211&Messages%5B1%5D%5BBody%5D=Hello+too",
        exactly_200,
    ),
    # exotel/ExotelMCP, ExotelService.java: nothing is encoded, and the fields come as a HashMap has them.
    "ExotelMCP: send": Client(
        "POST /v1/Accounts/{{sid}}/Sms/send.json", "key", MCP,
        "DltTemplateId=1107&StatusCallback=http://localhost:8085/sms-status-callback/5f0e/d41d&DltEntityId=1101"
        "&SmsType=promotional&Body=Hello you&StatusCallbackContentType=application/json&From=EXOTEL&To=+919876543210",
        mcp_one,
    ),
    "ExotelMCP: bulk": Client(
        "POST /v1/Accounts/{{sid}}/Sms/send.json", "key", MCP,
        "To[1]=09876543211&StatusCallback=http://localhost:8085/sms-status-callback/5f0e/d41d&To[0]=+919876543210"
        "&Body=Hello you&StatusCallbackContentType=application/json&From=08047112345",
        mcp_several,
    ),
    "ExotelMCP: dynamic bulk": Client(
        "POST /v1/Accounts/{{sid}}/Sms/bulksend.json", "key", MCP,
        "Message[1][To]=09876543211&Message[0][Body]=Hello you&Message[1][Body]=Hello too&From=08047112345"
        "&Message[0][To]=+919876543210&StatusCallback=http://localhost:8085/sms-status-callback/5f0e/d41d"
        "&StatusCallbackContentType=application/json",
        mcp_several,
    ),
    # ellaisys/telephony-exotel: JSON whatever the status.
    "telephony-exotel (Laravel): send": Client(
        "POST /v1/Accounts/{{sid}}/Sms/send.json", "key", GUZZLE, "From=EXOTEL&To=09876543210&Body=Hello+you",
        lambda heard: bool(heard.json["SMSMessage"]["Sid"]),
    ),
    # ssswagatss/exotel-csharp-sdk: a doubled slash, and dates that are parsed.
    "exotel-csharp-sdk: details": Client(
        "GET /v1/Accounts/{{sid}}//Sms/Messages/{{sms}}.json", "sid", {"Accept": "application/json"}, "", dates
    ),
}
# fmt: on


@pytest.fixture
async def indian(store: Store) -> NewCredential:
    return await accounts.create(store, "asha@example.com", "IN")


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
async def test_gets_what_it_requires(store: Store, indian: NewCredential, client: Client) -> None:
    async with doors.opened(store) as address:
        before = await _play(address, indian, CLIENTS["exotel_ex: send"], "")
        heard = await _play(address, indian, client, before.json["SMSMessage"]["Sid"])
    assert client.requires(heard), heard


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
async def test_is_told_of_wrong_credentials(store: Store, indian: NewCredential, client: Client) -> None:
    """npm's, the gem and the C# SDK read `Status` and `Message`, of XML or of JSON, or look for 401 alone."""
    wrong = NewCredential(account_id=1, sid=indian.sid, login="x", key_id=indian.key_id, api_key="0" * 40)
    async with doors.opened(store) as address:
        heard = await _play(address, wrong, client, "12")
    told = (heard.json if ".json" in client.request else heard.xml)["RestException"]
    assert (heard.status, str(told["Status"]), bool(told["Message"])) == (401, "401", True)


@pytest.mark.parametrize("name", ["exotelpy: bulk", "exotel (npm): send"])
async def test_is_told_what_was_wrong(store: Store, indian: NewCredential, name: str) -> None:
    """exotelpy raises ValidationError(Message) for 400, npm's makes an error of `Status` and `Message`."""
    client = CLIENTS[name]._replace(body="From=EXOTEL&To=12&Body=Hello")
    async with doors.opened(store) as address:
        heard = await _play(address, indian, client, "")
    told = (heard.json if ".json" in client.request else heard.xml)["RestException"]
    expected = "None of the 1 numbers given can be sent to."
    assert (heard.status, str(told["Status"]), told["Message"]) == (400, "400", expected)


async def _play(address: str, credential: NewCredential, client: Client, sms: str) -> Heard:
    line = client.request.replace("{{sid}}", credential.sid).replace("{{sms}}", sms)
    user = {"key": credential.key_id, "sid": credential.sid}[client.user]
    pair = base64.b64encode(f"{user}:{credential.api_key}".encode()).decode()
    headers = {"Host": address, "Authorization": f"Basic {pair}", **client.headers, "Connection": "close"}
    encoded = client.body.encode()
    if encoded:
        headers["Content-Length"] = str(len(encoded))
    lines = [f"{line} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return Heard(*await doors.exchange(address, "\r\n".join([*lines, "", ""]).encode() + encoded))
