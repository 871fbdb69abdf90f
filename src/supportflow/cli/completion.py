"""`supportflow completion`: what a shell needs to complete commands, options and files."""

import argparse
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.answers import add_json, say
from supportflow.exceptions import MissingExtra

__all__ = ["add_to", "run"]

SHELLS = ("bash", "zsh", "tcsh")


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "completion",
        help="print what a shell needs to complete commands",
        description="Print a script that lets a shell complete commands, options and names of files.",
        epilog="example:\n  supportflow completion bash > ~/.local/share/bash-completion/completions/supportflow",
    )
    parser.add_argument("shell", choices=SHELLS, help="the shell")
    add_json(parser, "it")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the script.

    Raises:
        MissingExtra: If `shtab` is not installed.
    """
    try:
        import shtab  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise MissingExtra("completion", "supportflow completion") from None
    from supportflow.cli.app import every_command  # noqa: PLC0415 - it loads this module

    parser = every_command()
    for one in _all(parser):
        for action in one._actions:  # noqa: SLF001 - argparse shows them nowhere else
            if str(action.metavar) in _FILES and (action.option_strings or action.metavar != "KEY"):
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    script = shtab.complete(parser, arguments.shell)
    if arguments.json:
        say(arguments, {"shell": arguments.shell, "script": script}, ())
    else:
        terminal.lines(script)
    return 0


_FILES = frozenset(
    {
        "POLICY", "OTHER", "LOG", "MAPPING", "SCENARIO", "ROSTER", "FILE", "OUT", "MODEL", "PROOF", "LABELLED", "TICKETS",
        "PHRASES", "KEY", "FILES",
    }
)  # fmt: skip
"""What stands for the name of a file in usages; a KEY that no option goes before is one of a delivery."""


def _all(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    found = [parser]
    for action in parser._actions:  # noqa: SLF001 - as above
        if action.nargs == argparse.PARSER and isinstance(action.choices, dict):
            found += [below for one in action.choices.values() for below in _all(one)]
    return found
