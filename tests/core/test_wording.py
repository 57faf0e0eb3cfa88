"""What is answered to STOP, START and HELP."""

import pytest

from antiphon.core import text, wording
from antiphon.core.consent import Asked, hear
from antiphon.core.errors import BadField
from antiphon.core.stop_words import LANGUAGES
from antiphon.core.wording import Said, Wording

_ASKED = (Asked.STOP, Asked.START, Asked.HELP)
_REGIONS = sorted({"US", "GB", "ZZ", "001", *(region for regions in LANGUAGES.values() for region in regions.split())})


@pytest.mark.parametrize("region", _REGIONS)
def test_ours_are_one_segment_in_any_country_and_name_the_brand(region: str) -> None:
    for asked, list_name in (*((one, None) for one in _ASKED), (Asked.STOP, "Promotions")):
        said = wording.answer(Wording(brand="Club"), asked, region, list_name)
        assert text.measure(text.optimise(said).text).segments == 1
        assert said.startswith("Club")
        assert "{" not in said


@pytest.mark.parametrize("region", _REGIONS)
def test_what_they_tell_people_to_answer_is_understood_there(region: str) -> None:
    for asked in _ASKED:
        words = [word for word in wording.answer(Wording(), asked, region).split() if word.isupper()]
        assert words
        for word in words:
            assert hear(word, region).asked in _ASKED


@pytest.mark.parametrize("region", _REGIONS)
def test_an_echo_of_them_by_a_machine_is_not_answered(region: str) -> None:
    for asked in _ASKED:
        assert hear(wording.answer(Wording(brand="Club"), asked, region), region).asked not in _ASKED


@pytest.mark.parametrize(
    ("said", "region", "expected"),
    [
        (Wording(texts={"FR": Said(stop="{brand}: fini")}, brand="Club"), "FR", "Club: fini"),
        (Wording(texts={"FR": Said(stop="{brand}: fini")}), "FR", "fini"),
        (Wording(texts={"*": Said(stop="over"), "FR": Said(stop="fini")}), "FR", "fini"),
        (Wording(texts={"*": Said(stop="over"), "FR": Said(help="aide")}), "FR", "over"),
        (Wording(texts={"*": Said(stop="call {contact} about {list}")}, contact="123"), "DE", "call 123 about"),
    ],
)
def test_an_account_has_its_own(said: Wording, region: str, expected: str) -> None:
    wording.check(said)
    assert wording.answer(said, Asked.STOP, region) == expected


def test_where_carriers_want_it_or_where_the_account_does() -> None:
    assert [wording.is_answered(Wording(), region) for region in ("US", "CA", "FR", "IN")] == [True, True, False, False]
    assert wording.is_answered(Wording(answers=True), "FR")
    assert not wording.is_answered(Wording(answers=False), "US")


@pytest.mark.parametrize(
    "said",
    [
        Wording(brand="x" * 81),
        Wording(contact="x" * 81),
        Wording(texts={"France": Said(stop="fini")}),
        Wording(texts={"fr": Said(stop="fini")}),
        Wording(texts={"FR": Said(stop=" ")}),
        Wording(texts={"FR": Said(help="x" * 481)}),
    ],
    ids=["brand", "contact", "country", "small letters", "blank", "too long"],
)
def test_what_cannot_be_said(said: Wording) -> None:
    with pytest.raises(BadField):
        wording.check(said)
