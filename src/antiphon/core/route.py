"""By which carriers may a message leave, and which of them first?"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from antiphon.core.campaign import Purpose
from antiphon.core.errors import BadField
from antiphon.core.message import Outgoing
from antiphon.core.phone import REGIONS, region_of

_LAST = 1_000_000


class Strategy(StrEnum):
    ORDERED = "ordered"  # the first that can take it
    WEIGHTED = "weighted"  # shared by weight; the others stand in
    CHEAPEST = "cheapest"  # by what each costs


class Choice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One carrier of a route: its `weight` where they share, its `cost` of a segment (any unit) where the cheapest
    goes first."""

    carrier: str
    weight: float = 1
    cost: float = 0


class AddRoute(Struct, frozen=True, kw_only=True):
    """Which messages it is for: those that fit all that is given. `prefix` is the beginning of an E.164 number."""

    choices: tuple[Choice, ...]
    strategy: Strategy = Strategy.ORDERED
    position: int = 100
    account_id: int | None = None
    country: str | None = None
    prefix: str | None = None
    sender: str | None = None
    purpose: Purpose | None = None


class Route(AddRoute, frozen=True, kw_only=True):
    id: int
    created_at: datetime


def check(route: AddRoute) -> None:
    """Raises BadField."""
    if not 0 <= route.position <= _LAST:
        raise BadField(field="position", reason=f"is not from 0 to {_LAST}")
    if not route.choices:
        raise BadField(field="carriers", reason="names none")
    names = [choice.carrier for choice in route.choices]
    if len(set(names)) < len(names):
        raise BadField(field="carriers", reason="names one twice")
    if any(choice.weight < 0 or choice.cost < 0 for choice in route.choices):
        raise BadField(field="carriers", reason="has a number below zero")
    if route.strategy is Strategy.WEIGHTED and not any(choice.weight for choice in route.choices):
        raise BadField(field="carriers", reason="gives weight to none")
    if route.country is not None and route.country not in REGIONS:
        raise BadField(field="country", reason="is not a country code like FR")
    if route.prefix is not None and not (route.prefix[:1] == "+" and route.prefix[1:].isdecimal()):
        raise BadField(field="prefix", reason="is not the beginning of a number like +336")


def for_sender(route: AddRoute, account: int, sender: str | None, purpose: Purpose) -> bool:
    """Does it fit what all messages of a campaign have in common?"""
    return (
        route.account_id in (None, account)
        and route.sender in (None, sender)
        and (route.purpose is None or route.purpose is purpose)
    )


def for_number(route: AddRoute, number: str) -> bool:
    return (route.prefix is None or number.startswith(route.prefix)) and (
        route.country is None or region_of(number) == route.country
    )


def of_message(routes: Iterable[Route], message: Outgoing) -> Route | None:
    """The first that fits."""
    fits = (
        route
        for route in routes
        if for_sender(route, message.account_id, message.sender, message.purpose) and for_number(route, message.number)
    )
    return next(fits, None)


def of_campaign(routes: Iterable[Route], account: int, sender: str | None, purpose: Purpose) -> list[Route]:
    """All that some number of a campaign could go by; after one that takes any number there are no more."""
    found: list[Route] = []
    for route in routes:
        if for_sender(route, account, sender, purpose):
            found.append(route)
            if route.country is None and route.prefix is None:
                break
    return found


def sharers(route: AddRoute) -> list[str]:
    """The carriers that a weighted route is shared among; the others of it stand in. None of another route."""
    weighted = route.strategy is Strategy.WEIGHTED
    return [choice.carrier for choice in route.choices if weighted and choice.weight]


def order(route: AddRoute, health: Callable[[str], float], chance: float) -> Sequence[str]:
    """Its carriers, the one to be tried first first. `health` (0 to 1) scales a weight; `chance` is 0 to 1."""
    choices = list(route.choices)
    if route.strategy is Strategy.CHEAPEST:
        choices.sort(key=lambda choice: choice.cost)
    if route.strategy is Strategy.WEIGHTED:
        weights = [choice.weight * health(choice.carrier) for choice in choices]
        left = chance * sum(weights)
        for choice, weight in zip(choices, weights, strict=True):
            left -= weight
            if left < 0:
                choices.remove(choice)
                choices.insert(0, choice)
                break
    return [choice.carrier for choice in choices]


class Health:
    """How much of its weight each carrier gets: less while it fails and others do not, by steps and never nothing.

    `mark` is called every few seconds with the share of attempts that failed since. A step down or up is a tenth, so
    that a moment's trouble moves little, and where all fail alike nothing moves.
    """

    STEP = 0.1
    FLOOR = 0.1
    WORSE = 0.1  # so much more than the best fails

    def __init__(self) -> None:
        self._of: dict[str, float] = {}

    def of(self, carrier: str) -> float:
        return self._of.get(carrier, 1.0)

    def mark(self, failed: dict[str, float]) -> None:
        if not failed:
            return
        best = min(failed.values())
        for carrier, share in failed.items():
            step = -self.STEP if share > best + self.WORSE else self.STEP
            self._of[carrier] = round(min(1.0, max(self.FLOOR, self.of(carrier) + step)), 3)
