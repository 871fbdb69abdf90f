"""Reading the folders of texts, each once, when the first of its texts is asked for."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple

from supportflow.model.tags import best

__all__ = ["FALLBACK", "Times", "in_language", "languages", "person_words", "phrase", "phrases", "times"]

FALLBACK = "en"
"""Every text is there in this language."""


class Times(NamedTuple):
    """How a language says a day and a time.

    Attributes:
        weekdays: From Monday on.
        months: From January on, as they stand in a date.
        near: How days are called that are near, from yesterday to the day after tomorrow; `""` if one has no name.
        near_day: A near day with a time: `{day}` and `{clock}`.
        this_year: Another day of this year: `{weekday}`, `{day}`, `{month}` and `{clock}`.
        other_year: A day of another year: the same, and `{year}`.
    """

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    near: tuple[str, ...]
    near_day: str
    this_year: str
    other_year: str


@cache
def languages() -> tuple[str, ...]:
    """The tags of the languages that there is a folder for, sorted."""
    return tuple(sorted(one.name for one in files("supportflow.texts").iterdir() if _is_folder(one)))


def _is_folder(found: Any) -> bool:
    return bool(found.joinpath("bot.toml").is_file())


@cache
def _file(language: str, name: str) -> Mapping[str, Any]:
    text = files("supportflow.texts").joinpath(language, f"{name}.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


@cache
def phrases(file: str, table: str) -> Mapping[str, Mapping[str, str]]:
    """The texts of one table of a file: key → language → text.

    Args:
        file: `"bot"`, `"evidence"`, `"form"`, `"notices"`, `"report"`, `"screen"` or `"status"`.
        table: The table in it.
    """
    found: dict[str, dict[str, str]] = {}
    for language in languages():
        for key, text in _file(language, file)[table].items():
            found.setdefault(key, {})[language] = text
    return MappingProxyType({key: MappingProxyType(texts) for key, texts in found.items()})


def phrase(file: str, table: str, key: str) -> Mapping[str, str]:
    """One text: language → text."""
    return phrases(file, table)[key]


@cache
def person_words() -> tuple[str, ...]:
    """The words by which somebody asks the bot for a person, in all languages: who reads one language may write another."""
    return tuple(dict.fromkeys(word for one in languages() for word in _file(one, "bot")["person"]))


@cache
def times(language: str) -> Times | None:
    """How a language says a day and a time; None if no folder serves it.

    Args:
        language: A BCP 47 tag, such as `"zh-TW"`, which the folder `zh-Hant` serves.
    """
    tag = best(language, languages())
    if tag is None:
        return None
    read = _file(tag, "times")
    near = (read[name] for name in ("yesterday", "today", "tomorrow", "day_after_tomorrow"))
    return Times(
        weekdays=tuple(read["weekdays"]),
        months=tuple(read["months"]),
        near=tuple(near),
        near_day=read["near_day"],
        this_year=read["this_year"],
        other_year=read["other_year"],
    )


def in_language(texts: Mapping[str, str], language: str | None, fallback: str) -> tuple[str, str]:
    """The text for a language tag: the one that serves it, the fallback's, or the first; with its language."""
    tag = (language and best(language, texts)) or best(fallback, texts) or next(iter(texts))
    return tag, texts[tag]
