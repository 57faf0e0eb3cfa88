"""Texts: GET /sender, POST /sms/send, /sms/status."""

import re

from msgspec import Struct

from antiphon.core import url
from antiphon.core.account import Callbacks
from antiphon.core.campaign import Purpose, Report, SendMessages
from antiphon.core.campaign import State as Sending
from antiphon.core.contact import Draft
from antiphon.core.errors import BadField, MissingField, TooMany, UnknownCampaign
from antiphon.core.message import State
from antiphon.core.template import Syntax
from antiphon.dialects.atom.envelope import WireSuccess, success
from antiphon.dialects.door import Call
from antiphon.services import accounts, campaigns, sends

MOST = 1_000  # numbers in one call
_LONGEST_SENDER = 16
# Of several recipients: as long as one is on its way, how far the last of them is; then what went wrong, if anything.
_STATUS = {
    "Scheduled": (State.WAITING, State.HELD),
    "Enroute": (State.SUBMITTING, State.ACCEPTED),
    "Unknown": (State.IN_DOUBT,),
    "Undeliverable": (State.FAILED,),
    "Rejected": (State.REFUSED,),
    "Skipped": (State.WITHHELD, State.UNSENT),
    "Delivered": (State.DELIVERED,),
}

# {"Sender": ["sender_id_1", "sender_id_2"]}


class WireSenders(Struct):
    Sender: list[str]


# {"to": "61444444444,61488888888", "from": "ATOM", "text": "Hello", "callback": "https://example.com/dlr"}


class WireSend(Struct, rename={"sender": "from"}):
    to: list[str | int] | str | int | None = None
    sender: str | None = None
    text: str | None = None
    callback: str | None = None


class WireMessageId(Struct):
    message_id: str | None = None


# {"message_id": "00029910-000000382d3bf", "status": "pending"}


class WireMessage(Struct):
    message_id: str
    status: str


def read_send(body: WireSend) -> SendMessages:
    """Raises MissingField, BadField or TooMany."""
    written = ",".join(map(str, body.to)) if isinstance(body.to, list) else str(body.to or "")
    numbers = [number.strip() for number in re.split("[,;]", written) if number.strip()]
    if not numbers:
        raise MissingField(field="to")
    if len(numbers) > MOST:
        raise TooMany(what="numbers", given=len(numbers), limit=MOST)
    return SendMessages(
        recipients=[Draft(number=number) for number in numbers],
        text=body.text or "",
        sender=read_sender(body.sender),
        purpose=Purpose.ALERT,
        optimise=False,
        syntax=Syntax.NONE,
        callbacks=Callbacks(receipts=read_url(body.callback), format="atom"),
    )


def read_sender(written: str | None) -> str:
    """Raises MissingField or BadField."""
    sender = (written or "").strip()
    if not sender:
        raise MissingField(field="from")
    if len(sender) > _LONGEST_SENDER:
        raise BadField(field="from", reason=f"is longer than {_LONGEST_SENDER} characters")
    return sender


def read_url(written: str | None) -> str | None:
    """Raises BadField."""
    if not written or not written.strip():
        return None
    cleaned = url.clean(written)
    if cleaned is None:
        raise BadField(field="callback", reason="is not an address that can be called")
    return cleaned


def read_message_id(written: str | None) -> int:
    """Raises MissingField or UnknownCampaign."""
    if not written:
        raise MissingField(field="message_id")
    parts = re.fullmatch("([0-9a-f]{8})-0{5}([0-9a-f]{8})", written.strip().lower())
    if parts is None:
        raise UnknownCampaign(ticket=written)
    return int(parts[1] + parts[2], 16)


def write_status(report: Report) -> str:
    if report.campaign.state in (Sending.CANCELLED, Sending.STOPPED) and any(
        report.counts.get(state) for state in (State.WAITING, State.HELD)
    ):
        return "Skipped"
    return next((word for word, states in _STATUS.items() if any(map(report.counts.get, states))), "Unknown")


async def senders(call: Call) -> WireSuccess[WireSenders]:
    """The senders that the account has set, or has used before."""
    return success(WireSenders(await accounts.senders(call.store, call.account)))


async def send(call: Call, body: WireSend) -> WireSuccess[WireMessage]:
    """Send a text to one number or several; on disk before the answer."""
    command = read_send(body)
    sent = await sends.send(call.store, call.prices, call.account, command)
    call.ignored += [f"to: {command.recipients[place].number}" for place in sent.unreadable]
    return success(WireMessage(written_id(sent.campaign.id), "pending"))


async def status(call: Call, body: WireMessageId) -> WireSuccess[WireMessage]:
    """What became of a text."""
    id = read_message_id(body.message_id)
    try:
        report = await campaigns.report(call.store, call.account, id)
    except UnknownCampaign:
        raise UnknownCampaign(ticket=body.message_id or "") from None
    return success(WireMessage(written_id(report.campaign.id), write_status(report)))


def written_id(campaign: int) -> str:
    """As long as the vendor's own: 8 and 13 hexadecimal digits."""
    return f"{campaign >> 32:08x}-{campaign & 0xFFFFFFFF:013x}"


def word_of(state: State) -> str:
    return next(word for word, states in _STATUS.items() if state in states)
