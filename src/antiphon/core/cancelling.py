"""When does a vendor let a campaign be cancelled?"""

from datetime import datetime, timedelta

from msgspec import Struct

from antiphon.core.campaign import Campaign
from antiphon.core.errors import CannotCancel


class CancelRules(Struct, frozen=True, kw_only=True):
    """When a campaign may be cancelled: at most so many messages, so long before, so often in a month."""

    messages: int
    notice: timedelta
    per_month: int


def check(campaign: Campaign, rules: CancelRules, now: datetime, cancelled: int) -> None:
    """Raises CannotCancel. `cancelled` is how many campaigns of the account were cancelled this month."""
    if campaign.messages > rules.messages:
        raise CannotCancel(reason=f"it has more than {rules.messages} recipients")
    if campaign.send_at is not None and campaign.send_at - now <= rules.notice:
        raise CannotCancel(reason=f"it leaves within {rules.notice.total_seconds() / 60:.0f} minutes")
    if cancelled >= rules.per_month:
        raise CannotCancel(reason=f"{rules.per_month} were cancelled this month already")
