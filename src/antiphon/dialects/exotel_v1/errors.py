"""Refusals as a `RestException`: the HTTP status once more, a sentence, and a code of the vendor's own.

The codes are those of https://developer.exotel.com/docs/sms-api/api-reference/status-codes.
"""

from antiphon.core import errors
from antiphon.core.errors import BadField, MissingField, Refusal, TooFast, TooMany
from antiphon.dialects.door import Answer, Caller
from antiphon.dialects.exotel_v1.envelope import asks_for_json, xml

_INVALID, _INVALID_READ = 40500, 40501

TABLE: dict[type[Refusal], tuple[int, int]] = {
    errors.NotAuthenticated: (401, 34010),
    errors.NotYours: (403, 34009),
    errors.UnknownPath: (405, 40502),
    errors.WrongMethod: (405, 40502),
    errors.BodyTooLarge: (413, _INVALID),
    errors.Malformed: (400, _INVALID),
    errors.MissingField: (400, _INVALID),
    errors.BadField: (400, _INVALID),
    errors.TooMany: (400, 40406),
    errors.UnknownList: (404, _INVALID),
    errors.UnknownTag: (404, _INVALID),
    errors.UnknownContact: (404, _INVALID),
    errors.UnknownCampaign: (404, _INVALID),
    errors.UnknownImport: (404, _INVALID),
    errors.UnknownCarrier: (404, _INVALID),
    errors.UnknownRoute: (404, _INVALID),
    errors.UnknownReview: (404, _INVALID),
    errors.CarrierInUse: (409, _INVALID),
    errors.CarrierUnreachable: (409, _INVALID),
    errors.NotOperator: (403, _INVALID),
    errors.BadNumber: (400, 40203),
    errors.NumberTaken: (409, _INVALID),
    errors.NameTaken: (409, _INVALID),
    errors.OnListAlready: (409, _INVALID),
    errors.ListInUse: (409, _INVALID),
    errors.NoText: (400, 40200),
    errors.TextTooLong: (400, 40202),
    errors.NoStopMention: (400, 40202),
    errors.NoRecipient: (400, 40203),
    errors.NotNow: (409, _INVALID),
    errors.CannotCancel: (409, _INVALID),
    errors.CannotErase: (409, _INVALID),
    errors.RequestRepeated: (409, _INVALID),
    errors.NoVoiceCarrier: (400, _INVALID),
    errors.NotOffered: (400, _INVALID),
    errors.OutOfCredit: (403, 40001),
    errors.WrongToken: (400, _INVALID),
    errors.TokenPending: (409, _INVALID),
    errors.NotMetered: (409, _INVALID),
    errors.UnknownAccount: (404, _INVALID),
    errors.UnknownAutomation: (404, _INVALID),
    errors.UnknownMessage: (404, _INVALID),
    errors.UnknownCallback: (404, _INVALID),
    errors.ChangedMeanwhile: (409, _INVALID),
    errors.KeyReused: (409, _INVALID),
    errors.KeyPending: (409, _INVALID),
    errors.TooFast: (429, 40402),
    errors.Fault: (500, 35000),
}

EMPTY = "is empty"
_MISSING = {"Body": 40200, "Messages": 40201, "From": 40210}
_BAD = {
    "Body": 40202,
    "SmsType": 40204,
    "From": 40206,
    "Messages": 40208,
    "Message": 40208,
    "EncodingType": 40209,
}


def refuse(refusal: Refusal, caller: Caller) -> Answer:
    status, code = TABLE[type(refusal)]
    told = {"RestException": {"Status": status, "Message": str(refusal), "Code": _code(refusal, caller, code)}}
    return Answer(status, told) if asks_for_json(caller.path) else xml(told, status)


def _code(refusal: Refusal, caller: Caller, code: int) -> int:
    """The code of its kind, or a closer one."""
    reading = caller.method == "GET"
    match refusal:
        case MissingField(field=field):
            return _MISSING.get(_innermost(field), code)
        case BadField(field="From", reason=reason) if reason == EMPTY:
            return 40205
        case BadField(reason=reason) if reason.endswith("got array"):
            return 40207
        case BadField(field=field):
            return _BAD.get(_innermost(field), code)
        case TooMany(what="messages"):
            return 40400
        case TooFast() if reading:
            return 40403
        case _:
            return _INVALID_READ if reading and code == _INVALID else code


def _innermost(field: str) -> str:
    """`Messages[3][Body]` is a Body."""
    return field.rstrip("]").rpartition("[")[2]
