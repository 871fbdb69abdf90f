"""The commands of the command line, read off its parser."""

import argparse

from supportflow.cli.app import _parser


def leaves(
    parser: argparse.ArgumentParser, path: tuple[str, ...] = ()
) -> dict[tuple[str, ...], argparse.ArgumentParser]:
    """Every command and action that can be run, by its words."""
    found = {path: parser} if parser.get_default("run") is not None else {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, one in action.choices.items():
                found |= leaves(one, (*path, name))
    return found


COMMANDS = leaves(_parser(every=True))
