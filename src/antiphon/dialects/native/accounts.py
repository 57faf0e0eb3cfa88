"""The account itself: /account; and whose name its texts may bear: /senders."""

import asyncio
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict, replace

from antiphon.core import lookup, url
from antiphon.core.account import Callbacks, Parameters, Person
from antiphon.core.errors import BadField
from antiphon.dialects.door import Call
from antiphon.services import accounts, retention

_MOST_LOOKED_UP = 200
_HIDDEN = "*" * 36
Days = Annotated[int, Meta(ge=1, le=36_500)]

# {"receipts": "https://example.com/receipts", "replies": null, "opt_outs": null, "campaigns": null}


class WireCallbacks(Struct, forbid_unknown_fields=True):
    receipts: str | UnsetType | None = UNSET
    replies: str | UnsetType | None = UNSET
    opt_outs: str | UnsetType | None = UNSET
    campaigns: str | UnsetType | None = UNSET


# {"texts": 90, "events": null}


class WireKeep(Struct, forbid_unknown_fields=True):
    """Days; null is for ever."""

    texts: Days | UnsetType | None = UNSET
    events: Days | UnsetType | None = UNSET


# {"sender": "Shop", "callbacks": {...}, "keep_days": {...}}


class WireEdit(Struct, forbid_unknown_fields=True):
    sender: str | UnsetType | None = UNSET
    callbacks: WireCallbacks | UnsetType = UNSET
    keep_days: WireKeep | UnsetType = UNSET


# {"id": "8213048", "sid": "ac82f0", "region": "FR", "time_zone": "Europe/Paris", "currency": "EUR",
#  "sender": "Shop", "callbacks": {...}, "keep_days": {...}}


class WireAccount(Struct):
    id: str
    sid: str
    region: str
    time_zone: str
    currency: str
    sender: str | None
    callbacks: WireCallbacks
    keep_days: WireKeep


class WireSenders(Struct):
    data: list[str]


# {"first_name": "Axelle", "last_name": "Durand", "company": "ACME", "password": "..."}


class WireNew(Struct, forbid_unknown_fields=True):
    first_name: str
    last_name: str
    password: str
    company: str | None = None


# {"id": "8213048", "sid": "ac82f0", "login": "axelle_durand@...", "key_id": "...", "api_key": "..."}: shown once


class WireCredential(Struct):
    id: str
    sid: str
    login: str
    key_id: str
    api_key: str


# {"id": "8213048", "sid": "ac82f0", "login": "axelle_durand@...", "api_key": "****f3a1", ...}


class WireSubAccount(Struct):
    id: str
    sid: str
    login: str
    api_key: str
    first_name: str | None
    last_name: str | None
    company: str | None


# {"numbers": ["0612345678"]}


class WireNumbers(Struct, forbid_unknown_fields=True):
    numbers: Annotated[list[str], Meta(min_length=1, max_length=_MOST_LOOKED_UP)]


# {"number": "+33612345678", "valid": true, "kind": "mobile", "network": "Orange", "region": "FR", "country": "France"}


class WireLookup(Struct):
    number: str
    valid: bool
    kind: str | None
    network: str | None
    region: str | None
    country: str | None


class WireLookups(Struct):
    data: list[WireLookup]


def read_edit(wire: WireEdit, known: Parameters) -> Parameters:
    """Raises BadField."""
    callbacks = known.callbacks
    if isinstance(wire.callbacks, WireCallbacks):
        told = {name: value for name, value in asdict(wire.callbacks).items() if value is not UNSET}
        for name, value in told.items():
            if value is not None and url.clean(value) is None:
                raise BadField(field=f"callbacks.{name}", reason="is not an address that can be called")
        callbacks = replace(callbacks, format="native", form=False, **told)
    sender = known.sender if wire.sender is UNSET else (wire.sender or "").strip() or None
    return replace(known, sender=sender, callbacks=callbacks)


def read_keep(wire: WireKeep) -> dict[retention.Kind, int | None]:
    told = {retention.Kind.TEXTS: wire.texts, retention.Kind.EVENTS: wire.events}
    return {kind: days for kind, days in told.items() if days is not UNSET}


def write_callbacks(told: Callbacks) -> WireCallbacks:
    return WireCallbacks(told.receipts, told.replies, told.opt_outs, told.campaigns)


async def detail(call: Call) -> WireAccount:
    """Who you are, and what you have set."""
    return await _written(call, call.account.parameters)


async def edit(call: Call, body: WireEdit) -> WireAccount:
    """Set a sender, addresses to be called, or how long texts and events are kept."""
    known = await accounts.edit_parameters(call.store, call.account, lambda known: read_edit(body, known))
    if isinstance(body.keep_days, WireKeep):
        await retention.keep(call.store, call.account, read_keep(body.keep_days))
    return await _written(call, known)


async def create_sub_account(call: Call, body: WireNew) -> WireCredential:
    """Make an account below this one; its API key is shown this once."""
    person = Person(first_name=body.first_name, last_name=body.last_name, company=body.company)
    command = accounts.NewSubAccount(person=person, password=body.password)
    made = await accounts.create_sub_account(call.store, call.account, command)
    return WireCredential(str(made.account_id), made.sid, made.login, made.key_id, made.api_key)


async def sub_account(call: Call) -> WireSubAccount:
    """An account below this one, by its login."""
    found = await accounts.find_sub_account(call.store, call.account, call.path["login"])
    who = (found.person.first_name, found.person.last_name, found.person.company)
    return WireSubAccount(str(found.account.id), found.account.sid, found.login, f"{_HIDDEN}{found.key_hint}", *who)


async def look_up(call: Call, body: WireNumbers) -> WireLookups:
    """What the numbering plans say of these numbers; no network is asked."""
    found = await asyncio.to_thread(lambda: [lookup.look_up(one, call.account.region) for one in body.numbers])
    return WireLookups(
        [WireLookup(one.number, one.valid, one.kind, one.network, one.region, one.country) for one in found]
    )


async def senders(call: Call) -> WireSenders:
    """The sender that is set, then those of the newest texts."""
    return WireSenders(await accounts.senders(call.store, call.account))


async def _written(call: Call, parameters: Parameters) -> WireAccount:
    account = call.account
    kept = await retention.kept(call.store, account)
    keep = WireKeep(kept.get(retention.Kind.TEXTS), kept.get(retention.Kind.EVENTS))
    told = write_callbacks(parameters.callbacks)
    known = (account.region, account.time_zone, account.currency)
    return WireAccount(str(account.id), account.sid, *known, parameters.sender, told, keep)
