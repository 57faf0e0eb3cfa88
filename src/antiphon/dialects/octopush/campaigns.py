"""Campaigns on a list or a tag: create, poll the status, then send or cancel."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from antiphon.core.account import Account
from antiphon.core.campaign import Audience, Campaign, CreateCampaign, Kind, Purpose, State
from antiphon.core.errors import BadField, MissingField, UnknownCampaign
from antiphon.core.money import units
from antiphon.dialects.door import Answer, Call
from antiphon.services import campaigns

# {"list_name": "my_list", "text": "This is a Premium SMS with STOP. STOP at 30101", "type": "sms_premium",
#  "purpose": "wholesale", "sender": "Company X", "send_at": "2018-10-03T07:42:39-07:00"}


class WireCampaign(Struct, forbid_unknown_fields=True):
    list_name: str | None = None
    tag_name: str | None = None
    text: str | None = None
    sender: str | None = None
    purpose: str | None = None
    send_at: Any = None  # not a text that may be ignored: the campaign would leave at once
    with_replies: bool = False
    auto_optimize_text: bool = True


PURPOSE = {
    "alert": Purpose.ALERT,
    "transactional": Purpose.ALERT,
}  # whatever else is "wholesale", the default
_BARE_ZONE = ZoneInfo("Europe/Paris")  # a time without an offset means Central European Time (the vendor's PHP library)
_LONGEST_SENDER = 11


def read_create(body: WireCampaign, audience: Audience) -> CreateCampaign:
    """Raises BadField where `send_at` is no date: what was meant for later must not leave now."""
    return CreateCampaign(
        audience=audience,
        text=re.sub(r"\{param([1-5])\}", r"{field_\1}", body.text or ""),
        sender=read_sender(body.sender),
        purpose=PURPOSE.get((body.purpose or "").strip().lower(), Purpose.MARKETING),
        send_at=read_time(body.send_at),
        optimise=body.auto_optimize_text,
        with_replies=body.with_replies,
    )


def read_sender(written: str | None) -> str | None:
    """3 to 11 letters, digits or blanks; what is not allowed is left out, as the vendor's page on wrong data says."""
    clean = re.sub(r"[^A-Za-z0-9 ]", "", written or "").strip()[:_LONGEST_SENDER].strip()
    return clean if len(clean) >= 3 else None


def read_time(written: object) -> datetime | None:
    text = "" if written is None else str(written).strip()
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
        return time if time.tzinfo else time.replace(tzinfo=_BARE_ZONE)
    except ValueError:
        raise BadField(field="send_at", reason="is not a date like 2018-10-03T07:42:39-07:00") from None


def read_audience(body: WireCampaign, first: Kind) -> Audience:
    """Either name on either path, as documented. Raises MissingField without any."""
    names = {Kind.LIST: (body.list_name or "").strip(), Kind.TAG: (body.tag_name or "").strip()}
    for kind in (first, Kind.LIST, Kind.TAG):
        if names[kind]:
            return Audience(kind=kind, name=names[kind])
    raise MissingField(field=f"{first.value}_name")


# {"ticket_number": "sms_5f3fbce61266e"}


class WireTicket(Struct, forbid_unknown_fields=True):
    ticket_number: str | None = None


def write_ticket(campaign: int) -> str:
    return f"sms_{campaign:014x}"


def read_ticket(written: str | None) -> int:
    """The campaign's id. Raises MissingField or UnknownCampaign."""
    ticket = (written or "").strip()
    if not ticket:
        raise MissingField(field="ticket_number")
    known = re.fullmatch(r"sms_([0-9a-f]{14})", ticket)
    if not known:
        raise UnknownCampaign(ticket=ticket)
    return int(known[1], 16)


# {"number_of_contacts": 20, "cost": 2.58, "status": "ready_to_be_sent"}

# The vendor knows three words; what comes after a campaign was confirmed has none, so there we say our own.
STATUS = {State.CALCULATING: "under_computation", State.READY: "ready_to_be_sent"}


def write_status(campaign: Campaign) -> dict[str, object]:
    return {
        "number_of_contacts": campaign.messages,
        "cost": units(campaign.cost),
        "status": STATUS.get(campaign.state, campaign.state.value),
    }


# {"sending_date": "2021-06-01T12:00:00+03:00"}


def write_sending(at: datetime, account: Account) -> dict[str, str]:
    return {"sending_date": at.astimezone(ZoneInfo(account.time_zone)).isoformat(timespec="seconds")}


async def create_on_list(call: Call, body: WireCampaign) -> Answer:
    command = read_create(body, read_audience(body, Kind.LIST))
    campaign = await campaigns.create(call.store, call.account, command)
    return Answer(201, {"ticket_number": write_ticket(campaign.id)})


async def create_on_tag(call: Call, body: WireCampaign) -> Answer:
    command = read_create(body, read_audience(body, Kind.TAG))
    campaign = await campaigns.create(call.store, call.account, command)
    return Answer(201, {"ticket_number": write_ticket(campaign.id)})


async def status(call: Call, query: WireTicket) -> Answer:
    id = read_ticket(query.ticket_number)
    return Answer(200, write_status(await campaigns.find(call.store, call.account, id)))


async def send(call: Call, body: WireTicket) -> Answer:
    at = await campaigns.confirm(call.store, call.account, read_ticket(body.ticket_number))
    return Answer(200, write_sending(at, call.account))


async def cancel(call: Call, body: WireTicket) -> Answer:
    await campaigns.cancel(call.store, call.account, read_ticket(body.ticket_number))
    return Answer(204)
