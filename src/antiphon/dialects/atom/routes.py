"""The URL table, in the order of the vendor's documentation."""

from antiphon.dialects.atom import contacts, lists, messages
from antiphon.dialects.atom.envelope import WireDone, WireId, WireSuccess
from antiphon.dialects.door import Route

MESSAGE = WireSuccess[messages.WireMessage]
DONE = WireSuccess[WireDone]

ROUTES = (
    Route("GET", "/sender", messages.senders, None, WireSuccess[messages.WireSenders]),
    Route("POST", "/sms/send", messages.send, messages.WireSend, MESSAGE),
    Route("POST", "/sms/status", messages.status, messages.WireMessageId, MESSAGE),
    Route("POST", "/address-book/new", lists.new, lists.WireNew, WireSuccess[lists.WireBook]),
    Route("POST", "/address-book/edit", lists.edit, lists.WireEdit, WireSuccess[lists.WireRenamed]),
    Route("POST", "/address-book/list", lists.list_all, None, WireSuccess[list[lists.WireBook]]),
    Route("POST", "/address-book/detail", lists.detail, WireId, WireSuccess[lists.WireFullBook]),
    Route("POST", "/address-book/delete", lists.delete, WireId, DONE),
    Route("POST", "/contact/new", contacts.new, contacts.WireNew, DONE),
    Route("POST", "/contact/detail", contacts.detail, WireId, WireSuccess[contacts.WireFound]),
    Route("POST", "/contact/edit", contacts.edit, contacts.WireEdit, DONE),
    Route("POST", "/contact/delete", contacts.delete, WireId, DONE),
)
