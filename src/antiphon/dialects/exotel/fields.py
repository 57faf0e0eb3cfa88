"""How does this vendor write what several of its calls say?"""

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec import Struct

from antiphon.core import url
from antiphon.core.account import Account
from antiphon.core.campaign import Audience, Kind
from antiphon.core.errors import BadField, TooMany, UnknownCampaign, UnknownList
from antiphon.dialects.door import Call
from antiphon.dialects.exotel.envelope import read_sid

_MOST_LISTS = 5
_NAME = range(3, 256)  # characters
_SENDER = range(1, 17)
_LONGEST_DLT = 30  # digits

# {"start_time": "2021-06-04T15:00:00+05:30", "end_time": "2021-06-04T20:00:00+05:30"}; calls say send_at, end_at


class WireSchedule(Struct, omit_defaults=True):
    start_time: str | None = None
    end_time: str | None = None
    send_at: str | None = None
    end_at: str | None = None


def read_time(written: str | None, field: str) -> datetime | None:
    """RFC 3339. Raises BadField."""
    if not written:
        return None
    try:
        at = datetime.fromisoformat(written.strip())
    except ValueError:
        raise BadField(field=field, reason="is not a time as RFC 3339 writes it") from None
    if at.tzinfo is None:
        raise BadField(field=field, reason="has no offset from UTC")
    return at


def read_schedule(schedule: WireSchedule | None, now: datetime) -> tuple[datetime | None, datetime | None]:
    """When it starts and when it ends. Raises BadField."""
    schedule = schedule or WireSchedule()
    start = read_time(schedule.start_time or schedule.send_at, "schedule.start_time")
    end = read_time(schedule.end_time or schedule.end_at, "schedule.end_time")
    if start is not None and start < now:
        raise BadField(field="schedule.start_time", reason="is in the past")
    if end is not None and end <= (start or now):
        raise BadField(field="schedule.end_time", reason="is not after the start")
    return start, end


def read_url(written: str | None, field: str) -> str | None:
    """Raises BadField."""
    if not written:
        return None
    cleaned = url.clean(written)
    if cleaned is None:
        raise BadField(field=field, reason="is not an address that can be called")
    return cleaned


def read_word(written: str, field: str, words: Collection[str]) -> str:
    """One of these words, in any case. Raises BadField."""
    word = written.strip().lower()
    if word not in words:
        raise BadField(field=field, reason=f"is not one of {', '.join(words)}")
    return word


def read_name(written: str) -> str:
    """Raises BadField."""
    name = written.strip()
    if len(name) not in _NAME:
        raise BadField(field="name", reason=f"has not {_NAME[0]} to {_NAME[-1]} characters")
    return name


def read_sender(written: str | int, field: str) -> str:
    """Raises BadField."""
    sender = str(written).strip()
    if len(sender) not in _SENDER:
        raise BadField(field=field, reason=f"has not {_SENDER[0]} to {_SENDER[-1]} characters")
    return sender


def read_dlt(entity: str | int | None, template: str | int | None) -> dict[str, str]:
    """The ids that India's registers gave, as they are handed to the carrier. Raises BadField."""
    ids = {"dlt_entity_id": entity, "dlt_template_id": template}
    read = {name: str(id).strip() for name, id in ids.items() if id}
    for name, id in read.items():
        if not (id.isascii() and id.isdigit() and len(id) <= _LONGEST_DLT):
            raise BadField(field=name, reason="is not a number, as it was registered")
    return read


def read_lists(sids: Sequence[str], account: Account) -> Audience:
    """Raises UnknownList or TooMany."""
    if len(sids) > _MOST_LISTS:
        raise TooMany(what="lists", given=len(sids), limit=_MOST_LISTS)
    ids: list[int] = []
    for sid in sids:
        id = read_sid(account, sid)
        if id is None:
            raise UnknownList(name=sid)
        ids.append(id)
    return Audience(kind=Kind.LIST, ids=tuple(ids))


def read_campaign_sid(call: Call) -> int:
    """The id in the address. Raises UnknownCampaign."""
    id = read_sid(call.account, call.path["campaign"])
    if id is None:
        raise UnknownCampaign(ticket=call.path["campaign"])
    return id
