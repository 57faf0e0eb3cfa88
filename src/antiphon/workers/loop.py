"""How is work done when nobody waits? A step at a time, again at once while there is something to do."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

_log = structlog.get_logger()
_IDLE = 0.2  # seconds until the next look when there was nothing to do
_LONGEST_REST = 0.5  # seconds between two looks after a long time with nothing to do
_LONGEST_PAUSE = 10.0  # seconds after failures in a row
_GATHER = 0.02  # seconds between being woken and the look: what comes one by one is worked off by the dozen


async def forever(
    name: str,
    run_once: Callable[[], Awaitable[int]],
    stopping: asyncio.Event,
    idle: float = _IDLE,
    woken: asyncio.Event | None = None,
) -> None:
    """Call `run_once` until `stopping` is set, which lets a step that has begun end.

    It says how much it did: nothing means wait `idle` seconds, and a little longer each time that there is nothing
    again, unless `woken` is set meanwhile; an exception, much longer each time. Whoever stops it wakes it, too.
    """
    failures, rest, alarm = 0, idle, woken or stopping
    while not stopping.is_set():
        try:
            busy = await run_once() > 0
        except Exception:
            failures += 1
            _log.exception("worker failed", worker=name, failures=failures)
            await _sleep(min(idle * 2**failures, _LONGEST_PAUSE), stopping)
            continue
        failures = 0
        await _sleep(0 if busy else rest, alarm)
        rest = idle if busy or alarm.is_set() else max(idle, min(rest * 1.1, _LONGEST_REST))
        if woken is not None and woken.is_set():
            await _sleep(_GATHER, stopping)
            woken.clear()


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


async def _sleep(seconds: float, alarm: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await alarm.wait()
    except TimeoutError:
        pass
