"""What a process that is forked off must not share with its parent: connections, held locks, a name, chance.

gunicorn's `--preload`, Celery's prefork and `multiprocessing`'s start method "fork" copy a process with all that it has. Its
threads are not copied: a lock that one of them held would be held for ever. Whatever has such a thing is watched here.
"""

import os
from itertools import count
from threading import Lock, RLock
from typing import Protocol
from weakref import WeakValueDictionary

__all__ = ["PATIENCE_S", "Fork", "Locked", "watch"]

PATIENCE_S = 5.0
"""How long a fork waits for other threads to come to the end of what they are doing."""


class Fork:
    """Is told of forks, once it is watched. Each method does nothing unless it is overridden."""

    def _before_fork(self) -> None:
        """This process is about to be forked; in the thread that does it."""

    def _after_fork_in_parent(self) -> None:
        """It was forked, and this is the parent."""

    def _after_fork_in_child(self) -> None:
        """This is the child. If the fork was made outside Python, `_before_fork` was not called."""


class _Registers(Protocol):
    """`os.register_at_fork`, where there is one."""

    def __call__(self, *, before: object, after_in_parent: object, after_in_child: object) -> None: ...


class _Watched:
    """All that is watched and still alive, in the order in which it was made."""

    def __init__(self) -> None:
        self._numbers = count()
        self._things: WeakValueDictionary[int, Fork] = WeakValueDictionary()
        self._guard = Lock()
        self._about: list[Fork] = []

    def add(self, thing: Fork) -> None:
        with self._guard:
            self._things[next(self._numbers)] = thing

    def before(self) -> None:
        self._guard.acquire()  # nothing is added while the process is copied
        self._about = [thing for _, thing in sorted(self._things.items())]
        for thing in self._about:
            thing._before_fork()  # noqa: SLF001 - nobody else calls these

    def in_parent(self) -> None:
        for thing in reversed(self._about):
            thing._after_fork_in_parent()  # noqa: SLF001 - the same
        self._about = []
        self._guard.release()

    def in_child(self) -> None:
        self._guard = Lock()
        self._about = []
        for _, thing in sorted(self._things.items()):
            thing._after_fork_in_child()  # noqa: SLF001 - the same


_WATCHED = _Watched()
watch = _WATCHED.add
"""Have something told of forks for as long as it lives."""

_register: _Registers | None = getattr(os, "register_at_fork", None)
if _register is not None:  # not on Windows, where nothing forks
    _register(
        before=_WATCHED.before,
        after_in_parent=_WATCHED.in_parent,
        after_in_child=_WATCHED.in_child,
    )


class Locked(Fork):
    """Something with a lock: no thread is in the middle of it when the process is copied; a child has a lock of its own."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._held = False
        watch(self)

    def _before_fork(self) -> None:
        """Wait until nobody is at it."""
        self._held = self._lock.acquire(timeout=PATIENCE_S)

    def _after_fork_in_parent(self) -> None:
        """Let others go on."""
        if self._held:
            self._lock.release()

    def _after_fork_in_child(self) -> None:
        """Have a lock that no thread of the parent holds."""
        self._lock = RLock()
