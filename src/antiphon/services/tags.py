"""What can be done with the labels on contacts?"""

from collections.abc import Sequence

from antiphon.core.account import Account
from antiphon.core.errors import BadField, UnknownContact
from antiphon.services.contacts import LONGEST_NAME
from antiphon.store import contacts, tags
from antiphon.store.session import Store


async def put(store: Store, account: Account, contact: int, names: Sequence[str]) -> None:
    """Give a contact these tags and no others. Raises UnknownContact or BadField."""
    wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if any(len(name) > LONGEST_NAME for name in wanted):
        raise BadField(field="tags", reason=f"have a name of more than {LONGEST_NAME} characters")
    async with store.begin() as tx:
        if await contacts.locked(tx, account.id, contact) is None:
            raise UnknownContact(id=contact)
        await tags.detach_all(tx, account.id, [contact])
        await tags.attach(tx, account.id, {contact: wanted})
