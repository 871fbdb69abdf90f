"""A draft: the events of one decision on one ticket, folded as they are written, with the clocks that react to them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from supportflow._time import Instant, from_us, to_us
from supportflow.conditions.ticket import ticket_record
from supportflow.exceptions import TransitionRefused
from supportflow.kernel.bygone import Report, as_late, known_us, reached_late
from supportflow.kernel.climbing import attach, climb, follow
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
    SlaJudged,
    SlaOverdue,
    SlaWarned,
    StatusChanged,
    StatusKept,
    TicketAdopted,
    TicketOpened,
)
from supportflow.model.people import SYSTEM, Actor
from supportflow.model.records import Clock, ClockMove
from supportflow.model.routing import AgentState
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.sla.clock import due_us
from supportflow.sla.compiled import CompiledSla
from supportflow.sla.engine import REMATCH, concerned, react
from supportflow.sla.signals import SIGNAL_BIT, Signal, signals_of

__all__ = ["Draft", "Past"]

Past = Callable[["Draft", Clock], Clock | None]
"""Finds what a clock would be had its target applied from the start; None if it does not apply retroactively."""


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
        "adopting",
        "agents",
        "at_us",
        "bound",
        "by",
        "climbs",
        "closes_itself",
        "current",
        "detected_us",
        "events",
        "known_us",
        "observed_at",
        "others",
        "past",
        "people",
        "people_known",
        "policy",
        "report",
        "ticket",
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
        self.closes_itself = True
        self.climbs = True  # ladders start and follow
        self.current: CompiledPolicy | None = (
            None  # whose people are called: the desk's policy, not the ticket's version
        )
        self.past: Past | None = None
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
        climbs: bool = True,
    ) -> "Draft":
        """The draft of a ticket that begins with this event; `bound` is an SLA policy that applies whatever matches."""
        ticket = evolve(None, event, tenant=tenant)
        draft = cls(ticket, policy, to_us(event.recorded_at), event.by, detected_us=detected_us)
        draft.bound = bound
        draft.adopting = isinstance(event, TicketAdopted)
        draft.climbs = climbs
        draft.events.append(event)
        draft._clocks(None, event, rematch=True)
        follow(draft, event)
        return draft

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

    def view(self) -> Mapping[str, object]:
        """The ticket's fields now, for conditions."""
        return ticket_record(self.ticket, self.at_us)

    def emit(self, event: EventBase) -> None:
        """Record an event, and let the clocks react."""
        before = self._write(event)
        self._clocks(before, event, rematch=False)
        follow(self, event)

    def _write(self, event: EventBase) -> Ticket:
        before = self.ticket
        if self.at_us < self.known_us or self.report is not None:
            event = as_late(self, event)
        self.ticket = evolve(before, event)
        self.events.append(event)
        return before

    def _clocks(self, before: Ticket | None, event: EventBase, *, rematch: bool) -> None:
        signals = signals_of(before, self.ticket, event)
        if self.bound is not None:
            sla: CompiledSla | None = self.bound
        elif rematch or (signals & REMATCH and not self.policy.sla.static):
            sla = self.policy.sla.match(self.view)
        else:
            sla = self.policy.sla.of(self.ticket)
        name = None if sla is None else sla.name
        if sla is None and self.ticket.sla is None:
            return
        if name == self.ticket.sla and sla is not None and not concerned(sla, self.ticket, signals):
            return
        self._react(sla, signals)

    def _react(self, sla: CompiledSla | None, signals: int, *, old: CompiledPolicy | None = None) -> None:
        """Record what the clocks do; `old` is the policy that counted until now, if the ticket has just left it."""
        name = None if sla is None else sla.name
        moves: list[ClockMove] = []
        for step in react(sla, self.ticket, signals, self.at_us, self.view, self.policy, old):
            if isinstance(step, ClockMove):
                moves.append(self._looking_back(step))
                continue
            clock = step.clock
            self._write(
                SlaJudged(
                    ticket_id=self.ticket.id,
                    ref=self.ticket.ref,
                    recorded_at=self.at,
                    by=self.by,
                    clock=clock.key,
                    sla=clock.sla,
                    target=clock.target,
                    metric=clock.metric,
                    verdict=step.verdict,
                )
            )
        if moves or name != self.ticket.sla or old is not None:
            self._write(
                ClocksMoved(
                    ticket_id=self.ticket.id,
                    ref=self.ticket.ref,
                    recorded_at=self.at,
                    by=self.by,
                    moves=tuple(moves),
                    sla=name,
                    policy=None if old is None else self.policy.fingerprint,
                )
            )

    def _looking_back(self, move: ClockMove) -> ClockMove:
        """A clock that is attached late, and retroactively, is what it would be had it been there from the start."""
        if move.move != "attach" or move.state is None or self.past is None:
            return move
        past = self.past(self, move.state)
        return move if past is None else move._replace(state=past, reason="retroactive")

    def move_clocks(self, clocks: Iterable[Clock], reason: str) -> None:
        """Put other states in the place of clocks of the same targets."""
        moves = tuple(
            ClockMove(clock.key, "retarget", self.at_us, state=clock, reason=reason) for clock in clocks
        )
        if moves:
            self._write(ClocksMoved(**self.head(), moves=moves, sla=self.ticket.sla))

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
        self._react(policy.sla.match(self.view), SIGNAL_BIT[Signal.UPDATED], old=old)
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
        due = next_due(self.ticket, self.policy, closing=self.closes_itself, before_us=before_us)
        return None if due is None or due.at_us >= before_us else due

    def _fire(self, due: Due) -> None:
        if due.what == "milestone":
            self._reach(due)
        elif due.what == "uncap":
            clock = self.ticket.clocks[due.place]
            move = ClockMove(
                clock.key, "resume", self.at_us, calendar=clock.calendar, reason="the pause is used up"
            )
            self._write(ClocksMoved(**self.head(), moves=(move,), sla=self.ticket.sla))
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
        self._write(
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
        reached = {
            **self.head(),
            "clock": clock.key,
            "sla": clock.sla,
            "target": clock.target,
            "metric": clock.metric,
            "milestone": milestone.key,
            "passed": clock.passed + 1,
            "reached_at": from_us(due.at_us),
            "detected_at": from_us(max(self.detected_us, due.at_us)),
            "late": reached_late(self, clock, milestone, due.at_us),
        }
        if milestone.key == "breach":
            self._write(SlaBreached(**reached))
        elif milestone.key.startswith("warn"):
            due_at = due_us(clock, self.policy.calendar)
            assert due_at is not None
            self._write(SlaWarned(**reached, due_at=from_us(due_at)))
        else:
            self._write(SlaOverdue(**reached))

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
