"""Whatever a command prints goes through here: names from other people's files cannot drive a terminal or forge a line.

`line`, `lines`, `table` and `document` are how commands print; `complaint` is what they say of an error. Beneath them, and
beneath argparse, warnings, logs and tracebacks, lies `guarded`: nothing that nobody can read reaches standard output or
standard error, whoever writes it.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from supportflow._legible import as_json, columns, escaped, padded, without_layout
from supportflow.exceptions import DefinitionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

__all__ = [
    "EXIT_STATUSES",
    "INTERRUPTED",
    "PIPE_CLOSED",
    "USAGE",
    "WRONG",
    "answer",
    "complaint",
    "document",
    "guarded",
    "line",
    "lines",
    "listed",
    "raw",
    "table",
    "without_password",
]

_NAMED = 10
WRONG = 1
"""What was checked is wrong."""
USAGE = 2
"""A wrong command line, or a file that cannot be used."""
INTERRUPTED = 130
"""Ctrl-C, as a shell reports it: 128 and the number of the signal."""
PIPE_CLOSED = 141
"""The reader of the output went away, as a shell reports it."""
EXIT_STATUSES = {
    0: "all went well",
    WRONG: "what was looked at is wrong, or not all that was asked for could be done: the command's help says what",
    USAGE: "a wrong command line, a file that cannot be used, or a database that cannot be reached",
    INTERRUPTED: "interrupted with Ctrl-C",
    PIPE_CLOSED: "the reader of the output went away, as with `| head`",
}
"""Every status that a command can end with."""


def complaint(error: Exception) -> str:
    """What is wrong, in one line."""
    if isinstance(error, DefinitionError):
        more = len(error.problems) - 1
        text = f"{error.problems[0]}{f' (and {more} more: --verbose says them)' if more else ''}"
    elif isinstance(error, OSError):
        text = f"{error.filename}: {error.strerror}" if error.filename is not None else str(error)
    else:
        text = str(error)
    return " ".join(text.split())


def line(text: str = "", *, to: TextIO | None = None) -> None:
    """Print one line, whatever is in the text.

    Args:
        text: The line.
        to: Standard output, if not given.
    """
    print(escaped(text), file=to)


def lines(text: str) -> None:
    """Print a text of several lines, each of which was made of names that were escaped, as reports are."""
    print(without_layout(text.removesuffix("\n")))


def document(value: Any, *, indent: int | None = 2) -> None:
    """Print JSON."""
    print(as_json(value, indent=indent))


def answer(command: str, fields: Mapping[str, Any], *, out: str = "-", indent: int | None = 2) -> None:
    """Print or write what a command answers as JSON: one object, which says first what it is, and of which version.

    Args:
        command: The command's words.
        fields: What it answers.
        out: The file; `-` for standard output.
        indent: How far what is inside stands in; None for everything in one line.
    """
    value = {"document": command, "schema": 1, **{k: v for k, v in fields.items() if k != "schema"}}
    if out == "-":
        document(value, indent=indent)
    else:
        from pathlib import Path  # noqa: PLC0415 - the command line says its help and its version without it

        Path(out).write_text(as_json(value, indent=indent) + "\n", encoding="utf-8")


def listed(names: Sequence[str]) -> str:
    """Names in one line; of many, the first, and how to see the others."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more: --json names them" if more > 0 else "")


def without_password(url: str) -> str:
    """A database's URL as it may stand in a log."""
    head, at, rest = url.rpartition("@")
    scheme, _, login = head.partition("://")
    user, colon, _ = login.partition(":")
    return f"{scheme}://{user}:***@{rest}" if at and colon else url


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a table in Markdown, which a terminal shows as well."""
    shown = [[escaped(cell) for cell in row] for row in rows]
    widths = [max(map(columns, column)) for column in zip(*shown, strict=True)]
    lines = [
        "| " + " | ".join(padded(cell, width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in shown
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


class _Guarded:
    """A stream that escapes what nobody can read, and what its encoding does not have."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        shown = without_layout(text)
        encoding = self.stream.encoding or "utf-8"
        self.stream.write(shown.encode(encoding, "backslashreplace").decode(encoding))
        return len(text)

    def writelines(self, texts: Iterator[str]) -> None:
        for text in texts:
            self.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def raw(stream: TextIO) -> TextIO:
    """The stream beneath a guarded one: for progress bars and boards, which move about, and print no names."""
    return stream.stream if isinstance(stream, _Guarded) else stream


@contextmanager
def guarded() -> Iterator[None]:
    """Guard standard output and standard error.

    They stay guarded if an error goes through: the interpreter prints its message, and the message may have a name in it.
    """
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _guard(before[0]), _guard(before[1])
    shown = warnings.showwarning
    warnings.showwarning = _warned
    try:
        yield
    finally:
        warnings.showwarning = shown
    sys.stdout, sys.stderr = before


def _warned(message: Warning | str, *_: Any, **__: Any) -> None:
    """Print a warning as a command does: in one line, and without the line of code that it came from."""
    line(f"supportflow: warning: {' '.join(str(message).split())}", to=sys.stderr)


def _guard(stream: TextIO) -> Any:
    return stream if isinstance(stream, _Guarded) else _Guarded(stream)
