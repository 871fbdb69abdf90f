"""`supportflow import`: a policy from what another helpdesk exported, and what about it means something else here."""

import argparse
from pathlib import Path
from typing import Any

from supportflow._legible import as_json
from supportflow.cli import terminal
from supportflow.exceptions import TakeoverError
from supportflow.takeover import SYSTEMS, take_over
from supportflow.takeover.export import parse

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "import",
        help="make a policy from another helpdesk's export",
        description="Read SLA policies, schedules, holidays, priorities, groups and statuses that another helpdesk exported "
        "as JSON, and make a policy of them. The report says what was taken, what you must supply, what has no equivalent, "
        "and what changes due times, each shown on a ticket.",
        epilog="example:\n  supportflow import zendesk policies.json schedules.json -o policy.json",
    )
    parser.add_argument(
        "system",
        metavar="SYSTEM",
        choices=SYSTEMS,
        help=f"the system that the files come from: {', '.join(SYSTEMS)}",
    )
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="JSON answers of its API; they are told apart by their content",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="POLICY.json",
        help="where to write the policy; never over a file that is there",
    )
    parser.add_argument("--force", action="store_true", help="write over it all the same")
    parser.add_argument("--json", action="store_true", help="print the policy and the report as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make the policy, and report."""
    files: dict[str, object] = {}
    for name in arguments.files:
        try:
            text = Path(name).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise TakeoverError([f"{name}: is not UTF-8"]) from None
        files[name] = parse(name, text)
    taken = take_over(arguments.system, files)
    if arguments.output is not None:
        with Path(arguments.output).open("w" if arguments.force else "x", encoding="utf-8") as file:
            file.write(as_json(taken.document, indent=2) + "\n")
    if arguments.json:
        terminal.answer("import", {"policy": taken.document, "report": taken.report.as_data()})
    else:
        terminal.lines(str(taken.report))
        if arguments.output is None:
            terminal.line()
            terminal.line("Nothing was written: name a file with -o POLICY.json")
        else:
            terminal.line()
            terminal.line(f"Written: {arguments.output}. Look it over: supportflow check {arguments.output}")
    return 0
