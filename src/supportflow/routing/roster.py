"""Who is on duty: shifts, dated overrides, certificates. Pure questions about one agent and an instant.

A shift is a business calendar, in the zone of those who work it. So follow the sun needs no rule of its own, and what a
change of the clock does to a night shift is what it does to every calendar: the hour that is skipped is not worked, the hour
that comes twice is worked twice.

An override beats the shifts while it lasts. Where two overrides overlap, the one recorded later counts.
"""

from collections.abc import Iterator, Mapping, Sequence

from supportflow._time import DAY_US, from_us, to_us
from supportflow.calendars.compiled import Compiled
from supportflow.calendars.zones import MAX_US
from supportflow.exceptions import InvalidInput
from supportflow.model.people import Agent
from supportflow.model.routing import AgentState, ShiftOverride
from supportflow.routing.spans import Spans, union, without

__all__ = [
    "LOOK_AHEAD_US",
    "Calendars",
    "current_skills",
    "duty_intervals",
    "next_change_us",
    "on_duty",
    "overridden",
    "rostered",
    "shift_intervals",
    "swap",
]

Calendars = Mapping[str, Compiled]
"""Compiled calendars by name: `{name: calendar.core}`."""

LOOK_AHEAD_US = 366 * DAY_US
"""How far `next_change_us` looks."""

_WINDOW_US = 8 * DAY_US


def on_duty(state: AgentState, calendars: Calendars, at_us: int) -> bool:
    """Whether an agent can be given work at an instant: available, and rostered.

    Args:
        state: The agent.
        calendars: The policy's calendars.
        at_us: The instant, in microseconds since 1970-01-01T00:00Z.
    """
    return state.presence == "available" and rostered(state.agent, state.overrides, calendars, at_us)


def rostered(agent: Agent, overrides: Sequence[ShiftOverride], calendars: Calendars, at_us: int) -> bool:
    """Whether the roster has somebody on duty at an instant, wherever they are.

    Args:
        agent: Their shifts; without any, they are always rostered.
        overrides: Dated changes, in the order in which they were recorded.
        calendars: The policy's calendars. A shift whose calendar is not among them never begins: `supportflow check
            --roster` finds it, and one agent's mistake must not stop the routing of all.
        at_us: The instant.
    """
    for override in reversed(overrides):
        if to_us(override.start) <= at_us < to_us(override.end):
            return override.on_duty
    if not agent.shifts:
        return True
    return any(name in calendars and calendars[name].is_open(at_us) for name in agent.shifts)


def duty_intervals(
    agent: Agent, overrides: Sequence[ShiftOverride], calendars: Calendars, start_us: int, end_us: int
) -> Spans:
    """When the roster has somebody on duty, within `[start_us, end_us)`.

    The instants are exactly those at which `rostered` is true.

    Args:
        agent: Their shifts.
        overrides: Dated changes, in the order in which they were recorded.
        calendars: The policy's calendars.
        start_us: From this instant
        end_us: until just before this one.

    Raises:
        InvalidInput: Outside the years 1 to 9999 in UTC.
        CalendarHorizonError: Beyond the dates that a calendar vouches for, if it asks to fail then.
    """
    for name in agent.shifts:
        if name in calendars:
            calendars[name].check(start_us, end_us)
    return overridden(shift_intervals(agent.shifts, calendars, start_us, end_us), overrides, start_us, end_us)


def shift_intervals(shifts: Sequence[str], calendars: Calendars, start_us: int, end_us: int) -> Spans:
    """When any of the shifts is open, within `[start_us, end_us)`; all of it if there are no shifts.

    Nothing is said of dates that a calendar does not vouch for: whoever looks ahead need not be warned.
    """
    if not shifts:
        return union([(start_us, end_us)])
    return union(
        span
        for name in shifts
        if name in calendars
        for span in zip(*calendars[name].timetable.open_utc(start_us, end_us), strict=True)
    )


def overridden(spans: Spans, overrides: Sequence[ShiftOverride], start_us: int, end_us: int) -> Spans:
    """The spans as the overrides change them, within `[start_us, end_us)`."""
    for override in overrides:
        span = (max(to_us(override.start), start_us), min(to_us(override.end), end_us))
        spans = union([*spans, span]) if override.on_duty else without(spans, span)
    return spans


def current_skills(agent: Agent, at_us: int) -> dict[str, int]:
    """Skill → level, without the skills whose certificate has lapsed at an instant."""
    return {
        name: skill.level
        for name, skill in agent.skills.items()
        if skill.valid_until is None or at_us < to_us(skill.valid_until)
    }


def next_change_us(state: AgentState, calendars: Calendars, at_us: int) -> int | None:
    """The next instant after `at_us` at which the roster's answer for an agent changes, or a certificate lapses.

    Presence is left out: it changes by command, not by itself.

    Returns:
        The first instant at which `rostered` or `current_skills` answers otherwise than just before it. None if neither ever
        will. If nothing changes within `LOOK_AHEAD_US`, the instant that far ahead: ask again then.
    """
    lapses = [to_us(skill.valid_until) for skill in state.agent.skills.values() if skill.valid_until]
    changes = [lapse for lapse in lapses if lapse > at_us]
    duty = _next_duty_change(state, calendars, at_us)
    if duty is not None:
        changes.append(duty)
    return min(changes, default=None)


def _next_duty_change(state: AgentState, calendars: Calendars, at_us: int) -> int | None:
    agent, overrides = state.agent, [one for one in state.overrides if to_us(one.end) > at_us]
    if not overrides and not any(name in calendars for name in agent.shifts):
        return None  # always on duty, or never
    duty = rostered(agent, overrides, calendars, at_us)
    latest = min(at_us + LOOK_AHEAD_US, MAX_US)
    for start_us, end_us in _windows(at_us, latest):
        shifts = shift_intervals(agent.shifts, calendars, start_us, end_us)
        spans = overridden(shifts, overrides, start_us, end_us)
        if not duty and spans:
            return spans[0][0]
        if duty and (not spans or spans[0][0] > start_us):
            return start_us
        if duty and spans[0][1] < end_us:
            return spans[0][1]
    return latest


def _windows(start_us: int, latest_us: int) -> Iterator[tuple[int, int]]:
    """Stretches that tile the time from `start_us` on, each longer than the one before: most changes are near."""
    length = _WINDOW_US
    while start_us < latest_us:
        end_us = min(start_us + length, latest_us)
        yield start_us, end_us
        start_us, length = end_us, 4 * length


def swap(
    giver: AgentState, taker: AgentState, calendars: Calendars, start_us: int, end_us: int
) -> tuple[tuple[ShiftOverride, ...], tuple[ShiftOverride, ...]]:
    """The overrides by which one agent takes another's duty within `[start_us, end_us)`.

    The giver is off exactly while the taker is on: in those parts of the stretch in which the giver is rostered, and no
    others. Recorded after the overrides that there are, they leave somebody on duty wherever the giver was. Call it once
    more the other way round, for another stretch, if the taker gives something back.

    Args:
        giver: Who hands the duty over.
        taker: Who takes it.
        calendars: The policy's calendars.
        start_us: From this instant
        end_us: until just before this one.

    Returns:
        What to record for the giver, and what for the taker.

    Raises:
        InvalidInput: If both are the same agent.
    """
    if giver.id == taker.id:
        raise InvalidInput("taker", "is the giver")
    given = duty_intervals(giver.agent, giver.overrides, calendars, start_us, end_us)
    off, on = (
        tuple(
            ShiftOverride(
                start=from_us(start), end=from_us(end), on_duty=duty, reason=f"swap with {other}"[:200]
            )
            for start, end in given
        )
        for duty, other in ((False, taker.id), (True, giver.id))
    )
    return off, on
