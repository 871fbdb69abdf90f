"""Writing a log in any format that is read, with the mapping that reads it back."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

from supportflow._time import from_us, iso
from supportflow.calendars.toml import write_toml
from supportflow.exceptions import InvalidInput
from supportflow.lifecycle import default_lifecycle
from supportflow.replay.cases import CaseLog
from supportflow.replay.columns import time_reader
from supportflow.replay.mapping import LogMapping
from supportflow.replay.reading import Row
from supportflow.replay.spreadsheet import SafeWriter
from supportflow.replay.xes import XesWriter

__all__ = ["FORMATS", "convert_log", "mapping_document", "open_writer"]

FORMATS = (".csv", ".jsonl", ".parquet", ".xes")
"""Endings of the formats; each but Parquet also with `.gz` behind it."""
OPENED = "(opened)"
"""The state of a row that stands for a ticket's opening, where the log says when that was, and has no row for it."""
_XES_TRACE = {"concept:name": "case"}
_XES = {"concept:name": "state", "time:timestamp": "at", "org:resource": "actor", "org:group": "group"}
WriteRow = Callable[[Mapping[str, str]], None]


@contextmanager
def open_writer(path: Path, header: Sequence[str]) -> Iterator[WriteRow]:
    """A log that takes one row after another: column → cell. The column `at` holds instants.

    Args:
        path: The file; its name says the format.
        header: The columns, `case`, `at` and `state` among them.

    Raises:
        InvalidInput: If the name ends in no format.
        OSError: If it cannot be written.
        MissingExtra: If it is Parquet and pyarrow is not installed.
    """
    kind = format_of(path)
    if kind == ".parquet":
        from supportflow.replay.parquet import ParquetWriter  # noqa: PLC0415 - brings pyarrow

        writer = ParquetWriter(path, header, {"at"})
        try:
            yield lambda cells: writer.row([cells[name] for name in header])
        finally:
            writer.close()
        return
    with _text(path) as stream:
        if kind == ".csv":
            safe = SafeWriter(stream, header)
            yield lambda cells: safe.row(cells[name] for name in header)
        elif kind == ".jsonl":
            yield _JsonLines(stream, header)
        else:
            xes = XesWriter(stream, _XES_TRACE, _xes_keys(header), {"at"})
            yield xes.row
            xes.close()


def format_of(path: Path) -> str:
    """The format that a file's name says.

    Raises:
        InvalidInput: If it says none.
    """
    name = path.name.lower()
    found = [kind for kind in FORMATS if name.removesuffix(".gz").endswith(kind)]
    if not found or (found == [".parquet"] and name.endswith(".gz")):
        raise InvalidInput("output", f"must end in one of {', '.join(FORMATS)} (or with .gz behind it)")
    return found[0]


@contextmanager
def _text(path: Path) -> Iterator[TextIO]:
    """The file as a text. A gzip file has no time in it: the same log gives the same bytes."""
    with path.open("wb") as raw:
        content: Any = (
            gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0)
            if path.name.lower().endswith(".gz")
            else raw
        )
        with TextIOWrapper(content, encoding="utf-8", newline="", write_through=False) as stream:
            yield stream


class _JsonLines:
    """Writes objects. Empty cells are left out but in the first, which so names every column for who reads the file."""

    def __init__(self, stream: TextIO, header: Sequence[str]) -> None:
        self._stream, self._header, self._named = stream, header, False

    def __call__(self, cells: Mapping[str, str]) -> None:
        written = {name: cells[name] for name in self._header if cells[name] or not self._named}
        self._stream.write(json.dumps(written) + "\n")
        self._named = True


def _xes_keys(header: Sequence[str]) -> dict[str, str]:
    named = {column: key for key, column in _XES.items()}
    return {named.get(column, column): column for column in header if column != "case"}


def convert_log(log: CaseLog, path: Path, progress: Callable[[int, int], object] | None = None) -> LogMapping:
    """Write what a mapping uses of a log in another format: case by case, in the order of their ids.

    Args:
        log: The log.
        path: The file to write.
        progress: Called after every case.

    Returns:
        The mapping that reads it. Texts are left out, and the requesters are numbered.

    Raises:
        InvalidInput: If the name says no format.
        OSError: If it cannot be written.
        MissingExtra: If it is Parquet and pyarrow is not installed.
    """
    mapping = log.mapping
    header = _columns(mapping)
    requesters: dict[str, str] = {"": ""}
    read_opened = None if mapping.opened is None else time_reader(mapping.opened)
    done = 0
    with open_writer(path, header) as write:
        for rows in log.each():
            for row in _with_opening(rows, read_opened, mapping):
                person = requesters.setdefault(row.requester, f"requester {len(requesters)}")
                write(_cells(row, person))
            done += len(rows)
            if progress is not None:
                progress(done, log.rows)
    return written_mapping(mapping, path)


def _columns(mapping: LogMapping) -> list[str]:
    used = {
        "actor": mapping.actor, "agent": mapping.agent, "group": mapping.group, "requester": mapping.requester,
        "level": mapping.priority, "class": mapping.priority_class, "outcome": mapping.outcome,
    }  # fmt: skip
    named = [name for name, column in used.items() if column is not None]
    return ["case", "at", "state", *named, *(f"attribute:{name}" for name in mapping.attributes)]


def _cells(row: Row, requester: str) -> dict[str, str]:
    return {
        "case": row.case,
        "at": iso(from_us(row.at_us)),
        "state": row.state,
        "actor": row.actor,
        "agent": row.agent,
        "group": row.group,
        "requester": requester,
        "level": "" if row.level is None else str(row.level),
        "class": row.priority_class or "",
        "outcome": row.outcome,
        **{
            f"attribute:{name}": "" if value is None else str(value) for name, value in row.attributes.items()
        },
    }


def _with_opening(
    rows: Sequence[Row], read_opened: Callable[[str], int] | None, mapping: LogMapping
) -> Iterator[Row]:
    """The rows, and before them one for the opening, where the first row says that it was earlier or in another status."""
    empty = dict.fromkeys(mapping.attributes)
    first = rows[0]
    if read_opened is not None and first.opened:
        try:
            opened_us = read_opened(first.opened)
        except ValueError:
            opened_us = first.at_us + 1
        status = _opening_status(mapping)
        if opened_us <= first.at_us and not (opened_us == first.at_us and first.status == status):
            yield first._replace(
                at_us=opened_us,
                state=OPENED,
                actor="",
                agent="",
                group="",
                outcome="",
                attributes=dict(empty),
            )
    known = dict(empty)
    for row in rows:
        # Of snapshots, a cell that could not be read says nothing, and an empty one would say that there is nothing.
        known = {**(known if mapping.rows == "snapshots" else empty), **row.attributes}
        yield row._replace(attributes=known)


def _opening_status(mapping: LogMapping) -> str:
    assert mapping.opened is not None
    return mapping.opened.status or default_lifecycle().initial


def written_mapping(mapping: LogMapping, path: Path) -> LogMapping:
    """The mapping of a log that was written from another."""
    kind = format_of(path)
    names = {column: key for key, column in _XES.items()} if kind == ".xes" else {}
    if kind == ".xes":
        names["case"] = "case:concept:name"

    def column(name: str) -> str:
        return names.get(name, name)

    statuses = dict(mapping.state.statuses)
    if mapping.opened is not None:
        statuses[OPENED] = _opening_status(mapping)
    document: dict[str, Any] = {
        "name": mapping.name,
        "source": mapping.source,
        "apostrophes": kind == ".csv",
        "case": column("case"),
        "order": "file",
        "rows": mapping.rows,
        "time": {"column": column("at")},
        "state": {
            "column": column("state"),
            "statuses": statuses,
            "replied": list(mapping.state.replied),
            "requester_wrote": list(mapping.state.requester_wrote),
        },
        **{
            name: column(name)
            for name in ("agent", "group", "requester")
            if getattr(mapping, name) is not None
        },
        "attributes": {
            name: {"column": column(f"attribute:{name}"), "kind": one.kind}
            for name, one in mapping.attributes.items()
        },
    }
    if mapping.actor is not None:
        document["actor"] = {"column": column("actor"), "kind": mapping.actor.kind}
    if mapping.priority is not None:
        document["priority"] = {"column": column("level"), "levels": {str(n): n for n in (1, 2, 3, 4)}}
    if mapping.priority_class is not None:
        classes = dict.fromkeys(mapping.priority_class.classes.values())
        document["priority_class"] = {"column": column("class"), "classes": {one: one for one in classes}}
    if mapping.outcome is not None:
        outcome = mapping.outcome.model_dump(mode="json")
        document["outcome"] = {**outcome, "column": column("outcome")}
    # The policy is a value already, and stands as it is.
    return LogMapping.model_validate(document).model_copy(update={"policy": mapping.policy})


def mapping_document(mapping: LogMapping) -> str:
    """A mapping as the TOML that `load_mapping` reads, without what is not said."""
    return write_toml(
        mapping.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    )
