"""A draft: the events of one decision on one ticket, folded as they are written.

What reacts to an event (clocks, ladders) is injected: a draft knows that something follows, not what. So everything that
follows can be written against `Draft`, and imports go one way.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from supportflow._dataclass import dataclass
from supportflow._time import Instant, from_us, to_us
from supportflow.conditions.ticket import ticket_record
from supportflow.exceptions import TransitionRefused
from supportflow.kernel.fold.evolve import evolve
from supportflow.lifecycle import Fired
from supportflow.model.base import StatusCategory
from supportflow.model.content import ContentRef
from supportflow.model.events import EventBase, StatusChanged, StatusKept, TicketAdopted, TicketEvent
from supportflow.model.inside import inside
from supportflow.model.made import built
from supportflow.model.people import Actor
from supportflow.model.records import Clock
from supportflow.model.routing import AgentState
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.sla.compiled import CompiledSla
from supportflow.sla.past import Past

__all__ = ["Draft", "Followers", "Report", "Stream"]

E = TypeVar("E", bound=EventBase)

Stream = Callable[[Ticket], tuple[EventBase, ...] | None]
"""Finds the events of a ticket as it was before a decision; None if they are not at hand."""


class Followers(NamedTuple):
    """What a draft runs without knowing it.

    Attributes:
        react: Called after each event with the ticket before it (None if the ticket begins with it): records what follows.
        past: The ticket's past, as its clocks ask for it.
    """

    react: Callable[["Draft", Ticket | None, EventBase], None]
    past: Callable[["Draft"], Past]


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody reports only now.

    Attributes:
        now_us: When they report it.
        before_known: True while the report itself is recorded, if it is of a time before the desk knew the ticket.
        moved: Keys of the clocks that it has moved.
    """

    now_us: int
    before_known: bool = False
    moved: frozenset[str] = frozenset()


class Draft:
    """Collects what a decision records on one ticket, and what it records on others beside it.

    Args:
        ticket: The ticket before the decision; after its first event, if it begins with the decision.
        policy: The policy that it lives under.
        at_us: The instant of the decision. Events never stand before what is already recorded.
        by: Who decides.
        followers: What reacts to its events.
        first: The event that the ticket begins with, folded into `ticket` already; None if the ticket existed before.
        detected_us: The real time of the decision, for what is noticed late.
        moment: The instant `at_us` itself, if it is at hand: to make one costs as much as a small event.
        current: The desk's policy, whose people are called and whose shifts count; the ticket's version, if not given.
        stream: Finds the ticket's events, for clocks that look back.
        people: The requester's other ids.
        people_known: True if these were looked up.
        bound: An SLA policy that applies whatever matches.
        replays: True if facts are only told again: what does not follow from them for the clocks is left out, and no
            ladder starts.
    """

    __slots__ = (
        "_at",
        "_before",
        "_seen",
        "adopting",
        "agents",
        "at_us",
        "bound",
        "by",
        "current",
        "detected_us",
        "events",
        "followers",
        "known_us",
        "observed_at",
        "others",
        "people",
        "people_known",
        "policy",
        "replays",
        "report",
        "stream",
        "ticket",
        "wanted",
        "wants_person",
    )

    def __init__(
        self,
        ticket: Ticket,
        policy: CompiledPolicy,
        at_us: int,
        by: Actor,
        *,
        followers: Followers,
        first: EventBase | None = None,
        detected_us: int | None = None,
        moment: Instant | None = None,
        current: CompiledPolicy | None = None,
        stream: Stream | None = None,
        people: frozenset[str] = frozenset(),
        people_known: bool = False,
        bound: CompiledSla | None = None,
        replays: bool = False,
    ) -> None:
        self.followers = followers
        # Plain: dozens of its fields are read in every decision. `outside` makes a model of it where it leaves.
        now = self.ticket = inside(ticket)
        self.policy = policy
        recorded_at, known_at = now.recorded_at, now.known_at
        # Instants are compared where they are at hand: to count one takes as long as to read ten fields.
        follows = moment is not None and moment >= recorded_at
        self.at_us = at_us if follows else max(at_us, to_us(recorded_at))
        self.by = by
        self.detected_us = at_us if detected_us is None else detected_us
        self.current = current or policy
        self.stream = stream
        self.people = people
        self.people_known = people_known
        self.bound = bound
        self.replays = replays
        self.adopting = type(first) is TicketAdopted
        self.observed_at: Instant | None = None
        self.report: Report | None = None
        # Until when events are marked late: never, once something stands after the desk came to know the ticket.
        self.known_us = 0 if known_at is None or known_at <= recorded_at else to_us(known_at)
        self.events: list[EventBase] = [] if first is None else [first]
        self.agents: dict[str, AgentState] = {}
        self.others: list[Ticket] = []
        # Tickets whose past would have mattered, and was not at hand.
        self.wanted: frozenset[str] = frozenset()
        # Whether what is known of the requester across tickets matters, and was not looked up.
        self.wants_person = False
        # What `at` last answered: several events stand at one instant.
        self._at: tuple[int, Instant] | None = None if moment is None else (at_us, moment)
        # What `view` last answered, and of which ticket at which instant.
        self._seen: tuple[Ticket, int, Mapping[str, object]] | None = None
        # The ticket before the decision; None if it begins with it.
        self._before: Ticket | None = ticket if first is None else None

    def beside(
        self,
        ticket: Ticket,
        policy: CompiledPolicy,
        people: frozenset[str] = frozenset(),
        people_known: bool = False,
    ) -> "Draft":
        """A draft of the same decision: on another ticket, or of this one, to be thrown away.

        Args:
            ticket: The ticket.
            policy: The policy that it lives under.
            people: Its requester's other ids.
            people_known: True if these were looked up.
        """
        return Draft(
            ticket,
            policy,
            self.at_us,
            self.by,
            followers=self.followers,
            detected_us=self.detected_us,
            current=self.current,
            stream=self.stream,
            people=people,
            people_known=people_known,
        )

    @property
    def at(self) -> Instant:
        """The instant of the decision."""
        if self._at is None or self._at[0] != self.at_us:
            self._at = (self.at_us, from_us(self.at_us))
        return self._at[1]

    @property
    def noticed_at(self) -> Instant:
        """When what is due is noticed: now, but where the clock was set back not before what is recorded already."""
        return self.at if self.detected_us <= self.at_us else from_us(self.detected_us)

    def head(self) -> dict[str, Any]:
        """The fields that every event on this ticket starts with."""
        told = self.ticket.__dict__
        return {
            "ticket_id": told["id"],
            "ref": told["ref"],
            "recorded_at": self.at,
            "observed_at": self.observed_at,
            "by": self.by,
        }

    def head_now(self) -> dict[str, Any]:
        """The head of an event that follows from another: the caller's own time is that one's."""
        ticket = self.ticket
        return {"ticket_id": ticket.id, "ref": ticket.ref, "recorded_at": self.at, "by": self.by}

    def event(self, kind: type[E], /, **fields: Any) -> E:
        """An event on this ticket, of fields that are valid already."""
        return built(kind, self.head(), fields)

    def view(self) -> Mapping[str, object]:
        """The ticket's fields now, for conditions, which only read them: made once for a version of it."""
        seen = self._seen
        if seen is None or seen[0] is not self.ticket or seen[1] != self.at_us:
            seen = self._seen = (self.ticket, self.at_us, ticket_record(self.ticket, self.at_us))
        return seen[2]

    # --- recording -----------------------------------------------------------------------------

    def emit(self, event: EventBase) -> None:
        """Record an event, and what follows from it."""
        before = self.record(event)
        self.followers.react(self, before, event)

    def record(self, event: EventBase) -> Ticket:
        """Record an event that nothing reacts to.

        Returns:
            The ticket before it.
        """
        before = self.ticket
        if (self.report is not None or self.at_us < self.known_us) and self.tells_of_before:
            event = _as_late(event)
        self.ticket = evolve(before, event)
        self.events.append(event)
        return before

    def include(self, other: "Draft") -> None:
        """Take in what the same decision records on another ticket, after what is recorded already."""
        self.events += other.events
        self.others.append(other.ticket)
        self.agents.update(other.agents)
        self.wanted |= other.wanted

    # --- the past ------------------------------------------------------------------------------

    @property
    def tells_of_before(self) -> bool:
        """True while what is recorded was before the desk knew the ticket: it is marked `late`, and nobody is called."""
        return self.at_us < self.known_us or (self.report is not None and self.report.before_known)

    def begin_report(self, now_us: int, *, observed_us: int) -> None:
        """What is recorded from here on happened at `observed_us`, and is reported only at `now_us`."""
        known_at = self.ticket.known_at
        self.report = Report(now_us, before_known=known_at is not None and observed_us < to_us(known_at))

    def end_report(self, before: tuple[Clock, ...]) -> None:
        """The report is recorded; what follows from it until now is left.

        Args:
            before: The ticket's clocks before the report.
        """
        assert self.report is not None
        moved = frozenset(clock.key for clock in self.ticket.clocks if clock not in before)
        self.report = Report(self.report.now_us, moved=moved)
        self.observed_at = None

    def history(self) -> tuple[EventBase, ...] | None:
        """Every event of the ticket so far, with those of this decision.

        Returns:
            None if its past is not at hand. Then the ticket is in `wanted`, so that the caller can load it and decide again.
        """
        before: tuple[EventBase, ...] | None = ()
        if self._before is not None:
            before = None if self.stream is None else self.stream(self._before)
        if before is None:
            self.wanted |= {self.ticket.id}
            return None
        own = (one for one in self.events if isinstance(one, TicketEvent) and one.ticket_id == self.ticket.id)
        return (*before, *own)

    # --- the lifecycle -------------------------------------------------------------------------

    def fire(self, trigger: str, *, cause: str, reason: ContentRef | None = None) -> None:
        """Fire a trigger.

        Raises:
            TransitionRefused: If the lifecycle does not accept it now.
        """
        status = self.ticket.status
        lifecycle = self.policy.lifecycle
        answer = lifecycle.fire(status, trigger, self.view)
        if not isinstance(answer, Fired):
            raise TransitionRefused(
                self.ticket.id, status, trigger, answer.unmet_guards, lifecycle.permitted(status, self.view)
            )
        self._go(trigger, answer, cause=cause, reason=reason)

    def _go(self, trigger: str, answer: Fired, *, cause: str, reason: ContentRef | None = None) -> None:
        """Record what a trigger does that was accepted."""
        status = self.ticket.status
        if answer.kept:
            self.emit(self.event(StatusKept, trigger=trigger, status=status, cause=cause, reason=reason))
            return
        self.emit(
            self.event(
                StatusChanged,
                trigger=trigger,
                source=status,
                target=answer.target,
                category=self.policy.lifecycle.category(answer.target),
                cause=cause,
                reason=reason,
            )
        )

    def fire_if_permitted(self, trigger: str, *, cause: str) -> bool:
        """Fire a trigger that follows from something else, if that changes the status; True if it did."""
        found = self.policy.lifecycle.lookup(self.ticket.status, trigger, self.view)
        if found is None or found.kept:
            return False
        self._go(trigger, found, cause=cause)
        return True

    def begin_work(self, cause: str) -> None:
        """Open a new ticket: somebody has touched it."""
        if self.ticket.status_category is StatusCategory.NEW:
            self.fire_if_permitted("start", cause=cause)


def _as_late(event: EventBase) -> EventBase:
    if not isinstance(event, TicketEvent) or event.late:
        return event
    return event.model_copy(update={"late": True})
