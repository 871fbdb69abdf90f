"""What the clocks of a ticket do: after an event, under another policy, and when time passes."""

from collections.abc import Iterable, Mapping
from functools import partial

from supportflow._time import from_us, to_us
from supportflow.conditions.ticket import ticket_record
from supportflow.kernel.draft import Draft
from supportflow.model.events import ClocksMoved, EventBase, SlaBreached, SlaJudged, SlaOverdue, SlaWarned
from supportflow.model.made import made
from supportflow.model.people import SYSTEM
from supportflow.model.records import Clock, ClockMove, Milestone, Verdict
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.sla.clock import due_us, next_milestone_us, reach_us
from supportflow.sla.compiled import CompiledSla, CompiledTarget
from supportflow.sla.engine import REMATCH, Judgement, concerned, react
from supportflow.sla.moment import judge
from supportflow.sla.signals import SIGNAL_BIT, Signal, signals_of

__all__ = ["change_policy", "clocks_react", "give_verdict", "reach_milestone", "replace_clocks"]


def clocks_react(draft: Draft, before: Ticket | None, event: EventBase) -> None:
    """Record what the clocks of a ticket do at an event.

    Args:
        draft: The decision that has recorded it.
        before: The ticket before it; None if the ticket begins with it.
        event: The event.
    """
    signals, index = signals_of(before, draft.ticket, event), draft.policy.sla
    if draft.bound is not None:
        sla: CompiledSla | None = draft.bound
    elif before is None or index.restless or (signals & REMATCH and not index.static):
        sla = index.match(draft.view)
    else:
        sla = index.of(draft.ticket)  # nothing that an SLA policy is chosen by has changed
    name = None if sla is None else sla.name
    if sla is None and draft.ticket.sla is None:
        return
    if name == draft.ticket.sla and sla is not None and not concerned(sla, draft.ticket, signals):
        return
    _let_react(draft, sla, signals, before)


def change_policy(draft: Draft, policy: CompiledPolicy) -> None:
    """Go on under another policy, and record what the clocks do about it."""
    before, old = draft.ticket, draft.policy
    draft.policy = policy
    _let_react(draft, policy.sla.match(draft.view), SIGNAL_BIT[Signal.UPDATED], before, old=old)


def replace_clocks(draft: Draft, clocks: Iterable[Clock], reason: str) -> None:
    """Replace the states of clocks of the same targets: what another ticket has counted counts here, too."""
    moves = tuple(
        ClockMove(clock.key, "retarget", draft.at_us, state=clock, reason=reason, cause="joined")
        for clock in clocks
    )
    if moves:
        draft.record(draft.event(ClocksMoved, moves=moves, sla=draft.ticket.sla))


def reach_milestone(draft: Draft, clock: Clock) -> None:
    """Record that a clock has reached its next milestone."""
    milestone = clock.milestones[clock.passed]
    reached_us = next_milestone_us(clock, draft.policy.calendar)
    assert reached_us is not None
    reached = {
        **_names_of(clock),
        "milestone": milestone.key,
        "passed": clock.passed + 1,
        "reached_at": from_us(reached_us),
        "detected_at": draft.noticed_at,
        "late": _is_late(draft, clock, milestone, reached_us),
    }
    if milestone.key == "breach":
        draft.record(draft.event(SlaBreached, **reached))
    elif milestone.key.startswith("warn"):
        due_at = due_us(clock, draft.policy.calendar)
        assert due_at is not None
        draft.record(draft.event(SlaWarned, **reached, due_at=from_us(due_at)))
    else:
        draft.record(draft.event(SlaOverdue, **reached))


def _is_late(draft: Draft, clock: Clock, milestone: Milestone, at_us: int) -> bool:
    """True if a milestone was past before the desk could know of it. Then nobody is called for it.

    A breach is the exception, unless the ticket is adopted or the clock is retroactive: of a ticket that came in late, and
    of a clock that a late report or a shorter target has moved, the breach calls somebody once: it is overdue now.
    """
    if draft.adopting or (clock.retroactive and at_us < clock.attached_us):
        return True
    if milestone.key == "breach":
        return False
    if at_us < to_us(draft.ticket.recorded_at):
        return True
    report = draft.report
    if report is not None and clock.key in report.moved and at_us < report.now_us:
        return True
    return at_us == clock.attached_us and _truly_us(draft, clock, milestone) < clock.attached_us


def _truly_us(draft: Draft, clock: Clock, milestone: Milestone) -> int:
    """When the clock had counted that much, even if that was before its target came to apply."""
    return reach_us(clock._replace(retroactive=True), milestone.after_us, draft.policy.calendar)


def _let_react(
    draft: Draft,
    sla: CompiledSla | None,
    signals: int,
    before: Ticket | None,
    *,
    old: CompiledPolicy | None = None,
) -> None:
    """Record what the clocks of a ticket do at an event that was recorded.

    Args:
        draft: The decision.
        sla: The SLA policy that applies after the event.
        signals: What the event means.
        before: The ticket before it; None if it begins with it.
        old: The policy that counted until now, if the ticket has just left it.
    """
    name = None if sla is None else sla.name
    moves: list[ClockMove] = []
    dropped: list[str] = []
    always = draft.bound is not None or (old is None and not draft.policy.sla.looks_back)
    steps = react(
        sla,
        draft.ticket,
        signals,
        draft.at_us,
        draft.view,
        draft.policy,
        old,
        applied=None if always else partial(_applied, before, old or draft.policy),
        past=draft.followers.past(draft),
    )
    for step in steps:
        if isinstance(step, ClockMove):
            moves.append(step)
        elif isinstance(step, Judgement):
            _conclude(draft, step.clock, step.verdict)
        else:
            dropped.append(step.key)
    if moves or name != draft.ticket.sla or old is not None:
        draft.record(
            made(
                ClocksMoved,
                draft.head_now(),
                moves=tuple(moves),
                sla=name,
                policy=None if old is None else draft.policy.fingerprint,
                dropped=tuple(dropped),
            )
        )


def _applied(before: Ticket | None, policy: CompiledPolicy) -> Mapping[str, CompiledTarget]:
    """The targets that applied to the ticket before an event."""
    sla = None if before is None else policy.sla.of(before)
    if before is None or sla is None:
        return {}
    return sla.targets(before, lambda: ticket_record(before, to_us(before.recorded_at)))


def give_verdict(draft: Draft, clock: Clock) -> None:
    """Judge a clock that was reinstated after the event that decides it. A breach that comes to light so is late."""
    assert clock.over_us is not None
    _conclude(draft, clock, judge(clock, clock.over_us, draft.policy))


def _conclude(draft: Draft, clock: Clock, verdict: Verdict) -> None:
    """Record a verdict; before it the breach, if the clock came back too late for anybody to have been told."""
    if clock.over_us is not None and not verdict.met and clock.breached_us is None:
        draft.record(
            made(
                SlaBreached,
                draft.head_now(),
                by=SYSTEM,
                **_names_of(clock),
                milestone="breach",
                passed=[milestone.key for milestone in clock.milestones].index("breach") + 1,
                reached_at=from_us(verdict.due_us),
                detected_at=draft.noticed_at,
                late=True,
            )
        )
    _judge(draft, clock, verdict)


def _judge(draft: Draft, clock: Clock, verdict: Verdict) -> None:
    draft.record(
        made(
            SlaJudged,
            draft.head_now(),
            clock=clock.key,
            sla=clock.sla,
            target=clock.target,
            metric=clock.metric,
            verdict=verdict,
        )
    )


def _names_of(clock: Clock) -> dict[str, str]:
    """How events name a clock."""
    return {"clock": clock.key, "sla": clock.sla, "target": clock.target, "metric": clock.metric}
