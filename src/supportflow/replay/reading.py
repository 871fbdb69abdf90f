"""Reading a log row by row. What cannot be used is said with its line, never raised."""

import marshal
import math
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar

from supportflow.model.records import Attributes
from supportflow.replay.columns import Places, time_reader
from supportflow.replay.lines import Table
from supportflow.replay.mapping import LogMapping, OrderColumn
from supportflow.replay.spreadsheet import unsafe
from supportflow.replay.tables import LONGEST_LINE, csv_table, open_table

__all__ = [
    "LONGEST_LINE",
    "Log",
    "Problem",
    "Row",
    "Rows",
    "packed",
    "read_log",
    "read_stream",
    "shortened",
    "unpacked",
]

Value = TypeVar("Value")
_SHOWN = 60
BLOCK = 1_000
"""Rows that belong to one share."""
_TEXTS = ("opened", "actor", "agent", "group", "requester", "outcome", "text")
"""Fields of a row that are what stands in their cells."""


class Problem(NamedTuple):
    """Something about a row that could not be used.

    Attributes:
        line: Where the row ends in the file, from 1.
        reason: What is wrong, as a name.
        detail: The cell, shortened.
        left_out: True if the row was left out; False if the rest of it was taken in.
    """

    line: int
    reason: str
    detail: str
    left_out: bool


class Row(NamedTuple):
    """A row of the log, as far as the mapping uses it. Empty cells are `""`.

    Attributes:
        order: Sorts the rows of a case.
        state: The log's own word.
        status: The status that the mapping gives it; None for a state that it does not know.
        level: 1 to 4; None if the row does not say.
        opened: When the ticket was opened, as the log writes it.
    """

    line: int
    case: str
    order: tuple[int, int]
    at_us: int
    state: str
    status: str | None
    opened: str
    actor: str
    agent: str
    group: str
    requester: str
    level: int | None
    priority_class: str | None
    outcome: str
    attributes: Attributes
    text: str = ""


_UNSAID = Row(0, "", (0, 0), 0, "", None, "", "", "", "", "", None, None, "", {})
"""A row of which its columns say nothing."""
_LEVEL, _CLASS, _ATTRIBUTES = map(Row._fields.index, ("level", "priority_class", "attributes"))


class Log(NamedTuple):
    """A log that was read.

    Attributes:
        rows: How many it has.
        cases: Case → its usable rows, in the mapping's order; cases as they first stand in the file.
        problems: In the order of the file.
        cpu_s: Processor time of reading it, in seconds.
    """

    rows: int
    cases: dict[str, list[Row]]
    problems: list[Problem]
    cpu_s: float


def read_log(path: Path, mapping: LogMapping) -> Log:
    """Read a log, sorted into cases.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is no log.
        MappingError: If a column of the mapping is not there.
        MissingExtra: If it is a Parquet file and pyarrow is not installed.
    """
    with open_table(path, mapping.encoding, mapping.delimiter) as table:
        return _read(table, mapping)


def read_stream(stream: IO[str], mapping: LogMapping) -> Log:
    """Read a log from an open CSV text, whose line ends are as they stand in it; as `read_log`."""
    return _read(csv_table(stream, mapping.delimiter), mapping)


def _read(table: Table, mapping: LogMapping) -> Log:
    began = time.process_time()
    cases: dict[str, list[Row]] = {}
    problems: list[Problem] = []
    rows = Rows(table, mapping, problems.append)
    for row in rows:
        cases.setdefault(row.case, []).append(row)
    for case in cases.values():
        case.sort(key=_order)
    return Log(rows.count, cases, problems, time.process_time() - began)


class Rows:
    """The usable rows of a log, as they stand in the file, one at a time.

    Args:
        table: The table.
        mapping: What its columns mean.
        problem: Told of everything that cannot be used.
        share: Which share of the rows is read.
        of: How many shares there are. Blocks of rows belong to them in turn.

    Attributes:
        count: How many rows of the share were read, the bad ones too.
        seen: How many of the log were passed.
    """

    def __init__(
        self,
        table: Table,
        mapping: LogMapping,
        problem: Callable[[Problem], object],
        *,
        share: int = 0,
        of: int = 1,
    ) -> None:
        self.count = self.seen = 0
        self._share, self._of = share, of
        self._problem = problem
        self._lines = table.lines
        self._reader = _Reader(mapping, Places(mapping, table.header), problem)

    def __iter__(self) -> Iterator[Row]:
        share, of = self._share, self._of
        for place, (number, cells, problem) in enumerate(self._lines):
            if place // BLOCK % of != share:
                continue
            self.seen = place + 1
            self.count += 1
            if cells is None:
                self._problem(Problem(number, "unreadable", problem, left_out=True))
                continue
            row = self._reader.read(number, cells)
            if row is not None:
                yield row


def _order(row: Row) -> tuple[int, int]:
    return row.order


class _Reader:
    """Makes rows of cells, and notes what is wrong with them."""

    def __init__(self, mapping: LogMapping, places: Places, problem: Callable[[Problem], object]) -> None:
        self._mapping = mapping
        self._places = places
        self._problem = problem
        self._time = time_reader(mapping.time)
        self._statuses = dict(mapping.state.statuses)
        self._levels = {} if mapping.priority is None else dict(mapping.priority.levels)
        self._classes = {} if mapping.priority_class is None else dict(mapping.priority_class.classes)
        self._empty = frozenset(mapping.empty)
        named = [(field, place) for field in _TEXTS if (place := getattr(places, field)) is not None]
        self._fields = [Row._fields.index(field) for field, _ in named]
        self._text_at = [place for _, place in named]
        self._attributes = [
            (name, places.attributes[name], _READ[one.kind]) for name, one in mapping.attributes.items()
        ]
        self._snapshots = mapping.rows == "snapshots"

    def _left_out(self, line: int, reason: str, detail: str) -> None:
        self._problem(Problem(line, reason, shortened(detail), left_out=True))

    def _odd(self, line: int, reason: str, detail: str) -> None:
        self._problem(Problem(line, reason, shortened(detail), left_out=False))

    def read(self, line: int, cells: list[str]) -> Row | None:
        places = self._places
        if self._mapping.apostrophes:
            cells = list(map(unsafe, cells))
        if len(cells) != places.width:
            self._left_out(line, "wrong_width", f"{len(cells)} cells under {places.width} headers")
            return None
        case = self._cell(cells, places.case)
        if not case:
            self._left_out(line, "no_case", cells[places.case])
            return None
        written = cells[places.time].strip()
        try:
            at_us = self._time(written)
        except ValueError:
            self._left_out(line, "unreadable_time", written)
            return None
        order = self._place(line, cells, at_us)
        if order is None:
            return None
        row, is_ascii = self._row(cells, line, case, order, at_us)
        if not is_ascii and not _is_text(row):
            self._left_out(line, "undecodable", "")
            return None
        if row.status is None:
            self._odd(line, "unknown_state", row.state)
        return row

    def _row(
        self, cells: list[str], line: int, case: str, order: tuple[int, int], at_us: int
    ) -> tuple[Row, bool]:
        """The row, and whether all that it holds is ASCII: what costs least to tell while it is at hand."""
        places = self._places
        state = self._cell(cells, places.state)
        values: list[Any] = list(_UNSAID)
        values[:6] = line, case, order, at_us, state, self._statuses.get(state)
        texts = [cells[place].strip() for place in self._text_at]
        for field, text in zip(self._fields, texts, strict=True):
            if text not in self._empty:
                values[field] = text
        if places.level is not None:
            values[_LEVEL] = self._known(line, cells, places.level, self._levels, "unknown_priority")
        if places.priority_class is not None:
            values[_CLASS] = self._known(line, cells, places.priority_class, self._classes, "unknown_class")
        values[_ATTRIBUTES] = attributes = self._attributes_of(line, cells)
        used = f"{case}{state}{''.join(texts)}"
        if attributes:
            used += "".join(map(str, attributes.values()))
        return Row._make(values), used.isascii()

    def _cell(self, cells: list[str], place: int) -> str:
        text = cells[place].strip()
        return "" if text in self._empty else text

    def _place(self, line: int, cells: list[str], at_us: int) -> tuple[int, int] | None:
        order = self._mapping.order
        if not isinstance(order, OrderColumn):
            return (at_us if order == "time" else line, line)
        assert self._places.order is not None
        text = cells[self._places.order].strip()
        try:
            return (int(text), line)
        except ValueError:
            self._left_out(line, "unreadable_order", text)
            return None

    def _known(
        self, line: int, cells: list[str], place: int, known: dict[str, Value], reason: str
    ) -> Value | None:
        text = self._cell(cells, place)
        if not text:
            return None
        found = known.get(text)
        if found is None:
            self._odd(line, reason, text)
        return found

    def _attributes_of(self, line: int, cells: list[str]) -> Attributes:
        found: Attributes = {}
        for name, place, read in self._attributes:
            text = self._cell(cells, place)
            if not text:
                if self._snapshots:
                    found[name] = None
                continue
            try:
                found[name] = read(text)
            except ValueError:
                self._odd(line, f"unreadable_attribute:{name}", text)
        return found


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


_READ: dict[str, Callable[[str], str | int | float]] = {"text": str, "integer": int, "number": _number}


def shortened(text: str) -> str:
    """A cell as a report shows it."""
    shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return shown.encode(errors="backslashreplace").decode()


def _is_text(row: Row) -> bool:
    """False if a cell in use holds bytes that are no text."""
    used = "".join(
        map(str, (row.case, row.state, *(getattr(row, field) for field in _TEXTS), *row.attributes.values()))
    )
    try:
        used.encode()
    except UnicodeEncodeError:
        return False
    return True


def packed(row: Row) -> bytes:
    """A row as bytes, for `unpacked` of a process that runs the same code."""
    return marshal.dumps(tuple(row))


def unpacked(rows: Iterable[bytes]) -> list[Row]:
    """The rows of a case."""
    return [Row._make(marshal.loads(row)) for row in rows]  # noqa: S302 - of `packed`'s making
