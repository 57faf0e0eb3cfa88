"""One header, `Authorization: Bearer <api_key>`; or HTTP Basic, the login (or the key's id, or the sid) and the key."""

from antiphon.core.account import Account, NewCredential
from antiphon.dialects.incoming import Incoming, authorization, basic
from antiphon.services import accounts
from antiphon.store.session import Store


async def authenticate(incoming: Incoming, store: Store) -> Account:
    if incoming.headers.get("authorization", "")[:6].lower() == "basic ":
        user, key = basic(incoming)
        return await accounts.authenticate(store, key, known_as=user)
    return await accounts.authenticate(store, authorization(incoming, "bearer"))


def example(base: str, credential: NewCredential) -> str:
    """A call that works when it is pasted."""
    return f"curl '{base}/api/v1/campaigns' -H 'Authorization: Bearer {credential.api_key}'"
