"""What can be done with the numbers that want no more?"""

from collections.abc import Sequence

from antiphon.core import phone
from antiphon.core.account import Account
from antiphon.core.consent import OptOut
from antiphon.store import opt_outs
from antiphon.store.session import Store


async def add(store: Store, account: Account, written: Sequence[str], words: str | None) -> tuple[int, list[str]]:
    """Silence these numbers; how many were not silent yet, and which ones nobody can read."""
    read = {number: phone.e164(number, account.region) for number in written}
    async with store.begin() as tx:
        outs = [
            OptOut(number=number, at=tx.now, source="api", words=words)
            for number in sorted({number for number in read.values() if number is not None})
        ]
        added = await opt_outs.add(tx, [(account.id, out) for out in outs])
    return added, [number for number, known in read.items() if known is None]
