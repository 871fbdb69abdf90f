"""The clocks of a ticket at work: what they do at an event is recorded after it."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from supportflow._time import from_us, to_us
from supportflow.conditions.ticket import ticket_record
from supportflow.kernel.past import TicketPast
from supportflow.model.events import ClocksMoved, SlaBreached, SlaJudged
from supportflow.model.people import SYSTEM
from supportflow.model.records import Clock, ClockMove, Verdict
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.sla.compiled import CompiledSla, CompiledTarget
from supportflow.sla.engine import Judgement, react
from supportflow.sla.moment import judge
from supportflow.sla.signals import SIGNAL_BIT, Signal

if TYPE_CHECKING:
    from supportflow.kernel.draft import Draft

__all__ = ["come_under", "give_verdict", "let_react", "names_of"]


def names_of(clock: Clock) -> dict[str, str]:
    """How events name a clock."""
    return {"clock": clock.key, "sla": clock.sla, "target": clock.target, "metric": clock.metric}


def come_under(draft: "Draft", before: Ticket, old: CompiledPolicy) -> None:
    """Record what the clocks do of a ticket that has just come under another policy.

    Args:
        draft: The decision, under the new policy.
        before: The ticket before it.
        old: The policy that counted until now.
    """
    let_react(draft, draft.policy.sla.match(draft.view), SIGNAL_BIT[Signal.UPDATED], before, old=old)


def let_react(
    draft: "Draft",
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
        past=TicketPast(draft),
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
            ClocksMoved(
                ticket_id=draft.ticket.id,
                ref=draft.ticket.ref,
                recorded_at=draft.at,
                by=draft.by,
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
    return sla.targets(lambda: ticket_record(before, to_us(before.recorded_at)))


def give_verdict(draft: "Draft", clock: Clock) -> None:
    """Judge a clock that came back when what it waits for had happened; a breach of which nobody was told is late."""
    assert clock.over_us is not None
    _conclude(draft, clock, judge(clock, clock.over_us, draft.policy))


def _conclude(draft: "Draft", clock: Clock, verdict: Verdict) -> None:
    """Record a verdict; before it the breach, if the clock came back too late for anybody to have been told."""
    if clock.over_us is not None and not verdict.met and clock.breached_us is None:
        draft.record(
            SlaBreached(
                ticket_id=draft.ticket.id,
                ref=draft.ticket.ref,
                recorded_at=draft.at,
                by=SYSTEM,
                **names_of(clock),
                milestone="breach",
                passed=[milestone.key for milestone in clock.milestones].index("breach") + 1,
                reached_at=from_us(verdict.due_us),
                detected_at=from_us(max(draft.detected_us, verdict.due_us)),
                late=True,
            )
        )
    _judge(draft, clock, verdict)


def _judge(draft: "Draft", clock: Clock, verdict: Verdict) -> None:
    draft.record(
        SlaJudged(
            ticket_id=draft.ticket.id,
            ref=draft.ticket.ref,
            recorded_at=draft.at,
            by=draft.by,
            clock=clock.key,
            sla=clock.sla,
            target=clock.target,
            metric=clock.metric,
            verdict=verdict,
        )
    )
