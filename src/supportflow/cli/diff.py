"""`supportflow diff`: where two policies differ, or what a surge changes in one."""

import argparse
from typing import Any

from supportflow._legible import as_json
from supportflow.cli import terminal
from supportflow.cli.inputs import policy_at
from supportflow.conditions.fields import nearest
from supportflow.exceptions import InvalidInput
from supportflow.policy import CompiledPolicy, Policy
from supportflow.policy.diff import Difference, policy_diff
from supportflow.policy.overlay import overlaid

__all__ = ["add_to", "run"]


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "diff",
        help="say where two policies differ, or what a surge changes",
        description="Print each place in which two policies differ, with what the first says and what the second says. With "
        "--surge: what the policy's surges change in it, laid over it in the order given.",
    )
    parser.add_argument("old", metavar="POLICY", help="a policy in TOML, JSON or YAML")
    parser.add_argument("new", metavar="OTHER", nargs="?", help="the policy that it is compared with")
    parser.add_argument("--surge", metavar="NAME", action="append", default=[], help="a surge of POLICY")
    parser.add_argument("--json", action="store_true", help="print the differences as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the differences."""
    if (arguments.new is None) == (not arguments.surge):
        raise InvalidInput("OTHER", "name another policy, or a surge with --surge; one of them")
    old = policy_at(arguments.old)
    CompiledPolicy(old)
    if arguments.surge:
        old, new = _surging(old, arguments.surge)
    else:
        new = policy_at(arguments.new)
        CompiledPolicy(new)
    found = policy_diff(old, new)
    if arguments.json:
        terminal.document([one._asdict() for one in found])
    else:
        for one in found:
            terminal.line(_line(one))
        terminal.line(f"{len(found)} differences" if len(found) != 1 else "1 difference")
    return 0


def _surging(policy: Policy, names: list[str]) -> tuple[Policy, Policy]:
    """The policy without and with its surges, so that only what these change is a difference."""
    for name in names:
        if name not in policy.surges:
            raise InvalidInput("--surge", f"unknown surge {name!r}{nearest(name, policy.surges)}")
    laid = overlaid(policy, names)
    CompiledPolicy(laid)
    calls_in = () if laid.overlay is None else laid.overlay.calls_in
    overlay = None if laid.overlay is None or not calls_in else laid.overlay
    return policy.model_copy(update={"surges": {}, "name": laid.name}), laid.model_copy(
        update={"overlay": overlay}
    )


def _line(one: Difference) -> str:
    return f"{one.path}: {_shown(one.old)} -> {_shown(one.new)}"


def _shown(value: object) -> str:
    return "-" if value is None else as_json(value)
