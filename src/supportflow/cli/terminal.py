"""Whatever a command prints goes through here: names from other people's files cannot drive a terminal or forge a line.

`line` and `document` are how commands print. Beneath them, and beneath argparse, warnings, logs and tracebacks, lies
`guarded`: nothing that nobody can read reaches standard output or standard error, whoever writes it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from supportflow._legible import as_json, escaped, without_layout

__all__ = ["document", "guarded", "line", "lines", "raw"]


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
    yield
    sys.stdout, sys.stderr = before


def _guard(stream: TextIO) -> Any:
    return stream if isinstance(stream, _Guarded) else _Guarded(stream)
