"""How the clocks of a case ended."""

from typing import Literal, NamedTuple

from supportflow.model.records import Clock
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.sla.clock import due_us

__all__ = ["CaseVerdicts", "Ended", "TargetVerdict", "verdicts_of"]

Ended = Literal["met", "missed", "undecided", "cancelled"]


class TargetVerdict(NamedTuple):
    """How the clock of one target ended: its latest cycle.

    Attributes:
        ended: `"missed"` also if it was breached and still runs at the log's end; `"undecided"` if nothing is said by
            then.
        sla: The SLA policy that matched.
        duration_us: The target.
        calendar: What counts it.
        due_us: When it was due; None while it is paused.
        stopped_us: When it stopped; None if it did not.
        elapsed_us: What it had counted when it stopped; None if it did not.
    """

    ended: Ended
    sla: str
    duration_us: int
    calendar: str
    due_us: int | None
    stopped_us: int | None
    elapsed_us: int | None


class CaseVerdicts(NamedTuple):
    """How the clocks of one case ended.

    Attributes:
        level: The ticket's priority level at the end.
        sla: The SLA policy at the end; None if none matched.
        targets: By the target's name.
    """

    level: int
    sla: str | None
    targets: dict[str, TargetVerdict]


def verdicts_of(ticket: Ticket, policy: CompiledPolicy) -> CaseVerdicts:
    """How the clocks of a ticket ended."""
    return CaseVerdicts(
        ticket.level, ticket.sla, {clock.target: _verdict(clock, policy) for clock in ticket.clocks}
    )


def _verdict(clock: Clock, policy: CompiledPolicy) -> TargetVerdict:
    judged = clock.verdict
    ended: Ended
    if clock.state in {"met", "missed", "cancelled"}:
        ended = clock.state
    else:
        ended = "undecided" if clock.breached_us is None else "missed"
    return TargetVerdict(
        ended=ended,
        sla=clock.sla,
        duration_us=clock.duration_us,
        calendar=clock.calendar,
        due_us=due_us(clock, policy.calendar) if judged is None else judged.due_us,
        stopped_us=None if judged is None else judged.stopped_us,
        elapsed_us=None if judged is None else judged.elapsed_us,
    )
