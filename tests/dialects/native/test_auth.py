"""What opens our own API, and what does not?"""

import base64

import pytest

from antiphon.core.account import NewCredential
from antiphon.store.session import Store
from tests.dialects import doors


def _basic(user: str, key: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode()


@pytest.mark.parametrize("name", ["login", "key_id", "sid"])
async def test_basic_opens_as_the_token_does(store: Store, credential: NewCredential, name: str) -> None:
    written = _basic(getattr(credential, name), credential.api_key)
    async with doors.opened(store) as address:
        heard = await doors.call(address, "GET", "/api/v1/account", {"Authorization": written})
        same = await doors.call(address, "GET", "/api/v1/account", doors.credentials("native", credential))
    assert (heard.status, heard.body) == (200, same.body)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("", id="nothing"),
        pytest.param("Basic", id="no words"),
        pytest.param("Basic !!!", id="no base64"),
        pytest.param("Basic /w==", id="no text"),
        pytest.param(_basic("someone@example.com", "wrong"), id="a wrong key"),
        pytest.param(_basic("", "wrong"), id="no user"),
        pytest.param("Digest abc", id="another scheme"),
    ],
)
async def test_what_does_not_open(store: Store, credential: NewCredential, written: str) -> None:
    async with doors.opened(store) as address:
        heard = await doors.call(address, "GET", "/api/v1/account", {"Authorization": written})
        other = _basic("nobody@example.com", credential.api_key)
        strange = await doors.call(address, "GET", "/api/v1/account", {"Authorization": other})
    assert (heard.status, strange.status) == (401, 401)
