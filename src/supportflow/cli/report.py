"""`supportflow report`: a log under a policy, or what a desk has recorded, as one page with pictures."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, TypedDict

from supportflow._time import instant
from supportflow.calendars.zones import clock_of
from supportflow.cli import terminal
from supportflow.cli.answers import add_json_file
from supportflow.cli.documents import mapping_named, on_log
from supportflow.cli.inputs import add_log, add_store, desk_at, not_the_log, policy_at
from supportflow.cli.progress import Bar
from supportflow.exceptions import InvalidInput
from supportflow.policy import CompiledPolicy
from supportflow.replay import CaseLog
from supportflow.reports import REPEAT_DAYS, Report, report, report_history, report_page
from supportflow.system import SystemClock
from supportflow.texts import languages

__all__ = ["add_to", "run"]

_EXAMPLES = """examples:
  supportflow report changes.csv --mapping mapping.toml --policy policy.toml -o report.html
  supportflow report changes.csv --mapping mapping.toml --policy today.toml --against tomorrow.toml --tz Asia/Shanghai \\
      --language zh -o report.html
  supportflow report changes.csv --mapping mapping.toml --policy policy.toml --adjust level --hours office -o report.html
  supportflow report --store sqlite:///desk.db -o report.html
"""


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "report",
        help="show a log under a policy, or a desk's own history, as one page with pictures",
        description=(
            "Replay a log under a policy, or take what a desk has recorded itself, and write one page that works offline: "
            "attainment over time and with the same mix, why targets were missed, how long things take, what happens how "
            "often, busy hours, backlog, load, a ticket's clock, and what another policy would have done. Every picture has "
            "its table."
        ),
        epilog=_EXAMPLES,
    )
    add_log(parser, needs_mapping=False, needs_log=False)
    add_store(parser, required=False)
    parser.add_argument(
        "--policy",
        metavar="POLICY",
        help="a policy; a plain desk without an SLA if not given, and of a store the one that it used last",
    )
    parser.add_argument("--against", metavar="POLICY", help="another policy, to compare with")
    parser.add_argument("--tz", default="UTC", metavar="ZONE", help="zone of days and hours (default UTC)")
    parser.add_argument(
        "--adjust",
        action="append",
        default=[],
        metavar="FIELD",
        help="attainment with the same mix of this field of the ticket, such as level (can be given more than once)",
    )
    parser.add_argument(
        "--hours",
        metavar="CALENDAR",
        help="one of the policy's calendars: when the desk is staffed; what counts outside of it is a cause of its own",
    )
    parser.add_argument(
        "--repeat-days",
        type=int,
        default=REPEAT_DAYS,
        metavar="N",
        help=f"a requester who is back within so many days is a repeated contact (default {REPEAT_DAYS})",
    )
    parser.add_argument(
        "--language",
        default="en",
        choices=languages(),
        help="of the page: English, Simplified or Traditional Chinese (default en)",
    )
    parser.add_argument(
        "--until",
        metavar="INSTANT",
        help="until when everything happens that falls due, ISO 8601 with an offset (default: the log's last instant; of a "
        "store, now)",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="the page, such as report.html")
    parser.add_argument(
        "--tables",
        metavar="FOLDER",
        help="write what is counted as tables in Parquet, for SQL engines and notebooks",
    )
    add_json_file(parser, "the figures")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(run=on_log(run))


def run(arguments: argparse.Namespace) -> int:
    """Write the report."""
    if arguments.output is None and arguments.json is None and arguments.tables is None:
        raise InvalidInput(
            "output",
            "is needed: -o FILE for the page, --json OUT for the figures, or --tables FOLDER for tables",
        )
    clock_of(arguments.tz)  # a wrong zone is said before anything is read
    found = _of_log(arguments) if arguments.store is None else _of_store(arguments)
    if arguments.output is not None:
        page = report_page(found, language=arguments.language)
        Path(arguments.output).write_text(page, encoding="utf-8", newline="\n")
    if arguments.json is not None:
        terminal.answer(arguments.document, json.loads(found.model_dump_json()), out=arguments.json)
    return 0


def _of_log(arguments: argparse.Namespace) -> Report:
    if arguments.log is None:
        raise InvalidInput("log", "is needed; or --store, to report on what a desk has recorded itself")
    if arguments.mapping is None:
        raise InvalidInput("--mapping", "is needed; `supportflow replay --suggest LOG` proposes one")
    not_the_log(arguments.output, arguments.log, "output")
    not_the_log(arguments.json, arguments.log, "--json")
    mapping = mapping_named(arguments.mapping)
    policy = policy_at(arguments.policy)
    against = None if arguments.against is None else policy_at(arguments.against)
    for one in (policy, against):
        if one is not None:
            CompiledPolicy(one)
    until = None if arguments.until is None else instant(arguments.until, "--until")
    shown = not arguments.quiet
    with Bar(sys.stderr, "reading", shown=shown) as bar:
        log = CaseLog(arguments.log, mapping, progress=bar)
    with log, Bar(sys.stderr, "replaying", shown=shown) as bar:
        return report(log, mapping, policy, against=against, until=until, progress=bar, **_asked(arguments))


def _of_store(arguments: argparse.Namespace) -> Report:
    for name in ("log", "mapping", "against"):
        if getattr(arguments, name) is not None:
            raise InvalidInput("--store", f"goes without {name}: what happened stands in the store")
    until = SystemClock().now() if arguments.until is None else instant(arguments.until, "--until")
    with (
        desk_at(arguments.store, arguments.tenant, arguments.policy) as desk,
        Bar(sys.stderr, "reading", shown=not arguments.quiet, unit="tickets") as bar,
    ):
        return report_history(desk, until=until, progress=bar, **_asked(arguments))


class _Asked(TypedDict):
    """What both kinds of reports can be asked."""

    tz: str
    adjust: list[str]
    hours: str | None
    repeat_days: int
    tables: str | None


def _asked(arguments: argparse.Namespace) -> _Asked:
    return {
        "tz": arguments.tz,
        "adjust": arguments.adjust,
        "hours": arguments.hours,
        "repeat_days": arguments.repeat_days,
        "tables": arguments.tables,
    }
