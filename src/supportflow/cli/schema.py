"""`supportflow schema`: the JSON Schema of a policy, for editors and other programs."""

import argparse
from typing import Any

from supportflow.cli import terminal
from supportflow.policy.document.json_schema import policy_schema

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "schema",
        help="print the JSON Schema of a policy",
        description="Print the JSON Schema (draft 2020-12) of a policy document.",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the schema."""
    del arguments
    terminal.document(policy_schema())
    return 0
