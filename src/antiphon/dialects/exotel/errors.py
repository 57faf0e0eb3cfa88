"""Refusals in the vendor's envelope: HTTP status, and one failed item with `error_data` {code, message, description}.

The inner numbers are published for other parts of v2 only (1010 authentication, 1012 conflict, 1100 internal); ours
are of that family. Clients read `description` or `message`, so both are always there.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from antiphon.core import errors
from antiphon.core.account import Account
from antiphon.core.errors import OnListAlready, Refusal, UnknownCampaign, UnknownContact, UnknownImport, UnknownList
from antiphon.dialects.door import Answer, Call, Caller
from antiphon.dialects.exotel.envelope import Data, WireBatch, WireError, WireItem, count, write_sid

TABLE: dict[type[Refusal], tuple[int, int]] = {
    errors.NotAuthenticated: (401, 1010),
    errors.NotYours: (403, 1011),
    errors.UnknownPath: (404, 1000),
    errors.WrongMethod: (405, 1005),
    errors.BodyTooLarge: (413, 1004),
    errors.Malformed: (400, 1001),
    errors.MissingField: (400, 1002),
    errors.BadField: (400, 1003),
    errors.TooMany: (400, 1004),
    errors.UnknownList: (404, 1000),
    errors.UnknownTag: (404, 1000),
    errors.UnknownContact: (404, 1000),
    errors.UnknownCampaign: (404, 1000),
    errors.UnknownImport: (404, 1000),
    errors.UnknownCarrier: (404, 1000),
    errors.UnknownRoute: (404, 1000),
    errors.UnknownReview: (404, 1000),
    errors.CarrierInUse: (409, 1012),
    errors.CarrierUnreachable: (409, 1012),
    errors.NotOperator: (403, 1010),
    errors.BadNumber: (400, 1003),
    errors.NumberTaken: (409, 1012),
    errors.NameTaken: (409, 1012),
    errors.OnListAlready: (409, 1012),
    errors.ListInUse: (409, 1012),
    errors.NoText: (400, 1002),
    errors.TextTooLong: (400, 1003),
    errors.NoStopMention: (400, 1003),
    errors.NoRecipient: (400, 1003),
    errors.NotNow: (409, 1012),
    errors.CannotCancel: (409, 1012),
    errors.CannotErase: (409, 1012),
    errors.RequestRepeated: (409, 1012),
    errors.NoVoiceCarrier: (400, 1003),
    errors.NotOffered: (400, 1003),
    errors.OutOfCredit: (402, 1003),
    errors.WrongToken: (400, 1003),
    errors.TokenPending: (409, 1012),
    errors.NotMetered: (409, 1012),
    errors.UnknownAccount: (404, 1000),
    errors.UnknownAutomation: (404, 1000),
    errors.UnknownMessage: (404, 1000),
    errors.UnknownCallback: (404, 1000),
    errors.ChangedMeanwhile: (409, 1012),
    errors.KeyReused: (409, 1012),
    errors.KeyPending: (409, 1012),
    errors.TooFast: (429, 1008),
    errors.Fault: (500, 1100),
}


def in_sids(handler: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """What is refused is told by the sids that the client knows things by."""

    @wraps(handler)
    async def called(call: Call, *said: Any) -> Any:
        try:
            return await handler(call, *said)
        except Refusal as refusal:
            raise by_sid(call.account, refusal) from None

    return called


def refuse(refusal: Refusal, caller: Caller) -> Answer:
    status, _ = TABLE[type(refusal)]
    items = [failed(refusal)]
    return Answer(status, WireBatch(caller.id, caller.method, status, count(items), items))


def failed(refusal: Refusal, data: Data | None = None) -> WireItem[Data]:
    """One item that failed, alone in an answer or among others."""
    status, code = TABLE[type(refusal)]
    sentence = str(refusal)
    error = WireError(code, sentence, sentence)
    return WireItem(code=status, error_data=error, status="failed", message=sentence, data=data)


def by_sid(account: Account, refusal: Refusal) -> Refusal:
    """The same refusal, with sids for our ids, which no client has seen."""
    match refusal:
        case UnknownList(name=int(id)):
            return UnknownList(name=write_sid(account, id))
        case UnknownContact(id=int(id)):
            return UnknownContact(id=write_sid(account, id))
        case UnknownCampaign(ticket=int(id)):
            return UnknownCampaign(ticket=write_sid(account, id))
        case UnknownImport(id=int(id)):
            return UnknownImport(id=write_sid(account, id))
        case OnListAlready(id=int(id), name=name):
            return OnListAlready(id=write_sid(account, id), name=name)
        case _:
            return refusal
