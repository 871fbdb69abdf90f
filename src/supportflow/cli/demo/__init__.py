"""`supportflow demo`: a morning at a help desk in detail, then a day at an exchange's. It needs no data and no network."""

import argparse
import sys
import warnings
from tempfile import TemporaryDirectory
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.answers import add_json, say
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
        epilog="example:\n  supportflow demo --tickets 600 --store sqlite:///demo.db",
    )
    parser.add_argument(
        "--tickets", type=int, default=_TICKETS, metavar="N", help=f"how many come in (default: {_TICKETS})"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of all chance (default: 1)")
    parser.add_argument(
        "--store",
        metavar="URL",
        help="an empty database to keep it in, such as sqlite:///demo.db, or memory (default: a temporary SQLite file)",
    )
    add_json(parser, "the figures of the day")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Tell of both.

    Raises:
        InvalidInput: If the number of tickets cannot be used, or there is something in the store already.
        MissingExtra: If the store's driver is not installed.
    """
    if not 1 <= arguments.tickets <= _MOST:
        raise InvalidInput("--tickets", f"is not from 1 to {_MOST:,}")
    with TemporaryDirectory() as folder:
        # Before anything is told: what there is to say of the store does not stand in the middle.
        store = _store(arguments.store, folder)
        if not arguments.json:
            tell()
        _play(arguments, store)
    return 0


def _store(url: str | None, folder: str) -> Store | None:
    """The store of the day; None for one in memory."""
    from supportflow.cli.inputs import store_at  # noqa: PLC0415 - other parts of the demo need none

    if url == "memory":
        return None
    with warnings.catch_warnings():
        if url is None:
            # A file of one process, gone with it: what a version of SQLite does to files that are shared is no matter.
            warnings.simplefilter("ignore", RuntimeWarning)
        store: Store = store_at(url or f"sqlite:///{folder}/demo.db")
        if store.events("default", "desk"):
            store.close()
            raise InvalidInput("--store", "a desk has used it already; name an empty one")
    return store


def _play(arguments: argparse.Namespace, store: Store | None) -> None:
    from supportflow.cli.demo.board import Board, figures, summary  # noqa: PLC0415
    from supportflow.cli.demo.day import ExchangeDay  # noqa: PLC0415

    tickets = arguments.tickets
    shown = not arguments.json
    if shown:
        terminal.line()
        terminal.line(
            f"A day at the desk of an exchange: {tickets:,} tickets in twenty languages, agents on three continents, a "
            "bot, and a crash at noon (UTC)."
        )
        terminal.line()
    day = ExchangeDay(tickets, arguments.seed, Board(sys.stdout if shown else None), store)
    with day.desk:
        day.run()
        say(
            arguments,
            {"tickets": tickets, "seed": arguments.seed, **figures(day.tally)},
            ["", *summary(day.tally)],
        )
