"""The rows that a report counts as tables in Arrow: a folder of Parquet files that any engine and any notebook reads.

`tickets`, `clocks`, `stays`, `pauses` and `stints` are what `Facts` are; `frame.json` is what a report says besides.
Days and hours are those of the report's zone. Needs pyarrow (extra `reports`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from supportflow.exceptions import InvalidInput, MissingExtra
from supportflow.reports.assembling import Frame
from supportflow.reports.course import CAUSES
from supportflow.reports.facts import Facts

__all__ = [
    "COLUMNS",
    "FRAME",
    "TableWriter",
    "read_frame",
    "read_tables",
    "spent_column",
    "stratum_column",
    "tables_in",
    "write_frame",
]

FRAME = "frame.json"
_BATCH = 20_000
_FRAME: TypeAdapter[Frame] = TypeAdapter(Frame)


def stratum_column(place: int) -> str:
    """The column of `tickets` and `clocks` that holds the values of the n-th field that attainment is standardised by."""
    return f"stratum_{place}"


def spent_column(cause: str) -> str:
    """The column of `clocks` that holds the counted time of a missed clock that went to a cause, in microseconds."""
    return f"{cause}_us"


COLUMNS: Mapping[str, Mapping[str, str]] = {
    "tickets": {
        "case": "string", "requester": "string", "opened_us": "int64", "day": "string", "weekday": "int64", "hour": "int64",
        "priority_class": "string", "level": "int64", "topic": "string", "group": "string", "agent": "string",
        "open": "bool", "reopens": "int64", "response_us": "int64", "resolution_us": "int64", "first_contact": "bool",
        "bot": "string", "handovers": "int64", "joined": "int64",
    },
    "clocks": {
        "case": "string", "target": "string", "ended": "string", "adjusted": "bool", "excluded": "bool", "cause": "string",
        **{spent_column(cause): "int64" for cause in CAUSES},
        "day": "string", "priority_class": "string", "level": "int64", "group": "string", "agent": "string",
    },
    "stays": {
        "case": "string", "status": "string", "priority_class": "string", "spent_us": "int64", "from_day": "string",
        "to_day": "string",
    },
    "pauses": {"case": "string", "target": "string", "reason": "string", "spent_us": "int64"},
    "stints": {"case": "string", "group": "string", "held_us": "int64", "wait_us": "int64"},
}  # fmt: skip
"""Table → its columns with their types; `tickets` and `clocks` have one more for each field of the standardised attainment.

What `clocks` repeats of their tickets spares every engine a join.
"""
_STRATIFIED = {"tickets", "clocks"}


class TableWriter:
    """Takes the facts of one ticket after the other, and writes them in batches.

    Args:
        folder: Where the files are made.
        strata: How many fields attainment is standardised by.
    """

    def __init__(self, folder: Path, strata: int, stack: ExitStack) -> None:
        arrow = self._arrow = arrow_library("tables of a report")
        self._folder = folder
        self._held: dict[str, list[Sequence[Any]]] = {name: [] for name in COLUMNS}
        self._schemas: dict[str, Any] = {}
        self._files: dict[str, Any] = {}
        for name, columns in COLUMNS.items():
            more = {stratum_column(n): "string" for n in range(strata)} if name in _STRATIFIED else {}
            fields = [(column, _type(arrow, kind)) for column, kind in {**columns, **more}.items()]
            self._schemas[name] = arrow.schema(fields)
            writer = arrow.parquet.ParquetWriter(folder / f"{name}.parquet", self._schemas[name])
            self._files[name] = stack.enter_context(writer)

    def add(self, facts: Facts) -> None:
        """Take a ticket."""
        held, ticket = self._held, facts.ticket
        held["tickets"].append((*ticket[:-1], *ticket.strata))
        own = (ticket.day, ticket.priority_class, ticket.level, ticket.group, ticket.agent, *ticket.strata)
        for clock in facts.clocks:
            held["clocks"].append((*clock[:-1], *(clock.spent.get(cause, 0) for cause in CAUSES), *own))
        held["stays"] += facts.stays
        held["pauses"] += facts.pauses
        held["stints"] += facts.stints
        for name, rows in held.items():
            if len(rows) >= _BATCH:
                self._flush(name)

    def end(self, frame: Frame) -> None:
        """Write what is left, and what the report says besides."""
        for name in COLUMNS:
            self._flush(name)
        write_frame(self._folder, frame)

    def _flush(self, name: str) -> None:
        rows, schema = self._held[name], self._schemas[name]
        columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
        arrays = [
            self._arrow.array(column, field.type) for column, field in zip(columns, schema, strict=True)
        ]
        self._files[name].write_table(self._arrow.Table.from_arrays(arrays, schema=schema))
        self._held[name] = []


@contextmanager
def tables_in(folder: Path, strata: int) -> Iterator[TableWriter]:
    """Tables in a folder that is made if it is not there.

    Raises:
        OSError: If it cannot be written.
        MissingExtra: If pyarrow is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        yield TableWriter(folder, strata, stack)


class ReportTables(NamedTuple):
    """What a report counted, for notebooks: pandas and Polars take an Arrow table without a copy of most columns.

    Attributes:
        frame: What the report says besides.
        tables: Name → Arrow table.
    """

    frame: Frame
    tables: Mapping[str, Any]


def read_tables(folder: Path | str) -> ReportTables:
    """The tables of a folder, in memory.

    Raises:
        OSError: If they are not there.
        InvalidInput: If the folder holds something else.
        MissingExtra: If pyarrow is not installed.
    """
    arrow, folder = arrow_library("tables of a report"), Path(folder)
    frame = read_frame(folder)
    try:
        tables = {name: arrow.parquet.read_table(folder / f"{name}.parquet") for name in COLUMNS}
    except arrow.ArrowInvalid as error:
        raise InvalidInput("tables", f"are damaged: {error}") from None
    return ReportTables(frame, tables)


def write_frame(folder: Path, frame: Frame) -> None:
    """Write what a report says besides its counts."""
    (folder / FRAME).write_bytes(_FRAME.dump_json(frame, indent=2))


def read_frame(folder: Path | str) -> Frame:
    """What a report says besides its counts.

    Raises:
        OSError: If it is not there.
        InvalidInput: If it is something else.
    """
    try:
        return _FRAME.validate_json((Path(folder) / FRAME).read_bytes())
    except ValidationError as error:
        raise InvalidInput("tables", f"have a damaged {FRAME}: {error.errors()[0]['msg']}") from None


def arrow_library(purpose: str) -> Any:
    """pyarrow, with its Parquet.

    Raises:
        MissingExtra: If it is not installed.
    """
    try:
        import pyarrow  # noqa: ICN001, PLC0415 - an extra
        import pyarrow.parquet  # noqa: PLC0415
    except ModuleNotFoundError:
        raise MissingExtra("reports", purpose) from None
    return pyarrow


def _type(arrow: Any, kind: str) -> Any:
    return {"string": arrow.string(), "int64": arrow.int64(), "bool": arrow.bool_()}[kind]
