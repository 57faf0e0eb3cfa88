"""Do the clients that people use get what they require? Their requests as they put them on the wire.

Each is rebuilt from its public source, named in its row; what it requires is its own condition for success.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from antiphon.core.account import Account, NewCredential
from antiphon.core.contact import AddContacts, Draft
from antiphon.services import calculation, contacts
from antiphon.store.session import Store
from tests.dialects import doors
from tests.services.scenes import PRICES


class Heard(NamedTuple):
    status: int
    body: Any


class Client(NamedTuple):
    """`request` is the line, `headers` are those beside its credentials; `requires` is its condition for success."""

    request: str
    headers: dict[str, str]
    body: str
    requires: Callable[[Heard], Any]


JSON = {"Content-Type": "application/json"}
AXIOS = {"Content-Type": "application/json", "Accept": "application/json, text/plain, */*"}
FIVE = {"sms_ticket", "number_of_contacts", "total_cost", "number_of_sms_needed", "residual_credit"}
NULLS = '{"phone_number":"+33612345678","first_name":null,"last_name":null,"param1":null,"param2":null,"param3":null}'


def any_2xx(heard: Heard) -> bool:
    return 200 <= heard.status < 300


def exactly(status: int) -> Callable[[Heard], bool]:
    return lambda heard: heard.status == status


def wsms(heard: Heard) -> bool:
    numbers = ("total_cost", "residual_credit", "number_of_sms_needed")
    return any_2xx(heard) and bool(heard.body["sms_ticket"]) and all(heard.body[name] >= 0 for name in numbers)


def no_code(heard: Heard) -> bool:
    return "code" not in heard.body


def amount_and_unit(heard: Heard) -> bool:
    return no_code(heard) and heard.body["amount"] >= 0 and bool(heard.body["unit"])


# fmt: off
CLIENTS = {
    # caronc/apprise, apprise/plugins/octopush.py: nothing but 201 is a success, the body is not read.
    "Apprise: send": Client(
        "POST /v1/public/sms-campaign/send",
        {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json", "User-Agent": "Apprise"},
        '{"recipients": [{"phone_number": "+33612345678"}, {"phone_number": "+33612345679"}], "text": "It works",'
        ' "type": "sms_premium", "purpose": "alert", "sender": "Apprise", "with_replies": "False"}',
        exactly(201),
    ),
    # phpservermon/phpservermon, src/psm/Txtmsg/Octopush.php: 200 or 201; a sender of up to 15; STOP also in an alert.
    "PHP Server Monitor: send": Client(
        "POST /v1/public/sms-campaign/send",
        {"content-type": "application/json", "cache-control": "no-cache"},
        '{"recipients":[{"phone_number":"+33612345678"}],"text":"Server is DOWN STOP au XXXXX","type":"sms_premium",'
        '"purpose":"alert","sender":"Server Monitor1"}',
        lambda heard: heard.status in (200, 201),
    ),
    # wp-sms/wp-sms, includes/gateways/class-wpsms-gateway-octopush.php: any `code` is a failure, whatever the status.
    "wp-sms: send": Client(
        "POST /v1/public/sms-campaign/send", {**JSON, "cache-control": "no-cache"},
        '{"text":"Hello STOP au 30101","sender":"WordPress","recipients":[{"phone_number":"+33612345678"}]}',
        no_code,
    ),
    "wp-sms: balance": Client(
        "GET /v1/public/wallet/check-balance", {**JSON, "cache-control": "no-cache"}, "", amount_and_unit
    ),
    # WSms\Messaging\Gateway\Provider\OctopushProvider and its unit test.
    "WSms: send": Client(
        "POST /v1/public/sms-campaign/send", JSON,
        '{"text":"Hello STOP au 30101","recipients":[{"phone_number":"+33612345678"}],"type":"sms_premium",'
        '"purpose":"wholesale","sender":"WordPress"}',
        wsms,
    ),
    "WSms: balance": Client(
        "GET /v1/public/wallet/check-balance?product_name=sms_premium&country_code=FR", JSON, "", amount_and_unit
    ),
    # octopush/Octopush-SMS-API-PHP, src/: what is not set is null; the body must be an object, or PHP has a TypeError.
    "the PHP library: send": Client(
        "POST /v1/public/sms-campaign/send", JSON,
        f'{{"recipients":[{NULLS}],"text":"Hello STOP au 30101","type":"sms_premium","sender":"Company","purpose":null,'
        '"send_at":null,"with_replies":null,"simulation_mode":null,"request_id":null,"auto_optimize_text":null}',
        lambda heard: isinstance(heard.body, dict) and heard.body.keys() >= FIVE and no_code(heard),
    ),
    "the PHP library: a time without a colon in its offset": Client(
        "POST /v1/public/sms-campaign/send", JSON,
        f'{{"recipients":[{NULLS}],"text":"Hello STOP au 30101","send_at":"2035-01-01T00:01:00+0100"}}',
        lambda heard: isinstance(heard.body, dict) and no_code(heard),
    ),
    "the PHP library: vocal send": Client(
        "POST /v1/public/vocal-campaign/send", JSON,
        f'{{"recipients":[{NULLS}],"text":"Hello","type":"vocal_sms","voice_gender":"female","voice_language":"fr-FR",'
        '"sender":null,"simulation_mode":true,"send_at":null}',
        lambda heard: any_2xx(heard) and bool(heard.body["vocal_ticket"]) and heard.body["estimated_duration"] > 0,
    ),
    "the PHP library: balance": Client(
        "GET /v1/public/wallet/check-balance?product_name=vocal_sms&country_code=FR&with_details=1", JSON, "",
        lambda heard: any_2xx(heard) and bool(heard.body["wallet_packs"][0]["id"]),
    ),
    # octopush/octopush-sms-java, src/main/resources/application.properties and the services: one status each.
    "Java: send": Client(
        "POST /v1/public/sms-campaign/send", JSON,
        '{"text":"Hello STOP au 30101","recipients":[{"phone_number":"+33612345678","first_name":"A","last_name":"B",'
        '"param1":"","param2":""}],"sender":"Company","type":"sms_premium","purpose":"WholeSale","send_at":"",'
        '"with_replies":false,"request_id":"","simulation_mode":false}',
        exactly(201),
    ),
    "Java: add contacts": Client(
        "POST /v1/public/contact/create", JSON,
        '{"contacts":[{"phone_number":"+33612345670","first_name":"A"}],"list_name":"all"}', exactly(201),
    ),
    "Java: delete contacts": Client(
        "DELETE /v1/public/contact/delete", JSON, '{"phone_numbers":["+33612345670"]}', exactly(204)
    ),
    "Java: create a list": Client("POST /v1/public/contact-list/create", JSON, '{"list_name":"new"}', exactly(201)),
    "Java: empty a list": Client("POST /v1/public/contact-list/empty", JSON, '{"list_name":"all"}', exactly(200)),
    "Java: delete a list": Client("DELETE /v1/public/contact-list/delete", JSON, '{"list_name":"all"}', exactly(204)),
    "Java: confirm, with a blank at the end of the path": Client(
        "POST /v1/public/sms-campaign-on-list/send%20", JSON, '{"ticket_number":"{{ready}}"}', exactly(200)
    ),
    "Java: status": Client(
        "GET /v1/public/sms-campaign-on-list/status?ticket_number={{ready}}", JSON, "", exactly(200)
    ),
    "Java: cancel": Client(
        "DELETE /v1/public/sms-campaign-on-list/cancel", JSON, '{"ticket_number":"{{ready}}"}', exactly(204)
    ),
    "Java: look up": Client(
        "POST /v1/public/contact/hlr-request", JSON, '{"phone_numbers":["+33612345678"]}',
        lambda heard: heard.status == 201 and isinstance(heard.body, list),
    ),
    "Java: credits": Client(
        "GET /v1/public/wallet/check-credits?&country_codes[]=FR&country_codes[]=ES", JSON, "",
        lambda heard: heard.status == 200 and list(heard.body) == ["FR", "ES"],
    ),
    "Java: create a sub-account": Client(
        "POST /v1/public/subaccount/create", JSON,
        '{"first_name":"xxx","last_name":"yyy","password":"password","company_name":"","callbacks":'
        '{"callback_url_for_sms_deliveries":"https://a.example/d","callback_url_for_vocal_sms_deliveries":null}}',
        exactly(201),
    ),
    "Java: edit the parameters": Client(
        "PATCH /v1/public/user/campaign-parameters/edit", JSON,
        '{"campaign_parameters":{"sender_for_sms_premium":"Company","sender_for_vocal_sms":"12345"}}', exactly(200),
    ),
    # PipedreamHQ/pipedream, components/octopush_sms: the sender is never sent.
    "Pipedream: send": Client(
        "POST /v1/public/sms-campaign/send", AXIOS,
        '{"recipients":[{"phone_number":"+33612345678"}],"text":"Hello STOP at 30101","type":"sms_premium"}', any_2xx,
    ),
    "Pipedream: add contacts": Client(
        "POST /v1/public/contact/create", AXIOS,
        '{"contacts":[{"phone_number":"+33612345678"}],"list_name":"all","tag_name":"vip"}', any_2xx,
    ),
    # activepieces/activepieces, packages/pieces/community/octopush-sms: purposes of its own, and an e-mail address.
    "Activepieces: send": Client(
        "POST /v1/public/sms-campaign/send", AXIOS,
        '{"recipients":[{"phone_number":"+33612345678"}],"text":"Your order is here","sender":"Shop",'
        '"purpose":"transactional"}', any_2xx,
    ),
    "Activepieces: send marketing": Client(
        "POST /v1/public/sms-campaign/send", AXIOS,
        '{"recipients":[{"phone_number":"+33612345678"}],"text":"Sale STOP","sender":"Shop","purpose":"marketing"}',
        any_2xx,
    ),
    "Activepieces: add contacts": Client(
        "POST /v1/public/contact/create", AXIOS,
        '{"contacts":[{"phone_number":"+33612345678","first_name":"A","email":"a@b.example"}]}', any_2xx,
    ),
    # louislam/uptime-kuma, server/notification-providers/octopush.js, "V2".
    "Uptime-Kuma: send": Client(
        "POST /v1/public/sms-campaign/send", {**AXIOS, "cache-control": "no-cache"},
        '{"recipients":[{"phone_number":"+33612345678"}],"text":"[Site] [DOWN] timeout","type":"sms_premium",'
        '"purpose":"alert","sender":"UptimeKuma"}', any_2xx,
    ),
    # "Ultimate SMS Notifications" for WooCommerce: the blog's name is the sender, whatever it holds.
    "WooCommerce: send": Client(
        "POST /v1/public/sms-campaign/send", JSON,
        '{"text":"Your order STOP au 30101","recipients":[{"phone_number":"+33612345678"}],"sender":"Léa & Sons, Ltd.",'
        '"type":"sms_premium","purpose":"wholesale"}', any_2xx,
    ),
    # A small program with requests and data=json.dumps(…): no Content-Type of JSON, and texts for booleans.
    "a small program: send": Client(
        "POST /v1/public/sms-campaign/send", {},
        '{"text": "Hello STOP", "recipients": [{"phone_number": "+33612345678"}], "with_replies": "True"}',
        lambda heard: any_2xx(heard) and bool(heard.body["sms_ticket"]),
    ),
}
# fmt: on


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
async def test_gets_what_it_requires(store: Store, account: Account, credential: NewCredential, client: Client) -> None:
    await contacts.add(store, account, AddContacts(drafts=[Draft(number="+33612345678")], lists=("all",)))
    async with doors.opened(store) as address:
        ready = await _ready(store, address, credential) if "{{ready}}" in "".join(client[:3:2]) else ""
        heard = await _play(address, credential, client, ready)
    assert client.requires(heard), heard


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
async def test_is_told_of_wrong_credentials(store: Store, credential: NewCredential, client: Client) -> None:
    """WSms and the small programs look for 401, PHP Server Monitor joins `code` and `message` into a text."""
    wrong = NewCredential(account_id=1, sid="x", login=credential.login, key_id="y", api_key="0" * 40)
    async with doors.opened(store) as address:
        heard = await _play(address, wrong, client, "sms_00000000000000")
    assert heard.status == 401
    assert isinstance(heard.body["code"], int)
    assert isinstance(heard.body["message"], str)


async def _ready(store: Store, address: str, credential: NewCredential) -> str:
    """The ticket of a campaign that is calculated."""
    body = '{"list_name":"all","text":"Hello STOP at 30101"}'
    create = Client("POST /v1/public/sms-campaign-on-list/create", JSON, body, any_2xx)
    ticket = (await _play(address, credential, create, "")).body["ticket_number"]
    assert await calculation.calculate(store, PRICES)
    return ticket


async def _play(address: str, credential: NewCredential, client: Client, ready: str) -> Heard:
    line, body = (text.replace("{{ready}}", ready) for text in (client.request, client.body))
    headers = {"Host": address, **doors.credentials("octopush", credential), **client.headers, "Connection": "close"}
    encoded = body.encode()
    if encoded:
        headers["Content-Length"] = str(len(encoded))
    lines = [f"{line} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    status, told = await doors.exchange(address, "\r\n".join([*lines, "", ""]).encode() + encoded)
    return Heard(status, json.loads(told) if told else None)
