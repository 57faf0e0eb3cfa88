"""A campaign of which each test says what matters to it."""

from datetime import UTC, datetime

from antiphon.core.account import Callbacks
from antiphon.core.campaign import NUMBERS, Campaign, Purpose, Quality, State
from antiphon.core.template import Syntax

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CAMPAIGN = Campaign(
    id=1,
    account_id=1,
    state=State.READY,
    name=None,
    audience=NUMBERS,
    text="Sale! STOP 36111",
    syntax=Syntax.BRACES,
    sender=None,
    purpose=Purpose.MARKETING,
    quality=Quality.PREMIUM,
    voice=None,
    send_at=None,
    end_at=None,
    with_replies=False,
    cursor=0,
    messages=1_000,
    opted_out=0,
    segments=1_000,
    cost=45_000_000,
    reserved=0,
    currency="EUR",
    reason=None,
    created_at=NOON,
    confirmed_at=None,
    ended_at=None,
    archived_at=None,
    callbacks=Callbacks(),
    extras={},
)
