"""The URL table, in the order of the vendor's documentation."""

from antiphon.dialects.atom import contacts, lists
from antiphon.dialects.door import Route

ROUTES = (
    Route("POST", "/address-book/new", lists.new, lists.WireNew),
    Route("POST", "/address-book/list", lists.list_all),
    Route("POST", "/address-book/detail", lists.detail, lists.WireId),
    Route("POST", "/contact/new", contacts.new, contacts.WireNew),
    Route("POST", "/contact/detail", contacts.detail, contacts.WireId),
    Route("POST", "/contact/edit", contacts.edit, contacts.WireEdit),
    Route("POST", "/contact/delete", contacts.delete, contacts.WireId),
)
