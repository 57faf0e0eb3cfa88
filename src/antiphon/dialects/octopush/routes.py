"""The URL table, in the order of the vendor's documentation."""

from antiphon.dialects.door import Route
from antiphon.dialects.octopush import accounts, campaigns, contacts, lists, messages, voice, wallet
from antiphon.dialects.octopush.accounts import WireKnown, WireParameters, WireSubAccount
from antiphon.dialects.octopush.campaigns import WireCampaign, WireDraft, WireSending, WireStatus, WireTicket
from antiphon.dialects.octopush.contacts import WireCreate, WireDelete, WireHlr, WireItems, WireLookup
from antiphon.dialects.octopush.lists import WireEmpty, WireList
from antiphon.dialects.octopush.messages import WireChannel, WireSend, WireSent
from antiphon.dialects.octopush.voice import (
    WireVoice,
    WireVoiceCampaign,
    WireVoiceDraft,
    WireVoiceSent,
    WireVoiceStatus,
)
from antiphon.dialects.octopush.wallet import (
    WireBalance,
    WireBalanceQuery,
    WireCountries,
    WireCredits,
    WireToken,
    WireTokenQuery,
    WireTransfer,
    WireTransferred,
)

SMS = (
    Route("POST", "/sms-campaign/send", messages.send, WireSend, WireSent, 201),
    Route("DELETE", "/sms-campaign/cancel", messages.cancel, WireTicket, status=204),
    Route("GET", "/sms-campaign/draft", campaigns.draft, gives=WireDraft),
    Route("POST", "/sms-campaign-on-list/create", campaigns.create_on_list, WireCampaign, WireTicket, 201),
    Route("POST", "/sms-campaign-on-tag/create", campaigns.create_on_tag, WireCampaign, WireTicket, 201),
    Route("GET", "/sms-campaign-on-list/status", campaigns.status, WireTicket, WireStatus),
    Route("GET", "/sms-campaign-on-tag/status", campaigns.status, WireTicket, WireStatus),
    Route("POST", "/sms-campaign-on-list/send", campaigns.send, WireTicket, WireSending),
    Route("POST", "/sms-campaign-on-tag/send", campaigns.send, WireTicket, WireSending),
    Route("DELETE", "/sms-campaign-on-list/cancel", campaigns.cancel, WireTicket, status=204),
    Route("DELETE", "/sms-campaign-on-tag/cancel", campaigns.cancel, WireTicket, status=204),
)


def _voice(spelled: str) -> tuple[Route, ...]:
    """The newer pages write voice, the older ones and the vendor's own PHP library vocal."""
    return (
        Route("POST", f"/{spelled}-campaign/send", voice.send, WireVoice, WireVoiceSent, 201),
        Route("DELETE", f"/{spelled}-campaign/cancel", messages.cancel, WireTicket, status=204),
        Route("GET", f"/{spelled}-campaign/draft", voice.draft, gives=WireVoiceDraft),
        Route("POST", f"/{spelled}-campaign-on-list/create", voice.create_on_list, WireVoiceCampaign, WireTicket, 201),
        Route("POST", f"/{spelled}-campaign-on-tag/create", voice.create_on_tag, WireVoiceCampaign, WireTicket, 201),
        Route("GET", f"/{spelled}-campaign-on-list/status", voice.status, WireTicket, WireVoiceStatus),
        Route("GET", f"/{spelled}-campaign-on-tag/status", voice.status, WireTicket, WireVoiceStatus),
        Route("POST", f"/{spelled}-campaign-on-list/send", campaigns.send, WireTicket, WireSending),
        Route("POST", f"/{spelled}-campaign-on-tag/send", campaigns.send, WireTicket, WireSending),
        Route("DELETE", f"/{spelled}-campaign-on-list/cancel", campaigns.cancel, WireTicket, status=204),
        Route("DELETE", f"/{spelled}-campaign-on-tag/cancel", campaigns.cancel, WireTicket, status=204),
    )


CONTACTS = (
    Route("POST", "/contact/create", contacts.create, WireCreate, WireItems, 201),
    Route("DELETE", "/contact/delete", contacts.delete, WireDelete, status=204),
    Route("POST", "/contact/hlr-request", contacts.hlr, WireHlr, list[WireLookup], 201),
    Route("POST", "/contact-list/create", lists.create, WireList, WireList, 201),
    Route("POST", "/contact-list/empty", lists.empty, WireEmpty, WireList),
    Route("DELETE", "/contact-list/delete", lists.delete, WireList, status=204),
)

ACCOUNT = (
    Route("GET", "/wallet/check-balance", wallet.balance, WireBalanceQuery, WireBalance),
    Route("GET", "/wallet/check-credits", wallet.credits_by_country, WireCountries, dict[str, WireCredits]),
    Route("POST", "/subaccount/create", accounts.create, WireSubAccount, WireKnown, 201),
    Route("PATCH", "/subaccount/{email}/edit", accounts.edit, WireSubAccount, WireKnown, 201),
    Route("GET", "/subaccount/{email}", accounts.read, gives=WireKnown),
    Route("POST", "/subaccount/credit-transfer/token", wallet.token, WireTokenQuery, WireToken, 201),
    Route("POST", "/subaccount/credit-transfer/transfer", wallet.transfer, WireTransfer, WireTransferred),
    Route("GET", "/user/campaign-parameters", accounts.parameters, gives=WireParameters),
    Route("PATCH", "/user/campaign-parameters/edit", accounts.edit_parameters, WireParameters, WireParameters),
    # The same as another page prints it.
    Route("GET", "/campaign/parameters", accounts.parameters, gives=WireParameters),
    Route("POST", "/multi-channel/send", messages.send_by_channel, WireChannel, (WireSent, WireVoiceSent), 201),
)

ROUTES = (*SMS, *_voice("voice"), *_voice("vocal"), *CONTACTS, *ACCOUNT)
