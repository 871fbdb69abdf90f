"""Tickets that differ as a file: a row for every difference in CSV, or a document for every ticket in JSON Lines."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from supportflow._legible import legible_json
from supportflow._time import Instant, iso
from supportflow.exceptions import InvalidInput
from supportflow.replay.spreadsheet import SafeWriter
from supportflow.whatif.difference import CaseDifference, Reason
from supportflow.whatif.text import reason_text

__all__ = ["COLUMNS", "differences_file"]

COLUMNS = (
    "case", "opened_at", "what", "before", "after", "due_at", "against_due_at", "shift_s",
    "reason", "why", "stretch_start", "stretch_end", "stretches", "net_s",
)  # fmt: skip
Sink = Callable[[CaseDifference], None]
_SECOND = 1_000_000


@contextmanager
def differences_file(path: Path) -> Iterator[Sink]:
    """A file that takes one ticket after another.

    Args:
        path: Ends in `.csv` or `.jsonl`.

    Raises:
        InvalidInput: If it ends in anything else.
        OSError: If it cannot be written.
    """
    kinds = {".csv": _csv, ".jsonl": _json_lines}
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise InvalidInput("output", f"must end in .csv or .jsonl, not {path.suffix!r}")
    with kind(path) as sink:
        yield sink


@contextmanager
def _csv(path: Path) -> Iterator[Sink]:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = SafeWriter(stream, COLUMNS)

        def sink(difference: CaseDifference) -> None:
            for row in _rows(difference):
                writer.row(row)

        yield sink


@contextmanager
def _json_lines(path: Path) -> Iterator[Sink]:
    with path.open("w", encoding="utf-8", newline="\n") as stream:

        def sink(difference: CaseDifference) -> None:
            stream.write(legible_json(difference.model_dump_json()) + "\n")

        yield sink


def _rows(difference: CaseDifference) -> Iterator[list[str | float | None]]:
    start: list[str | float | None] = [difference.case, iso(difference.opened_at)]
    for one in difference.changes:
        told = [one.what, one.before, one.after, None, None, None]
        yield [*start, *told, *_why(one.reason)]
    for clock in difference.clocks:
        shift = clock.shift_us / _SECOND if clock.due_at and clock.against_due_at else None
        told = [clock.name, *clock.turn]
        dues = [_moment(clock.due_at), _moment(clock.against_due_at), shift]
        for reason in clock.reasons or (None,):
            yield [*start, *told, *dues, *_why(reason)]


def _why(reason: Reason | None) -> list[str | float | None]:
    if reason is None:
        return [None] * 6
    longest = reason.longest
    return [
        reason.kind,
        reason_text(reason),
        None if longest is None else iso(longest.start_at),
        None if longest is None else iso(longest.end_at),
        reason.stretches or None,
        None if longest is None else reason.net_us / _SECOND,
    ]


def _moment(at: Instant | None) -> str | None:
    return None if at is None else iso(at)
