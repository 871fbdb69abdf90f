"""The entry point: reads the command line, runs one command, turns errors into one line and an exit status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module

from supportflow._legible import escaped
from supportflow._version import VERSION
from supportflow.cli import terminal
from supportflow.cli.interrupts import Interrupts
from supportflow.cli.terminal import INTERRUPTED, PIPE_CLOSED, USAGE, complaint
from supportflow.exceptions import DefinitionError, StoreError, SupportflowError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, TextIO

__all__ = ["every_command", "main", "suggestion"]

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
    ("status", "status", "say what waits, what is due, and who works on it"),
    ("completion", "completion", "print what a shell needs to complete commands"),
    ("doctor", "doctor", "say what of an installation and of its database is not as it should be"),
)
"""Every command in order: its name, the module that adds it, and its help. A module is loaded when its command is run."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: The arguments after the program's name; those of the process if not given.

    Returns:
        The exit status, one of `terminal.EXIT_STATUSES`.
    """
    with terminal.guarded():
        return _main(argv)


def _main(argv: Sequence[str] | None) -> int:
    where: str | None = None
    verbose = False
    try:
        given = sys.argv[1:] if argv is None else list(argv)
        verbose = "--verbose" in given
        with Interrupts(noted=_named(given) != "worker"):  # which stops in peace: it has handlers of its own
            arguments = _parser(_named(given)).parse_args([word for word in given if word != "--verbose"])
            where = getattr(arguments, "store", None) or getattr(arguments, "url", None)
            status: int = arguments.run(arguments)
            # Now, not when the interpreter ends: a reader that went away is noticed here.
            sys.stdout.flush()
    except SystemExit as stop:  # argparse: 0 after --help and --version, 2 after a usage error
        return stop.code if isinstance(stop.code, int) else USAGE
    except (SupportflowError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            return _pipe_closed()
        if verbose and isinstance(error, DefinitionError):
            for problem in error.problems[:-1]:
                terminal.line(f"supportflow: {' '.join(problem.split())}", to=sys.stderr)
            return _fail(" ".join(error.problems[-1].split()))
        return _fail(_placed(complaint(error), where) if isinstance(error, StoreError) else complaint(error))
    except KeyboardInterrupt:
        terminal.line("supportflow: interrupted", to=sys.stderr)
        return INTERRUPTED
    return status


def _placed(text: str, where: str | None) -> str:
    """What a database objects to, with the place that it is at and what to do next."""
    if where is None or "://" not in where:
        return text
    place = terminal.without_password(where)
    named = text if place.partition("://")[2].strip("/") in text else f"{place}: {text}"
    return named if "supportflow " in text else f"{named}; `supportflow doctor --store {place}` says more"


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


class _Help(argparse.HelpFormatter):
    """Fills texts to the width of the terminal, paragraph by paragraph, and leaves examples as they are to be typed."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(
            line if line.startswith("  ") else super(_Help, self)._fill_text(line, width, indent)
            for line in text.split("\n")
        )


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one line, whatever stands in it, and what may have been meant."""

    def error(self, message: str) -> NoReturn:
        super().error(escaped(message))

    _in_colours = False

    def print_help(self, file: Any = None) -> None:
        stream: TextIO = sys.stdout if file is None else file
        if not coloured(stream):
            super().print_help(stream)
            return
        self._in_colours = True
        # Past what escapes terminals' commands: nothing of a user's stands in help.
        terminal.raw(stream).write(self.format_help())

    def _get_formatter(self) -> argparse.HelpFormatter:
        if not self._in_colours:
            return _Help(self.prog, width=_width())
        from supportflow.cli.colours import Coloured  # noqa: PLC0415 - an extra, and only for a terminal

        return Coloured(self.prog)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        found, unknown = super().parse_known_args(args, namespace)
        # Here, and not at the top of all parsers, which knows the options of none of its commands.
        wrong = next((word for word in unknown if word.startswith("-")), None)
        if wrong is not None:
            named = wrong.partition("=")[0]
            self.error(f"unknown option {named}{suggestion(named, self._option_string_actions)}")
        return found, unknown

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        choices = action.choices
        if choices is not None and value not in choices and isinstance(value, str):
            known = [str(one) for one in choices]
            meant = suggestion(value, known)
            what = "command" if action.nargs == argparse.PARSER else "choice"
            listed = meant or f" (choose from {', '.join(known)})"
            raise argparse.ArgumentError(action, f"unknown {what} {value!r}{listed}")
        super()._check_value(action, value)


class _Unread(_Parser):
    """Stands for a command whose arguments will not be read, and becomes its parser if somebody looks into it after all."""

    def __init__(self, **given: Any) -> None:
        self._given = given  # a parser takes half a millisecond to make, and there are two dozen commands

    def __getattr__(self, name: str) -> Any:
        given = vars(self).pop("_given", None)
        if given is None:
            raise AttributeError(name)
        super().__init__(**given)
        return getattr(self, name)


def _width() -> int:
    """How wide help is: as `argparse` finds it by itself, which loads all that `shutil` needs for archives."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns) - 2
    try:
        found = os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ is not None else 0
    except (ValueError, OSError):
        found = 0
    return (found or 80) - 2


def coloured(stream: TextIO) -> bool:
    """Whether help is shown in colours: on a terminal that has some, if nobody objects and the extra `terminal` is there."""
    if (
        not terminal.raw(stream).isatty()
        or os.environ.get("NO_COLOR")
        or os.environ.get("TERM") in {None, "", "dumb"}
    ):
        return False
    from importlib.util import find_spec  # noqa: PLC0415 - who wants no colours does not wait for it

    return find_spec("rich_argparse") is not None


def suggestion(word: str, known: Iterable[str]) -> str:
    """What may have been meant by a misspelt word, to be put behind a complaint; empty if nothing is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - who spells right does not wait for it

    near = get_close_matches(word[:100], known, n=1, cutoff=0.6)
    return f": did you mean {near[0]}?" if near else ""


def _named(arguments: Sequence[str]) -> str | None:
    """The command that is named: the first word that is no option."""
    return next((word for word in arguments if not word.startswith("-")), None)


def every_command() -> argparse.ArgumentParser:
    """The parser with the arguments of all commands: for what is made of them, such as completions and the reference."""
    return _parser(every=True)


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
    parser.add_argument(
        "--verbose",
        action="store_true",
        help="with any command: say every problem of a document, not the first alone",
    )
    kinds: list[type[_Parser]] = [_Unread]

    def new(**given: Any) -> _Parser:
        return kinds[-1](**given)

    kind: Any = new  # a class to type checkers; argparse only calls it
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=kind)
    homes = {name: home for name, home, _ in _COMMANDS}
    for name, home, text in _COMMANDS:
        if not every and homes.get(named or "") != home:
            commands.add_parser(name, help=text)
        elif name not in commands.choices:
            kinds.append(_Parser)
            import_module(f"supportflow.cli.{home}").add_to(commands)
            kinds.pop()
    return parser
