"""Which automations has an account, and what do they do when somebody answers?"""

from collections.abc import Sequence

import structlog
from msgspec.structs import replace

from antiphon.core import phone, url
from antiphon.core.account import Account
from antiphon.core.automation import (
    QUIET,
    Action,
    AddToList,
    Automation,
    AutoReply,
    CallWebhook,
    RemoveFromList,
    Rule,
    SendTo,
    fires,
)
from antiphon.core.campaign import LONGEST_TEXT, Purpose, SendMessages
from antiphon.core.contact import AddContacts, Draft, Existing, drafted
from antiphon.core.errors import BadField, BadNumber, MissingField, TooMany, UnknownAutomation, UnknownList
from antiphon.core.event import Event, Kind, Owed
from antiphon.core.message import Reply
from antiphon.core.price import Prices
from antiphon.core.template import Syntax
from antiphon.services import contacts, sends
from antiphon.store import accounts, automations, callbacks, lists, opt_outs
from antiphon.store import contacts as stored
from antiphon.store.instants import instant
from antiphon.store.session import Store, Tx

_log = structlog.get_logger()
_MOST = 100  # automations of an account
_MOST_ACTIONS = 10
_LONGEST_WORDS = 255

# The automation that does it, the reply that set it off, and what is done.
Fired = Sequence[tuple[int, Reply, Action]]


async def create(store: Store, account: Account, rule: Rule) -> Automation:
    """Raises MissingField, BadField, BadNumber, UnknownList or TooMany."""
    async with store.begin() as tx:
        await accounts.lock(tx, account.id)  # or two at the same moment would both be the last that is allowed
        if await automations.count(tx, account.id) >= _MOST:
            raise TooMany(what="automations", given=_MOST + 1, limit=_MOST)
        made = Automation(id=tx.ids.one(), rule=await _checked(tx, account, rule), created_at=tx.now)
        await automations.add(tx, account.id, made)
    return made


async def edit(store: Store, account: Account, id: int, rule: Rule) -> Automation:
    """Raises UnknownAutomation, or what `create` does."""
    async with store.begin() as tx:
        if not await automations.change(tx, account.id, id, await _checked(tx, account, rule)):
            raise UnknownAutomation(id=id)
        return await _known(tx, account, id)


async def remove(store: Store, account: Account, id: int) -> None:
    """Raises UnknownAutomation."""
    async with store.begin() as tx:
        if not await automations.remove(tx, account.id, id):
            raise UnknownAutomation(id=id)


async def find(store: Store, account: Account, id: int) -> Automation:
    """Raises UnknownAutomation."""
    async with store.read() as tx:
        return await _known(tx, account, id)


async def all_of(store: Store, account: Account) -> list[Automation]:
    """The oldest first."""
    async with store.read() as tx:
        return (await automations.of(tx, [account.id])).get(account.id, [])


async def run(tx: Tx, prices: Prices, arrived: Sequence[tuple[int, Reply]]) -> None:
    """Do what these replies (each with its account) set off, with the commit that stores them.

    Raises contacts.Gone: then the transaction must start over. What cannot be done any more is left out.
    """
    known = await automations.of(tx, {account for account, _ in arrived})
    if not known:
        return
    for account in await accounts.by_ids(tx, known):
        fired = [
            (automation.id, reply, action)
            for owner, reply in arrived
            if owner == account.id
            for automation in known[account.id]
            if fires(automation.rule, reply.receiver, reply.text)
            for action in automation.rule.actions
        ]
        if fired:
            await _change_lists(tx, account, fired)
            await callbacks.add(tx, _owed(account, fired))
            await _send(tx, prices, account, fired)


async def _change_lists(tx: Tx, account: Account, fired: Fired) -> None:
    """What came last counts, for each number and list."""
    wanted: dict[tuple[int, str], bool] = {}
    for _, reply, action in fired:
        if isinstance(action, AddToList | RemoveFromList):
            wanted[action.list_id, reply.number] = isinstance(action, AddToList)
    there = await lists.names(tx, account.id, {list_id for list_id, _ in wanted})
    for list_id in sorted(there):
        joining = [number for (id, number), joins in wanted.items() if id == list_id and joins]
        leaving = [number for (id, number), joins in wanted.items() if id == list_id and not joins]
        if joining:
            drafts = [Draft(number=number) for number in joining]
            command = AddContacts(drafts=drafts, list_ids=(list_id,), existing=Existing.KEEP)
            await contacts.put(tx, account, command, await contacts.prepare(account, command))
        people = await stored.by_numbers(tx, account.id, leaving) if leaving else {}
        await lists.detach(tx, account.id, list_id, [contact.id for contact in people.values()])


def _owed(account: Account, fired: Fired) -> list[Owed]:
    return [
        Owed(
            url=action.url,
            format=action.format,
            form=False,
            event=Event(
                kind=Kind.REPLY,
                account=account.sid,
                account_id=account.id,
                at=reply.at,
                time_zone=account.time_zone,
                number=reply.number,
                receiver=reply.receiver,
                text=reply.text,
            ),
        )
        for _, reply, action in fired
        if isinstance(action, CallWebhook)
    ]


async def _send(tx: Tx, prices: Prices, account: Account, fired: Fired) -> None:
    """Never to a number that has opted out."""
    texts = [
        _text(f"{reply.number}: {reply.text}", Draft(number=action.number), reply)
        for _, reply, action in fired
        if isinstance(action, SendTo) and action.number != reply.number
    ]
    texts += await _answers(tx, account, fired)
    silent = await opt_outs.among(tx, account.id, {text.recipients[0].number for text in texts})
    texts = [text for text in texts if text.recipients[0].number not in silent]
    for done in await sends.write(tx, prices, [(account, text) for text in texts]):
        if isinstance(done, Exception):
            _log.warning("an automation's text was not sent", account=account.id, why=type(done).__name__)


async def _answers(tx: Tx, account: Account, fired: Fired) -> list[SendMessages]:
    """An automation answers a number only once in a while."""
    wanted = {(id, reply.number): (reply, action) for id, reply, action in fired if isinstance(action, AutoReply)}
    numbers = {number for _, number in wanted}
    answered = await automations.answered(tx, account.id, numbers)
    recent = {key for key, at in answered.items() if at > instant(tx.now - QUIET)}
    people = await stored.by_numbers(tx, account.id, numbers)
    texts: list[SendMessages] = []
    for key in sorted(wanted.keys() - recent):
        reply, action = wanted[key]
        person = people.get(reply.number)
        draft = drafted(person) if person else Draft(number=reply.number)
        texts.append(replace(_text(action.text, draft, reply), syntax=Syntax.BRACES))
    await automations.note(tx, account.id, sorted(wanted.keys() - recent))
    return texts


def _text(text: str, to: Draft, reply: Reply) -> SendMessages:
    return SendMessages(
        text=text[:LONGEST_TEXT],
        recipients=[to],
        sender=reply.receiver,
        purpose=Purpose.ALERT,
        syntax=Syntax.NONE,
    )


async def _known(tx: Tx, account: Account, id: int) -> Automation:
    found = await automations.by_id(tx, account.id, id)
    if found is None:
        raise UnknownAutomation(id=id)
    return found


async def _checked(tx: Tx, account: Account, rule: Rule) -> Rule:
    if not any(map(str.isalnum, rule.words)):
        raise MissingField(field="words")
    if len(rule.words) > _LONGEST_WORDS:
        raise BadField(field="words", reason=f"are longer than {_LONGEST_WORDS} characters")
    if not rule.actions:
        raise MissingField(field="actions")
    if len(rule.actions) > _MOST_ACTIONS:
        raise TooMany(what="actions", given=len(rule.actions), limit=_MOST_ACTIONS)
    named = {action.list_id for action in rule.actions if isinstance(action, AddToList | RemoveFromList)}
    there = await lists.names(tx, account.id, named)
    for list_id in sorted(named):
        if list_id not in there:
            raise UnknownList(name=list_id)
    return replace(rule, actions=tuple(_checked_action(account, action) for action in rule.actions))


def _checked_action(account: Account, action: Action) -> Action:
    if isinstance(action, CallWebhook) and url.clean(action.url) != action.url:
        raise BadField(field="url", reason="is not an address that can be called")
    if isinstance(action, AutoReply) and not 1 <= len(action.text.strip()) <= LONGEST_TEXT:
        raise BadField(field="text", reason=f"has not 1 to {LONGEST_TEXT} characters")
    if isinstance(action, SendTo):
        number = phone.e164(action.number, account.region)
        if number is None:
            raise BadNumber(written=action.number, reason=phone.why_unreadable(action.number, account.region))
        return SendTo(number)
    return action
