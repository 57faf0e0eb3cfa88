"""What do campaigns and single texts have in common?"""

from datetime import datetime

from msgspec import Struct

from antiphon.core import url
from antiphon.core.account import Callbacks
from antiphon.core.campaign import Purpose
from antiphon.core.errors import BadField
from antiphon.core.template import Syntax

# {"receipts": "https://example.com/receipts", "campaigns": "https://example.com/campaigns", "custom": "order 12"}


class WireTold(Struct, forbid_unknown_fields=True):
    receipts: str | None = None
    campaigns: str | None = None
    custom: str | None = None


class WireContent(Struct, forbid_unknown_fields=True, kw_only=True):
    """`purpose` marketing needs a mention of STOP in the text; `extras` are for the carrier, by its own names."""

    text: str
    sender: str | None = None
    purpose: Purpose = Purpose.MARKETING
    optimise: bool = True
    syntax: Syntax = Syntax.BRACES
    send_at: datetime | None = None
    end_at: datetime | None = None
    name: str | None = None
    callbacks: WireTold | None = None
    extras: dict[str, str] = {}


def read_callbacks(wire: WireTold) -> Callbacks:
    """Raises BadField."""
    for name in ("receipts", "campaigns"):
        written = getattr(wire, name)
        if written is not None and url.clean(written) is None:
            raise BadField(field=f"callbacks.{name}", reason="is not an address that can be called")
    return Callbacks(receipts=wire.receipts, campaigns=wire.campaigns, custom=wire.custom, format="native")
