"""How much is left, and who took what?"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, select

from antiphon.core.wallet import Entry
from antiphon.store.instants import instant
from antiphon.store.schema import ledger, transfer_tokens, wallets
from antiphon.store.session import Row, Tx

_ENTRY = Entry.__struct_fields__


async def balance(tx: Tx, account: int) -> int | None:
    """None for an account that is not metered."""
    row = await tx.first(select(wallets.c.balance).where(wallets.c.account_id == account))
    return row["balance"] if row else None


async def locked(tx: Tx, accounts: Iterable[int]) -> dict[int, int]:
    """The balances of those that are metered; nobody else can change them until the transaction ends."""
    query = select(wallets.c.account_id, wallets.c.balance).where(tx.among(wallets.c.account_id, set(accounts)))
    found = await tx.all(query.order_by(wallets.c.account_id).with_for_update())
    return {row["account_id"]: row["balance"] for row in found}


async def open_(tx: Tx, account: int) -> bool:
    """An empty wallet; False when the account has one."""
    row = (account, 0, instant(tx.now))
    return await tx.insert(wallets, ("account_id", "balance", "opened_at"), [row]) == 1


async def book(tx: Tx, balances: Mapping[int, int], entries: Sequence[Entry]) -> None:
    """Write the entries, and the balances of these locked wallets after them."""
    await tx.update(wallets, ("balance",), [(left, account) for account, left in sorted(balances.items())])
    rows: list[Row] = [
        (entry.id, entry.account_id, entry.kind.value, entry.amount, instant(entry.at), entry.campaign_id, entry.note)
        for entry in entries
    ]
    await tx.insert(ledger, _ENTRY, rows)


async def entries(tx: Tx, account: int) -> list[Entry]:
    """The whole ledger of an account, the oldest first."""
    query = select(*(ledger.c[name] for name in _ENTRY)).where(ledger.c.account_id == account).order_by(ledger.c.id)
    return [Entry(**row) for row in await tx.all(query)]


async def put_token(tx: Tx, account: int, token_hash: str, receiver: int, expires_at: int) -> bool:
    """False while another token of the account is valid."""
    mine = transfer_tokens.c.account_id == account
    await tx.run(delete(transfer_tokens).where(mine, transfer_tokens.c.expires_at <= tx.now))
    names = ("account_id", "token_hash", "receiver_id", "expires_at")
    return await tx.insert(transfer_tokens, names, [(account, token_hash, receiver, expires_at)]) == 1


async def take_token(tx: Tx, account: int, token_hash: str) -> int | None:
    """The receiver that this token stands for; nobody can use it again. None when there is no such valid token."""
    valid = (
        (transfer_tokens.c.account_id == account)
        & (transfer_tokens.c.token_hash == token_hash)
        & (transfer_tokens.c.expires_at > tx.now)
    )
    row = await tx.first(delete(transfer_tokens).where(valid).returning(transfer_tokens.c.receiver_id))
    return row["receiver_id"] if row else None
