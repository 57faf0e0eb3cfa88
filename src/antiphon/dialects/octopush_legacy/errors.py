"""Refusals as the first API tells them: always HTTP 200, and an `error_code` of three digits, "000" when all is well.

A refusal has no `ticket`: Symfony's notifier looks only for that, and fails loudly without it, as it should.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping

from antiphon.core import errors
from antiphon.core.errors import MissingField, NotNow, Refusal
from antiphon.dialects.door import Answer, Caller

TABLE: dict[type[Refusal], int] = {
    errors.NotAuthenticated: 101,
    errors.NotYours: 101,
    errors.UnknownPath: 306,
    errors.WrongMethod: 100,
    errors.BodyTooLarge: 305,
    errors.Malformed: 100,
    errors.MissingField: 100,
    errors.BadField: 125,
    errors.TooMany: 305,
    errors.UnknownList: 303,
    errors.UnknownTag: 303,
    errors.UnknownContact: 117,
    errors.UnknownCampaign: 131,
    errors.UnknownImport: 131,
    errors.UnknownCarrier: 131,
    errors.UnknownRoute: 131,
    errors.UnknownReview: 131,
    errors.CarrierInUse: 127,
    errors.CarrierUnreachable: 127,
    errors.NotOperator: 101,
    errors.BadNumber: 117,
    errors.NumberTaken: 117,
    errors.NameTaken: 302,
    errors.OnListAlready: 302,
    errors.ListInUse: 127,
    errors.NoText: 107,
    errors.TextTooLong: 102,
    errors.NoStopMention: 121,
    errors.NoRecipient: 117,
    errors.NotNow: 127,
    errors.CannotCancel: 500,
    errors.CannotErase: 500,
    errors.RequestRepeated: 120,
    errors.NoVoiceCarrier: 207,
    errors.NotOffered: 207,
    errors.OutOfCredit: 104,
    errors.WrongToken: 204,
    errors.TokenPending: 203,
    errors.NotMetered: 209,
    errors.UnknownAccount: 210,
    errors.UnknownAutomation: 131,
    errors.UnknownMessage: 131,
    errors.UnknownCallback: 131,
    errors.ChangedMeanwhile: 127,
    errors.KeyReused: 120,
    errors.KeyPending: 120,
    errors.TooFast: 500,
    errors.Fault: 500,
}

# What is missing has a code of its own for some fields.
_MISSING = {"user_login": 108, "api_key": 109, "sms_text": 107, "sms_recipients": 110}
_BAD = {"request_sha1": 124, "recipients_first_names": 115, "recipients_last_names": 115, "sms_fields": 115}
_NOT_NOW = {"calculating": 129, "sent": 132}


def refuse(refusal: Refusal, caller: Caller) -> Answer:
    code = TABLE[type(refusal)]
    if isinstance(refusal, MissingField):
        code = _MISSING.get(refusal.field, code)
    elif isinstance(refusal, errors.BadField):
        code = _BAD.get(refusal.field, code)
    elif isinstance(refusal, NotNow):
        code = _NOT_NOW.get(refusal.state, code)
    told = {"error_code": f"{code:03}", "message": str(refusal)}
    return Answer(200, told) if caller.path.rstrip("/ ").lower().endswith("json") else xml(told)


def xml(body: Mapping[str, object]) -> Answer:
    """An answer whose root is `octopush`; a list becomes a parent of elements named without its last letter."""
    root = ET.Element("octopush")
    for name, value in body.items():
        _append(root, name, value)
    return Answer(200, ET.tostring(root, encoding="utf-8", xml_declaration=True), {"Content-Type": "text/xml"})


def _append(parent: ET.Element, name: str, value: object) -> None:
    element = ET.SubElement(parent, name)
    if isinstance(value, list):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            _append(element, name[:-1], item)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, dict):
        for inner, item in value.items():  # pyright: ignore[reportUnknownVariableType]
            _append(element, str(inner), item)  # pyright: ignore[reportUnknownArgumentType]
    else:
        element.text = re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", str(value))  # XML 1.0, 2.2
