"""The account itself: /account; and whose name its texts may bear: /senders."""

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict, replace

from antiphon.core import url
from antiphon.core.account import Callbacks, Parameters
from antiphon.core.errors import BadField
from antiphon.dialects.door import Call
from antiphon.services import accounts

# {"receipts": "https://example.com/receipts", "replies": null, "opt_outs": null, "campaigns": null}


class WireCallbacks(Struct, forbid_unknown_fields=True):
    receipts: str | UnsetType | None = UNSET
    replies: str | UnsetType | None = UNSET
    opt_outs: str | UnsetType | None = UNSET
    campaigns: str | UnsetType | None = UNSET


# {"sender": "Shop", "callbacks": {...}}


class WireEdit(Struct, forbid_unknown_fields=True):
    sender: str | UnsetType | None = UNSET
    callbacks: WireCallbacks | UnsetType = UNSET


# {"id": "8213048", "sid": "ac82f0", "region": "FR", "time_zone": "Europe/Paris", "currency": "EUR",
#  "sender": "Shop", "callbacks": {...}}


class WireAccount(Struct):
    id: str
    sid: str
    region: str
    time_zone: str
    currency: str
    sender: str | None
    callbacks: WireCallbacks


class WireSenders(Struct):
    data: list[str]


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


def write_callbacks(told: Callbacks) -> WireCallbacks:
    return WireCallbacks(told.receipts, told.replies, told.opt_outs, told.campaigns)


async def detail(call: Call) -> WireAccount:
    """Who you are, and what you have set."""
    return _written(call, call.account.parameters)


async def edit(call: Call, body: WireEdit) -> WireAccount:
    """Set a sender or addresses to be called."""
    known = await accounts.edit_parameters(call.store, call.account, lambda known: read_edit(body, known))
    return _written(call, known)


async def senders(call: Call) -> WireSenders:
    """The sender that is set, then those of the newest texts."""
    return WireSenders(await accounts.senders(call.store, call.account))


def _written(call: Call, parameters: Parameters) -> WireAccount:
    account = call.account
    told = write_callbacks(parameters.callbacks)
    known = (account.region, account.time_zone, account.currency)
    return WireAccount(str(account.id), account.sid, *known, parameters.sender, told)
