"""The declaration of a calendar: its document, checked and immutable."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import ConfigDict, Field, ValidationError, field_validator, model_validator

from supportflow._dataclass import dataclass
from supportflow.calendars.clocktime import Hours, overlap
from supportflow.calendars.country import public_holidays
from supportflow.calendars.document import (
    DAYS,
    Closure,
    Dated,
    Holidays,
    HoursVersion,
    Override,
    Overrides,
    Weekly,
    problems_of,
)
from supportflow.calendars.schedule import HolidayScope
from supportflow.calendars.toml import write_toml
from supportflow.calendars.tzdata import TzdataSource
from supportflow.calendars.zones import zone
from supportflow.exceptions import CalendarError
from supportflow.model.late import LateModel

__all__ = ["Declaration", "Period", "periods"]


@dataclass(frozen=True, slots=True)
class Period:
    """The hours in force from a date on, with nothing left out.

    Attributes:
        path: Where in the document they are written, for errors: `""`, or `"versions.0."`.
        since: The first date; None for the first period.
    """

    path: str
    since: date | None
    tz: str
    weekly: Weekly
    holidays: Mapping[date, str]
    overrides: Mapping[date, Override]
    scope: HolidayScope


# What is computed from the content and kept beside it.
_DERIVED = ("core", "_expanded")


class Declaration(LateModel):
    """What a calendar document says; `BusinessCalendar` adds the arithmetic and documents the fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True)

    name: str = ""
    tz: str
    weekly: Weekly = Field(default_factory=Weekly)
    holidays: Holidays = Field(default_factory=Dated)
    overrides: Overrides = Field(default_factory=Dated)
    holiday_scope: HolidayScope = "shift"
    overlaps: Literal["refuse", "merge"] = "refuse"
    tzdata: TzdataSource = "newest"
    versions: tuple[HoursVersion, ...] = ()
    closures: tuple[Closure, ...] = ()
    country: str = ""
    subdivision: str = ""
    language: str = ""
    makeup_hours: tuple[Hours, ...] = ()
    vouched_from: date | None = None
    vouched_until: date | None = None
    beyond: Literal["warn", "fail", "ignore"] = "warn"
    expanded_from: str = ""

    if not TYPE_CHECKING:  # type checkers are told by `BusinessCalendar` what is taken

        def __init__(self, **data: Any) -> None:
            try:
                super().__init__(**data)
            except ValidationError as error:
                raise CalendarError(problems_of(error, type(self))) from None

        # pydantic then validates calendars inside other documents by field, so that errors there keep their
        # full path.
        __init__.__pydantic_base_init__ = True

    # --- other ways to make one --------------------------------------------------------------

    @classmethod
    def weekdays(cls, open: str, close: str, *, tz: str, **more: Any) -> Self:  # noqa: A002 - as hosts say it
        """The same hours from Monday to Friday.

        Args:
            open: Opening time, `"09:00"`.
            close: Closing time, `"17:00"`.
            tz: IANA zone.
            **more: Any other field of a calendar.
        """
        return cls(tz=tz, weekly=_each(DAYS[:5], open, close), **more)

    @classmethod
    def always(cls, tz: str = "UTC", **more: Any) -> Self:
        """Open around the clock, every day."""
        return cls(tz=tz, weekly=_each(DAYS, "00:00", "24:00"), **more)

    @classmethod
    def from_country(
        cls,
        country: str,
        subdivision: str = "",
        *,
        tz: str,
        open: str = "09:00",  # noqa: A002 - as hosts say it
        close: str = "17:00",
        **more: Any,
    ) -> Self:
        """The working week and the public holidays of a country, moved working days included.

        The holidays stay a reference to the country; `expanded` turns them into dates.

        Args:
            country: ISO 3166-1 code, `"CN"`.
            subdivision: A part of it, `"BY"` for Bavaria in `"DE"`.
            tz: IANA zone.
            open: Opening time of the country's working days.
            close: Closing time.
            **more: Any other field of a calendar; `weekly` instead of `open` and `close` where the days
                differ.

        Raises:
            MissingExtra: If the `holidays` package is not installed (extra `holidays`).
        """
        if "weekly" not in more:
            more["weekly"] = _each(public_holidays(country, subdivision).workdays, open, close)
        return cls(tz=tz, country=country, subdivision=subdivision, **more)

    def to_toml(self) -> str:
        """The calendar as a TOML document; `from_toml` reads it back to an equal calendar."""
        return write_toml(self.model_dump(mode="json", exclude_defaults=True))

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Read a calendar from a TOML document.

        Raises:
            CalendarError: If it is not TOML, or not a calendar.
        """
        import tomllib  # noqa: PLC0415 - its expressions take longer to compile than a calendar does to load

        try:
            return cls(**tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise CalendarError([f"document: is not TOML: {error}"]) from None

    # --- validation --------------------------------------------------------------------------

    @field_validator("versions")
    @classmethod
    def _in_order(cls, versions: tuple[HoursVersion, ...]) -> tuple[HoursVersion, ...]:
        dates = [version.effective_from for version in versions]
        for at, (earlier, later) in enumerate(pairwise(dates), 1):
            if later <= earlier:
                raise ValueError(f"{at}.effective_from: is reversed: {later} is not after {earlier}")
        return versions

    @model_validator(mode="after")
    def _usable(self) -> Self:
        _known_zones(self)
        resolved = periods(self)
        if self.overlaps == "refuse":
            for period in resolved:
                _no_overlaps(period)
        if not any(any(p.weekly.days) or any(o.hours for o in p.overrides.values()) for p in resolved):
            raise ValueError("weekly: is never open: no weekday and no override has hours")
        return self

    # --- copies: what was compiled belongs to the content, so a changed copy must not keep it
    # -------------------

    def __getstate__(self) -> dict[Any, Any]:
        state = super().__getstate__()
        state["__dict__"] = {name: state["__dict__"][name] for name in type(self).model_fields}
        return state

    def __copy__(self) -> Self:
        copied = super().__copy__()
        for derived in _DERIVED:
            copied.__dict__.pop(derived, None)
        return copied

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self.__copy__()


def periods(calendar: Declaration) -> list[Period]:
    """The calendar's hours and each of its versions, filled in with what stays as it was."""
    resolved = [
        Period(
            "",
            None,
            calendar.tz,
            calendar.weekly,
            calendar.holidays,
            calendar.overrides,
            calendar.holiday_scope,
        )
    ]
    for at, version in enumerate(calendar.versions):
        last = resolved[-1]
        resolved.append(
            Period(
                f"versions.{at}.",
                version.effective_from,
                version.tz or last.tz,
                last.weekly if version.weekly is None else version.weekly,
                last.holidays if version.holidays is None else version.holidays,
                last.overrides if version.overrides is None else version.overrides,
                version.holiday_scope or last.scope,
            )
        )
    return resolved


def _each(days: Sequence[str], opens: str, closes: str) -> dict[str, list[tuple[str, str]]]:
    return {day: [(opens, closes)] for day in days}


_COPIES = {"newest": "neither copy", "system": "system copy", "package": "package copy"}


def _known_zones(calendar: Declaration) -> None:
    zones = [("tz", calendar.tz)]
    zones += [(f"versions.{at}.tz", version.tz) for at, version in enumerate(calendar.versions) if version.tz]
    for path, key in zones:
        try:
            zone(key, calendar.tzdata)
        except (LookupError, ValueError, OSError):
            raise ValueError(f"{path}: is not a zone of tzdata ({_COPIES[calendar.tzdata]})") from None


def _no_overlaps(period: Period) -> None:
    days: list[tuple[str, Sequence[tuple[str, str]]]] = [
        (f"weekly.{name}", hours) for name, hours in zip(DAYS, period.weekly.days, strict=True)
    ]
    days += [(f"overrides.{day}", override.hours) for day, override in period.overrides.items()]
    for path, hours in days:
        at = overlap(hours)
        if at is not None:
            raise ValueError(
                f"{period.path}{path}.{at}: overlaps another interval of its day ({' to '.join(hours[at])});"
                " join them, or set overlaps = 'merge'"
            )
