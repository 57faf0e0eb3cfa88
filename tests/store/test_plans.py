"""What runs all day finds its rows by an index, on both databases."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, event

from antiphon.core.account import Account
from antiphon.core.callback import Outage, Those
from antiphon.core.callback import State as CallbackState
from antiphon.core.campaign import Audience, Campaign, CreateCampaign, Kind, Seen
from antiphon.core.contact import AddContacts, Draft, FindContacts
from antiphon.core.message import Fate, Receipt, State
from antiphon.core.window import Window
from antiphon.services import campaigns as campaign_services
from antiphon.services import contacts as contact_services
from antiphon.store import (
    accounts,
    answers,
    attempts,
    audience,
    automations,
    backlog,
    callbacks,
    campaigns,
    claims,
    consent,
    contacts,
    conversations,
    cursors,
    deliveries,
    doubts,
    erased,
    imports,
    inquiries,
    kept,
    lists,
    messages,
    opt_outs,
    paces,
    parts,
    personal,
    recalls,
    receipts,
    replies,
    reply_parts,
    reports,
    request_ids,
    schedule,
    signing,
    tags,
    wallet,
    windows,
)
from antiphon.store.claims import Next
from antiphon.store.session import Store, Tx

Statement = tuple[str, Any]
Question = Callable[[Tx, Campaign, Account], Awaitable[Any]]

_WINDOW = Window(limit=20)
_THOSE = {
    "state": Those(state=CallbackState.FAILED),
    "campaign": Those(campaign_id=1),
    "message": Those(message_id=1),
    "server": Those(endpoint="x"),
}
_EACH, _LISTED = cursors.Those(), cursors.Those(list_id=1, tag_id=1)
_NUMBERS = ["+33612345678"]
_TEXT = parts.Text(1, "SHOP", "+33612345678", 7, 2)
_REPLY = reply_parts.Text("acme", "+33612345678", "36111", 7, 2)
_LARGE = {"messages", "contacts", "list_members", "contact_tags", "opt_outs", "consents", "callbacks"}
_GROWING = {
    *_LARGE,
    *["campaigns", "lists", "tags", "accounts", "credentials", "replies", "wallets", "ledger", "request_ids"],
    *["callbacks", "automations", "automation_answers", "entries", "imports", "import_parts", "answers"],
    *["consents", "wordings", "word_answers", "parts", "early_receipts", "attempts", "submitted_parts"],
    *["callback_attempts", "signing_secrets", "recalls"],
    *["reply_keys", "reply_parts", "stray_replies"],
    *["erased", "erasures"],
}


async def _receipts(tx: Tx, campaign: Campaign, account: Account) -> None:
    receipt = Receipt(reference="1", fate=Fate.DELIVERED, at=tx.now)
    await receipts.matches(tx, "simulator", ["1"])
    await receipts.apply(tx, "simulator", {(1, 1): receipt})
    await receipts.apply_to_parts(tx, {((1, 1), 1): receipt})


def _doubled(campaign: Campaign) -> Campaign:
    return replace(campaign, audience=replace(campaign.audience, ids=(*campaign.audience.ids, 1)))


def _person(account: Account) -> personal.Person:
    return personal.Person(account=account.id, number=_NUMBERS[0], operator=True)


QUESTIONS: list[Any] = [
    pytest.param(lambda tx, campaign, account: claims.claim(tx, campaign, 1, Next(limit=100)), id="claim"),
    pytest.param(lambda tx, campaign, account: claims.claim(tx, campaign, 1, Next(limit=9, after=7)), id="claim on"),
    pytest.param(lambda tx, campaign, account: claims.claim(tx, campaign, 1, Next(limit=9, every=100)), id="canary"),
    pytest.param(lambda tx, campaign, account: claims.claim_direct(tx, 1, 9, but=[1]), id="claim direct but"),
    pytest.param(lambda tx, campaign, account: claims.claim_direct(tx, 1, 9, of=1), id="claim direct of"),
    pytest.param(lambda tx, campaign, account: claims.direct_among(tx, [1]), id="direct among"),
    pytest.param(lambda tx, campaign, account: paces.watched(tx, 20), id="watched"),
    pytest.param(lambda tx, campaign, account: paces.opted_out(tx, campaign), id="opted out of a canary"),
    pytest.param(lambda tx, campaign, account: claims.claim_direct(tx, 1, 100), id="claim direct"),
    pytest.param(lambda tx, campaign, account: windows.wishes(tx, [account.id]), id="wishes about windows"),
    pytest.param(lambda tx, campaign, account: windows.next_waiting(tx, (account.id, 1), 9), id="next waiting"),
    pytest.param(lambda tx, campaign, account: windows.refuse(tx, {(account.id, 1): "x"}), id="refuse"),
    pytest.param(lambda tx, campaign, account: windows.marketed(tx, account.id, tx.now, _NUMBERS), id="marketed"),
    pytest.param(lambda tx, campaign, account: paces.give_back(tx, (account.id, 1), 1), id="give back of a canary"),
    pytest.param(lambda tx, campaign, account: paces.kept_back(tx, campaign, tx.now), id="kept back of a canary"),
    pytest.param(lambda tx, campaign, account: windows.by_lead(tx, campaign), id="by the beginning of the number"),
    pytest.param(lambda tx, campaign, account: messages.held_back(tx, [(account.id, 1)]), id="held back"),
    pytest.param(lambda tx, campaign, account: messages.doubt(tx, campaigns.unfinished()), id="doubt"),
    pytest.param(lambda tx, campaign, account: messages.among(tx, account.id, [1]), id="messages among"),
    pytest.param(lambda tx, campaign, account: messages.numbers(tx, [(account.id, 1)]), id="numbers of messages"),
    pytest.param(lambda tx, campaign, account: claims.release(tx, [(account.id, 1)]), id="release"),
    pytest.param(_receipts, id="receipts by reference"),
    pytest.param(lambda tx, campaign, account: receipts.take_early(tx, "simulator", ["1"]), id="early receipts"),
    pytest.param(lambda tx, campaign, account: receipts.any_kept(tx, tx.now), id="any kept receipt"),
    pytest.param(lambda tx, campaign, account: receipts.kept(tx, tx.now, 100), id="kept receipts"),
    pytest.param(lambda tx, campaign, account: receipts.forget_kept(tx, tx.now), id="forget kept receipts"),
    pytest.param(lambda tx, campaign, account: inquiries.any_due(tx, "main"), id="any silent message"),
    pytest.param(lambda tx, campaign, account: inquiries.due(tx, "main", 50), id="silent messages"),
    pytest.param(lambda tx, campaign, account: inquiries.put_off(tx, [((account.id, 1), None)]), id="put off"),
    pytest.param(lambda tx, campaign, account: inquiries.senders(tx, [(account.id, 1)]), id="senders"),
    pytest.param(lambda tx, campaign, account: inquiries.open_parts(tx, [(account.id, 1)]), id="open parts"),
    pytest.param(lambda tx, campaign, account: recalls.any_due(tx, "main"), id="any recall"),
    pytest.param(lambda tx, campaign, account: recalls.due(tx, "main", 50), id="recalls"),
    pytest.param(lambda tx, campaign, account: recalls.put_off(tx, [(account.id, 1)], tx.now), id="put off a recall"),
    pytest.param(lambda tx, campaign, account: recalls.remove(tx, [(account.id, 1)]), id="remove recalls"),
    pytest.param(lambda tx, campaign, account: recalls.any_of(tx, (account.id, 1)), id="one recall"),
    pytest.param(lambda tx, campaign, account: claims.any_due(tx), id="any held"),
    pytest.param(lambda tx, campaign, account: claims.wake(tx, 100), id="wake"),
    pytest.param(lambda tx, campaign, account: messages.left_to(tx, _NUMBERS), id="what left for a number"),
    pytest.param(lambda tx, campaign, account: messages.left(tx, [(account.id, 1)]), id="what left"),
    pytest.param(lambda tx, campaign, account: replies.counts(tx, account.id, [1]), id="replies of campaigns"),
    pytest.param(lambda tx, campaign, account: replies.keys(tx, {("acme", "x")}), id="keys of replies"),
    pytest.param(lambda tx, campaign, account: replies.forget_keys(tx), id="forget keys of replies"),
    pytest.param(lambda tx, campaign, account: replies.any_to_forget(tx, 1), id="anything of replies to forget"),
    pytest.param(lambda tx, campaign, account: replies.forget_strays(tx, 1), id="forget strays"),
    pytest.param(lambda tx, campaign, account: replies.strays_before(tx, 9, 9), id="strays before"),
    pytest.param(lambda tx, campaign, account: reply_parts.take(tx, {_REPLY}), id="parts of a reply"),
    pytest.param(lambda tx, campaign, account: reply_parts.old(tx, tx.now, 9), id="old parts of replies"),
    pytest.param(lambda tx, campaign, account: conversations.page(tx, account.id, 9, 9), id="conversations"),
    pytest.param(lambda tx, campaign, account: conversations.latest(tx, account.id, _NUMBERS), id="latest words"),
    pytest.param(
        lambda tx, campaign, account: conversations.words(tx, account.id, _NUMBERS[0], (tx.now, 9), 9),
        id="conversation",
    ),
    pytest.param(lambda tx, campaign, account: doubts.any_unsettled(tx), id="any in doubt"),
    pytest.param(lambda tx, campaign, account: doubts.unsettled(tx, tx.now, 100), id="in doubt"),
    pytest.param(lambda tx, campaign, account: doubts.settle(tx, [(account.id, 1)], resend=True), id="settle doubts"),
    pytest.param(lambda tx, campaign, account: attempts.of(tx, (account.id, 1)), id="attempts"),
    pytest.param(lambda tx, campaign, account: campaigns.sending(tx, 50), id="sending"),
    pytest.param(lambda tx, campaign, account: campaigns.calculating(tx, 50), id="calculating"),
    pytest.param(lambda tx, campaign, account: campaigns.any_direct(tx), id="any direct"),
    pytest.param(lambda tx, campaign, account: schedule.end(tx, 1_000, direct=True), id="end"),
    pytest.param(lambda tx, campaign, account: campaigns.words(tx, [(account.id, 1)]), id="words"),
    pytest.param(lambda tx, campaign, account: campaigns.cancelled_since(tx, account.id, tx.now), id="cancelled since"),
    pytest.param(lambda tx, campaign, account: campaigns.newest_ready(tx, account.id, spoken=False), id="newest ready"),
    pytest.param(lambda tx, campaign, account: schedule.start_due(tx, tx.now, tx.now), id="start due"),
    pytest.param(lambda tx, campaign, account: audience.following(tx, campaign, 5_000), id="audience"),
    pytest.param(lambda tx, campaign, account: audience.following(tx, _doubled(campaign), 5_000), id="two lists"),
    pytest.param(lambda tx, campaign, account: campaigns.locked(tx, account.id, 1), id="locked"),
    pytest.param(lambda tx, campaign, account: schedule.stop_due(tx, tx.now), id="stop due"),
    pytest.param(lambda tx, campaign, account: schedule.stopping(tx, 20), id="stopping"),
    pytest.param(lambda tx, campaign, account: schedule.end_stopped(tx, campaign), id="end stopped"),
    pytest.param(lambda tx, campaign, account: messages.drop(tx, campaign, State.HELD, 5_000), id="drop"),
    pytest.param(lambda tx, campaign, account: messages.remove_of(tx, campaign), id="remove messages"),
    pytest.param(lambda tx, campaign, account: reports.page(tx, account.id, Seen(), _WINDOW), id="campaigns"),
    pytest.param(lambda tx, campaign, account: reports.counts(tx, account.id, [1]), id="counts"),
    pytest.param(lambda tx, campaign, account: reports.fared(tx, campaign, None, _WINDOW), id="fared"),
    pytest.param(lambda tx, campaign, account: messages.still_open(tx, [(account.id, 1)]), id="still open"),
    pytest.param(lambda tx, campaign, account: callbacks.changed(tx, [(account.id, 1)]), id="changed"),
    pytest.param(lambda tx, campaign, account: callbacks.any_wanted(tx, [account.id]), id="any callback wanted"),
    pytest.param(lambda tx, campaign, account: callbacks.wishes(tx, [(account.id, 1)]), id="wishes"),
    pytest.param(lambda tx, campaign, account: deliveries.owed_after(tx, "", 100), id="servers"),
    pytest.param(lambda tx, campaign, account: deliveries.claim(tx, ["x"], 4, tx.now), id="callbacks"),
    pytest.param(lambda tx, campaign, account: deliveries.owed_lately(tx, tx.now, 9), id="servers of late"),
    pytest.param(lambda tx, campaign, account: deliveries.postpone(tx, {1: tx.now}), id="postpone"),
    pytest.param(lambda tx, campaign, account: deliveries.give_up(tx, tx.now, 100), id="give up callbacks"),
    pytest.param(lambda tx, campaign, account: deliveries.resting_of(tx, account.id, 9), id="servers at rest"),
    pytest.param(lambda tx, campaign, account: callbacks.page(tx, account.id, 9, 9, Those()), id="page of callbacks"),
    *(
        pytest.param(
            lambda tx, campaign, account, those=those: callbacks.page(tx, account.id, 9, 9, those),
            id=f"callbacks of a {name}",
        )
        for name, those in _THOSE.items()
    ),
    pytest.param(lambda tx, campaign, account: callbacks.find(tx, account.id, 1), id="one callback"),
    pytest.param(lambda tx, campaign, account: callbacks.attempts(tx, account.id, 1, 9), id="attempts of a callback"),
    pytest.param(lambda tx, campaign, account: callbacks.resend(tx, account.id, 1), id="resend"),
    pytest.param(
        lambda tx, campaign, account: callbacks.resend_all(tx, account.id, Outage(since=tx.now), tx.now, 9),
        id="resend all",
    ),
    pytest.param(lambda tx, campaign, account: signing.sealed(tx, [account.id]), id="secrets"),
    pytest.param(lambda tx, campaign, account: automations.of(tx, [account.id]), id="automations"),
    pytest.param(lambda tx, campaign, account: automations.answered(tx, account.id, _NUMBERS), id="answered"),
    pytest.param(lambda tx, campaign, account: reports.message(tx, account.id, 1), id="one message"),
    pytest.param(lambda tx, campaign, account: messages.kept(tx, (account.id, 1)), id="all of one message"),
    pytest.param(lambda tx, campaign, account: attempts.of(tx, (account.id, 1)), id="attempts of one message"),
    pytest.param(lambda tx, campaign, account: receipts.parts_of(tx, (account.id, 1)), id="parts of one message"),
    pytest.param(lambda tx, campaign, account: replies.to(tx, account.id, 1, _NUMBERS[0]), id="replies to a campaign"),
    pytest.param(lambda tx, campaign, account: callbacks.of(tx, (account.id, 1)), id="callbacks of one message"),
    pytest.param(lambda tx, campaign, account: backlog.waiting(tx, 9), id="how many wait"),
    pytest.param(lambda tx, campaign, account: backlog.held(tx, 9), id="how many are held"),
    pytest.param(lambda tx, campaign, account: backlog.in_doubt(tx, 9), id="how many are in doubt"),
    pytest.param(lambda tx, campaign, account: backlog.callbacks_due(tx, 9), id="how many callbacks are due"),
    pytest.param(lambda tx, campaign, account: opt_outs.of(tx, account.id, _NUMBERS[0]), id="one opt-out"),
    pytest.param(lambda tx, campaign, account: opt_outs.held(tx, account.id, 0, 9), id="held"),
    pytest.param(lambda tx, campaign, account: opt_outs.is_held(tx, account.id, 1), id="is held"),
    pytest.param(lambda tx, campaign, account: opt_outs.out_of(tx, account.id, [1], _NUMBERS), id="out of a list"),
    pytest.param(lambda tx, campaign, account: opt_outs.locked(tx, [(account.id, _NUMBERS[0], 0)]), id="standings"),
    pytest.param(lambda tx, campaign, account: consent.of(tx, account.id, _NUMBERS[0], 0, 9), id="ledger of a number"),
    pytest.param(lambda tx, campaign, account: consent.last_ids(tx, [account.id], 1), id="last of the ledger"),
    pytest.param(lambda tx, campaign, account: consent.by_ids(tx, account.id, [1]), id="lines of the ledger"),
    pytest.param(lambda tx, campaign, account: consent.wordings_of(tx, [account.id]), id="wordings"),
    pytest.param(lambda tx, campaign, account: consent.answered(tx, [account.id], _NUMBERS), id="words answered"),
    pytest.param(lambda tx, campaign, account: contacts.ids_of(tx, account.id, _NUMBERS), id="ids of numbers"),
    pytest.param(
        lambda tx, campaign, account: cursors.messages_to(tx, account.id, _NUMBERS[0], 9, 9), id="messages to a number"
    ),
    pytest.param(lambda tx, campaign, account: cursors.contacts_after(tx, account.id, 0, 9, _EACH), id="contacts"),
    pytest.param(lambda tx, campaign, account: cursors.contacts_after(tx, account.id, 0, 9, _LISTED), id="on one list"),
    pytest.param(lambda tx, campaign, account: cursors.lists_after(tx, account.id, 0, 9), id="lists after"),
    pytest.param(lambda tx, campaign, account: cursors.tags_after(tx, account.id, "", 9), id="tags after"),
    pytest.param(
        lambda tx, campaign, account: cursors.opt_outs_after(tx, account.id, ("", -1), 9), id="opt-outs after"
    ),
    pytest.param(lambda tx, campaign, account: cursors.replies_before(tx, account.id, 9, 9), id="replies before"),
    pytest.param(
        lambda tx, campaign, account: cursors.campaigns_before(tx, account.id, 9, 9, []), id="campaigns before"
    ),
    pytest.param(lambda tx, campaign, account: cursors.messages_after(tx, campaign, "", 9, []), id="messages after"),
    pytest.param(lambda tx, campaign, account: cursors.ledger_after(tx, account.id, 0, 9), id="ledger after"),
    pytest.param(lambda tx, campaign, account: answers.by_key(tx, account.id, "x"), id="answer"),
    pytest.param(lambda tx, campaign, account: answers.forget(tx), id="forget answers"),
    pytest.param(lambda tx, campaign, account: contacts.by_numbers(tx, account.id, _NUMBERS), id="by numbers"),
    pytest.param(lambda tx, campaign, account: contacts.on_list(tx, account.id, 1), id="on list"),
    pytest.param(lambda tx, campaign, account: contacts.remove(tx, account.id, [1]), id="remove"),
    pytest.param(lambda tx, campaign, account: contacts.locked_all(tx, account.id, [1]), id="contacts by id"),
    pytest.param(lambda tx, campaign, account: lists.locked_all(tx, account.id, [1]), id="lists by id"),
    pytest.param(lambda tx, campaign, account: lists.by_names(tx, account.id, ["all"]), id="lists by name"),
    pytest.param(lambda tx, campaign, account: lists.sizes(tx, account.id, [1]), id="sizes of lists"),
    pytest.param(lambda tx, campaign, account: lists.of(tx, account.id, [1]), id="lists of"),
    pytest.param(lambda tx, campaign, account: lists.members(tx, account.id, 1, [1]), id="who of some is on a list"),
    pytest.param(lambda tx, campaign, account: imports.next_part(tx), id="next part of a file"),
    pytest.param(lambda tx, campaign, account: opt_outs.among(tx, account.id, _NUMBERS), id="opt-outs"),
    pytest.param(lambda tx, campaign, account: tags.of(tx, account.id, [1]), id="tags of"),
    pytest.param(lambda tx, campaign, account: accounts.by_secret(tx, "hash"), id="by secret"),
    pytest.param(lambda tx, campaign, account: accounts.count_below(tx, account.id), id="count below"),
    pytest.param(lambda tx, campaign, account: accounts.sub_account(tx, account.id, "a@b.example"), id="sub-account"),
    pytest.param(lambda tx, campaign, account: wallet.entries(tx, account.id), id="ledger"),
    pytest.param(lambda tx, campaign, account: wallet.locked(tx, [account.id]), id="wallets"),
    pytest.param(lambda tx, campaign, account: request_ids.used(tx, [(account.id, "x")]), id="request ids"),
    pytest.param(lambda tx, campaign, account: request_ids.forget(tx), id="forget request ids"),
    pytest.param(lambda tx, campaign, account: accounts.called(tx, "name"), id="called"),
    pytest.param(lambda tx, campaign, account: messages.drop_one(tx, account.id, 1), id="drop one"),
    pytest.param(lambda tx, campaign, account: kept.any_of(tx, "smpp:1"), id="anything kept"),
    pytest.param(lambda tx, campaign, account: kept.due(tx, ["smpp:1"]), id="kept and due"),
    pytest.param(lambda tx, campaign, account: kept.claim(tx, "smpp:1", tx.now, 50), id="kept"),
    pytest.param(lambda tx, campaign, account: kept.hasten(tx, "smpp:1"), id="hasten"),
    pytest.param(lambda tx, campaign, account: kept.give_up(tx, "smpp:1", tx.now), id="give up"),
    pytest.param(lambda tx, campaign, account: kept.release(tx, [(account.id, 1)]), id="untold"),
    pytest.param(lambda tx, campaign, account: erased.any_of(tx, [account.id]), id="has anybody been erased"),
    pytest.param(lambda tx, campaign, account: erased.first(tx, account.id, 9), id="the first of who was erased"),
    pytest.param(lambda tx, campaign, account: erased.among(tx, account.id, ["x"]), id="who was erased"),
    pytest.param(lambda tx, campaign, account: erased.noted_before(tx, account.id, 9, 9), id="erasures"),
    pytest.param(lambda tx, campaign, account: personal.export(tx, _person(account)), id="export of a person"),
    pytest.param(lambda tx, campaign, account: personal.erase(tx, _person(account)), id="erase a person"),
    pytest.param(lambda tx, campaign, account: personal.leaving(tx, _person(account)), id="what leaves for a person"),
    pytest.param(lambda tx, campaign, account: personal.unsend(tx, _person(account)), id="unsend to a person"),
    pytest.param(lambda tx, campaign, account: personal.reading_a_file(tx, account.id), id="is a file read"),
    pytest.param(lambda tx, campaign, account: parts.waiting(tx, {_TEXT}, tx.now), id="parts that wait"),
    pytest.param(lambda tx, campaign, account: parts.message_of(tx, account.id, 1), id="message of a part"),
    pytest.param(lambda tx, campaign, account: parts.drop(tx, account.id, 1), id="drop a part"),
    pytest.param(lambda tx, campaign, account: parts.any_old(tx, tx.now), id="any old part"),
    pytest.param(lambda tx, campaign, account: parts.expire(tx, tx.now, 100), id="parts expire"),
    pytest.param(lambda tx, campaign, account: parts.forget(tx, tx.now, 100), id="forget parts"),
]


@pytest.fixture
async def campaign(store: Store, account: Account) -> Campaign:
    await contact_services.add(store, account, AddContacts(drafts=[Draft(number=_NUMBERS[0])], lists=("all",)))
    command = CreateCampaign(audience=Audience(kind=Kind.LIST, names=("all",)), text="Hello, STOP 36111")
    return await campaign_services.create(store, account, command)


@pytest.mark.parametrize("question", QUESTIONS)
async def test_no_table_is_read_from_end_to_end(
    store: Store, account: Account, campaign: Campaign, question: Question
) -> None:
    async with store.begin() as tx:
        async with _recorded() as statements:
            await question(tx, campaign, account)
        plans = [await _plan(tx, statement) for statement in statements]
    assert plans
    for plan in plans:
        scans = [line for line in plan if _reads_all(line)]
        assert not scans, "\n".join(plan)


PAGES: list[Any] = [
    pytest.param(FindContacts(window=Window()), id="oldest first"),
    pytest.param(FindContacts(window=Window(descending=True)), id="newest first"),
    pytest.param(FindContacts(window=Window(sort="number")), id="by number"),
    pytest.param(FindContacts(window=Window(sort="number", descending=True)), id="by number, backwards"),
    pytest.param(FindContacts(window=Window(), list_ids=(1,)), id="of a list"),
    pytest.param(FindContacts(window=Window(descending=True), list_ids=(1,)), id="of a list, newest first"),
]


@pytest.mark.parametrize("query", PAGES)
async def test_a_page_reads_no_more_than_it_shows(store: Store, account: Account, query: FindContacts) -> None:
    """All is found in the order of an index, so that nothing is sorted and the limit ends it."""
    async with store.begin() as tx:
        async with _recorded() as statements:
            await contacts.page(tx, account.id, query)
        (plan,) = [await _plan(tx, statement) for statement in statements]
    assert not [line for line in plan if re.search("TEMP B-TREE|Sort|Seq Scan|^SCAN contacts", line)], "\n".join(plan)


async def test_failed_callbacks_are_not_looked_for_among_those_that_were_delivered(
    store: Store, account: Account
) -> None:
    async with store.begin() as tx:
        async with _recorded() as statements:
            await callbacks.page(tx, account.id, 9, 9, _THOSE["state"])
            await callbacks.resend_all(tx, account.id, Outage(endpoint="x"), tx.now, 9)
        plans = [await _plan(tx, statement) for statement in statements]
    assert [any("ix_callbacks_failed" in line for line in plan) for plan in plans] == [True, True], plans


@asynccontextmanager
async def _recorded() -> AsyncIterator[list[Statement]]:
    """The statements as they are sent."""
    sent: list[Statement] = []

    def record(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        sent.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", record)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", record)


async def _plan(tx: Tx, statement: Statement) -> list[str]:
    text, parameters = statement
    connection = tx._connection
    if connection.dialect.name == "sqlite":
        one = parameters[0] if isinstance(parameters, list) else parameters
        return [row.detail for row in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", one)]
    # The tables are nearly empty, so what is asked is whether an index could be used at all.
    for way in ("seqscan", "sort", "incremental_sort", "bitmapscan"):
        await connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    return [row[0] for row in await connection.exec_driver_sql(f"EXPLAIN {text}", parameters)]


def _reads_all(line: str) -> bool:
    """Is a table read from end to end, or one of the large ones through all of an account?"""
    sqlite = re.match(r"(SCAN|SEARCH) (\w+)(.*)", line)
    if sqlite:
        how, table, index = sqlite.groups()
        through_account = table in _LARGE and index.endswith("(account_id=?)")
        # The workers' own indexes hold only what is to be done, in its order, and are read from their beginning.
        campaigns_of = "campaigns_(calculating|scheduled|sending|paused|stopping)"
        queue = re.search(f"ix_({campaigns_of}|imports_working|callbacks_due|messages_(held|in_doubt))", index)
        return (how == "SCAN" and table in _GROWING and not queue) or through_account
    postgres = re.search(r"Seq Scan on (\w+)", line)
    return postgres is not None and postgres[1] in _GROWING
