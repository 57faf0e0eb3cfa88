"""Refusals in the vendor's words: `{"code": int, "message": str}`, both always there, HTTP 400 unless said otherwise.

The numbers are those of the vendor's page of return codes. Only 121 has been seen on this generation of the API.
"""

import re

from msgspec import Struct

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
    errors.UnknownImport: (400, 131),
    errors.UnknownCarrier: (400, 131),
    errors.UnknownRoute: (400, 131),
    errors.UnknownReview: (400, 131),
    errors.CarrierInUse: (400, 127),
    errors.CarrierUnreachable: (400, 127),
    errors.NotOperator: (401, 101),
    errors.BadNumber: (400, 117),
    errors.NumberTaken: (400, 117),
    errors.NameTaken: (400, 302),
    errors.OnListAlready: (400, 302),
    errors.ListInUse: (400, 127),
    errors.NoText: (400, 107),
    errors.TextTooLong: (400, 102),
    errors.NoStopMention: (400, 121),
    errors.NoRecipient: (400, 117),
    errors.NotNow: (400, 127),
    errors.CannotCancel: (400, 500),
    errors.CannotErase: (400, 500),
    errors.RequestRepeated: (400, 120),
    errors.NoVoiceCarrier: (400, 207),
    errors.NotOffered: (400, 207),
    errors.OutOfCredit: (400, 104),
    errors.WrongToken: (400, 204),
    errors.TokenPending: (400, 203),
    errors.NotMetered: (400, 209),
    errors.UnknownAccount: (400, 210),
    errors.UnknownAutomation: (400, 131),
    errors.UnknownMessage: (400, 131),
    errors.UnknownCallback: (400, 131),
    errors.ChangedMeanwhile: (400, 127),
    errors.KeyReused: (400, 120),
    errors.KeyPending: (400, 120),
    errors.TooFast: (429, 500),
    errors.Fault: (500, 500),
}


class Hard(Struct, frozen=True):
    """What is refused: all other wrong data are mended or ignored. `field` as the client writes it."""

    field: str
    when: str
    refusal: type[Refusal]


HARD = (
    Hard("api-login, api-key", "are missing or wrong", errors.NotAuthenticated),
    Hard("the body", "is no JSON object", errors.Malformed),
    Hard("text", "is missing or blank", errors.NoText),
    Hard("text", "is longer than 1,224 characters", errors.TextTooLong),
    Hard("text", "has no STOP mention, for the purpose wholesale", errors.NoStopMention),
    Hard("recipients, contacts, phone_numbers", "is missing", errors.MissingField),
    Hard("recipients", "are more than 500", errors.TooMany),
    Hard("recipients", "have no number that can be read", errors.NoRecipient),
    Hard("phone_numbers", "are more than 200", errors.TooMany),
    Hard("list_name, tag_name", "is missing where one is needed", errors.MissingField),
    Hard("list_name", "is of no list", errors.UnknownList),
    Hard("tag_name", "is of no tag", errors.UnknownTag),
    Hard("list_name", "is taken, for a new list", errors.NameTaken),
    Hard("list_name, tag_name", "is longer than 255 characters", errors.BadField),
    Hard("list_name", "is no text, for contacts that are to be deleted", errors.BadField),
    Hard("send_at", "is no date", errors.BadField),
    Hard("request_id", "was used within 24 hours", errors.RequestRepeated),
    Hard("request_id", "is longer than 255 characters", errors.BadField),
    Hard("ticket_number", "is missing", errors.MissingField),
    Hard("ticket_number", "is of no campaign", errors.UnknownCampaign),
    Hard("ticket_number", "is of a campaign in another state", errors.NotNow),
    Hard("ticket_number", "is of a text with 3 recipients or more, or that leaves in 10 minutes", errors.CannotCancel),
    Hard("simulation_mode", "is neither true nor false", errors.BadField),
    Hard("channel", "is missing", errors.MissingField),
    Hard("channel", "is none of sms and voice_sms", errors.NotOffered),
    Hard("the wallet", "holds less than it costs", errors.OutOfCredit),
    Hard("first_name, last_name, password", "is missing, for a new sub-account", errors.MissingField),
    Hard("password", "is not of 8 to 255 characters", errors.BadField),
    Hard("first_name, last_name", "is longer than 255 characters", errors.BadField),
    Hard("email_to", "has no wallet", errors.NotMetered),
    Hard("email_to", "comes while another token is valid", errors.TokenPending),
    Hard("email_to", "is neither your parent nor a sub-account", errors.UnknownAccount),
    Hard("token", "is unknown, used or too old", errors.WrongToken),
    Hard("amount", "is missing", errors.MissingField),
    Hard("amount", "is no whole number above zero", errors.BadField),
    Hard("from_wallet_pack_id", "is not the id of your wallet", errors.BadField),
)

# Why a campaign cannot move has a code of its own for some states.
_NOT_NOW = {"calculating": 129, "sent": 132, "cancelled": 131, "failed": 103}


def refuse(refusal: Refusal, caller: Caller) -> Answer:
    status, code = TABLE[type(refusal)]
    if isinstance(refusal, NotNow):
        code = _NOT_NOW.get(refusal.state, code)
    if isinstance(refusal, UnknownCampaign) and isinstance(refusal.ticket, int):
        channel = "vocal" if re.search("/(voice|vocal)-", caller.path, re.IGNORECASE) else "sms"
        refusal = UnknownCampaign(ticket=write_ticket(refusal.ticket, channel))
    return Answer(status, {"code": code, "message": str(refusal)})
