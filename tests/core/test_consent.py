"""Who asks for silence, and which text says how to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core.consent import STOP_WORDS, mentions_stop, says_stop


@pytest.mark.parametrize(
    "text",
    [
        *sorted(STOP_WORDS),
        "STOP",
        "Stop.",
        " stop \n",
        "Stop. Thank you",
        "stop please!",
        "STOP MERCI",
        "Arrêt",
        "arre\u0302t svp",
        "ARRÊTER",
        "STOP 36111",
        "«stop»",
        "ＳＴＯＰ",
        "Opt-out",
        "STOP SMS",
        "unsubscribe all",
    ],
)
def test_says_stop(text: str) -> None:
    assert says_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "36111",
        "👍",
        "We have got to STOP this bill",
        "don't stop",
        "please stop",
        "stopping by at 5",
        "STOP5G",
        "Stop, I have a question about my order",
        "cancel my order",
        "the end",
        "end of the month is fine",
        "quite good",
        "yes",
        "стоп",
    ],
)
def test_does_not_say_stop(text: str) -> None:
    assert not says_stop(text)


@given(st.sampled_from(sorted(STOP_WORDS)), st.text(alphabet=" .,!?\n\t0123456789-'\"", max_size=9))
def test_case_and_signs_around_the_word_do_not_count(word: str, signs: str) -> None:
    for written in (word, word.upper(), word.title()):
        assert says_stop(f"{signs}{written}{signs}")


@pytest.mark.parametrize("text", ["STOP", "Sale! STOP au 36111", "STOP au XXXXX", "no PUB=STOP", "{first_name}STOP"])
def test_mentions_stop(text: str) -> None:
    assert mentions_stop(text)


@pytest.mark.parametrize("text", ["", "stop 36111", "Stop", "NONSTOP", "STOPOVER in Rome", "S T O P"])
def test_does_not_mention_stop(text: str) -> None:
    assert not mentions_stop(text)
