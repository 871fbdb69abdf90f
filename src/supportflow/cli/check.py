"""`supportflow check`: reads a policy and says what is wrong with it."""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from supportflow.cli.console import WRONG
from supportflow.exceptions import PolicyError
from supportflow.policy import Policy
from supportflow.policy.loading import read_policy
from supportflow.policy.verification import Report, invalid, verify

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "check",
        help="read a policy and say what is wrong with it",
        description="Read a policy, and prove what can never work: rules that never match, tickets without an SLA "
        "policy, conditions that contradict themselves, targets that their calendar cannot count. Exit status 1 if there "
        "is an error; warnings alone leave it at 0.",
    )
    parser.add_argument("policy", metavar="POLICY", help="a policy in TOML, JSON or YAML")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check the policy."""
    path = Path(arguments.policy)
    policy: Policy | None = None
    try:
        policy = read_policy(path)
    except PolicyError as error:
        prefix = f"{path}: "
        report = invalid(PolicyError([problem.removeprefix(prefix) for problem in error.problems]))
    else:
        report = verify(policy, since=datetime.now(UTC).date().replace(month=1, day=1))
    if arguments.json:
        print(json.dumps(_as_json(path, policy, report), ensure_ascii=False, indent=2))
    else:
        _print(path, policy, report)
    return 0 if report.ok else WRONG


def _as_json(path: Path, policy: Policy | None, report: Report) -> dict[str, object]:
    return {
        "policy": str(path),
        "name": None if policy is None else policy.name,
        "fingerprint": None if policy is None else policy.fingerprint,
        "errors": len(report.errors),
        "warnings": len(report.warnings),
        "findings": [finding.to_json() for finding in report.findings],
    }


def _print(path: Path, policy: Policy | None, report: Report) -> None:
    for finding in report.findings:
        # A document that cannot be used has nothing but errors.
        print(f"{path}: {finding}" if policy is None else f"{path}: {finding.severity}: {finding}")
    if policy is None:
        return
    targets = sum(len(sla.targets) for sla in policy.sla)
    counts = (
        f"{len(policy.classes)} classes, {len(policy.rules)} rules, {len(policy.sla)} SLA policies with {targets} targets, "
        f"{len(policy.calendars)} calendars, {len(policy.groups)} groups"
    )
    verdict = f"is good: {counts}" if report.ok else f"has errors: {len(report.errors)}"
    print(f"{path}: policy {policy.name!r} {verdict}")
    print(f"fingerprint {policy.fingerprint}")
