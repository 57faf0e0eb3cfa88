"""The URL table."""

from antiphon.dialects.door import Route
from antiphon.dialects.native import (
    accounts,
    automations,
    campaigns,
    carriers,
    consent,
    contacts,
    conversations,
    deliveries,
    events,
    imports,
    lists,
    messages,
    metrics,
    opt_outs,
    pacing,
    personal,
    replies,
    wallet,
    windows,
)
from antiphon.dialects.native.envelope import WireAsk, WirePage, once, operators

CONTACT = contacts.WireContact
CONTACTS = (
    Route("GET", "/contacts", contacts.search, contacts.WireSearch, WirePage[CONTACT]),
    Route("POST", "/contacts", contacts.create, contacts.WireDraft, CONTACT, 201),
    Route("POST", "/contacts/bulk", contacts.bulk, None, contacts.WireResult, streams=True),
    Route("GET", "/contacts/{id}", contacts.detail, None, CONTACT),
    Route("PATCH", "/contacts/{id}", contacts.edit, contacts.WireEdit, CONTACT),
    Route("DELETE", "/contacts/{id}", contacts.delete, None, None, 204),
    Route("PUT", "/contacts/{id}/tags", contacts.put_tags, contacts.WireTags, CONTACT),
)

LISTS = (
    Route("GET", "/lists", lists.search, WireAsk, WirePage[lists.WireList]),
    Route("POST", "/lists", lists.create, lists.WireName, lists.WireList, 201),
    Route("GET", "/lists/{id}", lists.detail, None, lists.WireList),
    Route("PATCH", "/lists/{id}", lists.rename, lists.WireName, lists.WireList),
    Route("DELETE", "/lists/{id}", lists.delete, None, None, 204),
    Route("POST", "/lists/{id}/members", lists.members, lists.WireMembers, lists.WireJoined),
    Route("GET", "/tags", lists.tags, WireAsk, WirePage[lists.WireTag]),
    Route("GET", "/opt-outs", opt_outs.search, WireAsk, WirePage[opt_outs.WireOptOut]),
    Route("POST", "/opt-outs", opt_outs.create, opt_outs.WireNew, opt_outs.WireAdded),
    Route("POST", "/opt-outs/import", opt_outs.take_list, None, opt_outs.WireCount, streams=True),
    Route("GET", "/opt-outs/export", opt_outs.export, None, opt_outs.WireOptOut),
    Route("POST", "/opt-ins", consent.opt_in, consent.WireNew, consent.WireOptedIn),
    Route("GET", "/consents/{number}", consent.proof, WireAsk, consent.WireProof),
    Route("GET", "/reviews", consent.reviews, WireAsk, WirePage[consent.WireReview]),
    Route("POST", "/reviews/{id}", consent.decide, consent.WireDecision, consent.WireStanding),
    Route("GET", "/wording", consent.wording, None, consent.WireWording),
    Route("PUT", "/wording", consent.change_wording, consent.WireWording, consent.WireWording),
)

CAMPAIGN = campaigns.WireCampaign
CAMPAIGNS = (
    Route("GET", "/campaigns", campaigns.search, campaigns.WireSearch, WirePage[CAMPAIGN]),
    Route("POST", "/campaigns", campaigns.create, campaigns.WireNew, CAMPAIGN, 201),
    Route("GET", "/campaigns/{id}", campaigns.detail, None, CAMPAIGN),
    Route("PATCH", "/campaigns/{id}", campaigns.edit, campaigns.WireEdit, CAMPAIGN),
    Route("GET", "/campaigns/{id}/forecast", pacing.forecast, None, pacing.WireForecast),
    Route("POST", "/campaigns/{id}/confirm", campaigns.confirm, None, campaigns.WireConfirmed),
    *(
        Route("POST", f"/campaigns/{{id}}/{verb.__name__}", verb, None, CAMPAIGN)
        for verb in (
            campaigns.cancel,
            campaigns.pause,
            campaigns.resume,
            campaigns.stop,
            campaigns.archive,
        )
    ),
    Route("GET", "/campaigns/{id}/events", events.events),
    Route("GET", "/campaigns/{id}/windows", windows.of_campaign, windows.WireAt, windows.WireOutlook),
    Route("GET", "/campaigns/{id}/messages", messages.of_campaign, messages.WireSearch, WirePage[messages.WireMessage]),
    Route("POST", "/messages", messages.send, messages.WireSend, messages.WireAccepted, 201),
    Route("GET", "/messages", messages.search, messages.WireAskNumber, WirePage[messages.WireMessage]),
    Route("GET", "/messages/{id}", messages.detail, None, messages.WireMessage),
    Route("POST", "/messages/{id}/cancel", messages.cancel, None, messages.WireMessage),
    Route("GET", "/messages/{id}/way", messages.way, None, messages.WireWay),
    Route("GET", "/replies", replies.search, WireAsk, WirePage[replies.WireReply]),
    Route("GET", "/conversations", conversations.search, WireAsk, WirePage[conversations.WireConversation]),
    Route("GET", "/conversations/{number}", conversations.detail, WireAsk, WirePage[conversations.WireWord]),
)

ACCOUNT = (
    Route("GET", "/automations", automations.search, None, automations.WireAll),
    Route("POST", "/automations", automations.create, automations.WireRule, automations.WireAutomation, 201),
    Route("GET", "/automations/{id}", automations.detail, None, automations.WireAutomation),
    Route("PUT", "/automations/{id}", automations.edit, automations.WireRule, automations.WireAutomation),
    Route("DELETE", "/automations/{id}", automations.delete, None, None, 204),
    Route("GET", "/account", accounts.detail, None, accounts.WireAccount),
    Route("PATCH", "/account", accounts.edit, accounts.WireEdit, accounts.WireAccount),
    Route("GET", "/account/windows", windows.detail, None, windows.WireInForce),
    Route("PUT", "/account/windows", windows.put, windows.WireWindows, windows.WireInForce),
    Route("DELETE", "/account/windows", windows.delete, None, None, 204),
    Route("GET", "/windows", windows.rules, None, windows.WireRules),
    Route("POST", "/sub-accounts", accounts.create_sub_account, accounts.WireNew, accounts.WireCredential, 201),
    Route("GET", "/sub-accounts/{login}", accounts.sub_account, None, accounts.WireSubAccount),
    Route("POST", "/lookups", accounts.look_up, accounts.WireNumbers, accounts.WireLookups),
    Route("POST", "/wallet/tokens", wallet.issue_token, wallet.WireReceiver, wallet.WireToken, 201),
    Route("POST", "/wallet/transfers", wallet.transfer, wallet.WireTransfer, wallet.WireTransferred),
    Route("POST", "/imports", imports.create, imports.WireFile, imports.WireImport, 202, imports.MOST_BYTES),
    Route("GET", "/imports/{id}", imports.detail, None, imports.WireImport),
    Route("GET", "/senders", accounts.senders, None, accounts.WireSenders),
    Route("GET", "/wallet", wallet.detail, None, wallet.WireWallet),
    Route("POST", "/personal-data/export", personal.export, personal.WireNumber, personal.WireExport),
    Route("POST", "/personal-data/erase", personal.erase, personal.WireNumber, personal.WireErasure),
    Route("GET", "/personal-data/erasures", personal.erasures, WireAsk, WirePage[personal.WireErasure]),
    Route("GET", "/wallet/ledger", wallet.ledger, WireAsk, WirePage[wallet.WireEntry]),
)

CALLBACKS = (
    Route("GET", "/callbacks", deliveries.search, deliveries.WireSearch, WirePage[deliveries.WireCallback]),
    Route("POST", "/callbacks/resend", deliveries.resend_all, deliveries.WireOutage, deliveries.WireResent),
    Route("POST", "/callbacks/test", deliveries.test, deliveries.WireTrial, deliveries.WireTried),
    Route("GET", "/callbacks/endpoints", deliveries.resting, None, deliveries.WireAllResting),
    Route("GET", "/callbacks/secrets", deliveries.secrets, None, deliveries.WireSecrets),
    Route("POST", "/callbacks/secrets", deliveries.rotate, deliveries.WireRotate, deliveries.WireNewSecret, 201),
    Route("GET", "/callbacks/{id}", deliveries.detail, None, deliveries.WireDetail),
    Route("POST", "/callbacks/{id}/resend", deliveries.resend, None, deliveries.WireDetail),
)

OPERATORS = (
    Route("GET", "/carriers", carriers.search, None, carriers.WireCarriers),
    Route("POST", "/carriers", carriers.create, carriers.WireNewCarrier, carriers.WireCarrier, 201),
    Route("GET", "/carriers/{name}", carriers.detail, None, carriers.WireCarrier),
    Route("DELETE", "/carriers/{name}", carriers.remove, None, None, 204),
    Route("POST", "/carriers/{name}/pause", carriers.pause, None, carriers.WireCarrier),
    Route("POST", "/carriers/{name}/resume", carriers.resume, None, carriers.WireCarrier),
    Route("POST", "/carriers/{name}/test", carriers.check, None, carriers.WireChecked),
    Route("GET", "/accounts/{login}/rate", pacing.rate, None, pacing.WireRate),
    Route("PUT", "/accounts/{login}/rate", pacing.put_rate, pacing.WireRate, pacing.WireRate),
    Route("GET", "/lanes", carriers.lanes, None, carriers.WireLanes),
    Route("GET", "/metrics", metrics.metrics),
    Route("GET", "/stray-replies", replies.strays, WireAsk, WirePage[replies.WireStray]),
    Route("GET", "/routes", carriers.routes, None, carriers.WireRoutes),
    Route("POST", "/routes", carriers.create_route, carriers.WireNewRoute, carriers.WireRoute, 201),
    Route("DELETE", "/routes/{id}", carriers.remove_route, None, None, 204),
)

# What is shown once must not be kept to be shown again, nor a password, nor what is held of somebody; and a file is
# more than can be compared. What a carrier or a server says is true at its moment only.
_NEVER_KEPT = (
    *("/contacts/bulk", "/opt-outs/import", "/imports", "/sub-accounts", "/wallet/tokens"),
    *("/carriers", "/carriers/{name}/test", "/callbacks/secrets", "/callbacks/test"),
    *("/personal-data/export", "/personal-data/erase"),
)

ROUTES = tuple(
    once(route) if route.method == "POST" and route.path not in _NEVER_KEPT else route
    for route in (*CONTACTS, *LISTS, *CAMPAIGNS, *CALLBACKS, *ACCOUNT, *map(operators, OPERATORS))
)
