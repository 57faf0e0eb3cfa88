"""With whom we talk: /conversations, and /conversations/<number>. An answer is a text as any other."""

from datetime import datetime

from msgspec import Struct

from antiphon.core.conversation import Word
from antiphon.core.errors import BadField
from antiphon.dialects.door import Call
from antiphon.dialects.native.envelope import WireAsk, WirePage, read_id, write_page
from antiphon.services import conversations
from antiphon.store.instants import instant, moment

# {"id": "8213051", "direction": "in", "at": "2026-03-02T12:00:01Z", "text": "Yes", "ours": "36111",
#  "campaign": "8213048", "state": null, "error": null}


class WireWord(Struct):
    """`ours` is the sender that we wrote as, or the number that they wrote to; `state` a message's."""

    id: str
    direction: str
    at: datetime
    text: str
    ours: str | None
    campaign: str | None
    state: str | None
    error: str | None


# {"number": "+33612345678", "last": {"id": "8213051", "direction": "in", "text": "Yes", ...}}


class WireConversation(Struct):
    number: str
    last: WireWord


def read_mark(written: str | None) -> tuple[datetime, int] | None:
    """Raises BadField."""
    if written is None:
        return None
    at, _, id = written.partition("-")
    if not (at.isascii() and at.isdigit() and len(at) <= 16):
        raise BadField(field="after", reason="is not the `next` of a page")
    return moment(int(at)), read_id(id, "after")


def write_mark(word: Word) -> str:
    return f"{instant(word.at)}-{word.id}"


def write_word(word: Word) -> WireWord:
    return WireWord(
        id=str(word.id),
        direction="out" if word.out else "in",
        at=word.at,
        text=word.text,
        ours=word.other,
        campaign=None if word.campaign_id is None else str(word.campaign_id),
        state=word.state,
        error=word.error,
    )


async def search(call: Call, query: WireAsk) -> WirePage[WireConversation]:
    """Who has written to us, with the last word, theirs or ours; who wrote last comes first."""
    before = None if query.after is None else read_id(query.after, "after")
    found = await conversations.page(call.store, call.account, before, query.limit + 1)
    return write_page(
        found, query.limit, lambda one: WireConversation(one[1].number, write_word(one[1])), lambda one: one[0]
    )


async def detail(call: Call, query: WireAsk) -> WirePage[WireWord]:
    """What was said between us and a number, the newest first."""
    before = read_mark(query.after)
    found = await conversations.of(call.store, call.account, call.path["number"], before, query.limit + 1)
    return write_page(found, query.limit, write_word, write_mark)
