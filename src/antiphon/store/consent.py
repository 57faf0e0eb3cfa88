"""What was ever said of being written to, and how does an account answer it?"""

from collections.abc import Collection, Mapping, Sequence

import msgspec
from sqlalchemy import func, select

from antiphon.core.consent import Consent, Kind
from antiphon.core.wording import Wording
from antiphon.store.instants import instant
from antiphon.store.schema import consents, word_answers, wordings
from antiphon.store.session import Row, Tx

_NAMES = ("account_id", *Consent.__struct_fields__)
_FIELDS = tuple(consents.c[name] for name in Consent.__struct_fields__)


async def last_ids(tx: Tx, ids: Collection[int], since: int) -> dict[int, int]:
    """The last line of the ledger of each of these accounts, if its id is this one or a later one."""
    query = select(consents.c.account_id, func.max(consents.c.id)).where(tx.among(consents.c.account_id, ids))
    return dict(await tx.tuples(query.where(consents.c.id >= since).group_by(consents.c.account_id)))


async def add(tx: Tx, lines: Sequence[tuple[int, Consent]]) -> None:
    """Each is (account, line), with the id and the time of its noting."""
    rows: list[Row] = [
        (
            *(account, line.number, line.kind.value, instant(line.at), line.source, line.words, line.list_id),
            *(line.campaign_id, line.who, instant(line.noted_at or tx.now), line.id),
        )
        for account, line in lines
    ]
    await tx.insert(consents, _NAMES, rows)


async def of(tx: Tx, account: int, number: str, after: int, limit: int) -> list[Consent]:
    """What was said of one number, the first of it first."""
    mine = consents.c.account_id == account, consents.c.number == number, consents.c.id > after
    rows = await tx.tuples(select(*_FIELDS).where(*mine).order_by(consents.c.id).limit(limit))
    return [_read(row) for row in rows]


async def by_ids(tx: Tx, account: int, ids: Collection[int]) -> dict[int, Consent]:
    """Those of these lines that are there, by id."""
    query = select(*_FIELDS).where(consents.c.account_id == account, tx.among(consents.c.id, ids))
    return {line.id: line for line in map(_read, await tx.tuples(query))}


async def wordings_of(tx: Tx, ids: Collection[int]) -> dict[int, Wording]:
    """How these accounts answer, by account; an empty one where nothing was said."""
    query = select(wordings.c.account_id, wordings.c.wording).where(tx.among(wordings.c.account_id, ids))
    said = {account: msgspec.convert(stored, Wording) for account, stored in await tx.tuples(query)}
    return {account: said.get(account, Wording()) for account in ids}


async def change_wording(tx: Tx, account: int, wording: Wording) -> None:
    stored = msgspec.json.encode(wording).decode()
    await tx.insert(wordings, ("account_id", "wording"), [(account, stored)])
    await tx.update(wordings, ("wording",), [(stored, account)])


async def answered(tx: Tx, ids: Collection[int], numbers: Collection[str]) -> Mapping[tuple[int, str, str], int]:
    """When these accounts last answered these numbers, by account, number and what was asked; in microseconds."""
    mine = tx.among(word_answers.c.account_id, ids) & tx.among(word_answers.c.number, numbers)
    query = select(*(word_answers.c[name] for name in ("account_id", "number", "asked", "at"))).where(mine)
    return {(account, number, asked): instant(at) for account, number, asked, at in await tx.tuples(query)}


async def note_answers(tx: Tx, given: Collection[tuple[int, str, str]]) -> None:
    """By account, number and what was asked: these are answered now."""
    now = instant(tx.now)
    keys = sorted(given)
    await tx.insert(word_answers, ("account_id", "number", "asked", "at"), [(*key, now) for key in keys])
    await tx.update(word_answers, ("at",), [(now, *key) for key in keys])


def _read(row: Row) -> Consent:
    line = Consent(**dict(zip(Consent.__struct_fields__, row, strict=True)))
    return msgspec.structs.replace(line, kind=Kind(line.kind))
