"""The URL table, in the order of the vendor's documentation."""

from msgspec.structs import replace

from antiphon.dialects.door import Route
from antiphon.dialects.exotel import campaigns, contacts, messages, voice
from antiphon.dialects.exotel.contacts import WireContact, WireCreate
from antiphon.dialects.exotel.envelope import WireBatch, WirePage
from antiphon.dialects.exotel.errors import in_sids

CONTACTS = (Route("POST", "/{sid}/contacts", contacts.create, WireCreate, WireBatch[WireContact], 207),)

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

ROUTES = tuple(replace(route, handler=in_sids(route.handler)) for route in (*CONTACTS, *CAMPAIGNS, *MESSAGES, *VOICE))
