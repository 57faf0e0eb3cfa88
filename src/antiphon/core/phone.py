"""Which E.164 number did somebody write, in the verdict of libphonenumber?

libphonenumber reads some 60,000 numbers a second. In front of it stand regular expressions, built from its
own metadata at first use (4 ms, 16 for +1) and read at about a million a second: one for each calling code,
one for each region. What they accept, libphonenumber accepts with the same E.164 number; what they do not,
it is asked.

It takes text in this order, and the expressions mirror that: a plus; the region's international prefix; the
region's calling code without a plus, where only that makes it fit the region's numbers; a trunk prefix.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache, reduce
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberDesc, ValidationResult

REGIONS: Final[frozenset[str]] = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""The ISO 3166-1 alpha-2 regions an account may have as its default."""

_LONGEST_WRITTEN: Final = 250  # libphonenumber refuses longer text unread
_NEVER: Final = "(?!)"

_Reader = Callable[[str], re.Match[str] | None]


def e164(written: str, region: str) -> str | None:
    """The E.164 number (`+33612345678`) that `written` stands for when dialled in `region`, or None."""
    digits = written if written[1:].isdecimal() else _without_punctuation(written)
    return _ordinary(digits, region) or _by_libphonenumber(written, region)


def region_of(number: str) -> str:
    """The ISO region of an E.164 number: `001` (UN M.49, the world) for +800 and its like, else `ZZ`."""
    calling_code = _calling_code(number[1:4])
    regions = phonenumbers.region_codes_for_country_code(calling_code)
    if len(regions) == 1:
        return regions[0]
    match = _valid_number(number[1:4])(number)
    return (match and match.lastgroup) or _region_by_libphonenumber(number)


def why_unreadable(written: str, region: str) -> str:
    """Why `e164` finds no number in `written`, as a clause about it: `it has too few digits`."""
    try:
        number = phonenumbers.parse(written, region)
    except NumberParseException as refusal:
        return _WHY_UNPARSED[refusal.error_type]
    calling_code = number.country_code or 0
    at_home = phonenumbers.country_code_for_region(region) == calling_code
    place = region if at_home else phonenumbers.region_code_for_country_code(calling_code)
    why = _WHY_IMPOSSIBLE.get(phonenumbers.is_possible_number_with_reason(number), "it is not a valid number")
    return f"{why} in {place} (+{calling_code})"


_WHY_UNPARSED: Final = {
    NumberParseException.INVALID_COUNTRY_CODE: "it has no valid country code",
    NumberParseException.NOT_A_NUMBER: "it is not a phone number",
    NumberParseException.TOO_SHORT_AFTER_IDD: "it has too few digits",
    NumberParseException.TOO_SHORT_NSN: "it has too few digits",
    NumberParseException.TOO_LONG: "it is too long",
}

_WHY_IMPOSSIBLE: Final = {
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "it lacks the area code it needs",
    ValidationResult.TOO_SHORT: "it has too few digits for a number",
    ValidationResult.TOO_LONG: "it has too many digits for a number",
    ValidationResult.INVALID_LENGTH: "it has the wrong count of digits for a number",
}


def _by_libphonenumber(written: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(written, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=4096)
def _region_by_libphonenumber(number: str) -> str:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or phonenumbers.UNKNOWN_REGION
    except NumberParseException:
        return phonenumbers.UNKNOWN_REGION


def _ordinary(digits: str, region: str) -> str | None:
    if digits[:1] == "+":
        return digits if _valid_number(digits[1:4])(digits) else None
    dialled, plus = _dialled_in(region)
    match = dialled(digits)
    if not match:
        return None
    if match.lastgroup == "home":
        return plus + match["home"]
    return _ordinary("+" + match["abroad"], region)


def _without_punctuation(written: str) -> str:
    """Drops only marks that libphonenumber skips wherever they stand, and white space around (not within)."""
    if len(written) > _LONGEST_WRITTEN:
        return ""
    # Six replaces take 0.14 µs; one str.translate 0.34, one re.sub 0.52.
    spaceless = written.strip().replace(" ", "").replace("\u00a0", "")
    return spaceless.replace("-", "").replace(".", "").replace("(", "").replace(")", "").replace("/", "")


@lru_cache(maxsize=1024)
def _calling_code(lead: str) -> int:
    """The country code (ITU-T E.164, 6.2.1) that begins the three digits after the plus, or 0."""
    if not re.fullmatch("[1-9][0-9]{2}", lead):
        return 0
    known = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    return next((int(lead[:length]) for length in (1, 2, 3) if int(lead[:length]) in known), 0)


@lru_cache(maxsize=1024)
def _valid_number(lead: str) -> _Reader:
    return _valid_number_of(_calling_code(lead))


@cache
def _valid_number_of(calling_code: int) -> _Reader:
    """Reads `+` and digits; the group that matched is named for the number's region.

    libphonenumber strips a trunk prefix even here (`+33 (0)6…`): such numbers are left to it.
    """
    regions = phonenumbers.region_codes_for_country_code(calling_code)
    if not regions:
        return re.compile(_NEVER).fullmatch
    plus = rf"\+{calling_code}"
    main = _metadata(calling_code, regions[0])
    return _reader(plus + _no_trunk_prefix(main, plus) + _valid_in_any(calling_code, regions))


@lru_cache(maxsize=512)
def _dialled_in(region: str) -> tuple[_Reader, str]:
    """Reads bare digits: the group `home` lacks only what is returned beside it, `abroad` only a plus."""
    if region not in REGIONS:
        return re.compile(_NEVER).fullmatch, ""
    here = _metadata(phonenumbers.country_code_for_region(region), region)
    return _reader(f"{_dialled_home(here)}|{_dialled_abroad(here)}"), f"+{here.country_code}"


def _dialled_abroad(here: PhoneMetadata) -> str:
    """After the international prefix, or from the region's own calling code on."""
    code = here.country_code
    rest = _no_trunk_prefix(here, f"^{code}") + _possible(here)
    plusless = rf"(?!{_idd(here)})(?!(?:{_pattern(here.general_desc)})\Z)(?={code}{rest})"
    return rf"(?:(?>{_idd(here)})|{plusless})(?P<abroad>\d+)"


def _dialled_home(here: PhoneMetadata) -> str:
    """After the trunk prefix, or without one."""
    code = here.country_code or 0
    bare = f"{_no_trunk_prefix(here, '^')}(?:(?!{code})|(?={_possible(here)}))"
    valid = _valid_in_any(code, phonenumbers.region_codes_for_country_code(code))
    return f"(?!{_idd(here)})(?:{_trunk_prefix(here)}|{bare})(?P<home>{valid})"


def _idd(here: PhoneMetadata) -> str:
    return f"(?:{here.international_prefix or _NEVER})"


def _no_trunk_prefix(here: PhoneMetadata, before: str) -> str:
    """Asserts that nothing is stripped after `before` (Argentina's rule may match, and yet strip nothing)."""
    trunk = here.national_prefix_for_parsing
    return f"(?!(?>{trunk})(?<!{before}))" if trunk else ""


def _trunk_prefix(here: PhoneMetadata) -> str:
    """Consumes what is stripped, unless the region's rule also writes something in its place.

    Only the groups of the international prefix may stand before it: its own last group is counted from there.
    """
    trunk = here.national_prefix_for_parsing
    if not trunk:
        return _NEVER
    last = re.compile(_idd(here) + f"(?:{trunk})").groups
    untransformed = f"(?({last}){_NEVER})" if here.national_prefix_transform_rule else ""
    return f"(?!{here.country_code})(?>{trunk}){untransformed}(?={_possible(here)})"


def _possible(here: PhoneMetadata) -> str:
    return rf"{_lengths(here.general_desc)}(?:{_pattern(here.general_desc)})\Z"


def _valid_in_any(calling_code: int, regions: tuple[str, ...]) -> str:
    """A number belongs to the first region whose leading digits, or else whose numbers, match."""
    return reduce(lambda others, region: _valid_or(_metadata(calling_code, region), others), reversed(regions), _NEVER)


def _valid_or(here: PhoneMetadata, others: str) -> str:
    name = f"?P<{here.id}>" if here.id in REGIONS else "?:"
    ours = f"({name}(?={_possible(here)})(?:{_types(here)}))"
    lead = here.leading_digits
    return f"(?:(?={lead}){ours}|(?!{lead}){others})" if lead else f"(?:{ours}|{others})"


def _types(here: PhoneMetadata) -> str:
    kinds = (
        None if here.same_mobile_and_fixed_line_pattern else here.mobile,
        here.fixed_line,
        here.toll_free,
        here.premium_rate,
        here.shared_cost,
        here.personal_number,
        here.voip,
        here.pager,
        here.uan,
        here.voicemail,
    )
    return "|".join(f"{_lengths(kind)}(?:{_pattern(kind)})" for kind in kinds if kind)


def _pattern(kind: PhoneNumberDesc | None) -> str:
    return (kind and kind.national_number_pattern) or _NEVER


def _lengths(kind: PhoneNumberDesc | None) -> str:
    lengths = "|".join(rf"\d{{{length}}}" for length in kind.possible_length) if kind else ""
    return rf"(?=(?:{lengths})\Z)" if lengths else ""


def _metadata(calling_code: int, region: str) -> PhoneMetadata:
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(calling_code, region)
    assert metadata is not None
    return metadata


def _reader(pattern: str) -> _Reader:
    return re.compile(pattern, re.ASCII).fullmatch
