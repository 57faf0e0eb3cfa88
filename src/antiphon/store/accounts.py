"""Which accounts are there, and whose is this credential?"""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, RowMapping, Select, func, insert, select, union, update

from antiphon.core.account import Account, Parameters, Person, SubAccount
from antiphon.store.instants import instant
from antiphon.store.schema import accounts, credentials
from antiphon.store.session import Tx

_ACCOUNT = tuple(accounts.c[name] for name in Account.__struct_fields__ if name in accounts.c)
_PERSON = tuple(accounts.c[name] for name in Person.__struct_fields__)
_HELD = credentials.join(accounts, accounts.c.id == credentials.c.account_id)


class NewKey(Struct, frozen=True, kw_only=True):
    """What is kept of a new credential: hashes, and the last characters of the API key to know it again by."""

    key_id: str
    secret_hash: str
    hint: str
    password_hash: str | None = None
    operator: bool = False
    short_key_hash: str | None = None


class Holder(Struct, frozen=True, kw_only=True):
    """Somebody who may be meant by a name, and the hashes of what opens their account over SMPP."""

    account: Account
    login: str
    key_id: str
    secret_hash: str
    bind_hash: str | None
    short_key_hash: str | None


async def add(tx: Tx, account: Account, person: Person) -> None:
    await tx.run(
        insert(accounts).values(
            id=account.id,
            sid=account.sid,
            region=account.region,
            time_zone=account.time_zone,
            currency=account.currency,
            created_at=tx.now,
            parent_id=account.parent_id,
            parameters=msgspec.to_builtins(account.parameters),
            **msgspec.structs.asdict(person),
        )
    )


async def lock(tx: Tx, account: int) -> None:
    """Nobody else can lock or change it until the transaction ends."""
    await tx.run(select(accounts.c.id).where(accounts.c.id == account).with_for_update())


async def lock_all(tx: Tx, ids: Iterable[int]) -> None:
    """As `lock`, in the order of their ids."""
    await tx.run(select(accounts.c.id).where(tx.among(accounts.c.id, ids)).order_by(accounts.c.id).with_for_update())


async def add_credential(tx: Tx, account: int, login: str, api_key: NewKey) -> bool:
    """False when the login is taken."""
    names = ("key_id", "account_id", "login", "secret_hash", "created_at", "key_hint", "password_hash")
    names += ("system_id", "short_key_hash", "operator")
    row = (
        api_key.key_id,
        account,
        login,
        api_key.secret_hash,
        instant(tx.now),
        api_key.hint,
        api_key.password_hash,
        system_id(login),
        api_key.short_key_hash,
        api_key.operator,
    )
    return await tx.insert(credentials, names, [row]) == 1


async def change_parameters(tx: Tx, account: int, parameters: Parameters) -> None:
    changes = {"parameters": msgspec.to_builtins(parameters)}
    await tx.run(update(accounts).where(accounts.c.id == account).values(**changes))


async def change_person(tx: Tx, account: int, person: Person) -> None:
    await tx.run(update(accounts).where(accounts.c.id == account).values(**msgspec.structs.asdict(person)))


async def change_password(tx: Tx, account: int, password_hash: str) -> None:
    await tx.run(update(credentials).where(credentials.c.account_id == account).values(password_hash=password_hash))


async def count(tx: Tx) -> int:
    row = await tx.first(select(func.count().label("accounts")).select_from(accounts))
    return row["accounts"] if row else 0


async def count_below(tx: Tx, parent: int) -> int:
    """How many sub-accounts this one has."""
    query = select(func.count().label("accounts")).select_from(accounts).where(accounts.c.parent_id == parent)
    row = await tx.first(query)
    return row["accounts"] if row else 0


async def by_secret(tx: Tx, secret_hash: str) -> tuple[Account, str, str] | None:
    """The account that the secret opens, with the login and the key id that belong to it."""
    query = _account_query(credentials.c.login, credentials.c.key_id, credentials.c.operator)
    row = await tx.first(query.where(credentials.c.secret_hash == secret_hash))
    return (replace(_account(row), operator=row["operator"]), row["login"], row["key_id"]) if row else None


async def called(tx: Tx, name: str) -> list[Holder]:
    """Whose login, key id or sid this is, or whose login begins with it where it has the length of a system_id."""
    names = ("login", "key_id", "secret_hash", "bind_hash", "short_key_hash")
    columns = [credentials.c[one] for one in names]
    # One index each: of conditions that are joined by OR, PostgreSQL would read the whole table.
    each = [select(credentials.c.key_id).where(credentials.c[one] == name) for one in ("login", "key_id", "system_id")]
    by_sid = select(credentials.c.key_id).select_from(_HELD).where(accounts.c.sid == name)
    mine = credentials.c.key_id.in_(union(*each, by_sid))
    rows = await tx.all(_account_query(*columns).where(mine))
    return [Holder(account=_account(row), **{one: row[one] for one in names}) for row in rows]


async def change_bind(tx: Tx, account: int, bind_hash: str) -> None:
    await tx.run(update(credentials).where(credentials.c.account_id == account).values(bind_hash=bind_hash))


def system_id(login: str) -> str:
    """What a client that keeps to SMPP's limit sends of it (4.1.1)."""
    return login[:15]


async def by_id(tx: Tx, id: int) -> Account | None:
    row = await tx.first(_account_query().where(accounts.c.id == id).limit(1))
    return _account(row) if row else None


async def by_ids(tx: Tx, ids: Iterable[int]) -> list[Account]:
    return [_account(row) for row in await tx.all(select(*_ACCOUNT).where(tx.among(accounts.c.id, ids)))]


async def by_login(tx: Tx, login: str) -> Account | None:
    row = await tx.first(_account_query().where(credentials.c.login == login))
    return _account(row) if row else None


async def parameters(tx: Tx, account: int) -> Parameters:
    """Locked until the transaction ends."""
    row = await tx.first(select(accounts.c.parameters).where(accounts.c.id == account).with_for_update())
    return _parameters(row["parameters"] if row else None)


async def sub_account(tx: Tx, parent: int, login: str) -> SubAccount | None:
    """The account below `parent` that has this login."""
    query = _account_query(*_PERSON, credentials.c.login, credentials.c.key_hint)
    row = await tx.first(query.where(credentials.c.login == login, accounts.c.parent_id == parent))
    if row is None:
        return None
    person = Person(**{column.name: row[column.name] for column in _PERSON})
    return SubAccount(account=_account(row), person=person, login=row["login"], key_hint=row["key_hint"])


def _account_query(*more: ColumnElement[Any]) -> Select[Any]:
    columns: list[Any] = [*_ACCOUNT, *more]
    return select(*columns).select_from(_HELD)  # pyright: ignore[reportReturnType]


def _account(row: RowMapping) -> Account:
    fields: dict[str, Any] = {column.name: row[column.name] for column in _ACCOUNT}
    fields["parameters"] = _parameters(fields["parameters"])
    return Account(**fields)


def _parameters(stored: Any) -> Parameters:
    return msgspec.convert(stored or {}, Parameters)
