"""Money: /wallet and /wallet/ledger."""

from datetime import datetime

from msgspec import Struct

from antiphon.core.money import units
from antiphon.core.wallet import UNMETERED, Entry
from antiphon.dialects.door import Call
from antiphon.dialects.native.envelope import WireAsk, WirePage, read_id, write_page
from antiphon.services import cursors, wallet

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
