"""When does an automation fire?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core.automation import Match, RemoveFromList, Rule, fires


def rule(match: Match, words: str, receiver: str | None = None) -> Rule:
    return Rule(match=match, words=words, receiver=receiver, actions=(RemoveFromList(1),))


@pytest.mark.parametrize(
    ("match", "words", "said", "fired"),
    [
        pytest.param(Match.EQUALS, "yes", "Yes", True, id="case"),
        pytest.param(Match.EQUALS, "yes", " YES!! ", True, id="signs around"),
        pytest.param(Match.EQUALS, "déjà vu", "deja  VU", True, id="accents and blanks"),
        pytest.param(Match.EQUALS, "yes", "yes please", False, id="more than the words"),
        pytest.param(Match.EQUALS, "yes", "", False, id="nothing said"),
        pytest.param(Match.EQUALS, "straße", "STRASSE", True, id="sharp s"),
        pytest.param(Match.EQUALS, "да", "ДА.", True, id="cyrillic"),
        pytest.param(Match.CONTAINS, "stop", "please stop now", True, id="in the middle"),
        pytest.param(Match.CONTAINS, "stop", "unstoppable", False, id="in a word"),
        pytest.param(Match.CONTAINS, "stop", "(stop)", True, id="in brackets"),
        pytest.param(Match.CONTAINS, "call me", "do call  me, later", True, id="two words"),
        pytest.param(Match.CONTAINS, "call me", "call it me", False, id="not together"),
        pytest.param(Match.CONTAINS, "5", "I give it a 5.", True, id="a digit"),
    ],
)
def test_words(match: Match, words: str, said: str, fired: bool) -> None:
    assert fires(rule(match, words), "+33612345678", said) is fired


@pytest.mark.parametrize(
    ("wanted", "receiver", "fired"),
    [
        pytest.param(None, None, True, id="any"),
        pytest.param("+33612345678", "+33612345678", True, id="its number"),
        pytest.param("+33612345678", "+33612345679", False, id="another number"),
        pytest.param("Shop", "SHOP", True, id="its name"),
        pytest.param("Shop", None, False, id="nobody knows which"),
    ],
)
def test_receiver(wanted: str | None, receiver: str | None, fired: bool) -> None:
    assert fires(rule(Match.EQUALS, "yes", wanted), receiver, "yes") is fired


@given(said=st.text(max_size=30), words=st.text(max_size=10))
def test_what_equals_also_contains(said: str, words: str) -> None:
    assert not fires(rule(Match.EQUALS, words), None, said) or fires(rule(Match.CONTAINS, words), None, said)
    assert fires(rule(Match.EQUALS, said), None, said)
