"""Does Prometheus read what we tell of the installation?"""

from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from antiphon import __version__
from antiphon.core.account import Account, Callbacks, NewCredential
from antiphon.core.lane import STATES, Lane
from antiphon.core.message import Fate, InDoubt, Receipt, Refused
from antiphon.services import carriers, messages, receipts
from antiphon.store import backlog
from antiphon.store.claims import Held
from antiphon.store.session import Store
from tests.conftest import Clock
from tests.dialects import doors
from tests.services.scenes import people, ready, send, sending

Sample = tuple[str, tuple[tuple[str, str], ...]]


async def _read(store: Store, credential: NewCredential) -> dict[Sample, float]:
    async with doors.opened(store) as address:
        heard = await doors.call(address, "GET", "/api/v1/metrics", doors.credentials("native", credential))
    assert (heard.status, heard.headers["content-type"].partition(";")[0]) == (200, "text/plain")
    families = text_string_to_metric_families(heard.body)
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


async def test_lanes_of_every_process(store: Store, other_store: Store, credential: NewCredential) -> None:
    lane = Lane("acme", "open", 5, 2, 80.5, 90, 3, 1, None, None, store.now())
    await carriers.tell_lanes(store, [lane], {})
    await carriers.tell_lanes(other_store, [replace(lane, state="down", accepted=7)], {})
    found = await _read(store, credential)
    told = [one.node for one in await carriers.lanes(store)]
    first, second = ((("carrier", "acme"), ("process", str(node))) for node in told)
    values = {"queued": 5, "in_flight": 2, "rate": 80.5, "accepted_total": 90, "refused_total": 3, "in_doubt_total": 1}
    assert {name: found[f"antiphon_lane_{name}", first] for name in values} == values
    assert found["antiphon_lane_accepted_total", second] == 7
    states = {one: found["antiphon_lane_state", (*second, ("state", one))] for one in STATES}
    assert [one for one, is_so in states.items() if is_so] == ["down"]
    assert found["antiphon_info", (("version", __version__),)] == 1
    assert found["process_open_fds", ()] > 0


async def test_what_waits(store: Store, account: Account, credential: NewCredential, clock: Clock) -> None:
    await ready(store, account, people(3, start=50))
    await send(store, account, *range(10, 14), callbacks=Callbacks(receipts="https://shop.example/in"))
    refused, doubtful, held, _ = await messages.claim(store, 4)
    outcomes = [(refused.key, Refused("8")), (doubtful.key, InDoubt("the link dropped"))]
    await messages.settle(store, "acme", outcomes)
    await messages.hold(store, [Held(held.key, clock.now, "busy", 1)])
    await sending(store, account, people(2))
    await receipts.record(store, "acme", [Receipt(reference="9", fate=Fate.DELIVERED, at=clock.now)])
    found = await _read(store, credential)
    states = {state: found["antiphon_messages", (("state", state),)] for state in ("waiting", "held", "in_doubt")}
    assert states == {"waiting": 2, "held": 1, "in_doubt": 1}, "what nobody has confirmed does not wait"
    assert (found["antiphon_callbacks_due", ()], found["antiphon_early_receipts", ()]) == (1, 1)
    async with store.read() as tx:
        assert await backlog.waiting(tx, 1) == 1, "it stops counting there"
