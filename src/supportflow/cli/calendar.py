"""`supportflow calendar show`: a week of a business calendar, and its next openings."""

import argparse
from datetime import UTC, date, datetime, time
from typing import Any

from supportflow.calendars import BusinessCalendar, render_week
from supportflow.calendars.render import Week, week_of
from supportflow.cli import terminal
from supportflow.cli.answers import add_json, say
from supportflow.cli.inputs import policy_at
from supportflow.exceptions import InvalidInput
from supportflow.policy import Policy
from supportflow.policy.document.calendars import named_calendars
from supportflow.system import SystemClock

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "calendar",
        help="look at a business calendar",
        description="Look at a business calendar.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    show = actions.add_parser(
        "show",
        help="print a week and the next openings",
        description=(
            "Print a week of a calendar, its holidays, and the next openings: a calendar of a policy by name, or weekday "
            "hours given here."
        ),
        epilog="example:\n  supportflow calendar show --hours 09:00-17:00 --tz Asia/Shanghai --country CN",
    )
    show.add_argument(
        "name", nargs="?", metavar="NAME", help="a calendar of the policy; all of them if not given"
    )
    show.add_argument("--policy", metavar="POLICY", help="a policy in TOML or JSON")
    show.add_argument(
        "--hours",
        metavar="HH:MM-HH:MM",
        help="opening hours, Monday to Friday (with --country: its own working week)",
    )
    show.add_argument("--tz", metavar="ZONE", help="time zone of --hours, an IANA name (default UTC)")
    show.add_argument(
        "--country", metavar="CODE", help="public holidays of a country for --hours, such as DE"
    )
    show.add_argument("--subdivision", metavar="CODE", help="and of its subdivision, such as BE")
    show.add_argument("--date", metavar="YYYY-MM-DD", help="a day of the week to show (default: today)")
    add_json(show, "the weeks")
    show.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the week."""
    day = _day(arguments.date)
    wanted = [(calendar, _moment(calendar, day)) for calendar in _calendars(arguments)]
    if arguments.json:
        say(arguments, {"calendars": [_fields(week_of(*one)) for one in wanted]}, ())
    else:
        terminal.lines("\n".join(render_week(*one) for one in wanted))
    return 0


def _fields(week: Week) -> dict[str, object]:
    return {
        "name": week.calendar,
        "tz": week.tz,
        "week_of": week.first.isoformat(),
        "tzdata": week.tzdata,
        "days": [
            {
                "date": day.date.isoformat(),
                "open": [list(span) for span in day.spans],
                "working_s": day.working_us // 1_000_000,
                "reason": day.reason,
                "name": day.name,
                "clock_s": day.clock_us // 1_000_000,
            }
            for day in week.days
        ],
        "working_s": week.working_us // 1_000_000,
        "next_openings": list(week.next),
    }


def _calendars(arguments: argparse.Namespace) -> list[BusinessCalendar]:
    if arguments.hours is not None:
        if arguments.policy is not None or arguments.name is not None:
            raise InvalidInput("--hours", "cannot stand beside a calendar's name or --policy")
        return [_given(arguments)]
    for option in ("tz", "country", "subdivision"):
        if getattr(arguments, option) is not None:
            raise InvalidInput(f"--{option}", "needs --hours")
    return _declared(policy_at(arguments.policy), arguments.name)


def _given(arguments: argparse.Namespace) -> BusinessCalendar:
    opening, dash, closing = arguments.hours.partition("-")
    if not dash:
        raise InvalidInput("--hours", "is not HH:MM-HH:MM")
    tz = arguments.tz or "UTC"
    if arguments.country is not None:
        subdivision = arguments.subdivision or ""
        return BusinessCalendar.from_country(
            arguments.country, subdivision, tz=tz, open=opening, close=closing
        )
    if arguments.subdivision is not None:
        raise InvalidInput("--subdivision", "needs --country")
    return BusinessCalendar.weekdays(opening, closing, tz=tz)


def _declared(policy: Policy, name: str | None) -> list[BusinessCalendar]:
    known = {
        key: calendar if calendar.name else calendar.model_copy(update={"name": key})
        for key, calendar in named_calendars(policy).items()
    }
    if name is None:
        return list(known.values())
    if name not in known:
        raise InvalidInput("NAME", f"is not a calendar of this policy: {', '.join(known)}")
    return [known[name]]


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("--date", "is not YYYY-MM-DD") from None


def _moment(calendar: BusinessCalendar, day: date | None) -> datetime:
    if day is None:
        return SystemClock().now()
    noon = datetime.combine(day, time(12), tzinfo=calendar.tzinfo)
    return noon.astimezone(UTC)
