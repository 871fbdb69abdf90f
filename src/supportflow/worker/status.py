"""How a worker does: what its probes, its metrics and its log say. Numbers only."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Literal

from supportflow._forks import Locked
from supportflow.flows import Tick

__all__ = ["State", "Status"]

State = Literal["starting", "working", "failing", "stopping", "stopped"]
"""`failing`: the last round ended in an error, such as a store that is down."""


class Status(Locked):
    """What is known of a worker; written by its loop, read by any thread.

    Args:
        stall_after_s: Without a sign of life for so long, it counts as stuck.
        monotonic: A clock that only goes forward, in seconds.
    """

    def __init__(self, stall_after_s: float = 300.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._stall_after_s = stall_after_s
        self._beat_at = monotonic()
        self._state: State = "starting"
        self._counts: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()

    # --- written by the loop -------------------------------------------------------------------

    def beat(self) -> None:
        """A sign of life. Within a round there is one before each ticket and each delivery."""
        self._beat_at = self._monotonic()

    def enter(self, state: State) -> None:
        """Be in a state from now on."""
        self.beat()
        self._state = state

    def count(self, tick: Tick, offered: int = 0) -> None:
        """Count what a round did."""
        with self._lock:
            self._counts.update(
                rounds=1,
                tickets=tick.tickets,
                tickets_failed=len(tick.failed),
                delivered=tick.delivered,
                retried=tick.retried,
                dead=tick.dead,
                offered=offered,
            )
            self._kinds.update(event.kind for event in tick.events)

    def left_out(self, number: int) -> None:
        """So many rows cannot be read at present."""
        with self._lock:
            self._counts["unreadable"] = number

    def count_failure(self, error: str) -> None:
        """Count a round that ended in an error, by its class."""
        with self._lock:
            self._counts["rounds_failed"] += 1
            self._errors[error] += 1

    # --- read by anybody -----------------------------------------------------------------------

    @property
    def state(self) -> State:
        """What it does."""
        return self._state

    @property
    def ready(self) -> bool:
        """Whether it works: its last round went well, and nobody has asked it to stop."""
        return self._state == "working" and self.live

    @property
    def live(self) -> bool:
        """Whether it gives signs of life. A worker whose store is down is alive: starting it anew would not help."""
        return self._state == "stopped" or self._monotonic() - self._beat_at < self._stall_after_s

    @property
    def counts(self) -> Mapping[str, int]:
        """What it has done: rounds, tickets, deliveries."""
        with self._lock:
            return dict(self._counts)

    @property
    def kinds(self) -> Mapping[str, int]:
        """How many events its rounds recorded, by kind."""
        with self._lock:
            return dict(self._kinds)

    @property
    def errors(self) -> Mapping[str, int]:
        """How many rounds failed, by the class of the error."""
        with self._lock:
            return dict(self._errors)
