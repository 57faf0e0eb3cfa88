"""Exotel's single-SMS API, https://developer.exotel.com/api/sms: forms in, XML or JSON out."""

from antiphon.dialects.door import Dialect
from antiphon.dialects.exotel_v1 import callbacks
from antiphon.dialects.exotel_v1.auth import authenticate, example
from antiphon.dialects.exotel_v1.errors import refuse
from antiphon.dialects.exotel_v1.routes import ROUTES
from antiphon.dialects.incoming import read_nested

DIALECT = Dialect(
    name="exotel_v1",
    title="Exotel, single texts",
    prefix="/v1/accounts",
    routes=ROUTES,
    authenticate=authenticate,
    refuse=refuse,
    callback=callbacks.write,
    example=example,
    security={"key": {"type": "http", "scheme": "basic"}},
    form=True,
    read=read_nested,
)
