"""Recurrence rules of iCalendar (RFC 5545, section 3.3.10): the grammar."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, cast

from supportflow._dataclass import dataclass

__all__ = ["SECONDS_OF", "Rule", "Weekday", "parse_rule"]

Frequency = Literal["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]

_WEEKDAYS = {name: number for number, name in enumerate(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))}
SECONDS_OF: Mapping[str, int] = {"HOURLY": 3_600, "MINUTELY": 60, "SECONDLY": 1}
"""Frequencies within a day, with their lengths in seconds."""
_RANGES = {
    "BYSECOND": (0, 60), "BYMINUTE": (0, 59), "BYHOUR": (0, 23), "BYMONTHDAY": (-31, 31), "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53), "BYMONTH": (1, 12), "BYSETPOS": (-366, 366),
}  # fmt: skip
_NUMBER = re.compile(r"[+-]?\d{1,3}", re.ASCII)
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_COUNTED = re.compile(r"\d{1,9}", re.ASCII)
_FORBIDDEN = {
    "BYWEEKNO": {"MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"},
    "BYYEARDAY": {"MONTHLY", "WEEKLY", "DAILY"},
    "BYMONTHDAY": {"WEEKLY"},
}


class Weekday(NamedTuple):
    """A day of the week, or the n-th one of the month or year."""

    number: int
    weekday: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, as it is written.

    Attributes:
        frequency: What repeats.
        interval: Every so many of them.
        count: How many occurrences, the start among them.
        until: The text of the last possible one; it means a local time or UTC, as the start does.
        first_weekday: The first day of a week, Monday 0.
        by: The parts with numbers, by name.
        weekdays: `BYDAY`.
    """

    frequency: Frequency
    interval: int
    count: int | None
    until: str | None
    first_weekday: int
    by: Mapping[str, frozenset[int]]
    weekdays: frozenset[Weekday]


def parse_rule(text: str) -> Rule:
    """Read a rule.

    Raises:
        ValueError: If it breaks the grammar, or says what only another standard gives a meaning.
    """
    parts = _parts(text)
    frequency = parts.pop("FREQ", None)
    if frequency not in {"YEARLY", "MONTHLY", "WEEKLY", "DAILY", *SECONDS_OF}:
        raise ValueError("needs FREQ, one of YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY")
    if parts.pop("RSCALE", "GREGORIAN") != "GREGORIAN":
        raise ValueError("has an RSCALE other than GREGORIAN, which is not followed here")
    if parts.pop("SKIP", "OMIT") != "OMIT":
        raise ValueError("has a SKIP other than OMIT, which is not followed here")
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError("has both COUNT and UNTIL")
    rule = Rule(
        frequency=cast("Frequency", frequency),
        interval=_positive(parts.pop("INTERVAL", "1"), "INTERVAL"),
        count=_positive(parts.pop("COUNT"), "COUNT") if "COUNT" in parts else None,
        until=parts.pop("UNTIL", None),
        first_weekday=_first_weekday(parts.pop("WKST", "MO")),
        weekdays=frozenset(_weekdays(parts.pop("BYDAY", ""))),
        by={name: _numbers(name, parts.pop(name)) for name in _RANGES if name in parts},
    )
    for name in parts:
        raise ValueError(f"has a part {name[:20]!r} that RFC 5545 does not have")
    _check_together(rule)
    return rule


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.upper().split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise ValueError("has a part without a value")
        if name in parts:
            raise ValueError(f"has {name[:20]} twice")
        parts[name] = value
    return parts


def _positive(text: str, name: str) -> int:
    if _COUNTED.fullmatch(text) is None or int(text) < 1:
        raise ValueError(f"has a wrong {name}")
    return int(text)


def _first_weekday(text: str) -> int:
    if text not in _WEEKDAYS:
        raise ValueError("has a wrong WKST")
    return _WEEKDAYS[text]


def _weekdays(text: str) -> Iterator[Weekday]:
    for one in text.split(",") if text else ():
        found = _DAY.fullmatch(one)
        number = int(found[1] or 0) if found is not None else 0
        if found is None or not -53 <= number <= 53 or (found[1] and not number):  # noqa: PLR2004 - weeks of a year
            raise ValueError("has a wrong BYDAY")
        yield Weekday(number, _WEEKDAYS[found[2]])


def _numbers(name: str, text: str) -> frozenset[int]:
    low, high = _RANGES[name]
    found = set()
    for one in text.split(","):
        if _NUMBER.fullmatch(one) is None or not low <= int(one) <= high or (low < 0 and not int(one)):
            raise ValueError(f"has a wrong {name}")
        found.add(int(one))
    return frozenset(found)


def _check_together(rule: Rule) -> None:
    """Refuse parts that cannot stand beside each other."""
    for name, frequencies in _FORBIDDEN.items():
        if name in rule.by and rule.frequency in frequencies:
            raise ValueError(f"has {name}, which cannot stand beside FREQ={rule.frequency}")
    if any(day.number for day in rule.weekdays) and (
        rule.frequency not in {"MONTHLY", "YEARLY"} or "BYWEEKNO" in rule.by
    ):
        beside = "BYWEEKNO" if "BYWEEKNO" in rule.by else f"FREQ={rule.frequency}"
        raise ValueError(f"has a BYDAY with a number, which cannot stand beside {beside}")
    if "BYSETPOS" in rule.by and len(rule.by) == 1 and not rule.weekdays:
        raise ValueError("has BYSETPOS, which needs another BY part")
