"""SMS campaigns: /message-campaigns, and /sms-campaigns as they were called before."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from msgspec import UNSET, Struct, field
from msgspec.structs import replace

from antiphon.core.account import Account, Callbacks
from antiphon.core.campaign import Campaign, CreateCampaign, EditCampaign, Purpose, Report, Seen, State, said
from antiphon.core.errors import BadField, MissingField, NotOffered
from antiphon.core.message import State as Message
from antiphon.core.template import Syntax
from antiphon.dialects.door import Call
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
from antiphon.dialects.exotel.fields import (
    WireSchedule,
    read_campaign_sid,
    read_dlt,
    read_lists,
    read_name,
    read_schedule,
    read_sender,
    read_url,
    read_word,
)
from antiphon.services import campaigns, reports

LIMIT = 50
LONGEST_TEXT = 2_000  # characters
SORTS = {"date_created": "created_at", "name": "name", "schedule.start_time": "send_at"}
SEEN = {
    "created": frozenset({State.CALCULATING}),
    "scheduled": frozenset({State.SCHEDULED}),
    "in-progress": frozenset({State.SENDING}),
    "completed": frozenset({State.SENT, State.STOPPED}),
    "paused": frozenset({State.PAUSED, State.READY}),  # both wait for somebody
    "failed": frozenset({State.FAILED}),
    "canceled": frozenset({State.CANCELLED}),
    "archived": frozenset[State](),
}
ACTIONS = {
    "pause": campaigns.pause,
    "resume": campaigns.resume,
    "complete": partial(campaigns.stop, if_paused=True),
    "archive": campaigns.archive,
}
_CONTENT = {"static": Syntax.NONE, "dynamic": Syntax.AT}
_TYPES = {"transactional": Purpose.ALERT, "promotional": Purpose.MARKETING}
_LOST = (Message.FAILED, Message.REFUSED, Message.WITHHELD, Message.UNSENT)
_HANDED = (Message.ACCEPTED, Message.IN_DOUBT, Message.DELIVERED, Message.FAILED, Message.REFUSED)


# {"content_type": "static", "lists": ["c3ba..."], "channel": "SMS", "dlt_entity_id": "110100001352",
#  "dlt_template_id": "1107160", "sender_id": "EXOTEL", "sms_type": "Transactional", "template": "Hello",
#  "name": "demo", "schedule": {...}, "status_callback": "https://...", "sms_status_callback": "https://..."}
# A client in Python says from, template_id, message_type and message_status_callback for four of them.


class WireCampaign(Struct):
    name: str | None = None
    content_type: str | None = None
    lists: list[str] | None = None
    channel: str | None = None
    dlt_entity_id: str | int | None = None
    dlt_template_id: str | int | None = None
    template_id: str | int | None = None
    sender_id: str | int | None = None
    sender: str | int | None = field(name="from", default=None)
    sms_type: str | None = None
    message_type: str | None = None
    template: str | None = None
    schedule: WireSchedule | None = None
    status_callback: str | None = None
    sms_status_callback: str | None = None
    message_status_callback: str | None = None


# {"action": "pause"}, or what is to be changed before the start


class WireUpdate(WireCampaign):
    action: str | None = None
    campaigns: list["WireUpdate"] | None = None


# ?channel=sms&offset=0&limit=20&status=in-progress,paused&sort_by=schedule.start_time:asc


class WireSearch(WireWindow):
    channel: str | None = None
    status: str | None = None


# {"sid": "909d2a...", "name": "demo", "status": "scheduled", "scheduled": 300, "submitted": 280, "sent": 270,
#  "failed": 3, "invalid": 0, "date_created": "2021-06-04T11:11:10+05:30", "report_url": null}


class WireReport(Struct):
    sid: str
    name: str | None
    status: str
    scheduled: int
    submitted: int
    sent: int
    failed: int
    invalid: int
    date_created: str
    report_url: str | None
    reason: str | None
    account_sid: str
    channel: str
    content_type: str
    lists: list[str]
    sender_id: str | None
    sms_type: str
    dlt_entity_id: str | None
    dlt_template_id: str | None
    template: str
    schedule: WireSchedule | None
    status_callback: str | None
    sms_status_callback: str | None
    uri: str


def read_create(body: WireCampaign, account: Account, now: datetime) -> CreateCampaign:
    """Raises MissingField, BadField, TooMany, UnknownList or NotOffered."""
    for name in ("content_type", "lists", "template"):
        if not getattr(body, name):
            raise MissingField(field=name)
    told = said(read_edit(body, account, now))
    at = now.astimezone(ZoneInfo(account.time_zone))
    standard = {
        "name": f"{account.sid} {at:%Y-%m-%d %H:%M:%S}",
        # As the vendor has it: who sends by letters serves, who sends by digits sells.
        "purpose": Purpose.MARKETING if str(told.get("sender", "")).isdigit() else Purpose.ALERT,
        "callbacks": read_callbacks(body, Callbacks()),
        "extras": read_dlt(body.dlt_entity_id, body.dlt_template_id or body.template_id),
    }
    return CreateCampaign(**(standard | told), confirmed=True, needs_stop=False, optimise=False)


def read_edit(body: WireCampaign, account: Account, now: datetime) -> EditCampaign:
    """Raises as `read_create`, but for MissingField."""
    _check_channel(body.channel)
    if body.lists and len(body.lists) != 1 and (body.content_type or "").lower() == "dynamic":
        raise BadField(field="lists", reason="is not one list, as a dynamic campaign has")
    start, end = read_schedule(body.schedule, now)
    sender, kind = body.sender_id or body.sender, body.sms_type or body.message_type
    return EditCampaign(
        name=read_name(body.name) if body.name else UNSET,
        audience=read_lists(body.lists, account) if body.lists else UNSET,
        text=body.template or UNSET,
        longest=LONGEST_TEXT,
        syntax=_CONTENT[read_word(body.content_type, "content_type", _CONTENT)] if body.content_type else UNSET,
        sender=read_sender(sender, "sender_id") if sender else UNSET,
        purpose=_TYPES[read_word(kind, "sms_type", _TYPES)] if kind else UNSET,
        send_at=start or UNSET,
        end_at=end or UNSET,
    )


def read_change(body: WireCampaign, known: Campaign, account: Account, now: datetime) -> EditCampaign:
    """Callbacks and DLT ids that are not given stay as they are."""
    callbacks, extras = (
        read_callbacks(body, known.callbacks),
        {**known.extras, **read_dlt(body.dlt_entity_id, body.dlt_template_id or body.template_id)},
    )
    return replace(read_edit(body, account, now), callbacks=callbacks, extras=extras)


def read_callbacks(body: WireCampaign, known: Callbacks) -> Callbacks:
    """Raises BadField."""
    receipts = read_url(body.sms_status_callback or body.message_status_callback, "sms_status_callback")
    return replace(
        known,
        format="exotel",
        campaigns=read_url(body.status_callback, "status_callback") or known.campaigns,
        receipts=receipts or known.receipts,
    )


def read_search(query: WireSearch) -> Seen:
    """Raises BadField or NotOffered."""
    _check_channel(query.channel)
    words = {read_word(word, "status", SEEN) for word in (query.status or "").split(",") if word.strip()}
    return Seen(states=frozenset().union(*(SEEN[word] for word in words)), archived="archived" in words)


def write_campaign(account: Account, report: Report) -> WireReport:
    campaign, counts = report.campaign, report.counts
    sid, zone = write_sid(account, campaign.id), ZoneInfo(account.time_zone)
    uri = f"/v2/accounts/{account.sid}/message-campaigns/{sid}"
    ended = campaign.ended_at is not None and campaign.confirmed_at is not None
    return WireReport(
        sid=sid,
        name=campaign.name,
        status=write_status(campaign),
        scheduled=campaign.messages,
        **write_counts(campaign, counts),
        date_created=write_time(campaign.created_at.replace(microsecond=0), zone),
        report_url=f"{uri}/message-details?channel=sms" if ended else None,
        reason=campaign.reason,
        account_sid=account.sid,
        channel="SMS",
        content_type="static" if campaign.syntax is Syntax.NONE else "dynamic",
        lists=[write_sid(account, id) for id in campaign.audience.ids],
        sender_id=campaign.sender,
        sms_type="Promotional" if campaign.purpose is Purpose.MARKETING else "Transactional",
        dlt_entity_id=campaign.extras.get("dlt_entity_id"),
        dlt_template_id=campaign.extras.get("dlt_template_id"),
        template=campaign.text,
        schedule=write_schedule(campaign, zone),
        status_callback=campaign.callbacks.campaigns,
        sms_status_callback=campaign.callbacks.receipts,
        uri=uri,
    )


def write_status(campaign: Campaign) -> str:
    """One that is ready waits for somebody, as a paused one does; its reason may say why."""
    if campaign.archived_at is not None:
        return "archived"
    if campaign.state is State.CALCULATING and campaign.send_at is not None:
        return "scheduled"
    return next(word for word, states in SEEN.items() if campaign.state in states)


def write_counts(campaign: Campaign, counts: Mapping[str, int]) -> dict[str, int]:
    """What was handed to a carrier, what arrived, what did not or never will."""
    lost = (*_LOST, Message.WAITING, Message.HELD) if campaign.state is State.STOPPED else _LOST
    return {
        "submitted": sum(counts.get(state, 0) for state in _HANDED),
        "sent": counts.get(Message.DELIVERED, 0),
        "failed": sum(counts.get(state, 0) for state in lost),
        "invalid": 0,  # who has a number that nobody can read is no contact
    }


def write_schedule(campaign: Campaign, zone: ZoneInfo) -> WireSchedule | None:
    if campaign.send_at is None:
        return None
    end = None if campaign.end_at is None else write_time(campaign.end_at, zone)
    return WireSchedule(start_time=write_time(campaign.send_at, zone), end_time=end)


async def create(call: Call, body: WireCampaign) -> WireBatch[WireReport]:
    """Create an SMS campaign; without a schedule it leaves as soon as it is calculated."""
    campaign = await campaigns.create(call.store, call.account, read_create(body, call.account, call.store.now()))
    return _answer(call, Report(campaign=campaign, counts={}))


async def list_all(call: Call, query: WireSearch) -> WirePage[WireReport]:
    """Look through the SMS campaigns."""
    page = await reports.search(call.store, call.account, read_search(query), read_window(query, LIMIT, SORTS))
    written = [write_campaign(call.account, report) for report in page.things]
    return write_page(call, "/message-campaigns", query, page, written)


async def detail(call: Call) -> WireBatch[WireReport]:
    """One campaign, and what became of its messages so far."""
    return _answer(call, await campaigns.report(call.store, call.account, read_campaign_sid(call)))


async def update(call: Call, body: WireUpdate) -> WireBatch[WireReport]:
    """Change a campaign before its start; or pause, resume, complete or archive it."""
    id, body = read_campaign_sid(call), body.campaigns[0] if body.campaigns else body
    if body.action:
        await ACTIONS[read_word(body.action, "action", ACTIONS)](call.store, call.account, id)
    else:
        await _edit(call, id, body)
    return _answer(call, await campaigns.report(call.store, call.account, id))


async def _edit(call: Call, id: int, body: WireCampaign) -> None:
    known = await campaigns.find(call.store, call.account, id)
    await campaigns.edit(call.store, call.account, id, read_change(body, known, call.account, call.store.now()))


def _answer(call: Call, report: Report) -> WireBatch[WireReport]:
    """In a list of one, as in the only answer of these calls that the vendor shows."""
    return write_batch(call, [WireItem(data=write_campaign(call.account, report))], status=200)


def _check_channel(channel: str | None) -> None:
    if channel and channel.strip().lower() != "sms":
        raise NotOffered(what=f"The channel {channel}")
