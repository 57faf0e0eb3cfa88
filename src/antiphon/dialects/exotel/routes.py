"""The URL table, in the order of the vendor's documentation."""

from antiphon.dialects.door import Route
from antiphon.dialects.exotel import contacts

ROUTES = (Route("POST", "/{sid}/contacts", contacts.create, contacts.WireCreate),)
