"""Why a clock, a class or a place differs: from what was recorded under both policies."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, zip_longest
from typing import NamedTuple

from supportflow._time import from_us, to_us
from supportflow.model.events import AssignmentChanged, EventBase, StatusChanged
from supportflow.model.records import Clock, Segment
from supportflow.model.ticket import Ticket
from supportflow.replay.clock_past import clock_past
from supportflow.replay.recording import Case
from supportflow.sla.explain import ClockInterval, account
from supportflow.sla.policy import span_name
from supportflow.triage.compiled import account as priority_account
from supportflow.whatif.difference import Reason, Stretch
from supportflow.whatif.ending import ClockEnd, minute, place_of

__all__ = ["clock_reasons", "fact_reason"]

_CANCELLED = {
    "lapsed": "the target stopped applying",
    "ended": "the ticket ended",
    "signal": "its metric says so",
}
_NOT_STARTED = ClockInterval(0, 0, "not started", 0, "closed")
_OVER = ClockInterval(0, 0, "over", 0, "closed")


def fact_reason(what: str, mine: Case, theirs: Case) -> Reason:
    """Why a class, level, status, place or owner differs."""
    a, b = mine.ticket, theirs.ticket
    if what in {"class", "level"}:
        return Reason(kind="rule", before=priority_account(a), after=priority_account(b))
    if what == "place" and a.group == b.group:
        before, after = _route(a), _route(b)
        if before == after:  # another tier or skill inside a route of one name
            before, after = f"{before}: {place_of(a)}", f"{after}: {place_of(b)}"
        return Reason(kind="route", before=before, after=after)
    kind = StatusChanged if what == "status" else AssignmentChanged
    before, after = _parting(mine.events, theirs.events, kind)
    return Reason(kind="course", before=before, after=after)


def _route(ticket: Ticket) -> str:
    return "no routing" if ticket.routing.route is None else f"route {ticket.routing.route!r}"


def _parting(
    mine: Sequence[EventBase], theirs: Sequence[EventBase], kind: type[EventBase]
) -> tuple[str, str]:
    """The first event of a kind that is not the same on both sides, as a sentence for each."""
    ours = [_told(event) for event in mine if isinstance(event, kind)]
    others = [_told(event) for event in theirs if isinstance(event, kind)]
    for a, b in zip_longest(ours, others, fillvalue="nothing more"):
        if a != b:
            return a, b
    return "the same events", "the same events"


def _told(event: EventBase) -> str:
    if isinstance(event, StatusChanged):
        return f"{event.source} -> {event.target} ({event.cause}) at {minute(event.recorded_at)}"
    assert isinstance(event, AssignmentChanged)
    holder = f"{event.assignee or 'nobody'} in {event.group or 'no group'}"
    return f"{holder}, by {event.by} at {minute(event.recorded_at)}"


class _Course(NamedTuple):
    """A clock with its past.

    Attributes:
        clock: The clock with all its segments.
        promises: (since when, how long, by which SLA policy): the targets that it had, one after the other.
        end: How it ended.
    """

    clock: Clock
    promises: tuple[tuple[int, int, str], ...]
    end: ClockEnd | None


def clock_reasons(
    mine: Case, theirs: Case, name: tuple[str, int], a: ClockEnd | None, b: ClockEnd | None
) -> tuple[Reason, ...]:
    """Why the clock of a target and cycle differs, causes before effects.

    Args:
        mine: The case under the first policy.
        theirs: The case under the second.
        name: Target and cycle.
        a: How it ended under the first; None if there is none.
        b: How it ended under the second.
    """
    first, second = _course(mine, *name, a), _course(theirs, *name, b)
    if first is None or second is None:
        return (Reason(kind="target", before=_matched(mine, first), after=_matched(theirs, second)),)
    return tuple(_reasons(mine, theirs, first, second))


def _reasons(mine: Case, theirs: Case, first: _Course, second: _Course) -> Iterator[Reason]:
    if _lengths(first) != _lengths(second):
        yield Reason(kind="duration", before=_promised(first), after=_promised(second))
    if first.clock.started_us != second.clock.started_us:
        yield Reason(kind="start", before=_at(first.clock.started_us), after=_at(second.clock.started_us))
    dues = [one.end.due_us for one in (first, second) if one.end is not None and one.end.due_us is not None]
    until_us = min(dues, default=max(mine.end_us, theirs.end_us))
    counted = _counted(_intervals(mine, first.clock, until_us), _intervals(theirs, second.clock, until_us))
    if counted is not None:
        yield counted
    if first.clock.edge != second.clock.edge:
        edges = (f"due at the {one.clock.edge}" for one in (first, second))
        yield Reason(kind="edge", before=next(edges), after=next(edges))
    if _breach(first) != _breach(second):
        yield Reason(kind="breach", before=_breach(first), after=_breach(second))
    if _stop(first) != _stop(second):
        yield Reason(kind="stop", before=_stop(first), after=_stop(second))


def _stop(course: _Course) -> str:
    if course.clock.cancelled is not None:
        return f"cancelled at {_at(course.clock.cancelled_us)}: {_CANCELLED[course.clock.cancelled]}"
    return _at(None if course.end is None else course.end.stopped_us)


def _lengths(course: _Course) -> list[int]:
    return [duration_us for _, duration_us, _ in course.promises]


def _promised(course: _Course) -> str:
    told = [f"{span_name(duration_us)} by {sla!r}" for _, duration_us, sla in course.promises]
    since = [f"from {_at(since_us)} " for since_us, _, _ in course.promises[1:]]
    return ", ".join([told[0], *(f"{when}{what}" for when, what in zip(since, told[1:], strict=True))])


def _breach(course: _Course) -> str:
    """Whether the clock is judged by the breach of a target that it had before: what was broken stays broken."""
    breached_us = course.clock.breached_us
    judged = course.end is not None and course.end.due_us is not None and course.end.due_us == breached_us
    if judged and breached_us is not None and breached_us < course.promises[-1][0]:
        return f"its breach at {_at(breached_us)} of the target that it had then stands"
    return "no earlier breach decides"


def _at(us: int | None) -> str:
    return "not" if us is None else minute(from_us(us))


def _matched(case: Case, course: _Course | None) -> str:
    if course is not None:
        return f"{course.clock.sla!r} has it"
    return "no SLA policy matched" if case.ticket.sla is None else f"{case.ticket.sla!r} has none"


def _course(case: Case, target: str, cycle: int, end: ClockEnd | None) -> _Course | None:
    past = clock_past(case, target, cycle)
    return None if past is None else _Course(*past, end)


def _intervals(case: Case, clock: Clock, until_us: int) -> list[ClockInterval]:
    """What a clock counts from its start to an instant, as if nothing had stopped it: that is what its due time says."""
    told = account(_going_on(clock), case.events, max(until_us, clock.started_us), case.policy).intervals
    return [
        replace(one, end_us=min(one.end_us, until_us))
        for one in told
        if one.start_us < min(one.end_us, until_us)
    ]


def _going_on(clock: Clock) -> Clock:
    """The clock as its verdict sees it: running on from where it stopped, or resumed there if it was paused."""
    if clock.verdict is None:
        return clock
    last = clock.segments[-1]
    stopped_us = clock.verdict.stopped_us
    if last.end_us is not None and last.end_us < stopped_us:
        segments = (*clock.segments, Segment(stopped_us, None, last.calendar))
    else:
        segments = (*clock.segments[:-1], Segment(last.start_us, None, last.calendar))
    return clock._replace(segments=segments, state="running", verdict=None)


def _counted(ours: list[ClockInterval], others: list[ClockInterval]) -> Reason | None:
    """The stretches that one side counts, and the other does not."""
    found = list(_joined(_unequal(ours, others)))
    if not found:
        return None
    longest = max(found, key=lambda one: (abs(one.against_us - one.counted_us), -to_us(one.start_at)))
    return Reason(
        kind="interval",
        before=longest.reason,
        after=longest.against,
        first=found[0],
        longest=longest,
        stretches=len(found),
        net_us=sum(one.against_us - one.counted_us for one in found),
    )


def _unequal(ours: list[ClockInterval], others: list[ClockInterval]) -> Iterator[Stretch]:
    """Every stretch between two neighbouring bounds of either side in which both count differently."""
    if not ours or not others:
        return
    bounds = sorted({us for one in (*ours, *others) for us in (one.start_us, one.end_us)})
    places = [0, 0]
    for start_us, end_us in pairwise(bounds):
        here: list[ClockInterval] = []
        for side, intervals in enumerate((ours, others)):
            while places[side] < len(intervals) and intervals[places[side]].end_us <= start_us:
                places[side] += 1
            one = intervals[places[side]] if places[side] < len(intervals) else _OVER
            here.append(one if one is _OVER or one.start_us <= start_us else _NOT_STARTED)
        a, b = (_part(one, end_us - start_us) for one in here)
        if a != b:
            yield Stretch(
                start_at=from_us(start_us),
                end_at=from_us(end_us),
                counted_us=a,
                reason=here[0].reason,
                against_us=b,
                against=here[1].reason,
            )


def _part(one: ClockInterval, length_us: int) -> int:
    """What an interval counts in a part of it: all or nothing, as no policy changes while a log is replayed."""
    return length_us if one.counted_us else 0


def _joined(stretches: Iterator[Stretch]) -> Iterator[Stretch]:
    """Neighbours of the same reasons as one."""
    held: Stretch | None = None
    for one in stretches:
        if (
            held is not None
            and held.end_at == one.start_at
            and (held.reason, held.against) == (one.reason, one.against)
        ):
            held = held.model_copy(
                update={
                    "end_at": one.end_at,
                    "counted_us": held.counted_us + one.counted_us,
                    "against_us": held.against_us + one.against_us,
                }
            )
            continue
        if held is not None:
            yield held
        held = one
    if held is not None:
        yield held
