"""`supportflow diagram`: the lifecycle as a Mermaid state diagram."""

import argparse
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.inputs import policy_at
from supportflow.lifecycle import default_lifecycle, mermaid

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "diagram",
        help="draw the lifecycle as a Mermaid state diagram",
        description="Print the lifecycle of a policy, or the default one, as a Mermaid state diagram.",
    )
    parser.add_argument("--policy", metavar="POLICY", help="a policy in TOML or JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the diagram."""
    policy = policy_at(arguments.policy)
    terminal.lines(mermaid(policy.lifecycle or default_lifecycle(policy.reopen_within)))
    return 0
