"""From the header of a log to functions that read its cells."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from supportflow._time import SECOND_US, UTC_OFFSET, to_us
from supportflow.calendars.zones import clock_of
from supportflow.exceptions import MappingError
from supportflow.replay.mapping import LogMapping, TimeColumn

__all__ = ["Places", "ReadTime", "time_reader"]

ReadTime = Callable[[str], int]
"""Microseconds since 1970-01-01T00:00Z; ValueError if the text is not such a time."""

_PLACES = "YmdHMS"
"""What formats name, in the order in which an instant is made of it; only at the end some of it may be missing."""
_IS_PLAIN = re.compile(r"[-/.: T]*")
"""What stands between, if it means nothing but itself."""
_UNITS = {"epoch": SECOND_US, "epoch_ms": SECOND_US // 1_000}
_FIRST_US = to_us(datetime.min.replace(tzinfo=UTC_OFFSET))
_LAST_US = to_us(datetime.max.replace(tzinfo=UTC_OFFSET))
_SHOWN = 40


class Places:
    """Where the columns of a mapping stand in the rows of a log; None for a column that the mapping does not use.

    Args:
        mapping: The mapping.
        header: The log's header.

    Raises:
        MappingError: With every column that is not there, or that stands there more than once.
    """

    def __init__(self, mapping: LogMapping, header: Sequence[str]) -> None:
        self.width = len(header)
        self._header = header
        self._problems: list[str] = []
        order = mapping.order
        self.case = self._required("case", mapping.case)
        self.time = self._required("time.column", mapping.time.column)
        self.state = self._required("state.column", mapping.state.column)
        self.order = self._find("order.column", None if isinstance(order, str) else order.column)
        self.opened = self._find("opened.column", _column(mapping.opened))
        self.actor = self._find("actor.column", _column(mapping.actor))
        self.agent = self._find("agent", mapping.agent)
        self.group = self._find("group", mapping.group)
        self.requester = self._find("requester", mapping.requester)
        self.text = self._find("text", mapping.text)
        self.level = self._find("priority.column", _column(mapping.priority))
        self.priority_class = self._find("priority_class.column", _column(mapping.priority_class))
        self.outcome = self._find("outcome.column", _column(mapping.outcome))
        self.attributes = {
            name: self._required(f"attributes.{name}.column", attribute.column)
            for name, attribute in mapping.attributes.items()
        }
        if self._problems:
            raise MappingError(self._problems)

    def _find(self, path: str, column: str | None) -> int | None:
        return None if column is None else self._required(path, column)

    def _required(self, path: str, column: str) -> int:
        count = self._header.count(column)
        if count == 1:
            return self._header.index(column)
        if count > 1:
            self._problems.append(
                f"{path}: the log has {count} columns {column!r}; name one as '{column}#1' to '{column}#{count}'"
            )
            return 0
        name, _, number = column.rpartition("#")
        found = [place for place, title in enumerate(self._header) if title == name]
        if number.isdecimal() and 1 <= int(number) <= len(found):
            return found[int(number) - 1]
        listed = ", ".join(self._header[:_SHOWN])[:400]
        self._problems.append(f"{path}: the log has no column {column!r}; it has {listed}")
        return 0


class _WithColumn(Protocol):
    @property
    def column(self) -> str: ...


def _column(part: _WithColumn | None) -> str | None:
    return None if part is None else part.column


def time_reader(column: TimeColumn) -> ReadTime:
    """A function that reads a time column. It remembers recent texts: logs repeat them."""
    read = _epoch_reader(_UNITS[column.format]) if column.format in _UNITS else _text_reader(column)
    return lru_cache(maxsize=4_096)(read)


def _epoch_reader(unit_us: int) -> ReadTime:
    def read(text: str) -> int:
        try:
            us = round(float(text) * unit_us)
        except OverflowError:  # infinity
            raise ValueError(text) from None
        return _in_range(us)

    return read


def _text_reader(column: TimeColumn) -> ReadTime:
    zone = None if column.zone is None else clock_of(column.zone)
    parse = datetime.fromisoformat if column.format == "iso" else _parser(column.format)

    def read(text: str) -> int:
        moment = parse(text)
        if moment.tzinfo is None:
            if zone is None:
                raise ValueError(text)
            moment = moment.replace(tzinfo=zone)
        return _in_range(to_us(moment))

    return read


def _parser(form: str) -> Callable[[str], datetime]:
    """Reads one format as `strptime` does; digits between plain signs are taken at one stroke, in a fifth of the time."""

    def slowly(text: str) -> datetime:
        return datetime.strptime(text, form)  # noqa: DTZ007 - the caller gives it its zone

    parts = re.split(r"%(.)", form)
    literals, names = parts[::2], parts[1::2]
    wanted = _PLACES[: max(len(names), 3)]
    if sorted(names) != sorted(wanted) or not all(map(_IS_PLAIN.fullmatch, literals)):
        return slowly
    fewest = (
        1 if all(literals[1:-1]) else 2
    )  # where nothing stands between, only two digits can be told apart
    digits = ["([0-9]{4})" if name == "Y" else f"([0-9]{{{fewest},2}})" for name in names]
    match = re.compile("".join(map(str.__add__, map(re.escape, literals), [*digits, ""]))).fullmatch
    groups = [names.index(name) + 1 for name in wanted]

    def quickly(text: str) -> datetime:
        found = match(text)
        if found is None:
            return slowly(text)
        year, month, day, *time = map(int, found.group(*groups))
        hour, minute, second = (*time, 0, 0, 0)[:3]
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the caller gives it its zone

    return quickly


def _in_range(us: int) -> int:
    """The same instant, if it lies in the years 1 to 9999: in UTC too, where a zone can lead out of them."""
    if _FIRST_US <= us <= _LAST_US:
        return us
    raise ValueError(us)
