"""`supportflow migrate`: make the tables of a database, or bring them up to date."""

import argparse
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.answers import add_dry_run, add_json, say

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "migrate",
        help="make or upgrade the tables of a database",
        description="Make the tables of a database, or bring them to the revision of this version. What is there stays.",
        epilog="examples:\n  supportflow migrate sqlite:///desk.db\n"
        "  supportflow migrate postgresql://desk@db/helpdesk --dry-run",
    )
    parser.add_argument("url", metavar="URL", help="such as sqlite:///desk.db or postgresql://user@host/name")
    parser.add_argument(
        "--sql",
        action="store_true",
        help="print the statements for an empty database instead of running them",
    )
    add_dry_run(parser, "say which revision the database is at, and change nothing")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Migrate, or print how."""
    from supportflow.stores.sql.migration import migrate, migration_sql, revision_of  # noqa: PLC0415 - others need no store
    from supportflow.stores.sql.revisions import KNOWN, REVISION  # noqa: PLC0415 - as above

    if arguments.sql:
        text = migration_sql(arguments.url)
        if arguments.json:
            terminal.answer(arguments.document, {"dry_run": True, "sql": text})
        else:
            terminal.lines(text)
        return 0
    fields: dict[str, object] = {"dry_run": arguments.dry_run}
    if not arguments.dry_run:
        now = migrate(arguments.url)
        say(arguments, {**fields, "revision": now}, [f"at revision {now}"])
        return 0
    found = revision_of(arguments.url)
    to = REVISION if found is None or found in KNOWN else found
    if found is None:
        line = f"no tables of supportflow; they would be made, at revision {to}"
    elif found == to:
        line = f"at revision {found}; nothing would be done"
    else:
        line = f"at revision {found}; it would be upgraded to {to}"
    say(arguments, {**fields, "revision": found, "to": to}, [line])
    return 0
