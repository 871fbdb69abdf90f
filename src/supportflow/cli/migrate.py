"""`supportflow migrate`: make the tables of a database, or bring them up to date."""

import argparse
from typing import Any

from supportflow.cli import terminal
from supportflow.exceptions import MissingExtra

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "migrate",
        help="make or upgrade the tables of a database",
        description="Make the tables of a database, or bring them to the revision of this version. What is there stays.",
    )
    parser.add_argument("url", help="such as sqlite:///desk.db or postgresql://user@host/name")
    parser.add_argument(
        "--sql",
        action="store_true",
        help="print the statements for an empty database instead of running them",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Migrate, or print how."""
    try:
        from supportflow.stores.sql.migration import migrate, migration_sql  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("sqlalchemy"):
            raise
        raise MissingExtra("sql", "supportflow migrate") from None
    if arguments.sql:
        terminal.lines(migration_sql(arguments.url))
    else:
        terminal.line(f"at revision {migrate(arguments.url)}")
    return 0
