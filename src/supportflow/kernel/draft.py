"""A draft: the events of one decision on one ticket, folded as they are written, with the clocks that react to them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from supportflow._time import Instant, from_us, to_us
from supportflow.conditions.ticket import ticket_record
from supportflow.exceptions import TransitionRefused
from supportflow.kernel.bygone import Report, as_late, known_us, reached_late
from supportflow.kernel.climbing import attach, climb, follow
from supportflow.kernel.clockwork import come_under, give_verdict, let_react, names_of
from supportflow.kernel.evolve import evolve
from supportflow.kernel.settling import look_again
from supportflow.kernel.waiting import pass_time
from supportflow.kernel.wakeup import Due, next_due
from supportflow.lifecycle import Fired
from supportflow.model.base import StatusCategory
from supportflow.model.content import ContentRef
from supportflow.model.events import (
    ClocksMoved,
    EventBase,
    PartyDeadlinePassed,
    SlaBreached,
    SlaOverdue,
    SlaWarned,
    StatusChanged,
    StatusKept,
    TicketAdopted,
    TicketEvent,
    TicketOpened,
)
from supportflow.model.people import SYSTEM, Actor
from supportflow.model.records import Clock, ClockMove
from supportflow.model.routing import AgentState
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.sla.clock import due_us, next_milestone_us
from supportflow.sla.compiled import CompiledSla
from supportflow.sla.engine import REMATCH, concerned
from supportflow.sla.signals import signals_of

__all__ = ["Draft", "Stream"]

Stream = Callable[[Ticket], tuple[EventBase, ...] | None]
"""Finds the events of a ticket as it was before a decision; None if they are not at hand."""


class Draft:
    """Collects what a decision records on one ticket, and takes in what it records on others.

    Args:
        ticket: The ticket before the decision.
        policy: The policy that it lives under.
        at_us: The instant of the decision. Events never stand before what is already recorded.
        detected_us: The real time of the decision, for what is noticed late.
        moment: The instant `at_us` itself, if it is at hand: to make one costs as much as a small event.
    """

    __slots__ = (
        "_at",
        "_before",
        "adopting",
        "agents",
        "at_us",
        "bound",
        "by",
        "climbs",
        "current",
        "detected_us",
        "events",
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
    )

    def __init__(
        self,
        ticket: Ticket,
        policy: CompiledPolicy,
        at_us: int,
        by: Actor,
        *,
        detected_us: int | None = None,
        observed_at: Instant | None = None,
        moment: Instant | None = None,
    ) -> None:
        # What `at` last answered: several events stand at one instant.
        self._at: tuple[int, Instant] | None = None if moment is None else (at_us, moment)
        # The ticket before the decision; None if it begins with it.
        self._before: Ticket | None = ticket
        self.ticket = ticket
        self.known_us = known_us(self)
        self.report: Report | None = None
        self.policy = policy
        self.at_us = max(at_us, to_us(ticket.recorded_at))
        self.detected_us = at_us if detected_us is None else detected_us
        self.by = by
        self.observed_at = observed_at
        self.events: list[EventBase] = []
        self.agents: dict[str, AgentState] = {}
        self.others: list[Ticket] = []
        self.adopting = False
        self.bound: CompiledSla | None = None
        self.replays = (
            False  # only tells facts again: what does not follow from them for the clocks is left out
        )
        self.climbs = True  # ladders start and follow
        self.current: CompiledPolicy | None = (
            None  # whose people are called: the desk's policy, not the ticket's version
        )
        self.stream: Stream | None = None
        self.wanted: frozenset[str] = (
            frozenset()
        )  # tickets whose past would have mattered, and was not at hand
        self.people: frozenset[str] = frozenset()  # the requester's other ids
        self.people_known = False

    @classmethod
    def opening(
        cls,
        event: TicketOpened | TicketAdopted,
        policy: CompiledPolicy,
        tenant: str,
        *,
        detected_us: int,
        bound: CompiledSla | None = None,
        replays: bool = False,
    ) -> "Draft":
        """The draft of a ticket that begins with this event.

        Args:
            event: The event.
            policy: The policy that it will live under.
            tenant: The tenant.
            detected_us: The real time.
            bound: An SLA policy that applies whatever matches.
            replays: True if it only tells facts again.
        """
        ticket = evolve(None, event, tenant=tenant)
        draft = cls(ticket, policy, to_us(event.recorded_at), event.by, detected_us=detected_us)
        draft._before = None
        draft.bound = bound
        draft.adopting = isinstance(event, TicketAdopted)
        draft.replays = replays
        draft.climbs = not replays
        draft.events.append(event)
        draft._clocks(None, event, rematch=True)
        follow(draft, event)
        return draft

    @classmethod
    def replaying(
        cls,
        event: TicketOpened | TicketAdopted,
        policy: CompiledPolicy,
        tenant: str,
        *,
        detected_us: int,
        bound: CompiledSla | None = None,
    ) -> "Draft":
        """A draft that tells a ticket's facts again from this first event on, under another policy or one target."""
        begun = event.model_copy(update={"policy": policy.fingerprint})
        return cls.opening(begun, policy, tenant, detected_us=detected_us, bound=bound, replays=True)

    def beside(self, ticket: Ticket, bound: CompiledSla) -> "Draft":
        """A draft that tells facts again from a ticket of the past on, under this policy and one SLA policy of it."""
        draft = Draft(ticket, self.policy, to_us(ticket.recorded_at), self.by, detected_us=self.detected_us)
        draft.bound, draft.replays, draft.climbs = bound, True, False
        return draft

    def story(self) -> tuple[EventBase, ...] | None:
        """Every event of the ticket so far, this decision's among them; None, and wanted, if its past is not at hand."""
        before: tuple[EventBase, ...] | None = ()
        if self._before is not None:
            before = None if self.stream is None else self.stream(self._before)
        if before is None:
            self.wanted |= {self.ticket.id}
            return None
        own = (one for one in self.events if isinstance(one, TicketEvent) and one.ticket_id == self.ticket.id)
        return (*before, *own)

    @property
    def at(self) -> Instant:
        """The instant of the decision."""
        if self._at is None or self._at[0] != self.at_us:
            self._at = (self.at_us, from_us(self.at_us))
        return self._at[1]

    def head(self) -> dict[str, Any]:
        """The fields that every event on this ticket starts with."""
        return {
            "ticket_id": self.ticket.id,
            "ref": self.ticket.ref,
            "recorded_at": self.at,
            "observed_at": self.observed_at,
            "by": self.by,
        }

    def include(self, other: "Draft") -> None:
        """Take in what the same decision records on another ticket, after what is recorded already."""
        self.events += other.events
        self.others.append(other.ticket)
        self.agents.update(other.agents)
        self.wanted |= other.wanted

    def view(self) -> Mapping[str, object]:
        """The ticket's fields now, for conditions."""
        return ticket_record(self.ticket, self.at_us)

    def emit(self, event: EventBase) -> None:
        """Record an event, and let the clocks react."""
        before = self.record(event)
        self._clocks(before, event, rematch=False)
        follow(self, event)

    def record(self, event: EventBase) -> Ticket:
        """Record an event that nothing reacts to; the ticket before it."""
        before = self.ticket
        if self.at_us < self.known_us or self.report is not None:
            event = as_late(self, event)
        self.ticket = evolve(before, event)
        self.events.append(event)
        return before

    def _clocks(self, before: Ticket | None, event: EventBase, *, rematch: bool) -> None:
        signals, index = signals_of(before, self.ticket, event), self.policy.sla
        if self.bound is not None:
            sla: CompiledSla | None = self.bound
        elif rematch or index.restless or (signals & REMATCH and not index.static):
            sla = index.match(self.view)
        else:
            sla = index.of(self.ticket)
        name = None if sla is None else sla.name
        if sla is None and self.ticket.sla is None:
            return
        if name == self.ticket.sla and sla is not None and not concerned(sla, self.ticket, signals):
            return
        let_react(self, sla, signals, before)

    def move_clocks(self, clocks: Iterable[Clock], reason: str) -> None:
        """Put other states in the place of clocks of the same targets."""
        moves = tuple(
            ClockMove(clock.key, "retarget", self.at_us, state=clock, reason=reason, cause="joined")
            for clock in clocks
        )
        if moves:
            self.record(ClocksMoved(**self.head(), moves=moves, sla=self.ticket.sla))

    def move_to(self, policy: CompiledPolicy, *, since_us: int | None = None) -> None:
        """Go on under another policy version, if that knows the ticket's status and class.

        Args:
            policy: The version.
            since_us: When that began to be so, if it was before this decision: the move stands there, or after what is
                recorded since.
        """
        ticket, old = self.ticket, self.policy
        known = policy.lifecycle.definition.statuses.get(ticket.status) is ticket.status_category
        if not known or ticket.priority_class not in policy.document.classes:
            return
        at_us, by = self.at_us, self.by
        if since_us is not None:
            self.at_us, self.by = min(max(since_us, to_us(ticket.recorded_at)), at_us), SYSTEM
        self.policy = policy
        come_under(self, ticket, old)
        attach(self, "policy")
        if since_us is not None:
            look_again(self)
        self.at_us, self.by = at_us, by

    # --- what time does ------------------------------------------------------------------------

    def advance(self, until_us: int) -> None:
        """Let everything happen that was due strictly before an instant, in order, each at its own instant."""
        due = self._next_due(until_us)
        if due is None:
            self.at_us = max(self.at_us, until_us)
            return
        by, observed_at, at_us = self.by, self.observed_at, self.at_us
        self.by, self.observed_at = SYSTEM, None
        while due is not None:
            self.at_us = max(due.at_us, to_us(self.ticket.recorded_at))
            self._fire(due)
            due = self._next_due(until_us)
        self.by, self.observed_at = by, observed_at
        self.at_us = max(at_us, until_us, to_us(self.ticket.recorded_at))

    def _next_due(self, before_us: int) -> Due | None:
        due = next_due(self.ticket, self.policy, replays=self.replays, bound=self.bound, before_us=before_us)
        return None if due is None or due.at_us >= before_us else due

    def _fire(self, due: Due) -> None:
        if due.what == "milestone":
            self._reach(due)
        elif due.what == "verdict":
            give_verdict(self, self.ticket.clocks[due.place])
        elif due.what == "uncap":
            clock = self.ticket.clocks[due.place]
            move = ClockMove(
                clock.key, "resume", self.at_us, calendar=clock.calendar, reason="the pause is used up"
            )
            self.record(ClocksMoved(**self.head(), moves=(move,), sla=self.ticket.sla))
        elif due.what == "party_deadline":
            self._overdue(due)
        elif due.what == "ladder":
            climb(self, due.place, due.at_us)
        elif due.what != "auto_close":
            pass_time(self, due.what)
        else:
            self.fire("close", cause="auto_close")

    def _overdue(self, due: Due) -> None:
        party = self.ticket.case.parties[due.place]
        self.record(
            PartyDeadlinePassed(
                **self.head(),
                role=party.role,
                party=party.id,
                due_at=from_us(due.at_us),
                missing=party.missing,
                detected_at=from_us(max(self.detected_us, due.at_us)),
            )
        )

    def _reach(self, due: Due) -> None:
        clock = self.ticket.clocks[due.place]
        milestone = clock.milestones[clock.passed]
        reached_us = next_milestone_us(clock, self.policy.calendar)
        assert reached_us is not None
        reached = {
            **self.head(),
            **names_of(clock),
            "milestone": milestone.key,
            "passed": clock.passed + 1,
            "reached_at": from_us(reached_us),
            "detected_at": from_us(max(self.detected_us, reached_us)),
            "late": reached_late(self, clock, milestone, reached_us),
        }
        if milestone.key == "breach":
            self.record(SlaBreached(**reached))
        elif milestone.key.startswith("warn"):
            due_at = due_us(clock, self.policy.calendar)
            assert due_at is not None
            self.record(SlaWarned(**reached, due_at=from_us(due_at)))
        else:
            self.record(SlaOverdue(**reached))

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
        if answer.kept:
            self.emit(StatusKept(**self.head(), trigger=trigger, status=status, cause=cause, reason=reason))
            return
        self.emit(
            StatusChanged(
                **self.head(),
                trigger=trigger,
                source=status,
                target=answer.target,
                category=lifecycle.category(answer.target),
                cause=cause,
                reason=reason,
            )
        )

    def fire_if_permitted(self, trigger: str, *, cause: str) -> bool:
        """Fire a trigger that follows from something else, if that changes the status; True if it did."""
        found = self.policy.lifecycle.lookup(self.ticket.status, trigger, self.view)
        if found is None or found.kept:
            return False
        self.fire(trigger, cause=cause)
        return True

    def begin_work(self, cause: str) -> None:
        """A new ticket that somebody touches is open."""
        if self.ticket.status_category is StatusCategory.NEW:
            self.fire_if_permitted("start", cause=cause)
