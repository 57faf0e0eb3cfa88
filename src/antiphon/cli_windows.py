"""What can be said on the command line about when messages may leave?"""

from dataclasses import dataclass
from typing import Annotated

import uvloop
from cyclopts import Parameter
from msgspec.structs import replace

from antiphon import app
from antiphon.config import Config, load
from antiphon.core.errors import BadField
from antiphon.core.quiet import WEEK, Rule, words
from antiphon.core.quiet_rules import Preset
from antiphon.core.windows import Windows, book
from antiphon.services import accounts
from antiphon.services import windows as services

_MAYBE_PURPOSE = (4, 5)  # words of a window, without its purpose and with it


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is not given stays as it was.

    Parameters
    ----------
    preset
        strict, standard, or none.
    without
        A rule of the preset that does not hold for this account, like fr-sfr; may be repeated.
    window
        One of the account's own, may be repeated: "NAME COUNTRY DAYS HOURS", like "shop FR sat,holiday 10:00-18:00"
        or "calm all daily 08:00-20:00 alert"; the country may be US-TX or all, the days daily, the hours never.
    cap
        At most so many marketing messages to one number in --cap-days days; 0 is any number.
    cap_days
        The days of the cap.
    refuse_senders
        Refuse what a country surely does not allow as a sender; with --no-refuse-senders only tell of it.
    """

    preset: Preset | None = None
    without: tuple[str, ...] | None = None
    window: tuple[str, ...] | None = None
    cap: int | None = None
    cap_days: int | None = None
    refuse_senders: bool | None = None


def windows(
    *,
    login: str,
    wanted: Annotated[Wanted | None, Parameter(name="*")] = None,
    forget: bool = False,
    data: str | None = None,
) -> None:
    """Say when an account's messages may leave, and show what holds; docs/windows.md tells the rules and their sources.

    Parameters
    ----------
    forget
        What the account has set: the strict preset holds again, except where all carriers are simulated.
    """
    uvloop.run(_windows(load({"data": data}), login, wanted or Wanted(), forget))


async def _windows(config: Config, login: str, wanted: Wanted, forget: bool) -> None:
    async with app.enlisted(config) as store:
        account = await accounts.by_login(store, login)
        if forget:
            await services.choose(store, account, None)
        known, _ = await services.of(store, account)
        if wanted != Wanted():
            await services.choose(store, account, _changed(known, wanted))
        print("\n".join(_lines(*await services.of(store, account))))


def _changed(known: Windows, wanted: Wanted) -> Windows:
    told = {name: getattr(wanted, name) for name in ("preset", "without", "cap", "cap_days")}
    own = None if wanted.window is None else tuple(map(_rule, wanted.window))
    told |= {"own": own, "refuse": wanted.refuse_senders}
    return replace(known, **{name: value for name, value in told.items() if value is not None})


def _rule(written: str) -> Rule:
    """Raises BadField."""
    parts = written.split()
    if len(parts) not in _MAYBE_PURPOSE or parts[4:] not in ([], ["alert"], ["marketing"]):
        reason = f'is not like "shop FR sat,holiday 10:00-18:00": {written}'
        raise BadField(field="--window", reason=reason)
    name, where, days, hours = parts[:4]
    country, _, state = where.partition("-")
    return Rule(
        name=name,
        country=None if country == "all" else country,
        state=state or None,
        days=WEEK if days == "daily" else tuple(days.split(",")),
        hours=None if hours == "never" else hours,
        purpose="alert" if parts[4:] == ["alert"] else "marketing",
    )


def _lines(known: Windows, in_force: bool) -> list[str]:
    cap = f"at most {known.cap} marketing messages to a number in {known.cap_days} days" if known.cap else "none"
    return [
        f"preset   {known.preset}{'' if in_force else ' (not in force: all carriers are simulated)'}",
        f"cap      {cap}",
        f"senders  what a country does not allow is {'refused' if known.refuse else 'only told'}",
        *(f"rule     {words(rule)}" for rule in book(known, "UTC").rules),
    ]
