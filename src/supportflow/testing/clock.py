"""A clock that stands still until it is told, and ids that count."""

import time
from datetime import datetime, timedelta

from supportflow._forks import Locked
from supportflow._time import Instant, instant

__all__ = ["CountingIds", "ManualClock"]


class ManualClock(Locked):
    """Tells the time that it was set to.

    Args:
        start: An aware datetime or an ISO text with an offset.
    """

    def __init__(self, start: datetime | str) -> None:
        super().__init__()
        self._now = instant(start, "start")

    def now(self) -> Instant:
        """The time that it was set to."""
        return self._now

    def advance(self, duration: timedelta | None = None, **parts: float) -> Instant:
        """Go on by a duration, or by `days=`, `hours=`, `minutes=`, `seconds=`; negative goes back."""
        with self._lock:
            self._now = instant(self._now + (timedelta(**parts) if duration is None else duration))
            return self._now

    def set(self, moment: datetime | str) -> Instant:
        """Jump to an instant, forwards or back."""
        with self._lock:
            self._now = instant(moment, "moment")
            return self._now

    def pause(self, seconds: float, /) -> None:
        """Wait for nothing, and let other threads go first."""
        del seconds
        time.sleep(0)


class CountingIds(Locked):
    """Ids that count up from 1, salts made from them, no chance: a run can be repeated exactly.

    For tests and replays only: anybody can guess these salts.
    """

    def __init__(self, prefix: str = "") -> None:
        super().__init__()
        self._prefix = prefix
        self._next = 0

    def _count(self) -> int:
        with self._lock:
            self._next += 1
            return self._next

    def new_id(self, now: Instant) -> str:
        """The next number, twelve digits long, so that ids sort as they were given."""
        del now
        return f"{self._prefix}{self._count():012d}"

    def salt(self) -> bytes:
        """The next number, as 32 bytes."""
        return self._count().to_bytes(32)

    def chance(self) -> float:
        """Always one half."""
        return 0.5
