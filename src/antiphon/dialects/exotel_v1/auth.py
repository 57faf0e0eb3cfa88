"""HTTP Basic: the key's id (or the account's sid, as most clients have it) and the key; the sid is in the address."""

from antiphon.core.account import Account, NewCredential
from antiphon.core.errors import NotYours
from antiphon.dialects.incoming import Incoming, basic
from antiphon.services import accounts
from antiphon.store.session import Store


async def authenticate(incoming: Incoming, store: Store) -> Account:
    user, key = basic(incoming)
    account = await accounts.authenticate(store, key, known_as=user)
    if incoming.path["sid"] != account.sid:
        raise NotYours
    return account


def example(base: str, credential: NewCredential) -> str:
    """A call that works when it is pasted."""
    scheme, _, host = base.partition("://")
    user = f"{credential.key_id}:{credential.api_key}"
    return (
        f"curl '{scheme}://{user}@{host}/v1/Accounts/{credential.sid}/Sms/send.json' -d From=EXOTEL"
        " --data-urlencode To=+919876543210 --data-urlencode 'Body=Your order is on its way'"
    )
