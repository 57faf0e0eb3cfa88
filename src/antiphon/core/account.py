"""Whose is it? A tenant, and how it proves itself."""

from msgspec import Struct
from phonenumbers import PhoneNumberType, example_number_for_type
from phonenumbers.timezone import time_zones_for_number

from antiphon.core.windows import Windows

# A region with several zones: the one that most of its people live in.
_BUSIEST_ZONE = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "GB": "Europe/London",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
}


class Callbacks(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where somebody wants to be told of what happens: URLs, and an e-mail address for replies.

    `format` is the name of the dialect whose payload they carry, as a form or as JSON; `custom` comes back in each.
    """

    campaigns: str | None = None
    receipts: str | None = None
    replies: str | None = None
    opt_outs: str | None = None
    visits: str | None = None
    replies_email: str | None = None
    format: str | None = None
    form: bool = False
    custom: str | None = None


class Alert(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom to warn when what is left of a `product` falls under `bound` pieces."""

    product: str | None = None
    bound: int | None = None
    emails: tuple[str, ...] = ()
    number: str | None = None


class Doubts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What becomes of an alert of which nobody knows whether it left, once no news has come for `after` seconds: it is
    sent again, and may arrive twice; or left, and may never arrive. Marketing is always left."""

    after: int = 600
    resend: bool = True


class Parameters(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an account has set for all its campaigns. The senders stand in where a campaign names none.

    Without `windows` the strict ones hold, except where all carriers are simulated.
    """

    sender: str | None = None
    voice_sender: str | None = None
    test_number: str | None = None
    callbacks: Callbacks = Callbacks()
    alert: Alert = Alert()
    doubts: Doubts = Doubts()
    windows: Windows | None = None


class Account(Struct, frozen=True, kw_only=True):
    """A tenant. `region` (ISO 3166) is where a number without a country belongs; `time_zone` an IANA name.

    A sub-account has a `parent_id`. An `operator` runs the installation: its carriers and routes belong to no account.
    """

    id: int
    sid: str
    region: str
    time_zone: str
    currency: str
    parent_id: int | None = None
    parameters: Parameters = Parameters()
    operator: bool = False


class Person(Struct, frozen=True, kw_only=True):
    """Who answers for an account."""

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None


class SubAccount(Struct, frozen=True, kw_only=True):
    """An account below another, as its parent sees it. Of the API key only the last four characters are known."""

    account: Account
    person: Person
    login: str
    key_hint: str


class NewCredential(Struct, frozen=True, kw_only=True):
    """What is shown once, when an account is made. `api_key` is stored only as a hash."""

    account_id: int
    sid: str
    login: str
    key_id: str
    api_key: str


class NewBind(Struct, frozen=True, kw_only=True):
    """What is shown once, when the password of an account's binds is set."""

    system_id: str
    password: str


def home_zone(region: str) -> str:
    """The IANA time zone an account of this region starts with; UTC where the region tells too little."""
    if region in _BUSIEST_ZONE:
        return _BUSIEST_ZONE[region]
    example = example_number_for_type(region, PhoneNumberType.MOBILE)
    zones = time_zones_for_number(example) if example else ()
    return zones[0] if len(zones) == 1 and "/" in zones[0] and zones[0] != "Etc/Unknown" else "UTC"
