"""Is what goes over the air the text that was written, in the standard's octets?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core import air, gsm, septets, text
from antiphon.core.air import Alphabet, Part

gsm_texts = st.text(st.sampled_from(sorted(gsm.CHARACTERS)), max_size=500)
any_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(gsm_texts)
def test_septets_are_the_text_again(said: str) -> None:
    octets = septets.encode(said)
    assert septets.decode(octets) == said
    assert len(octets) == text.measure(said).units


@given(st.binary(max_size=300).map(lambda octets: bytes(one & 0x7F for one in octets)), st.integers(0, 6))
def test_packing_loses_nothing(octets: bytes, fill: int) -> None:
    packed = septets.pack(octets, fill)
    assert septets.unpack(packed, len(octets), fill) == octets
    assert len(packed) == -(-(fill + 7 * len(octets)) // 8)


def test_packing_is_the_standards() -> None:
    assert septets.pack(septets.encode("hellohello")).hex() == "e8329bfd4697d9ec37"


def test_what_gsm_lacks_cannot_be_septets() -> None:
    with pytest.raises(UnicodeEncodeError):
        septets.encode("今")


@given(any_texts, st.sampled_from([Alphabet.GSM, Alphabet.LATIN1]))
def test_the_parts_are_the_text(said: str, alphabet: Alphabet) -> None:
    cut = air.cut(said, alphabet)
    assert air.read(b"".join(cut.parts), cut.coding, alphabet) == said
    room = {air.DEFAULT_CODING: (160, 153), air.LATIN1_CODING: (140, 134), air.UCS2_CODING: (140, 134)}[cut.coding]
    assert all(len(part) <= room[len(cut.parts) > 1] for part in cut.parts)
    if alphabet is Alphabet.GSM:
        assert len(cut.parts) == text.measure(said).segments


@given(st.integers(0, 255), st.integers(2, 255), st.binary(max_size=134))
def test_a_header_is_taken_off_again(reference: int, total: int, octets: bytes) -> None:
    part = Part(reference, total, total - 1)
    assert air.take_header(air.header(part) + octets) == (part, octets)


@pytest.mark.parametrize(
    ("octets", "part", "rest"),
    [
        pytest.param("0608040102030241", Part(0x0102, 3, 2), "41", id="a reference of two octets"),
        pytest.param("06050400170000", None, "", id="ports alone"),
        pytest.param("0b0504000b0000000307020141", Part(7, 2, 1), "41", id="ports, then parts"),
        pytest.param("", None, "", id="nothing"),
        pytest.param("ff00", None, "ff00", id="a header longer than all"),
        pytest.param("020003", None, "", id="an element cut off"),
    ],
)
def test_headers_of_all_kinds(octets: str, part: Part | None, rest: str) -> None:
    assert air.take_header(bytes.fromhex(octets)) == (part, bytes.fromhex(rest))
