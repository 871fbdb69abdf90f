"""The table in a file, whatever its format: CSV, JSON Lines, Parquet or XES; plain or gzipped."""

import csv
import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from supportflow.exceptions import InvalidInput
from supportflow.replay.lines import Line, Table

__all__ = ["LONGEST_LINE", "csv_table", "is_csv", "open_table"]

LONGEST_LINE = 10_000_000
"""Characters of one line: a longer one is not a log."""
LOOK_AHEAD = 1_000
"""Records that are looked at for their columns, where a format has no header."""
_XES, _JSON_LINES = ".xes", (".jsonl", ".ndjson")
_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"


@contextmanager
def open_table(path: Path, encoding: str = "utf-8-sig", delimiter: str = ",") -> Iterator[Table]:
    """The table in a file. Parquet and gzip are told by their content, XES and JSON Lines by their names.

    Args:
        path: The file.
        encoding: Of CSV and JSON Lines.
        delimiter: Of CSV.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is no such file.
        MissingExtra: If it is a Parquet file and pyarrow is not installed.
    """
    with path.open("rb") as raw:
        start = raw.read(len(_PARQUET))
        raw.seek(0)
        if start == _PARQUET:
            from supportflow.replay.parquet import read_parquet  # noqa: PLC0415 - brings pyarrow

            yield read_parquet(raw)
            return
        content: Any = gzip.GzipFile(fileobj=raw) if start.startswith(_GZIP) else raw
        try:
            with _text_or_xes(content, path.name.lower().removesuffix(".gz"), encoding, delimiter) as table:
                yield table
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise InvalidInput("log", "is a gzip file that is damaged or ends too early") from None
        except UnicodeError:  # encodings of several bytes cannot escape everything
            raise InvalidInput("log", f"is not {encoding} text") from None


def is_csv(path: Path) -> bool:
    """True if `open_table` would read a file as CSV."""
    with path.open("rb") as raw:
        start = raw.read(len(_PARQUET))
    return start != _PARQUET and not path.name.lower().removesuffix(".gz").endswith((_XES, *_JSON_LINES))


def _text_or_xes(content: Any, name: str, encoding: str, delimiter: str) -> AbstractContextManager[Table]:
    if name.endswith(_XES):
        return _xes(content)
    return _text(content, encoding, _json_table if name.endswith(_JSON_LINES) else None, delimiter)


@contextmanager
def _xes(content: IO[bytes]) -> Iterator[Table]:
    from supportflow.replay.xes import read_xes  # noqa: PLC0415 - expat, for those who need it

    yield records_table(read_xes(content))


@contextmanager
def _text(
    content: IO[bytes], encoding: str, read: Callable[[IO[str]], Table] | None, delimiter: str
) -> Iterator[Table]:
    # Bytes that are not text become surrogates, which no cell in use may hold: a bad row, not a bad file.
    with TextIOWrapper(content, encoding=encoding, errors="surrogateescape", newline="") as stream:
        yield csv_table(stream, delimiter) if read is None else read(stream)


# --- CSV -----------------------------------------------------------------------------------------


def csv_table(stream: IO[str], delimiter: str = ",") -> Table:
    """The table in an open CSV text, whose line ends are as they stand in it.

    Raises:
        InvalidInput: If it has no header.
    """
    reader = csv.reader(_numbered(stream), delimiter=delimiter)
    return Table(_header(reader), _csv_lines(reader))


def _csv_lines(reader: Any) -> Iterator[Line]:
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Line(reader.line_num, None, str(error))
            continue
        if cells:  # an empty line is not a row
            yield Line(reader.line_num, cells)


def _numbered(stream: IO[str]) -> Iterator[str]:
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            raise InvalidInput("log", f"has a line of more than {LONGEST_LINE:,} characters (line {number})")
        yield line


def _header(lines: Iterator[list[str]]) -> list[str]:
    try:
        for header in lines:
            if header:
                return header
    except csv.Error as error:
        raise InvalidInput("log", f"has no readable header: {error}") from None
    raise InvalidInput("log", "is empty")


# --- records that name their columns -------------------------------------------------------------

Record = tuple[int, dict[str, str] | None, str]
"""(line, column → cell, problem)."""


def records_table(records: Iterator[Record]) -> Table:
    """A table of records. What none of the first names is no column, as nobody could tell it from a misspelt one."""
    first = list(islice(records, LOOK_AHEAD))
    header = list(dict.fromkeys(name for _, cells, _ in first if cells is not None for name in cells))
    if not header:
        raise InvalidInput("log", "is empty" if not first else "has no record that can be read")
    return Table(header, _record_lines(chain(first, records), header))


def _record_lines(records: Iterator[Record], header: list[str]) -> Iterator[Line]:
    for number, cells, problem in records:
        if cells is None:
            yield Line(number, None, problem)
        else:
            yield Line(number, [cells.get(name, "") for name in header])


def _json_table(stream: IO[str]) -> Table:
    return records_table(_json_records(stream))


def _json_records(stream: IO[str]) -> Iterator[Record]:
    for number, line in enumerate(_numbered(stream), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, None, f"is not JSON: {error}"
            continue
        if isinstance(record, dict):
            yield number, {name: _cell(value) for name, value in record.items()}, ""
        else:
            yield number, None, "is not an object of JSON"


def _cell(value: object) -> str:
    """A value as a cell: texts as they are, the rest as JSON writes it."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)
