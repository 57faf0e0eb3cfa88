"""Where does the next claim of a campaign begin?"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from antiphon.core.campaign import Campaign
from antiphon.core.message import Key
from antiphon.store import claims
from antiphon.store.claims import Next, Taken
from antiphon.store.session import Tx

_FROM_THE_OLDEST = timedelta(seconds=10)  # so often a claim looks for what was put back behind its place
_AT_MOST = timedelta(seconds=0.5)  # and not more often, when there is too little before it


class Places:
    """Up to which message this process has claimed each campaign.

    To begin at the oldest message means to pass the index entries of all that left before it, which PostgreSQL keeps
    until they are vacuumed.
    """

    def __init__(self) -> None:
        self._last: dict[Key, int] = {}
        self._began: dict[Key, datetime] = {}

    def keep(self, sending: Sequence[Campaign]) -> None:
        """Forget all others."""
        keys = {(campaign.account_id, campaign.id) for campaign in sending}
        for key in self._last.keys() - keys:
            del self._last[key], self._began[key]

    async def claim(self, tx: Tx, campaign: Campaign, process: int, wanted: Next) -> list[Taken]:
        """As `store.claims.claim`, from this campaign's place on; what lies before it is found a little later."""
        key = campaign.account_id, campaign.id
        began = self._began.get(key)
        since = _FROM_THE_OLDEST if began is None else tx.now - began
        after = self._last[key] if since < _FROM_THE_OLDEST else 0
        limit, every = wanted.limit, wanted.every
        claimed = await claims.claim(tx, campaign, process, Next(limit=limit, after=after, every=every))
        if after and len(claimed) < limit and since >= _AT_MOST:
            after = 0
            claimed += await claims.claim(tx, campaign, process, Next(limit=limit - len(claimed), every=every))
        if not after:
            self._began[key] = tx.now
        self._last[key] = claimed[-1].id if claimed else after
        return claimed
