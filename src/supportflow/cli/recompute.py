"""`supportflow recompute`: clocks set anew, batch by batch, after an update."""

import argparse
import sys
from pathlib import Path
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.answers import add_dry_run, add_json, say
from supportflow.cli.inputs import add_store, desk_at, policy_at
from supportflow.cli.progress import Bar
from supportflow.cli.terminal import WRONG, listed
from supportflow.desk import Desk

__all__ = ["add_to", "run"]


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
        epilog="example:\n  supportflow recompute --store sqlite:///desk.db --keep recompute.cursor",
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
    add_dry_run(parser, "count only; where it goes on is not kept")
    add_json(parser)
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
        desk_at(arguments.store, arguments.tenant, policy, dry_run=arguments.dry_run) as desk,
        Bar(sys.stderr, "recomputing", shown=not arguments.quiet, unit="tickets") as bar,
    ):
        taken = None if policy is None else desk.use(policy, progress=bar)
        found = _recompute(desk, cursor, None if arguments.dry_run else kept, arguments.batch, bar)
    failed = found["failed"]
    fields = {
        "dry_run": arguments.dry_run,
        "policy": None
        if policy is None
        else {"name": policy.name, "fingerprint": policy.fingerprint, "moved": taken},
        **found,
    }
    would = "would be " if arguments.dry_run else ""
    lines = []
    if policy is not None:
        used = "would be in use" if arguments.dry_run else "is in use"
        lines.append(f"policy {policy.name!r} {used}; {taken:,} open tickets {would}moved to it")
    lines.append(
        f"{found['seen']:,} tickets looked at, {found['moved']:,} wake-ups {would}set anew, "
        f"{len(failed):,} could not be read"
    )
    say(arguments, fields, lines)
    if failed:
        terminal.line(f"could not be read: {listed(failed)}", to=sys.stderr)
    return WRONG if failed else 0


def _recompute(desk: Desk, cursor: str | None, kept: Path | None, batch: int, bar: Bar) -> dict[str, Any]:
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
    return {"seen": seen, "moved": moved, "failed": failed}
