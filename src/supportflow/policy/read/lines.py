"""Where the values of a TOML or JSON text stand. Their readers do not tell, and a mistake is found by its line.

Only for texts that their reader has accepted: then a few forms tell all that there is to see. Linear in the text.
"""

import json
import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property

__all__ = ["Lines"]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*+")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*+"{3,5}|' + r"'''(?:[^']|'{1,2}(?!'))*+'{3,5}|"
    r'"(?:[^"\\\n]|\\.)*+"|' + r"'[^'\n]*+'",
    re.DOTALL,
)
_PLAIN = re.compile(r"\d{4}-\d\d-\d\d \d\d:[0-9:.+Z-]*|[^,\]}\s#]+")

_Path = tuple[str | int, ...]


class Lines(Mapping[str, int]):
    """Dotted path of a value → its line. The text is looked through at the first question.

    Args:
        text: An accepted text.
        toml: True for TOML; False for JSON.
    """

    def __init__(self, text: str, *, toml: bool) -> None:
        self._text = text
        self._toml = toml

    def __getitem__(self, path: str) -> int:
        return self._found[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    @cached_property
    def _found(self) -> dict[str, int]:
        scan = _Scan(self._text)
        try:
            if self._toml:
                scan.document()
            else:
                scan.value((), ":")
        except (
            RecursionError
        ):  # deeper than a document may nest: what is wrong with it is said without a line
            return {}
        return scan.lines


class _Scan:
    """Goes through a text once."""

    def __init__(self, text: str) -> None:
        self.lines: dict[str, int] = {}
        self._text = text
        self._at = 0
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._tables: dict[_Path, int] = {}
        """Path of an array of tables → the place of its last table."""

    def document(self) -> None:
        """A whole TOML document."""
        here: _Path = ()
        self._skip()
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                here = self._header()
            else:
                self._pair(here, "=")
            self._skip()

    def _header(self) -> _Path:
        array = self._text.startswith("[[", self._at)
        start = self._at
        self._at += 1 + array
        *above, last = self._key()
        self._skip()
        self._at += 1 + array
        path: _Path = ()
        for part in above:
            path = self._inside((*path, part))
        path = (*path, last)
        if array:
            self._tables[path] = self._tables.get(path, -1) + 1
            self._note(path, start)
        path = self._inside(path)
        self._note(path, start)
        return path

    def _inside(self, path: _Path) -> _Path:
        return (*path, self._tables[path]) if path in self._tables else path

    def _pair(self, here: _Path, separator: str) -> None:
        start = self._at
        path = here
        for part in self._key():
            path = (*path, part)
            self._note(path, start)
        self._skip()
        assert self._text[self._at] == separator
        self._at += 1
        self._skip()
        self.value(path, separator)

    def _key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self._skip()
            bare = _BARE.match(self._text, self._at)
            found = bare or _STRING.match(self._text, self._at)
            assert found is not None
            self._at = found.end()
            parts.append(found.group() if bare else _meaning(found.group()))
            self._skip()
            if self._text[self._at] != ".":
                return parts
            self._at += 1

    def value(self, path: _Path, separator: str) -> None:
        """One value and all that is in it."""
        self._skip()
        self._note(path, self._at)
        opening = self._text[self._at]
        if opening not in "[{":
            found = _STRING.match(self._text, self._at) or _PLAIN.match(self._text, self._at)
            assert found is not None
            self._at = found.end()
            return
        self._at += 1
        place = 0
        while True:
            self._skip()
            if self._text[self._at] in "]}":
                self._at += 1
                return
            if opening == "[":
                self.value((*path, place), separator)
            else:
                self._pair(path, separator)
            place += 1
            self._skip()
            if self._text[self._at] == ",":
                self._at += 1

    def _skip(self) -> None:
        blank = _BLANK.match(self._text, self._at)
        assert blank is not None
        self._at = blank.end()

    def _note(self, path: _Path, at: int) -> None:
        if path:
            self.lines.setdefault(".".join(map(str, path)), bisect_right(self._breaks, at) + 1)


def _meaning(quoted: str) -> str:
    """The text of a quoted key."""
    try:
        return str(json.loads(quoted))
    except ValueError:
        return str(tomllib.loads(f"key = {quoted}")["key"])
