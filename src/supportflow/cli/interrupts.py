"""Ctrl-C ends a command, wherever in its work it falls.

Python raises `KeyboardInterrupt` in whatever line runs. In two kinds of places it does not come out as one. What is raised
in a callback of a weak reference or in `__del__` is thrown away by Python, and the work goes on. Libraries turn what is
raised in their callbacks into errors of their own. So it is noted that the key was pressed, and what comes out is judged by
that.

Only an interrupt that Python says it threw away is raised again. One that is merely slow to come out is left alone: it may
be undoing a transaction, which must not be broken off.
"""

from __future__ import annotations

import _thread
import signal
import sys
import time
from collections.abc import Iterator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Self

__all__ = ["Interrupts"]

_AGAIN_S = 0.02


class Interrupts:
    """Whatever an interrupt became inside, it comes out as `KeyboardInterrupt`.

    A handler of the host's own stays, and Ctrl-C that is ignored, as in a shell's background jobs, stays ignored. In a
    thread that is not the main one, which hears of no signals, only what came of a `KeyboardInterrupt` becomes one.

    Args:
        noted: False for a command that has handlers of its own.
    """

    def __init__(self, *, noted: bool = True) -> None:
        self._noted = noted
        self._set = False
        self._shown: Any = None
        self._pressed = False
        self._during: BaseException | None = None
        self._over = False
        self._raising = _thread.allocate_lock()

    def __enter__(self) -> Self:
        if self._noted and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._shown, sys.unraisablehook = sys.unraisablehook, self._thrown_away
            try:
                signal.signal(signal.SIGINT, self._press)
                self._set = True
            except ValueError:  # not the main thread
                sys.unraisablehook = self._shown
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over = True
        if self._set:
            with self._raising:  # nobody is between looking whether it is over and raising: see `_again`
                pass
            signal.signal(signal.SIGINT, signal.default_int_handler)
            sys.unraisablehook = self._shown
        if not isinstance(error, KeyboardInterrupt) and self._explains(error):
            raise KeyboardInterrupt from error

    def _press(self, number: int, frame: Any) -> None:
        """The handler: notes it, and does what Python does, each time. At the very end, noting is enough."""
        if not self._pressed:
            self._pressed = True
            self._during = sys.exc_info()[1]
        if not self._over:
            signal.default_int_handler(number, frame)

    def _thrown_away(self, told: Any) -> None:
        if issubclass(told.exc_type, KeyboardInterrupt):
            # From a thread, a moment later: raised here, it would be thrown away once more. Starting a bare one takes no
            # lock that the interrupted line may hold.
            _thread.start_new_thread(self._again, ())
        else:
            self._shown(told)

    def _again(self) -> None:
        time.sleep(_AGAIN_S)
        with self._raising:
            if not self._over:
                _thread.interrupt_main()

    def _explains(self, error: BaseException | None) -> bool:
        """Whether a command that ended so was interrupted. An error that was there before the key was pressed stays one."""
        chain = list(_chain(error))
        if any(isinstance(one, KeyboardInterrupt) for one in chain):
            return True
        return self._pressed and (self._during is None or self._during not in chain)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and all that it came of."""
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += (one.__cause__, one.__context__)
