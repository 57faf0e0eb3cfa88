"""Signed as the Standard Webhooks specification says."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

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


def test_what_the_documentation_verifies_with() -> None:
    text = (Path(__file__).parents[2] / "docs" / "callbacks.md").read_text()
    known: dict[str, Any] = {}
    exec(text.partition("```python\n")[2].partition("```")[0], known)
    secret, other = (signature.written(bytes([letter]) * signature.KEY_BYTES) for letter in b"ab")
    now = datetime.now(UTC)
    headers = dict(signature.headers([other, secret], "12", now, b"{}"))
    assert known["verify"](secret, headers, b"{}")
    assert known["verify"](other, headers, b"{}")
    assert not known["verify"](signature.written(bytes(signature.KEY_BYTES)), headers, b"{}")
    assert not known["verify"](secret, headers, b"{ }")
    assert not known["verify"](secret, headers | {"webhook-id": "13"}, b"{}")
    old = dict(signature.headers([secret], "12", now - timedelta(minutes=6), b"{}"))
    assert not known["verify"](secret, old, b"{}")
