"""What can be agreed with a carrier that speaks SMPP?"""

import ssl
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from antiphon.core.air import Alphabet
from antiphon.core.errors import BadField

# TRAI's registry of senders and templates, by the tags that India's carriers have agreed on.
INDIA: Final = "dlt_entity_id:0x1400,dlt_template_id:0x1401,dlt_telemarketer_id:0x1402"


class Settings(Struct, frozen=True, kw_only=True):
    """The options in a carrier's URL. `bind=both` opens a transmitter and a receiver for each of `binds`.

    `window` is for each bind; the timers are in seconds, `validity`, too (0 leaves it to the carrier), and `ask_after`,
    after which a message without a receipt is asked about (0 is never). `cancel`: it calls back what it has taken. The
    types and plans of numbers are those of SMPP 3.4, 5.2.5 and 5.2.6; without them they follow from the sender and the
    number.
    `tlvs` maps extras of a campaign to parameters, as `dlt_entity_id:0x1400,dlt_template_id:0x1401`.
    """

    bind: Literal["transceiver", "transmitter", "receiver", "both"] = "transceiver"
    binds: Annotated[int, Meta(ge=1, le=50)] = 1
    window: Annotated[int, Meta(ge=1, le=10_000)] = 100
    system_type: Annotated[str, Meta(max_length=12)] = ""
    service_type: Annotated[str, Meta(max_length=5)] = ""
    alphabet: Alphabet = Alphabet.GSM
    long: Literal["udh", "sar", "payload"] = "udh"
    source_ton: Annotated[int, Meta(ge=0, le=255)] | None = None
    source_npi: Annotated[int, Meta(ge=0, le=255)] | None = None
    dest_ton: Annotated[int, Meta(ge=0, le=255)] = 1
    dest_npi: Annotated[int, Meta(ge=0, le=255)] = 1
    plus: bool = False
    validity: Annotated[int, Meta(ge=0, le=30 * 24 * 3600)] = 0
    receipts: bool = True
    ask_after: Annotated[int, Meta(ge=0, le=24 * 3600)] = 0
    cancel: bool = False
    tlvs: str = INDIA
    enquire: Annotated[float, Meta(gt=0)] = 30.0
    response: Annotated[float, Meta(gt=0)] = 60.0
    verify: bool = True
    ca: str = ""

    @property
    def tags(self) -> Mapping[str, int]:
        """Raises BadField."""
        return _tags(self.tlvs)

    @property
    def period(self) -> str:
        return relative(self.validity) if self.validity else ""

    @property
    def tls(self) -> ssl.SSLContext:
        """Raises BadField."""
        return _tls(self)


def relative(seconds: int) -> str:
    """A period as SMPP writes it (7.1.1.2): years, months, days, hours, minutes, seconds, of which we use the last
    four."""
    minutes, left = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"0000{days:02}{hours:02}{minutes:02}{left:02}000R"


@cache
def _tags(written: str) -> dict[str, int]:
    """Raises BadField."""
    tags: dict[str, int] = {}
    for one in filter(None, written.split(",")):
        name, _, number = one.partition(":")
        try:
            tags[name.strip()] = int(number, 0)
        except ValueError:
            raise BadField(field="tlvs", reason=f"{one!r} is not NAME:NUMBER") from None
    return tags


def _tls(wanted: Settings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=wanted.ca or None)
    except OSError as failure:
        raise BadField(field="ca", reason=f"cannot be read: {failure.strerror}") from None
    if not wanted.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
