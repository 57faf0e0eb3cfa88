"""Texts to numbers that come with them: /api/sms, as XML, and /api/sms/json."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct, to_builtins

from antiphon.core import phone, sender
from antiphon.core.campaign import Purpose, Quality, SendMessages
from antiphon.core.contact import Draft
from antiphon.core.errors import BadField, MissingField, TooMany
from antiphon.core.money import units
from antiphon.dialects.door import Answer, Call
from antiphon.dialects.octopush_legacy.errors import xml
from antiphon.services import sends
from antiphon.services.sends import Sent

# sms_recipients=+33612345678,0033612345679&sms_type=FR&sms_text=Hello {prenom}. STOP au 30101&sms_sender=Company X


class WireSms(Struct, forbid_unknown_fields=True):
    user_login: str | None = None
    api_key: str | None = None
    sms_text: str | None = None
    sms_recipients: str | None = None
    sms_type: str | None = None
    sms_sender: str | None = None
    sms_mode: str | None = None
    sending_date: str | None = None
    sending_time: str | None = None
    recipients_first_names: str | None = None
    recipients_last_names: str | None = None
    sms_fields_1: str | None = None
    sms_fields_2: str | None = None
    sms_fields_3: str | None = None
    with_replies: bool = False
    transactional: bool = False
    request_mode: str | None = None
    request_id: str | None = None
    request_keys: str | None = None
    request_sha1: str | None = None


MOST = 500
_LATER = "2"
_LOW_COST, _WORLD = "XXX", "WWW"
_LONGEST_REQUEST_ID = 255
_MERGED = {"prenom": "first_name", "nom": "last_name", "ch1": "field_1", "ch2": "field_2", "ch3": "field_3"}
# Which letter of `request_keys` means which field: https://github.com/octopush/octopush-sms-python, octopush/sms.py.
# `D` means a field that the API does not have.
_SIGNED = {
    "T": "sms_text",
    "R": "sms_recipients",
    "M": "sms_mode",
    "Y": "sms_type",
    "S": "sms_sender",
    "a": "recipients_first_names",
    "b": "recipients_last_names",
    "c": "sms_fields_1",
    "d": "sms_fields_2",
    "e": "sms_fields_3",
    "Q": "request_id",
}


def read_sms(body: WireSms) -> SendMessages:
    """Raises MissingField, BadField or TooMany."""
    read_signature(body)
    if not body.sms_text:
        raise MissingField(field="sms_text")
    kind = (body.sms_type or "").upper()
    # The type "world" never asked for a STOP mention: outside of France there is no number to send it to.
    alert = body.transactional or kind == _WORLD
    if body.request_id and len(body.request_id) > _LONGEST_REQUEST_ID:
        raise BadField(field="request_id", reason=f"is longer than {_LONGEST_REQUEST_ID} characters")
    return SendMessages(
        recipients=read_recipients(body),
        text=re.sub(r"\{(\w+)\}", lambda field: f"{{{_MERGED.get(field[1], field[1])}}}", body.sms_text),
        sender=sender.clean(body.sms_sender or ""),
        purpose=Purpose.ALERT if alert else Purpose.MARKETING,
        quality=Quality.LOW_COST if kind == _LOW_COST else Quality.PREMIUM,
        send_at=read_time(body),
        with_replies=body.with_replies,
        request_id=body.request_id or None,
    )


def read_recipients(body: WireSms) -> list[Draft]:
    """Raises MissingField, TooMany, or BadField where a list beside the numbers is not as long as theirs."""
    numbers = _list(body.sms_recipients)
    if not numbers:
        raise MissingField(field="sms_recipients")
    if len(numbers) > MOST:
        raise TooMany(what="recipients", given=len(numbers), limit=MOST)
    first = _beside(numbers, "recipients_first_names", body.recipients_first_names)
    last = _beside(numbers, "recipients_last_names", body.recipients_last_names)
    written = (body.sms_fields_1, body.sms_fields_2, body.sms_fields_3)
    fields = [_beside(numbers, "sms_fields", one) for one in written]
    return [
        Draft(
            number=number,
            first_name=first[place] or None,
            last_name=last[place] or None,
            attributes={f"field_{n}": values[place] for n, values in enumerate(fields, 1) if values[place]} or None,
        )
        for place, number in enumerate(numbers)
    ]


def read_time(body: WireSms) -> datetime | None:
    """Seconds since 1970, where the mode is "later". Raises MissingField, or BadField where they are none."""
    if (body.sms_mode or "").strip() != _LATER:
        return None
    written = body.sending_date or body.sending_time
    if not written:
        raise MissingField(field="sending_date")
    try:
        return datetime.fromtimestamp(int(written), UTC)
    except (ValueError, OverflowError, OSError):
        raise BadField(field="sending_date", reason="is not a time in seconds since 1970") from None


def read_signature(body: WireSms) -> None:
    """Raises BadField where the fields that were signed are not those that came."""
    if not body.request_keys or not body.request_sha1:
        return
    signed = "".join(getattr(body, _SIGNED[letter]) or "" for letter in body.request_keys if letter in _SIGNED)
    if hashlib.sha1(signed.encode(errors="surrogatepass")).hexdigest() != body.request_sha1.strip().lower():  # noqa: S324
        raise BadField(field="request_sha1", reason="does not fit the fields")


# {"error_code": "000", "cost": 0.045, "balance": 12.5, "ticket": "sms_...", "sending_date": 1760000000,
#  "number_of_sendings": 1, "currency_code": "€", "successs": [{"recipient": "+336...", "country_code": "FR",
#  "cost": 0.045, "sms_needed": 1}], "failures": [{"error_code": "117", "recipient": "12"}]}


class WireSuccess(Struct):
    recipient: str
    country_code: str
    cost: float
    sms_needed: int


class WireFailure(Struct):
    error_code: str
    recipient: str


class WireSent(Struct):
    """`successs` has three s: the vendor's own spelling, which clients read."""

    error_code: str
    cost: float
    balance: float
    ticket: str
    sending_date: int
    number_of_sendings: int
    currency_code: str
    successs: list[WireSuccess]
    failures: list[WireFailure]


_CURRENCIES = {"EUR": "€"}
_SIMULATED = "XXXSIMULATIONXXX"
_UNREADABLE = "117"


def write_sent(sent: Sent, recipients: Sequence[Draft]) -> WireSent:
    campaign = sent.campaign
    return WireSent(
        error_code="000",
        cost=units(campaign.cost),
        balance=units(sent.left),
        ticket=f"sms_{campaign.id:014x}" if campaign.id else _SIMULATED,
        sending_date=int((campaign.send_at or campaign.created_at).timestamp()),
        number_of_sendings=campaign.messages,
        currency_code=_CURRENCIES.get(campaign.currency, campaign.currency),
        successs=[
            WireSuccess(
                recipient=message.number,
                country_code=phone.region_of(message.number),
                cost=units(message.cost),
                sms_needed=message.segments,
            )
            for message in sent.messages
        ],
        failures=[WireFailure(_UNREADABLE, recipients[place].number) for place in sent.unreadable],
    )


async def send_xml(call: Call, body: WireSms) -> Answer:
    """Send a text to at most 500 numbers; the answer is XML."""
    return xml(to_builtins(await send_json(call, body)))


async def send_json(call: Call, body: WireSms) -> WireSent:
    """Send a text to at most 500 numbers."""
    command = read_sms(body)
    simulated = (body.request_mode or "").strip().lower() == "simu"
    sent = await (sends.simulate if simulated else sends.send)(call.store, call.prices, call.account, command)
    return write_sent(sent, command.recipients)


def _list(written: str | None) -> list[str]:
    return [one.strip() for one in written.split(",")] if written and written.strip() else []


def _beside(numbers: Sequence[str], field: str, written: str | None) -> list[str]:
    values = _list(written)
    if values and len(values) != len(numbers):
        raise BadField(field=field, reason=f"has {len(values)} values for {len(numbers)} recipients")
    return values or [""] * len(numbers)
