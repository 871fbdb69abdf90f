"""One event, as every target of a ticket sees it; and what a clock can do at it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from supportflow._time import to_us
from supportflow.model.records import Clock, ClockMove, Segment, Verdict
from supportflow.model.ticket import Ticket
from supportflow.sla.binding import SlaEnvironment, calendar_of, duration_of
from supportflow.sla.clock import ahead_us, elapsed_us, paused_us, reach_us, reached_in_the_past_us
from supportflow.sla.compiled import CompiledSla, CompiledTarget, milestones
from supportflow.sla.metrics import Holds
from supportflow.sla.past import Past
from supportflow.sla.signals import OPENING

__all__ = ["Drop", "Judgement", "Moment", "Step", "judge", "started", "used_up"]


class Judgement(NamedTuple):
    """A clock that stopped, with its verdict."""

    clock: Clock
    verdict: Verdict


class Drop(NamedTuple):
    """A clock that leaves the ticket."""

    key: str


Step = ClockMove | Judgement | Drop
"""What a clock does: it moves, is judged, or leaves."""


@dataclass(slots=True)
class Moment:
    """One event, as every target sees it.

    Attributes:
        sla: The SLA policy that applies after the event.
        ticket: The ticket after it, with its clocks as they were before it.
        signals: What the event means.
        at_us: When it stands in its stream.
        view: Gives the ticket's fields after it.
        env: The policy that the ticket lives under.
        old: The policy that counted until now; `env`, if the ticket has not just left one.
        rematch: True if another target can have taken the place of a clock's.
        category: The bit of the ticket's status category.
        applied: Gives the targets that applied before the event; None if those that apply now have applied all along.
        past: The ticket's past, if somebody knows it.
    """

    sla: CompiledSla
    ticket: Ticket
    signals: int
    at_us: int
    view: Callable[[], Mapping[str, object]]
    env: SlaEnvironment
    old: SlaEnvironment
    rematch: bool
    category: int
    applied: Callable[[], Mapping[str, CompiledTarget]] | None
    past: Past | None

    def holds(self, condition: Holds | None) -> bool:
        """True if the ticket meets a condition, or there is none."""
        return condition is None or condition(self.view())

    def starts(self, target: CompiledTarget, signals: int) -> bool:
        """True if these signals start a cycle of a target."""
        return bool(signals & target.metric.start) and self.holds(target.metric.start_when)

    def pauses(self, target: CompiledTarget) -> bool:
        """True if the ticket is in a state that pauses a target's clock."""
        metric = target.metric
        return bool(self.category & metric.pause) or (
            metric.pause_when is not None and metric.pause_when(self.view())
        )


def used_up(target: CompiledTarget, clock: Clock, at_us: int) -> bool:
    """True if a clock has been paused for as long as its target allows in all."""
    return target.max_pause_us is not None and paused_us(clock, at_us) >= target.max_pause_us


def judge(clock: Clock, at_us: int, env: SlaEnvironment) -> Verdict:
    """The verdict of a clock that stops now.

    A running clock is met if it stops no later than it is due. A paused one stopped counting when the pause began: it is
    met unless it was breached before, or has counted too much where nobody was told.
    """
    name = clock.calendar
    calendar = env.calendar(name)
    if clock.breached_us is not None:
        due_us, met = clock.breached_us, False
    elif clock.running:
        due_us = reach_us(clock, clock.duration_us, env.calendar)
        met = at_us <= due_us
    else:
        left = clock.duration_us - clock.banked_us
        met = left >= 0
        due_us = (
            ahead_us(calendar, at_us, left, clock.edge)
            if met
            else reached_in_the_past_us(clock, clock.duration_us, env.calendar)
        )
    counted_us = elapsed_us(clock, at_us, env.calendar)
    return Verdict(met, due_us, at_us, counted_us, env.fingerprint, name, calendar.tzdata_version)


def started(
    moment: Moment,
    target: CompiledTarget,
    cycle: int,
    carried: Clock | None,
    *,
    paused: bool | None = None,
) -> ClockMove:
    """The move that starts a cycle.

    Args:
        moment: The event by which it starts.
        target: Its target.
        cycle: Its number.
        carried: The stopped clock that it goes on from, if it does.
        paused: Whether it starts paused; what the ticket's state says, if not given.
    """
    ticket, sla = moment.ticket, moment.sla
    calendar = calendar_of(target, ticket, moment.env)
    # The first cycle of a ticket that came in earlier than it was recorded starts when it came in.
    # That of one that the host foresaw, when its requester first wrote.
    began = ticket.opened_at if ticket.contacted_at is None else ticket.contacted_at
    start_us = to_us(began) if cycle == 1 and moment.signals & OPENING else moment.at_us
    paused = moment.pauses(target) if paused is None else paused
    segment = Segment(start_us, start_us, calendar, 0) if paused else Segment(start_us, None, calendar)
    key = f"{sla.name}/{target.slot}#{cycle}"
    if carried is None:
        duration_us = duration_of(target, moment.env.calendar(calendar), start_us)
        state = Clock(
            key=key,
            sla=sla.name,
            target=target.slot,
            metric=target.metric.name,
            cycle=cycle,
            duration_us=duration_us,
            edge=target.edge,
            milestones=milestones(target, duration_us),
            state="paused" if paused else "running",
            segments=(segment,),
            banked_us=0,
            folded_us=0,
            paused_us=0,
            passed=0,
            started_us=start_us,
            attached_us=start_us,
        )
    else:
        assert carried.verdict is not None
        state = carried._replace(
            key=key,
            cycle=cycle,
            state="paused" if paused else "running",
            segments=(*carried.segments, segment),
            paused_us=carried.paused_us + start_us - carried.verdict.stopped_us,
            verdict=None,
            excluded=False,
        )
    return ClockMove(key, "start", moment.at_us, state=state, reason="resumed" if carried else None)
