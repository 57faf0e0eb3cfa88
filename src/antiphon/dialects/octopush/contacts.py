"""Contacts: create, delete, look up."""

from collections.abc import Sequence
from typing import Annotated, Any, Protocol

from msgspec import UNSET, Meta, Struct, UnsetType

from antiphon.core.campaign import SendMessages, check
from antiphon.core.contact import AddContacts, Change, Draft, Existing, Result
from antiphon.core.errors import BadField, MissingField, TooMany
from antiphon.core.lookup import Lookup, look_up
from antiphon.dialects.door import Call
from antiphon.services import contacts

# {"phone_number": "+33612345678", "first_name": "Axelle", "last_name": "Durand", "param1": null, "param3": "Mme"}


class WireContact(Struct, forbid_unknown_fields=True, gc=False):
    phone_number: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    param1: str | None = None
    param2: str | None = None
    param3: str | None = None
    param4: str | None = None
    param5: str | None = None


# {"contacts": [...], "list_name": "my_list", "tag_name": "vip", "un_list": false, "do_not_overwrite": false}


class WireCreate(Struct, forbid_unknown_fields=True):
    contacts: list[WireContact] | None = None
    list_name: str | None = None
    list_names: list[str] | None = None
    un_list: bool = False
    tag_name: str | None = None
    tag_names: list[str] | None = None
    un_tag: bool = False
    do_not_overwrite: bool = False
    auto_remove_blacklisted_numbers: bool = False
    auto_remove_blacklisted_contacts: bool = False
    auto_delete_optout_contacts: bool = False


# {"phone_numbers": ["+33612345678", "+33612345679"], "list_name": "my_list"}


class WireNumbers(Struct, forbid_unknown_fields=True):
    phone_numbers: list[str] | None = None


class WireDelete(WireNumbers):
    # Not a text that may be ignored: the contacts would be gone from the account.
    list_name: Annotated[Any, Meta(extra_json_schema={"type": "string"})] = None


class WireHlr(WireNumbers):
    simulation_mode: bool = False  # a look-up asks no network, so it is the same with it and without


class Switches(Protocol):
    """The body of any call that may leave out who has opted out."""

    auto_remove_blacklisted_numbers: bool
    auto_remove_blacklisted_contacts: bool
    auto_delete_optout_contacts: bool


MOST_RECIPIENTS, MOST_NUMBERS = 500, 200


def read_create(body: WireCreate) -> AddContacts:
    """Raises MissingField without contacts."""
    if body.contacts is None:
        raise MissingField(field="contacts")
    tags = _names(body.tag_name, body.tag_names)
    return AddContacts(
        drafts=[read_contact(contact, tags) for contact in body.contacts],
        lists=_names(body.list_name, body.list_names),
        existing=Existing.KEEP if body.do_not_overwrite else Existing.OVERWRITE,
        un_list=body.un_list,
        un_tag=body.un_tag,
        leave_out_opted_out=read_leave_out(body),
    )


def read_contact(wire: WireContact, tags: tuple[str, ...] = ()) -> Draft:
    """The vendor's parameters 1 to 5 are the attributes field_1 to field_5."""
    params = (wire.param1, wire.param2, wire.param3, wire.param4, wire.param5)
    given = {f"field_{place}": value for place, value in enumerate(params, 1) if value} if any(params) else None
    return Draft(
        number=wire.phone_number or "",
        first_name=wire.first_name or None,
        last_name=wire.last_name or None,
        email=wire.email or None,
        attributes=given,
        tags=tags,
    )


def read_recipients(written: Sequence[WireContact] | None) -> list[Draft]:
    """Raises MissingField or TooMany."""
    if not written:
        raise MissingField(field="recipients")
    if len(written) > MOST_RECIPIENTS:
        raise TooMany(what="recipients", given=len(written), limit=MOST_RECIPIENTS)
    return [read_contact(recipient) for recipient in written]


def read_leave_out(body: Switches) -> bool:
    """One switch under the name of each generation of the documentation."""
    return (
        body.auto_remove_blacklisted_numbers
        or body.auto_remove_blacklisted_contacts
        or body.auto_delete_optout_contacts
    )


def read_numbers(body: WireNumbers) -> list[str]:
    """Raises MissingField or TooMany."""
    if not body.phone_numbers:
        raise MissingField(field="phone_numbers")
    if len(body.phone_numbers) > MOST_NUMBERS:
        raise TooMany(what="numbers", given=len(body.phone_numbers), limit=MOST_NUMBERS)
    return body.phone_numbers


def read_list_name(written: object) -> str | None:
    """Raises BadField."""
    if written is None or written == "":
        return None
    name = str(written).strip() if isinstance(written, str | int) and not isinstance(written, bool) else ""
    if not name:
        raise BadField(field="list_name", reason="is not the name of a list")
    return name


# {"items": [{"phone_number": "+3735555555560", "email": "a@b.example", "status": "added"}, ...]}


class WireItem(Struct):
    phone_number: str
    email: str | None
    status: str
    reason: str | UnsetType = UNSET  # the vendor leaves its users guessing; a key more hurts nobody


class WireItems(Struct):
    items: list[WireItem]


STATUS = {Change.ADDED: "added", Change.UPDATED: "updated"}  # whatever else became of it is "skipped"


def write_create(results: Sequence[Result]) -> WireItems:
    return WireItems([_write_item(result) for result in results])


# [{"network_name": "SFR", "mcc": 208, "mnc": 10, "status": "valid", "country_name": "France",
#   "country_code_iso3": "FRA", "country_code": "FR", "area": null, "country_prefix": "+33",
#   "phone_number": "+33612345678", "phone_number_type": "mobile", "line_status": "live", "is_ported": true,
#   "ported_date": "2021-10-04 14:00:14", "original_network_details": {"network_name": "SFR", ...}}]


class WireNetwork(Struct):
    network_name: str | None
    mcc: int | None
    mnc: int | None
    country_name: str | None
    country_code_iso3: str | None
    country_code: str | None
    area: str | None
    country_prefix: str | None


class WireLookup(Struct):
    """Its fields are the network's, with the status among them: the order of the vendor's own answer."""

    network_name: str | None
    mcc: int | None
    mnc: int | None
    status: str
    country_name: str | None
    country_code_iso3: str | None
    country_code: str | None
    area: str | None
    country_prefix: str | None
    phone_number: str
    phone_number_type: str | None
    line_status: str
    is_ported: bool | None
    ported_date: str | None
    original_network_details: WireNetwork


def write_lookup(found: Lookup) -> WireLookup:
    """What only a network knows (codes, whether it is live, whether it was ported) stays null, or "unknown"."""
    network: dict[str, Any] = {
        "network_name": found.network,
        "mcc": None,
        "mnc": None,
        "country_name": found.country,
        "country_code_iso3": found.alpha_3,
        "country_code": found.region,
        "area": None,
        "country_prefix": f"+{found.calling_code}" if found.calling_code else None,
    }
    return WireLookup(
        status="valid" if found.valid else "invalid",
        phone_number=found.number,
        phone_number_type=found.kind,
        line_status="unknown",
        is_ported=None,
        ported_date=None,
        original_network_details=WireNetwork(**network),
        **network,
    )


async def create(call: Call, body: WireCreate) -> WireItems:
    """Add contacts, or change those that are there; put them on lists and give them tags."""
    return write_create(await contacts.add(call.store, call.account, read_create(body)))


async def delete(call: Call, body: WireDelete) -> None:
    """Delete at most 200 contacts, or take them off one list."""
    numbers, list_name = read_numbers(body), read_list_name(body.list_name)
    unreadable = await contacts.remove_numbers(call.store, call.account, numbers, list_name)
    call.ignored += [f"phone_numbers[{place}]" for place in unreadable]


async def hlr(call: Call, body: WireHlr) -> list[WireLookup]:
    """Say what the numbering plans know of at most 200 numbers. No network is asked."""
    return [write_lookup(look_up(number, call.account.region)) for number in read_numbers(body)]


async def keep(call: Call, list_name: str | None, command: SendMessages, *, simulated: bool) -> None:
    """Store the recipients of a message on a list, too, if the message can be one at all."""
    if (names := _names(list_name, None)) and not simulated:
        check(command)
        await contacts.add(call.store, call.account, AddContacts(drafts=command.recipients, lists=names))


def name_unreadable(call: Call, places: Sequence[int]) -> None:
    call.ignored += [f"recipients[{place}].phone_number" for place in places]


def _write_item(result: Result) -> WireItem:
    return WireItem(
        phone_number=result.number,
        email=result.contact.email if result.contact else None,
        status=STATUS.get(result.change, "skipped"),
        reason=result.reason or UNSET,
    )


def _names(one: str | None, several: list[str] | None) -> tuple[str, ...]:
    names = (name.strip() for name in [one or "", *(several or [])])
    return tuple(dict.fromkeys(name for name in names if name))
