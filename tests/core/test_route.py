"""Does a message go by the route that fits it, and by the carrier whose turn it is?"""

from collections import Counter
from datetime import UTC, datetime

import pytest

from antiphon.core.campaign import Purpose
from antiphon.core.errors import BadField
from antiphon.core.message import Outgoing
from antiphon.core.route import AddRoute, Choice, Health, Route, Strategy, check, of_campaign, of_message, order

AT = datetime(2026, 11, 21, tzinfo=UTC)
A, B = Choice(carrier="a"), Choice(carrier="b")


def route(id: int, **what: object) -> Route:
    return Route(id=id, created_at=AT, **{"choices": (A,), **what})


def message(number: str = "+33612345678", sender: str | None = None, purpose: Purpose = Purpose.ALERT) -> Outgoing:
    return Outgoing(
        id=1, account_id=7, campaign_id=1, number=number, sender=sender, text="x", segments=1, purpose=purpose
    )


@pytest.mark.parametrize(
    ("what", "fits"),
    [
        pytest.param({}, True, id="everything"),
        pytest.param({"account_id": 7}, True, id="the account"),
        pytest.param({"account_id": 8}, False, id="another account"),
        pytest.param({"country": "FR"}, True, id="the country"),
        pytest.param({"country": "DE"}, False, id="another country"),
        pytest.param({"prefix": "+336"}, True, id="the prefix"),
        pytest.param({"prefix": "+337"}, False, id="another prefix"),
        pytest.param({"sender": "ACME"}, True, id="the sender"),
        pytest.param({"sender": "OTHER"}, False, id="another sender"),
        pytest.param({"purpose": Purpose.ALERT}, True, id="the purpose"),
        pytest.param({"purpose": Purpose.MARKETING}, False, id="another purpose"),
        pytest.param({"country": "FR", "purpose": Purpose.MARKETING}, False, id="one of two"),
    ],
)
def test_a_route_fits_by_all_that_it_says(what: dict[str, object], fits: bool) -> None:
    one = route(1, **what)
    assert (of_message([one], message(sender="ACME")) is one) is fits


def test_the_first_that_fits_holds() -> None:
    routes = [route(1, country="DE"), route(2, prefix="+336"), route(3)]
    assert of_message(routes, message()) is routes[1]
    assert of_message(routes, message("+14155550100")) is routes[2]
    assert of_message(routes[:2], message("+14155550100")) is None


def test_a_campaign_can_go_by_all_routes_up_to_the_first_for_any_number() -> None:
    routes = [route(1, sender="X"), route(2, country="DE"), route(3), route(4)]
    assert of_campaign(routes, 7, None, Purpose.ALERT) == routes[1:3]


def test_orders() -> None:
    weighted = AddRoute(choices=(Choice(carrier="a", weight=3), Choice(carrier="b")), strategy=Strategy.WEIGHTED)
    cheap = AddRoute(
        choices=(Choice(carrier="a", cost=0.03), Choice(carrier="b", cost=0.02)), strategy=Strategy.CHEAPEST
    )
    assert list(order(AddRoute(choices=(B, A)), lambda _: 1, 0.9)) == ["b", "a"]
    assert list(order(cheap, lambda _: 1, 0.5)) == ["b", "a"]
    firsts = Counter(order(weighted, lambda _: 1, chance / 100)[0] for chance in range(100))
    assert firsts == {"a": 75, "b": 25}
    ill = Counter(order(weighted, lambda name: 0.1 if name == "a" else 1, chance / 130)[0] for chance in range(130))
    assert ill == {"a": 30, "b": 100}
    assert all(sorted(order(weighted, lambda _: 1, chance / 100)) == ["a", "b"] for chance in range(100))


def test_weight_moves_by_steps_and_never_to_nothing() -> None:
    health = Health()
    for step in range(1, 20):
        health.mark({"a": 0.9, "b": 0.0})
        assert health.of("a") == pytest.approx(max(0.1, 1 - step / 10))
        assert health.of("b") == 1
    for _ in range(20):
        health.mark({"a": 0.0, "b": 0.0})
    assert health.of("a") == 1


def test_nothing_moves_where_all_fail_alike_or_nobody_was_tried() -> None:
    health = Health()
    for failed in ({"a": 0.9, "b": 0.85}, {"a": 0.2}, {}):
        health.mark(failed)
        assert (health.of("a"), health.of("b")) == (1, 1)


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ({"choices": ()}, "carriers"),
        ({"choices": (A, A)}, "carriers"),
        ({"choices": (Choice(carrier="a", weight=-1),)}, "carriers"),
        ({"choices": (Choice(carrier="a", weight=0),), "strategy": Strategy.WEIGHTED}, "carriers"),
        ({"choices": (A,), "country": "XX"}, "country"),
        ({"choices": (A,), "prefix": "336"}, "prefix"),
    ],
)
def test_a_wrong_route_names_what_is_wrong(what: dict[str, object], field: str) -> None:
    with pytest.raises(BadField) as refusal:
        check(AddRoute(**what))
    assert refusal.value.field == field
