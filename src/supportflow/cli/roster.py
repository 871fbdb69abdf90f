"""`supportflow roster`: a week of a roster: who is on duty, what nobody serves, what hangs on one person."""

import argparse
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any

from supportflow._time import HOUR_US
from supportflow.calendars.zones import clock_of
from supportflow.cli.answers import add_json, say
from supportflow.cli.documents import roster_named
from supportflow.cli.inputs import policy_at
from supportflow.exceptions import InvalidInput, RosterError
from supportflow.policy.document.calendars import named_calendars
from supportflow.routing.coverage import Coverage, Gap, Lone, OnDuty, by_hour, duties, narrow, people_on_duty
from supportflow.routing.document import Roster, calendar_problems

__all__ = ["add_to", "first_day", "run"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WEEK = timedelta(days=7)
_SHOWN = 8
"""How many of those on duty are named on a line."""


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "roster",
        help="print a week of a roster",
        description="Print seven days of a roster: how many are on duty in each hour, who they are, which promises nobody "
        "serves, and which hang on one person.",
        epilog="example:\n  supportflow roster team.toml --policy policy.toml --tz Europe/Berlin",
    )
    parser.add_argument("roster", metavar="ROSTER", help="a roster in TOML, JSON or YAML")
    parser.add_argument("--policy", metavar="POLICY", help="the policy whose calendars the roster names")
    parser.add_argument(
        "--from", dest="first", metavar="YYYY-MM-DD", help="the first of the seven days (default: today)"
    )
    parser.add_argument("--tz", metavar="ZONE", default="UTC", help="zone of days and times (default UTC)")
    add_json(parser, "the week")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the week."""
    path = Path(arguments.roster)
    calendars = named_calendars(policy_at(arguments.policy))
    roster = roster_named(arguments.roster)
    unknown = [f"{path}: {problem}" for problem in calendar_problems(roster, calendars)]
    if unknown:
        raise RosterError(unknown)
    zone = clock_of(arguments.tz, "--tz")
    start = first_day(arguments.first, zone)
    end = datetime.combine(start.date() + _WEEK, time(), tzinfo=zone)
    found = roster.coverage(calendars, start, end)
    compiled = {name: calendar.core for name, calendar in calendars.items()}
    rostered = duties(roster.agents, roster.overrides, compiled, found.start_us, found.end_us)
    present = people_on_duty(roster.agents, rostered, found.start_us, found.end_us)
    fields = {
        "name": roster.name,
        "tz": arguments.tz,
        "from": _instant(found.start_us),
        "until": _instant(found.end_us),
        "on_duty": [{**_spanned(one), "agents": list(one.agents)} for one in present],
        "unserved": [{**_spanned(one), "promise": one.promise} for one in found.gaps],
        "one_person": [
            {**_spanned(one), "promise": one.promise, "agent": one.agent_id} for one in found.lone
        ],
        "narrow": [one._asdict() for one in narrow(roster.agents)],
    }
    say(arguments, fields, _week(roster, arguments.tz, found, present, zone))
    return 0


def _instant(us: int) -> str:
    return f"{_EPOCH + timedelta(microseconds=us):%Y-%m-%dT%H:%M:%SZ}"


def _spanned(one: OnDuty | Gap | Lone) -> dict[str, str]:
    return {"from": _instant(one.start_us), "until": _instant(one.end_us)}


def _week(roster: Roster, tz: str, found: Coverage, present: Sequence[OnDuty], zone: tzinfo) -> Iterator[str]:
    yield f"{roster.name} · {tz} · seven days from {_local(found.start_us, zone).date()}"
    for section in (
        _grid(found, present, zone),
        _people(roster, present, zone),
        _findings(roster, found, zone),
    ):
        yield ""
        yield from section


def first_day(text: str | None, zone: tzinfo) -> datetime:
    """Midnight of a date given as `YYYY-MM-DD` in a zone, or of today.

    Raises:
        InvalidInput: If the text is no date.
    """
    try:
        day = datetime.now(zone).date() if text is None else date.fromisoformat(text)
        midnight = datetime.combine(day, time(), tzinfo=zone)
        midnight.astimezone(UTC), (midnight + _WEEK).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput("--from", "is not YYYY-MM-DD") from None
    return midnight


def _grid(found: Coverage, present: Sequence[OnDuty], zone: tzinfo) -> Iterator[str]:
    """A line a day: the least number of people on duty in each hour."""
    rows: dict[date, list[str]] = {}
    for hour in by_hour(found):
        end = min(hour.start_us + HOUR_US, found.end_us)
        least = min(len(one.agents) for one in present if one.start_us < end and one.end_us > hour.start_us)
        mark = "!" if hour.unserved else "*" if hour.lone else " "
        rows.setdefault(_local(hour.start_us, zone).date(), []).append(f"{least:>3}{mark}")
    yield "least on duty in each hour (! a promise that nobody serves, * one that hangs on one person)"
    yield f"{'':14}" + "".join(f"{hour:02d}  " for hour in range(24)).rstrip()
    for day, cells in rows.items():
        changed = "" if len(cells) == 24 else f"  {len(cells)} hours, the clock changes"  # noqa: PLR2004
        yield f"{day:%a %Y-%m-%d}{''.join(cells).rstrip()}{changed}"


def _people(roster: Roster, present: Sequence[OnDuty], zone: tzinfo) -> Iterator[str]:
    yield "on duty"
    names = _names(roster)
    for stretch in present:
        shown = ", ".join(names[agent] for agent in stretch.agents[:_SHOWN])
        more = len(stretch.agents) - _SHOWN
        people = f"{shown} and {more} more" if more > 0 else shown or "nobody"
        yield f"  {_stretch(stretch.start_us, stretch.end_us, zone)}  {len(stretch.agents):>3}  {people}"


def _findings(roster: Roster, found: Coverage, zone: tzinfo) -> Iterator[str]:
    names = _names(roster)
    yield from _listed("nobody serves", found.gaps, zone, names)
    yield ""
    yield from _listed("one person alone serves", found.lone, zone, names)
    for one in narrow(roster.agents):
        yield ""
        yield f"{one.agents} of {one.of} have at most one of the team's {one.known} {one.what}"


def _listed(title: str, thin: Sequence[Gap | Lone], zone: tzinfo, names: dict[str, str]) -> Iterator[str]:
    yield title if thin else f"{title}: nothing"
    for one in thin:
        who = f": {names[one.agent_id]}" if isinstance(one, Lone) else ""
        yield f"  {_stretch(one.start_us, one.end_us, zone)}  {one.promise}{who}"


def _names(roster: Roster) -> dict[str, str]:
    """What to call each agent: the name, where it is one that a terminal can show."""
    return {
        agent.id: agent.name if agent.name and agent.name.isprintable() else agent.id
        for agent in roster.agents
    }


def _stretch(start_us: int, end_us: int, zone: tzinfo) -> str:
    """From and to on the zone's clock, with both offsets where the clock changes in between."""
    start, end = _local(start_us, zone), _local(end_us, zone)
    if start.utcoffset() == end.utcoffset():
        return f"{start:%a %Y-%m-%d} {_clock(start)} to {end:%a} {_clock(end)}"
    return f"{start:%a %Y-%m-%d} {_clock(start)} ({start:%z}) to {end:%a} {_clock(end)} ({end:%z})"


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def _local(at_us: int, zone: tzinfo) -> datetime:
    # Not by way of pendulum, whose values a standard zone does not convert.
    return (_EPOCH + timedelta(microseconds=at_us)).astimezone(zone)
