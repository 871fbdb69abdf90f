"""A bell that ends a wait: from any thread, and from a signal handler."""

import asyncio
import select
import socket
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Self

__all__ = ["Bell"]


class Bell:
    """Rung once, it ends every wait, those to come too. Waiting with `wait` is for within `with bell:`.

    `threading.Event` is not made for signal handlers: one that runs while the main thread is inside `wait` can meet the
    event's own lock and stand still for ever. A byte in a socket has no lock.
    """

    def __init__(self) -> None:
        self._ends: tuple[socket.socket, socket.socket] | None = None
        self._wake: Callable[[], object] | None = None
        self._rung = False

    def __enter__(self) -> Self:
        self._ends = socket.socketpair()
        for end in self._ends:
            end.setblocking(False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ends, self._ends = self._ends, None
        for end in ends or ():
            end.close()

    @property
    def rung(self) -> bool:
        """Whether it was rung."""
        return self._rung

    def ring(self) -> None:
        """End the wait."""
        self._rung = True
        ends, wake = self._ends, self._wake
        if wake is not None:
            wake()
        elif ends is not None:
            ends[0].send(b"!")

    def wait(self, seconds: float) -> None:
        """Wait until it rings, at most so long."""
        assert self._ends is not None
        if not self._rung:
            select.select([self._ends[1]], [], [], seconds)

    async def wait_async(self, seconds: float) -> None:
        """The same, and let other tasks run."""
        heard = asyncio.Event()
        # This may be called from a signal handler, `heard.set` itself may not.
        self._wake = partial(asyncio.get_running_loop().call_soon_threadsafe, heard.set)
        try:
            if not self._rung:
                await asyncio.wait_for(heard.wait(), seconds)
        except TimeoutError:
            pass
        finally:
            self._wake = None
