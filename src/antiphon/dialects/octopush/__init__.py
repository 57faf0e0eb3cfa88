"""Octopush's public API, https://api.octopush.com/v1/public, generations 1 and 2."""

from antiphon.dialects.door import Dialect
from antiphon.dialects.octopush import callbacks
from antiphon.dialects.octopush.auth import authenticate, example
from antiphon.dialects.octopush.errors import refuse
from antiphon.dialects.octopush.routes import ROUTES

DIALECT = Dialect(
    name="octopush",
    title="Octopush",
    prefix="/v1/public",
    routes=ROUTES,
    authenticate=authenticate,
    refuse=refuse,
    callback=callbacks.write,
    example=example,
    security={
        "login": {"type": "apiKey", "in": "header", "name": "api-login"},
        "key": {"type": "apiKey", "in": "header", "name": "api-key"},
    },
    forgiving=True,
)
