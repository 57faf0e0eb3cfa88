"""The URL table, in the order of the vendor's documentation."""

from antiphon.dialects.door import Route
from antiphon.dialects.exotel import contacts
from antiphon.dialects.exotel.contacts import WireContact, WireCreate
from antiphon.dialects.exotel.envelope import WireBatch

CONTACTS = (Route("POST", "/{sid}/contacts", contacts.create, WireCreate, WireBatch[WireContact], 207),)

ROUTES = CONTACTS
