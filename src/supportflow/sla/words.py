"""An instant in words that a requester understands: "tomorrow at 10:00", 明天 10:00, on their own clock."""

from datetime import date, datetime

from supportflow.calendars.zones import clock_of
from supportflow.texts import Times, times
from supportflow.texts.locales import dated

__all__ = ["UNIVERSAL", "short_day", "when"]

UNIVERSAL = frozenset(
    {"UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "GMT", "Etc/GMT", "UCT", "Universal", "Zulu"}
)
"""Zones that hardly anybody lives by: who did not ask for one is told that it is one."""
_SHORT_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def short_day(day: date) -> str:
    """`Fri`: in English, whatever the machine speaks."""
    return _SHORT_DAYS[day.weekday()]


def _in_words(day: date, today: date, clock: str, words: Times) -> str:
    """A day and a time as a language says them: by the day's own name if it is near, else by its date."""
    place = (day - today).days + 1  # near days begin with yesterday
    name = words.near[place] if 0 <= place < len(words.near) else ""
    if name:
        return words.near_day.format(day=name, clock=clock)
    text = words.this_year if day.year == today.year else words.other_year
    return text.format(
        weekday=words.weekdays[day.weekday()],
        day=day.day,
        month=words.months[day.month - 1],
        year=day.year,
        clock=clock,
    )


def when(moment: datetime, now: datetime, *, tz: str, language: str = "en", named: bool = False) -> str:
    """Say an instant on somebody's clock, to the minute.

    Args:
        moment: Any aware datetime.
        now: What today is.
        tz: The listener's IANA zone.
        language: A BCP 47 tag. A language that `supportflow.texts` has no folder for is written by Babel (extra
            `locales`), without names such as "tomorrow"; without it, and where Babel does not know the language either, as
            an ISO date.
        named: Whether to say the zone's name, for a listener who cannot know whose clock it is.

    Raises:
        InvalidInput: If there is no such zone.
    """
    zone = clock_of(tz)
    local = moment.astimezone(zone)
    clock = f"{local:%H:%M}"
    today = now.astimezone(zone).date()
    words = times(language)
    if words is not None:
        text = _in_words(local.date(), today, clock, words)
    else:
        said = dated(language, local, with_year=local.year != today.year)
        text = said or f"{local.date().isoformat()} {clock}"
    return f"{text} {tz}" if named else text
