"""What is counted while a run goes on, in microseconds and in the order of arrival."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from supportflow.model.events import EventBase, OfferDeclined, OfferExpired, OfferMade, SlaJudged
from supportflow.model.ticket import Ticket
from supportflow.model.written import written
from supportflow.simulation.plan import Plan

__all__ = ["Follower", "Passing", "Point", "Tally", "Waited"]

Passing = Callable[[int], object]
"""Told the instant that a run has come to, in microseconds since its start."""

Follower = Callable[[int, Ticket, Sequence[EventBase]], object]
"""Told which ticket it is, by its place among those that came, how it is now, and what was recorded of it."""


_OFFERS: dict[type[EventBase], str] = {OfferMade: "made", OfferDeclined: "declined", OfferExpired: "expired"}


class Waited(NamedTuple):
    """A ticket whose first wait has ended.

    Attributes:
        number: When it came, among all.
        waited_us: For how long it waited.
        served: False if it was withdrawn.
    """

    number: int
    waited_us: int
    served: bool


class Point(NamedTuple):
    """The backlog at an instant.

    Attributes:
        at_us: When, since the start.
        open: Tickets that are not ended.
        waiting: Those of them that wait for an agent, or for an agent's answer to an offer.
        working: Agents' units of capacity in use.
    """

    at_us: int
    open: int
    waiting: int
    working: int


class Tally:
    """The counts of one run.

    Args:
        plan: Says what is measured: what came after the warm-up, and the time from there to the end.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._hash = hashlib.sha256()
        self.events = 0
        self.arrived: Counter[str] = Counter()
        self.waits: dict[str, list[Waited]] = {}
        self.times: dict[str, list[tuple[int, int]]] = {}
        self.judged: Counter[tuple[str, bool]] = Counter()
        self.late: Counter[str] = Counter()
        self.offers: Counter[str] = Counter()
        self.reopened = self.not_ended = self.unserved = 0
        self.open = self.waiting = self.working = 0
        self.most_waiting = self.most_open = 0
        self.open_at_end = self.waiting_at_end = 0
        self.points: list[Point] = []
        self.used_us: Counter[str] = Counter()
        self.there_us: Counter[str] = Counter()
        self._used: Counter[str] = Counter()
        self._there: Counter[str] = Counter()
        self._waiting_us = 0
        self._next_us = plan.start_us
        self._last_us = plan.start_us

    @property
    def digest(self) -> str:
        """SHA-256 of every event of the run, in order."""
        return self._hash.hexdigest()

    @property
    def mean_waiting(self) -> float:
        """Tickets that waited, in the mean over the time that is measured."""
        return self._waiting_us / (self._plan.end_us - self._plan.warm_us)

    # --- what happens

    def recorded(self, event: EventBase, *, counts: bool) -> None:
        """An event was recorded; it counts unless its ticket came during the warm-up."""
        self._hash.update(written(event))
        self._hash.update(b"\n")
        self.events += 1
        if not counts:
            return
        kind = type(event)  # to ask a model's class whether it has an instance costs as much as a small event
        if kind in _OFFERS:
            self.offers[_OFFERS[kind]] += 1
        elif kind is SlaJudged and isinstance(event, SlaJudged):
            self.judged[f"{event.sla}/{event.target}", event.verdict.met] += 1

    def wait_ended(self, priority_class: str, waited: Waited) -> None:
        """A ticket found its agent, or was withdrawn."""
        self.waits.setdefault(priority_class, []).append(waited)

    def left_open(self, ticket: Ticket, *, waited: bool) -> None:
        """A ticket that is still open in the end, and its clocks that are late."""
        self.unserved += not waited
        for clock in ticket.clocks:
            if clock.running and clock.breached_us is not None:
                self.late[f"{clock.sla}/{clock.target}"] += 1

    def ended(self, priority_class: str, number: int, took_us: int) -> None:
        """A ticket was resolved for the first time."""
        self.times.setdefault(priority_class, []).append((number, took_us))

    def see(self, *, open_: int, waiting: int) -> None:
        """More or fewer tickets are open, and wait."""
        self.open += open_
        self.waiting += waiting

    def capacity(self, tier: str, *, used: int = 0, there: int = 0) -> None:
        """More or fewer units of a tier's capacity are in use, and on duty."""
        self._used[tier] += used
        self._there[tier] += there
        self.working += used

    def pass_to(self, at_us: int) -> None:
        """Time passes."""
        plan = self._plan
        while self._next_us <= at_us and self._next_us <= plan.end_us:
            self.points.append(Point(self._next_us - plan.start_us, self.open, self.waiting, self.working))
            self._next_us += plan.sample_us
        if self._last_us < plan.end_us <= at_us:
            self.open_at_end, self.waiting_at_end = self.open, self.waiting
        # What comes and goes at one instant was never there.
        self.most_open = max(self.most_open, self.open)
        self.most_waiting = max(self.most_waiting, self.waiting)
        passed = min(at_us, plan.end_us) - max(self._last_us, plan.warm_us)
        if passed > 0:
            for tier, used in self._used.items():
                self.used_us[tier] += used * passed
            for tier, there in self._there.items():
                self.there_us[tier] += there * passed
            self._waiting_us += self.waiting * passed
        self._last_us = at_us
