"""Opening a database, and what a transaction promises, on both databases."""

from pathlib import Path

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import IntegrityError

from antiphon.store.schema import lists, messages, opt_outs
from antiphon.store.session import CannotOpen, Store, Taken, Tx, open_store, shown

_NAMES = ("account_id", "number", "at", "source")
_ONE, _TWO = (1, "+33612345601", 0, "test"), (1, "+33612345602", 0, "test")


async def _numbers(tx: Tx) -> list[str]:
    return [row["number"] for row in await tx.all(select(opt_outs.c.number).order_by(opt_outs.c.number))]


async def test_an_exception_undoes_everything(store: Store) -> None:
    async def fail() -> None:
        async with store.begin() as tx:
            await tx.insert(opt_outs, _NAMES, [_ONE])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with store.read() as tx:
        assert await _numbers(tx) == []


async def test_insert_leaves_out_what_is_there_and_says_how_many_were_new(store: Store) -> None:
    async with store.begin() as tx:
        assert await tx.insert(opt_outs, _NAMES, []) == 0
        assert await tx.insert(opt_outs, _NAMES, [_ONE]) == 1
        assert await tx.insert(opt_outs, _NAMES, [_ONE, _TWO, _TWO]) == 1
        assert await _numbers(tx) == [_ONE[1], _TWO[1]]


async def test_insert_does_not_leave_out_a_row_that_lacks_a_value(store: Store) -> None:
    with pytest.raises(IntegrityError):
        async with store.begin() as tx:
            await tx.insert(opt_outs, _NAMES, [(1, "+33612345601", None, "test")])


async def test_update_is_a_compare_and_set_for_each_row(store: Store) -> None:
    names = ("account_id", "id", "campaign_id", "number", "state", "segments", "cost", "updated_at")
    rows = [
        (1, id, 1, f"+3361234560{id}", state, 1, 0, 0) for id, state in enumerate(("waiting", "accepted", "failed"))
    ]
    async with store.begin() as tx:
        await tx.insert(messages, names, rows)
        changes = [("delivered", "fine", 1, id) for id in (2, 1, 0, 99)]
        assert await tx.update(messages, ("state", "error"), changes, ("waiting", "accepted")) == 2
        found = await tx.all(select(messages.c.state, messages.c.error).order_by(messages.c.id))
    assert [tuple(row.values()) for row in found] == [("delivered", "fine"), ("delivered", "fine"), ("failed", None)]


async def test_update_says_that_a_value_is_taken(store: Store) -> None:
    names = ("account_id", "id", "name", "created_at", "updated_at")
    async with store.begin() as tx:
        await tx.insert(lists, names, [(1, 1, "one", 0, 0), (1, 2, "two", 0, 0)])
    with pytest.raises(Taken):
        async with store.begin() as tx:
            await tx.update(lists, ("name",), [("one", 1, 2)])


@pytest.mark.parametrize("wanted", [0, 1, 70_000])
async def test_among_takes_a_set_of_any_size(store: Store, wanted: int) -> None:
    async with store.begin() as tx:
        await tx.insert(opt_outs, _NAMES, [_ONE, _TWO])
        numbers = [_TWO[1], *(str(number) for number in range(wanted - 1))][:wanted]
        assert await tx.run(delete(opt_outs).where(tx.among(opt_outs.c.number, numbers))) == min(wanted, 1)


async def test_a_reader_sees_one_moment(store: Store) -> None:
    async with store.read() as reader:
        before = await _numbers(reader)
        async with store.begin() as tx:
            await tx.insert(opt_outs, _NAMES, [_ONE])
        assert await _numbers(reader) == before == []
    async with store.read() as reader:
        assert await _numbers(reader) == [_ONE[1]]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        pytest.param("", "neither sqlite", id="nothing"),
        pytest.param("what is this", "neither sqlite", id="no URL"),
        pytest.param("mysql://somebody@localhost/antiphon", "neither sqlite", id="another database"),
        pytest.param("sqlite://", "neither sqlite", id="nowhere"),
        pytest.param("sqlite:///:memory:", "neither sqlite", id="in memory"),
        pytest.param("postgresql://somebody:secret@127.0.0.1:1/antiphon", "127.0.0.1:1/antiphon", id="nobody listens"),
        pytest.param("sqlite:////dev/null/antiphon.db", "/dev/null/antiphon.db", id="no folder"),
    ],
)
async def test_what_cannot_be_opened_is_told_in_one_line_without_the_password(url: str, said: str) -> None:
    with pytest.raises(CannotOpen) as refusal:
        await open_store(url)
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert "secret" not in str(refusal.value)


async def test_a_database_that_does_not_exist_cannot_be_opened(postgres_server: str) -> None:
    with pytest.raises(CannotOpen, match="missing"):
        await open_store(postgres_server.replace("/postgres?", "/missing?"))


async def test_a_postgres_of_a_newer_program_is_left_alone(postgres_url: str) -> None:
    await _refuses_a_newer_step(postgres_url)


async def test_a_sqlite_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    await _refuses_a_newer_step(f"sqlite:///{tmp_path / 'newer.db'}")


async def _refuses_a_newer_step(url: str) -> None:
    store = await open_store(url)
    async with store.begin() as tx:
        await tx.run(text("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()
    with pytest.raises(CannotOpen, match="9999"):
        await open_store(url)


async def test_a_file_that_is_no_database_cannot_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(b"Dear Antiphon, " * 1000)
    with pytest.raises(CannotOpen, match=r"letter\.txt"):
        await open_store(f"sqlite:///{path}")


def test_a_url_is_shown_without_its_password() -> None:
    assert shown("postgresql://me:secret@there/antiphon") == "postgresql://me:***@there/antiphon"
