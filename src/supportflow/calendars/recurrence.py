"""The local times that a recurrence rule of iCalendar gives (RFC 5545, section 3.3.10).

Everything happens on one local timeline without a zone, in whole seconds. The standard decides, also where common
programs differ: what a rule leaves out is taken from the start of the event; the start itself always counts as the first
occurrence; a day of the week with and one without a number are alternatives.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product

from supportflow.calendars.recurrence_rule import SECONDS_OF, Rule, Weekday

__all__ = ["Budget", "occurrences"]


class Budget:
    """How much work may go into following rules: text from outside must not cost without end.

    Args:
        steps: Days, hours and occurrences that may be looked at.
    """

    def __init__(self, steps: int) -> None:
        self._left = steps

    def spend(self) -> None:
        """Look at one more.

        Raises:
            ValueError: If that is one too many.
        """
        self._left -= 1
        if self._left < 0:
            raise ValueError("repeats too often to be followed")


def occurrences(
    rule: Rule, start: datetime, last: datetime, budget: Budget, *, since: datetime | None = None
) -> Iterator[datetime]:
    """The local times of a rule up to a last one, in order, the start first.

    Args:
        rule: The rule. Its `until` is left to the caller.
        start: The start of the event, without a zone.
        last: No later ones are looked for.
        budget: What it may cost.
        since: Earlier ones need not be found, if that saves work. A rule with `count` is followed from its start.

    Raises:
        ValueError: If the budget is spent.
    """
    found = _followed(rule, start, last, budget, since if rule.count is None else None)
    if rule.count is None:
        yield start
        yield from (at for at in found if at > start)
        return
    left = rule.count
    for at in _with_start(start, found):
        yield at
        left -= 1
        if not left:
            return


def _with_start(start: datetime, found: Iterator[datetime]) -> Iterator[datetime]:
    yield start
    yield from (at for at in found if at > start)


def _followed(
    rule: Rule, start: datetime, last: datetime, budget: Budget, since: datetime | None
) -> Iterator[datetime]:
    whole = _completed(rule, start)
    if rule.frequency in SECONDS_OF:
        yield from _within_days(whole, start, last, budget, since)
        return
    times = list(_times(whole, start))
    for days in _PERIODS[rule.frequency](whole, start.date(), last.date(), since and since.date()):
        fitting = []
        for day in days:
            budget.spend()
            if _fits(whole, day):
                fitting.append(day)
        chosen = [datetime.combine(day, datetime.min.time()) + time for day, time in product(fitting, times)]
        for at in _at_positions(whole, chosen):
            if at > last:
                return
            if at >= start:
                budget.spend()
                yield at


def _completed(rule: Rule, start: datetime) -> Rule:
    """The rule with what it leaves out, taken from the start."""
    by, weekdays = dict(rule.by), rule.weekdays
    chosen = {"BYWEEKNO", "BYYEARDAY", "BYMONTHDAY"} & set(by) or weekdays
    if rule.frequency == "YEARLY" and not chosen:
        by.setdefault("BYMONTH", frozenset({start.month}))
        by["BYMONTHDAY"] = frozenset({start.day})
    elif rule.frequency == "MONTHLY" and not chosen:
        by["BYMONTHDAY"] = frozenset({start.day})
    elif not weekdays and (rule.frequency == "WEEKLY" or chosen == {"BYWEEKNO"}):
        weekdays = frozenset({Weekday(0, start.weekday())})
    # A leap second is a second that clocks do not show.
    if 60 in by.get("BYSECOND", ()):  # noqa: PLR2004
        by["BYSECOND"] = by["BYSECOND"] - {60} | {59}
    return replace(rule, by=by, weekdays=weekdays)


def _times(rule: Rule, start: datetime) -> Iterator[timedelta]:
    hours = sorted(rule.by.get("BYHOUR", {start.hour}))
    minutes = sorted(rule.by.get("BYMINUTE", {start.minute}))
    seconds = sorted(rule.by.get("BYSECOND", {start.second}))
    for hour, minute, second in product(hours, minutes, seconds):
        yield timedelta(hours=hour, minutes=minute, seconds=second)


def _at_positions(rule: Rule, chosen: list[datetime]) -> Iterable[datetime]:
    positions = rule.by.get("BYSETPOS")
    if positions is None:
        return chosen
    places = {position - 1 if position > 0 else len(chosen) + position for position in positions}
    return [chosen[place] for place in sorted(places) if 0 <= place < len(chosen)]


# --- periods, from years to days ---------------------------------------------------------------


def _years(rule: Rule, start: date, last: date, since: date | None) -> Iterator[Iterable[date]]:
    behind = max((since.year - start.year) // rule.interval - 1, 0) if since else 0
    months = sorted(rule.by.get("BYMONTH", range(1, 13)))
    for year in range(start.year + behind * rule.interval, last.year + 1, rule.interval):
        yield (day for month in months for day in _month(year, month))


def _months(rule: Rule, start: date, last: date, since: date | None) -> Iterator[Iterable[date]]:
    first, end = start.year * 12 + start.month - 1, last.year * 12 + last.month - 1
    behind = max((since.year * 12 + since.month - 1 - first) // rule.interval - 1, 0) if since else 0
    for number in range(first + behind * rule.interval, end + 1, rule.interval):
        yield _month(number // 12, number % 12 + 1)


def _weeks(rule: Rule, start: date, last: date, since: date | None) -> Iterator[Iterable[date]]:
    first = start.toordinal() - (start.weekday() - rule.first_weekday) % 7
    yield from _stretches(first, last, since, rule.interval * 7, 7)


def _days(rule: Rule, start: date, last: date, since: date | None) -> Iterator[Iterable[date]]:
    yield from _stretches(start.toordinal(), last, since, rule.interval, 1)


def _stretches(
    first: int, last: date, since: date | None, step: int, length: int
) -> Iterator[Iterable[date]]:
    behind = max((since.toordinal() - first) // step - 1, 0) if since else 0
    for ordinal in range(first + behind * step, last.toordinal() + 1, step):
        yield (
            date.fromordinal(day)
            for day in range(max(ordinal, 1), min(ordinal + length, date.max.toordinal() + 1))
        )


_PERIODS: Mapping[str, Callable[[Rule, date, date, date | None], Iterator[Iterable[date]]]] = {
    "YEARLY": _years,
    "MONTHLY": _months,
    "WEEKLY": _weeks,
    "DAILY": _days,
}


def _month(year: int, month: int) -> Iterator[date]:
    first = date(year, month, 1).toordinal()
    return (date.fromordinal(first + day) for day in range(_length_of(year, month)))


def _length_of(year: int, month: int) -> int:
    if month == 2:  # noqa: PLR2004
        return 29 if _is_leap(year) else 28
    return 30 if month in {4, 6, 9, 11} else 31


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


# --- periods within a day ----------------------------------------------------------------------


def _within_days(
    rule: Rule, start: datetime, last: datetime, budget: Budget, since: datetime | None
) -> Iterator[datetime]:
    """Hours, minutes or seconds; a day that does not fit is passed over as a whole."""
    unit = SECONDS_OF[rule.frequency]
    step = unit * rule.interval
    base = datetime(start.year, start.month, start.day)  # noqa: DTZ001 - a local time
    first = (start - base) // timedelta(seconds=1) // unit * unit
    end = (last - base) // timedelta(seconds=1)
    at = first
    if since is not None and since > start:
        at += max(((since - base) // timedelta(seconds=1) - first) // step - 1, 0) * step
    while at <= end:
        budget.spend()
        today = base + timedelta(seconds=at - at % 86_400)
        if not _fits(rule, today.date()):
            at += -(-(86_400 - at % 86_400) // step) * step
            continue
        for found in _at_positions(rule, list(_in_unit(rule, base + timedelta(seconds=at), start))):
            if start <= found <= last:
                budget.spend()
                yield found
        at += step


def _in_unit(rule: Rule, at: datetime, start: datetime) -> Iterator[datetime]:
    """The times within an hour, a minute or a second."""
    by = rule.by
    if at.hour not in by.get("BYHOUR", (at.hour,)):
        return
    minutes = sorted(by.get("BYMINUTE", {start.minute})) if rule.frequency == "HOURLY" else (at.minute,)
    if rule.frequency != "HOURLY" and at.minute not in by.get("BYMINUTE", (at.minute,)):
        return
    seconds = sorted(by.get("BYSECOND", {start.second})) if rule.frequency != "SECONDLY" else (at.second,)
    if rule.frequency == "SECONDLY" and at.second not in by.get("BYSECOND", (at.second,)):
        return
    for minute, second in product(minutes, seconds):
        yield at.replace(minute=minute, second=second)


# --- a day -------------------------------------------------------------------------------------


def _fits(rule: Rule, day: date) -> bool:
    """Whether a day is one of those that the rule names."""
    by = rule.by
    if "BYMONTH" in by and day.month not in by["BYMONTH"]:
        return False
    length = _length_of(day.year, day.month)
    if "BYMONTHDAY" in by and by["BYMONTHDAY"].isdisjoint((day.day, day.day - length - 1)):
        return False
    if "BYYEARDAY" in by or "BYWEEKNO" in by:
        of_year = day.toordinal() - date(day.year, 1, 1).toordinal() + 1
        if "BYYEARDAY" in by and by["BYYEARDAY"].isdisjoint((of_year, of_year - _days_of(day.year) - 1)):
            return False
        if "BYWEEKNO" in by and by["BYWEEKNO"].isdisjoint(_week_numbers(day, rule.first_weekday)):
            return False
    return not rule.weekdays or any(
        one.weekday == day.weekday() and (not one.number or one.number in _numbers_of(rule, day, length))
        for one in rule.weekdays
    )


def _days_of(year: int) -> int:
    return 366 if _is_leap(year) else 365


def _numbers_of(rule: Rule, day: date, length: int) -> tuple[int, int]:
    """The number of a weekday in its month or year, counted from both ends."""
    if rule.frequency == "YEARLY" and "BYMONTH" not in rule.by:
        of_year = day.toordinal() - date(day.year, 1, 1).toordinal()
        return of_year // 7 + 1, -((_days_of(day.year) - 1 - of_year) // 7 + 1)
    return (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1)


def _week_numbers(day: date, first_weekday: int) -> tuple[int, int]:
    """The number of a day's week in the year that it belongs to, counted from both ends.

    Week 1 is the first one with at least four days in the year.
    """
    week = day.toordinal() - (day.weekday() - first_weekday) % 7
    year = date.fromordinal(min(max(week + 3, 1), date.max.toordinal())).year
    first, following = _first_week(year, first_weekday), _first_week(year + 1, first_weekday)
    number = (week - first) // 7 + 1
    return number, number - (following - first) // 7 - 1


def _first_week(year: int, first_weekday: int) -> int:
    """The ordinal of the first day of week 1."""
    # 4 January is always in it. The year after 9999 is counted without a date of its own.
    fourth = date(year, 1, 4).toordinal() if year <= date.max.year else date.max.toordinal() + 4
    return fourth - (fourth - 1 - first_weekday) % 7
