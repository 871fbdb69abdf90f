"""`supportflow check`: reads a policy and says what is wrong with it."""

import argparse
from pathlib import Path
from typing import Any

from supportflow.cli.console import WRONG
from supportflow.exceptions import DefinitionError
from supportflow.policy.loading import read_policy

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "check",
        help="read a policy and say what is wrong with it",
        description="Read a policy and print every problem with its path; exit status 1 if there is one.",
    )
    parser.add_argument("policy", metavar="POLICY", help="a policy in TOML or JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check the policy."""
    path = Path(arguments.policy)
    try:
        policy = read_policy(path)
    except DefinitionError as error:
        for problem in error.problems:
            print(f"{path}: {problem}")
        return WRONG
    targets = sum(len(sla.targets) for sla in policy.sla)
    counts = (
        f"{len(policy.classes)} classes, {len(policy.rules)} rules, {len(policy.sla)} SLA policies with {targets} targets, "
        f"{len(policy.calendars)} calendars, {len(policy.groups)} groups"
    )
    print(f"{path}: policy {policy.name!r} is good: {counts}")
    print(f"fingerprint {policy.fingerprint}")
    return 0
