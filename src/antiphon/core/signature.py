"""How does a customer see that a callback is ours? It is signed as the Standard Webhooks specification says, version 1:
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""

import base64
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

KEY_BYTES: Final = 32  # the specification: from 24 to 64
_PREFIX: Final = "whsec_"


def written(key: bytes) -> str:
    """The secret as a customer keeps it."""
    return _PREFIX + base64.b64encode(key).decode()


def headers(secrets: Iterable[str], id: str, at: datetime, body: bytes) -> Mapping[str, str]:
    """What is sent beside the body: a signature with each of these secrets, of which the receiver knows at least one.

    `id` stays the same however often it is sent, `at` is when it is sent this time.
    """
    seconds = str(int(at.timestamp()))
    signed = b".".join((id.encode(), seconds.encode(), body))
    signatures = (hmac.digest(_key(secret), signed, "sha256") for secret in secrets)
    return {
        "webhook-id": id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(one).decode()}" for one in signatures),
    }


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(_PREFIX))
