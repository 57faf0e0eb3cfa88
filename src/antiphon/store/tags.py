"""Which contacts carry which label?"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, select

from antiphon.store.schema import contact_tags, tags
from antiphon.store.session import Tx


async def ids(tx: Tx, account: int, names: Iterable[str]) -> dict[str, int]:
    """Those of these tags that are there, by name."""
    query = select(tags.c.name, tags.c.id).where(tags.c.account_id == account, tx.among(tags.c.name, names))
    return dict(await tx.tuples(query))


async def names(tx: Tx, account: int, ids: Iterable[int]) -> dict[int, str]:
    """Those of these tags that are there, by id."""
    query = select(tags.c.id, tags.c.name).where(tags.c.account_id == account, tx.among(tags.c.id, ids))
    return dict(await tx.tuples(query))


async def attach(tx: Tx, account: int, wanted: Mapping[int, Sequence[str]]) -> None:
    """Give each contact (by id) its tags; those that it has stay as they are."""
    names = sorted({name for given in wanted.values() for name in given})
    if not names:
        return
    await tx.insert(tags, ("account_id", "id", "name"), [(account, tx.ids.one(), name) for name in names])
    by_name = await ids(tx, account, names)
    turn = tx.ids.one()
    rows = [(account, by_name[name], contact, turn) for contact, given in wanted.items() for name in given]
    await tx.insert(contact_tags, ("account_id", "tag_id", "contact_id", "given"), sorted(rows))


async def renew(tx: Tx, account: int, wanted: Mapping[int, str]) -> None:
    """Make this tag, which it has, the newest of each contact (by id)."""
    by_name, turn = await ids(tx, account, set(wanted.values())), tx.ids.one()
    rows = sorted((turn, account, by_name[name], contact) for contact, name in wanted.items())
    await tx.update(contact_tags, ("given",), rows)


async def detach_all(tx: Tx, account: int, contacts: Sequence[int]) -> None:
    """Take every tag off these contacts."""
    mine = contact_tags.c.account_id == account
    await tx.run(delete(contact_tags).where(mine, tx.among(contact_tags.c.contact_id, contacts)))


async def of(tx: Tx, account: int, contacts: Iterable[int]) -> dict[int, list[str]]:
    """The names of the tags of these contacts, by contact, the one that was given first at first."""
    named = contact_tags.join(
        tags, (tags.c.account_id == contact_tags.c.account_id) & (tags.c.id == contact_tags.c.tag_id)
    )
    query = (
        select(contact_tags.c.contact_id, tags.c.name)
        .select_from(named)
        .where(contact_tags.c.account_id == account, tx.among(contact_tags.c.contact_id, contacts))
    )
    found: dict[int, list[str]] = {}
    for row in await tx.all(query.order_by(contact_tags.c.given, tags.c.id)):
        found.setdefault(row["contact_id"], []).append(row["name"])
    return found
