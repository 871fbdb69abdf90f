"""`supportflow schema`: the JSON Schema of a policy, for editors and other programs."""

import argparse
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.answers import add_json, say
from supportflow.policy.document.json_schema import policy_schema

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "schema",
        help="print the JSON Schema of a policy",
        description="Print the JSON Schema (draft 2020-12) of a policy document.",
        epilog="example:\n  supportflow schema > policy.schema.json",
    )
    add_json(parser, "the schema, as `json_schema`,")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the schema."""
    if arguments.json:
        say(arguments, {"json_schema": policy_schema()}, ())
    else:
        terminal.document(policy_schema())
    return 0
