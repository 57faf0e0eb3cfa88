"""A token in the address, made from the vault's key and the carrier's name. A wrong one is 404: it tells nobody which
carriers there are."""

import hmac

from antiphon.core.errors import UnknownPath
from antiphon.services.vault import Vault


def authenticate(vault: Vault, carrier: str, token: str) -> None:
    """Raises UnknownPath."""
    if not hmac.compare_digest(vault.token(carrier).encode(), token.lower().encode()):
        raise UnknownPath
