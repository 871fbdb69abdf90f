"""The parts of a calendar document: a week, dates that differ from it, later versions of the hours."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_serializer,
    model_validator,
)

from supportflow._time import Instant, to_us
from supportflow.calendars.clocktime import Hours
from supportflow.calendars.schedule import HolidayScope
from supportflow.exceptions import CalendarError
from supportflow.model.document_problems import nearest
from supportflow.model.late import LateModel

__all__ = ["DAYS", "Closure", "Dated", "Holidays", "HoursVersion", "Override", "Overrides", "Weekly"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

V = TypeVar("V")


class Dated(Mapping[date, V]):
    """An immutable mapping from dates, in their order, equal and hashed by content."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[date, V] | Iterable[tuple[date, V]] = ()) -> None:
        self._items = dict(sorted(dict(items).items(), key=lambda item: item[0]))

    def __getitem__(self, day: date) -> V:
        return self._items[day]

    def __iter__(self) -> Iterator[date]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(tuple(self._items.items()))

    def __repr__(self) -> str:
        return f"Dated({self._items!r})"


class _Part(LateModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True)

    if not TYPE_CHECKING:  # type checkers keep the signature that the fields give

        def __init__(self, /, **fields: Any) -> None:
            try:
                super().__init__(**fields)
            except ValidationError as error:
                raise CalendarError(problems_of(error, type(self))) from None

        __init__.__pydantic_base_init__ = True


def problems_of(error: ValidationError, model: type[LateModel]) -> list[str]:
    """One sentence for each error, starting with its path; of a field of the model that there is not, which may be meant."""
    found = []
    for line in error.errors(include_url=False, include_context=False, include_input=False):
        path = ".".join(str(part) for part in line["loc"])
        reason = line["msg"].removeprefix("Value error, ")
        if line["type"] == "extra_forbidden" and line["loc"] == (path,):
            reason = f"unknown field {path!r}{nearest(path, model.model_fields)}"
        found.append(f"{path}: {reason}" if path else reason)
    return found


class Weekly(_Part):
    """The hours of each weekday; a day that is left out is closed."""

    mon: tuple[Hours, ...] = ()
    tue: tuple[Hours, ...] = ()
    wed: tuple[Hours, ...] = ()
    thu: tuple[Hours, ...] = ()
    fri: tuple[Hours, ...] = ()
    sat: tuple[Hours, ...] = ()
    sun: tuple[Hours, ...] = ()

    @property
    def days(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """The hours of the seven days, Monday first."""
        return (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)

    @model_serializer(mode="plain")
    def _plain(self) -> dict[str, Any]:
        return {
            name: [list(hours) for hours in day] for name, day in zip(DAYS, self.days, strict=True) if day
        }


class Override(_Part):
    """The hours of one date, instead of its weekday's; none at all closes it.

    Written as a list of intervals, or as a table with `hours` and `name`.
    """

    hours: tuple[Hours, ...] = ()
    name: str = ""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return {"hours": value} if isinstance(value, list | tuple) else value

    @model_serializer(mode="plain")
    def _plain(self) -> dict[str, Any] | list[list[str]]:
        hours = [list(pair) for pair in self.hours]
        return {"name": self.name, "hours": hours} if self.name else hours


def _iso(value: object) -> object:
    """A date, or its ISO text, as that text; a datetime is refused, as its date depends on a zone."""
    if isinstance(value, datetime):
        raise ValueError("is a date with a time; a date alone is needed")  # noqa: TRY004
    if isinstance(value, str):
        value = date.fromisoformat(value)
    return value.isoformat() if isinstance(value, date) else value


def _keyed(value: object) -> object:
    if isinstance(value, Mapping):
        return {_iso(day): entry for day, entry in value.items()}
    return value


def _named(value: object) -> object:
    """Holidays may be a bare list of dates: they have no names then."""
    if isinstance(value, Mapping):
        return _keyed(value)
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return {_iso(day): "" for day in value}
    return value


def _dates(value: Mapping[date, Any]) -> dict[str, Any]:
    return {day.isoformat(): entry for day, entry in value.items()}


def _holiday_document(value: Mapping[date, str]) -> dict[str, Any] | list[str]:
    return _dates(value) if any(value.values()) else [day.isoformat() for day in value]


Holidays = Annotated[
    Mapping[date, str],
    BeforeValidator(_named),
    AfterValidator(Dated),
    PlainSerializer(_holiday_document),
]
"""Closed dates with their names; a list of dates is taken too."""

Overrides = Annotated[
    Mapping[date, Override],
    BeforeValidator(_keyed),
    AfterValidator(Dated),
    PlainSerializer(
        lambda value: {day.isoformat(): entry.model_dump(mode="json") for day, entry in value.items()}
    ),
]
"""Dates with hours of their own. They beat holidays."""


class Closure(_Part):
    """A stretch of real time that is closed, whatever the hours say.

    Attributes:
        start: The instant at which it begins.
        end: The instant at which it ends.
        name: Why it is closed.
    """

    start: Instant
    end: Instant
    name: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> "Closure":
        if to_us(self.end) <= to_us(self.start):
            raise ValueError("end: is reversed: it is not after start")
        return self

    @property
    def span(self) -> tuple[int, int]:
        """Start and end in microseconds since 1970-01-01T00:00Z."""
        return to_us(self.start), to_us(self.end)


class HoursVersion(_Part):
    """What changes from a date on. What it leaves out stays as it was.

    Attributes:
        effective_from: The first date, in the version's own zone.
        tz: The new zone.
        weekly: The new week, whole.
        holidays: The new holidays, whole.
        overrides: The new overrides, whole.
        holiday_scope: The new scope.
    """

    effective_from: date
    tz: str | None = None
    weekly: Weekly | None = None
    holidays: Holidays | None = None
    overrides: Overrides | None = None
    holiday_scope: HolidayScope | None = None
    note: str = Field(default="", description="Why the hours changed.")
