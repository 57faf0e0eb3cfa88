"""How is work done when nobody waits? A step at a time, again at once while there is something to do."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

_log = structlog.get_logger()
_IDLE = 0.2  # seconds between two looks when there was nothing to do
_LONGEST_PAUSE = 10.0  # seconds after failures in a row


async def forever(name: str, run_once: Callable[[], Awaitable[int]], idle: float = _IDLE) -> None:
    """Call `run_once` until cancelled. It says how much it did: nothing means wait a little; an exception, longer."""
    failures = 0
    while True:
        try:
            done = await run_once()
            failures = 0
        except Exception:
            failures += 1
            _log.exception("worker failed", worker=name, failures=failures)
            await asyncio.sleep(min(idle * 2**failures, _LONGEST_PAUSE))
            continue
        await asyncio.sleep(0 if done else idle)
