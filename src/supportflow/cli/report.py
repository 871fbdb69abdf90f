"""`supportflow report`: a log under a policy as one page with pictures."""

import argparse
import sys
from pathlib import Path
from typing import Any

from supportflow._legible import legible_json
from supportflow._time import instant
from supportflow.calendars.zones import clock_of
from supportflow.cli import terminal
from supportflow.cli.inputs import add_log, not_the_log, policy_at
from supportflow.cli.progress import Bar
from supportflow.exceptions import InvalidInput
from supportflow.policy import CompiledPolicy
from supportflow.replay import CaseLog, load_mapping
from supportflow.reports import report, report_page
from supportflow.texts import languages

__all__ = ["add_to", "run"]

_EXAMPLES = """examples:
  supportflow report changes.csv --mapping mapping.toml --policy policy.toml -o report.html
  supportflow report changes.csv --mapping mapping.toml --policy today.toml --against tomorrow.toml --tz Asia/Shanghai \\
      --language zh -o report.html
"""


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "report",
        help="show a log under a policy as one page with pictures",
        description=(
            "Replay a log under a policy and write one page that works offline: attainment over time, how long things take, "
            "busy hours, backlog, load, a ticket's clock, and what another policy would have done. Every picture has its "
            "table."
        ),
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_log(parser)
    parser.add_argument(
        "--policy", metavar="POLICY", help="a policy; a plain desk without an SLA if not given"
    )
    parser.add_argument("--against", metavar="POLICY", help="another policy, to compare with")
    parser.add_argument("--tz", default="UTC", metavar="ZONE", help="zone of days and hours (default UTC)")
    parser.add_argument(
        "--language",
        default="en",
        choices=languages(),
        help="of the page: English, Simplified or Traditional Chinese (default en)",
    )
    parser.add_argument(
        "--until",
        metavar="INSTANT",
        help="until when everything happens that falls due, ISO 8601 with an offset (default: the log's last instant)",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="the page, such as report.html")
    parser.add_argument(
        "--json", metavar="OUT", help="write the figures as JSON to a file, or - for standard output"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the report."""
    if arguments.output is None and arguments.json is None:
        raise InvalidInput("output", "is needed: -o FILE for the page, or --json OUT for the figures")
    not_the_log(arguments.output, arguments.log, "output")
    not_the_log(arguments.json, arguments.log, "--json")
    mapping = load_mapping(arguments.mapping)
    policy = policy_at(arguments.policy)
    against = None if arguments.against is None else policy_at(arguments.against)
    for one in (policy, against):
        if one is not None:
            CompiledPolicy(one)
    until = None if arguments.until is None else instant(arguments.until, "--until")
    clock_of(arguments.tz)  # a wrong zone is said before the log is read
    shown = not arguments.quiet
    with Bar(sys.stderr, "reading", shown=shown) as bar:
        log = CaseLog(arguments.log, mapping, progress=bar)
    with log, Bar(sys.stderr, "replaying", shown=shown) as bar:
        found = report(log, mapping, policy, against=against, tz=arguments.tz, until=until, progress=bar)
    if arguments.output is not None:
        page = report_page(found, language=arguments.language)
        Path(arguments.output).write_text(page, encoding="utf-8", newline="\n")
    if arguments.json is not None:
        written = legible_json(found.model_dump_json(indent=2)) + "\n"
        if arguments.json == "-":
            terminal.lines(written)
        else:
            Path(arguments.json).write_text(written, encoding="utf-8")
    return 0
