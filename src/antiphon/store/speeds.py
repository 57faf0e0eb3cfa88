"""How fast has each carrier been of late, when it was busy?"""

from collections.abc import Mapping

from sqlalchemy import delete, select

from antiphon.store.schema import speeds
from antiphon.store.session import Tx


async def known(tx: Tx) -> dict[str, float]:
    """Parts a second of one lane, by carrier."""
    rows = await tx.tuples(select(speeds.c.carrier, speeds.c.per_second))
    return {row[0]: row[1] for row in rows}


async def put(tx: Tx, measured: Mapping[str, float]) -> None:
    await tx.run(delete(speeds).where(speeds.c.carrier.in_(measured)))
    await tx.insert(speeds, ("carrier", "per_second"), list(measured.items()))
