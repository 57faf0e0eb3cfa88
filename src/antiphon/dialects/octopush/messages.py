"""A text to numbers that come with it: send, cancel, and the same by the path of many channels."""

from datetime import timedelta
from typing import Any, Literal

from msgspec import Struct

from antiphon.core.campaign import SendMessages
from antiphon.core.cancelling import CancelRules
from antiphon.core.errors import MissingField, NotOffered
from antiphon.core.money import units
from antiphon.dialects.door import Answer, Call
from antiphon.dialects.octopush import voice
from antiphon.dialects.octopush.campaigns import (
    WireContent,
    WireSending,
    WireTicket,
    read_content,
    read_simulation,
    read_ticket,
    write_sending,
    write_ticket,
)
from antiphon.dialects.octopush.contacts import WireContact, keep, name_unreadable, read_leave_out, read_recipients
from antiphon.dialects.octopush.voice import WireVoice, WireVoiceSent
from antiphon.services import campaigns, sends
from antiphon.services.sends import Sent

# {"recipients": [{"phone_number": "+33612345678", "first_name": "Axelle", "param1": "Mme"}], "text": "...",
#  "sender": "Company X", "type": "sms_premium", "purpose": "alert"}


class WireSend(WireContent):
    recipients: list[WireContact] | None = None
    list_name: str | None = None
    # The English page on confirming a campaign on a list posts its ticket to this path.
    ticket_number: str | None = None


# {"channel": "sms", "text": "...", "recipients": [{"phone_number": "+3361..."}], "metadata": {"type": "sms_premium"}}


class WireMetadata(Struct, frozen=True, forbid_unknown_fields=True):
    type: Literal["sms_premium", "sms_low_cost", "voice_sms"] | None = None
    with_replies: bool = False
    voice_gender: str | None = None
    voice_language: str | None = None


class WireChannel(WireContent):
    channel: str | None = None
    recipients: list[WireContact] | None = None
    list_name: str | None = None
    metadata: WireMetadata = WireMetadata()


# The page on cancelling: fewer than three recipients, more than ten minutes ahead, a thousand times a month.
CANCEL = CancelRules(messages=2, notice=timedelta(minutes=10), per_month=1_000)
_COMMON = ("text", "sender", "send_at", "purpose", "recipients", "list_name", "simulation_mode", "request_id")
_LOW_COST = "sms_low_cost"


def read_send(body: WireSend, ignored: list[str]) -> SendMessages:
    """Raises MissingField, TooMany, or what `read_content` does."""
    recipients = read_recipients(body.recipients)
    leave_out = read_leave_out(body)
    return SendMessages(recipients=recipients, leave_out_opted_out=leave_out, **read_content(body, ignored))


def read_channel(body: WireChannel) -> WireSend | WireVoice:
    """The same by the path of its channel. Raises MissingField or NotOffered."""
    common: dict[str, Any] = {name: getattr(body, name) for name in _COMMON}
    common["auto_delete_optout_contacts"] = read_leave_out(body)
    more = body.metadata
    match (body.channel or "").strip().lower():
        case "sms":
            low = _LOW_COST in (more.type, body.type)
            replies = more.with_replies or body.with_replies
            optimise = body.auto_optimize_text
            return WireSend(
                type=_LOW_COST if low else None, with_replies=replies, auto_optimize_text=optimise, **common
            )
        case "voice_sms":
            return WireVoice(voice_gender=more.voice_gender, voice_language=more.voice_language, **common)
        case "":
            raise MissingField(field="channel")
        case other:
            raise NotOffered(what=f"The channel {other}")


# {"sms_ticket": "sms_5fec89fe97109", "number_of_contacts": 1, "total_cost": 0.0333, "number_of_sms_needed": 1,
#  "residual_credit": 99.5}


class WireSent(Struct):
    sms_ticket: str
    number_of_contacts: int
    total_cost: float
    number_of_sms_needed: int
    residual_credit: float


def write_sent(sent: Sent) -> WireSent:
    return WireSent(
        sms_ticket=write_ticket(sent.campaign.id),
        number_of_contacts=sent.campaign.messages,
        total_cost=units(sent.campaign.cost),
        number_of_sms_needed=sent.campaign.segments,
        residual_credit=units(sent.left),
    )


async def send(call: Call, body: WireSend) -> WireSent | Answer:
    """Send a text to at most 500 numbers, now or later."""
    if body.ticket_number and not body.recipients:
        return Answer(200, await _confirm(call, body.ticket_number))
    command = read_send(body, call.ignored)
    simulated = read_simulation(body.simulation_mode, call.ignored)
    await keep(call, body.list_name, command, simulated=simulated)
    work = sends.simulate if simulated else sends.send
    sent = await work(call.store, call.prices, call.account, command)
    name_unreadable(call, sent.unreadable)
    return write_sent(sent)


async def send_by_channel(call: Call, body: WireChannel) -> WireSent | WireVoiceSent | Answer:
    """Send by the channel that is named: sms or voice_sms."""
    read = read_channel(body)
    return await (send(call, read) if isinstance(read, WireSend) else voice.send(call, read))


async def cancel(call: Call, body: WireTicket) -> None:
    """Give up a text that has not left: fewer than three recipients, more than ten minutes ahead."""
    await campaigns.cancel(call.store, call.account, read_ticket(body.ticket_number), CANCEL)


async def _confirm(call: Call, ticket: str) -> WireSending:
    at = await campaigns.confirm(call.store, call.account, read_ticket(ticket))
    return write_sending(at, call.account)
