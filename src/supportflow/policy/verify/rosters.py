"""What can be known to be wrong with a roster before the week begins."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from supportflow._time import HOUR_US, iso
from supportflow.conditions.fields import nearest
from supportflow.exceptions import RosterError
from supportflow.policy.document.calendars import named_calendars
from supportflow.policy.document.policy import Policy
from supportflow.policy.verify.calendars import roster_zone_data
from supportflow.policy.verify.findings import Finding, Report
from supportflow.policy.verify.policy import invalid
from supportflow.routing.coverage import Gap, Lone, narrow
from supportflow.routing.document import Roster, calendar_problems, roster_problems

__all__ = ["verify_roster"]


def verify_roster(roster: Roster, policy: Policy, *, start: datetime) -> Report:
    """What is wrong with a roster in the 168 hours from an instant on.

    Args:
        roster: The roster.
        policy: Its calendars are those that the roster names.
        start: Any aware datetime.

    Returns:
        An error for each stretch in which nobody on duty serves a promise; a warning for each promise and person who serves
        it alone; a hint if some of the team can do one thing only. Nothing more than `"invalid"` errors if it cannot be used
        at all.

    Raises:
        MissingExtra: If a calendar names a country and the `holidays` package is not installed.
    """
    calendars = named_calendars(policy)
    problems = [
        *roster_problems(roster),
        *calendar_problems(roster, calendars),
        *_tier_problems(roster, policy),
    ]
    if problems:
        return invalid(RosterError(problems))
    found = roster.coverage(calendars, start)
    return Report(
        (
            *_unserved(found.gaps),
            *_alone(found.lone),
            *_narrow(roster),
            *roster_zone_data(roster, policy, start.date()),
        )
    )


def _tier_problems(roster: Roster, policy: Policy) -> Iterator[str]:
    """Tiers that the policy's routing does not have; it may not route at all."""
    if policy.routing is None:
        return
    known = policy.routing.tiers
    named = [
        (f"agents.{index}.tiers.{place}", tier)
        for index, agent in enumerate(roster.agents)
        for place, tier in enumerate(agent.tiers)
    ]
    named += [(f"promises.{index}.tier", promise.tier) for index, promise in enumerate(roster.promises)]
    for path, tier in named:
        if tier not in known:
            yield f"{path}: unknown tier {tier!r}{nearest(tier, known)}"


def _unserved(gaps: Sequence[Gap]) -> Iterator[Finding]:
    for gap in gaps:
        yield Finding(
            "error",
            "unserved",
            f"promises.{gap.place}",
            f"nobody on duty serves {gap.promise} until {iso(gap.end)}",
            at=gap.start,
        )


def _alone(lone: Sequence[Lone]) -> Iterator[Finding]:
    """One finding for a promise and a person: the same nights every week are one fault."""
    stretches: dict[tuple[int, str], list[Lone]] = {}
    for one in lone:
        stretches.setdefault((one.place, one.agent_id), []).append(one)
    for (place, agent_id), found in stretches.items():
        hours = sum(one.end_us - one.start_us for one in found) / HOUR_US
        times = "once" if len(found) == 1 else f"{len(found)} times"
        yield Finding(
            "warning",
            "lone_expert",
            f"promises.{place}",
            f"only {agent_id!r} serves {found[0].promise}, {times} in the week and {hours:g} h in all",
            at=found[0].start,
        )


def _narrow(roster: Roster) -> Iterator[Finding]:
    for one in narrow(roster.agents):
        yield Finding(
            "info",
            "narrow",
            "agents",
            f"{one.agents} of {one.of} ({one.agents / one.of:.0%}) have at most one of the team's {one.known} {one.what}; "
            "with two each, a team serves nearly as well as if everybody had all",
        )
