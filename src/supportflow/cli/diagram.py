"""`supportflow diagram`: the lifecycle as a Mermaid state diagram."""

import argparse
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.answers import add_json, say
from supportflow.cli.inputs import policy_at
from supportflow.lifecycle import default_lifecycle, mermaid

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "diagram",
        help="draw the lifecycle as a Mermaid state diagram",
        description="Print the lifecycle of a policy, or the default one, as a Mermaid state diagram.",
        epilog="example:\n  supportflow diagram --policy policy.toml",
    )
    add_json(parser, "it")
    parser.add_argument("--policy", metavar="POLICY", help="a policy in TOML or JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the diagram."""
    policy = policy_at(arguments.policy)
    lifecycle = policy.lifecycle or default_lifecycle(policy.reopen_within)
    text = mermaid(lifecycle)
    if arguments.json:
        say(arguments, {"lifecycle": lifecycle.model_dump(mode="json", by_alias=True), "mermaid": text}, ())
    else:
        terminal.lines(text)
    return 0
