"""A clock as people and programs read it: durations and instants at one moment, and the account of every second."""

from collections.abc import Sequence
from datetime import timedelta

from supportflow._dataclass import dataclass
from supportflow._time import Instant, from_us
from supportflow.exceptions import InvalidInput
from supportflow.model.events import EventBase
from supportflow.model.records import Clock, Verdict
from supportflow.sla.binding import SlaEnvironment, zone_of
from supportflow.sla.clock import due_us, elapsed_us, next_milestone_us, paused_us
from supportflow.sla.explain import ClockAccount, account
from supportflow.sla.words import UNIVERSAL, when

__all__ = ["ClockReading"]


@dataclass(frozen=True, slots=True)
class ClockReading:
    """A clock, read at an instant.

    Attributes:
        clock: The clock itself.
        at: The instant of the reading.
        events: The ticket's events; None if it was read in a list, without them.
        tz: The ticket's zone, if it has one.
    """

    clock: Clock
    at_us: int
    events: Sequence[EventBase] | None
    env: SlaEnvironment
    tz: str | None
    language: str

    @property
    def at(self) -> Instant:
        """The instant of the reading."""
        return from_us(self.at_us)

    @property
    def state(self) -> str:
        """`running`, `paused`, `met`, `missed` or `cancelled`."""
        return self.clock.state

    @property
    def target(self) -> str:
        """The target's name."""
        return self.clock.target

    @property
    def duration(self) -> timedelta:
        """The target, in counted time."""
        return timedelta(microseconds=self.clock.duration_us)

    @property
    def elapsed(self) -> timedelta:
        """Counted time so far."""
        return timedelta(microseconds=elapsed_us(self.clock, self.at_us, self.env.calendar))

    @property
    def remaining(self) -> timedelta:
        """Counted time that is left; negative once the target is passed."""
        return self.duration - self.elapsed

    @property
    def paused(self) -> timedelta:
        """Total length of its pauses, in elapsed time."""
        return timedelta(microseconds=paused_us(self.clock, self.at_us))

    @property
    def due_at(self) -> Instant | None:
        """When it is due; None while it is paused, or over."""
        due = due_us(self.clock, self.env.calendar)
        return None if due is None else from_us(due)

    @property
    def next_at(self) -> Instant | None:
        """When it reaches its next milestone; None if it has none left or does not run."""
        reached = next_milestone_us(self.clock, self.env.calendar)
        return None if reached is None else from_us(reached)

    @property
    def breached_at(self) -> Instant | None:
        """The true instant of the breach, if there was one."""
        return self.clock.breached_at

    @property
    def verdict(self) -> Verdict | None:
        """How it ended."""
        return self.clock.verdict

    @property
    def tzdata(self) -> str:
        """Version of the time zone data behind the due time."""
        return self.env.calendar(self.clock.calendar).tzdata_version

    def due_in_words(self, *, tz: str | None = None, language: str | None = None) -> str | None:
        """The due time on the requester's clock, in their language: "tomorrow at 10:00". None if it has none.

        If the ticket has no zone, it is the clock of the calendar that counts; and if that is UTC, the words say so.

        Args:
            tz: Another zone than the ticket's.
            language: Another language than the ticket's.

        Raises:
            InvalidInput: If there is no such zone.
        """
        due = self.due_at
        if due is None:
            return None
        language = language or self.language
        asked = tz or self.tz
        if asked is not None:
            return when(due, self.at, tz=asked, language=language)
        own = zone_of(self.clock, due, self.env)
        return when(due, self.at, tz=own, language=language, named=own in UNIVERSAL)

    def explain(self) -> ClockAccount:
        """Every interval with its reason, summing exactly to `elapsed`.

        Raises:
            InvalidInput: If the clock was read in a list: `desk.clocks` reads the history of a ticket, too.
        """
        if self.events is None:
            raise InvalidInput("clock", "was read in a list, without its history: ask desk.clocks")
        return account(self.clock, self.events, self.at_us, self.env)
