"""A request is accepted once within a day, on both databases."""

import asyncio

import pytest
from sqlalchemy import func, select

from antiphon.store import request_ids
from antiphon.store.request_ids import KEPT, Named
from antiphon.store.schema import request_ids as table
from antiphon.store.session import Store
from tests.conftest import Clock
from tests.services.scenes import somebody_waits

DAY = KEPT.total_seconds()


async def _add(store: Store, *named: Named) -> bool:
    async with store.begin() as tx:
        return await request_ids.add(tx, named)


async def _used(store: Store, *named: Named) -> set[Named]:
    async with store.read() as tx:
        return await request_ids.used(tx, named)


async def _kept(store: Store) -> int:
    async with store.read() as tx:
        row = await tx.first(select(func.count().label("n")).select_from(table))
    return row["n"] if row else 0


async def test_what_was_accepted_is_used(store: Store, other_store: Store) -> None:
    assert await _add(store, (1, "a"), (1, "b"))
    assert await _used(other_store, (1, "a"), (1, "c"), (1, "b")) == {(1, "a"), (1, "b")}
    assert await _used(store, (1, "A"), (1, "a "), (1, "")) == set()


async def test_nothing_is_no_question(store: Store) -> None:
    assert await _used(store) == set()
    assert await _add(store)
    assert await _kept(store) == 0


async def test_each_account_has_its_own(store: Store) -> None:
    assert await _add(store, (1, "a"), (2, "b"))
    assert await _used(store, (1, "b"), (2, "a"), (3, "a"), (2, "b")) == {(2, "b")}
    assert await _add(store, (2, "a"), (1, "b"))
    assert not await _add(store, (1, "a"))


@pytest.mark.parametrize("request_id", ["é👩‍💻", "x" * 255, "' OR 1=1 --", "\\", '["a"]'])
async def test_an_id_is_any_text(store: Store, request_id: str) -> None:
    assert await _add(store, (1, request_id))
    assert await _used(store, (1, request_id)) == {(1, request_id)}
    assert not await _add(store, (1, request_id))


async def test_it_is_kept_for_a_day(store: Store, clock: Clock) -> None:
    assert await _add(store, (1, "a"))
    clock.advance(DAY - 0.001)
    assert await _used(store, (1, "a")) == {(1, "a")}
    assert not await _add(store, (1, "a"))
    clock.advance(0.001)
    assert await _used(store, (1, "a")) == set()
    assert await _add(store, (1, "a"))
    clock.advance(DAY - 1)
    assert await _used(store, (1, "a")) == {(1, "a")}


async def test_what_is_old_is_forgotten_and_nothing_else(store: Store, clock: Clock) -> None:
    await _add(store, (1, "a"), (2, "a"))
    clock.advance(DAY - 1)
    await _add(store, (1, "b"))
    clock.advance(1)
    async with store.begin() as tx:
        assert await request_ids.forget(tx) == 2
        assert await request_ids.forget(tx) == 0
    assert await _kept(store) == 1
    clock.advance(DAY)
    await _add(store, (1, "c"))
    assert await _kept(store) == 1


async def test_of_a_batch_with_a_used_one_it_is_said(store: Store) -> None:
    await _add(store, (1, "b"))
    assert not await _add(store, (1, "a"), (1, "b"))


async def test_of_two_processes_that_race_one_wins(store: Store, other_store: Store) -> None:
    for place in range(10):
        named = (1, f"request {place}")
        won = await asyncio.gather(*(_add(one, named) for one in (store, other_store, store, other_store)))
        assert sorted(won) == [False, False, False, True]


async def test_of_two_processes_that_race_for_an_old_one_one_wins(
    store: Store, other_store: Store, clock: Clock
) -> None:
    for place in range(5):
        assert await _add(store, (1, "a"), (1, "b"), (1, f"request {place}"))
        clock.advance(DAY)
        batches = [(1, "a"), (1, "b")], [(1, "b"), (1, "a")]
        won = await asyncio.gather(
            *(_add(one, *batch) for one, batch in zip((store, other_store), batches, strict=True))
        )
        assert sorted(won) == [False, True]
        clock.advance(DAY)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("commits", [True, False], ids=["the first commits", "the first fails"])
async def test_who_comes_second_waits_for_the_first(store: Store, other_store: Store, *, commits: bool) -> None:
    second = None
    try:
        async with store.begin() as tx:
            assert await request_ids.add(tx, [(1, "a")])
            second = asyncio.create_task(_add(other_store, (1, "a")))
            await somebody_waits(store)
            if not commits:
                raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    assert second
    assert await second is not commits
