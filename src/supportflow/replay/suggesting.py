"""A mapping proposed from a log's own columns, for a person to correct."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from supportflow._legible import escaped, legible_json
from supportflow.calendars.toml import write_toml
from supportflow.exceptions import InvalidInput
from supportflow.replay.lines import Line
from supportflow.replay.state_words import COLUMN_NAMES, LEVELS, status_of
from supportflow.replay.tables import open_table
from supportflow.replay.time_formats import PROBED, SURE, find_format, read_time

__all__ = ["Suggestion", "suggest_mapping"]

SAMPLE = 50_000
"""Rows that are looked at."""
_EMPTY = ("", "?", "-", "NULL", "null", "None", "N/A", "n/a", "nan")
_MOST_STATES = 60


class Suggestion(NamedTuple):
    """A proposal.

    Attributes:
        text: The mapping in TOML, with remarks on what was found and what is doubtful.
        doubts: What a person has to look at first, one sentence each.
    """

    text: str
    doubts: tuple[str, ...]


@dataclass
class _Column:
    """What a column looks like in the sample."""

    name: str
    values: Counter[str] = field(default_factory=Counter)
    filled: int = 0
    changing: int = 0
    format: str | None = None
    also: str | None = None

    def hint(self, part: str) -> bool:
        return re.search(COLUMN_NAMES[part], self.name, re.IGNORECASE) is not None


def suggest_mapping(
    path: Path | str, *, encoding: str = "utf-8-sig", delimiter: str | None = None
) -> Suggestion:
    """Propose a mapping for a log: its columns, the format of its times, what its states mean.

    Args:
        path: The file.
        encoding: Of CSV and JSON Lines.
        delimiter: Of CSV; found in the header if not given.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is no log: no column has times, tells cases apart, or has states.
        MissingExtra: If it is Parquet and pyarrow is not installed.
    """
    path = Path(path)
    used = delimiter or _delimiter(path, encoding)
    with open_table(path, encoding, used) as table:
        header = _unique(table.header)
        rows = [line.cells for line in islice(table.lines, SAMPLE) if _fits(line, header)]
    if not rows:
        raise InvalidInput("log", "has no rows to learn from")
    seen = {cell.strip() for row in rows for cell in row or ()}
    empty = [value for value in _EMPTY if value in seen]
    cells = [[_plain(cell) for cell in row] for row in rows if row is not None]
    return _Proposal(path, header, cells, used, encoding, empty).suggestion()


def _fits(line: Line, header: Sequence[str]) -> bool:
    return line.cells is not None and len(line.cells) == len(header)


def _plain(cell: str) -> str:
    text = cell.strip()
    return "" if text in _EMPTY else text


def _delimiter(path: Path, encoding: str) -> str:
    """What stands most often in the first line."""
    with open_table(path, encoding, "\0") as table:
        line = table.header[0] if len(table.header) == 1 else ""
    counts = {one: line.count(one) for one in (",", ";", "\t", "|")}
    best = max(counts, key=lambda one: counts[one])
    return best if counts[best] else ","


def _unique(header: Sequence[str]) -> list[str]:
    """Columns of one name are told apart as mappings name them."""
    seen: Counter[str] = Counter()
    twice = {name for name in header if header.count(name) > 1}
    names = []
    for name in header:
        seen[name] += 1
        names.append(f"{name}#{seen[name]}" if name in twice else name)
    return names


class _Proposal:
    """Looks at a sample, and writes the mapping."""

    def __init__(
        self,
        path: Path,
        header: list[str],
        rows: list[list[str]],
        delimiter: str,
        encoding: str,
        empty: list[str],
    ) -> None:
        self._path, self._delimiter, self._encoding, self._empty = path, delimiter, encoding, empty
        self._rows = rows
        self._doubts: list[str] = []
        self._columns = [_Column(name) for name in header]
        for row in rows:
            for column, cell in zip(self._columns, row, strict=True):
                if cell:
                    column.filled += 1
                    column.values[cell] += 1
        for column in self._columns:
            column.format, column.also = find_format(column.values)
        self._case = self._find_case()
        self._count_changes()

    def _find_case(self) -> int:
        """The column that repeats, fills every row, and is called so; or the one whose values repeat a few times each."""
        total = len(self._rows)
        fit = [
            place
            for place, column in enumerate(self._columns)
            if column.format is None and column.filled == total and len(column.values) > 1
        ]
        named = [
            place
            for place in fit
            if self._columns[place].hint("case") and len(self._columns[place].values) > 1
        ]
        ranked = named or [place for place in fit if len(self._columns[place].values) < total]
        if not ranked:
            raise InvalidInput("log", "has no column that tells its cases apart")
        best = max(ranked, key=lambda place: len(self._columns[place].values))
        if not named:
            self._doubts.append(f"case: {self._columns[best].name!r} is a guess: no column is called so")
        if len(self._columns[best].values) == total > 1:
            self._doubts.append(
                "case: every row has a value of its own: a log has a row for each change of a ticket"
            )
        return best

    def _count_changes(self) -> None:
        """How often each column changes from one row of a case to the next."""
        before: dict[str, list[str]] = {}
        for row in self._rows:
            known = before.get(row[self._case])
            if known is not None:
                for column, old, new in zip(self._columns, known, row, strict=True):
                    column.changing += old != new
            before[row[self._case]] = row

    def _pick(
        self, part: str, taken: set[int], *, most: int | None = None, changing: bool | None = None
    ) -> int | None:
        """The column whose name says so, that changes within cases as it should, the most telling of several."""
        fit = [
            place
            for place, column in enumerate(self._columns)
            if place not in taken
            and column.hint(part)
            and column.values
            and column.format is None
            and (most is None or len(column.values) <= most)
            and (changing is None or (column.changing > 0) == changing)
        ]
        # A name that is found earlier in the pattern is the more exact one.
        order = COLUMN_NAMES[part].split("|")
        return min(fit, key=lambda place: (_rank(self._columns[place].name, order), place), default=None)

    def suggestion(self) -> Suggestion:
        times = [place for place, column in enumerate(self._columns) if column.format is not None]
        moving = [place for place in times if self._columns[place].changing]
        if not times:
            raise InvalidInput("log", "has no column of times")
        time = max(
            moving or times,
            key=lambda place: (
                self._columns[place].filled, self._columns[place].hint("time"), self._columns[place].changing,
            ),
        )  # fmt: skip
        state = self._state({self._case, *times})
        taken = {self._case, state, *times}
        found: dict[str, int] = {}
        for part in ("agent", "group", "actor", "requester"):
            place = self._pick(part, taken)
            if place is not None:
                found[part] = place
                taken.add(place)
        opened = self._opened(times, time)
        priority = self._pick("priority", taken, most=12)
        outcome = self._pick("outcome", taken, most=2)
        return Suggestion(
            self._text(time, state, found, opened, priority, outcome, times), tuple(self._doubts)
        )

    def _state(self, taken: set[int]) -> int:
        """A column of few values that change within cases; one that is called so and whose words mean something first."""
        fit = [
            place
            for place, column in enumerate(self._columns)
            if place not in taken and 1 < len(column.values) <= _MOST_STATES and column.changing
        ]
        if not fit:
            raise InvalidInput("log", "has no column of states: a few values that change within a case")

        def worth(place: int) -> tuple[float, int, int]:
            column = self._columns[place]
            understood = (
                sum(count for value, count in column.values.items() if status_of(value)) / column.filled
            )
            return (understood >= 0.5) + column.hint("state") + understood, column.changing, -place  # noqa: PLR2004

        best = max(fit, key=worth)
        if not self._columns[best].hint("state"):
            self._doubts.append(f"state: {self._columns[best].name!r} is a guess: no column is called so")
        return best

    def _counter(self) -> int | None:
        """A column that counts the changes of a case: whole numbers that grow from row to row."""
        for place, column in enumerate(self._columns):
            if not column.hint("order") or not column.changing or column.filled < len(self._rows):
                continue
            if all(value.isdecimal() for value in islice(column.values, PROBED)):
                return place
        return None

    def _opened(self, times: Sequence[int], time: int) -> int | None:
        """A time that stays the same within a case, is called so, and is never later than the row."""
        for place in times:
            column = self._columns[place]
            if place == time or column.changing or not column.hint("opened"):
                continue
            form, row_form = column.format, self._columns[time].format
            assert form is not None
            assert row_form is not None
            pairs = [(row[place], row[time]) for row in self._rows[:PROBED] if row[place] and row[time]]
            with suppress(ValueError, TypeError):
                earlier = sum(read_time(a, form) <= read_time(b, row_form) for a, b in pairs)
                if pairs and earlier >= SURE * len(pairs):
                    return place
        return None

    def _text(
        self,
        time: int,
        state: int,
        found: dict[str, int],
        opened: int | None,
        priority: int | None,
        outcome: int | None,
        times: Sequence[int],
    ) -> str:
        columns = self._columns
        document: dict[str, object] = {
            "schema": 1,
            "name": re.sub(r"\W+", "_", self._path.stem.split(".")[0]) or "log",
        }
        if self._delimiter != ",":
            document["delimiter"] = self._delimiter
        if self._encoding != "utf-8-sig":
            document["encoding"] = self._encoding
        document["case"] = columns[self._case].name
        counter = self._counter()
        document["order"] = "time" if counter is None else {"column": columns[counter].name}
        document["rows"] = self._rows_kind(found)
        if set(self._empty) - {""}:
            document["empty"] = list(dict.fromkeys(["", *self._empty]))
        document |= {part: columns[place].name for part, place in found.items() if part != "actor"}
        document["time"] = self._time(columns[time])
        if opened is not None:
            document["opened"] = self._time(columns[opened])
        document["state"] = {"column": columns[state].name}
        head = write_toml(document).replace("[state]\n", f"{self._remarks(times, time, opened)}[state]\n", 1)
        parts = [head.rstrip("\n"), "", *self._statuses(columns[state])]
        if "actor" in found:
            parts += ["", write_toml({"actor": {"column": columns[found["actor"]].name}}).strip()]
        if priority is not None:
            parts += ["", *self._priority(columns[priority])]
        if outcome is not None:
            parts += ["", *self._outcome(columns[outcome])]
        lines = [
            f"# Proposed from {escaped(self._path.name)}, {len(self._rows):,} rows: look at every line before you use it."
        ]
        lines += [f"# LOOK: {escaped(doubt)}" for doubt in self._doubts]
        return "\n".join([*lines, *parts]) + "\n"

    def _rows_kind(self, found: dict[str, int]) -> str:
        """Whether an assignee, once there, is repeated on each row."""
        place = found.get("agent", found.get("group"))
        if place is None:
            return "changes"
        return "snapshots" if self._columns[place].filled > len(self._rows) / 2 else "changes"

    def _time(self, column: _Column) -> dict[str, object]:
        assert column.format is not None
        said: dict[str, object] = {"column": column.name, "format": column.format}
        with_offset = column.format.startswith("epoch") or any(
            column.format == "iso" and datetime.fromisoformat(value).tzinfo is not None
            for value in islice(column.values, 1)
        )
        if not with_offset:
            said["zone"] = "UTC"
            self._doubts.append(
                f"{column.name!r}: the log names no zone; UTC is a guess, and business hours depend on it"
            )
        if column.also is not None:
            self._doubts.append(
                f"{column.name!r}: the times fit {column.format!r} and {column.also!r}; say which"
            )
        return said

    def _remarks(self, times: Sequence[int], time: int, opened: int | None) -> str:
        future = [
            self._columns[place].name
            for place in times
            if place not in {time, opened} and not self._columns[place].changing
        ]
        if not future:
            return ""
        names = ", ".join(escaped(name) for name in future)
        return f"# Not used, as every row of a case has the same: they may know the future: {names}\n"

    def _statuses(self, column: _Column) -> Iterator[str]:
        yield "[state.statuses]"
        unknown = []
        for value, _ in sorted(column.values.items(), key=lambda one: (-one[1], one[0])):
            status = status_of(value)
            if status is None:
                unknown.append(value)
            else:
                yield _pair(value, status)
        for value in unknown:
            self._doubts.append(f"state: nobody knows what {value!r} means ({column.values[value]:,} rows)")
            yield f"# {_pair(value, 'open')}  # ?"

    def _priority(self, column: _Column) -> Iterator[str]:
        yield write_toml({"priority": {"column": column.name}}).strip()
        yield ""
        yield "[priority.levels]"
        for value in sorted(column.values):
            level = next((level for level, words in LEVELS if re.search(words, value, re.IGNORECASE)), None)
            line = _pair(value, level or 3)
            yield line if level is not None else f"# {line}  # ?"

    def _outcome(self, column: _Column) -> Iterator[str]:
        true = [value for value in column.values if value.lower() in {"true", "yes", "1", "met"}]
        false = [value for value in column.values if value.lower() in {"false", "no", "0", "missed"}]
        breach = "breach" in column.name.lower()
        if not true or not false:
            return
        met, missed = (false, true) if breach else (true, false)
        outcome = {"column": column.name, "met": met, "missed": missed, "target": "resolution"}
        yield write_toml({"outcome": outcome}).strip()


def _pair(key: str, value: str | int) -> str:
    """A line of TOML, on one line and legible whatever the key is."""
    return legible_json(f"{_quoted(key)} = {_quoted(value) if isinstance(value, str) else value}")


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's, but for the one control character that JSON leaves bare.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _rank(name: str, order: Sequence[str]) -> int:
    return next((n for n, words in enumerate(order) if re.search(words, name, re.IGNORECASE)), len(order))
