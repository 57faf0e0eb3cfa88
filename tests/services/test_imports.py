"""Files that are read into lists, on both databases."""

import asyncio
import io
from contextlib import suppress

import pytest

from antiphon.core.account import Account
from antiphon.core.contact import Draft
from antiphon.core.errors import BadField, MissingField, Refusal, UnknownImport
from antiphon.core.upload import Import, State
from antiphon.services import contacts, imports, lists
from antiphon.services.imports import ROWS
from antiphon.store import imports as stored
from antiphon.store.session import Store
from antiphon.workers import import_files
from tests.conftest import another_account
from tests.services.scenes import add, members, number


def file(*rows: str, header: str = "number,first_name") -> io.BytesIO:
    return io.BytesIO("\n".join([header, *rows]).encode())


async def start(store: Store, account: Account, *rows: str, name: str = "all", dynamic: bool = False) -> Import:
    return await imports.start(store, account, name, file(*rows), dynamic=dynamic)


async def read(store: Store, account: Account, taken: Import) -> Import:
    """The import once every part is stored."""
    while await import_files.run_once(store):
        pass
    return await imports.find(store, account, taken.id)


def counts(found: Import) -> tuple[int, int, int]:
    return found.added, found.duplicates, found.failed


async def test_parts_are_stored_one_by_one(store: Store, account: Account) -> None:
    taken = await start(store, account, *(number(place) for place in range(2 * ROWS + 1)))
    assert (taken.total, taken.state, await members(store, account, "all")) == (2 * ROWS + 1, State.WORKING, [])
    for size, so_far in ((ROWS, ROWS), (ROWS, 2 * ROWS), (1, 2 * ROWS + 1)):
        assert (await imports.find(store, account, taken.id)).state is State.WORKING
        assert await import_files.run_once(store) == size
        assert counts(await imports.find(store, account, taken.id)) == (so_far, 0, 0)
    found = await imports.find(store, account, taken.id)
    assert (found.state, found.reason, found.ended_at is not None) == (State.COMPLETED, None, True)
    assert await import_files.run_once(store) == 0
    assert len(await members(store, account, "all")) == 2 * ROWS + 1


async def test_the_counts_add_up(store: Store, account: Account) -> None:
    await add(store, account, Draft(number=number(1), first_name="Old", company="C"), lists=("all",))
    await add(store, account, Draft(number=number(2)))
    rows = [f"{number(1)},New", number(2), number(3), "12", ",Nobody", f"{number(3)},Twice", "13", "14", "15", "16"]
    found = await read(store, account, await start(store, account, *rows))
    assert (found.total, *counts(found)) == (10, 2, 2, 6)
    assert found.reason is not None
    assert [line.partition(":")[0] for line in found.reason.splitlines()] == [f"line {n}" for n in (5, 6, 8, 9, 10)]
    assert await members(store, account, "all") == [number(place) for place in (1, 2, 3)]
    (old,) = await add(store, account, Draft(number=number(1)))
    assert old.contact
    assert (old.contact.first_name, old.contact.company) == ("New", "C")


async def test_several_workers_store_each_part_once(store: Store, other_store: Store, account: Account) -> None:
    taken = await start(store, account, *(number(place % 6_000) for place in range(2 * ROWS + 7)))
    await asyncio.gather(*(import_files.run_once(one) for one in (store, other_store) * 4))
    found = await read(store, account, taken)
    assert (found.state, sum(counts(found)), found.added) == (State.COMPLETED, found.total, 6_000)


async def test_a_part_that_is_not_committed_is_done_again(store: Store, account: Account) -> None:
    taken = await start(store, account, number(1))
    with suppress(ZeroDivisionError):
        async with store.begin() as tx:
            assert await stored.take(tx, taken, 0)
            assert not await stored.take(tx, taken, 0)
            raise ZeroDivisionError
    assert counts(await read(store, account, taken)) == (1, 0, 0)


async def test_one_file_after_another(store: Store, account: Account) -> None:
    other = await another_account(store, "IN")
    ours, theirs = await start(store, account, number(1)), await start(store, other, "098765 43210")
    assert counts(await read(store, account, ours)) == counts(await imports.find(store, other, theirs.id)) == (1, 0, 0)
    assert await members(store, other, "all") == ["+919876543210"]
    with pytest.raises(UnknownImport):
        await imports.find(store, account, theirs.id)


async def test_a_dynamic_file_makes_its_list_dynamic(store: Store, account: Account) -> None:
    for name in ("there", "new"):
        await start(store, account, name="there", dynamic=False)
        await start(store, account, f"{number(1)},Axelle", name=name, dynamic=True)
    assert [(one.name, one.dynamic) for one in await lists.all_of(store, account)] == [("there", True), ("new", True)]


async def test_the_list_is_deleted_meanwhile(store: Store, account: Account) -> None:
    taken = await start(store, account, *(number(place) for place in range(ROWS + 1)))
    await import_files.run_once(store)
    await lists.remove(store, account, "all")
    found = await read(store, account, taken)
    assert (found.state, *counts(found)) == (State.FAILED, ROWS, 0, 1)
    assert await lists.all_of(store, account) == []
    assert await contacts.remove_numbers(store, account, [number(ROWS)], None) == []


@pytest.mark.parametrize(
    ("name", "header", "refusal"),
    [
        pytest.param(" ", "number", MissingField, id="no name"),
        pytest.param("x" * 256, "number", BadField, id="a name that is too long"),
        pytest.param("all", "phone", BadField, id="no numbers"),
    ],
)
async def test_what_is_refused_stores_nothing(
    store: Store, account: Account, name: str, header: str, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        await imports.start(store, account, name, file(number(1), header=header), dynamic=False)
    assert await lists.all_of(store, account) == []
    assert await import_files.run_once(store) == 0
