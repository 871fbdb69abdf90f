"""Days and times in languages without a folder of texts, as Babel writes them, and without Babel."""

import sys
from datetime import UTC, datetime

import pytest

from supportflow.sla.words import when
from supportflow.texts import locales

babel = pytest.importorskip("babel", reason="the extra `locales` is not installed")
dates = pytest.importorskip("babel.dates")

LANGUAGES = [
    "ar", "bn", "cs", "de", "es", "fa", "fi", "fr", "he", "hi", "id", "it", "ja", "ko", "nl", "nn", "pl", "pt-BR", "ru",
    "sr-Latn", "sv", "th", "tr", "uk", "vi",
]  # fmt: skip
NOW = datetime(2026, 3, 29, 8, tzinfo=UTC)
DUE = datetime(2026, 3, 30, 10, 5, tzinfo=UTC)  # 19:05 in Tokyo


@pytest.fixture(autouse=True)
def _afresh():
    locales._locale.cache_clear()
    yield
    locales._locale.cache_clear()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_what_babel_says_of_day_month_and_clock(language):
    locale = babel.Locale.parse(language, sep="-")
    local = datetime(2026, 3, 30, 19, 5)
    clock = dates.format_time(local.time(), "short", locale=locale)
    for now, year in ((NOW, False), (datetime(2025, 12, 31, tzinfo=UTC), True)):
        said = when(DUE, now, tz="Asia/Tokyo", language=language)
        day = dates.format_skeleton("yMMMMEEEEd" if year else "MMMMEEEEd", local, locale=locale)
        assert said.count(day) == said.count(clock) == 1
        assert ("2026" in said or "٢٠٢٦" in said or "۲۰۲۶" in said) == year
        assert "{" not in said
        assert said.count("'") == (day + clock).count("'")  # quotes of the pattern, as in Nynorsk's
        assert dates.format_date(local, "LLLL", locale=locale)[:3].lower() in said.lower()
    assert when(DUE, NOW, tz="Asia/Tokyo", language=language, named=True).endswith(" Asia/Tokyo")


@pytest.mark.parametrize(
    ("wanted", "serves"),
    [
        ("de-u-ca-buddhist", "de"),
        ("fr_FR.UTF-8", "fr_FR"),
        ("iw", "he"),
        ("pt-br", "pt_BR"),
        ("es-419", "es_419"),
        ("ru-x-own", "ru"),
    ],
)
def test_a_tag_is_served_by_what_is_nearest(wanted, serves):
    said = when(DUE, NOW, tz="UTC", language=wanted)
    assert dates.format_skeleton("MMMMEEEEd", datetime(2026, 3, 30), locale=serves) in said


@pytest.mark.parametrize(
    "language", ["tlh", "x-own", "qaa", "", "Klingon", "../de", "d" * 10_000, "root", "und"]
)
def test_what_nobody_knows_is_a_date_that_everybody_can_read(language):
    assert when(DUE, NOW, tz="Asia/Tokyo", language=language) == "2026-03-30 19:05"


@pytest.mark.parametrize("language", LANGUAGES[:4])
def test_without_babel_it_is_an_iso_date(language, monkeypatch):
    monkeypatch.setitem(sys.modules, "babel", None)
    assert when(DUE, NOW, tz="Asia/Tokyo", language=language) == "2026-03-30 19:05"


@pytest.mark.parametrize(
    ("language", "said"), [("en-GB", "tomorrow at 19:05"), ("zh-TW", "明天 19:05"), ("zh", "明天 19:05")]
)
def test_our_own_words_go_first(language, said):
    assert when(DUE, NOW, tz="Asia/Tokyo", language=language) == said
