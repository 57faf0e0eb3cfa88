"""For operators: how the installation is, as Prometheus reads it: /metrics."""

from collections.abc import Iterator, Sequence

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from antiphon import __version__
from antiphon.core.lane import STATES, Lane
from antiphon.dialects.door import Answer, Call
from antiphon.services import backlog
from antiphon.services.backlog import MOST, Health
from antiphon.store.backlog import Backlog

_LANE = ("carrier", "process")


class _Told(Collector):
    """What was found a moment ago: Prometheus's library asks for it without waiting."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("antiphon", "The program that answers.", {"version": __version__})
        yield from write_lanes(self._health.lanes)
        yield from write_backlog(self._health.backlog)


def write_lanes(lanes: Sequence[Lane]) -> Iterator[Metric]:
    gauges = {"queued": "Messages in a lane.", "in_flight": "Messages that a carrier has yet to answer."}
    for name, help_ in {**gauges, "rate": "Messages a second, of late."}.items():
        gauge = GaugeMetricFamily(f"antiphon_lane_{name}", help_, labels=_LANE)
        for lane in lanes:
            gauge.add_metric(_labels(lane), getattr(lane, name))
        yield gauge
    for name, became in {"accepted": "accepted", "refused": "refused", "in_doubt": "left in doubt"}.items():
        total = CounterMetricFamily(f"antiphon_lane_{name}", f"Messages that a carrier has {became}.", labels=_LANE)
        for lane in lanes:
            total.add_metric(_labels(lane), getattr(lane, name))
        yield total
    state = GaugeMetricFamily("antiphon_lane_state", "1 for the state that a lane is in.", labels=(*_LANE, "state"))
    for lane in lanes:
        for one in STATES:
            state.add_metric([*_labels(lane), one], lane.state == one)
    yield state


def write_backlog(left: Backlog) -> Iterator[Metric]:
    messages = GaugeMetricFamily(
        "antiphon_messages",
        f"Messages in campaigns that are being sent, held, or in doubt; counted up to {MOST}.",
        labels=("state",),
    )
    for state in ("waiting", "held", "in_doubt"):
        messages.add_metric([state], getattr(left, state))
    yield messages
    due = f"Callbacks that are due; counted up to {MOST}."
    yield GaugeMetricFamily("antiphon_callbacks_due", due, left.callbacks_due)
    early = f"Receipts of messages that are not known yet; counted up to {MOST}."
    yield GaugeMetricFamily("antiphon_early_receipts", early, left.early_receipts)


async def metrics(call: Call) -> Answer:
    """Lanes, what waits, and the process that answers, in Prometheus's text format."""
    registry = CollectorRegistry()
    registry.register(_Told(await backlog.look(call.store)))
    ProcessCollector(registry=registry)
    return Answer(200, generate_latest(registry), {"Content-Type": CONTENT_TYPE_LATEST})


def _labels(lane: Lane) -> list[str]:
    return [lane.carrier, str(lane.node)]
