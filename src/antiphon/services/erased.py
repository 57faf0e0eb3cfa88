"""Who was erased after an opt-out, and must not come back with the next import?

Such a number is known only by its hash, HMAC-SHA256 with a key of the installation that is not in the database. Nothing
is hashed for an account that has erased nobody.
"""

import hmac
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from antiphon.core.consent import OptOut
from antiphon.store import erased, opt_outs
from antiphon.store.erased import Hashed
from antiphon.store.session import Store, Tx

SOURCE: Final = "erased"
_HINT: Final = 8  # hexadecimal digits
_FEW: Final = 1_000  # so many are read whole, and compared here: half the time of asking for each number of a batch


async def among(tx: Tx, account: int, numbers: Collection[str]) -> dict[str, datetime]:
    """When those of these numbers had opted out that were erased since. Nobody is erased until the transaction ends."""
    await tx.hold([account], shared=True)
    return await _among(tx, account, numbers) if numbers else {}


async def silence(tx: Tx, wanted: Mapping[int, Collection[str]]) -> None:
    """What these accounts send to these numbers is withheld where they had opted out and were erased.

    The customer has brought the number back; the opt-out comes back with it.
    """
    await tx.hold(sorted(wanted), shared=True)
    for account in sorted(await erased.any_of(tx, wanted)):
        found = await _among(tx, account, wanted[account])
        outs = [OptOut(number=number, at=at, source=SOURCE) for number, at in found.items()]
        await opt_outs.add(tx, [(account, out) for out in outs])


async def remember(tx: Tx, account: int, out: OptOut) -> None:
    """Reduce an opt-out to what is left of it when its number is erased."""
    key = tx.secret()
    hashed = Hashed(
        digest=_digest(key, account, out.number), opted_out_at=out.at, source=out.source, key_hint=hint(key)
    )
    await erased.add(tx, account, hashed)


async def hints(store: Store) -> dict[str, int]:
    """With which keys numbers were hashed, and how many with each."""
    async with store.read() as tx:
        return await erased.hints(tx)


def hint(key: bytes) -> str:
    """By which a key is known, and cannot be guessed."""
    return hmac.digest(key, b"which key", "sha256").hex()[:_HINT]


async def _among(tx: Tx, account: int, numbers: Collection[str]) -> dict[str, datetime]:
    kept = await erased.first(tx, account, _FEW)
    if not kept:
        return {}
    key = tx.secret()
    digests = {_digest(key, account, number): number for number in numbers}
    if len(kept) == _FEW:
        kept = await erased.among(tx, account, digests)
    return {digests[digest]: at for digest, at in kept.items() if digest in digests}


def _digest(key: bytes, account: int, number: str) -> str:
    return hmac.digest(key, f"{account} {number}".encode(), "sha256").hex()
