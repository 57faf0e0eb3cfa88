"""Exotel's v2 campaign API: contacts, lists, files of contacts, campaigns."""

from antiphon.dialects.door import Dialect
from antiphon.dialects.exotel import callbacks
from antiphon.dialects.exotel.auth import authenticate, example
from antiphon.dialects.exotel.errors import refuse
from antiphon.dialects.exotel.routes import ROUTES

DIALECT = Dialect(
    name="exotel",
    title="Exotel",
    prefix="/v2/accounts",
    routes=ROUTES,
    authenticate=authenticate,
    refuse=refuse,
    callback=callbacks.write,
    example=example,
    security={"key": {"type": "http", "scheme": "basic"}},
)
