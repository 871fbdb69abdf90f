"""The entry point: reads the command line, runs one command, turns errors into one line and an exit status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from supportflow._legible import escaped
from supportflow._version import VERSION
from supportflow.cli import terminal
from supportflow.cli.examples import with_examples
from supportflow.cli.terminal import INTERRUPTED, PIPE_CLOSED, USAGE, complaint
from supportflow.exceptions import SupportflowError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["main", "parser_of_all"]

_COMMANDS = (
    ("demo", "demo", "a day at an exchange's desk; needs no data"),
    ("replay", "replay", "run a real log through the lifecycle and the SLA clocks"),
    ("log", "log", "convert event logs, and write a desk's own history as one"),
    ("what-if", "whatif", "say what another policy would have done with a log"),
    ("report", "report", "show a log under a policy, or a desk's own history, as one page with pictures"),
    ("simulate", "simulate", "run a desk that does not exist yet, and see how long everybody waits"),
    ("staffing", "staffing", "say how many agents are needed, by hour and team"),
    ("triage", "triage", "redact and classify messages"),
    ("diagram", "diagram", "draw the lifecycle as a Mermaid state diagram"),
    ("check", "check", "read a policy and say what is wrong with it"),
    ("diff", "diff", "say where two policies differ, or what a surge changes"),
    ("import", "takeover", "make a policy from another helpdesk's export"),
    ("schema", "schema", "print the JSON Schema of a policy"),
    ("calendar", "calendar", "look at a business calendar"),
    ("roster", "roster", "print a week of a roster"),
    ("worker", "worker", "let time pass for a desk: warnings, breaches, deliveries"),
    ("outbox", "outbox", "deliveries that were given up: list, retry, drop"),
    (
        "recompute",
        "recompute",
        "set wake-ups and due times anew after an update of supportflow, of time zone data, or of the policy",
    ),
    ("archive", "retention", "put away tickets that were closed long ago"),
    ("erase", "retention", "erase every text of a person"),
    ("retain", "retention", "erase, put away and forget what the policy's retention keeps no longer"),
    ("records", "records", "prove that nothing was altered: checkpoints, proofs, audits"),
    ("migrate", "migrate", "make or upgrade the tables of a database"),
    ("completion", "completion", "print a script for the shell that completes commands and options"),
)
"""Every command in order: its name, the module that adds it, and its help. A module is loaded when its command is run."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: The arguments after the program's name; those of the process if not given.

    Returns:
        The exit status: 0 if all went well; 1 if what was checked is wrong; 2 for a wrong command line or a file that
        cannot be used; 130 after Ctrl-C; 141 if the reader of the output went away.
    """
    with terminal.guarded():
        return _main(argv)


def _main(argv: Sequence[str] | None) -> int:
    try:
        given = sys.argv[1:] if argv is None else list(argv)
        arguments = _parser(_named(given)).parse_args(given)
        status: int = arguments.run(arguments)
        # Now, not when the interpreter ends: a reader that went away is noticed here.
        sys.stdout.flush()
    except SystemExit as stop:  # argparse: 0 after --help and --version, 2 after a usage error
        return stop.code if isinstance(stop.code, int) else USAGE
    except (SupportflowError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            return _pipe_closed()
        return _fail(complaint(error))
    except KeyboardInterrupt:
        terminal.line("supportflow: interrupted", to=sys.stderr)
        return INTERRUPTED
    return status


def _fail(message: str) -> int:
    terminal.line(f"supportflow: {message}", to=sys.stderr)
    return USAGE


def _pipe_closed() -> int:
    # Python flushes standard output once more when it ends; without this, that would be a second error.
    devnull = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(devnull, sys.stdout.fileno())
    finally:
        os.close(devnull)
    return PIPE_CLOSED


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one line, whatever stands in it."""

    def error(self, message: str) -> NoReturn:
        super().error(escaped(message))


def _named(arguments: Sequence[str]) -> str | None:
    """The command that is named: the first word that is no option."""
    return next((word for word in arguments if not word.startswith("-")), None)


def _parser(named: str | None = None, *, every: bool = False) -> argparse.ArgumentParser:
    """The parser of the command line.

    Args:
        named: The command whose arguments will be read; of the others, only name and help are there.
        every: Whether those of all commands are there.
    """
    parser = _Parser(
        prog="supportflow",
        description="Ticket lifecycle, priorities, SLA clocks and routing for any Python helpdesk.",
        epilog="Start with `supportflow demo`: it needs no data.",
    )
    parser.add_argument("--version", action="version", version=f"supportflow {VERSION}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    homes = {name: home for name, home, _ in _COMMANDS}
    for name, home, text in _COMMANDS:
        if not every and homes.get(named or "") != home:
            commands.add_parser(name, help=text)
        elif name not in commands.choices:
            import_module(f"supportflow.cli.{home}").add_to(commands)
    if named is not None or every:
        with_examples(parser)
    return parser


def parser_of_all() -> argparse.ArgumentParser:
    """The parser with every command."""
    return _parser(every=True)
