"""Secrets in the columns of a table whose head names them: `| User | Password |`, `username,password`."""

import re
from collections.abc import Iterator

from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.labels import Labels, labels
from supportflow.triage.redaction.topics import ORDINARY
from supportflow.triage.redaction.view import View

__all__ = ["find_columns"]

_KINDS = {
    "password": Kind.PASSWORD,
    "pin": Kind.PIN,
    "card": Kind.CARD_CODE,
    "code": Kind.ONE_TIME_CODE,
    "phrase": Kind.SEED_PHRASE,
    "private key": Kind.PRIVATE_KEY,
    "api": Kind.API_SECRET,
    "backup": Kind.ONE_TIME_CODE,
}
_MOST_ROWS = 2_000
_MOST_CELLS, _LONGEST_HEAD = 60, 2_400
_SEPARATORS = "|,;"
_RULE = re.compile(r"[-:=+| ]*")
_AROUND = " \"'`*_"
_PLACEHOLDER = re.compile(r"[<\[{%$]|([*•x.#-])\1*+$", re.IGNORECASE)
_SHORTEST = 3


def find_columns(view: View) -> Iterator[Span]:
    """Every cell below a head that names a secret, as spans of the plain text. Linear time."""
    text = view.text
    if "\n" not in text:
        return
    read = 0
    found = labels(view, *_KINDS)
    for label in found:
        if label.start < read:
            continue
        first = text.rfind("\n", 0, label.start) + 1
        last = text.find("\n", label.end)
        if last < 0:
            return
        read = last
        if last - first > _LONGEST_HEAD:
            continue
        head = text[first:last]
        separator = next((one for one in _SEPARATORS if one in head), None)
        if separator is None or any(map(str.isdigit, head)):
            continue
        columns = _named(found, first, head, separator)
        if columns:
            yield from _below(text, last + 1, separator, head.count(separator), columns)


def _named(found: Labels, first: int, head: str, separator: str) -> dict[int, Kind]:
    """The columns whose head is nothing but the name of a secret."""
    columns: dict[int, Kind] = {}
    place = first
    for index, cell in enumerate(head.split(separator)[:_MOST_CELLS]):
        name = cell.strip(_AROUND)
        start = place + (cell.find(name) if name else 0)
        label = found.after(start)
        if label is not None and (label.start, label.end) == (start, start + len(name)):
            columns[index] = _KINDS[label.role]
        place += len(cell) + 1
    return columns


def _below(text: str, place: int, separator: str, count: int, columns: dict[int, Kind]) -> Iterator[Span]:
    for _ in range(_MOST_ROWS):
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        row = text[place:end]
        if _RULE.fullmatch(row) is None:
            if row.count(separator) != count:
                return
            at = place
            for index, cell in enumerate(row.split(separator)):
                value = cell.strip(_AROUND)
                kind = columns.get(index)
                if (
                    kind is not None
                    and len(value) >= _SHORTEST
                    and value.lower() not in ORDINARY
                    and _PLACEHOLDER.match(value) is None
                ):
                    start = at + cell.find(value)
                    yield start, start + len(value), kind
                at += len(cell) + 1
        elif not row:
            return
        if end == len(text):
            return
        place = end + 1
