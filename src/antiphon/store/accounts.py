"""Which accounts are there, and whose is this credential?"""

from sqlalchemy import func, insert, select

from antiphon.core.account import Account
from antiphon.store.schema import accounts, credentials, instant
from antiphon.store.session import Tx

_ACCOUNT = (accounts.c.id, accounts.c.sid, accounts.c.region, accounts.c.time_zone, accounts.c.currency)
_HELD = credentials.join(accounts, accounts.c.id == credentials.c.account_id)


async def add(tx: Tx, account: Account) -> None:
    await tx.run(
        insert(accounts).values(
            id=account.id,
            sid=account.sid,
            region=account.region,
            time_zone=account.time_zone,
            currency=account.currency,
            created_at=tx.now,
        )
    )


async def add_credential(tx: Tx, account: int, login: str, key_id: str, secret_hash: str) -> bool:
    """False when the login is taken."""
    names = ("key_id", "account_id", "login", "secret_hash", "created_at")
    return await tx.insert(credentials, names, [(key_id, account, login, secret_hash, instant(tx.now))]) == 1


async def count(tx: Tx) -> int:
    row = await tx.first(select(func.count().label("accounts")).select_from(accounts))
    return row["accounts"] if row else 0


async def by_secret(tx: Tx, secret_hash: str) -> tuple[Account, str, str] | None:
    """The account that the secret opens, with the login and the key id that belong to it."""
    row = await tx.first(
        select(*_ACCOUNT, credentials.c.login, credentials.c.key_id)
        .select_from(_HELD)
        .where(credentials.c.secret_hash == secret_hash)
    )
    if row is None:
        return None
    account = Account(**{column.name: row[column.name] for column in _ACCOUNT})
    return account, row["login"], row["key_id"]
