"""Texts to numbers that come with them: Sms/send, Sms/bulksend, and what became of one, Sms/Messages/<sid>."""

import re
from collections.abc import Sequence

from msgspec import Struct, field, to_builtins

from antiphon.core import phone
from antiphon.core.account import Account
from antiphon.core.campaign import Campaign, Purpose, SendMessages
from antiphon.core.contact import Draft
from antiphon.core.errors import BadField, MissingField, NoRecipient, TooMany
from antiphon.core.message import Fared, State
from antiphon.core.template import Syntax
from antiphon.dialects.door import Answer, Call
from antiphon.dialects.exotel_v1.envelope import read_sid, write_price, write_sid, write_time, xml
from antiphon.dialects.exotel_v1.fields import WireOptions, read_callbacks, read_extras, read_sender, read_word
from antiphon.services import messages, sends
from antiphon.services.sends import Sent

MOST = 100  # numbers in one call, or texts
LONGEST = 2_000  # characters
_TYPES = {
    "transactional": Purpose.ALERT,
    "transactional_opt_in": Purpose.ALERT,
    "promotional": Purpose.MARKETING,
}
STATUS = {
    State.WAITING: ("queued", 21010, "PENDING_TO_OPERATOR"),
    State.HELD: ("queued", 21010, "PENDING_TO_OPERATOR"),
    State.SUBMITTING: ("sending", 21015, "SENDING_TO_OPERATOR"),
    State.IN_DOUBT: ("submitted", 21020, "PENDING_ON_OPERATOR"),
    State.ACCEPTED: ("submitted", 21020, "PENDING_ON_OPERATOR"),
    State.DELIVERED: ("sent", 20005, "DELIVERED_TO_HANDSET"),
    State.FAILED: ("failed", 24120, "FAILED_SUBSCRIBER_ERROR"),
    State.REFUSED: ("failed", 23060, "FAILED_REJECTED"),
    State.WITHHELD: ("failed-dnd", 23020, "FAILED_REJECTED_BLACKLIST"),
    State.UNSENT: ("failed", 23050, "FAILED_EXPIRED"),
}
_UNREADABLE = ("failed", 23010, "FAILED_INVALID_DESTINATION_NUMBER")
_LEFT = (State.ACCEPTED, State.DELIVERED, State.FAILED)

# From=EXOTEL&To=%2B919876543210&Body=Hello; several numbers as To=&To=, To[0]=, To[]=, or with commas


class WireSend(WireOptions, rename="pascal"):
    to: list[str] | str | None = None
    body: str | None = None


# From=EXOTEL&Messages[0][To]=09876543210&Messages[0][Body]=Hello; one client says Message


class WireText(Struct, rename="pascal"):
    to: str | None = None
    body: str | None = None


class WireBulk(WireOptions, rename="pascal"):
    messages: list[WireText] | None = None
    message: list[WireText] | None = None


# {"SMSMessage": {"Sid": "6dbf...", "AccountSid": "probe", "From": "SCRPBX", "To": "+918884733565", "Body": "Hello",
#  "BodyIndex": null, "Status": "queued", "DateCreated": "2017-11-12 00:24:31", "DateUpdated": "2017-11-12 00:24:31",
#  "DateSent": null, "Direction": "outbound-api", "Price": null, "ApiVersion": null, "DetailedStatusCode": 21010,
#  "DetailedStatus": "PENDING_TO_OPERATOR", "SmsUnits": 1, "Uri": "/v1/Accounts/probe/SMS/Messages/6dbf....json"}}


class WireMessage(Struct, rename="pascal", kw_only=True):
    sid: str | None
    account_sid: str
    sender: str | None = field(name="From")
    to: str
    body: str
    body_index: int | None = None
    status: str
    date_created: str
    date_updated: str
    date_sent: str | None = None
    direction: str = "outbound-api"
    price: str | None = None
    api_version: str | None = None
    detailed_status_code: int
    detailed_status: str
    sms_units: int | None = None
    uri: str | None = None


class WireSms(Struct):
    SMSMessage: WireMessage


# {"RestException": {"Status": 200, "Message": "No matching results"}}


class WireException(Struct, frozen=True, rename="pascal"):
    status: int
    message: str


class WireNothing(Struct):
    """What there is at the address of no message."""

    RestException: WireException = WireException(200, "No matching results")


def read_send(body: WireSend) -> SendMessages:
    """Raises MissingField, BadField or TooMany."""
    numbers = read_numbers(body.to)
    if len(numbers) > MOST:
        raise TooMany(what="numbers", given=len(numbers), limit=MOST)
    return read_message(body, numbers, read_text(body.body, "Body"))


def read_bulk(body: WireBulk) -> list[SendMessages]:
    """One for each text. Raises MissingField, BadField or TooMany."""
    texts = body.messages or body.message
    if not texts:
        raise MissingField(field="Messages")
    if len(texts) > MOST:
        raise TooMany(what="messages", given=len(texts), limit=MOST)
    commands: list[SendMessages] = []
    for place, one in enumerate(texts):
        if not one.to or not one.to.strip():
            raise MissingField(field=f"Messages[{place}][To]")
        text = read_text(one.body, f"Messages[{place}][Body]")
        commands.append(read_message(body, [_with_plus(one.to)], text))
    return commands


def read_message(options: WireOptions, numbers: Sequence[str], text: str) -> SendMessages:
    """Raises MissingField or BadField."""
    purpose = _TYPES[read_word(options.sms_type, "SmsType", _TYPES) or "transactional"]
    read_word(options.encoding_type, "EncodingType", ("plain", "unicode"))  # what a text needs is seen from itself
    return SendMessages(
        recipients=[Draft(number=number) for number in numbers],
        text=text,
        longest=LONGEST,
        sender=read_sender(options.sender),
        purpose=purpose,
        needs_stop=False,
        optimise=False,
        syntax=Syntax.NONE,
        callbacks=read_callbacks(options),
        extras=read_extras(options),
    )


def read_numbers(written: list[str] | str | None) -> list[str]:
    """Several fields, or a list with commas in one. Raises MissingField."""
    fields = written if isinstance(written, list) else [written or ""]
    numbers = [number for field in fields for number in _numbers(field)]
    if not numbers:
        raise MissingField(field="To")
    return numbers


def read_text(written: str | None, field: str) -> str:
    """Raises MissingField or BadField."""
    if not written or not written.strip():
        raise MissingField(field=field)
    if len(written) > LONGEST:
        raise BadField(field=field, reason=f"has {len(written)} characters; at most {LONGEST} can be sent")
    return written


def write_message(account: Account, campaign: Campaign, fared: Fared) -> WireSms:
    status, code, detailed = STATUS[State(fared.state)]
    sid, left = write_sid(account, fared.id), fared.state in _LEFT
    return WireSms(
        WireMessage(
            sid=sid,
            account_sid=account.sid,
            sender=campaign.sender,
            to=fared.number,
            body=campaign.text if fared.text is None else fared.text,
            status=status,
            date_created=write_time(campaign.created_at, account),
            date_updated=write_time(fared.updated_at, account),
            date_sent=write_time(fared.updated_at, account) if left else None,
            price=write_price(fared.cost) if left else None,
            detailed_status_code=code,
            detailed_status=detailed,
            sms_units=fared.segments,
            uri=f"/v1/Accounts/{account.sid}/SMS/Messages/{sid}.json",
        )
    )


def write_unreadable(call: Call, command: SendMessages, number: str) -> WireSms:
    """A message that is none, because nobody can read its number; those beside it are sent."""
    status, code, detailed = _UNREADABLE
    now = write_time(call.store.now(), call.account)
    return WireSms(
        WireMessage(
            sid=None,
            account_sid=call.account.sid,
            sender=command.sender,
            to=number,
            body=command.text,
            status=status,
            date_created=now,
            date_updated=now,
            detailed_status_code=code,
            detailed_status=detailed,
        )
    )


def write_sent(call: Call, command: SendMessages, sent: Sent | NoRecipient) -> list[WireSms]:
    """One for each number as it was written; of a number that was written twice, the same message twice."""
    new = {} if isinstance(sent, NoRecipient) else {one.number: one for one in sent.messages}
    written: list[WireSms] = []
    for draft in command.recipients:
        one = new.get(phone.e164(draft.number, call.account.region) or "")
        if one is None or isinstance(sent, NoRecipient):
            written.append(write_unreadable(call, command, draft.number))
        else:
            at = sent.campaign.created_at
            fared = Fared(one.id, one.number, State.WAITING, one.text, one.segments, one.cost, None, at, None, None)
            written.append(write_message(call.account, sent.campaign, fared))
    return written


async def send_json(call: Call, body: WireSend) -> WireSms | list[WireSms]:
    """Send a text to at most 100 numbers; several of them are answered by a list."""
    command = read_send(body)
    written = write_sent(call, command, await sends.send(call.store, call.prices, call.account, command))
    return written if len(written) > 1 else written[0]


async def send_xml(call: Call, body: WireSend) -> Answer:
    """Send a text to at most 100 numbers; the answer is XML."""
    return xml(to_builtins(await send_json(call, body)))


async def bulksend_json(call: Call, body: WireBulk) -> list[WireSms]:
    """Send at most 100 texts, each to a number of its own: all of them or none."""
    commands = read_bulk(body)
    done = await sends.send_all(call.store, call.prices, call.account, commands)
    return [sms for command, sent in zip(commands, done, strict=True) for sms in write_sent(call, command, sent)]


async def bulksend_xml(call: Call, body: WireBulk) -> Answer:
    """Send at most 100 texts, each to a number of its own; the answer is XML."""
    return xml(to_builtins(await bulksend_json(call, body)))


async def details_json(call: Call) -> WireSms | WireNothing:
    """What became of a text."""
    id = read_sid(call.account, call.path["sms"])
    found = await messages.find(call.store, call.account, id) if id is not None else None
    return write_message(call.account, *found) if found else WireNothing()


async def details_xml(call: Call) -> Answer:
    """What became of a text; the answer is XML."""
    return xml(to_builtins(await details_json(call)))


def _numbers(written: str) -> list[str]:
    """Of a list with commas. Where it begins with a blank, that was a + which the client forgot to encode."""
    numbers = [one for one in re.split("[,;]", written) if one.strip()]
    return [_with_plus(one) if written.startswith(" ") else one.strip() for one in numbers]


def _with_plus(written: str) -> str:
    number = written.strip()
    return f"+{number}" if written.startswith(" ") and number[0].isdigit() else number
