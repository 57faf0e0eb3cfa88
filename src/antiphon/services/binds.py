"""Who may bind over SMPP, which has room for 15 characters of a login and for eight of a password?"""

import asyncio
import hmac
import secrets
import string
from collections.abc import Sequence

from antiphon.core.account import Account, NewBind
from antiphon.core.errors import BadField, NotAuthenticated, UnknownAccount
from antiphon.services import hashes
from antiphon.store import accounts
from antiphon.store.accounts import Holder
from antiphon.store.session import Store

_SHORTEST, _LONGEST = 6, 8
_ALPHABET = string.ascii_letters + string.digits
_believed_with = secrets.token_bytes(32)  # so that nobody can look up in memory what opens an account


async def authenticate(store: Store, system_id: str, password: str) -> Account:
    """The account of this login, key id or sid, or of the only login that begins with these 15 characters.

    It is opened by its API key, and by the password of its binds, or where it has none, by the first eight characters
    of the key. Raises NotAuthenticated, always after the same time.
    """
    name = system_id.strip().lower()
    believed = "bind " + hmac.new(_believed_with, f"{name}\0{password}".encode(), "sha256").hexdigest()
    known: Account | None = store.believed.get(believed)
    if known is not None:
        return known
    async with store.read() as tx:
        holder = _meant(name, await accounts.called(tx, name))
    opened = await asyncio.to_thread(_opens, holder, password)
    if holder is None or not opened:
        raise NotAuthenticated
    store.believed.put(believed, holder.account)
    return holder.account


async def set_password(store: Store, login: str, password: str | None = None) -> NewBind:
    """What is to be given in a bind from now on; without a password one is made. Raises UnknownAccount or BadField."""
    password = password or "".join(secrets.choice(_ALPHABET) for _ in range(_LONGEST))
    if not (_SHORTEST <= len(password) <= _LONGEST and password.isascii() and password.isprintable()):
        raise BadField(field="password", reason=f"is not of {_SHORTEST} to {_LONGEST} ASCII characters")
    bind_hash = await asyncio.to_thread(hashes.of_short, password)
    async with store.begin() as tx:
        account = await accounts.by_login(tx, login.strip().lower())
        if account is None:
            raise UnknownAccount(login=login)
        await accounts.change_bind(tx, account.id, bind_hash)
    store.believed.clear()
    return NewBind(system_id=account.sid, password=password)


def _meant(name: str, holders: Sequence[Holder]) -> Holder | None:
    """A full name goes before the beginning of one; None where several could be meant."""
    full = [one for one in holders if name in (one.login, one.key_id, one.account.sid)]
    meant = full or holders
    return meant[0] if len(meant) == 1 and name else None


def _opens(holder: Holder | None, password: str) -> bool:
    if holder is not None and hashes.is_key(holder.secret_hash, password):
        return True
    return hashes.is_short((holder.bind_hash or holder.short_key_hash) if holder else None, password)
