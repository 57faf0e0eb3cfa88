"""Is everybody where their number says?"""

import re
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType, country_code_for_region
from phonenumbers.timezone import time_zones_for_number
from phonenumbers.tzdata import TIMEZONE_DATA

from antiphon.core.area_codes import STATE_OF, STATES
from antiphon.core.phone import REGIONS
from antiphon.core.place import clean_zone, place

WHERE = [
    pytest.param("+33612345678", "FR", None, {"Europe/Paris"}, id="France"),
    pytest.param("+12125551234", "US", "NY", {"America/New_York"}, id="New York"),
    pytest.param(
        "+12085551234", "US", "ID", {"America/Boise", "America/Denver", "America/Los_Angeles"}, id="an area of several"
    ),
    pytest.param("+14165551234", "CA", None, {"America/Toronto"}, id="Canada has no states"),
    pytest.param("+18765551234", "JM", None, {"America/Jamaica"}, id="another country of +1"),
    pytest.param("+34612345678", "ES", None, {"Europe/Madrid", "Atlantic/Canary"}, id="a mobile of either"),
    pytest.param("+88212345678", "001", None, set[str](), id="nowhere"),
]


@pytest.mark.parametrize(("number", "region", "state", "zones"), WHERE)
def test_place(number: str, region: str, state: str | None, zones: set[str]) -> None:
    found = place(number)
    assert (found.region, found.state, set(found.zones)) == (region, state, zones)


def test_a_free_number_could_be_anywhere() -> None:
    found = place("+18005551234")
    assert found.state is None
    assert {"America/New_York", "Pacific/Honolulu"} <= set(found.zones)


def test_every_zone_can_be_told_the_time_of() -> None:
    for zone in {zone for zones in TIMEZONE_DATA.values() for zone in zones}:
        assert ZoneInfo(zone)


def test_what_is_known_of_the_owner_outweighs_the_number() -> None:
    assert place("+12085551234", "Europe/Paris").zones == ("Europe/Paris",)
    assert place("+12085551234", "Europe/Paris").state == "ID"
    assert [clean_zone(written) for written in ("Europe/Paris", "Mars", None, 3, ["UTC"])] == ["Europe/Paris"] + [
        None
    ] * 4


@pytest.mark.parametrize(
    "region", sorted(region for region in REGIONS if country_code_for_region(region) not in (1, 290))
)
def test_the_zones_are_those_of_libphonenumber(region: str) -> None:
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    assert example is not None
    known = set(time_zones_for_number(example)) - {"Etc/Unknown"}
    assert set(place(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)).zones) == known


def test_the_states_are_those_of_libphonenumber() -> None:
    from phonenumbers.geodata import GEOCODE_DATA  # 100 MB: only here

    told = {code[1:]: names["en"] for code, names in GEOCODE_DATA.items() if re.fullmatch("1[0-9]{3}", code)}
    assert set(STATE_OF) <= set(told)
    abbreviated = {code: name[-2:] for code, name in told.items() if re.search(", [A-Z]{2}$", name)}
    assert {code: STATE_OF[code] for code in abbreviated if abbreviated[code] in STATES} == {
        code: state for code, state in abbreviated.items() if state in STATES
    }
    by_name = {(STATE_OF[code], told[code]) for code in STATE_OF if code not in abbreviated}
    assert len(by_name) == len({name for _, name in by_name}) == len({state for state, _ in by_name})
    assert len(STATES) == 51
