"""Is the moment that is named the first at which every rule is open, in every zone that it could be?"""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from antiphon.core import quiet_rules, sender_rules
from antiphon.core.holiday import is_holiday, is_known
from antiphon.core.place import Place, place
from antiphon.core.quiet import HOLIDAY, WEEK, Book, Rule, is_open, minutes, words
from antiphon.core.quiet_rules import Preset

STRICT, STANDARD = Book(quiet_rules.of(Preset.STRICT)), Book(quiet_rules.of(Preset.STANDARD))
PARIS = "+33612345678"
DOCUMENT = Path(__file__).parents[2] / "docs" / "windows.md"
UNKNOWN = Place("FR", None, ())
MINUTE = timedelta(minutes=1)
# Zones whose clocks are put back and forward at different hours, by half an hour, and at midnight.
ZONES = [
    *("Europe/Paris", "America/New_York", "America/Los_Angeles", "Pacific/Honolulu", "Asia/Kolkata", "UTC"),
    *("Australia/Lord_Howe", "Africa/Cairo", "Asia/Beirut", "America/Havana", "America/Santiago", "Pacific/Auckland"),
]

HELD = [
    pytest.param(PARIS, "2026-03-02 12:00", "Europe/Paris", None, id="France, a Monday at noon"),
    pytest.param(PARIS, "2026-03-02 19:59", "Europe/Paris", None, id="the last minute"),
    pytest.param(PARIS, "2026-03-02 20:00", "Europe/Paris", "2026-03-03 08:30", id="the evening"),
    pytest.param(PARIS, "2026-03-03 08:29", "Europe/Paris", "2026-03-03 08:30", id="the networks are later"),
    pytest.param(PARIS, "2026-03-07 21:00", "Europe/Paris", "2026-03-09 08:30", id="Saturday night, over Sunday"),
    pytest.param(PARIS, "2026-04-04 20:00", "Europe/Paris", "2026-04-07 08:30", id="over Easter Monday"),
    pytest.param(PARIS, "2026-05-01 00:00", "Europe/Paris", "2026-05-02 08:30", id="all of a holiday"),
    pytest.param(PARIS, "2026-12-26 12:00", "Europe/Paris", "2026-12-28 08:30", id="a holiday in Alsace"),
    pytest.param(PARIS, "2026-03-29 01:00", "Europe/Paris", "2026-03-30 08:30", id="the night of summer time"),
    pytest.param("+12125551234", "2026-03-02 12:00", "America/New_York", None, id="New York at noon"),
    pytest.param("+12125551234", "2026-03-02 21:00", "America/New_York", "2026-03-03 08:00", id="New York at night"),
    pytest.param("+13055551234", "2026-03-02 20:00", "America/New_York", "2026-03-03 08:00", id="Florida is earlier"),
    pytest.param("+12145551234", "2026-03-01 09:00", "America/Chicago", "2026-03-01 12:00", id="Texas on Sunday"),
    pytest.param("+12155551234", "2026-10-11 12:00", "America/New_York", None, id="Pennsylvania, before its rule"),
    pytest.param("+12155551234", "2026-10-18 12:00", "America/New_York", "2026-10-19 08:00", id="and since"),
    pytest.param("+12075551234", "2026-03-06 17:00", "America/New_York", "2026-03-09 09:00", id="Maine's weekend"),
    pytest.param("+12085551234", "2026-03-02 21:00", "America/Denver", "2026-03-03 09:00", id="both zones of Idaho"),
    pytest.param("+14165551234", "2026-03-02 23:30", "America/Toronto", None, id="Canada, of which nothing is known"),
    pytest.param("+919876543210", "2026-03-02 21:00", "Asia/Kolkata", "2026-03-03 09:00", id="India at night"),
    pytest.param("+88212345678", "2026-03-02 23:30", "UTC", None, id="a number of no country"),
]


@pytest.mark.parametrize(("number", "there", "zone", "until"), HELD)
def test_the_strict_preset(number: str, there: str, zone: str, until: str | None) -> None:
    closed = STRICT.shut(place(number), "marketing", _at(there, zone))
    assert (closed and closed.until) == (until and _at(until, zone))


def test_a_message_says_which_rule_holds_it() -> None:
    closed = STRICT.shut(place(PARIS), "marketing", _at("2026-03-08 12:00", "Europe/Paris"))
    assert closed is not None
    assert closed.why == "outside its window, fr-sunday: FR, no marketing on Sundays; Europe/Paris"


def test_the_standard_preset_has_no_doubtful_rule() -> None:
    assert STANDARD.shut(place(PARIS), "marketing", _at("2026-03-02 21:30", "Europe/Paris")) is None
    assert STANDARD.shut(place("+12075551234"), "marketing", _at("2026-03-01 12:00", "America/New_York")) is None
    assert all(rule.verified for rule in STANDARD.rules)
    assert quiet_rules.of(Preset.NONE) == ()


def test_alerts_pass() -> None:
    assert STRICT.shut(place(PARIS), "alert", _at("2026-03-08 03:00", "Europe/Paris")) is None


def test_who_is_elsewhere_is_asked_there() -> None:
    midnight = _at("2026-03-02 23:00", "Europe/Paris")
    assert STRICT.shut(place(PARIS, "America/New_York"), "marketing", midnight) is None


def test_where_nobody_knows_the_zone_it_is_the_account_s() -> None:
    book = Book([Rule(name="x", hours="10:00-11:00")], "Asia/Tokyo")
    assert book.shut(UNKNOWN, "marketing", _at("2026-03-02 10:30", "Asia/Tokyo")) is None
    closed = book.shut(UNKNOWN, "marketing", _at("2026-03-02 10:30", "UTC"))
    assert closed is not None
    assert closed.until == _at("2026-03-03 10:00", "Asia/Tokyo")


def test_what_never_opens_says_so() -> None:
    book = Book([Rule(name="x", hours="10:00-11:00"), Rule(name="y", hours="12:00-13:00")])
    closed = book.shut(UNKNOWN, "marketing", _at("2026-03-02 10:30", "UTC"))
    assert closed is not None
    assert "no time is open" in closed.why


def test_every_rule_has_its_source_and_its_day() -> None:
    for rule in quiet_rules.RULES:
        assert rule.source != Rule(name="x").source
        assert rule.noted is not None
        assert rule.noted <= date(2026, 11, 21)
        assert rule.strict or rule.verified
        assert minutes(rule.hours or "00:00-24:00")
        assert set(rule.days) <= {*WEEK, HOLIDAY}
        assert all(map(is_known, rule.calendars))
        assert rule.name in words(rule)
    assert len({rule.name for rule in quiet_rules.RULES}) == len(quiet_rules.RULES)


def test_every_rule_is_in_the_document() -> None:
    lines = DOCUMENT.read_text().splitlines()
    for rule in quiet_rules.RULES:
        (line,) = [line for line in lines if line.startswith(f"| `{rule.name}` |")]
        told = [rule.source, str(rule.noted), rule.hours or "never", rule.state or "", str(rule.since or "")]
        assert all(one in line for one in told), line
        assert ("not verified" in line) is not rule.verified
        assert ("standard" in line) is not rule.strict
    for sender in sender_rules.RULES:
        assert [
            line for line in lines if re.search(rf"\| (.*, )?{sender.country}[ ,].*", line) and sender.source in line
        ]


@pytest.mark.parametrize(("calendar", "day"), [("FR", date(2026, 7, 14)), ("FR-57", date(2026, 4, 3))])
def test_holidays(calendar: str, day: date) -> None:
    assert is_holiday(calendar, day)
    assert not is_holiday("FR", date(2026, 4, 3))
    assert not is_known("XX")


HOURS = st.tuples(st.integers(0, 47), st.integers(1, 48)).filter(lambda ends: ends[0] < ends[1])
RULES = st.builds(
    lambda hours, days, country: Rule(name="x", hours=hours, days=tuple(days), country=country),
    st.none() | HOURS.map(lambda ends: f"{_clock(ends[0])}-{_clock(ends[1])}"),
    st.sets(st.sampled_from([*WEEK, HOLIDAY]), min_size=1, max_size=4),
    st.just("FR"),
)
# Round the days on which some clock is put back or forward, and holidays.
MOMENTS = st.sampled_from([(3, 7), (3, 28), (4, 4), (4, 23), (4, 30), (9, 5), (10, 24), (10, 29), (10, 31), (7, 13)])


@settings(max_examples=150)
@given(
    rules=st.lists(RULES, min_size=1, max_size=3),
    zones=st.sets(st.sampled_from(ZONES), min_size=1, max_size=3),
    day=MOMENTS,
    after=st.integers(0, 60 * 48),
)
@example([Rule(name="x", country="FR", hours="02:30-24:00")], {"Europe/Paris"}, (3, 28), 60 * 24)
@example([Rule(name="x", country="FR", hours="00:30-01:30")], {"America/New_York"}, (10, 31), 60 * 24)
def test_it_is_the_first_open_minute(rules: list[Rule], zones: set[str], day: tuple[int, int], after: int) -> None:
    now = datetime(2026, *day, tzinfo=UTC) + after * MINUTE
    closed = Book(rules).shut(Place("FR", None, tuple(sorted(zones))), "marketing", now + timedelta(seconds=17))
    for minute in range(60 * 24 * 4):
        at = now + minute * MINUTE
        if all(is_open(rule, at.astimezone(ZoneInfo(zone))) for rule in rules for zone in zones):
            assert (closed.until if closed else now) == at
            return
    assert closed is not None
    assert closed.until >= now + timedelta(days=4)


@given(st.sets(st.sampled_from(ZONES), min_size=1, max_size=4), st.integers(0, 60 * 24 * 7))
def test_more_zones_are_never_open_earlier(zones: set[str], after: int) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC) + after * MINUTE
    there = replace(place("+12125551234"), state=None)

    def opens(*among: str) -> datetime:
        closed = STRICT.shut(replace(there, zones=among), "marketing", now)
        return closed.until if closed else now

    assert opens(*sorted(zones)) >= max(opens(zone) for zone in zones)


def _at(written: str, zone: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _clock(halves: int) -> str:
    return "24:00" if halves == 48 else f"{time(halves // 2, halves % 2 * 30):%H:%M}"
