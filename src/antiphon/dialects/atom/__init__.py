"""Atom Telecom's SMS API, the 12 endpoints of https://help.atomtelecom.com.au/kb/API/."""

from antiphon.dialects.atom import callbacks
from antiphon.dialects.atom.auth import authenticate, example
from antiphon.dialects.atom.errors import refuse
from antiphon.dialects.atom.routes import ROUTES
from antiphon.dialects.door import Dialect

DIALECT = Dialect(
    name="atom",
    title="Atom Telecom",
    prefix="/api",
    routes=ROUTES,
    authenticate=authenticate,
    refuse=refuse,
    callback=callbacks.write,
    example=example,
    security={"token": {"type": "http", "scheme": "bearer"}},
    forgiving=True,
)
