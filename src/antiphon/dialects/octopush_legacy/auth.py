"""Two fields of the form, or of the query: `user_login`, the account's e-mail address, and `api_key`."""

from urllib.parse import unquote

from antiphon.core.account import Account, NewCredential
from antiphon.core.errors import MissingField
from antiphon.dialects.incoming import Incoming
from antiphon.services import accounts
from antiphon.store.session import Store


async def authenticate(incoming: Incoming, store: Store) -> Account:
    fields = await incoming.fields()
    for name in ("user_login", "api_key"):
        if not fields.get(name):
            raise MissingField(field=name)
    # Symfony's notifier encodes the login twice.
    return await accounts.authenticate(
        store, str(fields["api_key"]).strip(), known_as=unquote(str(fields["user_login"]))
    )


def example(base: str, credential: NewCredential) -> str:
    """A call that works when it is pasted."""
    return (
        f"curl '{base}/api/sms/json' -d user_login={credential.login} -d api_key={credential.api_key}"
        " -d sms_recipients=+33612345678 -d sms_type=FR -d sms_sender=Antiphon --data-urlencode"
        " 'sms_text=Hello. STOP at 30101'"
    )
