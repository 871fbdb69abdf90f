"""The same as `running`, for calls that are awaited. Apart, so that a plain desk does not load an event loop."""

import asyncio
import time
from collections.abc import Awaitable
from typing import Any

from supportflow.flows.requests import StillRunning

__all__ = ["RunningTask", "await_within"]


class RunningTask:
    """A call that was begun, as a task of an event loop.

    Args:
        task: The task.
        began: When it began, by the monotonic clock.
    """

    def __init__(self, task: "asyncio.Future[Any]", began: float) -> None:
        self._task = task
        self._began = began

    @property
    def over(self) -> bool:
        """Whether it has come back."""
        return self._task.done()

    @property
    def seconds(self) -> float:
        """For how long it has been running."""
        return time.monotonic() - self._began

    @property
    def error(self) -> BaseException | None:
        """What it raised, once it is over."""
        return asyncio.CancelledError() if self._task.cancelled() else self._task.exception()

    def answer(self) -> Any:
        """What it answered, or raised, once it is over."""
        return self._task.result()

    async def wait(self, seconds: float) -> bool:
        """Wait for it, at most so long; whether it has come back."""
        await asyncio.wait({self._task}, timeout=seconds)
        return self._task.done()


async def await_within(seconds: float | None, answer: Awaitable[Any], *, detach: bool) -> Any:
    """Await an answer, at most so long.

    Raises:
        StillRunning: If it takes longer, and may go on beside.
        TimeoutError: If it takes longer.
    """
    if not detach or seconds is None:
        async with asyncio.timeout(seconds):
            return await answer
    began = time.monotonic()
    task = asyncio.ensure_future(answer)
    try:
        await asyncio.wait({task}, timeout=seconds)
    except BaseException:
        task.cancel()
        raise
    if task.done():
        return task.result()
    task.add_done_callback(
        lambda done: done.cancelled() or done.exception()
    )  # it is looked at later, or never
    raise StillRunning(RunningTask(task, began))
