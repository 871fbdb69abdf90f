"""Public holidays of a country and subdivision, from the `holidays` package (extra `holidays`).

What is asked is its working-day answer, not only its list of holidays: in China, Hungary and a dozen other
countries a day off is paid for with a Saturday or Sunday of work, and the list alone is wrong by days.

The package knows more years than it can vouch for: lunar holidays of later years are estimates, and moved
working days exist only once a government has announced them. The dates in between are known here as `first`
and `last`.
"""

import warnings
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from importlib import import_module
from inspect import signature
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from supportflow.calendars.document import DAYS, Dated
from supportflow.exceptions import CalendarError, MissingExtra

if TYPE_CHECKING:
    from holidays import HolidayBase

__all__ = ["PublicHolidays", "public_holidays"]

_YEARS = range(1970, 2101)


class PublicHolidays(NamedTuple):
    """What the package says about one country or subdivision.

    Attributes:
        closed: Holidays and their names.
        working: Weekend days that are worked.
        moved: Dates of a time at which the weekend was another: whether that day of the week was worked then.
        workdays: The names of the days of an ordinary working week.
        first: The first vouched date.
        last: The last vouched date; before the first, if none is vouched for.
        source: Package, version and place, for the record.
    """

    closed: Mapping[date, str]
    working: frozenset[date]
    moved: Mapping[date, bool]
    workdays: tuple[str, ...]
    first: date
    last: date
    source: str


def _package() -> ModuleType:
    try:
        return import_module("holidays")
    except ImportError:
        raise MissingExtra("holidays", "looking up public holidays") from None


@lru_cache(maxsize=256)
def public_holidays(country: str, subdivision: str = "", language: str = "") -> PublicHolidays:
    """The public holidays of a place, 1970 to 2100, as far as the package knows them.

    Args:
        country: ISO 3166-1 code, `"CN"`.
        subdivision: The package's code of a part of it, `"BY"` for Bavaria; empty for the country.
        language: Language of the names, such as `"de"`; empty: English where the package has it, else the
            country's own. Never the machine's, so that two machines write the same names.

    Raises:
        MissingExtra: If the `holidays` package is not installed.
        CalendarError: If it does not know the place.
    """
    package = _package()
    place = f"{country}-{subdivision}" if subdivision else country
    try:
        entity = package.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError:
        raise CalendarError([f"country: the holidays package does not know {place!r}"]) from None
    if not language:
        language = "en_US" if "en_US" in entity.supported_languages else entity.default_language or ""
    closed: dict[date, str] = {}
    working: set[date] = set()
    doubtful: set[int] = set()
    moved: dict[date, bool] = {}
    years = range(max(entity.start_year, _YEARS.start), min(entity.end_year + 1, _YEARS.stop))
    for year in years:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = package.country_holidays(
                country, subdiv=subdivision or None, years=year, language=language or None
            )
        days = {day: found.get(day) for day in found if day.year == year}
        if caught or _estimated(found, _labelled(found, subdivision, year, days).values()):
            doubtful.add(year)
        moved |= _week_then(found, year, entity.weekend)
        closed |= days
        working |= {day for day in found.weekend_workdays if day.year in years}
    known = [year for year in years if year not in doubtful]
    if entity.has_substituted_holidays or working:
        announced = {day.year for day in working} | set(getattr(entity, "special_public_holidays", ()))
        known = [year for year in known if year <= max(announced, default=0)]
    if not years:
        raise CalendarError([f"country: the holidays package knows no year of {place!r}"])
    # Where some holiday of every year is an estimate (in Morocco, say), none is vouched for: an empty stretch.
    first, last = (known[-1], known[-1]) if known else (years.start, years.start - 1)
    while first - 1 in known:
        first -= 1
    return PublicHolidays(
        closed=Dated({day: name for day, name in closed.items() if day not in working}),
        working=frozenset(working),
        moved=Dated(moved),
        workdays=tuple(name for at, name in enumerate(DAYS) if at not in entity.weekend),
        first=date(first, 1, 1),
        last=date(last, 12, 31),
        source=f"holidays {package.__version__}: {place}",
    )


def _estimated(entity: "HolidayBase", names: Iterable[str]) -> bool:
    label = getattr(entity, "estimated_label", None)
    if not label:
        return False
    mark = entity.tr(label).replace("%s", "").strip(" ()\uff08\uff09")
    return any(mark in name for name in names)


def _labelled(found: "HolidayBase", subdivision: str, year: int, days: dict[date, str]) -> dict[date, str]:
    """The holidays with estimates labelled: some countries do so only when they are asked."""
    kind = type(found)
    if "islamic_show_estimated" not in signature(kind.__init__).parameters:
        return days
    named = kind(subdiv=subdivision or None, years=year, language=found.language, islamic_show_estimated=True)  # type: ignore[call-arg]  # only Islamic calendars take it
    return {day: named.get(day) for day in named if day.year == year}


def _week_then(found: "HolidayBase", year: int, weekend: set[int]) -> dict[date, bool]:
    """The dates of a year on which the weekend was another than it is now, and whether they were worked."""
    first = date(year, 1, 1).toordinal()
    days = map(date.fromordinal, range(first, date(year, 12, 31).toordinal() + 1))
    return {day: not now for day in days if (now := found.is_weekend(day)) != (day.weekday() in weekend)}
