"""An instant in words that a requester understands: "tomorrow at 10:00", 明天 10:00, on their own clock."""

from collections.abc import Callable
from datetime import date, datetime

from supportflow.calendars.zones import clock_of
from supportflow.model.tags import best

__all__ = ["LANGUAGES", "UNIVERSAL", "short_day", "when"]

UNIVERSAL = frozenset(
    {"UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "GMT", "Etc/GMT", "UCT", "Universal", "Zulu"}
)
"""Zones that hardly anybody lives by: who did not ask for one is told that it is one."""

_EN_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EN_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ZH_DAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")


def short_day(day: date) -> str:
    """`Fri`: in English, whatever the machine speaks."""
    return _EN_DAYS[day.weekday()][:3]


def _english(day: date, today: date, clock: str) -> str:
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((day - today).days)
    if near is not None:
        return f"{near} at {clock}"
    year = f" {day.year}" if day.year != today.year else ""
    return f"on {_EN_DAYS[day.weekday()]}, {day.day} {_EN_MONTHS[day.month - 1]}{year} at {clock}"


def _chinese(day: date, today: date, clock: str) -> str:
    near = {-1: "昨天", 0: "今天", 1: "明天", 2: "后天"}.get((day - today).days)
    if near is not None:
        return f"{near} {clock}"
    year = f"{day.year}年" if day.year != today.year else ""
    return f"{year}{day.month}月{day.day}日{_ZH_DAYS[day.weekday()]} {clock}"


def _plain(day: date, _today: date, clock: str) -> str:
    return f"{day.isoformat()} {clock}"


LANGUAGES: dict[str, Callable[[date, date, str], str]] = {"en": _english, "zh": _chinese}
"""Primary language tag → how it says a day and a time. Others get an ISO date."""


def when(moment: datetime, now: datetime, *, tz: str, language: str = "en", named: bool = False) -> str:
    """Say an instant on somebody's clock, to the minute.

    Args:
        moment: Any aware datetime.
        now: What today is.
        tz: The listener's IANA zone.
        language: A BCP 47 tag; its primary language decides. An unknown one gets an ISO date.
        named: Whether to say the zone's name, for a listener who cannot know whose clock it is.

    Raises:
        InvalidInput: If there is no such zone.
    """
    zone = clock_of(tz)
    local = moment.astimezone(zone)
    known = best(language, LANGUAGES)
    say = _plain if known is None else LANGUAGES[known]
    words = say(local.date(), now.astimezone(zone).date(), f"{local:%H:%M}")
    return f"{words} {tz}" if named else words
