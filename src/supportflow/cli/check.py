"""`supportflow check`: reads a policy and says what is wrong with it."""

import argparse
import sys
import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from supportflow.calendars.zones import clock_of
from supportflow.cli import terminal
from supportflow.cli.answers import add_json
from supportflow.cli.documents import (
    Kind,
    kind_of,
    mapping_named,
    policy_named,
    roster_named,
    scenario_named,
    shifts_named,
)
from supportflow.cli.roster import first_day
from supportflow.cli.terminal import WRONG
from supportflow.exceptions import DefinitionError, InvalidInput, PolicyError, RosterError
from supportflow.policy import Policy
from supportflow.policy.check.names import AmbiguousNameWarning
from supportflow.policy.verify.policy import Report, invalid, verify
from supportflow.policy.verify.rosters import verify_roster
from supportflow.routing.document import Roster

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "check",
        help="read a policy and say what is wrong with it",
        description="Read a policy, and prove what can never work: rules that never match, tickets without an SLA "
        "policy, conditions that contradict themselves, targets that their calendar cannot count. With a roster also: "
        "promises that nobody on duty serves in the seven days from --from on. Exit status 1 if there is an error; "
        "warnings alone leave it at 0.",
        epilog="examples:\n  supportflow check policy.toml --roster team.toml --from 2026-03-02\n"
        "  supportflow check exchange --json",
    )
    parser.add_argument(
        "policy",
        metavar="POLICY",
        help="a policy in TOML, JSON or YAML, a shipped one by name, or - for standard input; also a scenario, a roster, "
        "shifts or a mapping of a log, recognised by its fields",
    )
    parser.add_argument(
        "--roster", metavar="ROSTER", help="a roster to check beside it, in TOML, JSON or YAML"
    )
    parser.add_argument(
        "--from",
        dest="first",
        metavar="YYYY-MM-DD",
        help="the first of the seven days (UTC) that the roster is checked for (default: today)",
    )
    add_json(parser, "the findings")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check the policy, and the roster if there is one."""
    before = sys.stdin
    try:
        return _run(arguments)
    finally:
        sys.stdin = before  # what came on it was put back, to be read again


def _run(arguments: argparse.Namespace) -> int:
    path = Path(arguments.policy)
    kind = kind_of(arguments.policy)
    if kind != "policy":
        return _check_other(kind, path, arguments)
    policy: Policy | None = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AmbiguousNameWarning)  # it is in the report
            policy = policy_named(arguments.policy)
    except PolicyError as error:
        report = invalid(_without(f"{path}: ", _without("standard input: ", error)))
    else:
        report = verify(policy, since=datetime.now(UTC).date().replace(month=1, day=1))
    beside = _roster(arguments, policy)
    if arguments.json:
        document = _as_json(path, policy, report)
        if beside is not None:
            document["roster"] = _roster_as_json(*beside)
        terminal.answer(arguments.document, document)
    else:
        _print(path, policy, report)
        if beside is not None:
            _print_roster(*beside)
    return 0 if report.ok and (beside is None or beside[2].ok) else WRONG


def _check_other(kind: Kind, path: Path, arguments: argparse.Namespace) -> int:
    """Check a document that is no policy."""
    for option in ("roster", "first"):
        if getattr(arguments, option) is not None:
            raise InvalidInput(
                f"--{'from' if option == 'first' else option}", f"needs a policy, and {path} is a {kind}"
            )
    problems: list[str] = []
    name = ""
    try:
        name = getattr(_READ[kind](arguments.policy), "name", "")
    except DefinitionError as error:
        problems = list(_without(f"{path}: ", _without("standard input: ", error)).problems)
    if arguments.json:
        findings = [{"severity": "error", "message": problem} for problem in problems]
        terminal.answer(
            arguments.document,
            {
                kind: str(path),
                "name": name or None,
                "errors": len(problems),
                "warnings": 0,
                "findings": findings,
            },
        )
    else:
        for problem in problems:
            terminal.line(f"{path}: {problem}")
        if not problems:
            terminal.line(f"{path}: {kind} {name!r} is good" if name else f"{path}: the {kind} are good")
    return WRONG if problems else 0


_READ: Mapping[Kind, Callable[[str], Any]] = {
    "roster": roster_named,
    "scenario": scenario_named,
    "mapping": mapping_named,
    "shifts": shifts_named,
}


def _roster(
    arguments: argparse.Namespace, policy: Policy | None
) -> tuple[Path, Roster | None, Report] | None:
    """The roster that was asked for and what is wrong with it; None if none was, or if its policy cannot be used."""
    if arguments.roster is None:
        if arguments.first is not None:
            raise InvalidInput("--from", "needs --roster")
        return None
    start = first_day(arguments.first, clock_of("UTC"))
    path = Path(arguments.roster)
    try:
        roster = roster_named(arguments.roster)
    except RosterError as error:
        return path, None, invalid(_without(f"{path}: ", _without("standard input: ", error)))
    return None if policy is None else (path, roster, verify_roster(roster, policy, start=start))


def _without(prefix: str, error: DefinitionError) -> DefinitionError:
    return type(error)([problem.removeprefix(prefix) for problem in error.problems])


def _as_json(path: Path, policy: Policy | None, report: Report) -> dict[str, object]:
    return {
        "policy": str(path),
        "name": None if policy is None else policy.name,
        "fingerprint": None if policy is None else policy.fingerprint,
        **_counted(report),
    }


def _roster_as_json(path: Path, roster: Roster | None, report: Report) -> dict[str, object]:
    return {"roster": str(path), "name": None if roster is None else roster.name, **_counted(report)}


def _counted(report: Report) -> dict[str, object]:
    return {
        "errors": len(report.errors),
        "warnings": len(report.warnings),
        "findings": [finding.to_json() for finding in report.findings],
    }


def _print(path: Path, policy: Policy | None, report: Report) -> None:
    _print_findings(path, report, usable=policy is not None)
    if policy is None:
        return
    targets = sum(len(sla.targets) for sla in policy.sla)
    counts = (
        f"{len(policy.classes)} classes, {len(policy.rules)} rules, {len(policy.sla)} SLA policies with {targets} targets, "
        f"{len(policy.calendars)} calendars, {len(policy.groups)} groups"
    )
    terminal.line(f"{path}: policy {policy.name!r} {_verdict(report, counts)}")
    terminal.line(f"fingerprint {policy.fingerprint}")


def _print_roster(path: Path, roster: Roster | None, report: Report) -> None:
    _print_findings(path, report, usable=roster is not None)
    if roster is not None:
        counts = f"{len(roster.agents)} agents, {len(roster.promises)} promises"
        terminal.line(f"{path}: roster {roster.name!r} {_verdict(report, counts)}")


def _print_findings(path: Path, report: Report, *, usable: bool) -> None:
    for finding in report.findings:
        # A document that cannot be used has nothing but errors.
        terminal.line(f"{path}: {finding.severity}: {finding}" if usable else f"{path}: {finding}")


def _verdict(report: Report, counts: str) -> str:
    return f"is good: {counts}" if report.ok else f"has errors: {len(report.errors)}"
