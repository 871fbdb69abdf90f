"""The one meaning of time: an instant is a UTC `pendulum.DateTime`; the core counts integer microseconds.

Pendulum's own arithmetic is slow (5 to 12 µs) and compares two values of one zone by wall clock, which inverts their order
in an autumn fold. So values are brought to UTC at the edge, and arithmetic goes through the standard library's
`datetime` methods, which are exact on UTC values.
"""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import pendulum
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from supportflow.exceptions import InvalidInput, NaiveDatetimeError

__all__ = [
    "DAY_US",
    "EPOCH",
    "HOUR_US",
    "MINUTE_US",
    "SECOND_US",
    "Instant",
    "fixed_length",
    "from_us",
    "instant",
    "to_us",
]

UTC = pendulum.UTC
UTC_OFFSET = timezone.utc  # noqa: UP017 - told apart from pendulum's
EPOCH = pendulum.DateTime(1970, 1, 1, tzinfo=UTC)

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

_combine, _date, _timetz = datetime.combine, datetime.date, datetime.timetz
_subtract = datetime.__sub__
_add = datetime.__add__
_whole = timedelta.__floordiv__
_offset: Callable[[tzinfo, datetime], timedelta] = ZoneInfo.utcoffset  # type: ignore[assignment]  # None is no timedelta
_MICROSECOND = timedelta(microseconds=1)
_PLAIN_EPOCH = datetime(1970, 1, 1, tzinfo=UTC_OFFSET)


_epochs: dict[int, datetime] = {}
"""By the identity of a zone, 1970 on its clock, which keeps the zone."""
_MOST_EPOCHS = 1_000


def _epoch(zone: tzinfo) -> datetime:
    """1970 on the clock of a zone that was not met before."""
    if len(_epochs) >= _MOST_EPOCHS:
        _epochs.clear()  # other threads only make theirs again
    epoch = _epochs[id(zone)] = datetime(1970, 1, 1, tzinfo=zone)
    return epoch


_counted: tuple[datetime, int] = (EPOCH, 0)
"""The instant that was counted last, with its microseconds: one goes through many hands in a command."""


def to_us(moment: datetime) -> int:
    """Microseconds since 1970-01-01T00:00Z of any aware datetime, exact.

    Args:
        moment: An aware datetime of any kind (standard library, pendulum, pandas).

    Raises:
        NaiveDatetimeError: If it has no time zone.
    """
    global _counted  # noqa: PLW0603 - of two threads each counts its own again, and finds the same
    known, us = _counted
    if known is moment:
        return us
    try:
        zone = moment.tzinfo
        if zone is UTC:
            since = _subtract(moment, EPOCH)
        else:
            # A zone reads a subclass by its attributes, one by one, and a plain datetime at a stroke.
            plain = _combine(_date(moment), _timetz(moment)) if type(moment) is pendulum.DateTime else moment
            if type(plain) is datetime and (type(zone) is ZoneInfo or type(zone) is pendulum.Timezone):
                # A difference within one zone does not ask it, which in there costs six times what it costs here.
                since = plain - (_epochs.get(id(zone)) or _epoch(zone)) - _offset(zone, plain)
            else:
                since = _subtract(plain, _PLAIN_EPOCH)
    except TypeError:
        raise NaiveDatetimeError from None
    us = (since.days * 86_400 + since.seconds) * SECOND_US + since.microseconds
    _counted = (moment, us)
    return us


def span_us(span: timedelta) -> int:
    """A duration in microseconds, exact."""
    return (span.days * 86_400 + span.seconds) * SECOND_US + span.microseconds


def from_us(us: int) -> pendulum.DateTime:
    """The UTC instant that many microseconds after 1970-01-01T00:00Z."""
    global _counted  # noqa: PLW0603 - as above
    moment = _add(EPOCH, us * _MICROSECOND)  # half of what it costs to make the timedelta by its keyword
    _counted = (moment, us)
    return moment


def instant(value: object, field: str = "datetime") -> pendulum.DateTime:
    """Bring an aware datetime or an ISO 8601 text with an offset to a UTC instant.

    Args:
        value: The datetime or text.
        field: What to call it in an error.

    Raises:
        NaiveDatetimeError: If it has no time zone.
        InvalidInput: If it is neither a datetime nor such a text, or no UTC datetime can hold it.
    """
    if type(value) is pendulum.DateTime and value.tzinfo is UTC:
        return value
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise InvalidInput(field, "is not an ISO 8601 date and time") from None
        if (
            value.tzinfo is UTC_OFFSET
        ):  # what `iso` writes and every stored row holds: four times as fast as below
            return pendulum.DateTime(
                value.year,
                value.month,
                value.day,
                value.hour,
                value.minute,
                value.second,
                value.microsecond,
                UTC,
            )
    if not isinstance(value, datetime):
        raise InvalidInput(field, "is not a datetime")
    if value.tzinfo is None or value.utcoffset() is None:
        raise NaiveDatetimeError(field)
    try:
        return from_us(to_us(value))
    except OverflowError:  # an offset can push the first and the last day past the years that UTC has
        raise InvalidInput(field, "lies outside of the years 1 to 9999") from None


def fixed_length(duration: timedelta, field: str = "duration") -> timedelta:
    """A `timedelta` of any kind (standard library, pendulum, pandas) as the standard library's.

    Raises:
        InvalidInput: If it counts months or years, which have no fixed length. What lies between two instants has one.
    """
    if type(duration) is timedelta:
        return duration
    if (
        isinstance(duration, pendulum.Duration)
        and not isinstance(duration, pendulum.Interval)
        and (duration.years or duration.months)
    ):
        raise InvalidInput(field, "counts months or years, which have no fixed length")
    return timedelta(microseconds=_whole(duration, _MICROSECOND))


_written: dict[int, tuple[datetime, str]] = {}
"""By the identity of an instant, its text: a decision's events and the ticket after them have the same one many times."""
_MOST_WRITTEN = 500


def iso(moment: datetime) -> str:
    """ISO 8601 text of a UTC instant, always with microseconds and `Z`: exact, and sorted as text it is sorted in time."""
    known = _written.get(id(moment))
    if known is not None and known[0] is moment:
        return known[1]
    text = _iso(moment)
    if len(_written) >= _MOST_WRITTEN:
        _written.clear()  # other threads only write theirs again
    _written[id(moment)] = (moment, text)
    return text


def _iso(moment: datetime) -> str:
    # `%` is twice as fast as a format string here, and `isoformat` would ask the zone.
    return "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ" % (  # noqa: UP031
        moment.year,
        moment.month,
        moment.day,
        moment.hour,
        moment.minute,
        moment.second,
        moment.microsecond,
    )


class _InstantSchema:
    """Tells pydantic how to read and write an instant."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            instant,  # pydantic catches ValueError, which InvalidInput is, and adds the path
            serialization=core_schema.plain_serializer_function_ser_schema(iso, when_used="json"),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "format": "date-time"}


Instant = Annotated[pendulum.DateTime, _InstantSchema]
"""A point in time: a UTC `pendulum.DateTime`. Validation takes any aware datetime or ISO text and refuses naive ones."""
Moment = Annotated[datetime, _InstantSchema]
"""The same, in values that hosts make: type checkers then know that any aware datetime is taken."""
