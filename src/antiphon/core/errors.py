"""Why can Antiphon not do what it was asked?

    Refusal
    ├── NotAuthenticated    no credential, or a wrong one
    ├── NotYours            a good credential, used on another account's address
    ├── UnknownPath, WrongMethod
    ├── BodyTooLarge, Malformed, MissingField, BadField, TooMany
    ├── UnknownList, UnknownTag, UnknownContact, UnknownCampaign, UnknownImport, UnknownReview
    ├── UnknownCarrier, UnknownRoute, CarrierInUse, CarrierUnreachable, NotOperator
    ├── BadNumber, NumberTaken, NameTaken, OnListAlready, ListInUse
    ├── NoText, TextTooLong, NoStopMention, NoRecipient
    ├── NotNow, CannotCancel, CannotErase, RequestRepeated, NoVoiceCarrier, NotOffered
    ├── OutOfCredit, WrongToken, TokenPending, NotMetered
    ├── ChangedMeanwhile, KeyReused, KeyPending
    ├── TooFast             more calls than the account may make
    ├── UnknownAccount      none that the one who asks may see
    └── Fault               our own mistake; its id is in the log

A refusal carries facts, never a status code: each door has its own table for those.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, dataclass_transform


@dataclass_transform(eq_default=False)
class Refusal(Exception):
    """Anything that a client may be told instead of an answer: a dataclass of facts, and `str()` one sentence."""

    sentence: ClassVar[str]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        dataclass(eq=False)(cls)

    def __str__(self) -> str:
        return self.sentence.format_map(vars(self))


class NotAuthenticated(Refusal):
    sentence = "The credentials are missing or wrong."


class NotYours(Refusal):
    sentence = "These credentials do not open this account."


class UnknownPath(Refusal):
    sentence = "There is nothing at this address."


class WrongMethod(Refusal):
    """`allowed` are the methods that this address answers."""

    sentence = "This address answers {allowed} only."
    allowed: str


class BodyTooLarge(Refusal):
    """`limit` in bytes."""

    sentence = "The body is over the limit of {limit} bytes."
    limit: int


class Malformed(Refusal):
    sentence = "The body cannot be read: {reason}."
    reason: str


class MissingField(Refusal):
    sentence = "{field} is missing."
    field: str


class BadField(Refusal):
    sentence = "{field} {reason}."
    field: str
    reason: str


class TooMany(Refusal):
    sentence = "{given} {what} were given; one request takes at most {limit}."
    what: str
    given: int
    limit: int


class UnknownList(Refusal):
    sentence = "There is no list {name}."
    name: str | int


class UnknownTag(Refusal):
    sentence = "No contact has the tag {name}."
    name: str | int


class UnknownContact(Refusal):
    sentence = "There is no contact {id}."
    id: str | int


class UnknownAutomation(Refusal):
    sentence = "There is no automation {id}."
    id: str | int


class UnknownMessage(Refusal):
    sentence = "There is no message {id}."
    id: str | int


class UnknownCallback(Refusal):
    sentence = "There is no callback {id}, or none that has failed."
    id: str | int


class UnknownCampaign(Refusal):
    sentence = "There is no campaign {ticket}."
    ticket: str | int


class UnknownImport(Refusal):
    sentence = "There is no upload {id}."
    id: str | int


class UnknownCarrier(Refusal):
    sentence = "There is no carrier {name}."
    name: str


class UnknownRoute(Refusal):
    sentence = "There is no route {id}."
    id: int


class UnknownReview(Refusal):
    sentence = "There is no answer {id} that awaits a decision."
    id: int


class CarrierInUse(Refusal):
    sentence = "A route names the carrier {name}: remove that first."
    name: str


class CarrierUnreachable(Refusal):
    sentence = "The carrier {name} cannot be used: {reason}."
    name: str
    reason: str


class NotOperator(Refusal):
    sentence = "Only an operator's credentials may do this."


class BadNumber(Refusal):
    sentence = "{written} is not a phone number that can be reached: {reason}."
    written: str
    reason: str


class NumberTaken(Refusal):
    sentence = "The number {number} belongs to another contact already."
    number: str


class ChangedMeanwhile(Refusal):
    sentence = "The contact {id} was changed by somebody else meanwhile."
    id: str | int


class NameTaken(Refusal):
    sentence = "There is a list {name} already."
    name: str


class OnListAlready(Refusal):
    sentence = "The contact {id} is on the list {name} already."
    id: str | int
    name: str


class ListInUse(Refusal):
    sentence = "A campaign to the list {name} is being calculated; wait until it is ready."
    name: str


class NoText(Refusal):
    sentence = "The text is missing."


class TextTooLong(Refusal):
    """`length` and `limit` in characters."""

    sentence = "The text has {length} characters; at most {limit} can be sent."
    length: int
    limit: int


class NoStopMention(Refusal):
    sentence = "Mention STOP is missing."


class NoRecipient(Refusal):
    """`given` numbers were written; none of them can be sent to."""

    sentence = "None of the {given} numbers given can be sent to."
    given: int


class NotNow(Refusal):
    """`state` is the campaign's, `wanted` the state asked for; the table of moves has no such step."""

    sentence = "The campaign is {state}; it cannot become {wanted}."
    state: str
    wanted: str


class CannotCancel(Refusal):
    sentence = "The campaign cannot be cancelled: {reason}."
    reason: str


class CannotErase(Refusal):
    """`reason` is something that ends within seconds."""

    sentence = "The number cannot be looked up or erased now: {reason}. Try again in a few seconds."
    reason: str


class RequestRepeated(Refusal):
    sentence = "The request {request_id} has been accepted already; it is not done twice."
    request_id: str


class NoVoiceCarrier(Refusal):
    sentence = "No voice carrier is configured; the campaign is kept as a draft."


class NotOffered(Refusal):
    sentence = "{what} is not offered here."
    what: str


class OutOfCredit(Refusal):
    """`needed` and `left` as written amounts in the account's currency."""

    sentence = "The wallet holds {left}; this costs {needed}."
    needed: str
    left: str


class WrongToken(Refusal):
    sentence = "The token is unknown, used already, or too old."


class TokenPending(Refusal):
    sentence = "A token is out already; one at a time is valid."


class NotMetered(Refusal):
    sentence = "The account {login} has no wallet: it is not metered."
    login: str


class KeyReused(Refusal):
    sentence = "The key {key} came with another request before."
    key: str


class KeyPending(Refusal):
    """`reason` says whether the first request still runs, or ended with its process."""

    sentence = "The request with the key {key} {reason}."
    key: str
    reason: str


class TooFast(Refusal):
    """`retry_after` in whole seconds."""

    sentence = "Too many calls; come again in {retry_after} seconds."
    retry_after: int


class UnknownAccount(Refusal):
    sentence = "There is no account {login} here."
    login: str


class Fault(Refusal):
    sentence = "Antiphon failed on this request. The log tells more under {id}."
    id: str
