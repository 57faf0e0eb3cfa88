"""Small writes share a commit, and each caller hears of its own alone, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from antiphon.store.schema import opt_outs
from antiphon.store.session import Store, Tx
from antiphon.store.together import _AT_ONCE, Together

_NAMES = ("account_id", "number", "at", "source")


class Refused(Exception):
    """What a write answers to one item."""


class Poisoned(Exception):
    """What a write raises because of one item."""


class Lost(Exception):
    """The connection is gone."""


class Shelf:
    """Puts words into a table, together. `tried` has the words of each transaction; they wait for `gate`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.together: Together[str, str] = Together(self._begin, self._write)
        self.tried: list[list[str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.lost_before = self.lost_after = False

    async def put(self, *words: str) -> list[str | BaseException]:
        return await asyncio.gather(*map(self.together.add, words), return_exceptions=True)

    async def busy(self) -> None:
        """Until a transaction waits for the gate."""
        while not (self.tried and self.tried[-1]):
            await asyncio.sleep(0)

    async def kept(self) -> set[str]:
        async with self._store.read() as tx:
            return {row["number"] for row in await tx.all(select(opt_outs.c.number))}

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[Tx]:
        self.tried.append([])
        if self.lost_before:
            raise Lost
        async with self._store.begin() as tx:
            yield tx
        if self.lost_after:
            raise Lost

    async def _write(self, tx: Tx, words: Sequence[str]) -> list[str | Exception]:
        self.tried[-1] += words
        await self.gate.wait()
        good = [word for word in words if not word.startswith("refused")]
        await tx.insert(opt_outs, _NAMES, [(1, word, 0, "test") for word in good])
        if any(word.startswith("poison") for word in words):
            raise Poisoned(words[0])
        return [word.upper() if word in good else Refused(word) for word in words]


@pytest.fixture
def shelf(store: Store) -> Shelf:
    return Shelf(store)


async def test_what_comes_at_once_is_one_transaction(shelf: Shelf) -> None:
    words = [f"word {place}" for place in range(40)]
    assert await shelf.put(*words) == [word.upper() for word in words]
    assert shelf.tried == [words]
    assert await shelf.kept() == set(words)


async def test_what_comes_meanwhile_is_the_next_transaction(shelf: Shelf) -> None:
    shelf.gate.clear()
    first = asyncio.create_task(shelf.put("a"))
    await shelf.busy()
    others = [asyncio.create_task(shelf.put(word)) for word in "bcd"]
    await asyncio.sleep(0)
    assert shelf.tried == [["a"]]
    assert not first.done()
    shelf.gate.set()
    assert [await task for task in (first, *others)] == [["A"], ["B"], ["C"], ["D"]]
    assert shelf.tried == [["a"], ["b", "c", "d"]]


async def test_one_after_the_other_has_each_its_own(shelf: Shelf) -> None:
    assert [await shelf.put(word) for word in "ab"] == [["A"], ["B"]]
    assert shelf.tried == [["a"], ["b"]]


async def test_it_is_committed_when_the_caller_hears_of_it(shelf: Shelf, other_store: Store) -> None:
    async def put(word: str) -> bool:
        await shelf.put(word)
        return word in await Shelf(other_store).kept()

    assert all(await asyncio.gather(*(put(f"word {place}") for place in range(10))))


async def test_each_hears_of_its_own(shelf: Shelf) -> None:
    answers = await shelf.put("a", "refused 1", "b", "refused 2")
    assert [str(answer) for answer in answers] == ["A", "refused 1", "B", "refused 2"]
    assert [isinstance(answer, Refused) for answer in answers] == [False, True, False, True]
    assert shelf.tried == [["a", "refused 1", "b", "refused 2"]]
    assert await shelf.kept() == {"a", "b"}


@pytest.mark.parametrize("place", [0, 2, 4], ids=["first", "in the middle", "last"])
async def test_a_bad_one_does_not_take_the_others_with_it(shelf: Shelf, place: int) -> None:
    words = ["a", "b", "refused", "d"]
    words.insert(place, "poison")
    answers = await shelf.put(*words)
    poison = answers.pop(place)
    assert isinstance(poison, Poisoned)
    assert str(poison) == "poison"
    assert [str(answer) for answer in answers] == ["A", "B", "refused", "D"]
    assert await shelf.kept() == {"a", "b", "d"}
    assert shelf.tried == [words, *([word] for word in words)]
    assert await shelf.put("e") == ["E"]


async def test_of_many_bad_ones_each_has_its_own_exception(shelf: Shelf) -> None:
    answers = await shelf.put("poison 1", "poison 2")
    assert [str(answer) for answer in answers] == ["poison 1", "poison 2"]
    assert answers[0] is not answers[1]
    assert await shelf.kept() == set()


async def test_one_that_is_alone_is_tried_once(shelf: Shelf) -> None:
    (answer,) = await shelf.put("poison")
    assert isinstance(answer, Poisoned)
    assert shelf.tried == [["poison"]]


@pytest.mark.parametrize("with_poison", [False, True], ids=["together", "each alone"])
async def test_what_a_caller_who_hung_up_brought_is_written(shelf: Shelf, *, with_poison: bool) -> None:
    shelf.gate.clear()
    tasks = [asyncio.create_task(shelf.together.add(word)) for word in ("a", "b", "c", *["poison"] * with_poison)]
    await shelf.busy()
    waiting = asyncio.create_task(shelf.together.add("d"))
    await asyncio.sleep(0)
    for task in (tasks[1], waiting):
        task.cancel()
    shelf.gate.set()
    answers = await asyncio.gather(*tasks, waiting, return_exceptions=True)
    assert (answers[0], answers[2]) == ("A", "C")
    assert isinstance(answers[1], asyncio.CancelledError)
    assert isinstance(answers[-1], asyncio.CancelledError)
    assert await shelf.put("e") == ["E"]
    assert await shelf.kept() == set("abcde")


async def test_when_everybody_hangs_up_nobody_else_is_held_up(shelf: Shelf) -> None:
    tasks = [asyncio.create_task(shelf.together.add(word)) for word in "abc"]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    assert await shelf.put("d") == ["D"]
    assert await shelf.kept() == set("abcd")


async def test_a_flood_is_written_in_batches_and_in_its_order(shelf: Shelf) -> None:
    words = [f"word {place}" for place in range(2 * _AT_ONCE + 1)]
    assert await shelf.put(*words) == [word.upper() for word in words]
    assert [len(batch) for batch in shelf.tried] == [_AT_ONCE, _AT_ONCE, 1]
    assert [word for batch in shelf.tried for word in batch] == words


async def test_each_write_has_its_own_queue(store: Store) -> None:
    async def small(_: Tx, words: Sequence[str]) -> list[str]:
        return [word.lower() for word in words]

    async def large(_: Tx, words: Sequence[str]) -> list[str]:
        return [word.upper() for word in words]

    assert await asyncio.gather(store.share(small, "Aa"), store.share(large, "Bb")) == ["aa", "BB"]


async def test_a_commit_of_which_nobody_knows_is_not_made_twice(shelf: Shelf) -> None:
    shelf.lost_after = True
    answers = await shelf.put("a", "b")
    assert [type(answer) for answer in answers] == [Lost, Lost]
    assert shelf.tried == [["a", "b"]]
    shelf.lost_after = False
    assert await shelf.put("c") == ["C"]


async def test_without_a_database_everybody_hears_it_at_once(shelf: Shelf) -> None:
    shelf.lost_before = True
    answers = await shelf.put(*"abc")
    assert [type(answer) for answer in answers] == [Lost] * 3
    assert len(shelf.tried) == 1
    shelf.lost_before = False
    assert await shelf.put("d") == ["D"]
    assert await shelf.kept() == {"d"}
