"""`supportflow archive` and `supportflow erase`: what is kept no longer."""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.named import add_store, kept_at
from supportflow.cli.progress import Bar
from supportflow.desk import Desk
from supportflow.exceptions import InvalidInput

__all__ = ["add_to", "erase", "run"]

_BATCH = 200
_DIGITS = 5


def add_to(commands: Any) -> None:
    """Add the commands to the command line."""
    archive = commands.add_parser(
        "archive",
        help="put away tickets that were closed long ago",
        description=(
            "Put away tickets that are closed or cancelled and have not changed for so many days. They are still found by "
            "id, no longer by searches, and come back with the next message. Texts are not erased. It can be broken off, "
            "and run beside everything else: nightly, from cron."
        ),
    )
    add_store(archive, required=True)
    archive.add_argument("--days", type=_days, required=True, metavar="N", help="unchanged for so many days")
    archive.add_argument(
        "--keys-days",
        type=_days,
        metavar="N",
        help="and forget idempotency keys of commands that are older than so many days",
    )
    archive.add_argument("--quiet", action="store_true", help="no progress")
    archive.set_defaults(run=run)

    parser = commands.add_parser(
        "erase",
        help="erase every text of a person",
        description=(
            "Erase every text of a person, by requester or agent id: subjects, bodies, file names. It cannot be undone. "
            "Events and what was counted stay; backups of the database are yours to see to."
        ),
    )
    parser.add_argument("subjects", nargs="+", metavar="ID", help="whose texts")
    add_store(parser, required=True)
    parser.add_argument("--yes", action="store_true", help="yes, erase them")
    parser.set_defaults(run=erase)


def _days(text: str) -> int:
    if not text.isdecimal() or len(text) > _DIGITS or int(text) == 0:
        raise argparse.ArgumentTypeError("is not a whole number of days from 1")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Put tickets away."""
    with Desk(store=kept_at(arguments.store), tenant=arguments.tenant) as desk:
        put = _all(lambda: desk.archive(before=_ago(arguments.days), limit=_BATCH), "tickets", arguments)
        terminal.line(f"{put:,} tickets put away")
        if arguments.keys_days is not None:
            before = _ago(arguments.keys_days)
            keys = _all(lambda: desk.forget_keys(before=before, limit=_BATCH), "keys", arguments)
            terminal.line(f"{keys:,} idempotency keys forgotten")
    return 0


def _ago(days: int) -> datetime:
    try:
        return datetime.now(UTC) - timedelta(days=days)
    except OverflowError:
        raise InvalidInput("--days", "goes back before the first year") from None


def _all(batch: Callable[[], int], unit: str, arguments: argparse.Namespace) -> int:
    done = 0
    with Bar(sys.stderr, "keeping order", shown=not arguments.quiet, unit=unit) as bar:
        while some := batch():
            done += some
            bar(done)
    return done


def erase(arguments: argparse.Namespace) -> int:
    """Erase texts."""
    if not arguments.yes:
        raise InvalidInput("erase", "cannot be undone; say --yes, too")
    with Desk(store=kept_at(arguments.store), tenant=arguments.tenant) as desk:
        erased = sum(desk.erase(subject) for subject in arguments.subjects)
    terminal.line(f"{erased:,} texts erased")
    return 0
