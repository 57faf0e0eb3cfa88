"""Octopush's first API, https://www.octopush-dm.com/api: forms in, XML or JSON out. Maintained clients still use it."""

from antiphon.dialects.door import Dialect
from antiphon.dialects.octopush_legacy.auth import authenticate, example
from antiphon.dialects.octopush_legacy.errors import refuse
from antiphon.dialects.octopush_legacy.routes import ROUTES

DIALECT = Dialect(
    name="octopush_legacy",
    title="Octopush, the first API",
    prefix="/api",
    routes=ROUTES,
    authenticate=authenticate,
    refuse=refuse,
    example=example,
    security={
        "login": {"type": "apiKey", "in": "query", "name": "user_login"},
        "key": {"type": "apiKey", "in": "query", "name": "api_key"},
    },
    forgiving=True,
    form=True,
)
