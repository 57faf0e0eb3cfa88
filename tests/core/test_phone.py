"""Does every written number get libphonenumber's own verdict, whichever way it was reached?"""

import re

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from antiphon.core.phone import REGIONS, e164, region_of, why_unreadable

EVERY_REGION = sorted(phonenumbers.SUPPORTED_REGIONS)
WRITTEN_FORMS = (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL)

EXAMPLES = [
    (region, number)
    for region in EVERY_REGION
    for kind in PhoneNumberType.values()
    if (number := phonenumbers.example_number_for_type(region, kind))
]
MOBILES = [
    (f"+{metadata.country_code}", metadata.mobile.national_number_pattern)
    for region in EVERY_REGION
    if (metadata := PhoneMetadata.metadata_for_region(region)) and metadata.mobile
]


def libphonenumber(written: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if valid else None


READ = [
    pytest.param("+33612345678", "AU", "+33612345678", id="E.164"),
    pytest.param("+33 6 12 34 56 78", "AU", "+33612345678", id="spaces"),
    pytest.param("+33-6-12-34-56-78", "AU", "+33612345678", id="dashes"),
    pytest.param("+33.6.12.34.56.78", "AU", "+33612345678", id="dots"),
    pytest.param("+33/6/12345678", "AU", "+33612345678", id="slashes"),
    pytest.param("+33\u00a06\u00a012\u00a034\u00a056\u00a078", "AU", "+33612345678", id="no-break spaces"),
    pytest.param("+33–6–12–34–56–78", "AU", "+33612345678", id="en dashes"),
    pytest.param("\t +33612345678 \r\n", "AU", "+33612345678", id="white space around"),
    pytest.param("(+33) 612345678", "AU", "+33612345678", id="parenthesis before the plus"),
    pytest.param("++33612345678", "AU", "+33612345678", id="two pluses"),
    pytest.param("+33 (0)6 12 34 56 78", "AU", "+33612345678", id="trunk zero after the calling code"),
    pytest.param("＋３３６１２３４５６７８", "AU", "+33612345678", id="full-width"),
    pytest.param("٠٦١٢٣٤٥٦٧٨", "FR", "+33612345678", id="Arabic-Indic digits"),
    pytest.param("0612345678", "FR", "+33612345678", id="FR national"),
    pytest.param("06 12 34 56 78", "FR", "+33612345678", id="FR national with spaces"),
    pytest.param("612345678", "FR", "+33612345678", id="FR without its zero, as a spreadsheet leaves it"),
    pytest.param("0033612345678", "FR", "+33612345678", id="FR international prefix"),
    pytest.param("33612345678", "FR", "+33612345678", id="FR calling code without a plus"),
    pytest.param("'0612345678", "FR", "+33612345678", id="spreadsheet quote"),
    pytest.param("06١٢٣٤٥٦٧٨", "FR", "+33612345678", id="digits of two scripts"),
    pytest.param("tel:06-12-34-56-78;phone-context=+33", "US", "+33612345678", id="RFC 3966 context"),
    pytest.param("call me on 06 12 34 56 78", "FR", "+33612345678", id="words before"),
    pytest.param("(0412) 345-678", "AU", "+61412345678", id="AU national"),
    pytest.param("0412345678", "AU", "+61412345678", id="AU digits"),
    pytest.param("61412345678", "AU", "+61412345678", id="AU calling code without a plus"),
    pytest.param("0011 33 6 12 34 56 78", "AU", "+33612345678", id="AU international prefix"),
    pytest.param("0412 ABC DEF", "AU", "+61412222333", id="AU letters of the keypad"),
    pytest.param("0412 345 678 ext 9", "AU", "+61412345678", id="AU extension is dropped"),
    pytest.param("09876543210", "IN", "+919876543210", id="IN trunk zero"),
    pytest.param("9876543210", "IN", "+919876543210", id="IN ten digits"),
    pytest.param("919876543210", "IN", "+919876543210", id="IN calling code without a plus"),
    pytest.param("9198765432", "IN", "+919198765432", id="IN ten digits that begin like the calling code"),
    pytest.param("(415) 555-2671", "US", "+14155552671", id="US national"),
    pytest.param("1-415-555-2671", "US", "+14155552671", id="US with its one"),
    pytest.param("011 33 612345678", "US", "+33612345678", id="US international prefix"),
    pytest.param("1-800-FLOWERS", "US", "+18003569377", id="US vanity"),
    pytest.param("+1 415 555 2671 x123", "FR", "+14155552671", id="US extension"),
    pytest.param("011 15-2345-6789", "AR", "+5491123456789", id="AR 15 becomes 9"),
    pytest.param("0 15 11 96123-4567", "BR", "+5511961234567", id="BR carrier code"),
    pytest.param("(11) 96123-4567", "BR", "+5511961234567", id="BR national"),
    pytest.param("55 1234 5678", "MX", "+525512345678", id="MX national"),
    pytest.param("06 6982 1234", "IT", "+390669821234", id="IT keeps its zero"),
    pytest.param("8 (912) 345-67-89", "RU", "+79123456789", id="RU trunk eight"),
    pytest.param("8 800 555 35 35", "RU", "+78005553535", id="RU number that begins with the trunk eight"),
    pytest.param("06 20 123 4567", "HU", "+36201234567", id="HU trunk 06"),
    pytest.param("3100699", "TT", "+18683100699", id="TT seven digits gain the area code"),
    pytest.param("35820597", "AX", "+35820597", id="AX calling code that could begin a number"),
    pytest.param("006907445", "RW", "+6907445", id="RW international prefix that could begin a number"),
    pytest.param("+33612345678", "ZZ", "+33612345678", id="no region is needed after a plus"),
]

UNREADABLE = [
    pytest.param("", "FR", "it is not a phone number", id="nothing"),
    pytest.param("hello", "FR", "it is not a phone number", id="a word"),
    pytest.param("06+12345678", "FR", "it is not a phone number", id="plus in the middle"),
    pytest.param("0412\t345\t678", "AU", "it is not a phone number", id="tab inside"),
    pytest.param("06\u202f12\u202f34\u202f56\u202f78", "FR", "it is not a phone number", id="narrow no-break"),
    pytest.param("+3.36123E+10", "FR", "it is not a phone number", id="spreadsheet exponent"),
    pytest.param("+999123456", "FR", "it has no valid country code", id="unknown calling code"),
    pytest.param("+0612345678", "FR", "it has no valid country code", id="zero after the plus"),
    pytest.param("0612345678", "ZZ", "it has no valid country code", id="unknown region"),
    pytest.param("0612345678", "fr", "it has no valid country code", id="region in small letters"),
    pytest.param("0012", "FR", "it has too few digits", id="nothing after the international prefix"),
    pytest.param("1" * 30, "FR", "it is too long", id="thirty digits"),
    pytest.param("06" + " " * 250 + "12345678", "FR", "it is too long", id="251 characters"),
    pytest.param("06 12 34 56", "FR", "it has too few digits for a number in FR (+33)", id="FR short"),
    pytest.param("33612345678.0", "FR", "it has too many digits for a number in FR (+33)", id="spreadsheet float"),
    pytest.param("06 12 34 56 78 home", "FR", "it has too many digits for a number in FR (+33)", id="words after"),
    pytest.param("555-2671", "US", "it lacks the area code it needs in US (+1)", id="US local"),
    pytest.param("0627528377572073", "GA", "it has too many digits for a number in GA (+241)", id="GA rewritten"),
    pytest.param("03333001400", "CO", "it is not a valid number in CO (+57)", id="CO carrier 3 is taken first"),
    pytest.param("0800069987", "IM", "it is not a valid number in IM (+44)", id="IM too short without its zero"),
    pytest.param("55800654242", "BR", "it is not a valid number in BR (+55)", id="BR calling code as area code"),
    pytest.param("+494924686545941", "FR", "it is not a valid number in DE (+49)", id="DE longer than DE allows"),
    pytest.param("200 555 2671", "CA", "it is not a valid number in CA (+1)", id="CA unassigned"),
    pytest.param("+61 412 345", "FR", "it is not a valid number in AU (+61)", id="AU short"),
    pytest.param(
        "+267 712 345 678",
        "FR",
        "it has the wrong count of digits for a number in BW (+267)",
        id="BW has 8 or 10",
    ),
]

REGION_OF = [
    pytest.param("+33612345678", "FR", id="a calling code of one region"),
    pytest.param("+14155552671", "US", id="+1 US"),
    pytest.param("+16045551234", "CA", id="+1 CA"),
    pytest.param("+18762101234", "JM", id="+1 JM"),
    pytest.param("+447712345678", "GB", id="+44 GB"),
    pytest.param("+447797712345", "JE", id="+44 JE"),
    pytest.param("+78005553535", "RU", id="+7 RU, where the trunk prefix hides the number from the table"),
    pytest.param("+77012345678", "KZ", id="+7 KZ"),
    pytest.param("+390669812345", "VA", id="+39 VA"),
    pytest.param("+80012345678", "001", id="international freephone"),
    pytest.param("+12005552671", "ZZ", id="+1 unassigned"),
    pytest.param("+999123456", "ZZ", id="unknown calling code"),
    pytest.param("", "ZZ", id="nothing"),
]

regions = st.sampled_from(EVERY_REGION)
edits = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.integers(0, 1),
        st.sampled_from("0123456789 -.()/\u00a0\t+x#;,~*abcE３٣") | st.just(""),
    ),
    max_size=4,
)


@st.composite
def dialled(draw: st.DrawFn) -> tuple[str, str]:
    """A number as somebody might dial it from the drawn region, with slips."""
    here = draw(regions)
    there, number = draw(st.sampled_from(EXAMPLES))
    metadata = PhoneMetadata.metadata_for_region(draw(st.sampled_from((here, there))))
    assert metadata is not None
    abroad = st.from_regex(re.compile(metadata.international_prefix or "00", re.ASCII), fullmatch=True)
    trunk = st.from_regex(re.compile(metadata.national_prefix_for_parsing or "0", re.ASCII), fullmatch=True)
    start = draw(st.sampled_from(("", "+", "00", "0", "011", "++", "（＋")) | abroad)
    middle = draw(st.sampled_from(("", str(number.country_code), f"{number.country_code}0")) | trunk)
    significant = phonenumbers.national_significant_number(number)
    digits = draw(st.just(significant) | st.from_regex(r"\A[0-9]{1,19}\Z"))
    written = start + middle + digits
    for place, dropped, added in draw(edits):
        written = written[:place] + added + written[place + dropped :]
    return written, draw(st.sampled_from((here, there)))


@pytest.mark.parametrize(("written", "region", "number"), READ)
def test_reads(written: str, region: str, number: str) -> None:
    assert e164(written, region) == libphonenumber(written, region) == number


@pytest.mark.parametrize(("written", "region", "why"), UNREADABLE)
def test_says_why_not(written: str, region: str, why: str) -> None:
    assert e164(written, region) is libphonenumber(written, region) is None
    assert why_unreadable(written, region) == why


@pytest.mark.parametrize(("number", "region"), REGION_OF)
def test_region_of(number: str, region: str) -> None:
    assert region_of(number) == region


def test_reads_every_example_of_every_region_as_libphonenumber_does() -> None:
    written = [
        (phonenumbers.format_number(number, form), region) for region, number in EXAMPLES for form in WRITTEN_FORMS
    ]
    assert [case for case in written if e164(*case) != libphonenumber(*case)] == []


def test_knows_the_region_of_every_example() -> None:
    numbers = [phonenumbers.format_number(number, PhoneNumberFormat.E164) for _, number in EXAMPLES]
    known = {number: phonenumbers.region_code_for_number(phonenumbers.parse(number)) for number in numbers}
    assert {number: region_of(number) for number in numbers} == known


def test_every_region_an_account_may_have() -> None:
    assert phonenumbers.SUPPORTED_REGIONS == REGIONS


@settings(max_examples=1500)
@given(dialled())
def test_reads_numbers_with_slips_as_libphonenumber_does(case: tuple[str, str]) -> None:
    assert e164(*case) == libphonenumber(*case)


@settings(max_examples=500)
@given(st.from_regex(r"\A\+?[0-9 ().-]{0,22}\Z"), regions)
def test_reads_random_digits_as_libphonenumber_does(written: str, region: str) -> None:
    assert e164(written, region) == libphonenumber(written, region)


@settings(max_examples=500)
@given(st.text(max_size=300), regions | st.text(max_size=3))
def test_any_text_gets_a_number_or_a_reason(written: str, region: str) -> None:
    number = e164(written, region)
    assert number == libphonenumber(written, region)
    assert number or why_unreadable(written, region).startswith("it ")


@settings(max_examples=500)
@given(st.data(), regions, regions)
def test_a_mobile_number_reads_as_itself_everywhere(data: st.DataObject, here: str, there: str) -> None:
    plus, pattern = data.draw(st.sampled_from(MOBILES))
    written = plus + data.draw(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))
    number = e164(written, here)
    assert number in (written, None)
    assert e164(written, there) == number
    assert number is None or region_of(number) == phonenumbers.region_code_for_number(phonenumbers.parse(number))


def test_some_freephone_numbers_of_belarus_do_not_read_back() -> None:
    """libphonenumber strips the trunk 8 of +375 wherever an 8 begins the number, plus or no plus."""
    assert e164("88103475094", "BY") == "+3758103475094"
    assert e164("+3758103475094", "BY") is None
