"""Who may come in, and what has it set?"""

import asyncio
import hmac
import re
import secrets
import unicodedata
from collections.abc import Callable

from argon2 import PasswordHasher
from msgspec import Struct
from msgspec.structs import replace

from antiphon.core.account import Account, NewCredential, Parameters, Person, SubAccount, home_zone
from antiphon.core.errors import BadField, NotAuthenticated, TooMany, UnknownAccount
from antiphon.core.phone import REGIONS
from antiphon.services import hashes
from antiphon.store import accounts, campaigns, wallet
from antiphon.store.accounts import NewKey
from antiphon.store.session import Store, Tx

_CURRENCY = "EUR"
_MOST_SUB_ACCOUNTS = 20
_LONGEST_NAME = 255
_DOMAIN = "sub-accounts.com"  # a login only looks like an address; nothing is ever written to it
_ATTEMPTS = 5
_LOOKED_AT = 1_000  # texts and campaigns that are looked through for their senders


class NewSubAccount(Struct, frozen=True, kw_only=True):
    person: Person
    password: str
    parameters: Parameters = Parameters()


async def create(store: Store, login: str, region: str, *, operator: bool = False) -> NewCredential:
    """A new account and its credential; the only moment at which the API key can be read. The first account of all
    is an operator's.

    Raises BadField where the login is no e-mail address or is taken, or the region is unknown.
    """
    login, region = login.strip().lower(), region.strip().upper()
    if "@" not in login or any(character.isspace() for character in login):
        raise BadField(field="login", reason="is not an e-mail address")
    if region not in REGIONS:
        raise BadField(field="region", reason="is not a country code like FR")
    secret = await _new_secret()
    async with store.begin() as tx:
        runs = operator or await accounts.count(tx) == 0
        account = replace(_account(tx, region, home_zone(region)), operator=runs)
        made = await _add(tx, account, _Entry(login, Person(), secret))
    if made is None:
        raise BadField(field="login", reason="belongs to another account already")
    return made


async def create_sub_account(store: Store, parent: Account, command: NewSubAccount) -> NewCredential:
    """An account below `parent`, metered if that is, with a login made from the names.

    Raises TooMany, or BadField where a name or the password is unfit.
    """
    _check_person(command.person)
    secret = replace(await _new_secret(), password_hash=await _hashed(command.password))
    async with store.begin() as tx:
        await accounts.lock(tx, parent.id)  # or two at the same moment would both be the last that is allowed
        count = await accounts.count_below(tx, parent.id)
        if count >= _MOST_SUB_ACCOUNTS:
            raise TooMany(what="sub-accounts", given=count + 1, limit=_MOST_SUB_ACCOUNTS)
        account = replace(
            _account(tx, parent.region, parent.time_zone), parent_id=parent.id, parameters=command.parameters
        )
        made = await _add_named(tx, account, command.person, secret)
        if await wallet.balance(tx, parent.id) is not None:
            await wallet.open_(tx, account.id)
    return made


async def by_login(store: Store, login: str) -> Account:
    """Raises UnknownAccount."""
    async with store.read() as tx:
        if (found := await accounts.by_login(tx, login.strip().lower())) is None:
            raise UnknownAccount(login=login)
        return found


async def find(store: Store, known_as: str) -> Account:
    """With this id or this login. Raises UnknownAccount."""
    if re.fullmatch("[0-9]{1,18}", known_as):
        async with store.read() as tx:
            if found := await accounts.by_id(tx, int(known_as)):
                return found
    return await by_login(store, known_as)


async def find_sub_account(store: Store, parent: Account, login: str) -> SubAccount:
    """Raises UnknownAccount."""
    async with store.read() as tx:
        return await _known(tx, parent, login)


async def edit_sub_account(
    store: Store, parent: Account, login: str, change: Callable[[SubAccount], SubAccount], password: str | None
) -> SubAccount:
    """Store what `change` makes of it, and the new password if there is one. Raises UnknownAccount or BadField."""
    password_hash = await _hashed(password) if password else None
    async with store.begin() as tx:
        await accounts.lock(tx, (await _known(tx, parent, login)).account.id)
        changed = change(await _known(tx, parent, login))
        _check_person(changed.person)
        await accounts.change_person(tx, changed.account.id, changed.person)
        await accounts.change_parameters(tx, changed.account.id, changed.account.parameters)
        if password_hash:
            await accounts.change_password(tx, changed.account.id, password_hash)
    store.believed.clear()
    return changed


async def edit_parameters(store: Store, account: Account, change: Callable[[Parameters], Parameters]) -> Parameters:
    """Store what `change` makes of them, and give that back."""
    async with store.begin() as tx:
        changed = change(await accounts.parameters(tx, account.id))
        await accounts.change_parameters(tx, account.id, changed)
    store.believed.clear()
    return changed


async def authenticate(store: Store, api_key: str, known_as: str | None = None) -> Account:
    """The account that the key opens. `known_as` is the login, key id or sid given beside it, and must fit.

    Raises NotAuthenticated.
    """
    secret_hash = hashes.of_key(api_key)
    found = store.believed.get(secret_hash)
    if found is None:
        async with store.read() as tx:
            found = await accounts.by_secret(tx, secret_hash)
        if found is None:
            raise NotAuthenticated
        store.believed.put(secret_hash, found)
    account, *names = found
    if known_as is not None and not _any_is(known_as.strip().lower(), [account.sid, *names]):
        raise NotAuthenticated
    return account


async def senders(store: Store, account: Account) -> list[str]:
    """What the account has set as its sender, then what its newest texts had."""
    async with store.read() as tx:
        used = await campaigns.senders(tx, account.id, _LOOKED_AT)
    own = account.parameters.sender
    return list(dict.fromkeys([own, *used] if own else used))


async def count(store: Store) -> int:
    """How many accounts there are."""
    async with store.read() as tx:
        return await accounts.count(tx)


def _account(tx: Tx, region: str, time_zone: str) -> Account:
    return Account(
        id=tx.ids.one(),
        sid=f"ac{secrets.token_hex(5)}",
        region=region,
        time_zone=time_zone,
        currency=_CURRENCY,
    )


class _Secret(Struct, frozen=True, kw_only=True):
    """A new API key, and what is kept of it."""

    key_id: str
    api_key: str
    short_key_hash: str
    password_hash: str | None = None


class _Entry(Struct, frozen=True):
    """Who comes in, and with what."""

    login: str
    person: Person
    secret: _Secret


async def _new_secret() -> _Secret:
    """Before a transaction begins: one of the hashes takes long on purpose."""
    api_key = secrets.token_hex(20)
    short = await asyncio.to_thread(hashes.of_short, hashes.shortened(api_key))
    return _Secret(key_id=secrets.token_hex(10), api_key=api_key, short_key_hash=short)


async def _add(tx: Tx, account: Account, new: _Entry) -> NewCredential | None:
    """None when the login is taken."""
    key_id, api_key = new.secret.key_id, new.secret.api_key
    kept = NewKey(
        key_id=key_id,
        secret_hash=hashes.of_key(api_key),
        hint=api_key[-4:],
        password_hash=new.secret.password_hash,
        short_key_hash=new.secret.short_key_hash,
        operator=account.operator,
    )
    if not await accounts.add_credential(tx, account.id, new.login, kept):
        return None
    await accounts.add(tx, account, new.person)
    return NewCredential(account_id=account.id, sid=account.sid, login=new.login, key_id=key_id, api_key=api_key)


async def _add_named(tx: Tx, account: Account, person: Person, secret: _Secret) -> NewCredential:
    """With a login like `axelle_durand@sub-accounts.com`, and some letters more where that is taken."""
    plain = unicodedata.normalize("NFKD", f"{person.first_name}_{person.last_name}".lower())
    name = re.sub(r"[^a-z0-9_]", "", plain.encode("ascii", "ignore").decode()).strip("_") or "account"
    for attempt in range(_ATTEMPTS):
        login = f"{name}{'_' + secrets.token_hex(4) if attempt else ''}@{_DOMAIN}"
        if made := await _add(tx, account, _Entry(login, person, secret)):
            return made
    raise BadField(field="first_name", reason="makes no login that is free")


async def _known(tx: Tx, parent: Account, login: str) -> SubAccount:
    found = await accounts.sub_account(tx, parent.id, login.strip().lower())
    if found is None:
        raise UnknownAccount(login=login)
    return found


def _check_person(person: Person) -> None:
    for field in ("first_name", "last_name"):
        name = getattr(person, field)
        if not name or not name.strip() or len(name) > _LONGEST_NAME:
            raise BadField(field=field, reason=f"is not a name of at most {_LONGEST_NAME} characters")


async def _hashed(password: str) -> str:
    """Raises BadField. In a thread, for it takes long on purpose."""
    if not 8 <= len(password) <= _LONGEST_NAME:
        raise BadField(field="password", reason="is not of 8 to 255 characters")
    return await asyncio.to_thread(PasswordHasher().hash, password)


def _any_is(given: str, names: list[str]) -> bool:
    return any(hmac.compare_digest(given.encode(), name.encode()) for name in names)
