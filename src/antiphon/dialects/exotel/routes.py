"""The URL table, in the order of the vendor's documentation."""

from antiphon.dialects.door import Route
from antiphon.dialects.exotel import contacts, lists
from antiphon.dialects.exotel.contacts import WireChange, WireContact, WireCreate, WireSearch
from antiphon.dialects.exotel.envelope import WireBatch, WirePage, WireSingle, WireWindow
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

ROUTES = CONTACTS + LISTS
