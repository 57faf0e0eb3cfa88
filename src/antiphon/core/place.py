"""Where may the owner of a number be: in which region, which state, which time zones?

An area code of the United States or Canada tells a state and its zones, of which there may be several; elsewhere the
verdict is libphonenumber's. It is asked once for all numbers that begin alike: 50 µs, a look into the cache takes one.
"""

from functools import cache, lru_cache
from typing import Final
from zoneinfo import available_timezones

import phonenumbers
from msgspec import Struct
from msgspec.structs import replace
from phonenumbers import NumberParseException
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number
from phonenumbers.tzdata import TIMEZONE_DATA

from antiphon.core.area_codes import STATE_OF
from antiphon.core.phone import region_of

# The characters of an E.164 number that tell where it is from.
LEAD: Final = 8
_AREA: Final = 5  # +1 and three digits


class Place(Struct, frozen=True):
    """`region` is ISO 3166; `state` of the United States, None where it could be any; `zones` all that it could be
    in, none where nobody knows."""

    region: str
    state: str | None
    zones: tuple[str, ...]


def place(number: str, zone: str | None = None) -> Place:
    """Of an E.164 number; `zone` is what is known of its owner, and outweighs what the number tells."""
    found = _seen.get(number[:LEAD])
    if found is None:
        if len(_seen) >= _MOST:
            _seen.clear()
        found = _seen[number[:LEAD]] = _found(number)
    return found if zone is None or clean_zone(zone) is None else _moved(found, zone)


_seen: dict[str, Place] = {}
_MOST: Final = 100_000


def clean_zone(written: object) -> str | None:
    """The time zone that somebody's attribute names, or None."""
    return written if isinstance(written, str) and written in _zones() else None


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(4096)
def _moved(found: Place, zone: str) -> Place:
    return replace(found, zones=(zone,))


def _found(number: str) -> Place:
    if number.startswith("+1"):
        return _american(number[1:_AREA], region_of(number))
    try:
        zones = time_zones_for_number(phonenumbers.parse(number))
    except NumberParseException:
        zones = ()
    return _placed(region_of(number), None, tuple(zone for zone in zones if zone != UNKNOWN_TIMEZONE))


@cache
def _american(area: str, region: str) -> Place:
    """Whatever the next digits tell: a number may be kept by whoever moves within its area."""
    zones = {zone for lead, known in TIMEZONE_DATA.items() if lead.startswith(area) for zone in known}
    return _placed(region, STATE_OF.get(area[1:]), tuple(sorted(zones or TIMEZONE_DATA["1"])))


@cache
def _placed(region: str, state: str | None, zones: tuple[str, ...]) -> Place:
    return Place(region, state, zones)
