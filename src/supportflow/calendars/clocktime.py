"""Times of day as a calendar document writes them: `"09:00"`, `"17:30"`, `"24:00"`, `"08:00:30"`.

Inside the document they stay text, normalised, so that two calendars that mean the same hours are equal and
have the same fingerprint. The compiler reads them as microseconds since midnight.
"""

import re
from collections.abc import Iterable
from datetime import time
from itertools import pairwise
from typing import Annotated

from pydantic import BeforeValidator

from supportflow._time import DAY_US, HOUR_US, MINUTE_US, SECOND_US

__all__ = ["ClockTime", "Hours", "overlap", "read_clock", "shift_us", "write_clock"]

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?", re.ASCII)


def read_clock(text: str) -> int:
    """Microseconds since midnight of a time of day, 0 to 24 h.

    Raises:
        ValueError: If it is not such a text.
    """
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError("is not a time of day like 09:00")
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    us = hour * HOUR_US + minute * MINUTE_US + second * SECOND_US + int((match[4] or "").ljust(6, "0"))
    if minute > 59 or second > 59 or us > DAY_US:  # noqa: PLR2004
        raise ValueError("is not a time of day between 00:00 and 24:00")
    return us


def write_clock(us: int) -> str:
    """The shortest text of a time of day: seconds and fractions only where there are any."""
    minutes, rest = divmod(us, MINUTE_US)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}"
    if rest:
        second, fraction = divmod(rest, SECOND_US)
        text += f":{second:02d}"
        if fraction:
            text += f".{fraction:06d}".rstrip("0")
    return text


def _clock(value: object) -> str:
    if isinstance(value, time):
        if value.tzinfo is not None:
            raise ValueError("must have no time zone of its own; the calendar's zone applies")
        value = value.isoformat()
    if not isinstance(value, str):
        raise ValueError("is not a time of day; write it as text like '09:00'")  # noqa: TRY004
    return write_clock(read_clock(value))


def _hours(value: object) -> tuple[str, str]:
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise ValueError("is not a pair of opening and closing time")  # noqa: TRY004
    pair = tuple(value)
    if len(pair) != 2:  # noqa: PLR2004
        raise ValueError("is not a pair of opening and closing time")
    opens, closes = _clock(pair[0]), _clock(pair[1])
    if opens == closes:
        raise ValueError(f"is empty ({opens} to {closes}); the whole day is 00:00 to 24:00")
    if opens == "24:00":
        raise ValueError(f"is reversed ({opens} to {closes}): a shift cannot open when its day has ended")
    return opens, closes


ClockTime = Annotated[str, BeforeValidator(_clock)]
"""A time of day, `"09:00"` to `"24:00"`; seconds and fractions are allowed, and so is a `datetime.time`."""

Hours = Annotated[tuple[str, str], BeforeValidator(_hours)]
"""Opening and closing time. A closing time before the opening time is on the next day: 22:00 to 06:00."""


def shift_us(hours: tuple[str, str]) -> tuple[int, int]:
    """An interval in microseconds since its day's midnight; an overnight one ends after 24 h."""
    opens, closes = read_clock(hours[0]), read_clock(hours[1])
    return opens, closes if closes > opens else closes + DAY_US


def overlap(day: Iterable[tuple[str, str]]) -> int | None:
    """The position of the first interval that overlaps another of the same day, if any does."""
    spans = sorted((*shift_us(hours), at) for at, hours in enumerate(day))
    for (_, end, first), (start, _, second) in pairwise(spans):
        if start < end:
            return max(first, second)
    return None
