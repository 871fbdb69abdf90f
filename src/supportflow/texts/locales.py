"""Days and times in languages that there is no folder of texts for, as the Unicode CLDR writes them (extra `locales`)."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from supportflow.model.tags import canonical

__all__ = ["dated"]

_LONGEST = 35
"""What RFC 5646 asks everybody to keep of a tag."""


def dated(language: str, local: datetime, *, with_year: bool) -> str | None:
    """A day and a time as a language writes them in a sentence: weekday, date, and the hour by its own clock.

    Args:
        language: A BCP 47 tag.
        local: The instant on the reader's clock.
        with_year: Whether to write the year.

    Returns:
        The words; None if Babel is not installed, or knows nothing of the language.
    """
    locale = _locale(language)
    if locale is None:
        return None
    from babel.dates import format_skeleton, format_time, get_datetime_format  # noqa: PLC0415 - an extra

    day = format_skeleton("yMMMMEEEEd" if with_year else "MMMMEEEEd", local, locale=locale)
    clock = format_time(local, "short", locale=locale)
    pattern = str(get_datetime_format("long", locale=locale)).replace("'", "")
    return pattern.replace("{0}", clock).replace("{1}", day)


@lru_cache(256)
def _locale(language: str) -> Any:
    """The locale that serves a tag: its own, or that of the tag without its last parts; None if there is none."""
    try:
        from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        return None
    parts = canonical(language[:_LONGEST]).split("-")
    while parts and parts[0] != "root":  # what CLDR is built on, and no language: "M03 30, Mon"
        try:
            # Not a likely locale: what nobody has data for is written as a date that everybody can read.
            return Locale.parse("_".join(parts), resolve_likely_subtags=False)
        except (UnknownLocaleError, ValueError, TypeError):
            parts.pop()
    return None
