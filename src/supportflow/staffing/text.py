"""A staffing plan as text for people."""

from collections.abc import Iterator

from supportflow._legible import escaped, padded
from supportflow.calendars.zones import clock_of
from supportflow.simulation.statistics import Estimate
from supportflow.staffing.figures import Candidate, ShiftPlan, StaffingPlan

__all__ = ["staffing_text"]

_NOTHING = "-"


def staffing_text(plan: StaffingPlan) -> str:
    """The plan as a table of hours and teams, what the runs say of it, and what was tried."""
    return "\n".join(map(escaped, _lines(plan))) + "\n"


def _lines(plan: StaffingPlan) -> Iterator[str]:
    target = plan.target
    whose = "all tickets" if target.priority_class is None else f"tickets of class {target.priority_class!r}"
    within = _long(target.within.total_seconds())
    yield f"Staffing of {plan.scenario!r}: {target.share:.1%} of {whose} have an agent within {within}"
    chosen = plan.chosen
    if chosen is None:
        yield f"  not known: {plan.why}"
    else:
        yield f"  {_attained(chosen)}, {chosen.agent_hours:,} hours on duty"
        yield (
            "  the smallest of those tried"
            if plan.known
            else f"  whether fewer are enough is not known: {plan.why}"
        )
    if plan.teams:
        yield ""
        yield from _table(plan)
    if plan.shifts is not None:
        yield ""
        yield from _shifts(plan.shifts)
    yield ""
    yield "Tried: margin     hours  attained"
    for one in plan.tried:
        told = f"{_estimate(one.attained)} ({one.replications} runs): {one.verdict}"
        yield f"  {one.margin:>+11.0%} {one.agent_hours:>9,}  {told}"


def _table(plan: StaffingPlan) -> Iterator[str]:
    names = [team.name for team in plan.teams]
    paid = plan.shrinkage > 0
    yield "On duty by hour" + (f", and rostered with a shrinkage of {plan.shrinkage:.0%}" if paid else "")
    yield f"  {'from (UTC)':<18}{'tickets':>9}" + "".join(f"  {padded(name, 14)}" for name in names)
    for hours in zip(*(team.hours for team in plan.teams), strict=True):
        tickets = sum(hour.tickets for hour in hours)
        cells = (f"{hour.agents:>5} ({hour.rostered})" if paid else f"{hour.agents:>5}" for hour in hours)
        yield f"  {hours[0].start_at:%Y-%m-%d %H:%M}  {tickets:>9,.1f}" + "".join(
            f"  {cell:<14}" for cell in cells
        )
    totals = (
        f"{team.agent_hours:>5} ({team.rostered_hours})" if paid else f"{team.agent_hours:>5}"
        for team in plan.teams
    )
    yield f"  {'hours':<27}" + "".join(f"  {total:<14}" for total in totals)


def _shifts(plan: ShiftPlan) -> Iterator[str]:
    zone = clock_of(plan.tz)
    yield f"Shifts to staff ({plan.tz}), for the fewest paid hours"
    if not plan.known:
        yield f"  not known: {plan.why}"
    for team in plan.teams:
        yield f"  {team.name}: {team.paid_hours:,.4g} paid hours"
        for duty in team.duties:
            start, end = duty.start_at.astimezone(zone), duty.end_at.astimezone(zone)
            yield f"    {start:%a %Y-%m-%d %H:%M} to {end:%H:%M}  {padded(duty.shift, 14)}  {duty.people:>5}"
        for hour in team.uncovered:
            yield f"    {hour.start_at.astimezone(zone):%a %Y-%m-%d %H:%M}  no shift: {hour.needed} are needed"


def _attained(one: Candidate) -> str:
    return f"attained {_estimate(one.attained)} in {one.replications} runs"


def _estimate(one: Estimate) -> str:
    if one.mean is None:
        return _NOTHING
    width = "" if one.half_width is None else f" ± {one.half_width:.1%}"
    return f"{one.mean:.1%}{width}"


def _long(seconds: float) -> str:
    return f"{seconds:g} s" if seconds < 120 else f"{seconds / 60:g} min"  # noqa: PLR2004 - two minutes
