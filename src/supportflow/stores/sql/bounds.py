"""How long a statement may take, as seen from here: a server that stands still ends none by itself."""

import socket
import threading
import time
from contextlib import suppress

__all__ = ["Bounds"]

_LOOKS = 8
"""How often a bound is looked at while it runs; so precisely is it kept."""
_IDLE = 40
"""After so many looks with nothing to see, the thread that looks ends."""


class Bounds:
    """Hangs up on a server that has not answered for too long. Whoever waits for it finds the connection broken.

    Args:
        longest_s: For how long a statement is waited for.
    """

    def __init__(self, longest_s: float) -> None:
        self._longest_s = longest_s
        self._lock = threading.Lock()
        self._running: dict[socket.socket, float] = {}
        self._looks: threading.Thread | None = None

    def begin_anew(self) -> None:
        """Forget the parent's statements, and its thread."""
        self._lock = threading.Lock()
        self._running = {}
        self._looks = None

    def begin(self, line: socket.socket) -> None:
        """From now on, something happens on a line. To be ended, however it goes."""
        with self._lock:
            self._running[line] = time.monotonic() + self._longest_s
            if self._looks is None:
                self._looks = threading.Thread(target=self._look, name="supportflow bounds", daemon=True)
                self._looks.start()

    def end(self, line: socket.socket) -> None:
        """It has come to its end."""
        with self._lock:
            self._running.pop(line, None)

    def _look(self) -> None:
        idle = 0
        while True:
            time.sleep(self._longest_s / _LOOKS)
            now = time.monotonic()
            with self._lock:
                idle = 0 if self._running else idle + 1
                if idle > _IDLE:
                    self._looks = None
                    return
                for line in [line for line, until in self._running.items() if until <= now]:
                    del self._running[line]
                    with suppress(OSError):  # the server was faster
                        line.shutdown(socket.SHUT_RDWR)
