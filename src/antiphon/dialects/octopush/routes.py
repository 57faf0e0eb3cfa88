"""The URL table, in the order of the vendor's documentation."""

from antiphon.dialects.door import Route
from antiphon.dialects.octopush import campaigns, contacts, lists

ROUTES = (
    Route("POST", "/sms-campaign-on-list/create", campaigns.create_on_list, campaigns.WireCampaign),
    Route("POST", "/sms-campaign-on-tag/create", campaigns.create_on_tag, campaigns.WireCampaign),
    Route("GET", "/sms-campaign-on-list/status", campaigns.status, campaigns.WireTicket),
    Route("GET", "/sms-campaign-on-tag/status", campaigns.status, campaigns.WireTicket),
    Route("POST", "/sms-campaign-on-list/send", campaigns.send, campaigns.WireTicket),
    Route("POST", "/sms-campaign-on-tag/send", campaigns.send, campaigns.WireTicket),
    Route("DELETE", "/sms-campaign-on-list/cancel", campaigns.cancel, campaigns.WireTicket),
    Route("DELETE", "/sms-campaign-on-tag/cancel", campaigns.cancel, campaigns.WireTicket),
    Route("POST", "/contact/create", contacts.create, contacts.WireCreate),
    Route("POST", "/contact-list/create", lists.create, lists.WireList),
)
