"""Every sentence that supportflow says of its own accord, by language: a new language is one folder.

A folder is named by a BCP 47 tag, and holds the same files with the same keys as all others: `bot.toml` (what the bot says,
and the words by which somebody asks it for a person), `evidence.toml` (how evidence is asked for), `form.toml` (what a form
on a page says), `times.toml` (how days and times are said), `mail.toml` (the letter around an answer by mail),
`report.toml` (what the page of a report says) and `screen.toml` (what a host's own pages show of a
ticket). What a policy says itself goes before what stands here. Words that are *read* in what customers write are elsewhere:
in `triage/packs` and `triage/lexicon`. Days and times of languages without a folder are Babel's: see `locales`.
"""

from supportflow.texts.shipped import (
    FALLBACK,
    Times,
    in_language,
    languages,
    person_words,
    phrase,
    phrases,
    times,
)

__all__ = ["FALLBACK", "Times", "in_language", "languages", "person_words", "phrase", "phrases", "times"]
