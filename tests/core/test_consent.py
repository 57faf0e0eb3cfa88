"""Who asks for silence, for more or for help; what the ledger comes to; and which text says how to stop it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core.consent import Asked, Consent, Heard, Kind, OptOut, State, after, hear, mentions_stop, named_lists
from antiphon.core.stop_words import LANGUAGES, TABLE, Means, plain

_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _phrases(*meanings: Means) -> list[tuple[str, str]]:
    """Every phrase of these meanings, with a country where it is read."""
    return [
        (phrase, LANGUAGES.get(language, "ZZ").split()[0])
        for meaning, language, phrases, _ in TABLE
        if meaning in meanings
        for phrase in phrases.split(", ")
    ]


@pytest.mark.parametrize(("phrase", "region"), _phrases(Means.STOP, Means.LEAVE))
def test_every_word_of_the_table_that_asks_for_silence(phrase: str, region: str) -> None:
    for written in (phrase, phrase.upper(), f" {phrase.title()}. "):
        assert hear(written, region) == Heard(Asked.STOP)


@pytest.mark.parametrize(("phrase", "region"), _phrases(Means.START))
def test_every_word_of_the_table_that_asks_for_more(phrase: str, region: str) -> None:
    assert hear(f"{phrase.upper()}!", region) == Heard(Asked.START)


@pytest.mark.parametrize(("phrase", "region"), _phrases(Means.HELP))
def test_every_word_of_the_table_that_asks_for_help(phrase: str, region: str) -> None:
    assert hear(f"{phrase.upper()}?", region) == Heard(Asked.HELP)


@pytest.mark.parametrize(("phrase", "region"), _phrases(Means.DOUBT))
def test_every_phrase_of_the_table_that_may_mean_it(phrase: str, region: str) -> None:
    assert hear(phrase.title(), region) == Heard(Asked.DOUBT)


def test_the_table_has_its_words_plainly_and_with_a_source() -> None:
    for _, language, phrases, source in TABLE:
        assert language == "*" or language in LANGUAGES
        assert source
        for phrase in phrases.split(", "):
            assert plain(phrase)
            assert phrase == phrase.strip().casefold()


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Stop. Thank you", "US"),
        ("stop please!", "US"),
        ("please stop", "US"),
        ("PLEASE STOP TEXTING ME", "US"),
        ("stop all", "US"),
        ("STOP MERCI", "FR"),
        ("stop svp", "FR"),
        ("Stop s'il vous plaît", "FR"),
        ("Arrêt", "FR"),
        ("arre\u0302t svp", "US"),
        ("ARRÊTER", "FR"),
        ("Abmelden, bitte", "DE"),
        ("baja por favor", "ES"),
        ("İPTAL", "TR"),
        ("СТОП!!!", "RU"),
        ("STOP 36111", "FR"),
        ("«stop»", "FR"),
        ("ＳＴＯＰ", "JP"),
        ("s\u200btop", "US"),
        ("Opt-out", "US"),
        ("STOP SMS", "FR"),
        ("stop STOP stop", "US"),
        ("unsubscribe all", "US"),
    ],
)
def test_says_stop(text: str, region: str) -> None:
    assert hear(text, region) == Heard(Asked.STOP)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("We have got to STOP this bill", "US"),
        ("don't stop", "US"),
        ("I asked you to stop", "US"),
        ("cancel my order", "US"),
        ("remove me from your list", "US"),
        ("Leave me alone!", "US"),
        ("Plus de SMS svp", "FR"),
        ("START now or stop", "US"),
        ("help me stop this", "US"),
    ],
)
def test_is_doubtful(text: str, region: str) -> None:
    assert hear(text, region) == Heard(Asked.DOUBT)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("", "US"),
        ("36111", "US"),
        ("👍", "US"),
        ("thank you", "US"),
        ("stopover in Rome", "US"),
        ("STOP5G", "US"),
        ("the end", "US"),
        ("end of the month is fine", "US"),
        ("quite good", "US"),
        ("yes", "US"),
        ("slut", "US"),
        ("стоп", "US"),
        ("fin", "FR"),
        ("I need help with my order", "US"),
        ("\0\ud800\uffff\u202e", "US"),
    ],
)
def test_asks_for_nothing(text: str, region: str) -> None:
    assert hear(text, region) == Heard(Asked.NOTHING)


@pytest.mark.parametrize(
    ("text", "lists", "named"),
    [
        ("STOP promo", {1: "Promo", 2: "News"}, (1,)),
        ("stop PROMO svp", {1: "Promo"}, (1,)),
        ("STOP promo 2026", {1: "Promo", 2: "Promo 2026"}, (2,)),
        ("STOP promo 2026", {1: "Promo"}, (1,)),
        ("stop les soldes d'été", {1: "Les soldes d'été"}, (1,)),
        ("START promo", {1: "PROMO!"}, (1,)),
        ("STOP promo", {1: "promo", 2: "Promo"}, (1, 2)),
        ("STOP promo", {1: "Promotions"}, ()),
        ("STOP 2026", {1: "2026"}, ()),
    ],
)
def test_a_list_is_named_after_the_word(text: str, lists: dict[int, str], named: tuple[int, ...]) -> None:
    assert named_lists(hear(text, "FR"), lists.items()) == named


@given(st.text(), st.sampled_from(["FR", "US", "IN", "CN", "TR", "ZZ", "001"]))
def test_anything_can_be_heard(text: str, region: str) -> None:
    hear(text, region)


@given(
    st.sampled_from(_phrases(Means.STOP, Means.LEAVE)), st.text(alphabet=" .,!?\n\t0123456789-'\"", max_size=9).map(str)
)
def test_case_and_signs_around_the_word_do_not_count(phrase: tuple[str, str], signs: str) -> None:
    word, region = phrase
    for written in (word, word.upper(), word.title()):
        assert hear(f"{signs} {written} {signs}", region) == Heard(Asked.STOP)


def _line(kind: Kind, id: int) -> Consent:
    return Consent(number="+33612345678", kind=kind, at=_NOON, source="test", id=id)


def _standing(*kinds: Kind) -> OptOut | None:
    standing = None
    for id, kind in enumerate(kinds, 1):
        standing = after(standing, _line(kind, id))
    return standing


@pytest.mark.parametrize(
    ("kinds", "state", "held_id", "line_id"),
    [
        ("opted_out", State.OUT, None, 1),
        ("opted_out opted_out", State.OUT, None, 1),
        ("opted_out opted_in", State.IN, None, 2),
        ("opted_out opted_in opted_out", State.OUT, None, 3),
        ("opted_out doubted", State.OUT, None, 1),
        ("opted_out dismissed", State.OUT, None, 1),
        ("doubted", State.UNKNOWN, 1, 1),
        ("doubted doubted", State.UNKNOWN, 2, 1),
        ("doubted dismissed", State.UNKNOWN, None, 1),
        ("doubted opted_out", State.OUT, None, 2),
        ("doubted opted_in", State.IN, None, 2),
        ("opted_in doubted", State.IN, 2, 1),
        ("opted_in doubted dismissed", State.IN, None, 1),
    ],
)
def test_what_the_ledger_comes_to(kinds: str, state: State, held_id: int | None, line_id: int) -> None:
    standing = _standing(*map(Kind, kinds.split()))
    assert standing is not None
    assert (standing.state, standing.held_id, standing.line_id) == (state, held_id, line_id)


def test_what_was_never_doubtful_is_not_dismissed() -> None:
    assert _standing(Kind.DISMISSED) is None


@given(st.lists(st.sampled_from(Kind)))
def test_only_an_opt_in_ends_an_opt_out(kinds: list[Kind]) -> None:
    standing = _standing(*kinds)
    last_in = max((place for place, kind in enumerate(kinds) if kind is Kind.OPTED_IN), default=-1)
    out = Kind.OPTED_OUT in kinds[last_in + 1 :]
    assert (standing is not None and standing.state is State.OUT) is out


@pytest.mark.parametrize("text", ["STOP", "Sale! STOP au 36111", "STOP au XXXXX", "no PUB=STOP", "{first_name}STOP"])
def test_mentions_stop(text: str) -> None:
    assert mentions_stop(text)


@pytest.mark.parametrize("text", ["", "stop 36111", "Stop", "NONSTOP", "STOPOVER in Rome", "S T O P"])
def test_does_not_mention_stop(text: str) -> None:
    assert not mentions_stop(text)


def test_the_words_are_documented() -> None:
    documented = (Path(__file__).parents[2] / "docs" / "consent.md").read_text()
    for meaning, language, phrases, source in TABLE:
        place = "everywhere" if language == "*" else language
        assert f"| {meaning.value} | {place} | {phrases} | {source} |" in documented
