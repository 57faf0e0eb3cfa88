"""What is kept of a secret, so that it can be known again but not read?"""

import hashlib
import hmac
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_SHORT = 8  # characters that SMPP has room for
# The least that OWASP asks of argon2id: a bind waits for it, and every new account does.
SLOW = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def of_key(api_key: str) -> str:
    # 160 random bits cannot be guessed, so one fast round is enough; a slow hash would slow every request.
    return hashlib.sha256(api_key.encode()).hexdigest()


def is_key(kept: str, given: str) -> bool:
    return hmac.compare_digest(kept, of_key(given))


def shortened(api_key: str) -> str:
    """What a client that keeps to SMPP's limit sends of it (4.1.1)."""
    return api_key[:_SHORT]


def of_short(secret: str) -> str:
    """Takes 30 ms on purpose: 32 bits could be guessed."""
    return SLOW.hash(secret)


def is_short(kept: str | None, given: str) -> bool:
    """Takes as long where nothing is kept."""
    try:
        return SLOW.verify(kept or _nobodys(), given) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return SLOW.hash("")
