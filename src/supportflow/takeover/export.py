"""An export as it lies in files: JSON answers of the other system's API, told apart by what stands in them."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from supportflow.exceptions import TakeoverError

__all__ = ["Record", "Records", "collect", "parse", "whole"]

MAX_CHARACTERS = 20_000_000
"""Longest file, in characters."""
MAX_RECORDS = 20_000
"""Most records of one kind."""

_DIGITS = re.compile(r"-?[0-9]{1,18}")

Record = Mapping[str, Any]


class Records:
    """The records of an export, by kind.

    Args:
        kinds: Kind → its records.
    """

    __slots__ = ("_kinds",)

    def __init__(self, kinds: Mapping[str, Sequence[Record]]) -> None:
        self._kinds = kinds

    def of(self, kind: str) -> Sequence[Record]:
        """The records of a kind, in the order of the files."""
        return self._kinds.get(kind, ())

    def names(self, kind: str, *, name: str = "name", id: str = "id") -> dict[str, str]:  # noqa: A002 - the field's own name
        """Id, as text, → name of the records of a kind."""
        return {str(one[id]): str(one[name]) for one in self.of(kind) if id in one and name in one}


def parse(name: str, text: str) -> object:
    """The JSON in a file.

    Raises:
        TakeoverError: If it is none, or too long.
    """
    if len(text) > MAX_CHARACTERS:
        raise TakeoverError([f"{name}: is longer than {MAX_CHARACTERS:,} characters"])
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise TakeoverError([f"{name}{line}: is not JSON"]) from None


def collect(
    files: Mapping[str, object], wrappers: Mapping[str, str], marks: Mapping[str, frozenset[str]]
) -> Records:
    """The records of all files, by kind.

    Args:
        files: File name → what its JSON says.
        wrappers: The key under which a list stands → the kind of its records; `""` where the records tell by themselves.
        marks: Kind → fields that a record of that kind has, for lists under no key of their own. The first that fits.

    Raises:
        TakeoverError: With every file in which nothing is recognised, and what would be.
    """
    kinds: dict[str, list[Record]] = {}
    problems: list[str] = []
    for name, content in files.items():
        found = 0
        for kind, records in _lists(content, wrappers):
            for record in records:
                its_kind = kind or _kind(record, marks)
                if its_kind:
                    kinds.setdefault(its_kind, []).append(record)
                    found += 1
        if not found:
            known = ", ".join(sorted({*filter(None, wrappers.values()), *marks}))
            problems.append(f"{name}: holds none of what is known here: {known}")
    for kind, records in kinds.items():
        if len(records) > MAX_RECORDS:
            problems.append(f"{kind}: has more than {MAX_RECORDS:,} records")
    if problems:
        raise TakeoverError(problems)
    return Records(kinds)


def _lists(content: object, wrappers: Mapping[str, str]) -> Iterable[tuple[str, list[Record]]]:
    if isinstance(content, list):
        yield "", [one for one in content if isinstance(one, Mapping)]
    if not isinstance(content, Mapping):
        return
    wrapped = False
    for key, kind in wrappers.items():
        value = content.get(key)
        if isinstance(value, Mapping):
            # Some systems write `{"7": {...}, "9": {...}}`.
            value = (
                list(value.values()) if all(isinstance(one, Mapping) for one in value.values()) else [value]
            )
        if isinstance(value, list):
            wrapped = True
            yield kind, [one for one in value if isinstance(one, Mapping)]
    if not wrapped:
        yield "", [content]


def _kind(record: Record, marks: Mapping[str, frozenset[str]]) -> str | None:
    return next((kind for kind, fields in marks.items() if fields <= record.keys()), None)


def whole(value: object) -> int | None:
    """A whole number, be it written as a number or as its digits; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
        return int(value)
    return None
