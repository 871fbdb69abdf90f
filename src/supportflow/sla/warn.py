"""When a clock warns: at a share of its target, or some time before the due time."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter, ValidationError, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from supportflow.model.base import is_stored
from supportflow.model.durations import DURATION_PATTERN, iso_duration, readable_duration

__all__ = ["Warn"]

_PERCENT = r"^\d{1,3}(\.\d{1,12})? ?%$"
_SHARE = re.compile(r"0?\.\d{1,15}", re.ASCII)
_EXPECTED = "write a share of the target such as 0.75 or '75%', or a time before the due time such as 'PT15M'"
_SPAN = TypeAdapter(timedelta)
_percent = re.compile(_PERCENT, re.ASCII)


def _read(value: object, info: ValidationInfo) -> float | timedelta:
    """A share of the target or a duration. A number that is no share has no unit, and is refused."""
    number = _number(value)
    if number is not None:
        if not 0 < number < 1:
            raise ValueError(f"is not between 0 and 1, and a number alone has no unit; {_EXPECTED}")
        return float(number)
    if is_stored(info):
        return _SPAN.validate_python(value)
    try:
        span = _SPAN.validate_python(readable_duration(value))
    except ValidationError:
        raise ValueError(f"is no time that can be read; {_EXPECTED}") from None
    except ValueError as error:
        raise ValueError(f"{error}" if "month" in str(error) else f"is no time; {_EXPECTED}") from None
    if span <= timedelta(0):
        raise ValueError("is not before the due time, and a warning is")
    return span


def _number(value: object) -> float | Decimal | None:
    if isinstance(value, str):
        if _percent.match(value):
            return Decimal(value.rstrip("% ")) / 100
        return float(value) if _SHARE.fullmatch(value) else None
    if isinstance(value, bool):
        return None
    return value if isinstance(value, int | float | Decimal) else None


def _write(value: float | timedelta) -> float | str:
    return iso_duration(value) if isinstance(value, timedelta) else value


class _Warning:
    """Tells pydantic how to read and write a warning."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            _read, serialization=core_schema.plain_serializer_function_ser_schema(_write, when_used="json")
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            "anyOf": [
                {"exclusiveMaximum": 1, "exclusiveMinimum": 0, "type": "number"},
                {"pattern": _PERCENT, "type": "string"},
                {"format": "duration", "pattern": DURATION_PATTERN, "type": "string"},
            ]
        }


Warn = Annotated[float | timedelta, _Warning]
"""A share of the target (`0.75` or `"75%"`), or how long before the due time, in counted time."""
