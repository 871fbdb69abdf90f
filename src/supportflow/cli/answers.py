"""What commands have in common: `--json`, `--dry-run`, and how what was found is printed with and without them.

A command hands over what it found once, as fields and as lines. Which of the two is printed stands here, and what the
document is called is read off its parser.
"""

import argparse
from collections.abc import Iterable, Mapping
from typing import Any

from supportflow.cli import terminal

__all__ = ["add_dry_run", "add_json", "add_json_file", "say", "words_of"]


def words_of(parser: argparse.ArgumentParser) -> str:
    """The words that a command is called by, without the program's name."""
    return parser.prog.partition(" ")[2]


def add_json(parser: argparse.ArgumentParser, what: str = "what was found or done") -> None:
    """Add `--json`, for a command that prints one answer: `say` prints it."""
    parser.add_argument("--json", action="store_true", help=f"print {what} as one JSON document")
    parser.set_defaults(document=words_of(parser))


def add_json_file(parser: argparse.ArgumentParser, what: str) -> None:
    """Add `--json OUT`, for a command that prints a report, and writes the document beside it."""
    parser.add_argument(
        "--json", metavar="OUT", help=f"write {what} as JSON to a file, or - for standard output"
    )
    parser.set_defaults(document=words_of(parser))


def add_dry_run(
    parser: argparse.ArgumentParser, what: str = "say what would be done, and change nothing"
) -> None:
    """Add `--dry-run`."""
    parser.add_argument("--dry-run", action="store_true", help=what)


def say(
    arguments: argparse.Namespace,
    fields: Mapping[str, Any],
    lines: Iterable[str],
    *,
    indent: int | None = 2,
) -> None:
    """Print what a command has found: with `--json` its document, else lines.

    Args:
        arguments: The command line.
        fields: What it found, without `document` and `schema`.
        lines: The same in words; not asked for with `--json`.
        indent: How far what is inside of the document stands in; None for everything in one line.
    """
    if arguments.json:
        terminal.answer(arguments.document, fields, indent=indent)
        return
    for text in lines:
        terminal.line(text)
