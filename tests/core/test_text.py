from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.core.template import parse
from antiphon.core.text import Change, Encoding, Measure, foreign, measure, optimise, split

# 3GPP TS 23.038, 6.2.1: the code points of septets 0x00 to 0x7F, one row for each sixteen.
DEFAULT_TABLE = """
    0040 00A3 0024 00A5 00E8 00E9 00F9 00EC 00F2 00C7 000A 00D8 00F8 000D 00C5 00E5
    0394 005F 03A6 0393 039B 03A9 03A0 03A8 03A3 0398 039E 001B 00C6 00E6 00DF 00C9
    0020 0021 0022 0023 00A4 0025 0026 0027 0028 0029 002A 002B 002C 002D 002E 002F
    0030 0031 0032 0033 0034 0035 0036 0037 0038 0039 003A 003B 003C 003D 003E 003F
    00A1 0041 0042 0043 0044 0045 0046 0047 0048 0049 004A 004B 004C 004D 004E 004F
    0050 0051 0052 0053 0054 0055 0056 0057 0058 0059 005A 00C4 00D6 00D1 00DC 00A7
    00BF 0061 0062 0063 0064 0065 0066 0067 0068 0069 006A 006B 006C 006D 006E 006F
    0070 0071 0072 0073 0074 0075 0076 0077 0078 0079 007A 00E4 00F6 00F1 00FC 00E0
"""
# 3GPP TS 23.038, 6.2.1.1: the septet after the escape, and the code point it gives.
EXTENSION_TABLE = "0A:000C 14:005E 28:007B 29:007D 2F:005C 3C:005B 3D:007E 3E:005D 40:007C 65:20AC"

SEPTETS = [chr(int(code, 16)) for code in DEFAULT_TABLE.split()]
ESCAPED = {int(pair[:2], 16): chr(int(pair[3:], 16)) for pair in EXTENSION_TABLE.split()}
ONE, TWO = frozenset(SEPTETS) - {"\x1b"}, frozenset(ESCAPED.values())
LIMITS = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}

ODDMENTS = "aé €[^{}😀👩\u200d💻яœ’“…½²1\u0301ç«»\u00a0\u202f\u200b\u200c\u00ad\t\r\n\f\x1b`°｛｝{name}①№™ﬁΆＡ文"
messy = st.text(alphabet=st.one_of(st.sampled_from(ODDMENTS), st.characters(codec="utf-8")), max_size=400)
pieces = st.sampled_from(["{first_name}", "{{ Имя }}", "{a  b}", "  ", "\r\n", "e\u0301", "…", "“été”", "1½", "{™}"])
letters = st.one_of(messy, st.lists(pieces | messy, max_size=12).map("".join))
long_gsm = st.text(alphabet=st.sampled_from("aé€[{"), min_size=130, max_size=700)
long_ucs2 = st.text(alphabet=st.sampled_from("aя😀€"), min_size=60, max_size=300)
texts = st.one_of(letters, long_gsm, long_ucs2)


def units(text: str, encoding: Encoding) -> int:
    if encoding is Encoding.UCS2:
        return len(text.encode("utf-16-be")) // 2
    return sum(1 if character in ONE else 2 for character in text)


def parts_one_character_at_a_time(text: str, encoding: Encoding) -> int:
    alone, joined = LIMITS[encoding]
    if units(text, encoding) <= alone:
        return 1
    parts, used = 1, 0
    for character in text:
        cost = units(character, encoding)
        parts, used = (parts, used + cost) if used + cost <= joined else (parts + 1, cost)
    return parts


def test_the_oracle_is_the_whole_table() -> None:
    assert len(SEPTETS) == len(set(SEPTETS)) == 128
    assert len(TWO) == 10


@given(st.characters())
def test_a_character_costs_what_the_standard_says(character: str) -> None:
    measured = measure(character)
    if character in ONE | TWO:
        assert measured == Measure(Encoding.GSM7, 1 if character in ONE else 2, 1)
    else:
        assert measured == Measure(Encoding.UCS2, 2 if ord(character) > 0xFFFF else 1, 1)
        assert foreign(character) == [character]


@pytest.mark.parametrize("character", sorted(ONE | TWO), ids=lambda character: f"U+{ord(character):04X}")
def test_the_alphabet_is_the_standards(character: str) -> None:
    assert measure(character).encoding is Encoding.GSM7
    assert measure(character * 3).units == (3 if character in ONE else 6)
    assert foreign(character) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", Measure(Encoding.GSM7, 0, 1), id="nothing is one part"),
        pytest.param("a" * 160, Measure(Encoding.GSM7, 160, 1), id="160 septets"),
        pytest.param("a" * 161, Measure(Encoding.GSM7, 161, 2), id="161 septets"),
        pytest.param("a" * 306, Measure(Encoding.GSM7, 306, 2), id="306 septets"),
        pytest.param("a" * 307, Measure(Encoding.GSM7, 307, 3), id="307 septets"),
        pytest.param("€" * 80, Measure(Encoding.GSM7, 160, 1), id="80 euro signs"),
        pytest.param("€" * 81, Measure(Encoding.GSM7, 162, 2), id="81 euro signs"),
        pytest.param("]" * 153, Measure(Encoding.GSM7, 306, 3), id="76 escape pairs to a part"),
        pytest.param("a" * 152 + "[" + "a" * 152, Measure(Encoding.GSM7, 306, 3), id="straddling pair moves"),
        pytest.param("a" * 151 + "[" + "a" * 153, Measure(Encoding.GSM7, 306, 2), id="pair that just fits"),
        pytest.param("я" * 70, Measure(Encoding.UCS2, 70, 1), id="70 units"),
        pytest.param("я" * 71, Measure(Encoding.UCS2, 71, 2), id="71 units"),
        pytest.param("я" * 134, Measure(Encoding.UCS2, 134, 2), id="134 units"),
        pytest.param("я" * 135, Measure(Encoding.UCS2, 135, 3), id="135 units"),
        pytest.param("😀" * 35, Measure(Encoding.UCS2, 70, 1), id="35 emoji"),
        pytest.param("😀" * 36, Measure(Encoding.UCS2, 72, 2), id="36 emoji"),
        pytest.param("[€]ê", Measure(Encoding.UCS2, 4, 1), id="no escapes in UCS2"),
        pytest.param("a" * 100 + "\u00a0", Measure(Encoding.UCS2, 101, 2), id="a non-breaking space doubles"),
        pytest.param("\x1b", Measure(Encoding.UCS2, 1, 1), id="the escape is no character"),
        pytest.param("\ud83d", Measure(Encoding.UCS2, 1, 1), id="lone surrogate"),
    ],
)
def test_measures(text: str, expected: Measure) -> None:
    assert measure(text) == expected


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        pytest.param("", [0], id="nothing"),
        pytest.param("a" * 161, [153, 8], id="plain"),
        pytest.param("a" * 152 + "€" + "a" * 20, [152, 21], id="escape pair kept whole"),
        pytest.param("😀" * 36, [33, 3], id="surrogate pair kept whole"),
        pytest.param("я" + "😀" * 36, [34, 3], id="67 units filled"),
    ],
)
def test_splits(text: str, lengths: list[int]) -> None:
    assert [len(part) for part in split(text)] == lengths


@pytest.mark.parametrize(
    ("text", "guilty"),
    [
        pytest.param("Déjà £5 €", [], id="all GSM"),
        pytest.param("L’été à\u00a0l’hôtel", ["’", "\u00a0", "ô"], id="in order, once each"),
        pytest.param("a😀b", ["😀"], id="emoji whole"),
    ],
)
def test_names_the_guilty(text: str, guilty: list[str]) -> None:
    assert foreign(text) == guilty


@given(texts)
def test_parts_join_fit_and_are_counted(text: str) -> None:
    parts, measured = split(text), measure(text)
    alone, joined = LIMITS[measured.encoding]
    assert "".join(parts) == text
    assert all(units(part, measured.encoding) <= (alone if len(parts) == 1 else joined) for part in parts)
    assert sum(units(part, measured.encoding) for part in parts) == measured.units
    assert measured.segments == len(parts) == parts_one_character_at_a_time(text, measured.encoding)


@given(texts)
def test_no_pair_is_cut(text: str) -> None:
    for part in split(text):
        octets = part.encode("utf-16-be")
        assert not octets or not 0xDC <= octets[0] <= 0xDF
        assert not octets or not 0xD8 <= octets[-2] <= 0xDB


@given(texts)
def test_gsm_unless_something_is_foreign(text: str) -> None:
    assert (measure(text).encoding is Encoding.GSM7) == (foreign(text) == [])


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        pytest.param("L’été “chaud”…", 'L\'été "chaud"...', id="typographic quotes, apostrophe, ellipsis"),
        pytest.param("« Soldes » jusqu'à", '"Soldes" jusqu\'à', id="guillemets with their blanks"),
        pytest.param("«\u202fSoldes\u202f»", '"Soldes"', id="guillemets with narrow spaces"),
        pytest.param("lundi – mardi — ‑5", "lundi - mardi - -5", id="dashes"),
        pytest.param("• un\n• deux", "- un\n- deux", id="bullets"),
        pytest.param("10\u202f000\u00a0€", "10 000 €", id="French spaces"),
        pytest.param("a\u200bb\ufeffc\u00add\u2060e", "abcde", id="invisible characters"),
        pytest.param("a\u200db\u200ec\ufe0f", "abc", id="joiner, mark and selector beside GSM"),
        pytest.param("a\tb   c", "a b c", id="tab and blanks"),
        pytest.param("a\r\nb\u2028c\n\nd", "a\nb\nc\n\nd", id="line breaks"),
        pytest.param("a\r\r\r\nb\rc", "a\nb\rc", id="returns before a line feed"),
        pytest.param("a \u200d b", "a b", id="blanks left by a removal"),
        pytest.param("fête ça ÀÊ Ça éèàùÉ", "fete ca AE Ça éèàùÉ", id="only accents GSM lacks"),
        pytest.param("Łódź Čapek Việt İstanbul", "Lodz Capek Viet Istanbul", id="accents of other languages"),
        pytest.param("e\u0301te\u0301 c\u0327a x\u0302", "été ca x", id="loose accents"),
        pytest.param("ǻ", "å", id="one accent off is enough"),
        pytest.param("cœur ﬁn ß ẞ", "coeur fin ß SS", id="ligatures"),
        pytest.param("№ 5 ™ © ®", "No 5 TM (c) (R)", id="symbols"),
        pytest.param("½ 1½ x² 10² 10⁻³ 2ª 1º n° CO₂", "1/2 1 1/2 x2 10^2 10^-3 2a 1o no CO2", id="numbers"),
        pytest.param("① Ⓐ", "(1) (A)", id="circled"),
        pytest.param("ＡＢ１２！", "AB12!", id="full width"),
        pytest.param("𝐏𝐫𝐨𝐦𝐨", "Promo", id="letters of a font"),
        pytest.param("₹500 → ₺5 ¢", "Rs500 -> TL5 c", id="currencies and arrows"),
        pytest.param("`a´", "'a'", id="grave and acute keys"),
        pytest.param("ΓΔ Ώ ∑", "ΓΔ Ω Σ", id="Greek capitals that GSM has"),
        pytest.param("a\x00b\x1bc", "abc", id="control characters"),
        pytest.param("{first_name} – fête", "{first_name} - fete", id="merge field"),
        pytest.param("{Fête} – fête {{  Œuvre }}", "{Fête} - fete {{  Œuvre }}", id="foreign merge fields stay"),
    ],
)
def test_optimises(text: str, plain: str) -> None:
    assert optimise(text).text == plain


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        pytest.param("L’hôtel 😀", "L’hôtel 😀", id="accents stay beside an emoji"),
        pytest.param("👩\u200d💻 ❤\ufe0f", "👩\u200d💻 ❤\ufe0f", id="joined emoji"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="Persian non-joiner"),
        pytest.param("क्\u200dष", "क्\u200dष", id="Indic joiner"),
        pytest.param("ΚΑΛΗΜΕΡΑ", "ΚΑΛΗΜΕΡΑ", id="Greek capitals that look Latin"),
        pytest.param("你好！", "你好！", id="Chinese punctuation"),
        pytest.param("Привет\u00a0 \u200bмир\r\n…", "Привет мир\n…", id="spaces and invisible characters"),
        pytest.param("…" * 70, "…" * 70, id="one part is not made two"),
        pytest.param("{™} fête", "{™} fête", id="no new merge field"),
        pytest.param("｛name｝文", "｛name｝文", id="wide braces beside Chinese"),
    ],
)
def test_leaves_what_stays_ucs2(text: str, tidy: str) -> None:
    assert optimise(text).text == tidy


def test_wide_braces_make_no_merge_field() -> None:
    assert optimise("｛name｝").text == "(name)"


def test_reports_each_change() -> None:
    assert optimise("L’été\u00a0 d’or…").changes == (
        Change("\u00a0", " ", 1),
        Change("  ", " ", 1),
        Change("’", "'", 2),
        Change("…", "...", 1),
    )


def test_reports_only_what_was_done() -> None:
    assert optimise("L’été\u00a0😀").changes == (Change("\u00a0", " ", 1),)


@given(texts)
def test_optimising_twice_changes_nothing_more(text: str) -> None:
    once = optimise(text).text
    assert optimise(once).text == once
    assert optimise(once).changes == ()


@given(texts)
def test_optimising_never_costs_more(text: str) -> None:
    assert measure(optimise(text).text).segments <= measure(text).segments


@given(texts)
def test_changes_account_for_the_difference(text: str) -> None:
    optimised = optimise(text)
    balance = Counter(text)
    for change in optimised.changes:
        balance.update({character: count * change.count for character, count in Counter(change.became).items()})
        balance.subtract({character: count * change.count for character, count in Counter(change.written).items()})
    assert +balance == Counter(optimised.text)
    assert min(balance.values(), default=0) >= 0


@given(texts)
def test_merge_fields_survive_optimising(text: str) -> None:
    assert set(parse(text).fields) <= set(parse(optimise(text).text).fields)


@given(st.text(alphabet=st.characters()))
def test_optimising_never_raises(text: str) -> None:
    optimise(text)


@given(st.text(alphabet=st.sampled_from(sorted(ONE | TWO)), max_size=300))
def test_gsm_text_loses_only_blanks_and_returns(text: str) -> None:
    assert {change.written.strip(" \r") for change in optimise(text).changes} <= {"", "\n"}
