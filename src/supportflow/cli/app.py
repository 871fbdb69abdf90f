"""The entry point: reads the command line, runs one command, turns errors into one line and an exit status."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import NoReturn

from supportflow._legible import escaped
from supportflow.cli import (
    calendar,
    check,
    demo,
    diagram,
    diff,
    log,
    migrate,
    outbox,
    recompute,
    records,
    replay,
    report,
    retention,
    roster,
    schema,
    simulate,
    staffing,
    takeover,
    terminal,
    triage,
    whatif,
    worker,
)
from supportflow.cli.terminal import INTERRUPTED, PIPE_CLOSED, USAGE, complaint
from supportflow.exceptions import SupportflowError

__all__ = ["main"]

_COMMANDS = (
    demo,
    replay,
    log,
    whatif,
    report,
    simulate,
    staffing,
    triage,
    diagram,
    check,
    diff,
    takeover,
    schema,
    calendar,
    roster,
    worker,
    outbox,
    recompute,
    retention,
    records,
    migrate,
)


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
        arguments = _parser().parse_args(argv)
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


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="supportflow",
        description="Ticket lifecycle, priorities, SLA clocks and routing for any Python helpdesk.",
        epilog="Start with `supportflow demo`: it needs no data.",
    )
    parser.add_argument("--version", action="version", version=f"supportflow {_version()}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_to(commands)
    return parser


def _version() -> str:
    try:
        return version("supportflow")
    except PackageNotFoundError:  # a source tree that was never installed
        return "unknown"
