"""Refusals as a command_status (SMPP 3.4, 5.1.3): nothing else of them can be told.

What may succeed later has a code that clients try again after: throttled, queue full, a temporary error.
"""

from typing import Final

from antiphon.core import errors
from antiphon.core.errors import BadField, Refusal
from antiphon.smpp import status

TABLE: dict[type[Refusal], int] = {
    errors.NotAuthenticated: status.INVALID_PASSWORD,
    errors.NotYours: status.INVALID_PASSWORD,
    errors.UnknownPath: status.INVALID_COMMAND,
    errors.WrongMethod: status.INVALID_COMMAND,
    errors.BodyTooLarge: status.INVALID_MESSAGE_LENGTH,
    errors.Malformed: status.INVALID_MESSAGE_LENGTH,
    errors.MissingField: status.SUBMIT_FAILED,
    errors.BadField: status.SUBMIT_FAILED,
    errors.TooMany: status.SUBMIT_FAILED,
    errors.UnknownList: status.SUBMIT_FAILED,
    errors.UnknownTag: status.SUBMIT_FAILED,
    errors.UnknownContact: status.SUBMIT_FAILED,
    errors.UnknownAutomation: status.SUBMIT_FAILED,
    errors.UnknownMessage: status.INVALID_MESSAGE_ID,
    errors.UnknownCallback: status.SUBMIT_FAILED,
    errors.UnknownCampaign: status.INVALID_MESSAGE_ID,
    errors.UnknownImport: status.SUBMIT_FAILED,
    errors.UnknownCarrier: status.SUBMIT_FAILED,
    errors.UnknownRoute: status.SUBMIT_FAILED,
    errors.UnknownReview: status.SUBMIT_FAILED,
    errors.CarrierInUse: status.SUBMIT_FAILED,
    errors.CarrierUnreachable: status.SUBMIT_FAILED,
    errors.NotOperator: status.SUBMIT_FAILED,
    errors.BadNumber: status.INVALID_DESTINATION,
    errors.NumberTaken: status.SUBMIT_FAILED,
    errors.ChangedMeanwhile: status.SUBMIT_FAILED,
    errors.NameTaken: status.SUBMIT_FAILED,
    errors.OnListAlready: status.SUBMIT_FAILED,
    errors.ListInUse: status.SUBMIT_FAILED,
    errors.NoText: status.INVALID_MESSAGE_LENGTH,
    errors.TextTooLong: status.INVALID_MESSAGE_LENGTH,
    errors.NoStopMention: status.SUBMIT_FAILED,
    errors.NoRecipient: status.INVALID_DESTINATION,
    errors.NotNow: status.CANCEL_FAILED,
    errors.CannotCancel: status.CANCEL_FAILED,
    errors.CannotErase: status.SYSTEM_ERROR,
    errors.RequestRepeated: status.SUBMIT_FAILED,
    errors.NoVoiceCarrier: status.SUBMIT_FAILED,
    errors.NotOffered: status.SUBMIT_FAILED,
    errors.OutOfCredit: status.PERMANENT,
    errors.WrongToken: status.SUBMIT_FAILED,
    errors.TokenPending: status.SUBMIT_FAILED,
    errors.NotMetered: status.SUBMIT_FAILED,
    errors.KeyReused: status.SUBMIT_FAILED,
    errors.KeyPending: status.SUBMIT_FAILED,
    errors.TooFast: status.THROTTLED,
    errors.UnknownAccount: status.INVALID_PASSWORD,
    errors.Fault: status.SYSTEM_ERROR,
}

_FIELDS: Final = {
    "source_addr": status.INVALID_SOURCE,
    "esm_class": status.INVALID_ESM_CLASS,
    "schedule_delivery_time": status.INVALID_SCHEDULE,
    "send_at": status.INVALID_SCHEDULE,
    "validity_period": status.INVALID_EXPIRY,
    "end_at": status.INVALID_EXPIRY,
    "replace_if_present_flag": status.INVALID_REPLACE_FLAG,
    "sm_default_msg_id": status.INVALID_DEFAULT_MESSAGE,
    "sar": status.INVALID_TLV,
}


class NotHere(Exception):
    """The protocol itself has a code for it."""

    def __init__(self, code: int) -> None:
        super().__init__(status.name(code))
        self.code = code


def code(refusal: Refusal) -> int:
    """The command_status."""
    if isinstance(refusal, BadField) and refusal.field in _FIELDS:
        return _FIELDS[refusal.field]
    return TABLE[type(refusal)]
