"""Two headers: `api-login`, the account's e-mail address, and `api-key`."""

from antiphon.core.account import Account, NewCredential
from antiphon.core.errors import NotAuthenticated
from antiphon.dialects.incoming import Incoming
from antiphon.services import accounts
from antiphon.store.session import Store


async def authenticate(incoming: Incoming, store: Store) -> Account:
    login, key = incoming.headers.get("api-login"), incoming.headers.get("api-key")
    if not login or not key:
        raise NotAuthenticated
    return await accounts.authenticate(store, key.strip(), known_as=login)


def example(base: str, credential: NewCredential) -> str:
    """A call that works when it is pasted."""
    return (
        f"curl -X POST '{base}/v1/public/contact/create' -H 'Content-Type: application/json'"
        f" -H 'api-login: {credential.login}' -H 'api-key: {credential.api_key}'"
        """ -d '{"contacts": [{"phone_number": "+33612345678", "first_name": "Axelle"}], "list_name": "my_list"}'"""
    )
