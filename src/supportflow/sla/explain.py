"""An account of a clock: every interval with its reason, summing exactly to what it counted."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from supportflow._dataclass import dataclass
from supportflow._time import Instant, from_us, iso, to_us
from supportflow.calendars import Explained
from supportflow.model.events import EventBase, SlaJudged
from supportflow.model.records import Clock, Segment
from supportflow.sla.binding import SlaEnvironment, zone_of
from supportflow.sla.clock import due_us
from supportflow.sla.policy import span_name
from supportflow.sla.timeline import ClockInterval, draw, svg
from supportflow.sla.turns import ClockTurn, Gap, gaps, moves_of, turns

__all__ = ["ClockAccount", "ClockInterval", "ClockTurn", "account"]


@dataclass(frozen=True, slots=True)
class ClockAccount:
    """What a clock did and why.

    Attributes:
        key: The clock.
        state: What it does now.
        calendar: What counts it.
        duration_us: The target.
        elapsed_us: What it counted: exactly the sum of its intervals.
        due_at: When it is due; None while paused or over.
        intervals: From its start until now or its end, without gaps.
        turns: When it, or an earlier cycle of its target, was cancelled or came back, and why.
        tz: The zone of the hours that count it.
    """

    key: str
    state: str
    calendar: str
    duration_us: int
    elapsed_us: int
    due_at: Instant | None
    breached_at: Instant | None
    intervals: tuple[ClockInterval, ...]
    turns: tuple[ClockTurn, ...] = ()
    tz: str = "UTC"

    def __str__(self) -> str:
        due = f", due {iso(self.due_at)}" if self.due_at is not None else ""
        breach = f", breached {iso(self.breached_at)}" if self.breached_at is not None else ""
        counted = f"{span_name(self.elapsed_us)} of {span_name(self.duration_us)}"
        lines = [f"clock {self.key}: {self.state}, {counted} on {self.calendar}{due}{breach}"]
        lines += [
            f"  {iso(from_us(one.start_us))} .. {iso(from_us(one.end_us))}  {one.reason}  +{span_name(one.counted_us)}"
            for one in self.intervals
        ]
        lines += [f"  {turn}" for turn in self.turns]
        return "\n".join(lines)

    def timeline(self, *, width: int = 40, tz: str | None = None) -> str:
        """The account as a picture in text; see `supportflow.sla.timeline.draw`."""
        return draw(self, width=width, tz=tz)

    def svg(self, *, width: int = 720, tz: str | None = None) -> str:
        """The account as a picture in SVG; see `supportflow.sla.timeline.svg`."""
        return svg(self, width=width, tz=tz)


def account(clock: Clock, events: Sequence[EventBase], at_us: int, env: SlaEnvironment) -> ClockAccount:
    """Account for a clock from its ticket's events.

    Args:
        clock: The clock.
        events: The ticket's stream.
        at_us: The instant of the question.
        env: Calendars of the policy.
    """
    turned = tuple(turns(clock, events))
    away = gaps(turned)
    intervals: list[ClockInterval] = []
    for start, end, segment, reason in _stretches(clock, events, at_us):
        gap = next((one for one in away if one.start_us <= start < one.end_us), None)
        if segment is None:
            intervals.append(
                ClockInterval(start, end, reason if gap is None else _why_away(gap, reason), 0, "paused")
            )
        elif gap is None:
            intervals += _inside(env, segment, start, end)
        else:
            intervals += map(_though, _inside(env, segment, start, end))
    return ClockAccount(
        key=clock.key,
        state=clock.state,
        calendar=clock.calendar,
        duration_us=clock.duration_us,
        elapsed_us=clock.folded_us + sum(interval.counted_us for interval in intervals),
        due_at=None if (due := due_us(clock, env.calendar)) is None else from_us(due),
        breached_at=clock.breached_at,
        intervals=tuple(intervals),
        turns=turned,
        tz=zone_of(clock, from_us(at_us), env),
    )


def _why_away(gap: Gap, reason: str) -> str:
    """Why a clock paused in a gap; a pause that began before it keeps its reason."""
    if reason != "paused":
        return reason
    return f"paused: {'the target did not apply' if gap.lapsed else 'the ticket had ended'}"


def _though(one: ClockInterval) -> ClockInterval:
    if not one.counted_us:
        return one
    return replace(one, reason=f"{one.reason}, though the target did not apply")


def _stretches(
    clock: Clock, events: Sequence[EventBase], at_us: int
) -> Iterator[tuple[int, int, Segment | None, str]]:
    """(start, end, segment or None while paused, reason), without gaps, from the first segment that the ticket keeps."""
    reasons = dict(_pause_reasons(clock, events))
    previous_end: int | None = None
    for segment in clock.segments:
        if previous_end is not None and segment.start_us > previous_end:
            yield previous_end, segment.start_us, None, _paused(reasons, previous_end)
        end_us = max(at_us, segment.start_us) if segment.end_us is None else segment.end_us
        if end_us > segment.start_us:
            yield segment.start_us, end_us, segment, "running"
        previous_end = end_us
    if clock.state == "paused" and previous_end is not None and at_us > previous_end:
        yield previous_end, at_us, None, _paused(reasons, previous_end)


def _paused(reasons: dict[int, str], at_us: int) -> str:
    why = reasons.get(at_us)
    return f"paused: {why}" if why else "paused"


def _pause_reasons(clock: Clock, events: Sequence[EventBase]) -> Iterator[tuple[int, str]]:
    """When the clock of this target was paused or stopped, and why."""
    for _, move, _ in moves_of(clock, events):
        if move.move == "pause":
            yield move.at_us, move.reason or ""
        elif move.move == "start" and move.state is not None and move.state.state == "paused":
            yield move.state.segments[-1].start_us, "from the start"
    for event in events:
        if isinstance(event, SlaJudged) and event.target == clock.target:
            yield event.verdict.stopped_us, "stopped until it was reopened"


def _inside(env: SlaEnvironment, segment: Segment, start_us: int, end_us: int) -> list[ClockInterval]:
    """What a run segment is made of.

    A closed one stays as it was counted. If the policy has since got another calendar of that name, or none, it is told as
    a whole: the hours of then are not at hand, and those of now would tell another story.
    """
    counted_us = segment.counted_us
    try:
        calendar = env.calendar(segment.calendar)
    except KeyError:
        stretches: list[ClockInterval] = []
    else:
        stretches = [_interval(one) for one in calendar.explain(from_us(start_us), from_us(end_us))]
    if counted_us is None or sum(one.counted_us for one in stretches) == counted_us:
        return stretches
    return [ClockInterval(start_us, end_us, f"running, as {segment.calendar} counted then", counted_us)]


def _interval(one: Explained) -> ClockInterval:
    start_us, end_us = to_us(one.start), to_us(one.end)
    if one.open:
        return ClockInterval(start_us, end_us, "running", end_us - start_us)
    return ClockInterval(start_us, end_us, one.name or one.reason, 0, "closed")
