"""Which senders does a country allow, and who says so? Not legal advice: each row has its source."""

import re
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

from msgspec import Struct

from antiphon.core.sender import LONGEST

_READ: Final = date(2026, 11, 21)
_LONGEST_SHORT_CODE = 6


class Names(StrEnum):
    """May a name stand where the number of the sender stands?"""

    ALLOWED = "allowed"
    REGISTERED = "registered"  # once somebody there has been told whose it is
    NEVER = "never"  # a number or a short code only


class SenderRule(Struct, frozen=True, kw_only=True):
    """`barred` begin numbers (E.164) that nobody may send from. What is not `sure` is told, and stops nothing."""

    country: str
    names: Names
    source: str
    barred: tuple[str, ...] = ()
    noted: date = _READ
    sure: bool = False


class Objection(Struct, frozen=True):
    """What is wrong with a sender. What is `sure` to be refused there is better not sent."""

    why: str
    sure: bool


_NO_NAMES: Final = "developers.telnyx.com/docs/messaging/messages/alphanumeric-sender-id"
_NO_NAMES_EITHER: Final = "docs.aws.amazon.com/end-user-messaging/latest/userguide/nx-features-senders"
_FORM_FOR: Final = (
    "AT",
    "BY",
    "EG",
    "ES",
    "FI",
    "ID",
    "IE",
    "JO",
    "KE",
    "KW",
    "KZ",
    "LK",
    "PH",
    "QA",
    "RU",
    "SA",
    "SG",
    "TH",
)
_FORMS: Final = "docs.aws.amazon.com/sms-voice/latest/userguide/registrations-country"

RULES: Final[tuple[SenderRule, ...]] = (
    SenderRule(
        country="FR",
        names=Names.ALLOWED,
        barred=("+336", "+337"),  # since 2023-01
        source="help.withallo.com: send-sms-france",
        sure=True,
    ),
    *(SenderRule(country=country, names=Names.NEVER, source=_NO_NAMES, sure=True) for country in ("US", "CA", "PR")),
    SenderRule(country="CN", names=Names.NEVER, source=_NO_NAMES_EITHER),
    # Since 2026-07-01 other names are shown as "Unverified".
    SenderRule(country="AU", names=Names.REGISTERED, source="regureport.com; telerivet.com; clicksend.com"),
    SenderRule(country="IN", names=Names.REGISTERED, source="messagecentral.com/id/sms-guidelines/india; openmalo.com"),
    *(SenderRule(country=country, names=Names.REGISTERED, source=_FORMS) for country in _FORM_FOR),
)
OF: Final = {rule.country: rule for rule in RULES}


@lru_cache(10_000)
def objection(sender: str | None, country: str) -> Objection | None:
    """None where nothing is known against it, or the carrier puts in a sender of its own."""
    if not sender:
        return None
    rule = OF.get(country)
    number = _number(sender, country)
    if number is None and len(sender) > LONGEST:
        return Objection(f"the sender {sender} has more than {LONGEST} characters (3GPP TS 23.040, 9.1.2.5)", True)
    if rule is None:
        return None
    if number is not None:
        barred = len(number) > _LONGEST_SHORT_CODE and number.startswith(rule.barred) if rule.barred else False
        why = f"numbers that begin with {' or '.join(rule.barred)} are barred as senders"
        return _of(rule, why) if barred else None
    if rule.names is Names.NEVER:
        return _of(rule, f"the sender {sender} is a name, and only numbers and short codes are allowed")
    if rule.names is Names.REGISTERED:
        return Objection(f"sender of {country}: the name {sender} may have to be registered ({rule.source})", False)
    return None


def _of(rule: SenderRule, why: str) -> Objection:
    return Objection(f"sender of {rule.country}: {why} ({rule.source})", rule.sure)


def _number(sender: str, country: str) -> str | None:
    """As E.164 where it is a whole number, and as it is where it is a short code; None where it is a name."""
    digits = re.sub(r"[ .()/-]", "", sender)
    if not re.fullmatch(r"\+?[0-9]+", digits):
        return None
    if country == "FR" and re.fullmatch(r"0[1-9][0-9]{8}", digits):
        return f"+33{digits[1:]}"
    return digits if len(digits) <= _LONGEST_SHORT_CODE or digits[0] == "+" else f"+{digits.removeprefix('00')}"
