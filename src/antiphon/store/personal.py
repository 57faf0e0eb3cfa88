"""Where is a number, or what was said to it, and what is left of a row when it is erased?

Every table is either in HOLDINGS or in FREE; a test compares them with the schema.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, Table, Text, case, cast, delete, literal, null, or_, select, update

from antiphon.core.campaign import Kind
from antiphon.core.message import State
from antiphon.store.schema import (
    answers,
    attempts,
    automation_answers,
    callback_attempts,
    callbacks,
    campaigns,
    consents,
    contact_tags,
    contacts,
    early_receipts,
    entries,
    imports,
    list_members,
    messages,
    opt_outs,
    recalls,
    replies,
    reply_parts,
    stray_replies,
    submitted_parts,
    word_answers,
)
from antiphon.store.session import Tx

# What is in no account's own rows, and so belongs to who runs the installation.
_OPERATORS: Final = (early_receipts, stray_replies, reply_parts)


class Person(Struct, frozen=True, kw_only=True):
    """A number in an account; the ids are those of rows that no index of the number leads to (`find`)."""

    account: int
    number: str
    operator: bool = False
    campaigns: tuple[int, ...] = ()
    callbacks: tuple[int, ...] = ()
    answers: tuple[str, ...] = ()
    parts: tuple[int, ...] = ()


class Holding(Struct, frozen=True):
    """A table, which of its rows are a person's, and what is told of them. Erased, a row is deleted, or blanked where
    something of it must stay."""

    table: Table
    mine: Callable[[Tx, Person], ColumnElement[bool]]
    shown: Sequence[str]
    blank: Mapping[str, Any] | None = None


def _of_number(table: Table, column: str = "number") -> Callable[[Tx, Person], ColumnElement[bool]]:
    return lambda tx, who: (table.c.account_id == who.account) & (table.c[column] == who.number)


def _of_contact(table: Table) -> Callable[[Tx, Person], ColumnElement[bool]]:
    mine = select(contacts.c.id)
    return lambda tx, who: (
        (table.c.account_id == who.account)
        & table.c.contact_id.in_(mine.where(contacts.c.account_id == who.account, contacts.c.number == who.number))
    )


def _of_message(table: Table, column: str) -> Callable[[Tx, Person], ColumnElement[bool]]:
    return lambda tx, who: (table.c.account_id == who.account) & table.c[column].in_(message_ids(who))


def _of_ids(table: Table, column: str, ids: str) -> Callable[[Tx, Person], ColumnElement[bool]]:
    return lambda tx, who: (table.c.account_id == who.account) & tx.among(table.c[column], getattr(who, ids))


def _of_carrier(table: Table) -> Callable[[Tx, Person], ColumnElement[bool]]:
    """Carriers write a number with its plus or without."""
    return lambda tx, who: tx.among(table.c.number, [who.number, who.number.removeprefix("+")])


def _of_lines() -> Callable[[Tx, Person], ColumnElement[bool]]:
    """By an index that covers it, as those of messages."""
    theirs = consents.alias("theirs")
    lines = select(theirs.c.id)
    return lambda tx, who: (
        (consents.c.account_id == who.account)
        & consents.c.id.in_(lines.where(theirs.c.account_id == who.account, theirs.c.number == who.number))
    )


def message_ids(who: Person) -> Select[tuple[int]]:
    """By an index that covers it: SQLite would else read all messages of the account."""
    theirs = messages.alias("theirs")
    return select(theirs.c.id).where(theirs.c.number == who.number, theirs.c.account_id == who.account)


def _no_number(table: Table) -> ColumnElement[str]:
    """Something that is no number, and no other row's."""
    return literal("erased-") + cast(table.c.id, Text)


_undecided = case((messages.c.state == State.IN_DOUBT.value, null()), else_=messages.c.process_id)
_MESSAGE = ("id", "campaign_id", "number", "state", "text", "segments", "cost", "carrier", "reference", "error")

# In this order they are erased: what leads to others goes last.
HOLDINGS: Final[tuple[Holding, ...]] = (
    Holding(list_members, _of_contact(list_members), ("list_id",)),
    Holding(contact_tags, _of_contact(contact_tags), ("tag_id",)),
    Holding(entries, _of_contact(entries), ("id", "list_id")),
    Holding(
        contacts,
        _of_number(contacts),
        (
            *("id", "number", "first_name", "last_name", "company", "email", "attributes"),
            *("created_at", "updated_at"),
        ),
    ),
    Holding(opt_outs, _of_number(opt_outs), ("number", "list_id", "state", "at", "source", "words")),
    Holding(
        consents,
        _of_lines(),
        ("id", "number", "list_id", "kind", "at", "source", "words", "campaign_id", "who"),
    ),
    Holding(word_answers, _of_number(word_answers), ("number", "asked", "at")),
    Holding(automation_answers, _of_number(automation_answers), ("number", "automation_id", "at")),
    Holding(attempts, _of_message(attempts, "message_id"), ("message_id", "at", "carrier", "what")),
    Holding(recalls, _of_message(recalls, "message_id"), ("message_id", "carrier", "due_at")),
    Holding(
        callback_attempts,
        _of_ids(callback_attempts, "callback_id", "callbacks"),
        ("callback_id", "at", "status", "answer", "error"),
    ),
    Holding(
        callbacks, _of_ids(callbacks, "id", "callbacks"), ("id", "event", "state", "created_at", "ended_at", "answer")
    ),
    Holding(answers, _of_ids(answers, "key", "answers"), ("status", "body", "expires_at"), {"body": None}),
    Holding(
        submitted_parts,
        _of_ids(submitted_parts, "id", "parts"),
        ("id", "sender", "receiver", "octets", "note", "message_id", "created_at"),
    ),
    Holding(
        campaigns,
        _of_ids(campaigns, "id", "campaigns"),
        ("id", "name", "text", "sender", "created_at"),
        {"text": "", "name": None, "extras": None},
    ),
    Holding(
        replies,
        _of_number(replies),
        ("id", "campaign_id", "message_id", "number", "receiver", "text", "at"),
        {"number": _no_number(replies), "text": ""},
    ),
    Holding(
        messages,
        _of_message(messages, "id"),
        (*_MESSAGE, "claimed_at", "answered_at", "reported_at", "updated_at"),
        {"number": _no_number(messages), "text": None, "time_zone": None, "error": None, "process_id": _undecided},
    ),
    Holding(
        early_receipts,
        _of_carrier(early_receipts),
        ("carrier", "reference", "number", "fate", "at", "error"),
        {"number": None, "error": None},
    ),
    Holding(stray_replies, _of_carrier(stray_replies), ("id", "carrier", "number", "receiver", "text", "reason", "at")),
    Holding(reply_parts, _of_carrier(reply_parts), ("carrier", "number", "receiver", "octets", "arrived_at")),
)

# Every other table, and why there is nothing personal in it that must go.
FREE: Final[Mapping[str, str]] = {
    "accounts": "the customer's own data",
    "credentials": "the customer's own data",
    "wallets": "money of the account",
    "ledger": "money of the account; notes are the operator's",
    "transfer_tokens": "a hash",
    "account_rates": "the installation's",
    "speeds": "the installation's",
    "endpoints": "the customers' own servers",
    "signing_secrets": "sealed secrets of the account",
    "wordings": "texts of the account",
    "died": "programs",
    "request_ids": "the customer's own, for a day",
    "processes": "programs",
    "carriers": "the installation's",
    "routes": "the installation's",
    "lanes": "the installation's",
    "parts": "references and fates alone",
    "lists": "names of lists",
    "tags": "names of tags",
    "imports": "counts; nobody is erased while a file is read",
    "import_parts": "gone once a file is read, and nobody is erased before",
    "automations": "rules of the account, with numbers of its own",
    "reply_keys": "hashes of what came in, for days at most",
    "erased": "keyed hashes: what protects who was erased",
    "erasures": "that somebody was erased, without the number",
    "retention": "ids",
}


async def find(tx: Tx, who: Person) -> Person:
    """With the rows that no index leads to: all of the account's are looked through, so this is not for a transaction
    that writes."""
    told = campaigns.c.text.startswith(f"{who.number}: ", autoescape=True)
    theirs = campaigns.c.id.in_(select(messages.c.campaign_id).where(messages.c.id.in_(message_ids(who)), _mine(who)))
    alone = (campaigns.c.audience == Kind.NUMBERS.value) & or_(told, theirs & (campaigns.c.messages == 1))
    said = callbacks.c.event["number"].as_string() == who.number
    body = answers.c.body.contains(who.number, autoescape=True)
    part = (submitted_parts.c.receiver == who.number) | (submitted_parts.c.receiver == who.number.removeprefix("+"))
    return Person(
        account=who.account,
        number=who.number,
        operator=who.operator,
        campaigns=await _column(tx, select(campaigns.c.id).where(campaigns.c.account_id == who.account, alone)),
        callbacks=await _column(tx, select(callbacks.c.id).where(callbacks.c.account_id == who.account, said)),
        answers=await _column(tx, select(answers.c.key).where(answers.c.account_id == who.account, body)),
        parts=await _column(tx, select(submitted_parts.c.id).where(submitted_parts.c.account_id == who.account, part)),
    )


async def export(tx: Tx, who: Person) -> dict[str, list[dict[str, Any]]]:
    """All rows of theirs, by table."""
    told: dict[str, list[dict[str, Any]]] = {}
    for holding in _asked(who):
        columns = [holding.table.c[name] for name in holding.shown]
        rows = await tx.all(select(*columns).where(holding.mine(tx, who)))
        told[holding.table.name] = [dict(row) for row in rows]
    return told


async def erase(tx: Tx, who: Person) -> dict[str, int]:
    """Delete or blank all of it; how many rows of each table."""
    gone: dict[str, int] = {}
    for holding in _asked(who):
        mine = holding.mine(tx, who)
        if holding.blank is None:
            gone[holding.table.name] = await tx.run(delete(holding.table).where(mine))
        else:
            gone[holding.table.name] = await tx.run(update(holding.table).where(mine).values(**holding.blank))
    return {table: count for table, count in gone.items() if count}


async def leaving(tx: Tx, who: Person) -> bool:
    """Is a text to them being submitted at this moment? All messages to them are locked until the transaction ends."""
    query = select(messages.c.state).where(_mine(who), messages.c.id.in_(message_ids(who)))
    return any(state == State.SUBMITTING for (state,) in await tx.tuples(query.with_for_update()))


async def unsend(tx: Tx, who: Person) -> list[tuple[int, int]]:
    """What waits for them is unsent from now on; campaign and cost of each that a wallet had given something for."""
    waits = messages.c.state.in_((State.WAITING.value, State.HELD.value))
    dropped = update(messages).where(_mine(who), messages.c.id.in_(message_ids(who)), waits)
    changes = {"state": State.UNSENT.value, "updated_at": tx.now}
    rows = await tx.tuples(dropped.values(**changes).returning(messages.c.campaign_id, messages.c.cost))
    paid = select(campaigns.c.id).where(campaigns.c.account_id == who.account, campaigns.c.reserved > 0)
    metered = set(await _column(tx, paid.where(tx.among(campaigns.c.id, {campaign for campaign, _ in rows}))))
    return [(campaign, cost) for campaign, cost in rows if campaign in metered]


async def reading_a_file(tx: Tx, account: int) -> bool:
    """Is a file of contacts being read into this account?"""
    working = imports.c.state == literal("working", literal_execute=True)
    return await tx.first(select(imports.c.id).where(working, imports.c.account_id == account).limit(1)) is not None


def _mine(who: Person) -> ColumnElement[bool]:
    return messages.c.account_id == who.account


def _asked(who: Person) -> list[Holding]:
    return [holding for holding in HOLDINGS if who.operator or holding.table not in _OPERATORS]


async def _column(tx: Tx, query: Select[Any]) -> tuple[Any, ...]:
    return tuple(value for (value,) in await tx.tuples(query))
