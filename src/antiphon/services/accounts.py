"""Who may come in?"""

import hashlib
import hmac
import secrets

from antiphon.core.account import Account, NewCredential, home_zone
from antiphon.core.errors import BadField, NotAuthenticated
from antiphon.core.phone import REGIONS
from antiphon.store import accounts
from antiphon.store.session import Store

_CURRENCY = "EUR"


async def create(store: Store, login: str, region: str) -> NewCredential:
    """A new account and its credential; the only moment at which the API key can be read.

    Raises BadField where the login is no e-mail address or is taken, or the region is unknown.
    """
    login, region = login.strip().lower(), region.strip().upper()
    if "@" not in login or any(character.isspace() for character in login):
        raise BadField(field="login", reason="is not an e-mail address")
    if region not in REGIONS:
        raise BadField(field="region", reason="is not a country code like FR")
    account = Account(
        id=store.ids.one(),
        sid=f"ac{secrets.token_hex(5)}",
        region=region,
        time_zone=home_zone(region),
        currency=_CURRENCY,
    )
    key_id, api_key = secrets.token_hex(10), secrets.token_hex(20)
    async with store.begin() as tx:
        await accounts.add(tx, account)
        if not await accounts.add_credential(tx, account.id, login, key_id, _hash(api_key)):
            raise BadField(field="login", reason="belongs to another account already")
    return NewCredential(account_id=account.id, sid=account.sid, login=login, key_id=key_id, api_key=api_key)


async def authenticate(store: Store, api_key: str, known_as: str | None = None) -> Account:
    """The account that the key opens. `known_as` is the login, key id or sid given beside it, and must fit.

    Raises NotAuthenticated.
    """
    async with store.read() as tx:
        found = await accounts.by_secret(tx, _hash(api_key))
    if found is None:
        raise NotAuthenticated
    account, *names = found
    if known_as is not None and not _any_is(known_as.strip().lower(), [account.sid, *names]):
        raise NotAuthenticated
    return account


async def count(store: Store) -> int:
    """How many accounts there are."""
    async with store.read() as tx:
        return await accounts.count(tx)


def _hash(api_key: str) -> str:
    # 160 random bits cannot be guessed, so one fast round is enough; a slow hash would slow every request.
    return hashlib.sha256(api_key.encode()).hexdigest()


def _any_is(given: str, names: list[str]) -> bool:
    return any(hmac.compare_digest(given.encode(), name.encode()) for name in names)
