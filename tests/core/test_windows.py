"""Can only what makes sense be set?"""

import pytest
from msgspec import convert, to_builtins

from antiphon.core.errors import BadField
from antiphon.core.quiet import HOLIDAY, Rule
from antiphon.core.quiet_rules import Preset
from antiphon.core.windows import DEFAULT, Windows, book, check

SHOP = Rule(name="shop", country="FR", days=("sat", HOLIDAY), hours="10:00-18:00")

WRONG = [
    pytest.param(Windows(without=("fr-noon",)), "without", id="no such rule"),
    pytest.param(Windows(cap=-1), "cap", id="a cap below nothing"),
    pytest.param(Windows(cap=1, cap_days=0), "cap_days", id="a cap in no days"),
    pytest.param(Windows(own=(Rule(name=" "),)), "name", id="no name"),
    pytest.param(Windows(own=(Rule(name="fr-night"),)), "name", id="the name of a preset's rule"),
    pytest.param(Windows(own=(Rule(name="x", country="XX"),)), "country", id="no country"),
    pytest.param(Windows(own=(Rule(name="x", country="FR", state="TX"),)), "state", id="a state of another country"),
    pytest.param(Windows(own=(Rule(name="x", country="US", state="XX"),)), "state", id="no state"),
    pytest.param(Windows(own=(Rule(name="x", days=("monday",)),)), "days", id="no day"),
    pytest.param(Windows(own=(Rule(name="x", days=()),)), "days", id="no days"),
    pytest.param(Windows(own=(Rule(name="x", days=(HOLIDAY,)),)), "country", id="whose holidays?"),
    pytest.param(Windows(own=(Rule(name="x", hours="20:00-08:00"),)), "hours", id="over midnight"),
    pytest.param(Windows(own=(Rule(name="x", hours="8-20"),)), "hours", id="no hours"),
    pytest.param(Windows(own=(Rule(name="x", hours="08:00-25:00"),)), "hours", id="an hour too many"),
    pytest.param(Windows(own=(Rule(name="x", hours="00:00"),)), "hours", id="one time"),
    pytest.param(Windows(own=(Rule(name="x", hours="08+01-20:00"),)), "hours", id="hours with an offset"),
    pytest.param(Windows(own=(Rule(name="x", hours="T0800-T2000"),)), "hours", id="hours of another kind"),
    pytest.param(Windows(own=(Rule(name="x"), Rule(name="y", hours="?"))), "hours", id="the second has no hours"),
    pytest.param(Windows(own=(Rule(name="x"),)), "own", id="never"),
    pytest.param(Windows(own=(Rule(name="x", country="FR", hours="22:00-24:00"),)), "own", id="never with the preset"),
    pytest.param(Windows(own=tuple(Rule(name=f"{n}", hours="08:00-20:00") for n in range(51))), "own", id="too many"),
]


@pytest.mark.parametrize(("windows", "field"), WRONG)
def test_what_is_wrong_is_said(windows: Windows, field: str) -> None:
    with pytest.raises(BadField) as refusal:
        check(windows)
    assert refusal.value.field == field


def test_what_is_right() -> None:
    check(DEFAULT)
    check(Windows(preset=Preset.NONE, own=(SHOP,), cap=3, cap_days=30))
    assert SHOP in book(Windows(own=(SHOP,)), "UTC").rules
    assert "fr-sunday" not in {rule.name for rule in book(Windows(without=("fr-sunday",)), "UTC").rules}


def test_it_is_kept_as_json() -> None:
    windows = Windows(preset=Preset.STANDARD, own=(SHOP,), without=("fr-night",))
    assert convert(to_builtins(windows), Windows) == windows
    assert to_builtins(DEFAULT) == {}
