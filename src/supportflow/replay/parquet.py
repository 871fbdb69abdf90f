"""Logs in Parquet, batch by batch. Needs pyarrow (extra `parquet`)."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

from supportflow.exceptions import InvalidInput, MissingExtra
from supportflow.replay.lines import Line, Table

__all__ = ["ParquetWriter", "read_parquet"]

_ROWS = 10_000


def _arrow() -> Any:
    try:
        import pyarrow  # noqa: ICN001, PLC0415 - an extra
        import pyarrow.parquet  # noqa: PLC0415
    except ModuleNotFoundError:
        raise MissingExtra("parquet", "a log in Parquet") from None
    return pyarrow


def read_parquet(file: IO[bytes]) -> Table:
    """The table in a file.

    Raises:
        InvalidInput: If it is damaged.
        MissingExtra: If pyarrow is not installed.
    """
    arrow = _arrow()
    try:
        opened = arrow.parquet.ParquetFile(file)
        header = list(opened.schema_arrow.names)
    except (arrow.ArrowException, OSError) as error:
        raise InvalidInput("log", f"is a damaged Parquet file: {error}") from None
    return Table(header, _lines(arrow, opened))


def _lines(arrow: Any, opened: Any) -> Iterator[Line]:
    number = 0
    try:
        for batch in opened.iter_batches(batch_size=_ROWS):
            columns = [column.to_pylist() for column in batch.columns]
            for cells in zip(*columns, strict=True):
                number += 1
                yield Line(number, [_cell(value) for value in cells])
    except (arrow.ArrowException, OSError) as error:
        raise InvalidInput("log", f"is a damaged Parquet file: {error}") from None


def _cell(value: object) -> str:
    """A value as a cell: an instant with its offset, true and false as JSON writes them."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)


class ParquetWriter:
    """Writes rows in batches.

    Args:
        path: The file.
        header: The columns.
        dates: Columns that are instants; the rest are texts. Empty cells are null.
    """

    def __init__(self, path: Path, header: Sequence[str], dates: set[str]) -> None:
        arrow = _arrow()
        self._arrow, self._header, self._dates = arrow, header, dates
        instant = arrow.timestamp("us", tz="UTC")
        self._schema = arrow.schema([(name, instant if name in dates else arrow.string()) for name in header])
        self._held: list[list[object]] = [[] for _ in header]
        self._writer = arrow.parquet.ParquetWriter(path, self._schema)

    def row(self, cells: Sequence[str]) -> None:
        """Take a row."""
        for held, name, cell in zip(self._held, self._header, cells, strict=True):
            value: object = cell or None
            if cell and name in self._dates:
                value = datetime.fromisoformat(cell).astimezone(UTC)
            held.append(value)
        if len(self._held[0]) >= _ROWS:
            self._write()

    def _write(self) -> None:
        batch = self._arrow.record_batch(
            [
                self._arrow.array(held, field.type)
                for held, field in zip(self._held, self._schema, strict=True)
            ],
            schema=self._schema,
        )
        self._writer.write_batch(batch)
        self._held = [[] for _ in self._header]

    def close(self) -> None:
        """Write what is held, and end the file."""
        if self._held[0]:
            self._write()
        self._writer.close()
