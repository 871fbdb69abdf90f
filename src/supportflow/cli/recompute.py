"""`supportflow recompute`: clocks set anew, batch by batch, after an update."""

import argparse
import sys
from pathlib import Path
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.inputs import add_store, desk_at, policy_at
from supportflow.cli.progress import Bar
from supportflow.cli.terminal import WRONG
from supportflow.desk import Desk

__all__ = ["add_to", "run"]

_SHOWN = 10


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "recompute",
        help="set wake-ups and due times anew after an update of supportflow, of time zone data, or of the policy",
        description=(
            "Compare each ticket's wake-up and due time with what the ticket says now, and set those that differ. "
            "Run it after an update of supportflow, or to go back to older time zone data; workers may go on meanwhile. "
            "It can be broken off: --cursor goes on where it stopped, and --keep remembers that by itself. "
            "Exit status 1 if a ticket could not be read."
        ),
    )
    add_store(parser, required=True)
    parser.add_argument("--policy", metavar="POLICY", help="first take this policy version into use")
    parser.add_argument("--cursor", metavar="CURSOR", help="go on from here: printed when it was broken off")
    parser.add_argument(
        "--keep", metavar="FILE", help="keep the cursor in a file, and go on from what it says"
    )
    parser.add_argument(
        "--batch", type=int, default=200, metavar="N", help="tickets in a batch (default 200)"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Set the wake-ups."""
    policy = None if arguments.policy is None else policy_at(arguments.policy)
    kept = None if arguments.keep is None else Path(arguments.keep)
    cursor = arguments.cursor
    if cursor is None and kept is not None and kept.exists():
        cursor = kept.read_text("utf-8").strip() or None
    with (
        desk_at(arguments.store, arguments.tenant, arguments.policy) as desk,
        Bar(sys.stderr, "recomputing", shown=not arguments.quiet, unit="tickets") as bar,
    ):
        if policy is not None:
            taken = desk.use(policy, progress=bar)
            terminal.line(f"policy {policy.name!r} is in use; {taken:,} open tickets moved to it")
        return _recompute(desk, cursor, kept, arguments.batch, bar)


def _recompute(desk: Desk, cursor: str | None, kept: Path | None, batch: int, bar: Bar) -> int:
    seen = moved = 0
    failed: list[str] = []
    try:
        while True:
            done = desk.recompute(cursor=cursor, limit=batch)
            seen, moved = seen + done.seen, moved + done.moved
            failed += done.failed
            bar(seen)
            cursor = done.cursor
            if cursor is None:
                break
            if kept is not None:
                kept.write_text(f"{cursor}\n", "utf-8")
    except BaseException:
        if cursor is not None:
            terminal.line(to=sys.stderr)
            terminal.line(f"supportflow: broken off; go on with --cursor {cursor}", to=sys.stderr)
        raise
    if kept is not None:
        kept.unlink(missing_ok=True)
    terminal.line(
        f"{seen:,} tickets looked at, {moved:,} wake-ups set anew, {len(failed):,} could not be read"
    )
    if failed:
        more = f" and {len(failed) - _SHOWN:,} more" if len(failed) > _SHOWN else ""
        terminal.line(f"could not be read: {', '.join(failed[:_SHOWN])}{more}", to=sys.stderr)
    return WRONG if failed else 0
