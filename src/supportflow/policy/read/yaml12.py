"""Reading YAML 1.2 (extra `yaml`), and only the part of it that a document needs.

The parser gives events; what they mean is decided here, by the core schema of YAML 1.2: `NO`, `22:30` and `2026-01-31`
are texts. Anchors, aliases and tags are refused, so no few lines can unfold to millions and none can name a type of
Python's. Keys are always texts, and a key that comes twice is refused.

Source: https://yaml.org/spec/1.2.2/#103-core-schema
"""

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, NoReturn

from supportflow.exceptions import MissingExtra, PolicyError

__all__ = ["MAX_DEPTH", "MAX_NODES", "read_yaml"]

MAX_DEPTH = 64
"""How deep a document may nest."""
MAX_NODES = 50_000
"""How many keys, values, lists and tables a document may have."""

_MAX_DIGITS = 400

_CORE: tuple[tuple[re.Pattern[str], Callable[[str], object]], ...] = (
    (re.compile(r"(?:null|Null|NULL|~|)"), lambda _: None),
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"0o[0-7]+"), lambda text: int(text, base=0)),
    (re.compile(r"0x[0-9a-fA-F]+"), lambda text: int(text, base=0)),
    (re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.(?:inf|Inf|INF)"), lambda text: float(text.replace(".", ""))),
    (re.compile(r"\.(?:nan|NaN|NAN)"), lambda _: float("nan")),
)


def read_yaml(text: str) -> tuple[object, dict[str, int]]:
    """The value of a YAML text, and the line of every key and list entry by its dotted path.

    Raises:
        PolicyError: If it is not YAML, or uses what is refused; with the line.
        MissingExtra: If no YAML parser is installed (extra `yaml`).
    """
    try:
        ruamel = import_module("ruamel.yaml")
    except ImportError:
        raise MissingExtra("yaml", "reading a document in YAML") from None
    events = ruamel.YAML(typ="safe", pure=True).parse(text)
    try:
        return _Reader(events).document()
    except ruamel.error.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).partition("\n")[0]
        _refuse(reason, None if mark is None else mark.line + 1)


def _refuse(reason: str, line: int | None) -> NoReturn:
    where = "" if line is None else f" (line {line})"
    raise PolicyError([f"not valid YAML: {reason}{where}"])


class _Reader:
    """Builds the value from the parser's events, one at a time, so that a limit stops the parser too."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._nodes = 0
        self._lines: dict[str, int] = {}

    def document(self) -> tuple[object, dict[str, int]]:
        event, kind = self._next()
        while kind in {"StreamStartEvent", "DocumentStartEvent"}:
            event, kind = self._next()
        if kind == "StreamEndEvent":
            return None, {}
        value = self._value(event, kind, "", 1)
        self._next()
        event, kind = self._next()
        if kind != "StreamEndEvent":
            _refuse("holds more than one document", _line(event))
        return value, self._lines

    def _next(self) -> tuple[Any, str]:
        event = next(self._events)
        return event, type(event).__name__

    def _value(self, event: Any, kind: str, path: str, depth: int) -> object:
        self._check(event, kind, depth)
        if path:
            self._lines.setdefault(path, _line(event))
        if kind == "ScalarEvent":
            return _scalar(event)
        if kind == "SequenceStartEvent":
            return self._list(path, depth)
        return self._table(path, depth)

    def _check(self, event: Any, kind: str, depth: int) -> None:
        if kind == "AliasEvent" or event.anchor is not None:
            _refuse("anchors and aliases are refused; write it out", _line(event))
        if event.tag is not None:
            _refuse("tags are refused", _line(event))
        if depth > MAX_DEPTH:
            _refuse(f"nests deeper than {MAX_DEPTH} levels", _line(event))
        self._nodes += 1
        if self._nodes > MAX_NODES:
            _refuse(f"holds more than {MAX_NODES} values", _line(event))

    def _list(self, path: str, depth: int) -> list[object]:
        found: list[object] = []
        while True:
            event, kind = self._next()
            if kind == "SequenceEndEvent":
                return found
            found.append(self._value(event, kind, _below(path, len(found)), depth + 1))

    def _table(self, path: str, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        while True:
            event, kind = self._next()
            if kind == "MappingEndEvent":
                return found
            self._check(event, kind, depth + 1)
            if kind != "ScalarEvent":
                _refuse("a key is a list or a table", _line(event))
            key = _text(event)
            below = _below(path, key)
            if key in found:
                _refuse(f"the key {key!r} comes twice", _line(event))
            self._lines[below] = _line(event)
            event, kind = self._next()
            found[key] = self._value(event, kind, below, depth + 1)


def _below(path: str, step: str | int) -> str:
    return f"{path}.{step}" if path else str(step)


def _line(event: Any) -> int:
    line: int = event.start_mark.line + 1
    return line


def _text(event: Any) -> str:
    """The text of a scalar; a pair of escaped surrogates is one character, as in JSON."""
    try:
        return str(event.value.encode("utf-16", "surrogatepass").decode("utf-16"))
    except UnicodeDecodeError:
        _refuse("holds half a surrogate pair, which is no character", _line(event))


def _scalar(event: Any) -> object:
    text = _text(event)
    if not event.implicit[0]:  # quoted, or a block
        return text
    for form, meaning in _CORE:
        if form.fullmatch(text):
            if len(text) > _MAX_DIGITS:
                _refuse("a number is too long", _line(event))
            return meaning(text)
    return text
