"""What does a number tell of itself, without asking any network?"""

from functools import cache
from typing import Any

import phonenumbers
from msgspec import Struct
from phonenumbers import PhoneNumberType

from antiphon.core import phone
from antiphon.core.countries import ALPHA_3, NAMES


class Lookup(Struct, frozen=True, kw_only=True):
    """What the numbering plans say of `number` as it was written, or as E.164 where it is `valid`.

    `network` is whom the number was given to first: it may have been ported since.
    """

    number: str
    valid: bool
    kind: str | None = None
    network: str | None = None
    region: str | None = None
    country: str | None = None
    alpha_3: str | None = None
    calling_code: int | None = None


_KINDS = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "landline",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "mobile",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.PREMIUM_RATE: "premium_rate",
    PhoneNumberType.PAGER: "pager",
}


def look_up(written: str, region: str) -> Lookup:
    """`region` (ISO 3166) is where a number without a country belongs."""
    number = phone.e164(written, region)
    if number is None:
        return Lookup(number=written, valid=False)
    parsed = phonenumbers.parse(number)
    home = phone.region_of(number)
    return Lookup(
        number=number,
        valid=True,
        kind=_KINDS.get(phonenumbers.number_type(parsed), "unknown"),
        network=_networks().name_for_number(parsed, "en") or None,
        region=home,
        country=NAMES.get(home),
        alpha_3=ALPHA_3.get(home),
        calling_code=parsed.country_code,
    )


@cache
def _networks() -> Any:
    # Eleven megabytes that most programs never need.
    from phonenumbers import carrier

    return carrier
