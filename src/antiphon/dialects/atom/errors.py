"""Refusals in the vendor's envelope. No page shows an error body, so its inside is ours:
`{"status": "error", "error": {"code": str, "message": str}}`. Documented statuses are 403, 429 and 500.
"""

from antiphon.core import errors
from antiphon.core.errors import Refusal
from antiphon.dialects.door import Answer, Caller

TABLE: dict[type[Refusal], tuple[int, str]] = {
    errors.NotAuthenticated: (403, "authentication_failed"),
    errors.NotYours: (403, "authentication_failed"),
    errors.UnknownPath: (404, "unknown_path"),
    errors.WrongMethod: (405, "wrong_method"),
    errors.BodyTooLarge: (413, "body_too_large"),
    errors.Malformed: (400, "malformed_body"),
    errors.MissingField: (400, "missing_field"),
    errors.BadField: (400, "bad_field"),
    errors.TooMany: (400, "too_many"),
    errors.UnknownList: (404, "unknown_address_book"),
    errors.UnknownTag: (404, "unknown_tag"),
    errors.UnknownContact: (404, "unknown_contact"),
    errors.UnknownCampaign: (404, "unknown_message"),
    errors.UnknownImport: (404, "unknown_upload"),
    errors.UnknownCarrier: (404, "unknown_carrier"),
    errors.UnknownRoute: (404, "unknown_route"),
    errors.UnknownReview: (404, "unknown_review"),
    errors.CarrierInUse: (409, "not_now"),
    errors.CarrierUnreachable: (409, "not_now"),
    errors.NotOperator: (403, "forbidden"),
    errors.BadNumber: (400, "bad_number"),
    errors.NumberTaken: (409, "number_taken"),
    errors.NameTaken: (409, "name_taken"),
    errors.OnListAlready: (409, "already_in_group"),
    errors.ListInUse: (409, "not_now"),
    errors.NoText: (400, "missing_field"),
    errors.TextTooLong: (400, "text_too_long"),
    errors.NoStopMention: (400, "stop_missing"),
    errors.NoRecipient: (400, "bad_number"),
    errors.NotNow: (409, "not_now"),
    errors.CannotCancel: (409, "not_now"),
    errors.CannotErase: (409, "not_now"),
    errors.RequestRepeated: (409, "request_repeated"),
    errors.NoVoiceCarrier: (400, "not_offered"),
    errors.NotOffered: (400, "not_offered"),
    errors.OutOfCredit: (402, "out_of_credit"),
    errors.WrongToken: (400, "bad_field"),
    errors.TokenPending: (409, "not_now"),
    errors.NotMetered: (409, "not_metered"),
    errors.UnknownAccount: (404, "unknown_account"),
    errors.UnknownAutomation: (404, "unknown_automation"),
    errors.UnknownMessage: (404, "unknown_message"),
    errors.UnknownCallback: (404, "unknown_callback"),
    errors.ChangedMeanwhile: (409, "changed_meanwhile"),
    errors.KeyReused: (400, "key_reused"),
    errors.KeyPending: (409, "key_pending"),
    errors.TooFast: (429, "rate_limited"),
    errors.Fault: (500, "server_error"),
}


def refuse(refusal: Refusal, caller: Caller) -> Answer:
    status, code = TABLE[type(refusal)]
    return Answer(status, {"status": "error", "error": {"code": code, "message": str(refusal)}})
