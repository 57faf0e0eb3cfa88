"""What may be spent, and what comes back?"""

import hashlib
import secrets
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from antiphon.core.account import Account
from antiphon.core.errors import BadField, NotMetered, OutOfCredit, TokenPending, UnknownAccount, WrongToken
from antiphon.core.money import MICROS, shown
from antiphon.core.wallet import UNMETERED, Entry, Kind, Transfer
from antiphon.store import accounts, wallet
from antiphon.store.instants import instant
from antiphon.store.session import Store, Tx

_TOKEN_LIFE = timedelta(hours=1)
_LARGEST = 1_000_000_000 * MICROS

# What each campaign gives back, by (account, campaign).
Refunds = Mapping[tuple[int, int], int]


async def balance(store: Store, account: Account) -> int:
    """What is left, in micro-units; `UNMETERED` for an account without a wallet."""
    async with store.read() as tx:
        left = await wallet.balance(tx, account.id)
    return UNMETERED if left is None else left


async def credit(store: Store, login: str, amount: int, note: str | None = None) -> int:
    """Pay in, and make the account metered if it is not; what is left then. Raises UnknownAccount or BadField."""
    _check(amount, least=0)
    async with store.begin() as tx:
        found = await accounts.by_login(tx, login.strip().lower())
        if found is None:
            raise UnknownAccount(login=login)
        await wallet.open_(tx, found.id)
        left = (await wallet.locked(tx, [found.id]))[found.id] + amount
        await wallet.book(tx, {found.id: left}, [entry(tx, found.id, Kind.CREDIT, amount, note=note)])
    return left


async def ledger(store: Store, account: Account) -> list[Entry]:
    """Every movement, the oldest first."""
    async with store.read() as tx:
        return await wallet.entries(tx, account.id)


async def reserve(tx: Tx, account: int, campaign: int, cost: int) -> int:
    """Take what a campaign may cost; what was taken: nothing where the account is not metered. Raises OutOfCredit."""
    held = await wallet.locked(tx, [account])
    if account not in held:
        return 0
    left = held[account] - cost
    if left < 0:
        raise OutOfCredit(needed=shown(cost), left=shown(held[account]))
    await wallet.book(tx, {account: left}, [entry(tx, account, Kind.RESERVED, -cost, campaign_id=campaign)])
    return cost


async def refund(tx: Tx, refunds: Refunds) -> None:
    """Give back what was reserved for messages that no carrier took."""
    owed = {key: amount for key, amount in refunds.items() if amount}
    if not owed:
        return
    held = await wallet.locked(tx, {account for account, _ in owed})
    sums: Counter[int] = Counter()
    for (account, _), amount in owed.items():
        sums[account] += amount
    entries = [
        entry(tx, account, Kind.REFUND, amount, campaign_id=campaign) for (account, campaign), amount in owed.items()
    ]
    await wallet.book(tx, {account: left + sums[account] for account, left in held.items()}, entries)


async def issue_token(store: Store, account: Account, login: str) -> str:
    """A word that lets this account send money once, within the hour, to a relative: its parent or a sub-account.

    Raises UnknownAccount, NotMetered (there is nothing to send to) or TokenPending.
    """
    token = secrets.token_hex(16)
    async with store.begin() as tx:
        receiver = await accounts.by_login(tx, login.strip().lower())
        if receiver is None or not _related(account, receiver):
            raise UnknownAccount(login=login)
        if await wallet.balance(tx, receiver.id) is None:
            raise NotMetered(login=login)
        if not await wallet.put_token(tx, account.id, _hash(token), receiver.id, instant(tx.now + _TOKEN_LIFE)):
            raise TokenPending
    return token


async def transfer(store: Store, account: Account, token: str, amount: int) -> Transfer:
    """Send money to whom the token names. Raises WrongToken, BadField or OutOfCredit; the token is kept then."""
    _check(amount, least=1)
    async with store.begin() as tx:
        receiver = await wallet.take_token(tx, account.id, _hash(token))
        if receiver is None:
            raise WrongToken
        held = await wallet.locked(tx, [account.id, receiver])
        left = held.get(account.id)
        if left is not None and left < amount:
            raise OutOfCredit(needed=shown(amount), left=shown(left))
        given = [entry(tx, receiver, Kind.RECEIVED, amount)]
        balances = {receiver: held[receiver] + amount}
        if left is not None:
            given.append(entry(tx, account.id, Kind.SENT, -amount))
            balances[account.id] = left - amount
        await wallet.book(tx, balances, given)
    return Transfer(
        sender_id=account.id,
        sender_left=balances.get(account.id),
        receiver_id=receiver,
        receiver_left=balances[receiver],
    )


def entry(tx: Tx, account: int, kind: Kind, amount: int, **known: Any) -> Entry:
    """A line for the ledger, of this moment."""
    return Entry(id=tx.ids.one(), account_id=account, kind=kind, amount=amount, at=tx.now, **known)


def _check(amount: int, least: int) -> None:
    if not least <= amount <= _LARGEST:
        raise BadField(field="amount", reason="is not an amount that can be paid")


def _related(one: Account, other: Account) -> bool:
    return other.parent_id == one.id or one.parent_id == other.id


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
