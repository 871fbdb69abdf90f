"""`supportflow log`: event logs from one format to another, and out of a desk."""

import argparse
import sys
from pathlib import Path
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.answers import add_json
from supportflow.cli.documents import mapping_named, on_log
from supportflow.cli.inputs import add_log, add_store, desk_at, not_the_log
from supportflow.cli.progress import Bar
from supportflow.cli.terminal import WRONG, listed
from supportflow.replay import (
    CaseLog,
    LogMapping,
    convert_log,
    export_history,
    mapping_document,
)

__all__ = ["add_to", "convert", "export"]


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "log",
        help="convert event logs, and write a desk's own history as one",
        description="Convert event logs between CSV, JSON Lines, Parquet and XES, and write a desk's own history as one.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    converting = actions.add_parser(
        "convert",
        help="write a log in another format, with the mapping that reads it",
        description=(
            "Write what a mapping uses of a log in another format, case by case, and beside it the mapping that reads it "
            "(OUT.toml). Texts are left out, requesters are numbered, and no cell of a CSV file is a formula."
        ),
        epilog="example:\n  supportflow log convert changes.csv --mapping mapping.toml -o changes.xes.gz\n",
    )
    add_log(converting)
    _add_output(converting)
    converting.set_defaults(run=on_log(convert))
    exporting = actions.add_parser(
        "export",
        help="write a desk's own history as a log, with the mapping that reads it",
        description=(
            "Write what happened on a desk's tickets as a log, to replay it under another policy, and beside it the mapping "
            "that reads it (OUT.toml). Nothing in the store is changed. A ticket that cannot be read is left out whole, "
            "and the exit status is 1."
        ),
        epilog="example:\n  supportflow log export --store sqlite:///desk.db -o history.parquet\n",
    )
    add_store(exporting, required=True)
    exporting.add_argument(
        "--policy", metavar="POLICY", help="the desk's policy; the one that it used last if not given"
    )
    _add_output(exporting)
    exporting.set_defaults(run=export)


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT",
        help="ends in .csv, .jsonl, .parquet or .xes; each but .parquet also with .gz behind it",
    )
    add_json(parser, "what was written")
    parser.add_argument("--quiet", action="store_true", help="print nothing, and no progress bar")


def convert(arguments: argparse.Namespace) -> int:
    """Write the log in another format."""
    mapping = mapping_named(arguments.mapping)
    out = Path(arguments.output)
    shown = not arguments.quiet
    not_the_log(arguments.output, arguments.log, "output")
    not_the_log(str(_mapping_of(out)), arguments.log, "output")
    with Bar(sys.stderr, "reading", shown=shown) as bar:
        log = CaseLog(arguments.log, mapping, progress=bar)
    with log, Bar(sys.stderr, "writing", shown=shown) as bar:
        written = convert_log(log, out, progress=bar)
        left_out = sum(one.count for one in log.bad.counts() if one.left_out)
        _beside(out, written)
        if arguments.json:
            _tell(arguments.document, out, rows=log.rows, left_out=left_out, cases=log.cases)
        elif shown:
            terminal.line(
                f"{log.rows - left_out:,} of {log.rows:,} rows, {log.cases:,} cases -> {out}, {_mapping_of(out)}"
            )
    return 0


def export(arguments: argparse.Namespace) -> int:
    """Write the history of a desk."""
    out = Path(arguments.output)
    with (
        desk_at(arguments.store, arguments.tenant, arguments.policy) as desk,
        Bar(sys.stderr, "writing", shown=not arguments.quiet, unit="tickets") as bar,
    ):
        written = export_history(desk, out, progress=bar)
    _beside(out, written.mapping)
    left_out = written.left_out
    if arguments.json:
        _tell(arguments.document, out, tickets=written.tickets, left_out=list(left_out))
    elif not arguments.quiet:
        terminal.line(
            f"{written.tickets:,} tickets -> {out}, {_mapping_of(out)}; {len(left_out):,} could not be read"
        )
    if left_out:
        terminal.line(f"could not be read: {listed(left_out)}", to=sys.stderr)
    return WRONG if left_out else 0


def _tell(command: str, out: Path, **facts: object) -> None:
    terminal.answer(command, {"output": str(out), "mapping": str(_mapping_of(out)), **facts}, indent=None)


def _mapping_of(out: Path) -> Path:
    return out.with_name(f"{out.name}.toml")


def _beside(out: Path, mapping: LogMapping) -> None:
    _mapping_of(out).write_text(mapping_document(mapping), encoding="utf-8")
