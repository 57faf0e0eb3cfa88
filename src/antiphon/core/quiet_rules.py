"""Which rules about the hours of marketing are known, and who says so? Not legal advice: each has its source.

Where sources differ, the stricter is in the strict preset. What is not verified is there too: at worst, a message waits
longer than it had to.
"""

from datetime import date
from enum import StrEnum
from typing import Final

from antiphon.core.quiet import HOLIDAY, WEEK, Rule

_SENDER_API: Final = "developers.brevo.com/reference/sendtransacsms"
_NETWORKS: Final = "github.com/element-hq/element-web/issues/7672"
_FEDERAL: Final = "47 CFR 64.1200(c)(1); infolawgroup.com; buchalter.com (2025-03-06)"
_STATES: Final = "glama.ai: can_i_call_now"
_READ: Final = date(2026, 11, 21)
_WORKDAYS: Final = WEEK[:5]


class Preset(StrEnum):
    STRICT = "strict"
    STANDARD = "standard"
    NONE = "none"


def _state(state: str, hours: str | None, days: tuple[str, ...] = WEEK, *, part: str = "", since: date | None = None):
    return Rule(
        name=f"us-{state.lower()}{part}",
        country="US",
        state=state,
        days=days,
        hours=hours,
        since=since,
        source=_STATES,
        noted=_READ,
        verified=False,
        strict=True,
    )


RULES: Final[tuple[Rule, ...]] = (
    Rule(name="fr-night", country="FR", hours="08:00-22:00", source=_SENDER_API, noted=_READ),
    Rule(name="fr-sunday", country="FR", days=("sun",), source=_SENDER_API, noted=_READ),
    Rule(name="fr-holiday", country="FR", days=(HOLIDAY,), source=_SENDER_API, noted=_READ),
    Rule(
        name="fr-evening",
        country="FR",
        hours="08:00-20:00",
        source="ressources.ediware.net/?p=1388",
        noted=_READ,
        strict=True,
    ),
    *(
        Rule(
            name=f"fr-{network.split()[0].lower()}",
            country="FR",
            network=network,
            hours="08:30-20:00",
            source=_NETWORKS,
            noted=_READ,
            strict=True,
        )
        for network in ("Bouygues Telecom", "SFR")
    ),
    # Good Friday and 26 December; a number does not tell whether its owner lives in Alsace or Moselle.
    Rule(
        name="fr-holiday-alsace-moselle",
        country="FR",
        days=(HOLIDAY,),
        calendars=("FR-57", "FR-6AE"),
        source="the calendars FR-57 and FR-6AE of the package holidays",
        noted=_READ,
        strict=True,
    ),
    Rule(name="us-federal", country="US", hours="08:00-21:00", source=_FEDERAL, noted=date(2025, 3, 26)),
    *(_state(state, "08:00-20:00") for state in ("FL", "OK", "MD", "WA", "WY")),
    _state("TX", "12:00-21:00", ("sun",), part="-sunday"),
    _state("KY", "10:00-21:00"),
    _state("PA", None, ("sun",), part="-sunday", since=date(2026, 10, 18)),
    _state("ME", "09:00-17:00", _WORKDAYS),
    _state("ME", None, ("sat", "sun"), part="-weekend"),
    Rule(
        name="in-night",
        country="IN",
        hours="09:00-21:00",
        source="developer.enablex.io/docs/quickstart/sms/international-sms-regulations/country/india",
        noted=_READ,
        verified=False,
        strict=True,
    ),
)

NAMES: Final = frozenset(rule.name for rule in RULES)


def of(preset: Preset) -> tuple[Rule, ...]:
    if preset is Preset.NONE:
        return ()
    return tuple(rule for rule in RULES if preset is Preset.STRICT or not rule.strict)
