"""What a worker does beside its rounds: carry out the policy's retention, a batch in a round, once a day."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from supportflow.flows.retention import Retained
from supportflow.worker.logs import say

__all__ = ["RetentionRounds"]

_BATCH = 100


class RetentionRounds:
    """Goes through all ended tickets from time to time.

    Args:
        every_s: How many seconds from the end of one pass to the next.
        monotonic: A clock that only goes forward, in seconds.
    """

    def __init__(self, every_s: float = 86_400.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._every_s = every_s
        self._monotonic = monotonic
        self._next_s = monotonic()
        self._cursor: str | None = None
        self._counts: Counter[str] = Counter()

    @property
    def is_due(self) -> bool:
        """Whether a pass is going on, or should begin."""
        return self._cursor is not None or self._monotonic() >= self._next_s

    @property
    def batch(self) -> Mapping[str, Any]:
        """What to ask the desk for."""
        return {"cursor": self._cursor, "limit": _BATCH}

    def take(self, done: Retained) -> None:
        """Go on behind a batch; say what a pass did, at its end."""
        self._counts.update(
            tickets=done.seen,
            erased=sum(done.erased.values()),
            archived=done.archived,
            keys=done.keys,
            held=done.held,
            failed=len(done.failed),
        )
        self._cursor = done.cursor
        if done.cursor is None:
            say(logging.INFO, "retention", **self._counts)
            self._counts.clear()
            self._next_s = self._monotonic() + self._every_s
