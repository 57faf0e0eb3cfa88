"""With whom does an account talk, and what was said?"""

from collections.abc import Sequence
from datetime import datetime

from antiphon.core import phone
from antiphon.core.account import Account
from antiphon.core.conversation import Word
from antiphon.store import conversations
from antiphon.store.session import Store


async def page(store: Store, account: Account, before: int | None, limit: int) -> list[tuple[int, Word]]:
    """The last word with each number that has ever written, after the id of the last that it wrote; who wrote last
    comes first."""
    async with store.read() as tx:
        numbers = await conversations.page(tx, account.id, before, limit)
        latest = await conversations.latest(tx, account.id, [number for number, _ in numbers])
    return [(id, latest[number]) for number, id in numbers]


async def of(
    store: Store, account: Account, number: str, before: tuple[datetime, int] | None, limit: int
) -> Sequence[Word]:
    """All that was said between us and a number, the newest first."""
    wanted = phone.e164(number, account.region) or number
    async with store.read() as tx:
        return await conversations.words(tx, account.id, wanted, before, limit)
