"""How do many small writes share one commit?"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")

_AT_ONCE = 500


class _NotWritten(Exception):
    """The write itself failed, so the transaction is rolled back: to try again is safe."""

    def __init__(self, why: Exception) -> None:
        super().__init__(why)
        self.why = why


class Together(Generic[Item, Done]):
    """Items that come while a transaction runs are written by the next one, all of them together.

    `write` is given the transaction and the items, and says for each what was done, or the exception that its caller
    gets. When it raises, every item is tried again alone, so that a bad one does not take the others with it. When the
    transaction cannot begin, or its commit fails, nothing is tried again: the commit may have been made.
    """

    def __init__(
        self,
        begin: Callable[[], AbstractAsyncContextManager[Any]],
        write: Callable[[Any, Sequence[Item]], Awaitable[Sequence[Done | Exception]]],
    ) -> None:
        self._begin = begin
        self._write = write
        self._waiting: list[tuple[Item, asyncio.Future[Done]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def add(self, item: Item) -> Done:
        """What was done with it; it is committed by then."""
        done: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._writer is None:
            self._writer = asyncio.create_task(self._run())
        return await done

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
            await self._settle(batch)
        self._writer = None

    async def _settle(self, batch: Sequence[tuple[Item, asyncio.Future[Done]]]) -> None:
        """Write these, and tell their callers."""
        results: Sequence[Done | Exception]
        try:
            results = await self._commit([item for item, _ in batch])
        except _NotWritten as failure:
            if len(batch) > 1:
                for one in batch:
                    await self._settle([one])
                return
            results = [failure.why]
        except Exception as failure:
            results = [failure] * len(batch)
        for (_, future), done in zip(batch, results, strict=True):
            _tell(future, done)

    async def _commit(self, items: Sequence[Item]) -> Sequence[Done | Exception]:
        async with self._begin() as tx:
            try:
                return await self._write(tx, items)
            except Exception as failure:
                raise _NotWritten(failure) from failure


def _tell(future: asyncio.Future[Done], done: Done | Exception) -> None:
    if future.cancelled():  # its caller has hung up; it is written all the same
        return
    if isinstance(done, Exception):
        future.set_exception(done)
    else:
        future.set_result(done)
