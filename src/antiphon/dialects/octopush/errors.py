"""Refusals in the vendor's words: `{"code": int, "message": str}`, both always there, HTTP 400 unless said otherwise.

The numbers are those of the vendor's page of return codes. Only 121 has been seen on this generation of the API.
"""

from antiphon.core import errors
from antiphon.core.errors import NotNow, Refusal, UnknownCampaign
from antiphon.dialects.door import Answer, Caller
from antiphon.dialects.octopush.campaigns import write_ticket

TABLE: dict[type[Refusal], tuple[int, int]] = {
    errors.NotAuthenticated: (401, 101),
    errors.NotYours: (403, 101),
    errors.UnknownPath: (404, 125),
    errors.WrongMethod: (405, 125),
    errors.BodyTooLarge: (413, 305),
    errors.Malformed: (400, 100),
    errors.MissingField: (400, 110),
    errors.BadField: (400, 125),
    errors.TooMany: (400, 305),
    errors.UnknownList: (400, 303),
    errors.UnknownTag: (400, 303),
    errors.UnknownContact: (400, 117),
    errors.UnknownCampaign: (400, 131),
    errors.BadNumber: (400, 117),
    errors.NumberTaken: (400, 117),
    errors.NameTaken: (400, 302),
    errors.ListInUse: (400, 127),
    errors.NoText: (400, 107),
    errors.TextTooLong: (400, 102),
    errors.NoStopMention: (400, 121),
    errors.NoRecipient: (400, 117),
    errors.NotNow: (400, 127),
    errors.CannotCancel: (400, 500),
    errors.RequestRepeated: (400, 120),
    errors.NoVoiceCarrier: (400, 207),
    errors.NotOffered: (400, 207),
    errors.OutOfCredit: (400, 104),
    errors.WrongToken: (400, 204),
    errors.TokenPending: (400, 203),
    errors.NotMetered: (400, 209),
    errors.UnknownAccount: (400, 210),
    errors.Fault: (500, 500),
}

# Why a campaign cannot move has a code of its own for some states.
_NOT_NOW = {"calculating": 129, "sent": 132, "cancelled": 131, "failed": 103}


def refuse(refusal: Refusal, caller: Caller) -> Answer:
    status, code = TABLE[type(refusal)]
    if isinstance(refusal, NotNow):
        code = _NOT_NOW.get(refusal.state, code)
    if isinstance(refusal, UnknownCampaign) and isinstance(refusal.ticket, int):
        refusal = UnknownCampaign(ticket=write_ticket(refusal.ticket))
    return Answer(status, {"code": code, "message": str(refusal)})
