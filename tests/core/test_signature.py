"""Signed as the Standard Webhooks specification says."""

import base64
from datetime import UTC, datetime

import pytest

from antiphon.core import signature

# The specification's own libraries are tested with this one; the package `standardwebhooks` 1.1.0 says the same.
PUBLISHED = (
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    1614265330,
    b'{"test": 2432232314}',
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
)


@pytest.mark.parametrize("fraction", [0, 999_999], ids=["on the second", "shortly before the next"])
def test_the_published_vector(fraction: int) -> None:
    secret, id, seconds, body, expected = PUBLISHED
    at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=fraction)
    assert signature.headers([secret], id, at, body) == {
        "webhook-id": id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": expected,
    }


def test_several_while_one_is_replaced() -> None:
    secret, id, seconds, body, expected = PUBLISHED
    newer = signature.written(b"n" * signature.KEY_BYTES)
    headers = signature.headers([newer, secret], id, datetime.fromtimestamp(seconds, UTC), body)
    first, second = headers["webhook-signature"].split(" ")
    assert first.startswith("v1,")
    assert (first == expected, second == expected) == (False, True)


def test_a_secret_is_written_as_everybody_reads_it() -> None:
    key = bytes(range(signature.KEY_BYTES))
    assert base64.b64decode(signature.written(key).removeprefix("whsec_")) == key
