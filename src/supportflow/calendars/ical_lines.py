"""The lines of an iCalendar file, put together as components; each property knows the line that it stands on.

Lines are unfolded here, since a mistake is found by its line; the grammar of one line is the `icalendar` package's.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import NamedTuple

from supportflow.exceptions import CalendarError, MissingExtra

__all__ = ["Component", "Property", "read_components", "wrong"]

MAX_BYTES = 20_000_000
"""How long a file may be."""
_DEEPEST = 16
_BREAK = re.compile(r"\r\n|\n|\r")
_NAME = re.compile(r"[A-Za-z0-9-]+")

_READ = frozenset(
    {
        "BEGIN", "END", "UID", "SEQUENCE", "SUMMARY", "STATUS", "DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "RDATE",
        "EXDATE", "RECURRENCE-ID", "TZID", "TZOFFSETFROM", "TZOFFSETTO",
    }
)  # fmt: skip
"""Properties that say when something is; all others are passed over."""


class Property(NamedTuple):
    """One property.

    Attributes:
        name: In capitals.
        params: Its parameters, names in capitals.
        value: What it says.
        line: The number of its first line.
    """

    name: str
    params: Mapping[str, str]
    value: str
    line: int


@dataclass(slots=True)
class Component:
    """A component, such as an event.

    Attributes:
        name: In capitals.
        line: The number of the line at which it begins.
        properties: Its own.
        parts: The components inside.
    """

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    parts: "list[Component]" = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        """Its properties of a name, in their order."""
        return [one for one in self.properties if one.name == name]

    def first(self, name: str) -> str:
        """The text of its first property of a name; empty if it has none."""
        return next((one.value for one in self.properties if one.name == name), "")

    def one(self, name: str) -> Property | None:
        """Its only property of a name; None if it has none.

        Raises:
            CalendarError: If it has several.
        """
        found = self.all(name)
        if len(found) > 1:
            raise wrong(found[1].line, f"{name} stands here a second time in one {self.name}")
        return found[0] if found else None


def wrong(line: int, message: str) -> CalendarError:
    """The error that names a line."""
    return CalendarError([f"ical: line {line}: {message}"])


def read_components(source: str | bytes) -> list[Component]:
    """The calendars in a file.

    Raises:
        MissingExtra: If the `icalendar` package is not installed.
        CalendarError: If it is not an iCalendar file.
    """
    root = Component("", 0)
    stack = [root]
    for name, params, value, line in _properties(source):
        if name == "BEGIN":
            if len(stack) > _DEEPEST:
                raise wrong(line, f"components nest deeper than {_DEEPEST} levels")
            begun = Component(value.strip().upper(), line)
            if len(stack) == 1 and begun.name != "VCALENDAR":
                raise wrong(line, "the file does not begin with BEGIN:VCALENDAR")
            stack[-1].parts.append(begun)
            stack.append(begun)
        elif name == "END":
            if len(stack) == 1 or stack.pop().name != value.strip().upper():
                raise wrong(line, "END names another component than the one that it ends")
        elif len(stack) > 1:
            stack[-1].properties.append(Property(name, params, value, line))
    if len(stack) > 1:
        raise wrong(stack[-1].line, f"{stack[-1].name} begins here and does not end")
    if not root.parts:
        raise CalendarError(["ical: is not an iCalendar file: it has no BEGIN:VCALENDAR"])
    return root.parts


def _properties(source: str | bytes) -> Iterator[Property]:
    try:
        import_module("icalendar")
        content_line = import_module("icalendar.parser").Contentline
    except ImportError:
        raise MissingExtra("ical", "reading iCalendar files") from None
    begun = False
    for number, text in _unfolded(source):
        named = _NAME.match(text)
        name = "" if named is None else named.group().upper()
        if not begun and name != "BEGIN":
            raise CalendarError([f"ical: is not an iCalendar file: line {number} is not BEGIN:VCALENDAR"])
        begun = True
        if name not in _READ:
            continue
        try:
            _, params, value = content_line(text).parts()
        except ValueError:
            raise wrong(number, f"{name} cannot be read") from None
        yield Property(name, {key.upper(): _text(given) for key, given in params.items()}, str(value), number)


def _text(given: str | Sequence[str]) -> str:
    return given if isinstance(given, str) else ",".join(given)


def _unfolded(source: str | bytes) -> Iterator[tuple[int, str]]:
    """Each line with its number, put together with those that continue it."""
    if len(source) > MAX_BYTES:
        raise CalendarError([f"ical: is longer than {MAX_BYTES} bytes"])
    if isinstance(source, str):
        yield from _joined(_BREAK.split(source.removeprefix("\ufeff")))
        return
    # A fold may stand inside a character, so that bytes are unfolded before they are read as text.
    lines = source.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    joined: list[bytes] = []
    start = 0
    for number, line in enumerate([*lines, b"\n"], 1):
        if line[:1] in {b" ", b"\t"} and joined:
            joined.append(line[1:])
            continue
        if b"".join(joined).strip():
            try:
                yield start, b"".join(joined).decode("utf-8")
            except UnicodeDecodeError:
                raise wrong(start, "is not text in UTF-8") from None
        joined, start = [line], number


def _joined(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    joined: list[str] = []
    start = 0
    for number, line in enumerate([*lines, "\n"], 1):
        if line[:1] in {" ", "\t"} and joined:
            joined.append(line[1:])
            continue
        if "".join(joined).strip():
            yield start, "".join(joined)
        joined, start = [line], number
