"""Our own API, /api/v1: everything that Antiphon can do."""

from antiphon.dialects.door import Dialect
from antiphon.dialects.native import callbacks
from antiphon.dialects.native.auth import authenticate, example
from antiphon.dialects.native.errors import refuse
from antiphon.dialects.native.routes import ROUTES

DIALECT = Dialect(
    name="native",
    title="Antiphon",
    prefix="/api/v1",
    routes=ROUTES,
    authenticate=authenticate,
    refuse=refuse,
    callback=callbacks.write,
    example=example,
    security={"token": {"type": "http", "scheme": "bearer"}},
)
