"""The calls that we owe to a customer's servers, and what they are signed with: /callbacks."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from msgspec import Meta, Struct, structs

from antiphon.core.callback import Attempt, Callback, Outage, Resting, Secret, State, Those, Trial
from antiphon.core.event import OURS, Heard, Kind
from antiphon.dialects.door import Call
from antiphon.dialects.native.envelope import WireAsk, WirePage, read_id, write_page
from antiphon.services import callbacks, signing

_NEWEST = 10**18
_LONGEST_OVERLAP = 7 * 24  # hours

# ?state=failed&endpoint=https://shop.example&campaign=8213048&message=8213049


class WireSearch(WireAsk, forbid_unknown_fields=True):
    """All that is given must fit; `endpoint` is a server, or any address on it."""

    state: State | None = None
    endpoint: str | None = None
    campaign: str | None = None
    message: str | None = None


# {"id": "8213050", "kind": "receipt", "url": "https://shop.example/dlr", "format": "native", "state": "failed", ...}


class WireCallback(Struct):
    """Status, answer (its first kilobyte) and error are those of the last attempt. `id` is the `webhook-id`."""

    id: str
    kind: Kind
    url: str
    format: str
    state: State
    attempts: int
    campaign: str | None
    message: str | None
    created_at: datetime
    due_at: datetime
    ended_at: datetime | None
    status: int | None
    answer: str | None
    error: str | None


# {"at": "2026-03-02T12:00:01Z", "seconds": 0.12, "status": 503, "answer": "busy", "error": null}


class WireAttempt(Struct):
    at: datetime
    seconds: float | None
    status: int | None
    answer: str | None
    error: str | None


class WireDetail(WireCallback):
    """With its attempts, the newest first; at most a hundred."""

    tried: list[WireAttempt]


# {"endpoint": "https://shop.example", "since": "2026-03-02T12:00:00Z", "until": "2026-03-02T13:00:00Z"}


class WireOutage(Struct, forbid_unknown_fields=True):
    """A server, or any address on it; the span of time in which they were owed; or both."""

    endpoint: str | None = None
    since: Annotated[datetime, Meta(tz=True)] | None = None
    until: Annotated[datetime, Meta(tz=True)] | None = None


# {"resent": 12}


class WireResent(Struct):
    resent: int


# {"url": "https://shop.example/dlr", "kind": "receipt", "format": "native"}


class WireTrial(Struct, forbid_unknown_fields=True):
    url: str
    kind: Kind = Kind.RECEIPT
    format: str = OURS


# {"taken": true, "status": 200, "seconds": 0.12, "answer": "ok", "error": null}


class WireTried(Struct):
    """`taken`: the server answered with 2xx."""

    taken: bool
    status: int | None
    seconds: float | None
    answer: str | None
    error: str | None


# {"endpoint": "https://shop.example:443", "failures": 7, "since": "...", "rest_until": "...", "error": "status 503"}


class WireResting(Struct):
    endpoint: str
    failures: int
    since: datetime
    rest_until: datetime
    error: str


class WireAllResting(Struct):
    data: list[WireResting]


# {"overlap_hours": 24}


class WireRotate(Struct, forbid_unknown_fields=True):
    """How long the secrets before it go on signing, too; 0 where one of them is known to others."""

    overlap_hours: Annotated[int, Meta(ge=0, le=_LONGEST_OVERLAP)] = 24


# {"id": "8213051", "secret": "whsec_...", "created_at": "2026-03-02T12:00:00Z"}: shown once


class WireNewSecret(Struct):
    id: str
    secret: str
    created_at: datetime


class WireSecret(Struct):
    id: str
    created_at: datetime
    expires_at: datetime | None


class WireSecrets(Struct):
    data: list[WireSecret]


def read_those(wire: WireSearch) -> Those:
    """Raises BadField."""
    return Those(
        state=wire.state,
        message_id=None if wire.message is None else read_id(wire.message, "message"),
        campaign_id=None if wire.campaign is None else read_id(wire.campaign, "campaign"),
        endpoint=None if wire.endpoint is None else callbacks.server_of(wire.endpoint),
    )


def write_callback(one: Callback) -> WireCallback:
    return WireCallback(**_told(one))


def write_detail(one: Callback, attempts: list[Attempt]) -> WireDetail:
    return WireDetail(**_told(one), tried=[WireAttempt(*structs.astuple(each)) for each in attempts])


def write_tried(heard: Heard) -> WireTried:
    return WireTried(heard.taken, heard.status, heard.seconds, heard.answer, heard.error)


def write_resting(one: Resting) -> WireResting:
    return WireResting(*structs.astuple(one))


def write_secret(one: Secret) -> WireSecret:
    return WireSecret(str(one.id), one.created_at, one.expires_at)


async def search(call: Call, query: WireSearch) -> WirePage[WireCallback]:
    """What we owe or owed, the newest first."""
    before = _NEWEST if query.after is None else read_id(query.after, "after")
    found = await callbacks.page(call.store, call.account, before, query.limit + 1, read_those(query))
    return write_page(found, query.limit, write_callback, lambda one: one.id)


async def detail(call: Call) -> WireDetail:
    """One callback, with every attempt."""
    return await _found(call)


async def resend(call: Call) -> WireDetail:
    """Try one that has failed again, for another day."""
    await callbacks.resend(call.store, call.account, read_id(call.path["id"]))
    return await _found(call)


async def resend_all(call: Call, body: WireOutage) -> WireResent:
    """Try all again that failed at a server, or that were owed in a span of time, for another day."""
    outage = Outage(endpoint=body.endpoint, since=body.since, until=body.until)
    return WireResent(await callbacks.resend_all(call.store, call.account, outage))


async def test(call: Call, body: WireTrial) -> WireTried:
    """Call a server now, of something that has not happened, and say what it answers; it is not called again."""
    trial = Trial(url=body.url, kind=body.kind, format=body.format)
    return write_tried(await call.house.try_callback(call.account, trial))


async def resting(call: Call) -> WireAllResting:
    """Servers that fail and are left alone for a while: of those that your callbacks wait for; for operators all."""
    return WireAllResting([write_resting(one) for one in await callbacks.resting(call.store, call.account)])


async def secrets(call: Call) -> WireSecrets:
    """What our own callbacks are signed with now, the newest first, without the secrets themselves."""
    return WireSecrets([write_secret(one) for one in await signing.valid(call.store, call.account)])


async def rotate(call: Call, body: WireRotate) -> WireNewSecret:
    """Make a secret that our own callbacks are signed with from now on; it is shown this once."""
    overlap = timedelta(hours=body.overlap_hours)
    made, secret = await signing.rotate(call.store, call.house.vault(), call.account, overlap)
    return WireNewSecret(str(made.id), secret, made.created_at)


async def _found(call: Call) -> WireDetail:
    return write_detail(*await callbacks.find(call.store, call.account, read_id(call.path["id"])))


def _told(one: Callback) -> dict[str, Any]:
    told = structs.asdict(one)
    campaign, message = told.pop("campaign_id"), told.pop("message_id")
    return told | {
        "id": str(one.id),
        "kind": Kind(one.kind),
        "state": State(one.state),
        "campaign": None if campaign is None else str(campaign),
        "message": None if message is None else str(message),
    }
