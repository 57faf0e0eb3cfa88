"""Lists of opt-outs, and who opts in again, on both databases; how numbers stand is what the ledger comes to."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from antiphon.core.account import Account
from antiphon.core.consent import Consent, Kind, after
from antiphon.core.errors import BadField, UnknownList
from antiphon.core.message import Reply
from antiphon.services import consent, imports, lists, messages, opt_outs, replies
from antiphon.services.opt_outs import Row, Told
from antiphon.store import consent as ledger
from antiphon.store import opt_outs as stored
from antiphon.store.schema import consents
from antiphon.store.schema import opt_outs as table
from antiphon.store.session import Store
from tests.conftest import Clock, another_account
from tests.services.scenes import PRICES, add, number, people, send, silence

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def told(*places: int, **options: object) -> Told:
    return Told(numbers=[number(place) for place in places], **options)  # type: ignore[arg-type]


async def out(store: Store, account: Account) -> list[tuple[str, int]]:
    return [(one.number, one.list_id) async for page in opt_outs.all_of(store, account) for one in page]


async def batches(*rows: Sequence[Row]) -> AsyncIterator[Sequence[Row]]:
    for batch in rows:
        yield batch


def row(line: int, written: str | None, **options: object) -> Row:
    return Row(line=line, number=written, **options)  # type: ignore[arg-type]


async def lines(store: Store, account: Account) -> int:
    async with store.read() as tx:
        mine = consents.c.account_id == account.id
        return (await tx.tuples(select(func.count()).select_from(consents).where(mine)))[0][0]


async def test_what_is_silent_already_is_not_written_down_again(store: Store, account: Account) -> None:
    first = Told(numbers=[number(1), "0610000001", "12"], words="by telephone", who="Axelle")
    assert await opt_outs.add(store, account, first) == (1, ["12"])
    assert await opt_outs.add(store, account, told(1, 2)) == (1, [])
    assert await lines(store, account) == 2
    (line,) = (await consent.proof(store, account, number(1), 0, 10)).lines
    assert (line.source, line.words, line.who, line.campaign_id) == ("api", "by telephone", "Axelle", None)


async def test_of_one_list(store: Store, account: Account) -> None:
    club = await lists.create(store, account, "club")
    assert await opt_outs.add(store, account, told(1, list_id=club)) == (1, [])
    assert await opt_outs.add(store, account, told(1)) == (1, [])
    assert await out(store, account) == [(number(1), 0), (number(1), club)]
    for verb in (opt_outs.add, opt_outs.opt_in):
        with pytest.raises(UnknownList):
            await verb(store, await another_account(store), told(1, list_id=club, words="x"))


async def test_who_agreed_after_the_opt_out_is_back(store: Store, account: Account, clock: Clock) -> None:
    await opt_outs.add(store, account, told(1, 2))
    clock.advance(60)
    proof = told(1, 3, words="signed a form", at=clock.now - timedelta(seconds=1), who="Axelle")
    assert await opt_outs.opt_in(store, account, proof) == (2, 0, [])
    assert await out(store, account) == [(number(2), 0)]
    last = (await consent.proof(store, account, number(1), 0, 10)).lines[-1]
    assert (last.kind, last.words, last.at, last.noted_at) == (Kind.OPTED_IN, "signed a form", proof.at, clock.now)


async def test_who_opted_out_after_they_had_agreed_stays_out(store: Store, account: Account) -> None:
    await opt_outs.add(store, account, told(1))
    proof = Told(numbers=[number(1), number(2), "12"], words="signed a form", at=_LONG_AGO)
    assert await opt_outs.opt_in(store, account, proof) == (1, 1, ["12"])
    assert await out(store, account) == [(number(1), 0)]
    assert len((await consent.proof(store, account, number(1), 0, 10)).lines) == 1


@pytest.mark.parametrize("words", [None, "", "  "])
async def test_nobody_is_back_without_a_proof(store: Store, account: Account, words: str | None) -> None:
    with pytest.raises(BadField):
        await opt_outs.opt_in(store, account, told(1, words=words))


async def test_a_list_of_opt_outs(store: Store, account: Account, clock: Clock) -> None:
    club = await lists.create(store, account, "club")
    await silence(store, account, number(1))
    count = await opt_outs.take_list(
        store,
        account,
        batches(
            [
                row(1, number(1)),
                row(2, "0610000002", words="STOP", at=_LONG_AGO),
                row(3, number(2)),
                row(4, "12"),
                row(5, None, reason="nonsense"),
            ],
            [
                row(6, number(3), list_id=club),
                row(7, number(3), list_id=1),
                row(8, number(4), at=clock.now + timedelta(days=1)),
            ],
        ),
    )
    assert (count.read, count.added, count.already, count.failed) == (8, 3, 2, 3)
    assert count.reasons == ["line 4: 12 is not a phone number", "line 5: nonsense", "line 7: there is no list 1"]
    assert await out(store, account) == [(number(1), 0), (number(2), 0), (number(3), club), (number(4), 0)]
    assert (await consent.proof(store, account, number(2), 0, 10)).lines[0].at == _LONG_AGO
    assert (await consent.proof(store, account, number(4), 0, 10)).lines[0].at == clock.now


async def test_a_long_list_is_taken_and_given_back_page_by_page(store: Store, account: Account) -> None:
    rows = [[row(place, number(place)) for place in range(start, start + 5_000)] for start in (0, 5_000, 10_000)]
    assert (await opt_outs.take_list(store, account, batches(*rows))).added == 15_000
    assert (await opt_outs.take_list(store, account, batches(*rows))).already == 15_000
    pages = [page async for page in opt_outs.all_of(store, account)]
    assert [len(page) for page in pages] == [5_000] * 3
    assert [one.number for page in pages for one in page] == [number(place) for place in range(15_000)]
    assert await lines(store, account) == 15_000


async def test_a_file_of_contacts_subscribes_nobody_again_and_says_so(store: Store, account: Account) -> None:
    club = await lists.create(store, account, "club")
    await opt_outs.add(store, account, told(1))
    await opt_outs.add(store, account, told(2, list_id=club))
    await opt_outs.add(store, account, told(3, list_id=await lists.create(store, account, "other")))
    file = BytesIO(b"number\n" + b"\n".join(number(place).encode() for place in range(1, 5)))
    taken = await imports.start(store, account, "club", file, dynamic=False)
    await imports.work(store)
    done = await imports.find(store, account, taken.id)
    assert (done.added, done.protected) == (4, 2)
    assert len(await out(store, account)) == 3


async def _come_to(store: Store, account: Account) -> None:
    """How numbers stand is what the lines of the ledger come to, one after the other."""
    async with store.read() as tx:
        fields = (consents.c[name] for name in Consent.__struct_fields__)
        mine = consents.c.account_id == account.id
        said = [ledger._read(line) for line in await tx.tuples(select(*fields).where(mine).order_by(consents.c.id))]
        rows = await tx.tuples(select(*stored._FIELDS).where(table.c.account_id == account.id))
    by_key: dict[tuple[str, int], list[Consent]] = {}
    for line in said:
        by_key.setdefault((line.number, line.list_id), []).append(line)
    derived = {key: reduce(after, of_one, None) for key, of_one in by_key.items()}
    standing = {(one.number, one.list_id): one for one in map(stored.read, rows)}
    assert standing == {key: one for key, one in derived.items() if one is not None}


_STEPS = st.one_of(
    st.tuples(st.just("reply"), st.integers(0, 3), st.sampled_from(["STOP", "START", "don't stop", "STOP club", "ok"])),
    st.tuples(st.just("out"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("in"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("import"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("decide"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("later"), st.integers(0, 3), st.none()),
)


@settings(max_examples=25)
@given(steps=st.lists(_STEPS, max_size=12))
async def test_the_standing_is_what_the_ledger_comes_to(
    store: Store, clock: Clock, steps: list[tuple[str, int, str | bool | None]]
) -> None:
    account = await another_account(store)
    await add(store, account, *people(4), lists=("club",))
    club = {one.name: one.id for one in await lists.all_of(store, account)}["club"]
    await send(store, account, 0, 1, 2, 3)
    keys = {one.number: one.key for one in await messages.claim(store, 1_000)}
    for what, place, how in steps:
        about = told(place, words="x", list_id=club if how is True else 0)
        if what == "reply":
            arrived = Reply(number=number(place), text=str(how), at=clock.now, answers=keys[number(place)])
            await replies.record(store, PRICES, [arrived, *([arrived] if place else [])])
        elif what == "out":
            await opt_outs.add(store, account, about)
        elif what == "in":
            await opt_outs.opt_in(store, account, about)
        elif what == "import":
            await opt_outs.take_list(store, account, batches([row(1, number(place), list_id=about.list_id)]))
        elif what == "decide":
            for held in await consent.held(store, account, 0, 1):
                kind = Kind.OPTED_OUT if how else Kind.DISMISSED
                await consent.decide(store, account, held.line.id, kind, "x")
        else:
            clock.advance(60)
        await _come_to(store, account)


async def test_many_processes_say_contrary_things_at_once(
    store: Store, other_store: Store, account: Account, clock: Clock
) -> None:
    await send(store, account, 0, 1)
    keys = {one.number: one.key for one in await messages.claim(store, 10)}

    async def say(at: Store, text: str) -> None:
        arrived = [Reply(number=one, text=text, at=clock.now, answers=key) for one, key in keys.items()]
        await replies.record(at, PRICES, arrived)

    for _ in range(4):
        texts = ["STOP", "START", "don't stop"] * 2
        await asyncio.gather(*(say(at, text) for text in texts for at in (store, other_store)))
        await _come_to(store, account)
    assert await lines(store, account) >= 4 * 6 * 2
