"""Every language folder has every text, with the same placeholders; and no text stands anywhere else."""

import ast
import re
import tomllib
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

import supportflow
from supportflow.policy.document.bot import BotPolicy, Occasion
from supportflow.policy.sections.bot import WANTS_PERSON, CompiledBot
from supportflow.texts import in_language, languages, person_words, phrase, phrases, times
from supportflow.triage.texts import asked_secret

SOURCE = Path(supportflow.__file__).parent
FOLDER = SOURCE / "texts"
FILES = (
    "bot",
    "evidence",
    "form",
    "mail",
    "monthly",
    "notices",
    "rating",
    "report",
    "screen",
    "status",
    "times",
)


def read(language, name, folder=FOLDER):
    return tomllib.loads((folder / language / f"{name}.toml").read_text(encoding="utf-8"))


def leaves(document, path=()):
    """Key → text, however deep it stands; lists of words count as one."""
    for key, value in document.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


def placeholders(text):
    return sorted(field for _, field, _, _ in Formatter().parse(text) if field is not None)


def problems(language, folder=FOLDER):
    """What a language folder lacks, has too much, or says with other placeholders than the English one."""
    found = []
    names = sorted(one.name for one in (folder / language).iterdir())
    if names != sorted(f"{name}.toml" for name in FILES):
        found.append(f"files: {names}")
        return found
    for name in FILES:
        ours, theirs = dict(leaves(read(language, name, folder))), dict(leaves(read("en", name, folder)))
        found += [f"{name}: {'.'.join(key)} is missing" for key in theirs.keys() - ours.keys()]
        found += [f"{name}: {'.'.join(key)} is unknown" for key in ours.keys() - theirs.keys()]
        for key in ours.keys() & theirs.keys():
            one, other = ours[key], theirs[key]
            if isinstance(one, list):
                if not one or not all(isinstance(word, str) and word.strip() for word in one):
                    found.append(f"{name}: {'.'.join(key)} has nothing in it")
                if name == "times" and len(one) != len(other):
                    found.append(f"{name}: {'.'.join(key)} has {len(one)} entries")
            elif placeholders(one) != placeholders(other):
                found.append(f"{name}: {'.'.join(key)} has {placeholders(one)}")
            elif not one.strip() and key != ("day_after_tomorrow",):
                found.append(f"{name}: {'.'.join(key)} is empty")
    return found


def test_there_are_the_languages_that_the_documents_name():
    assert languages() == ("en", "zh", "zh-Hant")
    assert {one.name for one in FOLDER.iterdir() if one.is_dir() and one.name != "__pycache__"} == set(
        languages()
    )


@pytest.mark.parametrize("language", languages())
def test_a_language_has_every_text_with_the_same_placeholders(language):
    assert problems(language) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("bot", "done = ", "finished = ", "bot: says.done is missing"),
        ("evidence", "{items}", "{things}", "evidence: templates.evidence has ['things']"),
        ("evidence", 'network = "网络（链）名称"', 'network = " "', "evidence: labels.network is empty"),
        ("times", '"12月"', '"12月", "13月"', "times: months has 13 entries"),
        ("times", "{year}年", "", "times: other_year has"),
        ("bot", 'person = ["转人工", "人工"]', "person = []", "bot: person has nothing in it"),
    ],
)
def test_a_fault_in_a_folder_is_found(tmp_path, file, old, new, problem):
    for language in ("en", "zh"):
        for name in FILES:
            text = (FOLDER / language / f"{name}.toml").read_text(encoding="utf-8")
            if (language, name) == ("zh", file):
                assert old in text
                text = text.replace(old, new)
            (tmp_path / language).mkdir(exist_ok=True)
            (tmp_path / language / f"{name}.toml").write_text(text, encoding="utf-8")
    found = problems("zh", tmp_path)
    assert any(one.startswith(problem) for one in found), found


def test_the_bot_has_words_for_every_occasion_and_for_no_other():
    assert set(phrases("bot", "says")) == set(get_args(Occasion))


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("occasion", ["greeting", "offer"])
def test_the_word_that_the_bot_offers_is_one_that_it_hears(language, occasion):
    word = read(language, "bot")["person"][0]
    assert word in phrase("bot", "says", occasion)[language]
    assert WANTS_PERSON in CompiledBot(BotPolicy(), "first").matched(word)


@pytest.mark.parametrize("word", person_words())
def test_every_word_for_a_person_is_heard_whatever_language_the_policy_has(word):
    assert WANTS_PERSON in CompiledBot(BotPolicy(language="zh"), "first").matched(word)


@pytest.mark.parametrize("language", languages())
def test_no_text_asks_for_a_secret(language):
    for texts in phrases("bot", "says").values():
        assert asked_secret(texts[language]) is None
    for label, texts in phrases("evidence", "labels").items():
        for around in phrase("evidence", "checks", "asked").values():
            assert asked_secret(around.format(label=texts[language])) is None, label


def test_a_secret_in_a_label_is_seen_in_any_language():
    """What the check of a policy puts around a label makes a request of it, in each language."""
    asked = phrase("evidence", "checks", "asked")
    assert asked_secret(asked["en"].format(label="your password")) == "password"
    assert asked_secret(asked["zh"].format(label="密码")) == "password"
    assert asked_secret(asked["zh-Hant"].format(label="密碼")) == "password"


@pytest.mark.parametrize(
    ("tag", "folder"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
    ],
)
def test_a_tag_finds_its_folder(tag, folder):
    assert in_language(phrase("bot", "says", "done"), tag, "en")[0] == folder
    assert times(tag).weekdays == tuple(read(folder, "times")["weekdays"])


@pytest.mark.parametrize("tag", ["de", "xx", "", "no tag"])
def test_a_tag_without_a_folder_gets_the_fallback_and_an_iso_date(tag):
    assert in_language(phrase("bot", "says", "done"), tag, "zh-TW")[0] == "zh-Hant"
    assert times(tag) is None


# --- nothing stands elsewhere ------------------------------------------------------------------

ELSEWHERE = {
    "triage": "what is read in customers' texts: patterns, lexicons, packs",
    "policy/sections/classifier.py": "words for disputes, which are read",
    "bot/similar.py": "ranges of letters",
    "replay": "names of states and columns that are read in logs",
    "cli/demo": "what invented customers and agents write",
    "testing/conformance": "samples that a host's adapters must take",
}
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


def literals(source):
    """The string literals of a module that are not documentation."""
    tree = ast.parse(source)
    bodies = [getattr(node, "body", None) for node in ast.walk(tree)]
    statements = [node for body in bodies if isinstance(body, list) for node in body]
    documentation = {id(node.value) for node in statements if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


def is_elsewhere(path):
    return any(path == one or path.startswith(f"{one}/") for one in ELSEWHERE)


def test_no_sentence_in_chinese_stands_outside_the_folders():
    found = {
        path.relative_to(SOURCE).as_posix(): [
            text for text in literals(path.read_text("utf-8")) if HAN.search(text)
        ]
        for path in SOURCE.rglob("*.py")
    }
    assert {path: texts for path, texts in found.items() if texts and not is_elsewhere(path)} == {}
    for place in ELSEWHERE:
        assert any(
            texts and (path == place or path.startswith(f"{place}/")) for path, texts in found.items()
        ), place


def test_no_module_repeats_a_text():
    """In English, letters do not tell a sentence from an error's message: so each text of the folders is looked for."""
    texts = {
        text
        for file, table in (("bot", "says"), ("evidence", "templates"), ("evidence", "labels"))
        for by_language in phrases(file, table).values()
        for text in by_language.values()
        if len(text) > 20
    }
    for path in SOURCE.rglob("*.py"):
        for literal in literals(path.read_text("utf-8")):
            assert literal not in texts, path


def test_literals_are_found_and_documentation_is_not():
    source = '"""说明"""\nX = "您好"\n"""也是说明"""\n\n\ndef f():\n    """说明"""\n    return f"请{X}"\n'
    assert [text for text in literals(source) if HAN.search(text)] == ["您好", "请"]
