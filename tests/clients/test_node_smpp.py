"""npm's smpp, unmodified, at the far end of our client: what is sent, asked about and called back."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from antiphon.core.account import Account
from antiphon.services import messages, recalls, sends
from antiphon.store.session import Store
from antiphon.workers import dispatch, inquiries
from tests.conftest import Clock
from tests.services.scenes import PRICES, to
from tests.workers.far_fleet import become, fleet_to

NODE = shutil.which("node")


def _is_there() -> bool:
    asked = [str(NODE), "-e", "require('smpp')"]
    return NODE is not None and subprocess.run(asked, capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not _is_there(), reason="npm's smpp is not installed (NODE_PATH names where)")


@pytest.fixture
def port() -> Iterator[int]:
    script = Path(__file__).with_name("smpp_far_end.js").read_text()
    with subprocess.Popen([str(NODE), "-e", script], stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield int(process.stdout.readline())
        process.kill()


@pytest.mark.parametrize(
    ("number", "fate", "error"),
    [
        pytest.param("+33600000001", "delivered", None, id="delivered"),
        pytest.param("+33600000002", "failed", "UNDELIV 007", id="undeliverable"),
        pytest.param("+33600000003", "accepted", None, id="on its way"),
    ],
)
@pytest.mark.parametrize("sender", [None, "SHOP", "+33612345678"])
async def test_what_is_asked(
    store: Store, account: Account, clock: Clock, port: int, number: str, fate: str, error: str | None, sender: str
) -> None:
    async with fleet_to(store, port) as fleet:
        sent = await sends.send(store, PRICES, account, to(number, sender=sender))
        await dispatch.run_once(store, fleet)
        await become(store, account, sent.campaign, accepted=1)
        clock.advance(61)
        assert await inquiries.run_once(store, fleet) == 1
        await become(store, account, sent.campaign, **{fate: 1})
        found = await messages.find(store, account, sent.messages[0].id)
        assert found
        assert found[1].error == error


@pytest.mark.parametrize(("number", "fate"), [("+33600000003", "failed"), ("+33600000001", "accepted")])
async def test_what_is_called_back(store: Store, account: Account, port: int, number: str, fate: str) -> None:
    async with fleet_to(store, port) as fleet:
        sent = await sends.send(store, PRICES, account, to(number, sender="SHOP"))
        await dispatch.run_once(store, fleet)
        await become(store, account, sent.campaign, accepted=1)
        assert await messages.cancel(store, account, sent.messages[0].id) is False
        async with asyncio.timeout(10):
            while (called_back := await recalls.succeeded(store, account, sent.messages[0].id)) is None:
                await inquiries.run_once(store, fleet)
                await asyncio.sleep(0.02)
        assert called_back is (fate == "failed")
        await become(store, account, sent.campaign, **{fate: 1})
