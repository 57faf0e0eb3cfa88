"""Money: /wallet and /wallet/ledger."""

from datetime import datetime

from msgspec import Struct

from antiphon.core.errors import BadField
from antiphon.core.money import MICROS, units
from antiphon.core.wallet import UNMETERED, Entry
from antiphon.dialects.door import Call
from antiphon.dialects.native.envelope import WireAsk, WirePage, read_id, write_page
from antiphon.services import cursors, wallet

_LARGEST = 1_000_000_000

# {"metered": true, "balance": 12.5, "currency": "EUR"}


class WireWallet(Struct):
    metered: bool
    balance: float | None
    currency: str


# {"id": "8213048", "kind": "reserved", "amount": -0.09, "at": "...", "campaign": "8213047", "note": null}


class WireEntry(Struct):
    id: str
    kind: str
    amount: float
    at: datetime
    campaign: str | None
    note: str | None


# {"login": "axelle_durand@..."}, then {"token": "..."}, and {"token": "...", "amount": 12.5}


class WireReceiver(Struct, forbid_unknown_fields=True):
    login: str


class WireToken(Struct):
    token: str


class WireTransfer(Struct, forbid_unknown_fields=True):
    token: str
    amount: float


# {"balance": 87.5, "receiver_balance": 12.5}


class WireTransferred(Struct):
    balance: float | None
    receiver_balance: float


def read_amount(written: float) -> int:
    """In micro-units. Raises BadField."""
    if not 0 < written <= _LARGEST:
        raise BadField(field="amount", reason="is not an amount that can be paid")
    return round(written * MICROS)


def write_entry(entry: Entry) -> WireEntry:
    campaign = None if entry.campaign_id is None else str(entry.campaign_id)
    return WireEntry(str(entry.id), entry.kind, units(entry.amount), entry.at, campaign, entry.note)


async def detail(call: Call) -> WireWallet:
    """What is left; an account that is not metered has no balance."""
    left = await wallet.balance(call.store, call.account)
    metered = left != UNMETERED
    return WireWallet(metered, units(left) if metered else None, call.account.currency)


async def ledger(call: Call, query: WireAsk) -> WirePage[WireEntry]:
    """Every movement, the oldest first."""
    after = 0 if query.after is None else read_id(query.after, "after")
    found = await cursors.ledger(call.store, call.account, after, query.limit + 1)
    return write_page(found, query.limit, write_entry, lambda entry: entry.id)


async def issue_token(call: Call, body: WireReceiver) -> WireToken:
    """A token that sends money once, within the hour, to a sub-account or to the parent."""
    return WireToken(await wallet.issue_token(call.store, call.account, body.login))


async def transfer(call: Call, body: WireTransfer) -> WireTransferred:
    """Send money to whom the token names."""
    done = await wallet.transfer(call.store, call.account, body.token, read_amount(body.amount))
    left = None if done.sender_left is None else units(done.sender_left)
    return WireTransferred(left, units(done.receiver_left))
