"""The phrase files are fit to measure with: enough lines, none twice, in the script that they declare."""

import re
import tomllib
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

PHRASES = Path(__file__).with_name("phrases")
# The folders of phrase files, and how many lines a file there has at least under each key.
LEAST = {
    ".": {"incident": 30, "dispute": 14, "security_question": 10, "frightening_harmless": 16, "general": 16},
    "held_out": {
        "incident": 16,
        "dispute": 12,
        "security_question": 10,
        "frightening_harmless": 17,
        "general": 8,
    },
    "opened": {
        "incident": 30,
        "dispute": 16,
        "security_question": 9,
        "frightening_harmless": 19,
        "general": 12,
    },
    "practice": {
        "incident": 47,
        "dispute": 29,
        "security_question": 7,
        "frightening_harmless": 24,
        "general": 7,
    },
    "everyday": {"general": 19, "security_question": 0, "incident": 0},
    "taught": {
        "incident": 134,
        "dispute": 42,
        "security_question": 36,
        "frightening_harmless": 150,
        "general": 42,
    },
    "few_words": {"incident": 43, "frightening_harmless": 29, "security_question": 10, "general": 10},
    "asking": {"asks_secret": 12, "asks_nothing": 12},
    "asking/held_out": {"asks_secret": 6, "asks_nothing": 6},
}
KEYS = {key for least in LEAST.values() for key in least}
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
    return [text for table in tables for key, texts in table.items() if key in KEYS for text in texts]


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


def otherwise_written(text, language):
    """The ideographs that this way of writing Chinese does not have."""
    charset = CHINESE.get(language, "utf-8")
    return [c for c in text if script(c) == "CJK" and not c.encode(charset, "ignore")]


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
        found += [f"{c}: {text}" for c in otherwise_written(text, language)]
    letters = Counter(script(c) for text in texts for c in text if c.isalpha())
    if sum(letters[name] for name in scripts) < 0.7 * letters.total():
        found.append(f"mostly of another script: {letters.most_common(3)}")
    found += [f"hardly any {name}" for name in scripts if letters[name] < 0.05 * letters.total()]
    incidents = table.get("incident", [])
    blunt = [text for text in incidents if any(word in text.casefold() for word in table.get("plain", ()))]
    if least.get("incident") and 3 * len(blunt) > len(incidents):
        found.append(f"{len(blunt)} incidents lean on a plain word")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("folder", LEAST)
def test_a_file_is_fit_to_measure_with(folder, language):
    assert faults(load(PHRASES / folder / f"{language}.toml"), LEAST[folder], language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_stands_twice_in_a_language(language):
    texts = listed(load(PHRASES / folder / f"{language}.toml") for folder in LEAST)

    assert [text for text, n in Counter(map(bare, texts)).items() if n > 1] == []


@pytest.mark.parametrize("folder", LEAST)
def test_every_file_is_looked_at(folder):
    assert sorted(path.stem for path in (PHRASES / folder).glob("*.toml")) == LANGUAGES


TONES = {"distressed": 12, "angry": 11, "calm": 12}
LEARNED_TONES = {"distressed": 9, "angry": 9, "calm": 9}


@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "ja", "ru", "zh-Hans"])
def test_tones_are_fit_to_measure_with(language):
    """And none is among those that are learned from."""
    kept, learned = (load(PHRASES / folder / f"{language}.toml") for folder in ("tone", "tone/taught"))
    found = faults(kept, TONES, language) + faults(learned, LEARNED_TONES, language)
    assert [one for one in found if not one.startswith("hardly any")] == []  # short lists, of few katakana
    bares = [bare(text) for table in (kept, learned) for key in TONES for text in table[key]]
    bares += [
        bare(text) for folder in LEAST for text in listed([load(PHRASES / folder / f"{language}.toml")])
    ]
    assert [text for text, n in Counter(bares).items() if n > 1] == []


def test_the_jargon_of_crypto_users_is_fit_to_measure_with():
    table = load(PHRASES / "crypto_users" / "en.toml")
    assert faults(table, {"incident": 50, "dispute": 10, "general": 50}, "en") == []
    bares = [bare(text) for text in listed([table])]
    bares += [bare(text) for folder in LEAST for text in listed([load(PHRASES / folder / "en.toml")])]
    assert [text for text, n in Counter(bares).items() if n > 1] == []


def fit(**changes):
    table = {key: [f"{key} {'x' * n} here" for n in range(1, least + 1)] for key, least in LEAST["."].items()}
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
        ({"scripts": ["LATIN", "DEVANAGARI"]}, "hardly any DEVANAGARI"),
    ],
)
def test_what_unfit_is(changes, fault):
    assert faults(fit(), LEAST["."], "en") == []
    assert any(line.startswith(fault) for line in faults(fit(**changes), LEAST["."], "en"))


@pytest.mark.parametrize(("blunt", "found"), [(10, []), (11, ["11 incidents lean on a plain word"])])
def test_a_third_of_the_incidents_may_be_blunt(blunt, found):
    incidents = [f"{'HACKED' if n < blunt else 'gone'} x{'x' * n}" for n in range(30)]

    assert faults(fit(incident=incidents), LEAST["."], "en") == found


def test_lines_that_differ_in_nothing_but_signs_are_found():
    texts = listed([{"scripts": ["LATIN"], "general": ["Fees, please?"]}, {"asks_nothing": ["fees please"]}])

    assert Counter(map(bare, texts)) == {"feesplease": 2}


def test_one_way_of_writing_chinese_is_not_the_other():
    assert otherwise_written("提領手續費, 係咪?", "zh-Hant") == []
    assert otherwise_written("提領手續費", "zh-Hans") == ["領", "續", "費"]
    assert otherwise_written("提现的手续费", "zh-Hant") == ["现", "续", "费"]
    assert otherwise_written("佢哋唔喺度", "yue") == [] != otherwise_written("佢哋唔喺度", "zh-Hans")
    assert "费: 提现手续费" in faults(fit(general=["提现手续费"]), LEAST["."], "zh-Hant")


def test_letters_alone_make_a_phrase():
    assert bare("Who did that?!") == bare("who DID  that") != bare("who did this")
    assert bare("¿Ya está?") == bare("ya está") != bare("ya esta")
