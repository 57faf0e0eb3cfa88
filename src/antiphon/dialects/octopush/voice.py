"""Calls that read a text aloud: to numbers that come with it, on a list, on a tag."""

from msgspec import Struct

from antiphon.core.campaign import Campaign, CreateCampaign, Kind, SendMessages
from antiphon.core.money import units
from antiphon.core.voice import Gender, Voice, seconds
from antiphon.dialects.door import Answer, Call
from antiphon.dialects.octopush.campaigns import (
    SIMULATED,
    STATUS,
    WireContent,
    WireTicket,
    read_audience,
    read_content,
    read_simulation,
    read_ticket,
    write_ticket,
)
from antiphon.dialects.octopush.contacts import WireContact, keep, name_unreadable, read_leave_out, read_recipients
from antiphon.services import campaigns, sends, wallet
from antiphon.services.sends import Sent

# {"recipients": [{"phone_number": "+33612345678"}], "text": "...", "sender": "0512345678", "voice_gender": "female",
#  "voice_language": "fr-FR"}


class WireSpoken(WireContent):
    """What every way of calling has in common. Old clients add a `type`, "vocal_sms", which says nothing new."""

    type: str | None = None  # pyright: ignore[reportIncompatibleVariableOverride]
    voice_gender: str | None = None
    voice_language: str | None = None


class WireVoice(WireSpoken):
    recipients: list[WireContact] | None = None
    list_name: str | None = None


class WireVoiceCampaign(WireSpoken):
    list_name: str | None = None
    tag_name: str | None = None


LANGUAGES = (
    *("en-US", "en-GB", "el-GR", "pl-PL", "hu-HU", "sv-SE", "de-DE", "es-ES", "es-LA", "fr-FR"),
    *("it-IT", "pt-BR", "ru-RU"),
)
_CHANNEL = "vocal"


def read_send(body: WireVoice, region: str, ignored: list[str]) -> SendMessages:
    """Raises MissingField, TooMany, or what `read_content` does."""
    return SendMessages(
        recipients=read_recipients(body.recipients),
        leave_out_opted_out=read_leave_out(body),
        voice=read_voice(body, region, ignored),
        **read_content(body, ignored),
    )


def read_create(body: WireVoiceCampaign, first: Kind, region: str, ignored: list[str]) -> CreateCampaign:
    """Raises MissingField, or what `read_content` does."""
    audience = read_audience(body.list_name, body.tag_name, first)
    return CreateCampaign(audience=audience, voice=read_voice(body, region, ignored), **read_content(body, ignored))


def read_voice(body: WireSpoken, region: str, ignored: list[str]) -> Voice:
    """By default a woman who speaks the language of the region."""
    language = next((tag for tag in LANGUAGES if tag.lower() == (body.voice_language or "").lower()), None)
    if body.voice_language and language is None:
        ignored.append("voice_language")
    gender = (body.voice_gender or "").strip().lower()
    if gender not in ("", *Gender):
        ignored.append("voice_gender")
    male = gender == Gender.MALE
    return Voice(gender=Gender.MALE if male else Gender.FEMALE, language=language or _home_language(region))


# {"vocal_ticket": "vocal_5fed928fda524", "number_of_contacts": 1, "total_cost": 0.03, "residual_credit": 99.5,
#  "estimated_duration": 30}


class WireVoiceSent(Struct):
    """The ticket under both names: no page says which the newer path answers."""

    vocal_ticket: str
    voice_ticket: str
    number_of_contacts: int
    total_cost: float
    residual_credit: float
    estimated_duration: float


def write_sent(sent: Sent) -> WireVoiceSent:
    ticket = write_ticket(sent.campaign.id, _CHANNEL)
    return WireVoiceSent(
        vocal_ticket=ticket,
        voice_ticket=ticket,
        number_of_contacts=sent.campaign.messages,
        total_cost=units(sent.campaign.cost),
        residual_credit=units(sent.left),
        estimated_duration=seconds(sent.campaign.text),
    )


# {"number_of_contacts": 20, "cost": 2.58, "status": "ready_to_be_sent", "estimated_duration": 3.50}


class WireVoiceStatus(Struct):
    number_of_contacts: int
    cost: float
    status: str
    estimated_duration: float


def write_status(campaign: Campaign) -> WireVoiceStatus:
    return WireVoiceStatus(
        number_of_contacts=campaign.messages,
        cost=units(campaign.cost),
        status=STATUS.get(campaign.state, campaign.state.value),
        estimated_duration=seconds(campaign.text),
    )


# {"ticket_number": "vocal_624b...", "number_of_contacts": 1, "residual_credit": 110.66, "total_cost": 0.081,
#  "estimated_duration": 30, "status": "validated", "message": "", "code": 0}


class WireVoiceDraft(Struct):
    ticket_number: str
    number_of_contacts: int
    residual_credit: float
    total_cost: float
    estimated_duration: float
    status: str = "validated"
    message: str = ""
    code: int = 0


def write_draft(campaign: Campaign, left: int) -> WireVoiceDraft:
    return WireVoiceDraft(
        ticket_number=write_ticket(campaign.id, _CHANNEL),
        number_of_contacts=campaign.messages,
        residual_credit=units(left),
        total_cost=units(campaign.cost),
        estimated_duration=seconds(campaign.text),
    )


async def send(call: Call, body: WireVoice) -> WireVoiceSent:
    """Call at most 500 numbers and read a text to them."""
    command = read_send(body, call.account.region, call.ignored)
    simulated = read_simulation(body.simulation_mode, call.ignored)
    await keep(call, body.list_name, command, simulated=simulated)
    work = sends.simulate if simulated else sends.send
    sent = await work(call.store, call.prices, call.account, command)
    name_unreadable(call, sent.unreadable)
    return write_sent(sent)


async def create_on_list(call: Call, body: WireVoiceCampaign) -> WireTicket:
    """Begin a campaign of calls to a list."""
    return await _create(call, body, Kind.LIST)


async def create_on_tag(call: Call, body: WireVoiceCampaign) -> WireTicket:
    """Begin a campaign of calls to everybody with a tag."""
    return await _create(call, body, Kind.TAG)


async def status(call: Call, query: WireTicket) -> WireVoiceStatus:
    """Ask how far the calculation is, what the calls will cost, and how long one takes."""
    return write_status(await campaigns.find(call.store, call.account, read_ticket(query.ticket_number)))


async def draft(call: Call) -> WireVoiceDraft | Answer:
    """Read the last campaign of calls that was calculated and neither made nor cancelled."""
    found = await campaigns.draft(call.store, call.account, spoken=True)
    return write_draft(found, await wallet.balance(call.store, call.account)) if found else Answer(204)


async def _create(call: Call, body: WireVoiceCampaign, first: Kind) -> WireTicket:
    command = read_create(body, first, call.account.region, call.ignored)
    work = campaigns.simulate if read_simulation(body.simulation_mode, call.ignored) else campaigns.create
    campaign = await work(call.store, call.account, command)
    return WireTicket(write_ticket(campaign.id if campaign else SIMULATED, _CHANNEL))


def _home_language(region: str) -> str:
    return next((tag for tag in LANGUAGES if tag.endswith(f"-{region}")), "en-US")
