"""How do numbers stand: which want no more, of everything or of one list? Changed only by lines in the ledger."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace
from sqlalchemy import ColumnElement, and_, or_, select

from antiphon.core.campaign import Purpose
from antiphon.core.consent import EVERYTHING, Consent, Kind, OptOut, State, after
from antiphon.store import accounts, consent
from antiphon.store.instants import instant
from antiphon.store.schema import opt_outs
from antiphon.store.session import Row, Tx

Key = tuple[int, str, int]  # account, number, list

_FIELDS = tuple(opt_outs.c[name] for name in OptOut.__struct_fields__)
_NEW = ("account_id", "number", "list_id", "at", "source", "words", "state", "line_id", "held_id")
_CHANGING = _NEW[3:]


async def among(tx: Tx, account: int, numbers: Iterable[str]) -> set[str]:
    """Those of these numbers that have opted out of everything."""
    return await out_of(tx, account, (), numbers)


async def out_of(tx: Tx, account: int, lists: Sequence[int], numbers: Iterable[str]) -> set[str]:
    """Those of these numbers that have opted out of everything, or of one of these lists."""
    out = opt_outs.c.list_id.in_((EVERYTHING, *lists)), opt_outs.c.state == State.OUT.value
    query = select(opt_outs.c.number).where(opt_outs.c.account_id == account, *out)
    return {number for (number,) in await tx.tuples(query.where(tx.among(opt_outs.c.number, numbers)))}


async def of(tx: Tx, account: int, number: str) -> OptOut | None:
    """Its opt-out of everything."""
    found = [one for one in await standings_of(tx, account, number) if one.list_id == EVERYTHING]
    return next((one for one in found if one.state is State.OUT), None)


async def standings_of(tx: Tx, account: int, number: str) -> list[OptOut]:
    """How a number stands to everything, and to each list of which anything was said."""
    query = select(*_FIELDS).where(opt_outs.c.account_id == account, opt_outs.c.number == number)
    return [read(row) for row in await tx.tuples(query.order_by(opt_outs.c.list_id))]


async def held(tx: Tx, account: int, after: int, limit: int) -> list[OptOut]:
    """What awaits a decision, the oldest first."""
    waiting = opt_outs.c.account_id == account, opt_outs.c.held_id.is_not(None), opt_outs.c.held_id > after
    query = select(*_FIELDS).where(*waiting).order_by(opt_outs.c.held_id).limit(limit)
    return [read(row) for row in await tx.tuples(query)]


async def is_held(tx: Tx, account: int, held_id: int) -> bool:
    mine = opt_outs.c.account_id == account, opt_outs.c.held_id.is_not(None), opt_outs.c.held_id == held_id
    return await tx.first(select(opt_outs.c.number).where(*mine)) is not None


async def locked(tx: Tx, keys: Collection[Key]) -> dict[Key, OptOut]:
    """How these numbers stand; nobody else can note anything of their accounts until the transaction ends."""
    ids, numbers = {account for account, _, _ in keys}, {number for _, number, _ in keys}
    await accounts.lock_all(tx, ids)
    theirs = tx.among(opt_outs.c.account_id, ids) & tx.among(opt_outs.c.number, numbers)
    rows = await tx.tuples(select(opt_outs.c.account_id, *_FIELDS).where(theirs))
    standing = {(row[0], one.number, one.list_id): one for row in rows for one in (read(row[1:]),)}
    return {key: standing[key] for key in keys if key in standing}


async def note(tx: Tx, lines: Sequence[tuple[int, Consent]], *, repeated: bool = True) -> list[bool]:
    """Write these lines (each with its account) into the ledger, and how their numbers stand then; which of them
    changed that. Without `repeated`, those that change nothing are left out."""
    if not lines:
        return []
    before = await locked(tx, {(account, line.number, line.list_id) for account, line in lines})
    standing, noted, changed = dict(before), list[tuple[int, Consent]](), list[bool]()
    for account, line in await _numbered(tx, lines):
        key = account, line.number, line.list_id
        now, was = after(standing.get(key), line), standing.get(key)
        changed.append(now != was)
        if now is not None:
            standing[key] = now
        if repeated or changed[-1]:
            noted.append((account, line))
    await consent.add(tx, noted)
    await _store(tx, {key: one for key, one in standing.items() if before.get(key) != one}, before)
    return changed


async def add(tx: Tx, new: Sequence[tuple[int, OptOut]]) -> int:
    """Each is (account, opt-out); how many were new. The first word of a number stands."""
    lines = [
        (
            account,
            Consent(
                number=out.number,
                kind=Kind.OPTED_OUT,
                at=out.at,
                source=out.source,
                words=out.words,
                list_id=out.list_id,
            ),
        )
        for account, out in new
    ]
    return sum(await note(tx, lines, repeated=False))


def silences(lists: Sequence[int], purpose: Purpose) -> ColumnElement[bool]:
    """Does a standing withhold what goes to these lists, for this purpose? What is held withholds marketing alone."""
    of_these = opt_outs.c.list_id.in_((EVERYTHING, *lists))
    out = opt_outs.c.state == State.OUT.value
    return and_(of_these, or_(out, opt_outs.c.held_id.is_not(None)) if purpose is Purpose.MARKETING else out)


def read(row: Row) -> OptOut:
    """The standing in a row of its fields."""
    one = OptOut(**dict(zip(OptOut.__struct_fields__, row, strict=True)))
    return replace(one, state=State(one.state))


async def _numbered(tx: Tx, lines: Sequence[tuple[int, Consent]]) -> list[tuple[int, Consent]]:
    """With ids that follow on what the ledger has, also where another process is a moment ahead of our clock."""
    ids = tx.ids.many(len(lines))
    last = await consent.last_ids(tx, {account for account, _ in lines}, ids[0])
    numbered: list[tuple[int, Consent]] = []
    for (account, line), id in zip(lines, ids, strict=True):
        last[account] = max(id, last.get(account, 0) + 1)
        numbered.append((account, replace(line, id=last[account], noted_at=tx.now)))
    return numbered


async def _store(tx: Tx, changed: Mapping[Key, OptOut], before: Mapping[Key, OptOut]) -> None:
    new = sorted(key for key in changed if key not in before)
    await tx.insert(opt_outs, _NEW, [(*key, *_values(changed[key])) for key in new])
    old = sorted(key for key in changed if key in before)
    await tx.update(opt_outs, _CHANGING, [(*_values(changed[key]), *key) for key in old])


def _values(one: OptOut) -> Row:
    return instant(one.at), one.source, one.words, one.state.value, one.line_id, one.held_id
