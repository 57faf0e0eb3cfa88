"""What do answers say of being written to, what is answered to them, and who decides what is doubtful?"""

from collections.abc import Sequence

import structlog
from msgspec import Struct
from msgspec.structs import replace

from antiphon.core import phone, wording
from antiphon.core.account import Account
from antiphon.core.automation import QUIET
from antiphon.core.campaign import LONGEST_TEXT, Purpose, SendMessages
from antiphon.core.consent import CONFIRM_WITHIN, EVERYTHING, Asked, Consent, Heard, Kind, OptOut, hear, named_lists
from antiphon.core.contact import Draft
from antiphon.core.errors import BadNumber, UnknownReview
from antiphon.core.message import Reply
from antiphon.core.price import Prices
from antiphon.core.template import Syntax
from antiphon.core.wording import Wording
from antiphon.services import sends
from antiphon.store import accounts, consent, contacts, lists, opt_outs
from antiphon.store.instants import instant
from antiphon.store.session import Store, Tx

_log = structlog.get_logger()
_REPLY = "reply"
_REVIEW = "review"


class _Said(Struct, frozen=True):
    """A reply that asks for something: of whom, to which campaign, for what, and of which lists (id, name)."""

    account: int
    campaign: int
    reply: Reply
    asked: Asked
    lists: tuple[tuple[int, str], ...] = ()

    def mark(self) -> tuple[int, str, str, Kind | None]:
        return self.account, self.reply.number, self.reply.text, _KINDS.get(self.asked)

    def lines(self) -> list[Consent]:
        """What it is in the ledger."""
        kind = _KINDS.get(self.asked)
        return [
            Consent(
                number=self.reply.number,
                kind=kind,
                at=self.reply.at,
                source=_REPLY,
                words=self.reply.text,
                list_id=list_id,
                campaign_id=self.campaign,
            )
            for list_id in ([id for id, _ in self.lists] or [EVERYTHING])
            if kind is not None
        ]


_ANSWERED = (Asked.STOP, Asked.START, Asked.HELP)
_KINDS = {Asked.STOP: Kind.OPTED_OUT, Asked.START: Kind.OPTED_IN, Asked.DOUBT: Kind.DOUBTED}


class Held(Struct, frozen=True):
    """A number that marketing is withheld from, and the line of the ledger that is doubtful."""

    standing: OptOut
    line: Consent


class Proof(Struct, frozen=True):
    """What is known of a number's consent: how it stands to everything and to single lists, and lines of its ledger."""

    number: str
    standings: list[OptOut]
    lines: list[Consent]


async def listen(tx: Tx, prices: Prices, arrived: Sequence[tuple[int, int, Reply]]) -> set[Reply]:
    """Note what these replies (each with account and campaign) say of being written to, and answer them, with the
    commit that stores them; those that opt out of everything."""
    said = await _understood(tx, arrived)
    lines = [(one.account, line) for one in said for line in one.lines()]
    noted = zip(lines, await opt_outs.note(tx, lines), strict=True)
    moved = {(account, line.number, line.words, line.kind) for (account, line), changed in noted if changed}
    news = [one for one in said if one.asked is Asked.HELP or one.mark() in moved]
    await _answer(tx, prices, news)
    return {one.reply for one in said if one.asked is Asked.STOP and not one.lists}


async def proof(store: Store, account: Account, written: str, after: int, limit: int) -> Proof:
    """The lines after one. Raises BadNumber."""
    number = phone.e164(written, account.region)
    if number is None:
        raise BadNumber(written=written, reason=phone.why_unreadable(written, account.region))
    async with store.read() as tx:
        standings = await opt_outs.standings_of(tx, account.id, number)
        return Proof(number, standings, await consent.of(tx, account.id, number, after, limit))


async def held(store: Store, account: Account, after: int, limit: int) -> list[Held]:
    """What awaits a decision after this line, the oldest first."""
    async with store.read() as tx:
        found = await opt_outs.held(tx, account.id, after, limit)
        lines = await consent.by_ids(tx, account.id, [one.held_id for one in found if one.held_id])
    return [Held(one, lines[one.held_id]) for one in found if one.held_id in lines]


async def decide(store: Store, account: Account, id: int, kind: Kind, who: str) -> OptOut:
    """The doubtful line of this id was an opt-out, or was none. Raises UnknownReview: none awaits a decision."""
    async with store.begin() as tx:
        await accounts.lock(tx, account.id)
        line = (await consent.by_ids(tx, account.id, [id])).get(id)
        if line is None or not await opt_outs.is_held(tx, account.id, id):
            raise UnknownReview(id=id)
        decided = replace(line, kind=kind, source=_REVIEW, who=who)
        await opt_outs.note(tx, [(account.id, decided)])
        (standing,) = [one for one in await opt_outs.standings_of(tx, account.id, line.number) if not one.list_id]
    return standing


async def wording_of(store: Store, account: Account) -> Wording:
    async with store.read() as tx:
        return (await consent.wordings_of(tx, [account.id]))[account.id]


async def change_wording(store: Store, account: Account, said: Wording) -> None:
    """Raises BadField."""
    wording.check(said)
    async with store.begin() as tx:
        await consent.change_wording(tx, account.id, said)


async def _understood(tx: Tx, arrived: Sequence[tuple[int, int, Reply]]) -> list[_Said]:
    heard = [(*one, hear(one[2].text, phone.region_of(one[2].number))) for one in arrived]
    on: dict[tuple[int, str], list[tuple[int, str]]] = {}
    for account in {account for account, _, _, one in heard if one.named}:
        numbers = {reply.number for owner, _, reply, one in heard if owner == account and one.named}
        ids = await contacts.ids_of(tx, account, numbers)
        found = await lists.of(tx, account, ids.values())
        on |= {(account, number): [(one.id, one.name) for one in found.get(id, [])] for number, id in ids.items()}
    said = [
        _read(account, campaign, reply, one, on.get((account, reply.number), ()))
        for account, campaign, reply, one in heard
        if one.asked is not Asked.NOTHING
    ]
    return [one for one in said if one is not None]


def _read(account: int, campaign: int, reply: Reply, heard: Heard, on: Sequence[tuple[int, str]]) -> _Said | None:
    if not heard.named:
        return _Said(account, campaign, reply, heard.asked)
    chosen = named_lists(heard, on)
    if chosen:
        return _Said(account, campaign, reply, heard.asked, tuple(one for one in on if one[0] in chosen))
    return _Said(account, campaign, reply, Asked.DOUBT) if heard.asked is Asked.STOP else None


async def _answer(tx: Tx, prices: Prices, said: Sequence[_Said]) -> None:
    """One text to each number about the last that it wanted, and one where it asked for help. They leave within
    minutes of the asking, or not at all."""
    last = {(one.account, one.reply.number, one.asked is Asked.HELP): one for one in said if one.asked in _ANSWERED}
    ids = {one.account for one in last.values()}
    if not ids:
        return
    wordings = await consent.wordings_of(tx, ids)
    wanted = [one for one in last.values() if _is_answered(tx, one, wordings[one.account])]
    recent = await consent.answered(tx, ids, {one.reply.number for one in wanted})
    since = instant(tx.now - QUIET)
    due = [one for one in wanted if one.asked is Asked.STOP or recent.get(_key(one), 0) <= since]
    if due:
        owners = {account.id: account for account in await accounts.by_ids(tx, ids)}
        texts = [(owners[one.account], _text(tx, one, wordings[one.account])) for one in due]
        for one, done in zip(due, await sends.write(tx, prices, texts), strict=True):
            if isinstance(done, Exception):
                _log.warning("not answered", account=one.account, asked=one.asked.value, why=type(done).__name__)
        await consent.note_answers(tx, {_key(one) for one in due})


def _is_answered(tx: Tx, one: _Said, said: Wording) -> bool:
    return one.reply.at > tx.now - CONFIRM_WITHIN and wording.is_answered(said, phone.region_of(one.reply.number))


def _key(one: _Said) -> tuple[int, str, str]:
    return one.account, one.reply.number, one.asked.value


def _text(tx: Tx, one: _Said, said: Wording) -> SendMessages:
    names = ", ".join(name for _, name in one.lists) or None
    return SendMessages(
        text=wording.answer(said, one.asked, phone.region_of(one.reply.number), names)[:LONGEST_TEXT],
        recipients=[Draft(number=one.reply.number)],
        sender=one.reply.receiver,
        purpose=Purpose.ALERT,
        syntax=Syntax.NONE,
        end_at=min(one.reply.at, tx.now) + CONFIRM_WITHIN,
        despite_opt_out=True,
    )
