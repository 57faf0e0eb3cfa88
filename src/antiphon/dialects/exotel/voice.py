"""Call campaigns: /campaigns. They are stored and calculated; none starts while no voice carrier is configured."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, field

from antiphon.core.account import Account, Callbacks
from antiphon.core.campaign import Campaign, CreateCampaign, Report, Seen, SendMessages, State
from antiphon.core.contact import Draft
from antiphon.core.errors import BadField, MissingField, Refusal, TooMany
from antiphon.core.message import State as Message
from antiphon.core.template import Syntax
from antiphon.core.voice import Voice
from antiphon.dialects.door import Call
from antiphon.dialects.exotel import campaigns as sms
from antiphon.dialects.exotel.envelope import (
    WireBatch,
    WireItem,
    WirePage,
    WireWindow,
    read_window,
    write_batch,
    write_page,
    write_sid,
    write_time,
)
from antiphon.dialects.exotel.errors import failed
from antiphon.dialects.exotel.fields import (
    WireSchedule,
    read_campaign_sid,
    read_lists,
    read_name,
    read_schedule,
    read_sender,
    read_url,
    read_word,
)
from antiphon.services import campaigns, reports, sends

LIMIT = 500
_SORTS = {"date_created": "created_at", "name": "name", "schedule.send_at": "send_at"}
_MOST = 20  # campaigns in one call
_MOST_NUMBERS = 5_000
_FOR_THE_CARRIER = (
    *("campaign_type", "flow_type", "url", "type", "mode", "throttle", "retries", "call_duplicate_numbers"),
    *("custom_field", "call_schedule_callback"),
)
_STATUS = {"in-progress": "InProgress", "scheduled": "Created"}

# {"campaigns": [{"caller_id": "08047113317", "from": ["+91910..."], "url": "http://my.exotel.com/.../start_voice/1",
#  "name": "demo", "schedule": {"send_at": "...", "end_at": "..."}, "retries": {"number_of_retries": 1, ...},
#  "call_status_callback": "https://...", "status_callback": "https://...", "campaign_type": "static"}]}


class WireCall(Struct):
    caller_id: str | int | None = None
    from_: list[str] | str | None = field(name="from", default=None)
    lists: list[str] | None = None
    name: str | None = None
    campaign_type: str | None = None
    flow_type: str | None = None
    read_via_text: str | None = None
    url: str | None = None
    type: str | None = None
    mode: str | None = None
    throttle: Any = None
    retries: dict[str, Any] | None = None
    schedule: WireSchedule | None = None
    call_duplicate_numbers: bool | None = None
    custom_field: Any = None
    call_status_callback: str | None = None
    call_schedule_callback: str | None = None
    status_callback: str | None = None


class WireCreate(Struct):
    campaigns: list[msgspec.Raw] | None = None


# {"campaigns": [{"action": "pause"}]}, or the action alone


class WireAction(Struct):
    action: str | None = None
    campaigns: list["WireAction"] | None = None


# ?offset=0&limit=20&status=Created,Paused&name=demo&sort_by=date_created:desc


class WireSearch(WireWindow):
    status: str | None = None


# {"created": 10, "in-progress": 0, "completed": 0, "failed": 0, ...}


class WireStats(Struct, kw_only=True):
    created: int
    in_progress: int = field(name="in-progress")
    retry: int = 0
    retrying: int = 0
    failed: int
    failed_dnd: int = field(name="failed-dnd")
    invalid: int = 0
    paused: int = 0
    failed_no_attempt: int = field(name="failed-no-attempt")
    completed: int
    pending: int


# {"id": "8d1f...", "account_sid": "exotel8u3", "name": "demo", "caller_id": "08047113317", "status": "Created", ...}


class WireCallReport(Struct):
    id: str
    account_sid: str
    name: str | None
    caller_id: str | None
    campaign_type: str | None
    flow_type: str | None
    read_via_text: str | None
    url: str | None
    lists: list[str]
    schedule: WireSchedule | None
    status: str
    reason: str | None
    stats: WireStats
    call_status_callback: str | None
    status_callback: str | None
    date_created: str
    uri: str


def read_create(body: WireCreate) -> list[WireCall | Refusal]:
    """What is asked for each campaign, or the reason against it. Raises MissingField or TooMany for the whole."""
    if not body.campaigns:
        raise MissingField(field="campaigns")
    if len(body.campaigns) > _MOST:
        raise TooMany(what="campaigns", given=len(body.campaigns), limit=_MOST)
    return [read_item(item) for item in body.campaigns]


def read_item(item: msgspec.Raw) -> WireCall | Refusal:
    try:
        return msgspec.json.decode(item, type=WireCall)
    except (msgspec.ValidationError, RecursionError) as failure:
        return BadField(field="The campaign", reason=f"is not as it should be: {failure}")


def read_campaign(call: Call, wire: WireCall) -> CreateCampaign | SendMessages:
    """Raises MissingField, BadField, TooMany or UnknownList."""
    if not wire.caller_id:
        raise MissingField(field="caller_id")
    text = wire.read_via_text or wire.url
    if not text:
        raise MissingField(field="url")
    content = {"text": text, "sender": read_sender(wire.caller_id, "caller_id"), **read_content(call, wire)}
    numbers = wire.from_.split(",") if isinstance(wire.from_, str) else wire.from_
    if wire.lists:
        return CreateCampaign(audience=read_lists(wire.lists, call.account), confirmed=True, **content)
    if not numbers:
        raise MissingField(field="lists or from")
    if len(numbers) > _MOST_NUMBERS:
        raise TooMany(what="numbers", given=len(numbers), limit=_MOST_NUMBERS)
    return SendMessages(recipients=[Draft(number=number.strip()) for number in numbers], **content)


def read_content(call: Call, wire: WireCall) -> dict[str, Any]:
    """Raises BadField."""
    start, end = read_schedule(wire.schedule, call.store.now())
    told = {name: getattr(wire, name) for name in _FOR_THE_CARRIER}
    return {
        "name": read_name(wire.name) if wire.name else None,
        "longest": sms.LONGEST_TEXT,
        "voice": Voice(language=f"en-{call.account.region}"),
        "syntax": Syntax.AT,
        "send_at": start,
        "end_at": end,
        "callbacks": Callbacks(
            format="exotel",
            campaigns=read_url(wire.status_callback, "status_callback"),
            receipts=read_url(wire.call_status_callback, "call_status_callback"),
        ),
        "extras": {name: _plain(value) for name, value in told.items() if value is not None},
    }


def read_search(query: WireSearch) -> Seen:
    """Raises BadField."""
    words = {word.strip().lower().replace("inprogress", "in-progress") for word in (query.status or "").split(",")}
    known = {read_word(word, "status", sms.SEEN) for word in words if word}
    states = frozenset[State]().union(*(sms.SEEN[word] for word in known))
    return Seen(spoken=True, states=states, archived="archived" in known)


def write_campaign(account: Account, report: Report) -> WireCallReport:
    campaign, zone = report.campaign, ZoneInfo(account.time_zone)
    sid = write_sid(account, campaign.id)
    word, url = sms.write_status(campaign), campaign.extras.get("url")
    schedule = sms.write_schedule(campaign, zone)
    return WireCallReport(
        id=sid,
        account_sid=account.sid,
        name=campaign.name,
        caller_id=campaign.sender,
        campaign_type=campaign.extras.get("campaign_type"),
        flow_type=campaign.extras.get("flow_type"),
        read_via_text=None if campaign.text == url else campaign.text,
        url=url,
        lists=[write_sid(account, id) for id in campaign.audience.ids],
        schedule=schedule and WireSchedule(send_at=schedule.start_time, end_at=schedule.end_time),
        status=_STATUS.get(word, word.capitalize()),
        reason=campaign.reason,
        stats=write_stats(campaign, report.counts),
        call_status_callback=campaign.callbacks.receipts,
        status_callback=campaign.callbacks.campaigns,
        date_created=write_time(campaign.created_at.replace(microsecond=0), zone),
        uri=f"/v2/accounts/{account.sid}/campaigns/{sid}",
    )


def write_stats(campaign: Campaign, counts: Mapping[str, int]) -> WireStats:
    waiting = counts.get(Message.WAITING, 0) + counts.get(Message.HELD, 0)
    return WireStats(
        created=campaign.messages,
        in_progress=counts.get(Message.SUBMITTING, 0) + counts.get(Message.ACCEPTED, 0),
        failed=counts.get(Message.FAILED, 0) + counts.get(Message.REFUSED, 0),
        failed_dnd=counts.get(Message.WITHHELD, 0),
        failed_no_attempt=counts.get(Message.UNSENT, 0),
        completed=counts.get(Message.DELIVERED, 0),
        pending=waiting,
    )


async def create(call: Call, body: WireCreate) -> WireBatch[WireCallReport]:
    """Create call campaigns; each has a result of its own."""
    return write_batch(call, [await _created(call, item) for item in read_create(body)])


async def list_all(call: Call, query: WireSearch) -> WirePage[WireCallReport]:
    """Look through the call campaigns."""
    page = await reports.search(call.store, call.account, read_search(query), read_window(query, LIMIT, _SORTS))
    return write_page(call, "/campaigns", query, page, [write_campaign(call.account, one) for one in page.things])


async def detail(call: Call) -> WireBatch[WireCallReport]:
    """One call campaign."""
    return _answer(call, await campaigns.report(call.store, call.account, read_campaign_sid(call)))


async def update(call: Call, body: WireAction) -> WireBatch[WireCallReport]:
    """Pause, resume, complete or archive a call campaign."""
    id, body = read_campaign_sid(call), body.campaigns[0] if body.campaigns else body
    await sms.ACTIONS[read_word(body.action or "", "action", sms.ACTIONS)](call.store, call.account, id)
    return _answer(call, await campaigns.report(call.store, call.account, id))


async def delete(call: Call) -> WireBatch[WireCallReport]:
    """Put a call campaign away that has not started, or has ended."""
    id = read_campaign_sid(call)
    campaign = await campaigns.find(call.store, call.account, id)
    if campaign.state in (State.READY, State.SCHEDULED):
        await campaigns.cancel(call.store, call.account, id)
    await campaigns.archive(call.store, call.account, id)
    return _answer(call, await campaigns.report(call.store, call.account, id))


async def _created(call: Call, item: WireCall | Refusal) -> WireItem[WireCallReport]:
    if isinstance(item, Refusal):
        return failed(item)
    try:
        campaign = await _create(call, read_campaign(call, item))
    except Refusal as refusal:
        return failed(refusal)
    return WireItem(data=write_campaign(call.account, Report(campaign=campaign, counts={})))


async def _create(call: Call, command: CreateCampaign | SendMessages) -> Campaign:
    if isinstance(command, CreateCampaign):
        return await campaigns.create(call.store, call.account, command)
    return await sends.draft(call.store, call.prices, call.account, command)


def _answer(call: Call, report: Report) -> WireBatch[WireCallReport]:
    return write_batch(call, [WireItem(data=write_campaign(call.account, report))], status=200)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
