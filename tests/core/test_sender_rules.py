"""Is a sender that a country does not allow found out before it leaves?"""

from datetime import date

import pytest

from antiphon.core.sender_rules import RULES, objection

CASES = [
    pytest.param(None, "US", None, id="no sender: the carrier's own"),
    pytest.param("Shop", "FR", None, id="a name in France"),
    pytest.param("36111", "FR", None, id="a short code"),
    pytest.param("+33612345678", "FR", True, id="a French mobile"),
    pytest.param("06 12 34 56 78", "FR", True, id="as it is dialled"),
    pytest.param("0033712345678", "FR", True, id="from abroad"),
    pytest.param("33612345678", "FR", True, id="without a plus"),
    pytest.param("33612", "FR", None, id="a short code that begins alike"),
    pytest.param("+33162000001", "FR", None, id="a number for software"),
    pytest.param("+33612345678", "GB", None, id="elsewhere"),
    pytest.param("Shop", "US", True, id="a name in the United States"),
    pytest.param("+12125551234", "US", None, id="a number in the United States"),
    pytest.param("Shop", "CN", False, id="a single source"),
    pytest.param("Shop", "AU", False, id="to be registered"),
    pytest.param("Shop", "GB", None, id="nothing is known"),
    pytest.param("A shop of ours", "GB", True, id="more characters than there is room for"),
]


@pytest.mark.parametrize(("sender", "country", "sure"), CASES)
def test_objection(sender: str | None, country: str, sure: bool | None) -> None:
    found = objection(sender, country)
    assert (found and found.sure) is sure


def test_every_rule_has_its_source_and_its_day() -> None:
    for rule in RULES:
        assert rule.source
        assert rule.noted <= date(2026, 11, 21)
    assert len({rule.country for rule in RULES}) == len(RULES)
