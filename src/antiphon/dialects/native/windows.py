"""When messages may leave: /account/windows, the rules behind it: /windows, and who would wait of a campaign."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from antiphon.core import quiet_rules, sender_rules
from antiphon.core.campaign import Purpose
from antiphon.core.errors import BadField
from antiphon.core.quiet import WEEK, Rule
from antiphon.core.quiet_rules import Preset
from antiphon.core.sender_rules import SenderRule
from antiphon.core.windows import Windows
from antiphon.dialects.door import Answer, Call
from antiphon.dialects.native.envelope import read_id
from antiphon.services import windows
from antiphon.services.windows import Outlook

# {"name": "shop", "country": "FR", "days": ["sat", "holiday"], "hours": "10:00-18:00"}


class WireWindow(Struct, forbid_unknown_fields=True):
    """On these days only within these hours; without hours never. Without a country it holds everywhere."""

    name: str
    country: str | None = None
    state: str | None = None
    purpose: Purpose = Purpose.MARKETING
    days: Annotated[tuple[str, ...], Meta(min_length=1, max_length=8)] = WEEK
    hours: str | None = None


# {"preset": "strict", "without": ["fr-sfr"], "own": [{...}], "cap": 3, "cap_days": 7, "refuse_senders": true}


class WireWindows(Struct, forbid_unknown_fields=True):
    """At most `cap` marketing messages to one number in `cap_days` days; 0 is any number."""

    preset: Preset = Preset.STRICT
    without: list[str] = []
    own: list[WireWindow] = []
    cap: int = 0
    cap_days: int = 7
    refuse_senders: bool = True


class WireInForce(WireWindows):
    """`in_force` is false where nothing was ever set and all carriers are simulated."""

    in_force: bool = True


# {"name": "fr-sunday", "country": "FR", "state": null, "network": null, "purpose": "marketing", "days": ["sun"],
#  "hours": null, "since": null, "source": "...", "noted": "2026-11-21", "verified": true, "presets": ["strict", ...]}


class WireRule(Struct):
    name: str
    country: str | None
    state: str | None
    network: str | None
    purpose: str
    days: tuple[str, ...]
    hours: str | None
    since: date | None
    source: str
    noted: date | None
    verified: bool
    presets: list[str]


# {"country": "US", "names": "never", "barred": [], "source": "...", "noted": "2026-11-21", "refused": true}


class WireSender(Struct):
    """`names`: may a name stand where the sender stands? What is not `refused` is only told."""

    country: str
    names: str
    barred: tuple[str, ...]
    source: str
    noted: date
    refused: bool


class WireRules(Struct):
    windows: list[WireRule]
    senders: list[WireSender]


# ?at=2026-03-08T12:00:00Z


class WireAt(Struct, forbid_unknown_fields=True):
    at: datetime | None = None


# {"at": "2026-03-08T12:00:00Z", "ready": 12, "waits": [{"until": "2026-03-09T07:30:00Z", "why": "...", "messages": 9}],
#  "senders": [{"why": "...", "messages": 3, "refused": true}]}


class WireWait(Struct):
    until: datetime
    why: str
    messages: int


class WireDoubt(Struct):
    why: str
    messages: int
    refused: bool


class WireOutlook(Struct):
    """If it were sent then: what would leave at once, wait, and be refused or arrive under another sender."""

    at: datetime
    ready: int
    waits: list[WireWait]
    senders: list[WireDoubt]


def read_windows(wire: WireWindows) -> Windows:
    own = [
        Rule(
            name=one.name,
            country=one.country,
            state=one.state,
            purpose=one.purpose.value,
            days=one.days,
            hours=one.hours,
        )
        for one in wire.own
    ]
    return Windows(
        preset=wire.preset,
        without=tuple(wire.without),
        own=tuple(own),
        cap=wire.cap,
        cap_days=wire.cap_days,
        refuse=wire.refuse_senders,
    )


def read_at(written: datetime | None) -> datetime | None:
    """Raises BadField."""
    if written is not None and written.tzinfo is None:
        raise BadField(field="at", reason="has no time zone")
    if written is not None and not 2000 <= written.year < 2200:
        raise BadField(field="at", reason="is in no year that a campaign could be sent in")
    return written


def write_windows(known: Windows, in_force: bool) -> WireInForce:
    own = [WireWindow(one.name, one.country, one.state, Purpose(one.purpose), one.days, one.hours) for one in known.own]
    return WireInForce(
        preset=known.preset,
        without=list(known.without),
        own=own,
        cap=known.cap,
        cap_days=known.cap_days,
        refuse_senders=known.refuse,
        in_force=in_force,
    )


def write_rule(rule: Rule) -> WireRule:
    presets = [preset.value for preset in Preset if rule in quiet_rules.of(preset)]
    known = {name: getattr(rule, name) for name in WireRule.__struct_fields__ if name != "presets"}
    return WireRule(**known, presets=presets)


def write_sender(rule: SenderRule) -> WireSender:
    return WireSender(rule.country, rule.names.value, rule.barred, rule.source, rule.noted, rule.sure)


def write_outlook(told: Outlook) -> WireOutlook:
    return WireOutlook(
        at=told.at,
        ready=told.ready,
        waits=[WireWait(one.until, one.why, one.messages) for one in told.waits],
        senders=[WireDoubt(one.why, one.messages, one.refused) for one in told.senders],
    )


async def detail(call: Call) -> WireInForce:
    """When marketing may leave, how often, and from whom."""
    return write_windows(*await windows.of(call.store, call.account))


async def put(call: Call, body: WireWindows) -> WireInForce:
    """Say when it may; what is left out is as it was at first."""
    await windows.choose(call.store, call.account, read_windows(body))
    return await detail(call)


async def delete(call: Call) -> Answer:
    """Forget what was said: the strict preset holds, except where all carriers are simulated."""
    await windows.choose(call.store, call.account, None)
    return Answer(204)


async def rules(call: Call) -> WireRules:
    """Every rule of the presets and of senders, with its source."""
    return WireRules([*map(write_rule, quiet_rules.RULES)], [*map(write_sender, sender_rules.RULES)])


async def of_campaign(call: Call, query: WireAt) -> WireOutlook:
    """How many messages of a campaign would wait, and for what, if it were sent at a time."""
    at = read_at(query.at)
    return write_outlook(await windows.outlook(call.store, call.account, read_id(call.path["id"]), at))
