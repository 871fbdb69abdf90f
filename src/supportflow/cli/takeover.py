"""`supportflow import`: a policy from what another helpdesk exported, and what about it means something else here."""

import argparse
from pathlib import Path
from typing import Any

from supportflow._legible import as_json
from supportflow.cli import terminal
from supportflow.cli.answers import add_dry_run, add_json
from supportflow.cli.documents import text_at
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
    add_dry_run(parser, "report, and write nothing")
    add_json(parser, "the policy and the report")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make the policy, and report."""
    files: dict[str, object] = {}
    for name in arguments.files:
        files[name] = parse(name, text_at(name))
    taken = take_over(arguments.system, files)
    if arguments.output is not None and not arguments.dry_run:
        with Path(arguments.output).open("w" if arguments.force else "x", encoding="utf-8") as file:
            file.write(as_json(taken.document, indent=2) + "\n")
    if arguments.json:
        written = None if arguments.dry_run else arguments.output
        fields = {"output": written, "policy": taken.document, "report": taken.report.as_data()}
        terminal.answer(arguments.document, {"dry_run": arguments.dry_run, **fields})
    else:
        terminal.lines(str(taken.report))
        if arguments.dry_run:
            terminal.line()
            terminal.line(f"Nothing was written: {_would(arguments)}")
        elif arguments.output is None:
            terminal.line()
            terminal.line("Nothing was written: name a file with -o POLICY.json")
        else:
            terminal.line()
            terminal.line(f"Written: {arguments.output}. Look it over: supportflow check {arguments.output}")
    return 0


def _would(arguments: argparse.Namespace) -> str:
    """What `-o` would do."""
    if arguments.output is None:
        return "name a file with -o POLICY.json"
    if not Path(arguments.output).exists():
        return f"{arguments.output} would be"
    return (
        f"{arguments.output} would be written over"
        if arguments.force
        else f"{arguments.output} is there already"
    )
