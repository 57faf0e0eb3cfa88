"""Consent: who agreed (/opt-ins), the proof for one number (/consents), what is doubtful (/reviews), and what is
answered to STOP, START and HELP (/wording)."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from antiphon.core.consent import Consent, Kind, OptOut
from antiphon.core.wording import Said, Wording
from antiphon.dialects.door import Call
from antiphon.dialects.native.envelope import WireAsk, WirePage, read_id, write_page
from antiphon.dialects.native.opt_outs import Moment, Words, read_list, write_list
from antiphon.services import consent, opt_outs
from antiphon.services.consent import Held, Proof
from antiphon.services.opt_outs import Told

_MOST = 5_000

# {"numbers": ["+33612345678"], "proof": "form on paper, kept in file 12", "at": "2026-03-02T12:00:00Z", "list": null}


class WireNew(Struct, forbid_unknown_fields=True):
    """`proof` says how they agreed, and `at` when; who has opted out after that stays silent."""

    numbers: Annotated[list[str], Meta(min_length=1, max_length=_MOST)]
    proof: Words
    at: Moment | None = None
    list: str | None = None
    who: Words | None = None


# {"opted_in": 1, "protected": 0, "unreadable": ["12"]}


class WireOptedIn(Struct):
    opted_in: int
    protected: int
    unreadable: list[str]


# {"id": "82130489311233", "kind": "opted_out", "list": null, "at": "...", "noted_at": "...", "source": "reply",
#  "words": "STOP", "campaign": "82130489311200", "who": null}


class WireConsent(Struct):
    id: str
    kind: str
    list: str | None
    at: datetime
    noted_at: datetime | None
    source: str
    words: str | None
    campaign: str | None
    who: str | None


# {"list": null, "state": "out", "held": false, "at": "...", "source": "reply", "words": "STOP"}


class WireStanding(Struct):
    list: str | None
    state: str
    held: bool
    at: datetime
    source: str
    words: str | None


# {"number": "+33612345678", "standings": [{...}], "data": [{...}, {...}], "next": null}


class WireProof(Struct):
    number: str
    standings: list[WireStanding]
    data: list[WireConsent]
    next: str | None


# {"id": "82130489311233", "number": "+33612345678", "at": "...", "words": "Don't stop", "campaign": "82130489311200"}


class WireReview(Struct):
    id: str
    number: str
    at: datetime
    words: str | None
    campaign: str | None


# {"decision": "opted_out", "who": "Axelle"}


class WireDecision(Struct, forbid_unknown_fields=True):
    decision: Literal["opted_out", "dismissed"]
    who: Words | None = None


# {"answers": true, "brand": "Club", "contact": "help@example.com", "texts": {"FR": {"stop": "{brand}: ..."}}}


class WireSaid(Struct, forbid_unknown_fields=True, omit_defaults=True):
    stop: str | None = None
    stop_list: str | None = None
    start: str | None = None
    help: str | None = None


class WireWording(Struct, forbid_unknown_fields=True):
    """`answers` null: only where carriers want it. `texts` by country, or under "*"; {brand}, {contact}, {list}."""

    answers: bool | None = None
    brand: str = ""
    contact: str = ""
    texts: dict[str, WireSaid] = {}


def read_new(wire: WireNew) -> Told:
    """Raises BadField."""
    return Told(numbers=wire.numbers, words=wire.proof, at=wire.at, list_id=read_list(wire.list), who=wire.who)


def read_wording(wire: WireWording) -> Wording:
    texts = {
        country: Said(stop=said.stop, stop_list=said.stop_list, start=said.start, help=said.help)
        for country, said in wire.texts.items()
    }
    return Wording(answers=wire.answers, brand=wire.brand.strip(), contact=wire.contact.strip(), texts=texts)


def write_consent(line: Consent) -> WireConsent:
    return WireConsent(
        id=str(line.id),
        kind=line.kind.value,
        list=write_list(line.list_id),
        at=line.at,
        noted_at=line.noted_at,
        source=line.source,
        words=line.words,
        campaign=None if line.campaign_id is None else str(line.campaign_id),
        who=line.who,
    )


def write_standing(one: OptOut) -> WireStanding:
    held = one.held_id is not None
    return WireStanding(write_list(one.list_id), one.state.value, held, one.at, one.source, one.words)


def write_proof(found: Proof, limit: int) -> WireProof:
    page = write_page(found.lines, limit, write_consent, lambda line: line.id)
    return WireProof(found.number, list(map(write_standing, found.standings)), page.data, page.next)


def write_review(held: Held) -> WireReview:
    line = held.line
    campaign = None if line.campaign_id is None else str(line.campaign_id)
    return WireReview(str(line.id), line.number, line.at, line.words, campaign)


def write_wording(said: Wording) -> WireWording:
    texts = {country: WireSaid(one.stop, one.stop_list, one.start, one.help) for country, one in said.texts.items()}
    return WireWording(said.answers, said.brand, said.contact, texts)


async def opt_in(call: Call, body: WireNew) -> WireOptedIn:
    """These people have agreed, and this is the proof."""
    return WireOptedIn(*await opt_outs.opt_in(call.store, call.account, read_new(body)))


async def proof(call: Call, query: WireAsk) -> WireProof:
    """What is known of a number's consent: how it stands, and each line of its ledger, the oldest first."""
    after = 0 if query.after is None else read_id(query.after, "after")
    found = await consent.proof(call.store, call.account, call.path["number"], after, query.limit + 1)
    return write_proof(found, query.limit)


async def reviews(call: Call, query: WireAsk) -> WirePage[WireReview]:
    """Answers that may be a STOP, the oldest first. Marketing is withheld from their numbers until somebody decides."""
    after = 0 if query.after is None else read_id(query.after, "after")
    found = await consent.held(call.store, call.account, after, query.limit + 1)
    return write_page(found, query.limit, write_review, lambda held: held.line.id)


async def decide(call: Call, body: WireDecision) -> WireStanding:
    """It was an opt-out, or it was none."""
    id, who = read_id(call.path["id"]), body.who or call.account.sid
    return write_standing(await consent.decide(call.store, call.account, id, Kind(body.decision), who))


async def wording(call: Call) -> WireWording:
    """What is answered to STOP, START and HELP."""
    return write_wording(await consent.wording_of(call.store, call.account))


async def change_wording(call: Call, body: WireWording) -> WireWording:
    """Put this in its place."""
    await consent.change_wording(call.store, call.account, read_wording(body))
    return write_wording(await consent.wording_of(call.store, call.account))
