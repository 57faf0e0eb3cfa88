"""Does work go on when nobody waits?"""

import asyncio

import pytest

from antiphon.workers.loop import forever, until_stored


async def test_it_goes_on_at_once_while_there_is_something_to_do() -> None:
    stopping, left = asyncio.Event(), [3, 2, 1, 0]

    async def run_once() -> int:
        done = left.pop(0)
        if not left:
            stopping.set()
        return done

    async with asyncio.timeout(5):
        await forever("test", run_once, stopping, idle=60)
    assert not left


async def test_a_failure_does_not_end_it(capsys: pytest.CaptureFixture[str]) -> None:
    stopping, attempts = asyncio.Event(), 0

    async def run_once() -> int:
        nonlocal attempts
        attempts += 1
        if attempts == 3:
            stopping.set()
            return 1
        raise RuntimeError("the third time it works")

    async with asyncio.timeout(5):
        await forever("test", run_once, stopping, idle=0.001)
    assert attempts == 3
    logged = capsys.readouterr().out
    assert "failures=2" in logged
    assert "failures=3" not in logged


async def test_a_step_that_has_begun_ends_before_it_stops() -> None:
    stopping, ended = asyncio.Event(), False

    async def run_once() -> int:
        nonlocal ended
        stopping.set()
        await asyncio.sleep(0.05)
        ended = True
        return 1

    await forever("test", run_once, stopping)
    assert ended


async def test_what_must_be_stored_is_tried_until_it_is() -> None:
    attempts = 0

    async def attempt() -> None:
        nonlocal attempts
        attempts += 1
        if attempts < 2:
            raise OSError("the disk is full")

    async with asyncio.timeout(5):
        await until_stored("news", attempt)
    assert attempts == 2
