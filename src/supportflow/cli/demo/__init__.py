"""`supportflow demo`: a morning at a help desk in detail, then a day at an exchange's. It needs no data and no network."""

import argparse
import sys
from importlib.util import find_spec
from tempfile import TemporaryDirectory
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.demo.morning import tell
from supportflow.exceptions import InvalidInput
from supportflow.ports import Store

__all__ = ["add_to", "run"]

_TICKETS = 60
_MOST = 1_000_000


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "demo",
        help="a day at an exchange's desk; needs no data",
        description=(
            "Three tickets in detail, then a day at the desk of an exchange: twenty languages, three continents, a crash "
            "of the market at noon. It needs no data and no network, and is the same every time."
        ),
    )
    parser.add_argument(
        "--tickets", type=int, default=_TICKETS, metavar="N", help=f"how many come in (default: {_TICKETS})"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of all chance (default: 1)")
    parser.add_argument(
        "--store",
        metavar="URL",
        help="an empty database to keep it in, such as sqlite:///demo.db, or memory (default: a temporary SQLite file, or "
        "memory if the extra sql is not installed)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Tell of both.

    Raises:
        InvalidInput: If the number of tickets cannot be used, or there is something in the store already.
        MissingExtra: If the store's driver is not installed.
    """
    if not 1 <= arguments.tickets <= _MOST:
        raise InvalidInput("--tickets", f"is not from 1 to {_MOST:,}")
    tell()
    _exchange(arguments.tickets, arguments.seed, arguments.store)
    return 0


def _exchange(tickets: int, seed: int, url: str | None) -> None:
    # The preset takes a while to read: only who runs the demo waits for it.
    from supportflow.cli.inputs import store_at  # noqa: PLC0415

    with TemporaryDirectory() as folder:
        if url is None:
            url = f"sqlite:///{folder}/demo.db" if find_spec("sqlalchemy") else "memory"
        store = None if url == "memory" else store_at(url)
        if store is not None and store.events("default", "desk"):
            store.close()
            raise InvalidInput("--store", "a desk has used it already; name an empty one")
        _play(tickets, seed, store)


def _play(tickets: int, seed: int, store: Store | None) -> None:
    from supportflow.cli.demo.board import Board, summary  # noqa: PLC0415
    from supportflow.cli.demo.day import ExchangeDay  # noqa: PLC0415

    terminal.line()
    terminal.line(
        f"A day at the desk of an exchange: {tickets:,} tickets in twenty languages, agents on three continents, a bot, "
        "and a crash at noon (UTC)."
    )
    terminal.line()
    day = ExchangeDay(tickets, seed, Board(sys.stdout), store)
    with day.desk:
        day.run()
        terminal.line()
        for line in summary(day.tally):
            terminal.line(line)
