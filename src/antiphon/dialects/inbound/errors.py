"""Refusals for the eyes of whoever looks into a carrier's log: a status and one sentence. Most carriers come again with
anything but a 2xx."""

from starlette.responses import PlainTextResponse

from antiphon.core import errors
from antiphon.core.errors import Refusal

TABLE: dict[type[Refusal], int] = {
    errors.UnknownPath: 404,
    errors.UnknownCarrier: 404,
    errors.WrongMethod: 405,
    errors.BodyTooLarge: 413,
    errors.Malformed: 400,
    errors.MissingField: 400,
    errors.BadField: 400,
    errors.Fault: 500,
}


def refuse(refusal: Refusal) -> PlainTextResponse:
    status = TABLE.get(type(refusal), 400)
    headers = {"Allow": refusal.allowed} if isinstance(refusal, errors.WrongMethod) else {}
    return PlainTextResponse(f"{refusal}\n", status, headers)
