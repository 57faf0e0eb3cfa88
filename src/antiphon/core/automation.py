"""What is done by itself when somebody answers?"""

import re
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

# How long one automation answers one number no second time: two machines could else answer each other for ever.
QUIET = timedelta(hours=1)


class Match(StrEnum):
    EQUALS = "equals"  # the words are all that is said
    CONTAINS = "contains"  # the words are said, as whole words


class AddToList(Struct, frozen=True, tag="add_to_list"):
    """Who answers joins the list; somebody unknown becomes a contact."""

    list_id: int


class RemoveFromList(Struct, frozen=True, tag="remove_from_list"):
    list_id: int


class CallWebhook(Struct, frozen=True, tag="call_webhook"):
    """Hand the answer on to a server, in the payload of the dialect of this name."""

    url: str
    format: str = "native"


class SendTo(Struct, frozen=True, tag="send_to"):
    """Hand the answer on as a text to this number."""

    number: str


class AutoReply(Struct, frozen=True, tag="auto_reply"):
    """Answer with this text, which may have merge fields."""

    text: str


Action = AddToList | RemoveFromList | CallWebhook | SendTo | AutoReply


class Rule(Struct, frozen=True, kw_only=True):
    """`receiver` is the number or sender that must have been answered; None for any."""

    match: Match
    words: str
    actions: tuple[Action, ...]
    receiver: str | None = None


class Automation(Struct, frozen=True, kw_only=True):
    id: int
    rule: Rule
    created_at: datetime


def fires(rule: Rule, receiver: str | None, text: str) -> bool:
    """Is this what the rule waits for? Case, accents and the signs around words do not count."""
    if rule.receiver is not None and _plain(rule.receiver) != _plain(receiver or ""):
        return False
    said, wanted = _plain(text), _plain(rule.words)
    if rule.match is Match.EQUALS:
        return said == wanted
    return f" {wanted} " in f" {said} "


def _plain(text: str) -> str:
    """The words alone, with single blanks between them."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.findall(r"\w+", bare))
