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
from supportflow.cli.contents import COMMANDS, DESCRIPTION, EPILOG, VERBOSE, coloured, width
from supportflow.cli.interrupts import Interrupts
from supportflow.cli.terminal import INTERRUPTED, PIPE_CLOSED, USAGE, complaint
from supportflow.exceptions import DefinitionError, StoreError, SupportflowError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, TextIO

__all__ = ["every_command", "main", "suggestion"]


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
            made: argparse.HelpFormatter = _Help(self.prog, width=width())
        else:
            from supportflow.cli.colours import Coloured  # noqa: PLC0415 - an extra, and only for a terminal

            made = Coloured(self.prog)
        for action in self._actions:
            if action.nargs == argparse.PARSER and isinstance(action.choices, dict):
                # Some Pythons (3.11.7, 3.12.1) forget that names of commands stand two columns further in.
                made._action_max_length = max(map(len, action.choices)) + 4  # noqa: SLF001
        return made

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
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"supportflow {VERSION}")
    parser.add_argument(
        "--verbose",
        action="store_true",
        help=VERBOSE,
    )
    kinds: list[type[_Parser]] = [_Unread]

    def new(**given: Any) -> _Parser:
        return kinds[-1](**given)

    kind: Any = new  # a class to type checkers; argparse only calls it
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=kind)
    homes = {name: home for name, home, _ in COMMANDS}
    for name, home, text in COMMANDS:
        if not every and homes.get(named or "") != home:
            commands.add_parser(name, help=text)
        elif name not in commands.choices:
            kinds.append(_Parser)
            import_module(f"supportflow.cli.{home}").add_to(commands)
            kinds.pop()
    return parser
