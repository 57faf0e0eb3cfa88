"""One header, `Authorization: Bearer <api_key>`. A wrong or missing token is 403, not 401 (the page "intro")."""

from antiphon.core.account import Account, NewCredential
from antiphon.dialects.incoming import Incoming, authorization
from antiphon.services import accounts
from antiphon.store.session import Store


async def authenticate(incoming: Incoming, store: Store) -> Account:
    return await accounts.authenticate(store, authorization(incoming, "bearer"))


def example(base: str, credential: NewCredential) -> str:
    """A call that works when it is pasted."""
    return (
        f"curl -X POST '{base}/api/address-book/new' -H 'Content-Type: application/json'"
        f""" -H 'Authorization: Bearer {credential.api_key}' -d '{{"name": "Friends"}}'"""
    )
