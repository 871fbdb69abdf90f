"""`supportflow doctor`: what of an installation and of its database is not as it should be, and what to do about it."""

import argparse
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal, NamedTuple

from supportflow._time import from_us
from supportflow._version import VERSION
from supportflow.cli import terminal
from supportflow.cli.answers import add_json
from supportflow.cli.inputs import add_store, never_used, overview_at
from supportflow.cli.terminal import WRONG
from supportflow.exceptions import InvalidInput, MissingExtra, StoreError

__all__ = ["Check", "add_to", "run"]

_PACKAGES = ("pydantic", "pendulum", "transitions", "tzdata")
_EXTRAS = (
    "SQLAlchemy",
    "alembic",
    "psycopg",
    "cryptography",
    "holidays",
    "ruamel.yaml",
    "fastapi",
    "Django",
    "rich-argparse",
    "shtab",
)
_LATE_US = 300 * 1_000_000
"""How long something may be due before somebody should ask why."""
_OFF_US = 2 * 1_000_000
"""How far two clocks may be apart."""


class Check(NamedTuple):
    """One thing that was looked at.

    Attributes:
        name: What.
        state: `ok`; `warning` if somebody should look at it; `error` if it does not work; `skipped` if it was not asked for.
        found: What there is.
        next: What to do about it; empty if nothing.
    """

    name: str
    state: Literal["ok", "warning", "error", "skipped"]
    found: str
    next: str = ""


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "doctor",
        help="say what of an installation and of its database is not as it should be",
        description=(
            "Look at versions, the copies of the time zone data, the clock, and with --store at the database: whether it "
            "can be reached, its tables, what is overdue, deliveries that were given up. Nothing is changed. Exit status 1 "
            "if something does not work; warnings alone leave it at 0."
        ),
        epilog="example:\n  supportflow doctor --store postgresql://desk@db/helpdesk",
    )
    add_store(parser, required=False)
    add_json(parser, "the checks")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Look at everything."""
    checks = [*_installation(), *_store(arguments.store, arguments.tenant)]
    errors = sum(one.state == "error" for one in checks)
    warnings = sum(one.state == "warning" for one in checks)
    if arguments.json:
        listed = [one._asdict() for one in checks]
        terminal.answer(arguments.document, {"errors": errors, "warnings": warnings, "checks": listed})
    else:
        width = max(len(one.name) for one in checks)
        for one in checks:
            terminal.line(f"{one.state:8} {one.name:{width}}  {one.found}")
            if one.next:
                terminal.line(f"{'':8} {'':{width}}  -> {one.next}")
        terminal.line(f"{errors} errors, {warnings} warnings")
    return WRONG if errors else 0


def _installation() -> Iterator[Check]:
    system = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    yield Check("supportflow", "ok", f"{VERSION}, {system}")
    missing = [name for name in _PACKAGES if _installed(name) is None]
    found = ", ".join(f"{name} {_installed(name)}" for name in _PACKAGES if name not in missing)
    if missing:
        yield Check(
            "packages",
            "error",
            f"{found}; without {', '.join(missing)}",
            "install supportflow again with pip",
        )
    else:
        yield Check("packages", "ok", found)
    extras = ", ".join(f"{name} {_installed(name)}" for name in _EXTRAS if _installed(name) is not None)
    yield Check("extras", "ok", extras or "none")
    yield _zones()


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _zones() -> Check:
    from supportflow.calendars.tzdata import copies_on_disk  # noqa: PLC0415 - other commands need none of it

    copies = copies_on_disk()
    found = f"system {copies.system or 'none'}, package tzdata {copies.package}; calendars read {copies.of('newest')}"
    if copies.differ:
        return Check(
            "time zone data", "warning", found,
            "update the older copy, and run `supportflow recompute` if clocks have changed; `supportflow check` names them",
        )  # fmt: skip
    return Check("time zone data", "ok", found)


def _store(name: str | None, tenant: str) -> Iterator[Check]:
    if name is None:
        yield Check("store", "skipped", "no --store was given")
        return
    try:
        found = overview_at(name, tenant)
    except (StoreError, InvalidInput, MissingExtra, OSError) as error:
        found_at = f"{terminal.without_password(name)}: {terminal.complaint(error)}"
        yield Check("store", "error", found_at, _way_out(error))
        return
    now_us = found.at_us
    yield Check("store", "ok", terminal.without_password(name))
    if found.used:
        yield Check("tenant", "ok", tenant)
    else:
        known = "name the desk's tenant with --tenant, unless it is a new one"
        yield Check("tenant", "warning", terminal.complaint(never_used(tenant)), known)
    yield _tables(found.revision)
    yield _clock(found.now_us, found.latest_us, now_us)
    yield _late("due tickets", found.due, found.due_since_us, now_us, "tickets are due")
    yield _late(
        "due deliveries", found.deliveries_due, found.deliveries_since_us, now_us, "deliveries are due"
    )
    if found.dead or found.failing:
        yield Check(
            "stuck deliveries", "warning", f"{found.dead:,} given up, {found.failing:,} failing",
            "`supportflow outbox list` says why; `outbox retry` tries them again",
        )  # fmt: skip
    else:
        yield Check("stuck deliveries", "ok", "none")


def _way_out(error: Exception) -> str:
    if isinstance(error, MissingExtra):
        return "install the extra"
    if isinstance(error, InvalidInput):
        return "name a database by its URL, such as sqlite:///desk.db or postgresql://desk@db/helpdesk"
    return "see that the address is right and the server runs; `supportflow migrate URL` makes or upgrades the tables"


def _tables(revision: str) -> Check:
    from supportflow.stores.sql.revisions import KNOWN, REVISION  # noqa: PLC0415 - an extra

    if revision not in KNOWN:
        return Check(
            "tables",
            "warning",
            f"revision {revision}, newer than {REVISION}",
            "update supportflow on this machine",
        )
    return Check("tables", "ok", f"revision {revision}, the newest")


def _clock(server_us: int | None, latest_us: int | None, now_us: int) -> Check:
    shown = f"{from_us(now_us):%Y-%m-%dT%H:%M:%SZ}"
    set_it = "set the clocks by NTP: what is due is told by them"
    if server_us is not None and abs(server_us - now_us) > _OFF_US:
        apart = (server_us - now_us) / 1_000_000
        return Check("clock", "warning", f"{shown}; the database's is {apart:+.1f} s off", set_it)
    if latest_us is not None and latest_us > now_us + _OFF_US:
        ahead = f"{from_us(latest_us):%Y-%m-%dT%H:%M:%SZ}"
        return Check(
            "clock", "warning", f"{shown}; a ticket was changed at {ahead}, which is still to come", set_it
        )
    return Check("clock", "ok", shown)


def _late(name: str, number: int, since_us: int | None, now_us: int, what: str) -> Check:
    if not number or since_us is None:
        return Check(name, "ok", "none")
    late_us = now_us - since_us
    found = f"{number:,} {what}, the first for {late_us // 60_000_000:,} min"
    if late_us > _LATE_US:
        return Check(
            name,
            "warning",
            found,
            "see that a worker runs: `supportflow worker`; `supportflow status` says more",
        )
    return Check(name, "ok", found)
