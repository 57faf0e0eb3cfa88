"""Who calls too fast is told so by every door, in its own shape."""

import json

import pytest

from antiphon.app import DIALECTS
from antiphon.config import Config
from antiphon.dialects.door import Dialect
from antiphon.services import accounts
from antiphon.store.session import Store
from tests.dialects import doors

CALLS = {
    "octopush": ("GET", "/v1/public/wallet/check-balance", 429),
    "octopush_legacy": ("POST", "/api/credit", 200),
    "atom": ("GET", "/api/sender", 429),
    "exotel": ("GET", "/v2/accounts/{sid}/message-campaigns", 429),
    "exotel_v1": ("GET", "/v1/accounts/{sid}/Sms/Messages/12", 429),
    "native": ("GET", "/api/v1/campaigns", 429),
}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
async def test_told_when_to_come_again(store: Store, dialect: Dialect) -> None:
    credential = await accounts.create(store, "fast@example.com", "FR")
    method, path, status = CALLS[dialect.name]
    headers = doors.credentials(dialect.name, credential)
    form = f"user_login=fast@example.com&api_key={credential.api_key}" if dialect.name == "octopush_legacy" else ""
    async with doors.opened(store, Config(rate_limit=0.01, rate_burst=2)) as address:
        heard = [
            await doors.call(address, method, path.format(sid=credential.sid), headers, form.encode()) for _ in range(3)
        ]
    assert [one.status for one in heard] == [200, 200, status]
    assert 90 < int(heard[2].headers["retry-after"]) <= 100
    assert "come again in" in json.dumps(heard[2].body)
    assert not any("retry-after" in one.headers for one in heard[:2])
