"""Refusals as problem documents (RFC 9457): `type` is a word to test for, `detail` a sentence, `errors` the fields."""

from typing import Any

from antiphon.core import errors
from antiphon.core.errors import Refusal
from antiphon.dialects.door import Answer, Caller

TABLE: dict[type[Refusal], tuple[int, str]] = {
    errors.NotAuthenticated: (401, "not-authenticated"),
    errors.NotYours: (403, "not-yours"),
    errors.UnknownPath: (404, "unknown-path"),
    errors.WrongMethod: (405, "wrong-method"),
    errors.BodyTooLarge: (413, "body-too-large"),
    errors.Malformed: (400, "malformed"),
    errors.MissingField: (400, "missing-field"),
    errors.BadField: (400, "bad-field"),
    errors.TooMany: (400, "too-many"),
    errors.UnknownList: (404, "unknown-list"),
    errors.UnknownTag: (404, "unknown-tag"),
    errors.UnknownContact: (404, "unknown-contact"),
    errors.UnknownCampaign: (404, "unknown-campaign"),
    errors.UnknownImport: (404, "unknown-import"),
    errors.UnknownCarrier: (404, "unknown-carrier"),
    errors.UnknownRoute: (404, "unknown-route"),
    errors.UnknownReview: (404, "unknown-review"),
    errors.CarrierInUse: (409, "carrier-in-use"),
    errors.CarrierUnreachable: (409, "carrier-unreachable"),
    errors.NotOperator: (403, "not-operator"),
    errors.BadNumber: (400, "bad-number"),
    errors.NumberTaken: (409, "number-taken"),
    errors.NameTaken: (409, "name-taken"),
    errors.OnListAlready: (409, "on-list-already"),
    errors.ListInUse: (409, "list-in-use"),
    errors.NoText: (400, "no-text"),
    errors.TextTooLong: (400, "text-too-long"),
    errors.NoStopMention: (400, "no-stop-mention"),
    errors.NoRecipient: (400, "no-recipient"),
    errors.NotNow: (409, "not-now"),
    errors.CannotCancel: (409, "cannot-cancel"),
    errors.CannotErase: (409, "cannot-erase"),
    errors.RequestRepeated: (409, "request-repeated"),
    errors.NoVoiceCarrier: (409, "no-voice-carrier"),
    errors.NotOffered: (400, "not-offered"),
    errors.OutOfCredit: (402, "out-of-credit"),
    errors.WrongToken: (400, "wrong-token"),
    errors.TokenPending: (409, "token-pending"),
    errors.NotMetered: (409, "not-metered"),
    errors.UnknownAccount: (404, "unknown-account"),
    errors.UnknownAutomation: (404, "unknown-automation"),
    errors.UnknownMessage: (404, "unknown-message"),
    errors.UnknownCallback: (404, "unknown-callback"),
    errors.ChangedMeanwhile: (412, "changed-meanwhile"),
    errors.KeyReused: (422, "key-reused"),
    errors.KeyPending: (409, "key-pending"),
    errors.TooFast: (429, "too-fast"),
    errors.Fault: (500, "fault"),
}


def refuse(refusal: Refusal, caller: Caller) -> Answer:
    status, kind = TABLE[type(refusal)]
    problem: dict[str, Any] = {
        "type": f"/problems/{kind}",
        "title": kind.replace("-", " ").capitalize(),
        "status": status,
        "detail": str(refusal),
        "instance": caller.id,
    }
    if blamed := _blamed(refusal):
        problem["errors"] = [{"field": blamed[0], "reason": blamed[1]}]
    return Answer(status, problem, {"Content-Type": "application/problem+json"})


def _blamed(refusal: Refusal) -> tuple[str, str] | None:
    """The field, and what is wrong with it."""
    match refusal:
        case errors.BadField(field=field, reason=reason):
            return field, reason
        case errors.MissingField(field=field):
            return field, "is missing"
        case errors.BadNumber(reason=reason):
            return "number", reason
        case errors.NumberTaken():
            return "number", "belongs to another contact already"
        case errors.NoText() | errors.TextTooLong() | errors.NoStopMention():
            return "text", str(refusal)
        case _:
            return None
