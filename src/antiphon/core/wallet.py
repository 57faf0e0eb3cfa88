"""Where has the money gone? A wallet's balance is the sum of its ledger, in micro-units."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from antiphon.core.money import MICROS

# What an account without a wallet answers when it is asked how much is left: programs stop sending at nothing.
UNMETERED = 1_000_000 * MICROS


class Kind(StrEnum):
    CREDIT = "credit"  # paid in by the operator
    RESERVED = "reserved"  # what a campaign may cost, taken when it is confirmed
    REFUND = "refund"  # of what was reserved: refused, withheld or cancelled
    SENT = "sent"  # to another account
    RECEIVED = "received"  # from another account


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the ledger; `amount` is negative where money leaves."""

    id: int
    account_id: int
    kind: Kind
    amount: int
    at: datetime
    campaign_id: int | None = None
    note: str | None = None


class Transfer(Struct, frozen=True, kw_only=True):
    """What the two wallets of a transfer hold after it; None for a sender that is not metered."""

    sender_id: int
    sender_left: int | None
    receiver_id: int
    receiver_left: int
