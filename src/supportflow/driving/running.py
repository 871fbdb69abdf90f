"""Calls of a host's code that are not waited for without end: each runs beside whoever made it."""

import contextvars
import threading
import time
from collections.abc import Callable
from typing import Any

from supportflow.flows.requests import StillRunning

__all__ = ["RunningThread", "call_within"]


class RunningThread:
    """A call that was begun, in a thread of its own. A thread cannot be ended from outside: one that hangs is left behind.

    Args:
        work: What is called.
    """

    def __init__(self, work: Callable[[], Any]) -> None:
        self._began = time.monotonic()
        self._done = threading.Event()
        self._answer: Any = None
        self.error: BaseException | None = None
        context = contextvars.copy_context()
        threading.Thread(
            target=context.run, args=(self._run, work), name="supportflow call", daemon=True
        ).start()

    def _run(self, work: Callable[[], Any]) -> None:
        try:
            self._answer = work()
        except BaseException as error:  # noqa: BLE001 - raised again for whoever waits
            self.error = error
        finally:
            self._done.set()

    @property
    def over(self) -> bool:
        """Whether it has come back."""
        return self._done.is_set()

    @property
    def seconds(self) -> float:
        """For how long it has been running."""
        return time.monotonic() - self._began

    def wait(self, seconds: float) -> bool:
        """Wait for it, at most so long; whether it has come back."""
        return self._done.wait(seconds)

    def answer(self) -> Any:
        """What it answered, or raised."""
        if self.error is not None:
            raise self.error
        return self._answer


def call_within(seconds: float, work: Callable[[], Any], *, detach: bool) -> Any:
    """Make a call, and wait for it at most so long.

    Raises:
        StillRunning: If it takes longer, and may go on beside.
        TimeoutError: If it takes longer.
    """
    running = RunningThread(work)
    if running.wait(seconds):
        return running.answer()
    if detach:
        raise StillRunning(running)
    raise TimeoutError
