"""The real clock and the real source of ids and chance."""

import os
import random
import time

from supportflow._forks import Locked
from supportflow._time import Instant, from_us, to_us

__all__ = ["SystemClock", "SystemIds"]

_COUNTER_MAX = 0xFFF  # RFC 9562 leaves 12 bits after the version


class SystemClock:
    """The operating system's clock, in UTC."""

    def now(self) -> Instant:
        """The present instant."""
        return from_us(time.time_ns() // 1_000)


class SystemIds(Locked):
    """UUIDv7 (RFC 9562): 48 bits of milliseconds, then a counter that keeps ids of one millisecond in order, then chance.

    Salts come from the operating system's generator.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last_ms = 0
        self._counter = 0
        self._random = random.Random()  # noqa: S311 - spreads retries; nothing is kept secret by it

    def _after_fork_in_child(self) -> None:
        """Draw other numbers than the parent: retries of the two would go on in step."""
        super()._after_fork_in_child()
        self._random.seed()

    def new_id(self, now: Instant) -> str:
        """A UUIDv7 as text. Ids never sort before those given earlier, even if the clock goes back."""
        ms = to_us(now) // 1_000
        with self._lock:
            if ms > self._last_ms:
                self._last_ms, self._counter = ms, int.from_bytes(os.urandom(2)) >> 5
            else:
                self._counter += 1
                if self._counter > _COUNTER_MAX:
                    self._last_ms, self._counter = self._last_ms + 1, 0
            ms, counter = self._last_ms, self._counter
        tail = int.from_bytes(os.urandom(8)) & 0x3FFF_FFFF_FFFF_FFFF
        value = ms << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | tail
        text = f"{value:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def salt(self) -> bytes:
        """32 bytes from the operating system."""
        return os.urandom(32)

    def chance(self) -> float:
        """A number from 0 up to 1."""
        return self._random.random()
