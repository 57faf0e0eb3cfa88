"""The URL table, in the order of the vendor's documentation."""

from msgspec.structs import replace

from antiphon.dialects.door import Route
from antiphon.dialects.exotel import campaigns, contacts, imports, lists, messages, voice
from antiphon.dialects.exotel.contacts import WireChange, WireContact, WireCreate, WireSearch
from antiphon.dialects.exotel.envelope import WireBatch, WirePage, WireSingle, WireWindow
from antiphon.dialects.exotel.errors import in_sids
from antiphon.dialects.exotel.imports import MOST_BYTES, WireProgress, WireTaken, WireUpload
from antiphon.dialects.exotel.lists import WireList, WireListChange, WireLists, WireMember, WireReferences

CONTACTS = (
    Route("POST", "/{sid}/contacts", contacts.create, WireCreate, WireBatch[WireContact], 207),
    Route("GET", "/{sid}/contacts", contacts.find, WireSearch, WirePage[WireContact]),
    Route("PUT", "/{sid}/contacts", contacts.edit_all, WireCreate, WireBatch[WireContact], 207),
    Route("GET", "/{sid}/contacts/{contact}", contacts.read, gives=WireSingle[WireContact]),
    Route("PUT", "/{sid}/contacts/{contact}", contacts.edit, WireChange, WireSingle[WireContact]),
    Route("DELETE", "/{sid}/contacts/{contact}", contacts.delete, gives=WireSingle[WireContact]),
)

LISTS = (
    Route("POST", "/{sid}/lists", lists.create, WireLists, WireBatch[WireList], 207),
    Route("GET", "/{sid}/lists", lists.find, WireWindow, WirePage[WireList]),
    Route("PUT", "/{sid}/lists", lists.edit_all, WireLists, WireBatch[WireList], 207),
    Route("GET", "/{sid}/lists/{list}", lists.read, gives=WireSingle[WireList]),
    Route("PUT", "/{sid}/lists/{list}", lists.edit, WireListChange, WireSingle[WireList]),
    Route("DELETE", "/{sid}/lists/{list}", lists.delete, gives=WireSingle[WireList]),
    Route("POST", "/{sid}/lists/{list}/contacts", lists.attach, WireReferences, WireBatch[WireMember], 207),
    Route("GET", "/{sid}/lists/{list}/contacts", lists.members, WireWindow, WirePage[WireContact]),
    Route("DELETE", "/{sid}/lists/{list}/contacts/{contact}", lists.detach, gives=WireSingle[WireMember]),
)

FILES = (
    Route("POST", "/{sid}/contacts/csv-upload", imports.upload, WireUpload, WireTaken, file=MOST_BYTES),
    Route("GET", "/{sid}/csv-status/{upload}", imports.status, gives=WireSingle[WireProgress]),
)

SMS = WireBatch[campaigns.WireReport]
CAMPAIGNS = tuple(
    route
    for name in ("message-campaigns", "sms-campaigns")
    for route in (
        Route("POST", f"/{{sid}}/{name}", campaigns.create, campaigns.WireCampaign, SMS),
        Route("GET", f"/{{sid}}/{name}", campaigns.list_all, campaigns.WireSearch, WirePage[campaigns.WireReport]),
        Route("GET", f"/{{sid}}/{name}/{{campaign}}", campaigns.detail, None, SMS),
        Route("PUT", f"/{{sid}}/{name}/{{campaign}}", campaigns.update, campaigns.WireUpdate, SMS),
    )
)

MESSAGES = tuple(
    Route("GET", f"/{{sid}}/{path}", messages.details, messages.WireSearch, WirePage[messages.WireMessage])
    for path in (
        "message-campaigns/{campaign}/message-details",
        "sms-campaigns/{campaign}/sms-details",
        "sms-campaign/{campaign}/sms-details",  # as one page has it
    )
)

CALLS = WireBatch[voice.WireCallReport]
VOICE = (
    Route("POST", "/{sid}/campaigns", voice.create, voice.WireCreate, CALLS, 207),
    Route("GET", "/{sid}/campaigns", voice.list_all, voice.WireSearch, WirePage[voice.WireCallReport]),
    Route("GET", "/{sid}/campaigns/{campaign}", voice.detail, None, CALLS),
    Route("PUT", "/{sid}/campaigns/{campaign}", voice.update, voice.WireAction, CALLS),
    Route("DELETE", "/{sid}/campaigns/{campaign}", voice.delete, None, CALLS),
    Route(
        "GET",
        "/{sid}/campaigns/{campaign}/call-details",
        messages.details,
        messages.WireSearch,
        WirePage[messages.WireMessage],
    ),
)

ALL = (*CONTACTS, *LISTS, *FILES, *CAMPAIGNS, *MESSAGES, *VOICE)
ROUTES = tuple(replace(route, handler=in_sids(route.handler)) for route in ALL)
