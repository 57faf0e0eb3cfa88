"""Who is in the account?"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, and_, delete, select

from antiphon.core.contact import Contact
from antiphon.store.schema import contact_tags, contacts, instant, list_members
from antiphon.store.session import Tx

_FIELDS = tuple(contacts.c[name] for name in Contact.__struct_fields__)
_NAMES = ("account_id", *Contact.__struct_fields__)
_CHANGING = ("number", "first_name", "last_name", "company", "email", "attributes", "updated_at")


async def by_id(tx: Tx, account: int, id: int) -> Contact | None:
    row = await tx.first(_of(account).where(contacts.c.id == id))
    return Contact(**row) if row else None


async def by_numbers(tx: Tx, account: int, numbers: Iterable[str]) -> dict[str, Contact]:
    """Those that are there, by number, locked until the transaction ends."""
    query = _of(account).where(tx.among(contacts.c.number, numbers)).order_by(contacts.c.number)
    return {contact.number: contact for contact in await _read(tx, query.with_for_update())}


async def on_list(tx: Tx, account: int, list_id: int) -> list[Contact]:
    on = and_(list_members.c.account_id == contacts.c.account_id, list_members.c.contact_id == contacts.c.id)
    query = _of(account).join(list_members, on).where(list_members.c.list_id == list_id)
    return await _read(tx, query.order_by(contacts.c.id))


async def add(tx: Tx, account: int, new: Sequence[Contact]) -> int:
    """How many were new; one whose number is taken is left out."""
    rows = [
        (
            account,
            contact.id,
            contact.number,
            contact.first_name,
            contact.last_name,
            contact.company,
            contact.email,
            _json(contact.attributes),
            instant(contact.created_at),
            instant(contact.updated_at),
        )
        for contact in new
    ]
    return await tx.insert(contacts, _NAMES, rows)


async def change(tx: Tx, account: int, changed: Sequence[Contact]) -> int:
    """Store these contacts as they are now; how many were found. Raises Taken where a number is another's."""
    rows = [
        (
            contact.number,
            contact.first_name,
            contact.last_name,
            contact.company,
            contact.email,
            _json(contact.attributes),
            instant(contact.updated_at),
            account,
            contact.id,
        )
        for contact in changed
    ]
    return await tx.update(contacts, _CHANGING, rows)


async def remove(tx: Tx, account: int, ids: Sequence[int]) -> int:
    """Delete these contacts and their places on lists and tags; how many there were."""
    for table, column in (
        (list_members, list_members.c.contact_id),
        (contact_tags, contact_tags.c.contact_id),
    ):
        await tx.run(delete(table).where(table.c.account_id == account, tx.among(column, ids)))
    return await tx.run(delete(contacts).where(contacts.c.account_id == account, tx.among(contacts.c.id, ids)))


def _of(account: int) -> Select[Any]:
    return select(*_FIELDS).where(contacts.c.account_id == account)


async def _read(tx: Tx, query: Select[Any]) -> list[Contact]:
    return [Contact(**row) for row in await tx.all(query)]


def _json(attributes: Any) -> str | None:
    return msgspec.json.encode(attributes).decode() if attributes else None
