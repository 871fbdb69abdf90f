"""`supportflow diff`: where two policies differ, or what a surge changes in one."""

import argparse
from collections.abc import Iterator
from typing import Any

from supportflow._legible import as_json
from supportflow.cli import terminal
from supportflow.cli.answers import add_json
from supportflow.cli.inputs import policy_at
from supportflow.conditions.fields import nearest
from supportflow.exceptions import InvalidInput
from supportflow.policy import CompiledPolicy, Policy
from supportflow.policy.diff import policy_diff
from supportflow.policy.overlay import overlaid

__all__ = ["add_to", "run"]

_WIDE = 160
"""Characters of a value, or of two lists, that are told as they are."""
_SHOWN = 8
"""How many of what only one of two lists has are named."""


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "diff",
        help="say where two policies differ, or what a surge changes",
        description="Print each place in which two policies differ, with what the first says and what the second says. With "
        "--surge: what the policy's surges change in it, laid over it in the order given.",
        epilog="examples:\n  supportflow diff today.toml tomorrow.toml\n  supportflow diff policy.toml --surge crash",
    )
    parser.add_argument("old", metavar="POLICY", help="a policy in TOML, JSON or YAML")
    parser.add_argument("new", metavar="OTHER", nargs="?", help="the policy that it is compared with")
    parser.add_argument("--surge", metavar="NAME", action="append", default=[], help="a surge of POLICY")
    add_json(parser, "the differences")
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
        terminal.answer(arguments.document, {"differences": [one._asdict() for one in found]})
    else:
        for one in found:
            for text in _lines(one.path, one.old, one.new):
                terminal.line(text)
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


def _lines(path: str, old: object, new: object) -> Iterator[str]:
    """A line for each field that differs: what was added or taken away as a whole is told field by field, too."""
    if old == new or (not _says(old) and not _says(new)):
        return
    before, after = _fields(old), _fields(new)
    if before is not None and after is not None:
        for name in dict.fromkeys((*before, *after)):
            yield from _lines(f"{path}.{name}", before.get(name), after.get(name))
    elif isinstance(old, list) and isinstance(new, list) and _written(old, new) > _WIDE:
        yield f"{path}: {_listed('without', old, new)}{_listed('with', new, old)}".rstrip("; ")
    else:
        yield f"{path}: {_shown(old)} -> {_shown(new)}"


def _says(value: object) -> bool:
    """False of what says no more than that it is not there."""
    return value is not None and value not in ([], {}, "")


def _fields(value: object) -> dict[str, object] | None:
    """What stands in a mapping, or in a list of mappings by their names; nothing in None. None of anything else."""
    if value is None:
        return {}
    if isinstance(value, dict):
        return {str(name): one for name, one in value.items()}
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return {str(one.get("name") or one.get("metric") or place): one for place, one in enumerate(value)}
    return None


def _written(*values: object) -> int:
    return sum(len(_shown(one)) for one in values)


def _listed(word: str, values: list[object], others: list[object]) -> str:
    """What only one of two long lists has."""
    own = [one for one in values if one not in others]
    shown = ", ".join(map(_shown, own[:_SHOWN]))
    more = f" and {len(own) - _SHOWN} more" if len(own) > _SHOWN else ""
    return f"{word} {shown}{more}; " if own else ""


def _shown(value: object) -> str:
    """A value as JSON; of a long one, its beginning."""
    text = "-" if value is None else as_json(value)
    return text if len(text) <= _WIDE else f"{text[:_WIDE]}… ({len(text) - _WIDE} characters more)"
