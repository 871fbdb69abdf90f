"""Durations as people give them: in a document as ISO 8601 text, `"PT15M"`, `"PT8H"`, `"P1D"`; in code as a `timedelta`.

A number alone has no unit, and a month or a year has no fixed length: both are refused wherever a duration is read.

Documents that were stored before that was so are read as they were written: see `supportflow.model.base.STORED`.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from supportflow._time import fixed_length
from supportflow.exceptions import InvalidInput
from supportflow.model.base import is_stored

__all__ = [
    "DURATION_PATTERN",
    "UNITS",
    "WRITTEN",
    "Duration",
    "NotNegative",
    "Positive",
    "given_duration",
    "iso_duration",
    "readable_duration",
    "spelled_out",
]

UNITS = ("minutes", "hours", "days")
"""Fields that may stand for a duration."""

DURATION_PATTERN = r"^[+-]?P[^YM]*(T.*)?$"
"""What the text of a duration looks like, for a JSON Schema."""

_FOR_EXAMPLE = "such as 'PT15M', 'PT8H' or 'P1D'"
_MONTHS = "counts months or years, which have no fixed length; write days, such as 'P30D'"
_MICROSECOND = timedelta(microseconds=1)
_SIGNED = re.compile(r"[+-]?P")
_DATE_PART = re.compile(r"[^T]*")


def readable_duration(value: object) -> object:
    """A duration that a document gives: a `timedelta`, or ISO 8601 text whose numbers are still to be read.

    Raises:
        ValueError: If it is a number without a unit, counts months or years, or is no duration at all.
    """
    if isinstance(value, timedelta):
        try:
            return fixed_length(value)
        except InvalidInput:
            raise ValueError(_MONTHS) from None
    if isinstance(value, int | float | Decimal):
        raise ValueError(f"is a number without a unit; write a duration {_FOR_EXAMPLE}")  # noqa: TRY004 - pydantic's way
    if not isinstance(value, str) or _SIGNED.match(value) is None:
        raise ValueError(f"is not a duration {_FOR_EXAMPLE}")
    date_part = _DATE_PART.match(value)
    if date_part is not None and not {"Y", "M"}.isdisjoint(date_part.group()):
        raise ValueError(_MONTHS)
    return value


def iso_duration(value: timedelta) -> str:
    """ISO 8601 text of a duration, in days and less: `"P1DT1H30M"`."""
    us = value // _MICROSECOND
    sign, us = ("-", -us) if us < 0 else ("", us)
    seconds, us = divmod(us, 1_000_000)
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3_600)
    minutes, seconds = divmod(seconds, 60)
    fraction = f".{us:06d}".rstrip("0") if us else ""
    time = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes)
    if seconds or us:
        time += f"{seconds}{fraction}S"
    date = f"{days}D" * bool(days)
    return f"{sign}P{date}T{time}" if time else f"{sign}P{date or 'T0S'}"


def given_duration(value: object, field: str) -> timedelta:
    """A duration that a host passes in.

    Args:
        value: A `timedelta`.
        field: What to call it in an error.

    Raises:
        InvalidInput: If it is none, or counts months or years.
    """
    if not isinstance(value, timedelta):
        raise InvalidInput(field, "is not a timedelta")
    return fixed_length(value, field)


def spelled_out(given: Any, field: str) -> Any:
    """A document's fields with `minutes`, `hours` and `days` put together as one duration.

    Args:
        given: What the document says.
        field: The field of the duration.

    Raises:
        ValueError: If the duration is given twice, or its parts cannot be counted.
    """
    if not isinstance(given, Mapping):
        return given
    fields = dict(given)
    parts = {unit: fields.pop(unit) for unit in UNITS if unit in fields}
    if parts:
        if fields.get(field) is not None:
            raise ValueError(f"give either {field}, or minutes, hours and days")
        fields[field] = _sum(parts)
    return fields


def _sum(parts: Mapping[str, Any]) -> timedelta:
    try:
        # True is a number to Python, and to nobody else.
        numbers: dict[str, Any] = {
            unit: None if isinstance(part, bool) else part for unit, part in parts.items()
        }
        return timedelta(**numbers)
    except (TypeError, OverflowError, ValueError):
        raise ValueError(f"{' and '.join(parts)} cannot be counted: too much, or no number") from None


class _Written:
    """Marks a `timedelta` of a document: read as `readable_duration` says, and written in days and less."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_before_validator_function(
            lambda value, info: value if is_stored(info) else readable_duration(value),
            handler(source),
            serialization=core_schema.plain_serializer_function_ser_schema(iso_duration, when_used="json"),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "format": "duration", "pattern": DURATION_PATTERN}


WRITTEN = _Written()
"""In `Annotated[timedelta, …, WRITTEN]`, after what else holds of the value."""


def _not_negative(value: timedelta, info: ValidationInfo) -> timedelta:
    if value < timedelta(0) and not is_stored(info):
        raise ValueError("is negative")
    return value


Duration = Annotated[timedelta, WRITTEN]
"""Any duration."""
Positive = Annotated[timedelta, Field(gt=timedelta(0)), WRITTEN]
"""A duration longer than nothing."""
NotNegative = Annotated[timedelta, WRITTEN, AfterValidator(_not_negative)]
"""A duration that may be nothing."""
