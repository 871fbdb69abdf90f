"""XES (IEEE 1849), read and written as a stream: one event at a time, whatever the size of the file.

An event's attributes are its columns; those of its trace stand before them as `case:…`, as process mining tools call
them. Attributes inside attributes, lists and containers are passed over.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import IO, TextIO
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from supportflow.exceptions import InvalidInput

__all__ = ["XesWriter", "read_xes"]

_CHUNK = 65_536
_LONGEST = 10_000_000
"""Bytes without an element: such a file is no log."""
_VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})
_Event = tuple[int, dict[str, str] | None, str]


class _Reader:
    """Takes elements in, and gives events out."""

    def __init__(self) -> None:
        self.events: deque[_Event] = deque()
        self.heard = 0
        self._path: list[str] = []
        self._trace: dict[str, str] = {}
        self._event: dict[str, str] = {}
        # Text between elements means nothing here, and entities of a document's own could grow without end.
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse

    @staticmethod
    def _refuse(*_: object) -> None:
        raise InvalidInput("log", "declares a document type, which no XES file needs")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.heard += 1
        kind = name.rpartition(":")[2]
        place = self._path[-1] if self._path else ""
        if not self._path and kind != "log":
            raise InvalidInput("log", f"is XML, but not XES: it begins with {name[:40]!r}")
        self._path.append(kind)
        if kind == "trace":
            self._trace = {}
        elif kind == "event":
            self._event = {}
        elif kind in _VALUES and "key" in attributes:
            if place == "trace":
                self._trace[f"case:{attributes['key']}"] = attributes.get("value", "")
            elif place == "event":
                self._event[attributes["key"]] = attributes.get("value", "")

    def _end(self, name: str) -> None:
        self._path.pop()
        if name.rpartition(":")[2] == "event":
            self.events.append((self.parser.CurrentLineNumber, {**self._trace, **self._event}, ""))


def read_xes(content: IO[bytes]) -> Iterator[_Event]:
    """The events of a file, as records with their lines.

    Raises:
        InvalidInput: If it is no well-formed XES.
    """
    reader = _Reader()
    silent = heard = 0
    while True:
        chunk = content.read(_CHUNK)
        try:
            reader.parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            raise InvalidInput("log", f"is not well-formed XML: {error}") from None
        while reader.events:
            yield reader.events.popleft()
        if not chunk:
            return
        silent = 0 if reader.heard != heard else silent + len(chunk)
        heard = reader.heard
        if silent > _LONGEST:
            raise InvalidInput("log", f"has {_LONGEST:,} bytes without an element")


class XesWriter:
    """Writes events, trace by trace.

    Args:
        stream: A text in UTF-8.
        trace: Key of the trace's attribute → column.
        keys: Key of the event's attribute → column.
        dates: Columns that are instants; the rest are texts.
    """

    def __init__(
        self, stream: TextIO, trace: Mapping[str, str], keys: Mapping[str, str], dates: set[str]
    ) -> None:
        self._stream = stream
        self._trace, self._keys, self._dates = trace, keys, dates
        self._open: list[str] | None = None
        self._named = False
        stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        stream.write('<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">\n')
        for name, prefix in (("Concept", "concept"), ("Time", "time"), ("Organizational", "org")):
            uri = f"http://www.xes-standard.org/{prefix}.xesext"
            stream.write(f'  <extension name="{name}" prefix="{prefix}" uri="{uri}"/>\n')

    def row(self, cells: Mapping[str, str]) -> None:
        """Write an event. Empty cells are left out but in the first, which so names every column for who reads the file."""
        trace = [cells[column] for column in self._trace.values()]
        if trace != self._open:
            self._close_trace()
            self._stream.write("  <trace>\n")
            self._attributes(self._trace, cells, "    ")
            self._open = trace
        self._stream.write("    <event>\n")
        self._attributes(self._keys, cells, "      ")
        self._stream.write("    </event>\n")
        self._named = True

    def _attributes(self, keys: Mapping[str, str], cells: Mapping[str, str], indent: str) -> None:
        for key, column in keys.items():
            value = cells[column]
            if value or not self._named:
                kind = "date" if column in self._dates else "string"
                self._stream.write(f"{indent}<{kind} key={_quoted(key)} value={_quoted(value)}/>\n")

    def _close_trace(self) -> None:
        if self._open is not None:
            self._stream.write("  </trace>\n")

    def close(self) -> None:
        """End the document; the stream stays open."""
        self._close_trace()
        self._stream.write("</log>\n")


def _quoted(text: str) -> str:
    """A text as a value of an attribute. What XML cannot hold becomes U+FFFD."""
    held = "".join(one if _holds(one) else "\ufffd" for one in text) if not text.isprintable() else text
    return quoteattr(held, {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})


def _holds(character: str) -> bool:
    return character in "\t\n\r" or not (
        character < " " or "\ud800" <= character <= "\udfff" or character in "\ufffe\uffff"
    )
