"""Why a clock was missed: what held its ticket up while it counted, until the breach."""

from collections.abc import Iterable, Iterator, Sequence

from supportflow._time import from_us, to_us
from supportflow.calendars import BusinessCalendar
from supportflow.model.events import EventBase, SlaCorrected, SlaExcluded
from supportflow.model.records import Clock
from supportflow.replay.clock_past import clock_past
from supportflow.replay.recording import Case
from supportflow.reports.course import CAUSES, Cause, Phase
from supportflow.sla.explain import account

__all__ = ["adjusted_of", "cause_of"]


def cause_of(
    case: Case, clock: Clock, phases: Sequence[Phase], hours: BusinessCalendar | None
) -> tuple[Cause, dict[Cause, int]]:
    """What held a missed clock's ticket up.

    Args:
        case: The case.
        clock: The clock.
        phases: What held the ticket up, one after the other.
        hours: When the desk is staffed; always, if not given.

    Returns:
        The cause that most counted time until the breach goes to, the first of equals; and each with its time.
    """
    breach_us = _breach_us(clock)
    if clock.folded_us:
        past = clock_past(case, clock.target, clock.cycle)
        clock = clock if past is None else past.clock
    spent: dict[Cause, int] = {}
    for start_us, end_us in _counted(case, clock, breach_us):
        for phase in phases:
            begin, end = max(start_us, phase.start_us), min(end_us, phase.end_us)
            if begin < end:
                inside = end - begin if hours is None else _inside(hours, begin, end)
                for cause, length in ((phase.cause, inside), ("outside_hours", end - begin - inside)):
                    if length:
                        spent[cause] = spent.get(cause, 0) + length
    if not spent:  # a target of no time at all: what is the matter when it is due
        found: Cause = next((one.cause for one in phases if breach_us < one.end_us), "working")
        return found, {}
    return max(CAUSES, key=lambda cause: spent.get(cause, 0)), spent


def _breach_us(clock: Clock) -> int:
    if clock.breached_us is not None:
        return clock.breached_us
    assert clock.verdict is not None
    return clock.verdict.due_us


def _counted(case: Case, clock: Clock, until_us: int) -> Iterator[tuple[int, int]]:
    for one in account(clock, case.events, case.end_us, case.policy).intervals:
        end_us = min(one.end_us, until_us)
        if one.counted_us and one.start_us < end_us:
            yield one.start_us, end_us


def _inside(hours: BusinessCalendar, start_us: int, end_us: int) -> int:
    explained = hours.explain(from_us(start_us), from_us(end_us))
    return sum(to_us(one.end) - to_us(one.start) for one in explained if one.open)


def adjusted_of(events: Iterable[EventBase]) -> dict[str, tuple[bool | None, bool]]:
    """Clocks that were corrected or excluded: key → (met after the correction, excluded)."""
    found: dict[str, tuple[bool | None, bool]] = {}
    for event in events:
        if isinstance(event, SlaCorrected):
            found[event.clock] = (event.met, found.get(event.clock, (None, False))[1])
        elif isinstance(event, SlaExcluded):
            found[event.clock] = (found.get(event.clock, (None, False))[0], True)
    return found
