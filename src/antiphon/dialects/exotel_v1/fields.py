"""What can be said with every text, beside the text itself and its number?"""

from collections.abc import Collection

from msgspec import Struct, field

from antiphon.core import url
from antiphon.core.account import Callbacks
from antiphon.core.errors import BadField, MissingField
from antiphon.dialects.exotel_v1.errors import EMPTY

_LONGEST_SENDER = 16
_LONGEST_DLT = 30  # digits
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"

# From=EXOTEL&To=%2B919876543210&Body=Hello&SmsType=transactional&StatusCallback=https%3A%2F%2Fexample.com%2Fdlr


class WireOptions(Struct, rename="pascal"):
    sender: str | None = field(name="From", default=None)
    encoding_type: str | None = None
    priority: str | None = None
    sms_type: str | None = None
    status_callback: str | None = None
    status_callback_content_type: str | None = None
    custom_field: str | None = None
    dlt_entity_id: str | None = None
    dlt_template_id: str | None = None


def read_sender(written: str | None) -> str:
    """Digits or letters. Raises MissingField or BadField."""
    if written is None:
        raise MissingField(field="From")
    sender = written.strip()
    if not sender:
        raise BadField(field="From", reason=EMPTY)
    if len(sender) > _LONGEST_SENDER:
        raise BadField(field="From", reason=f"is longer than {_LONGEST_SENDER} characters")
    return sender


def read_word(written: str | None, field: str, words: Collection[str]) -> str | None:
    """One of these words, in any case; None where it is absent. Raises BadField."""
    word = (written or "").strip().lower()
    if word and word not in words:
        raise BadField(field=field, reason=f"is not one of {', '.join(words)}")
    return word or None


def read_callbacks(options: WireOptions) -> Callbacks:
    """Raises BadField."""
    written = (options.status_callback or "").strip()
    receipts = url.clean(written)
    if written and receipts is None:
        raise BadField(field="StatusCallback", reason="is not an address that can be called")
    kind = read_word(options.status_callback_content_type, "StatusCallbackContentType", (_FORM, _JSON))
    return Callbacks(
        receipts=receipts,
        format="exotel_v1",
        form=kind != _JSON,
        custom=options.custom_field or None,
    )


def read_extras(options: WireOptions) -> dict[str, str]:
    """What is handed to the carrier: the ids that India's registers gave, and how urgent it is. Raises BadField."""
    priority = read_word(options.priority, "Priority", ("normal", "high"))
    ids = {
        "dlt_entity_id": _read_dlt(options.dlt_entity_id, "DltEntityId"),
        "dlt_template_id": _read_dlt(options.dlt_template_id, "DltTemplateId"),
    }
    return {name: value for name, value in {**ids, "priority": priority}.items() if value}


def _read_dlt(written: str | None, field: str) -> str:
    id = (written or "").strip()
    if id and not (id.isascii() and id.isdigit() and len(id) <= _LONGEST_DLT):
        raise BadField(field=field, reason="is not a number, as it was registered")
    return id
