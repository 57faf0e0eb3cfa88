"""How does a program that does not wait speak with Antiphon?"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, TypeVar

import aiohttp
import msgspec

from antiphon.client import callbacks, calls
from antiphon.client.callback_shapes import Callback, Detail, Tried
from antiphon.client.calls import Ask, Told, Unreachable
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


class AsyncAntiphon:
    """One account of the server at `base`, as `async with AsyncAntiphon(...) as antiphon`.

    Every method raises Problem where it is refused, and Unreachable.
    """

    def __init__(self, base: str, api_key: str, timeout: float = 30.0) -> None:
        self._base = base.rstrip("/")
        self._headers = {"Authorization": f"Bearer {api_key}"}
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "AsyncAntiphon":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def contacts(
        self, *, on: str | None = None, tag: str | None = None, number: str | None = None
    ) -> AsyncIterator[Contact]:
        """All contacts; `on` a list (its id), with a tag, or with a number."""
        return self._pages(lambda after: calls.contacts(after, list=on, tag=tag, number=number))

    async def create_contact(self, draft: Draft) -> Contact:
        """Add somebody whose number nobody has yet."""
        return await self._call(calls.create_contact(draft))

    async def contact(self, id: str) -> Contact:
        return await self._call(calls.contact(id))

    async def edit_contact(self, id: str, **changes: Any) -> Contact:
        """Change what is named."""
        return await self._call(calls.edit_contact(id, changes))

    async def delete_contact(self, id: str) -> None:
        await self._call(calls.delete_contact(id))

    async def tag_contact(self, id: str, *names: str) -> Contact:
        """Give it these tags and no others."""
        return await self._call(calls.tag_contact(id, names))

    def lists(self) -> AsyncIterator[List]:
        return self._pages(calls.lists)

    async def create_list(self, name: str) -> List:
        return await self._call(calls.create_list(name))

    async def delete_list(self, id: str) -> None:
        await self._call(calls.delete_list(id))

    async def members(self, id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Joined:
        """Put contacts (by id) on a list, take others off it."""
        return await self._call(calls.members(id, add, remove))

    def tags(self) -> AsyncIterator[Tag]:
        return self._pages(calls.tags)

    def opt_outs(self) -> AsyncIterator[OptOut]:
        return self._pages(calls.opt_outs)

    async def opt_out(self, *numbers: str, words: str | None = None) -> Silenced:
        """Silence these numbers."""
        return await self._call(calls.opt_out(numbers, words))

    async def send(self, to: Iterable[str], text: str, **content: Any) -> Accepted:
        """Send a text, now or at `send_at`; on disk when this returns."""
        return await self._call(calls.send(to, text, **content))

    async def create_campaign(self, text: str, **content: Any) -> Campaign:
        """To `lists` (ids) or a `tag`; `confirmed=True`: it goes on by itself."""
        return await self._call(calls.create_campaign(text, **content))

    async def campaign(self, id: str) -> Campaign:
        return await self._call(calls.campaign(id))

    def campaigns(self, *, state: str | None = None) -> AsyncIterator[Campaign]:
        """The newest first."""
        return self._pages(lambda after: calls.campaigns(after, state))

    async def confirm(self, id: str) -> Campaign:
        return await self._call(calls.do(id, "confirm"))

    async def cancel(self, id: str) -> Campaign:
        return await self._call(calls.do(id, "cancel"))

    async def pause(self, id: str) -> Campaign:
        return await self._call(calls.do(id, "pause"))

    async def resume(self, id: str) -> Campaign:
        return await self._call(calls.do(id, "resume"))

    async def stop(self, id: str) -> Campaign:
        return await self._call(calls.do(id, "stop"))

    def messages(self, campaign: str, *, state: str | None = None) -> AsyncIterator[Message]:
        """What became of each message of a campaign or a text."""
        return self._pages(lambda after: calls.messages(campaign, after, state))

    async def message(self, id: str) -> Message:
        return await self._call(calls.message(id))

    async def cancel_message(self, id: str) -> Message:
        return await self._call(calls.cancel_message(id))

    async def way(self, id: str) -> list[Step]:
        """What happened to a message, in the order of time."""
        return (await self._call(calls.way(id))).data

    def messages_to(self, number: str) -> AsyncIterator[Message]:
        """The newest first."""
        return self._pages(lambda after: calls.messages_to(number, after))

    def replies(self) -> AsyncIterator[Reply]:
        """The newest first."""
        return self._pages(calls.replies)

    def conversations(self) -> AsyncIterator[Conversation]:
        """Who has written; who wrote last comes first."""
        return self._pages(calls.conversations)

    def conversation(self, number: str) -> AsyncIterator[Word]:
        """What was said with this number, the newest first."""
        return self._pages(lambda after: calls.conversation(number, after))

    async def wallet(self) -> Wallet:
        return await self._call(calls.wallet())

    def ledger(self) -> AsyncIterator[Entry]:
        return self._pages(calls.ledger)

    def callbacks(self, **wanted: str) -> AsyncIterator[Callback]:
        """The newest first; of a `state`, an `endpoint`, a `campaign` or a `message`."""
        return self._pages(lambda after: callbacks.search(after, wanted))

    async def callback(self, id: str) -> Detail:
        """With every attempt."""
        return await self._call(callbacks.detail(id))

    async def resend(self, id: str) -> Detail:
        return await self._call(callbacks.resend(id))

    async def resend_all(self, **outage: Any) -> int:
        """What failed at an `endpoint`, or was owed `since` then and `until` then; how much."""
        return (await self._call(callbacks.resend_all(**outage))).resent

    async def test_callback(self, url: str, kind: str = "receipt") -> Tried:
        """Have a server of yours called once, as if something had happened; what it says."""
        return await self._call(callbacks.test(url, kind))

    async def rotate_secret(self, *, overlap_hours: int = 24) -> str:
        """The secret that callbacks are signed with from now on; those before it sign, too, for a while."""
        return (await self._call(callbacks.rotate_secret(overlap_hours))).secret

    async def carriers(self) -> list[Carrier]:
        """All of the installation; carriers, lanes and routes are for operators."""
        return (await self._call(calls.carriers())).data

    async def add_carrier(self, name: str, url: str, *, default: bool = False) -> Carrier:
        """Add a carrier, or change the one of this name."""
        return await self._call(calls.add_carrier(name, url, default))

    async def carrier(self, name: str) -> Carrier:
        return await self._call(calls.carrier(name))

    async def pause_carrier(self, name: str) -> Carrier:
        return await self._call(calls.do_carrier(name, "pause"))

    async def resume_carrier(self, name: str) -> Carrier:
        return await self._call(calls.do_carrier(name, "resume"))

    async def test_carrier(self, name: str) -> str:
        """Connect to it, without sending anything; what it says of itself."""
        return (await self._call(calls.test_carrier(name))).said

    async def remove_carrier(self, name: str) -> None:
        await self._call(calls.remove_carrier(name))

    async def lanes(self) -> list[Lane]:
        return (await self._call(calls.lanes())).data

    async def routes(self) -> list[Route]:
        """In the order in which they are tried."""
        return (await self._call(calls.routes())).data

    async def add_route(self, *choices: Choice, **fits: Any) -> Route:
        """For the messages that fit all that is given: `account`, `country`, `prefix`, `sender`, `purpose`."""
        return await self._call(calls.add_route(choices, **fits))

    async def remove_route(self, id: str) -> None:
        await self._call(calls.remove_route(id))

    async def import_contacts(self, drafts: Iterable[Draft]) -> AsyncIterator[Result]:
        """Add or change any number of contacts; a result for each, in order, once it is stored."""
        done = 0
        for batch in calls.batches(drafts):
            for result in calls.results(await self._told(batch), done):
                yield result
            done += calls.BATCH

    async def events(self, campaign: str) -> AsyncIterator[Progress]:
        """How a campaign goes on, at once and whenever it changes, to its end."""
        wanted: Ask[Any] = calls.ask("GET", f"/campaigns/{campaign}/events", Progress)
        endless = aiohttp.ClientTimeout(total=None, sock_read=60)
        async with self._opened().get(self._base + wanted.path, timeout=endless) as answer:
            if answer.status >= 400:
                raise calls.problem(Told(answer.status, {}, await answer.read()))
            async for line in answer.content:
                if line.startswith(b"data:"):
                    yield msgspec.json.decode(line[5:], type=Progress)

    async def _pages(self, page: Callable[[str | None], Ask[Page[Item]]]) -> AsyncIterator[Item]:
        after: str | None = None
        while True:
            found = await self._call(page(after))
            for item in found.data:
                yield item
            after = found.next
            if after is None:
                return

    async def _call(self, wanted: Ask[Given]) -> Given:
        return calls.read(wanted, await self._told(wanted))

    async def _told(self, wanted: Ask[Any]) -> Told:
        """Tried again where that may help. Raises Unreachable."""
        lost: Exception | None = None
        for attempt in range(1, calls.ATTEMPTS + 1):
            told: Told | None = None
            try:
                told = await self._once(wanted)
            except (TimeoutError, aiohttp.ClientError, OSError) as failure:
                lost = failure
            wait = calls.pause(attempt, told)
            if wait is None and told is not None:
                return told
            await asyncio.sleep(wait or 0)
        raise Unreachable(f"{self._base} cannot be reached: {lost}") from lost

    async def _once(self, wanted: Ask[Any]) -> Told:
        request = self._opened().request(
            wanted.method, self._base + wanted.path, data=wanted.body, headers=wanted.headers
        )
        async with request as answer:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Told(answer.status, headers, await answer.read())

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._timeout)
            self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        return self._session
