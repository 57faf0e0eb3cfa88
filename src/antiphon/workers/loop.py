"""How is work done when nobody waits? A step at a time, again at once while there is something to do."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

_log = structlog.get_logger()
_IDLE = 0.2  # seconds between two looks when there was nothing to do
_LONGEST_PAUSE = 10.0  # seconds after failures in a row


async def forever(
    name: str, run_once: Callable[[], Awaitable[int]], stopping: asyncio.Event, idle: float = _IDLE
) -> None:
    """Call `run_once` until `stopping` is set, which lets a step that has begun end.

    It says how much it did: nothing means wait `idle` seconds; an exception, longer each time.
    """
    failures = 0
    while not stopping.is_set():
        try:
            pause = 0.0 if await run_once() else idle
            failures = 0
        except Exception:
            failures += 1
            pause = min(idle * 2**failures, _LONGEST_PAUSE)
            _log.exception("worker failed", worker=name, failures=failures)
        await _sleep(pause, stopping)


async def until_stored(what: str, attempt: Callable[[], Awaitable[None]]) -> None:
    """Try until it works: news of a message that we forget would leave it in doubt for ever."""
    failures = 0
    while True:
        try:
            return await attempt()
        except Exception:
            failures += 1
            _log.exception("cannot be stored; trying again", what=what, failures=failures)
            await asyncio.sleep(min(_IDLE * 2**failures, _LONGEST_PAUSE))


async def _sleep(seconds: float, stopping: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        pass
