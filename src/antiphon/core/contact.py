"""Who can be written to, and what happens when the same number comes twice?"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from msgspec import Struct, json
from msgspec.structs import replace

from antiphon.core import phone
from antiphon.core.errors import BadNumber
from antiphon.core.window import Window

Attributes = Mapping[str, Any]
# Objects and lists inside each other. A thousand can be written, but not read again from deep in a program.
DEEPEST = 32


class Draft(Struct, frozen=True, kw_only=True, gc=False):
    """A contact as somebody wrote it. None means "says nothing", so it never erases what is stored."""

    number: str
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    email: str | None = None
    attributes: Attributes | None = None
    tags: tuple[str, ...] = ()


class Contact(Struct, frozen=True, gc=False):
    """One person: one E.164 number in one account."""

    id: int
    number: str
    first_name: str | None
    last_name: str | None
    company: str | None
    email: str | None
    attributes: Attributes | None
    created_at: datetime
    updated_at: datetime


class Existing(Enum):
    """What to do with a contact that is there already."""

    OVERWRITE = "overwrite"  # what the draft says replaces what is stored
    KEEP = "keep"  # its data stay as they are; it still joins the lists and tags
    REFUSE = "refuse"  # nothing of it is touched


class AddContacts(Struct, frozen=True, kw_only=True):
    """`lists` are names, made where missing; `list_ids` must be there. `un_list`, `un_tag` first detach all."""

    drafts: Sequence[Draft]
    lists: tuple[str, ...] = ()
    list_ids: tuple[int, ...] = ()
    existing: Existing = Existing.OVERWRITE
    un_list: bool = False
    un_tag: bool = False
    leave_out_opted_out: bool = False


class EditContact(Struct, frozen=True, kw_only=True):
    """Change what `draft` says of a contact; an empty `draft.number` keeps the number. `move_to`: a list's id.

    `seen`: only if it was last changed at this time, so that nobody overwrites what he has not read.
    """

    id: int
    draft: Draft
    move_to: int | None = None
    seen: datetime | None = None


class FindContacts(Struct, frozen=True, kw_only=True):
    """A page of contacts: of the whole account, or of those who are on at least one of these lists."""

    window: Window
    list_ids: tuple[int, ...] = ()


class Change(Enum):
    ADDED = "added"
    UPDATED = "updated"
    KEPT = "kept"
    OPTED_OUT = "opted out"
    UNREADABLE = "unreadable"


class Result(Struct, frozen=True, kw_only=True, gc=False):
    """What became of one draft: the `contact` as stored (added, updated, kept), else the `reason` why not."""

    change: Change
    number: str
    contact: Contact | None = None
    reason: str | None = None


class Batch(Struct, frozen=True, kw_only=True):
    """Drafts made ready for the store: one a number, and for every position its number or its refusal."""

    by_number: dict[str, Draft]
    numbers: list[str | Result]
    existing: Existing


def prepare(command: AddContacts, region: str) -> Batch:
    """Read every number; fold drafts of the same number into one, as if they had come one after another."""
    by_number: dict[str, Draft] = {}
    numbers: list[str | Result] = []
    for draft in command.drafts:
        number = phone.e164(draft.number, region)
        if number is None:
            numbers.append(_unreadable(draft.number, region))
            continue
        numbers.append(number)
        earlier = by_number.get(number)
        by_number[number] = draft if earlier is None else fold(earlier, draft, command.existing)
    return Batch(by_number=by_number, numbers=numbers, existing=command.existing)


def fold(earlier: Draft, later: Draft, existing: Existing) -> Draft:
    """Two drafts of one number: the later one wins field by field, unless what exists is to stay as it is."""
    if existing is Existing.REFUSE:
        return earlier
    tags = tuple(dict.fromkeys(earlier.tags + later.tags))
    if existing is Existing.KEEP:
        return replace(earlier, tags=tags)
    return replace(earlier, **_said(later, earlier), tags=tags)


def merge(contact: Contact, draft: Draft, now: datetime) -> Contact:
    """The contact after the draft: a field that the draft gives replaces, one it leaves out stays.

    Attributes are merged one by one by name; an attribute that is itself an object is replaced whole. A draft that
    says nothing new gives back the very same contact: there is nothing to store then.
    """
    said = _said(draft, contact)
    return replace(contact, **said, updated_at=now) if said else contact


def edit(contact: Contact, draft: Draft, number: str, now: datetime) -> Contact:
    """As `merge`, and with another number unless that is empty; it counts as changed at any rate."""
    return merge(replace(contact, number=number or contact.number, updated_at=now), draft, now)


def read_number(written: str, region: str) -> str | BadNumber | None:
    """What an edit writes: a number in E.164, the reason why it is none, or nothing."""
    if not written:
        return None
    number = phone.e164(written, region)
    return BadNumber(written=written, reason=phone.why_unreadable(written, region)) if number is None else number


def first(draft: Draft, id: int, number: str, now: datetime) -> Contact:
    """The contact that a draft of a new number makes."""
    return Contact(
        id=id,
        number=number,
        first_name=draft.first_name,
        last_name=draft.last_name,
        company=draft.company,
        email=draft.email,
        attributes=draft.attributes or None,
        created_at=now,
        updated_at=now,
    )


def drafted(contact: Contact) -> Draft:
    """The contact as somebody would write it."""
    return Draft(
        number=contact.number,
        first_name=contact.first_name,
        last_name=contact.last_name,
        company=contact.company,
        email=contact.email,
        attributes=contact.attributes,
    )


def settle(batch: Batch, stored: Mapping[str, Result]) -> list[Result]:
    """One result for each draft in its order. A number's second draft found what the first one had left."""
    again = Change.UPDATED if batch.existing is Existing.OVERWRITE else Change.KEPT
    results: list[Result] = []
    seen: set[str] = set()
    for number in batch.numbers:
        if isinstance(number, Result):
            results.append(number)
            continue
        result = stored[number]
        if number in seen and result.change is Change.ADDED:
            result = replace(result, change=again)
        results.append(result)
        seen.add(number)
    return results


def too_deep(value: Any) -> bool:
    """Are there more than DEEPEST objects and lists inside each other?"""
    # Floor by floor, not by recursion: a tenth of the time of taking in a contact went into it.
    floor: list[Any] = [value]
    for _ in range(DEEPEST + 1):
        floor = [one for one in floor if isinstance(one, dict | list)]
        if not floor:
            return False
        floor = [inner for one in floor for inner in _inner(one)]
    return True


def _inner(one: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return one.values() if isinstance(one, dict) else one


def merge_values(contact: Contact | Draft) -> dict[str, str]:
    """What a text may say of this person, by the name of the merge field."""
    own = {
        "number": contact.number,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "company": contact.company,
        "email": contact.email,
    }
    attributes = contact.attributes or {}
    plain = {name: str(value) for name, value in attributes.items() if isinstance(value, str | int | float)}
    return {**plain, **{name: value for name, value in own.items() if value}}


def _unreadable(written: str, region: str) -> Result:
    reason = phone.why_unreadable(written, region)
    return Result(change=Change.UNREADABLE, number=written, reason=reason)


def _said(draft: Draft, known: Contact | Draft) -> dict[str, Any]:
    """What the draft says that is not known."""
    said: dict[str, Any] = {}
    for field in ("first_name", "last_name", "company", "email"):
        value = getattr(draft, field)
        if value is not None and value != getattr(known, field):
            said[field] = value
    if draft.attributes:
        merged = {**(known.attributes or {}), **draft.attributes}
        # To Python 1 is True and 1.0; to JSON it is not.
        if merged != known.attributes or json.encode(merged) != json.encode(known.attributes):
            said["attributes"] = merged
    return said
