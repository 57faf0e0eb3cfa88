"""Which numbers want no more?"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from antiphon.core.consent import OptOut
from antiphon.store.instants import instant
from antiphon.store.schema import opt_outs
from antiphon.store.session import Tx


async def among(tx: Tx, account: int, numbers: Iterable[str]) -> set[str]:
    """Those of these numbers that have opted out."""
    query = select(opt_outs.c.number).where(opt_outs.c.account_id == account, tx.among(opt_outs.c.number, numbers))
    return {row["number"] for row in await tx.all(query)}


async def of(tx: Tx, account: int, number: str) -> OptOut | None:
    fields = (opt_outs.c[name] for name in OptOut.__struct_fields__)
    row = await tx.first(select(*fields).where(opt_outs.c.account_id == account, opt_outs.c.number == number))
    return OptOut(**row) if row else None


async def add(tx: Tx, new: Sequence[tuple[int, OptOut]]) -> int:
    """Each is (account, opt-out); how many were new. The first word of a number stands."""
    rows = [(account, out.number, instant(out.at), out.source, out.words) for account, out in new]
    return await tx.insert(
        opt_outs, ("account_id", "number", "at", "source", "words"), sorted(rows, key=lambda row: row[:2])
    )
