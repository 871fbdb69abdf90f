"""Signals that ask a worker to stop."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["stopped_by_signals"]


@contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and Ctrl-C ask it to stop; the second one ends the process as if nobody had asked.

    A handler of the host's own stays: what a signal means there is the host's to say. Only the main thread hears of signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[int, Any] = {}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def heard(_number: int, _frame: object) -> None:
        # Nothing is logged here: the stream may be in the middle of a line.
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is signal.SIG_IGN else handler)
        stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        if _is_nobody_s(signal.getsignal(number)):
            before[number] = signal.signal(number, heard)
    try:
        yield
    finally:
        restore()


def _is_nobody_s(handler: Any) -> bool:
    """Whether no host has said what a signal means: it is Python's own handler, or the one that `asyncio.run` sets.

    One that is ignored was not ignored by the host: a shell starts its background jobs so. Whoever sends it all the same
    means the worker; other servers hear it, too.
    """
    if handler in {signal.SIG_DFL, signal.SIG_IGN, signal.default_int_handler}:
        return True
    return getattr(getattr(handler, "func", None), "__module__", "") == "asyncio.runners"
