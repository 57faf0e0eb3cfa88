"""How does a program that waits speak with Antiphon?"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from antiphon.client import callbacks, calls
from antiphon.client.callback_shapes import Callback, Detail, Tried
from antiphon.client.calls import Ask, Told
from antiphon.client.line import Line
from antiphon.client.shapes import (
    Accepted,
    Campaign,
    Carrier,
    Choice,
    Contact,
    Conversation,
    Draft,
    Entry,
    Joined,
    Lane,
    List,
    Message,
    OptOut,
    Page,
    Progress,
    Reply,
    Result,
    Route,
    Silenced,
    Step,
    Tag,
    Wallet,
    Word,
)

Given = TypeVar("Given")
Item = TypeVar("Item")


class Antiphon:
    """One account of the server at `base`. Every method raises Problem where it is refused, and Unreachable.

    Not for several threads at once: each takes one of its own.
    """

    def __init__(self, base: str, api_key: str, timeout: float = 30.0) -> None:
        self._line = Line(base, {"Authorization": f"Bearer {api_key}"}, timeout)

    def __enter__(self) -> "Antiphon":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._line.close()

    def contacts(
        self, *, on: str | None = None, tag: str | None = None, number: str | None = None
    ) -> Iterator[Contact]:
        """All contacts; `on` a list (its id), with a tag, or with a number."""
        return self._pages(lambda after: calls.contacts(after, list=on, tag=tag, number=number))

    def create_contact(self, draft: Draft) -> Contact:
        """Add somebody whose number nobody has yet."""
        return self._call(calls.create_contact(draft))

    def contact(self, id: str) -> Contact:
        return self._call(calls.contact(id))

    def edit_contact(self, id: str, **changes: Any) -> Contact:
        """Change what is named."""
        return self._call(calls.edit_contact(id, changes))

    def delete_contact(self, id: str) -> None:
        self._call(calls.delete_contact(id))

    def tag_contact(self, id: str, *names: str) -> Contact:
        """Give it these tags and no others."""
        return self._call(calls.tag_contact(id, names))

    def lists(self) -> Iterator[List]:
        return self._pages(calls.lists)

    def create_list(self, name: str) -> List:
        return self._call(calls.create_list(name))

    def delete_list(self, id: str) -> None:
        self._call(calls.delete_list(id))

    def members(self, id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Joined:
        """Put contacts (by id) on a list, take others off it."""
        return self._call(calls.members(id, add, remove))

    def tags(self) -> Iterator[Tag]:
        return self._pages(calls.tags)

    def opt_outs(self) -> Iterator[OptOut]:
        return self._pages(calls.opt_outs)

    def opt_out(self, *numbers: str, words: str | None = None) -> Silenced:
        """Silence these numbers."""
        return self._call(calls.opt_out(numbers, words))

    def send(self, to: Iterable[str], text: str, **content: Any) -> Accepted:
        """Send a text, now or at `send_at`; on disk when this returns."""
        return self._call(calls.send(to, text, **content))

    def create_campaign(self, text: str, **content: Any) -> Campaign:
        """To `lists` (ids) or a `tag`; `confirmed=True`: it goes on by itself."""
        return self._call(calls.create_campaign(text, **content))

    def campaign(self, id: str) -> Campaign:
        return self._call(calls.campaign(id))

    def campaigns(self, *, state: str | None = None) -> Iterator[Campaign]:
        """The newest first."""
        return self._pages(lambda after: calls.campaigns(after, state))

    def confirm(self, id: str) -> Campaign:
        return self._call(calls.do(id, "confirm"))

    def cancel(self, id: str) -> Campaign:
        return self._call(calls.do(id, "cancel"))

    def pause(self, id: str) -> Campaign:
        return self._call(calls.do(id, "pause"))

    def resume(self, id: str) -> Campaign:
        return self._call(calls.do(id, "resume"))

    def stop(self, id: str) -> Campaign:
        return self._call(calls.do(id, "stop"))

    def messages(self, campaign: str, *, state: str | None = None) -> Iterator[Message]:
        """What became of each message of a campaign or a text."""
        return self._pages(lambda after: calls.messages(campaign, after, state))

    def message(self, id: str) -> Message:
        return self._call(calls.message(id))

    def cancel_message(self, id: str) -> Message:
        """Never send one that waits; or have it called back by the carrier that has it, where that does so."""
        return self._call(calls.cancel_message(id))

    def way(self, id: str) -> list[Step]:
        """What happened to a message, in the order of time."""
        return self._call(calls.way(id)).data

    def messages_to(self, number: str) -> Iterator[Message]:
        """The newest first."""
        return self._pages(lambda after: calls.messages_to(number, after))

    def replies(self) -> Iterator[Reply]:
        """The newest first."""
        return self._pages(calls.replies)

    def conversations(self) -> Iterator[Conversation]:
        """Who has written; who wrote last comes first."""
        return self._pages(calls.conversations)

    def conversation(self, number: str) -> Iterator[Word]:
        """What was said with this number, the newest first."""
        return self._pages(lambda after: calls.conversation(number, after))

    def wallet(self) -> Wallet:
        return self._call(calls.wallet())

    def ledger(self) -> Iterator[Entry]:
        return self._pages(calls.ledger)

    def callbacks(self, **wanted: str) -> Iterator[Callback]:
        """The newest first; of a `state`, an `endpoint`, a `campaign` or a `message`."""
        return self._pages(lambda after: callbacks.search(after, wanted))

    def callback(self, id: str) -> Detail:
        """With every attempt."""
        return self._call(callbacks.detail(id))

    def resend(self, id: str) -> Detail:
        return self._call(callbacks.resend(id))

    def resend_all(self, **outage: Any) -> int:
        """What failed at an `endpoint`, or was owed `since` then and `until` then; how much."""
        return self._call(callbacks.resend_all(**outage)).resent

    def test_callback(self, url: str, kind: str = "receipt") -> Tried:
        """Have a server of yours called once, as if something had happened; what it says."""
        return self._call(callbacks.test(url, kind))

    def rotate_secret(self, *, overlap_hours: int = 24) -> str:
        """The secret that callbacks are signed with from now on; those before it sign, too, for a while."""
        return self._call(callbacks.rotate_secret(overlap_hours)).secret

    def carriers(self) -> list[Carrier]:
        """All of the installation; carriers, lanes and routes are for operators."""
        return self._call(calls.carriers()).data

    def add_carrier(self, name: str, url: str, *, default: bool = False) -> Carrier:
        """Add a carrier, or change the one of this name."""
        return self._call(calls.add_carrier(name, url, default))

    def carrier(self, name: str) -> Carrier:
        return self._call(calls.carrier(name))

    def pause_carrier(self, name: str) -> Carrier:
        return self._call(calls.do_carrier(name, "pause"))

    def resume_carrier(self, name: str) -> Carrier:
        return self._call(calls.do_carrier(name, "resume"))

    def test_carrier(self, name: str) -> str:
        """Connect to it, without sending anything; what it says of itself."""
        return self._call(calls.test_carrier(name)).said

    def remove_carrier(self, name: str) -> None:
        self._call(calls.remove_carrier(name))

    def lanes(self) -> list[Lane]:
        return self._call(calls.lanes()).data

    def routes(self) -> list[Route]:
        """In the order in which they are tried."""
        return self._call(calls.routes()).data

    def add_route(self, *choices: Choice, **fits: Any) -> Route:
        """For the messages that fit all that is given: `account`, `country`, `prefix`, `sender`, `purpose`."""
        return self._call(calls.add_route(choices, **fits))

    def remove_route(self, id: str) -> None:
        self._call(calls.remove_route(id))

    def import_contacts(self, drafts: Iterable[Draft]) -> Iterator[Result]:
        """Add or change any number of contacts; a result for each, in order, once it is stored."""
        done = 0
        for batch in calls.batches(drafts):
            told = self._line.told(batch)
            yield from calls.results(told, done)
            done += calls.BATCH

    def events(self, campaign: str) -> Iterator[Progress]:
        """How a campaign goes on, at once and whenever it changes, to its end."""
        wanted: Ask[Any] = calls.ask("GET", f"/campaigns/{campaign}/events", Progress)
        connection = self._line.opened()
        self._line.send(connection, wanted)
        answer = connection.getresponse()
        try:
            if answer.status >= 400:
                raise calls.problem(Told(answer.status, {}, answer.read()))
            for line in answer:
                if line.startswith(b"data:"):
                    yield msgspec.json.decode(line[5:], type=Progress)
        finally:
            connection.close()

    def _pages(self, page: Callable[[str | None], Ask[Page[Item]]]) -> Iterator[Item]:
        after: str | None = None
        while True:
            found = self._call(page(after))
            yield from found.data
            after = found.next
            if after is None:
                return

    def _call(self, wanted: Ask[Given]) -> Given:
        return calls.read(wanted, self._line.told(wanted))
