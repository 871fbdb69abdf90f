"""The phrase files are fit to measure with: enough lines, none twice, in the script that they declare."""

import re
import tomllib
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

PHRASES = Path(__file__).with_name("phrases")
LEAST = {"incident": 30, "dispute": 14, "security_question": 10, "frightening_harmless": 16, "general": 16}
LEAST_HELD_OUT = {
    "incident": 15,
    "dispute": 8,
    "security_question": 6,
    "frightening_harmless": 10,
    "general": 8,
}
LANGUAGES = [
    "ar",
    "de",
    "en",
    "es",
    "fa",
    "fil",
    "fr",
    "hi",
    "id",
    "it",
    "ja",
    "ko",
    "pl",
    "pt",
    "ru",
    "th",
    "tr",
    "uk",
    "vi",
    "yue",
    "zh-Hans",
    "zh-Hant",
]
SHORTEST, LONGEST = 4, 400
# Letters whose name does not begin with their script: 々 and ー.
SCRIPT_OF_A_MARK = {"IDEOGRAPHIC ITERATION MARK": "CJK", "KATAKANA-HIRAGANA PROLONGED SOUND MARK": "KATAKANA"}
# A character set that holds one way of writing Chinese and hardly the other.
CHINESE = {"zh-Hans": "gb2312", "zh-Hant": "big5", "yue": "big5hkscs"}


def load(path):
    return tomllib.loads(path.read_text("utf-8"))


def listed(tables):
    return [text for table in tables for key, texts in table.items() if key in LEAST for text in texts]


def bare(text):
    """The letters, digits and marks alone: two phrases that differ in nothing else are one phrase."""
    return "".join(
        c for c in unicodedata.normalize("NFKC", text).casefold() if unicodedata.category(c)[0] in "LNM"
    )


def script(character):
    """The script of a letter, as the first word of its name in Unicode."""
    name = unicodedata.name(character, "").removeprefix("FULLWIDTH ").removeprefix("HALFWIDTH ")
    return SCRIPT_OF_A_MARK.get(name, name.split(" ")[0])


def foreign(text, scripts):
    """Letters that are neither Latin (product names are everywhere) nor of the declared scripts."""
    return sorted({c for c in text if c.isalpha() and script(c) not in {"LATIN", *scripts}})


def mixed_words(text):
    """Words that mix Latin with letters that look like it: a typist's slip that no customer's keyboard makes."""
    words = "".join(c if c.isalpha() else " " for c in text).split()
    return [word for word in words if {"LATIN", "CYRILLIC"} <= {script(c) for c in word}]


def faults(table, least, language):
    """What is wrong with one file."""
    found = [f"{key}: {len(table.get(key, ()))}" for key, n in least.items() if len(table.get(key, ())) < n]
    found += [f"unknown key {key}" for key in sorted({*table} - {*least, "scripts", "plain"})]
    scripts = table["scripts"]
    texts = [text for key in least for text in table.get(key, ())]
    for text in texts:
        if (
            text != unicodedata.normalize("NFC", text)
            or text != text.strip()
            or re.search(r"[\n\t]|\s\s", text)
        ):
            found.append(f"not in one piece: {text}")
        if not SHORTEST <= len(text) <= LONGEST:
            found.append(f"length {len(text)}: {text}")
        if not any(script(c) in scripts for c in text) or foreign(text, scripts) or mixed_words(text):
            found.append(f"script {foreign(text, scripts)}{mixed_words(text)}: {text}")
        if language in CHINESE:
            ideographs = [c for c in text if script(c) == "CJK"]
            found += [f"{c}: {text}" for c in ideographs if not c.encode(CHINESE[language], "ignore")]
    letters = Counter(script(c) for text in texts for c in text if c.isalpha())
    if sum(letters[name] for name in scripts) < 0.7 * letters.total():
        found.append(f"mostly of another script: {letters.most_common(3)}")
    incidents = table.get("incident", [])
    blunt = [text for text in incidents if any(word in text.casefold() for word in table.get("plain", ()))]
    if 3 * len(blunt) > len(incidents):
        found.append(f"{len(blunt)} incidents lean on a plain word")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_is_fit_to_measure_with(language):
    assert faults(load(PHRASES / f"{language}.toml"), LEAST, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_held_out_file_is_fit_to_measure_with(language):
    assert faults(load(PHRASES / "held_out" / f"{language}.toml"), LEAST_HELD_OUT, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_stands_twice_in_a_language(language):
    name = f"{language}.toml"
    texts = listed([load(PHRASES / name), load(PHRASES / "held_out" / name)])

    assert [text for text, n in Counter(map(bare, texts)).items() if n > 1] == []


def test_every_file_is_looked_at():
    assert sorted(path.stem for path in PHRASES.glob("*.toml")) == LANGUAGES
    assert sorted(path.stem for path in PHRASES.glob("held_out/*.toml")) == LANGUAGES


def fit(**changes):
    table = {key: [f"{key} {'x' * n} here" for n in range(1, least + 1)] for key, least in LEAST.items()}
    return {"scripts": ["LATIN"], "plain": ["hacked"], **table, **changes}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"dispute": ["the seller is silent"]}, "dispute: 1"),
        ({"rumour": ["is it true"]}, "unknown key rumour"),
        ({"general": [*fit()["general"], "cafe\u0301 is closed"]}, "not in one piece"),
        ({"general": [*fit()["general"], "two  spaces"]}, "not in one piece"),
        ({"general": [*fit()["general"], "fee"]}, "length 3"),
        ({"general": [*fit()["general"], "long" * 101]}, "length 404"),
        ({"general": [*fit()["general"], "手续费多少"]}, "script"),
        ({"general": [*fit()["general"], "my p\u0430ssword"]}, "script"),
        ({"scripts": ["THAI", "LATIN"], "general": [*fit()["general"], "ค่าธรรมเนียม и"]}, "script"),
        ({"incident": [f"hacked {'x' * n}" for n in range(30)]}, "30 incidents lean"),
        ({"scripts": ["CJK"]}, "mostly of another script"),
    ],
)
def test_what_unfit_is(changes, fault):
    assert faults(fit(), LEAST, "en") == []
    assert any(line.startswith(fault) for line in faults(fit(**changes), LEAST, "en"))


def test_one_way_of_writing_chinese_is_not_the_other():
    table = fit(scripts=["CJK", "LATIN"], general=[*fit()["general"], "提領手續費"])

    assert faults(table, LEAST, "zh-Hant") == []
    assert faults(table, LEAST, "zh-Hans") == ["領: 提領手續費", "續: 提領手續費", "費: 提領手續費"]


def test_letters_alone_make_a_phrase():
    assert bare("Who did that?!") == bare("who DID  that") != bare("who did this")
    assert bare("¿Ya está?") == bare("ya está") != bare("ya esta")
