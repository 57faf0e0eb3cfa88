"""Which files are being read into lists, and what is left of them?"""

from sqlalchemy import ColumnElement, RowMapping, and_, case, delete, func, literal, select, update

from antiphon.core.upload import Import, State, Step
from antiphon.store.instants import instant
from antiphon.store.schema import import_parts, imports
from antiphon.store.session import Tx

Part = tuple[Import, int, str]
_LONGEST_REASON = 1_000


async def add(tx: Tx, new: Import) -> None:
    row = tuple(getattr(new, name) for name in Import.__struct_fields__[:-2])
    ended_at = instant(new.ended_at) if new.ended_at else None
    await tx.insert(imports, Import.__struct_fields__, [(*row, instant(new.created_at), ended_at)])


async def add_part(tx: Tx, of: Import, part: int, drafts: str) -> None:
    names = ("account_id", "import_id", "part", "drafts")
    await tx.insert(import_parts, names, [(of.account_id, of.id, part, drafts)])


async def by_id(tx: Tx, account: int, id: int) -> Import | None:
    row = await tx.first(select(imports).where(imports.c.account_id == account, imports.c.id == id))
    return _import(row) if row else None


async def next_part(tx: Tx) -> Part | None:
    """The first that is left of the oldest file of all accounts: its file, its place, its rows."""
    # Spelled out in the statement: only so does SQLite see that the partial index will do.
    working = imports.c.state == literal(State.WORKING.value, literal_execute=True)
    row = await tx.first(select(imports).where(working).order_by(imports.c.id).limit(1))
    if row is None:
        return None
    mine = and_(import_parts.c.account_id == row["account_id"], import_parts.c.import_id == row["id"])
    part = await tx.first(select(import_parts).where(mine).order_by(import_parts.c.part).limit(1))
    return (_import(row), part["part"], part["drafts"]) if part else None


async def take(tx: Tx, of: Import, part: int) -> bool:
    """Strike out a part; False when another worker has been faster with it."""
    mine = and_(import_parts.c.account_id == of.account_id, import_parts.c.import_id == of.id)
    return await tx.run(delete(import_parts).where(mine, import_parts.c.part == part)) == 1


async def advance(tx: Tx, of: Import, step: Step) -> None:
    """Book what a part has given; the file is completed with its last part."""
    mine = and_(import_parts.c.account_id == of.account_id, import_parts.c.import_id == of.id)
    left = select(import_parts.c.part).where(mine).exists()
    counts = {name: imports.c[name] + getattr(step, name) for name in ("added", "duplicates", "failed", "protected")}
    told = "\n".join(step.reasons)[:_LONGEST_REASON]
    reason = {"reason": func.coalesce(imports.c.reason, told)} if told else {}
    ended = {
        "state": case((left, State.WORKING.value), else_=State.COMPLETED.value),
        "ended_at": case((left, None), else_=instant(tx.now)),
    }
    await tx.run(update(imports).where(_this(of)).values(**counts, **reason, **ended))


async def fail(tx: Tx, of: Import, reason: str) -> None:
    """Give up what is left; all of it has failed."""
    mine = and_(import_parts.c.account_id == of.account_id, import_parts.c.import_id == of.id)
    await tx.run(delete(import_parts).where(mine))
    failed = imports.c.total - imports.c.added - imports.c.duplicates
    working = _this(of) & (imports.c.state == State.WORKING)
    ended = update(imports).where(working)
    await tx.run(ended.values(state=State.FAILED.value, failed=failed, reason=reason, ended_at=tx.now))


def _this(of: Import) -> ColumnElement[bool]:
    return and_(imports.c.account_id == of.account_id, imports.c.id == of.id)


def _import(row: RowMapping) -> Import:
    return Import(**{**row, "state": State(row["state"])})
