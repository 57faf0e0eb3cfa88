"""Campaigns on a list or a tag: create, poll the status, then send or cancel; and the draft that was left behind."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from antiphon.core import sender
from antiphon.core.account import Account
from antiphon.core.campaign import Audience, Campaign, CreateCampaign, Kind, Purpose, Quality, State
from antiphon.core.errors import BadField, MissingField, UnknownCampaign
from antiphon.core.money import units
from antiphon.dialects.door import Answer, Call
from antiphon.services import campaigns, wallet

# {"text": "This is a Premium SMS with STOP. STOP at 30101", "type": "sms_premium", "purpose": "wholesale",
#  "sender": "Company X", "send_at": "2018-10-03T07:42:39-07:00", "with_replies": false, "simulation_mode": false}


class WireContent(Struct, forbid_unknown_fields=True):
    """What every way of sending a text has in common."""

    text: str | None = None
    type: Literal["sms_premium", "sms_low_cost"] | None = None
    purpose: Literal["wholesale", "alert", "transactional", "marketing"] | None = None
    sender: str | None = None
    # Not a text that may be ignored: the campaign would leave at once.
    send_at: Annotated[Any, Meta(extra_json_schema={"type": "string", "format": "date-time"})] = None
    with_replies: bool = False
    auto_optimize_text: bool = True
    # One switch under the name of each generation of the documentation.
    auto_remove_blacklisted_numbers: bool = False
    auto_remove_blacklisted_contacts: bool = False
    auto_delete_optout_contacts: bool = False
    # As little as `send_at` may this be ignored: the text would leave.
    simulation_mode: Annotated[Any, Meta(extra_json_schema={"type": "boolean"})] = False
    request_id: str | None = None


# {"list_name": "my_list", "text": "...", ...}


class WireCampaign(WireContent):
    list_name: str | None = None
    tag_name: str | None = None


PURPOSE = {"alert": Purpose.ALERT, "transactional": Purpose.ALERT}  # else "wholesale", the default
QUALITY = {"sms_low_cost": Quality.LOW_COST}  # else "sms_premium": what old requests without a type have meant
_BARE_ZONE = ZoneInfo("Europe/Paris")  # a time without an offset means Central European Time (the vendor's PHP library)
_LONGEST_REQUEST_ID = 255
SIMULATED = 0
_SIMULATION = dict.fromkeys(("true", "1", "yes", "on"), True) | dict.fromkeys(("false", "0", "no", "off", ""), False)


def read_create(body: WireCampaign, first: Kind, ignored: list[str]) -> CreateCampaign:
    """Raises MissingField, or what `read_content` does."""
    audience = read_audience(body.list_name, body.tag_name, first)
    return CreateCampaign(audience=audience, **read_content(body, ignored))


def read_content(body: WireContent, ignored: list[str]) -> dict[str, Any]:
    """The fields of `core.campaign.Content`. Raises BadField, of a `send_at` that is no date too: what was meant for
    later must not leave now."""
    return {
        "text": body.text or "",
        "sender": read_sender(body.sender, ignored),
        "purpose": PURPOSE.get(body.purpose or "", Purpose.MARKETING),
        "quality": QUALITY.get(body.type or "", Quality.PREMIUM),
        "send_at": read_time(body.send_at),
        "optimise": body.auto_optimize_text,
        "with_replies": body.with_replies,
        "request_id": read_request_id(body.request_id),
    }


def read_sender(written: str | None, ignored: list[str], field: str = "sender", *, digits: bool = False) -> str | None:
    name = sender.clean(re.sub("[^0-9]", "", written or "") if digits else written or "")
    if name != (written or None):
        ignored.append(f"{field} (cleaned)" if name else field)
    return name


def read_time(written: object) -> datetime | None:
    """Raises BadField."""
    text = "" if written is None else str(written).strip()
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
        return time if time.tzinfo else time.replace(tzinfo=_BARE_ZONE)
    except ValueError:
        raise BadField(field="send_at", reason="is not a date like 2018-10-03T07:42:39-07:00") from None


def read_simulation(written: object, ignored: list[str]) -> bool:
    """Raises BadField."""
    if not isinstance(written, bool | None) and written != "":
        ignored.append("simulation_mode (cast)")
    word = ("" if written is None else str(written)).strip().lower()
    if word not in _SIMULATION:
        raise BadField(field="simulation_mode", reason="is neither true nor false")
    return _SIMULATION[word]


def read_request_id(written: str | None) -> str | None:
    """Raises BadField: one that was cut might be taken for another."""
    if written and len(written) > _LONGEST_REQUEST_ID:
        raise BadField(field="request_id", reason=f"is longer than {_LONGEST_REQUEST_ID} characters")
    return written or None


def read_audience(list_name: str | None, tag_name: str | None, first: Kind) -> Audience:
    """Either name on either path, as documented. Raises MissingField without any."""
    names = {Kind.LIST: (list_name or "").strip(), Kind.TAG: (tag_name or "").strip()}
    for kind in (first, Kind.LIST, Kind.TAG):
        if names[kind]:
            return Audience(kind=kind, names=(names[kind],))
    raise MissingField(field=f"{first.value}_name")


# {"ticket_number": "sms_5f3fbce61266e"}


class WireTicket(Struct, forbid_unknown_fields=True):
    ticket_number: str | None = None


def read_ticket(written: str | None) -> int:
    """The campaign's id, whichever channel the ticket names. Raises MissingField or UnknownCampaign."""
    ticket = (written or "").strip()
    if not ticket:
        raise MissingField(field="ticket_number")
    known = re.fullmatch(r"(?:sms|vocal|voice)_([0-9a-f]{14})", ticket)
    if not known:
        raise UnknownCampaign(ticket=ticket)
    return int(known[1], 16)


def write_ticket(campaign: int, channel: str = "sms") -> str:
    return f"{channel}_{campaign:014x}"


# {"number_of_contacts": 20, "cost": 2.58, "status": "ready_to_be_sent"}


class WireStatus(Struct):
    number_of_contacts: int
    cost: float
    status: str


# The vendor knows three words; what comes after a campaign was confirmed has none, so there we say our own.
STATUS = {State.CALCULATING: "under_computation", State.READY: "ready_to_be_sent"}


def write_status(campaign: Campaign) -> WireStatus:
    return WireStatus(
        number_of_contacts=campaign.messages,
        cost=units(campaign.cost),
        status=STATUS.get(campaign.state, campaign.state.value),
    )


# {"sending_date": "2021-06-01T12:00:00+03:00"}


class WireSending(Struct):
    sending_date: str


def write_sending(at: datetime, account: Account) -> WireSending:
    return WireSending(at.astimezone(ZoneInfo(account.time_zone)).isoformat(timespec="seconds"))


# {"ticket_number": "sms_624b...", "number_of_contacts": 1, "number_of_sms_needed": 1, "residual_credit": 110.66,
#  "total_cost": 0.081, "status": "validated", "message": "", "code": 0}


class WireDraft(Struct):
    """The one success that has a `code`."""

    ticket_number: str
    number_of_contacts: int
    number_of_sms_needed: int
    residual_credit: float
    total_cost: float
    status: str = "validated"
    message: str = ""
    code: int = 0


def write_draft(campaign: Campaign, left: int) -> WireDraft:
    return WireDraft(
        ticket_number=write_ticket(campaign.id),
        number_of_contacts=campaign.messages,
        number_of_sms_needed=campaign.segments,
        residual_credit=units(left),
        total_cost=units(campaign.cost),
    )


async def create_on_list(call: Call, body: WireCampaign) -> WireTicket:
    """Begin a campaign to a list: it is calculated, then waits to be sent or cancelled."""
    return await _create(call, body, Kind.LIST)


async def create_on_tag(call: Call, body: WireCampaign) -> WireTicket:
    """Begin a campaign to everybody with a tag."""
    return await _create(call, body, Kind.TAG)


async def status(call: Call, query: WireTicket) -> WireStatus:
    """Ask how far the calculation is, and what the campaign will cost."""
    return write_status(await campaigns.find(call.store, call.account, read_ticket(query.ticket_number)))


async def send(call: Call, body: WireTicket) -> WireSending:
    """Confirm a calculated campaign: it leaves now, or at its time."""
    at = await campaigns.confirm(call.store, call.account, read_ticket(body.ticket_number))
    return write_sending(at, call.account)


async def cancel(call: Call, body: WireTicket) -> None:
    """Give up a campaign that has not begun."""
    await campaigns.cancel(call.store, call.account, read_ticket(body.ticket_number))


async def draft(call: Call) -> WireDraft | Answer:
    """Read the last campaign that was calculated and neither sent nor cancelled."""
    found = await campaigns.draft(call.store, call.account, spoken=False)
    return write_draft(found, await wallet.balance(call.store, call.account)) if found else Answer(204)


async def _create(call: Call, body: WireCampaign, first: Kind) -> WireTicket:
    command = read_create(body, first, call.ignored)
    work = campaigns.simulate if read_simulation(body.simulation_mode, call.ignored) else campaigns.create
    campaign = await work(call.store, call.account, command)
    return WireTicket(write_ticket(campaign.id if campaign else SIMULATED))
