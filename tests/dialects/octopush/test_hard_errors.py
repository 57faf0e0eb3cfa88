"""Is what the table calls an error refused with its code, and does the documentation say the same?"""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from antiphon.core.account import NewCredential
from antiphon.core.money import micros
from antiphon.dialects.octopush.errors import HARD, TABLE, Hard
from antiphon.services import wallet
from antiphon.store.session import Store
from tests.dialects import doors

DOCUMENT = Path(__file__).parents[3] / "docs" / "octopush.md"
NUMBER = {"phone_number": "+33612345678"}
SEND = {"recipients": [NUMBER], "text": "Hello STOP", "request_id": "a1"}
TO_LIST = {"list_name": "there", "text": "Hello STOP"}
PERSON = {"first_name": "Axelle", "last_name": "Durand", "password": "a long one"}
TRANSFER = {"token": "nonsense", "amount": 1}
LONG = "x" * 256

# For each line of the table, the calls that it refuses. The wallet holds one text; there is a list `there`.
CALLS: dict[tuple[str, str], list[tuple[str, Any]]] = {
    ("the body", "is no JSON object"): [("POST /contact/create", [1]), ("DELETE /contact/delete", "x")],
    ("text", "is missing or blank"): [
        ("POST /sms-campaign/send", SEND | {"text": None}),
        ("POST /sms-campaign-on-list/create", TO_LIST | {"text": "  "}),
        ("POST /voice-campaign/send", SEND | {"text": ""}),
    ],
    ("text", "is longer than 1,224 characters"): [("POST /sms-campaign/send", SEND | {"text": "STOP" + "x" * 1221})],
    ("text", "has no STOP mention, for the purpose wholesale"): [("POST /sms-campaign/send", SEND | {"text": "Hello"})],
    ("recipients, contacts, phone_numbers", "is missing"): [
        ("POST /sms-campaign/send", {"text": "Hello STOP"}),
        ("POST /contact/create", {}),
        ("DELETE /contact/delete", {"phone_numbers": []}),
        ("POST /contact/hlr-request", {}),
    ],
    ("recipients", "are more than 500"): [("POST /sms-campaign/send", SEND | {"recipients": [NUMBER] * 501})],
    ("recipients", "have no number that can be read"): [
        ("POST /sms-campaign/send", SEND | {"recipients": [{"phone_number": "12"}, {}]})
    ],
    ("phone_numbers", "are more than 200"): [("DELETE /contact/delete", {"phone_numbers": ["+33612345678"] * 201})],
    ("list_name, tag_name", "is missing where one is needed"): [
        ("POST /sms-campaign-on-list/create", {"text": "Hello STOP"}),
        ("POST /voice-campaign-on-tag/create", {"text": "Hello"}),
        ("POST /contact-list/create", {"list_name": " "}),
        ("POST /contact-list/empty", {}),
    ],
    ("list_name", "is of no list"): [
        ("POST /sms-campaign-on-list/create", TO_LIST | {"list_name": "nowhere"}),
        ("POST /contact-list/empty", {"list_name": "nowhere"}),
        ("DELETE /contact-list/delete", {"list_name": "nowhere"}),
        ("DELETE /contact/delete", {"phone_numbers": ["+33612345678"], "list_name": "nowhere"}),
    ],
    ("tag_name", "is of no tag"): [("POST /sms-campaign-on-tag/create", {"tag_name": "none", "text": "Hello STOP"})],
    ("list_name", "is taken, for a new list"): [("POST /contact-list/create", {"list_name": "there"})],
    ("list_name, tag_name", "is longer than 255 characters"): [
        ("POST /contact-list/create", {"list_name": LONG}),
        ("POST /contact/create", {"contacts": [NUMBER], "tag_name": LONG}),
    ],
    ("list_name", "is no text, for contacts that are to be deleted"): [
        ("DELETE /contact/delete", {"phone_numbers": ["+33612345678"], "list_name": ["there"]}),
    ],
    ("send_at", "is no date"): [
        ("POST /sms-campaign/send", SEND | {"send_at": "tomorrow"}),
        ("POST /sms-campaign-on-list/create", TO_LIST | {"send_at": [1]}),
    ],
    ("request_id", "was used within 24 hours"): [("POST /sms-campaign/send", SEND | {"request_id": "used"})],
    ("request_id", "is longer than 255 characters"): [("POST /sms-campaign/send", SEND | {"request_id": LONG})],
    ("ticket_number", "is missing"): [
        ("POST /sms-campaign-on-list/send", {}),
        ("GET /sms-campaign-on-list/status", None),
        ("DELETE /sms-campaign/cancel", {"ticket_number": None}),
    ],
    ("ticket_number", "is of no campaign"): [
        ("DELETE /sms-campaign/cancel", {"ticket_number": "sms_00000000000001"}),
        ("GET /voice-campaign-on-list/status?ticket_number=nonsense", None),
    ],
    ("ticket_number", "is of a campaign in another state"): [
        ("POST /sms-campaign-on-list/send", {"ticket_number": "{{sent}}"}),
        ("DELETE /sms-campaign/cancel", {"ticket_number": "{{sent}}"}),
    ],
    ("ticket_number", "is of a text with 3 recipients or more, or that leaves in 10 minutes"): [
        ("DELETE /sms-campaign/cancel", {"ticket_number": "{{soon}}"})
    ],
    ("simulation_mode", "is neither true nor false"): [
        ("POST /sms-campaign/send", SEND | {"simulation_mode": "oui"}),
        ("POST /voice-campaign-on-list/create", TO_LIST | {"simulation_mode": [True]}),
    ],
    ("channel", "is missing"): [("POST /multi-channel/send", SEND)],
    ("channel", "is none of sms and voice_sms"): [("POST /multi-channel/send", SEND | {"channel": "rcs"})],
    ("the wallet", "holds less than it costs"): [
        ("POST /sms-campaign/send", SEND | {"recipients": [NUMBER, {"phone_number": "+33612345679"}]})
    ],
    ("first_name, last_name, password", "is missing, for a new sub-account"): [
        ("POST /subaccount/create", PERSON | {field: None}) for field in PERSON
    ],
    ("password", "is not of 8 to 255 characters"): [
        ("POST /subaccount/create", PERSON | {"password": "short"}),
        ("POST /subaccount/create", PERSON | {"password": LONG}),
    ],
    ("first_name, last_name", "is longer than 255 characters"): [
        ("POST /subaccount/create", PERSON | {"last_name": LONG})
    ],
    ("email_to", "has no wallet"): [("POST /subaccount/credit-transfer/token", {"email_to": "{{unmetered}}"})],
    ("email_to", "comes while another token is valid"): [
        ("POST /subaccount/credit-transfer/token", {"email_to": "{{metered}}"})
    ],
    ("email_to", "is neither your parent nor a sub-account"): [
        ("POST /subaccount/credit-transfer/token", {"email_to": "somebody@example.com"})
    ],
    ("token", "is unknown, used or too old"): [("POST /subaccount/credit-transfer/transfer", TRANSFER)],
    ("amount", "is missing"): [("POST /subaccount/credit-transfer/transfer", {"token": "a"})],
    ("amount", "is no whole number above zero"): [
        ("POST /subaccount/credit-transfer/transfer", TRANSFER | {"amount": given}) for given in (0, -5, 20.5, "much")
    ],
    ("from_wallet_pack_id", "is not the id of your wallet"): [
        ("POST /subaccount/credit-transfer/transfer", TRANSFER | {"from_wallet_pack_id": "nonsense"})
    ],
}


def _line(hard: Hard) -> str:
    return f"{hard.field}: {hard.when}"


@pytest.mark.parametrize("hard", HARD[1:], ids=_line)
async def test_refused_with_its_code(store: Store, credential: NewCredential, hard: Hard) -> None:
    async with doors.opened(store) as address:
        known = await _prepared(store, address, credential)
        for request, body in CALLS[hard.field, hard.when]:
            written = re.sub(r"{{(\w+)}}", lambda name: known[name[1]], json.dumps(body))
            heard = await _call(address, credential, request, json.loads(written))
            assert (heard.status, heard.body["code"]) == TABLE[hard.refusal], (request, heard)


async def _prepared(store: Store, address: str, credential: NewCredential) -> dict[str, str]:
    """A wallet that holds one text, a list `there`, two sub-accounts, a token; and what the calls name of it."""
    made = [await _done(address, credential, "POST /subaccount/create", PERSON) for _ in range(2)]
    await wallet.credit(store, credential.login, micros("0.135"))
    await wallet.credit(store, made[0]["email"], 0)
    await _done(address, credential, "POST /contact-list/create", {"list_name": "there"})
    await _done(address, credential, "POST /subaccount/credit-transfer/token", {"email_to": made[0]["email"]})
    soon = (store.now() + timedelta(minutes=5)).isoformat()
    sent = await _done(address, credential, "POST /sms-campaign/send", SEND | {"request_id": "used"})
    later = await _done(address, credential, "POST /sms-campaign/send", SEND | {"send_at": soon, "request_id": None})
    return {
        "metered": made[0]["email"],
        "unmetered": made[1]["email"],
        "sent": sent["sms_ticket"],
        "soon": later["sms_ticket"],
    }


async def _done(address: str, credential: NewCredential, request: str, body: Any) -> Any:
    heard = await _call(address, credential, request, body)
    assert heard.status == 201, heard
    return heard.body


async def test_refused_without_credentials(store: Store, credential: NewCredential) -> None:
    status, code = TABLE[HARD[0].refusal]
    async with doors.opened(store) as address:
        heard = await doors.call(address, "POST", "/v1/public/sms-campaign/send", {}, b"{}")
    assert (heard.status, heard.body["code"]) == (status, code)


def test_the_documentation_has_the_same_table() -> None:
    text = DOCUMENT.read_text()
    written = text[text.index("| What | When | Code |") : text.index("## Codes")]
    rows = [_row(hard) for hard in HARD]
    assert [line for line in written.splitlines() if line.startswith("| ")][1:] == rows, "\n".join(rows)


def _row(hard: Hard) -> str:
    status, code = TABLE[hard.refusal]
    fields = ", ".join(name if " " in name else f"`{name}`" for name in hard.field.split(", "))
    return f"| {fields} | {hard.when} | {code}{'' if status == 400 else f' ({status})'} |"


async def _call(address: str, credential: NewCredential, request: str, body: Any) -> doors.Heard:
    method, path = request.split(" ", 1)
    headers = doors.credentials("octopush", credential)
    sent = b"" if body is None else json.dumps(body).encode()
    return await doors.call(address, method, f"/v1/public{path}", headers, sent)
