"""Processes come, stay, sleep and go, and never make the same id."""

import asyncio

import pytest

from antiphon.services import processes
from antiphon.store.ids import NODES
from antiphon.store.processes import LEASE
from antiphon.store.session import CannotOpen, Store, open_store
from tests.conftest import Clock, enlisted

_LEASE = LEASE.total_seconds()


async def test_a_process_that_renews_stays(store: Store, clock: Clock) -> None:
    known_as = store.process_id
    for _ in range(5):
        clock.advance(_LEASE)
        assert await processes.renew(store)
    assert store.process_id == known_as


async def test_a_process_that_slept_joins_anew_and_goes_on_in_its_ids(store: Store, clock: Clock) -> None:
    known_as = store.process_id
    clock.advance(_LEASE + 1)
    before = store.ids.many(100)
    assert not await processes.renew(store)
    assert store.process_id != known_as
    assert not set(before) & set(store.ids.many(100))
    assert await processes.renew(store)


async def test_a_process_that_slept_leaves_its_node_to_who_came(store: Store, database_url: str, clock: Clock) -> None:
    clock.advance(_LEASE + 1)
    async with enlisted(database_url, clock) as came:
        assert not await processes.renew(store)
        assert not set(came.ids.many(100)) & set(store.ids.many(100))


async def test_processes_one_after_the_other_within_a_second_differ(database_url: str, clock: Clock) -> None:
    made: list[int] = []
    for _ in range(5):
        async with enlisted(database_url, clock) as store:
            made += [store.process_id, *store.ids.many(10)]
            await processes.leave(store)
    assert len(set(made)) == len(made)


async def test_a_process_that_leaves_gives_its_node_back_once_its_second_is_over(store: Store, clock: Clock) -> None:
    for _ in range(2 * NODES):
        await processes.leave(store)
        clock.advance(1.1)
        await processes.enlist(store)


async def test_the_last_node_is_the_last(database_url: str, clock: Clock) -> None:
    store = await open_store(database_url, clock=clock)
    try:
        for _ in range(NODES):
            await processes.enlist(store)
        with pytest.raises(CannotOpen, match="64 processes"):
            await processes.enlist(store)
        clock.advance(_LEASE + 1)
        await processes.enlist(store)
    finally:
        await store.close()


async def test_all_that_come_at_once_find_a_node(database_url: str, clock: Clock) -> None:
    stores = [await open_store(database_url, clock=clock) for _ in range(8)]
    try:
        await asyncio.gather(*(processes.enlist(store) for store in stores))
        made = [id for store in stores for id in (store.process_id, *store.ids.many(100))]
        assert len(set(made)) == len(made)
    finally:
        await asyncio.gather(*(store.close() for store in stores))
