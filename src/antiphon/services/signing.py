"""With what are an account's callbacks signed? A secret is made, shown once, and replaced without a gap."""

import secrets
from datetime import timedelta

from antiphon.core import signature
from antiphon.core.account import Account
from antiphon.core.callback import Secret
from antiphon.core.errors import TooMany
from antiphon.services.vault import Vault
from antiphon.store import signing
from antiphon.store.session import Store

_MOST = 5  # at a time: each is a signature more in every call
OVERLAP = timedelta(hours=24)


async def rotate(store: Store, vault: Vault, account: Account, overlap: timedelta = OVERLAP) -> tuple[Secret, str]:
    """A new secret, which signs from now on, and as it is shown this once. Those before it sign beside it, and end
    after the overlap at the latest. Raises TooMany."""
    key = secrets.token_bytes(signature.KEY_BYTES)
    async with store.begin() as tx:
        await signing.expire(tx, account.id, tx.now + overlap)
        valid = await signing.valid(tx, account.id)
        if len(valid) >= _MOST:
            raise TooMany(what="secrets that are valid", given=len(valid) + 1, limit=_MOST)
        made = await signing.add(tx, account.id, vault.seal(signature.written(key)))
    return made, signature.written(key)


async def valid(store: Store, account: Account) -> list[Secret]:
    """Those that sign now, the newest first; nobody is told what they are."""
    async with store.read() as tx:
        return await signing.valid(tx, account.id)
