"""In which format a column of a log writes its times, told by its values."""

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import islice

__all__ = ["PROBED", "SURE", "find_format", "read_time"]

PROBED = 400
"""Values that are looked at."""
SURE = 0.8
"""Share of them that a format must fit: logs have a few cells that say something else."""
_FORMATS = (
    "iso", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S.%f", "%d/%m/%Y %H:%M:%S.%f", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p", "%d %b %Y %H:%M",
    "%Y年%m月%d日 %H:%M", "epoch", "epoch_ms",
)  # fmt: skip
_EPOCH = re.compile(r"[0-9]{9,10}(\.[0-9]+)?")
_EPOCH_MS = re.compile(r"[0-9]{12,13}")


def find_format(values: Iterable[str]) -> tuple[str | None, str | None]:
    """The format that nearly all values have, and another one that fits as well; None for each that there is not."""
    probes = list(islice(values, PROBED))
    if not probes or not any(character.isdigit() for character in probes[0]):
        return None, None
    counts = {form: sum(_is_time(value, form) for value in probes) for form in _FORMATS}
    best = max(_FORMATS, key=lambda form: (counts[form], -_FORMATS.index(form)))
    if counts[best] < SURE * len(probes):
        return None, None
    if best == "iso" or best.startswith("epoch"):
        return best, None
    return best, next((form for form in _FORMATS if form != best and counts[form] == counts[best]), None)


def _is_time(value: str, form: str) -> bool:
    try:
        read_time(value, form)
    except ValueError:
        return False
    return True


def read_time(value: str, form: str) -> datetime:
    """A value as a time of no zone, to be compared with others of its column.

    Raises:
        ValueError: If it is not in that format.
    """
    if form == "epoch":
        if _EPOCH.fullmatch(value) is None:
            raise ValueError(value)
        return datetime.fromtimestamp(float(value))  # noqa: DTZ006 - compared with its like only
    if form == "epoch_ms":
        if _EPOCH_MS.fullmatch(value) is None:
            raise ValueError(value)
        return datetime.fromtimestamp(int(value) / 1_000)  # noqa: DTZ006 - the same
    if form == "iso":
        if len(value) < len("2026-03-02") or value.isdigit():
            raise ValueError(value)
        return datetime.fromisoformat(value)
    return datetime.strptime(value, form)  # noqa: DTZ007 - the same
