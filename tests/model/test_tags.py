"""Language tags: one place where they are spelt and compared, held against `langcodes`."""

import langcodes
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langcodes.data_dicts import LIKELY_SUBTAGS

from supportflow import Requester
from supportflow.model.tags import (
    best,
    canonical,
    needed,
    primary,
    served,
    serves,
    twins,
    updated,
    writes,
    written,
)

KNOWN = [
    *sorted(
        {tag.split("-")[0] for tag in LIKELY_SUBTAGS if len(tag.split("-")[0]) == 2}
        - {"in", "iw", "ji", "jw", "mo", "sh", "tl"}
    ),
    "fil",
    "yue",
]
REGIONS = [
    "",
    "CN",
    "TW",
    "HK",
    "SG",
    "US",
    "BR",
    "PT",
    "RU",
    "TR",
    "ME",
    "RS",
    "IR",
    "PK",
    "IN",
    "AF",
    "419",
]
languages = st.sampled_from(KNOWN)
regions = st.sampled_from(REGIONS)
tags = st.builds(lambda language, region: f"{language}-{region}".rstrip("-"), languages, regions)


@pytest.mark.parametrize(
    ("tag", "spelt"),
    [
        ("PT-br", "pt-BR"),
        ("zh_CN", "zh-CN"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("pt_BR.UTF-8", "pt-BR"),
        ("sr_RS@latin", "sr-Latn-RS"),
        ("de_DE@euro", "de-DE"),
        ("iw", "he"),
        ("in-ID", "id-ID"),
        ("tl", "fil"),
        ("sh", "sr-Latn"),
        ("ENG", "en"),
        ("ger", "de"),
        ("cmn-Hant", "zh-Hant"),
        ("zh-yue-hk", "yue-HK"),
        ("zh-min-nan", "nan"),
        ("ES-419", "es-419"),
        ("de-ch-1996", "de-CH-1996"),
        ("en-us-u-CA-buddhist", "en-US-u-ca-buddhist"),
        ("Portuguese", "Portuguese"),
        ("Simplified Chinese", "Simplified Chinese"),
        ("*", "*"),
        ("", ""),
        ("C", "C"),
        ("中文", "中文"),
    ],
)
def test_a_tag_has_one_spelling(tag, spelt):
    assert canonical(tag) == spelt
    assert canonical(spelt) == spelt


@given(tags, st.randoms(use_true_random=False))
def test_case_and_separator_mean_nothing(tag, random):
    typed = "".join(random.choice((letter.upper(), letter.lower())) for letter in tag)
    typed = typed.replace("-", random.choice("-_"))
    assert canonical(typed) == canonical(tag)
    assert best(typed, [tag]) == tag
    assert serves([typed], tag)
    assert serves([tag], typed)


@given(st.text(max_size=100))
def test_any_text_is_compared_and_none_is_lost(text):
    assert canonical(canonical(text)) == canonical(text)
    assert best(text, ["uk", text]) in {"uk", text}
    assert serves([text], text)


def maximized(tag):
    full = langcodes.Language.get(tag).maximize()
    return full.language, full.script


@given(tags)
def test_the_likely_script_is_the_one_that_cldr_names(tag):
    language, script = maximized(tag)
    _, usual = maximized(language)
    expected = language if script == usual else f"{language}-{script}"
    assert written(tag) == {"nb": "no"}.get(expected, expected)


@given(languages, languages)
def test_another_language_is_never_near(one, other):
    if {one, other} <= {"nb", "nn", "no"} or one == other or {one, other} == {"zh", "yue"}:
        return
    assert best(one, [other]) is None
    assert not serves([other], one)


@pytest.mark.parametrize(
    ("wanted", "available", "found"),
    [
        ("zh-TW", ["zh"], "zh"),
        ("zh-TW", ["zh-CN", "zh-Hant"], "zh-Hant"),
        ("zh-TW", ["zh-Hans"], "zh-Hans"),
        ("zh-HK", ["zh-TW", "zh"], "zh"),
        ("zh-CN", ["zh-Hant", "zh-Hans"], "zh-Hans"),
        ("zh", ["zh-TW", "zh-SG"], "zh-SG"),
        ("yue", ["zh-Hans", "zh-Hant"], "zh-Hant"),
        ("yue", ["en"], None),
        ("uk", ["ru", "en"], None),
        ("be", ["ru"], None),
        ("ca", ["es"], None),
        ("ms", ["id"], None),
        ("pt-BR", ["pt-PT", "pt-BR", "pt"], "pt-BR"),
        ("pt-BR", ["pt-PT", "pt"], "pt"),
        ("pt-BR", ["pt-PT"], "pt-PT"),
        ("en-GB", ["en-US"], "en-US"),
        ("sr-Latn", ["sr"], "sr"),
        ("sr", ["sr-Latn", "sr-Cyrl"], "sr-Cyrl"),
        ("pa-PK", ["pa-IN"], None),
        ("pa-PK", ["pa"], "pa"),
        ("nb-NO", ["no"], "no"),
        ("nn", ["nb"], "nb"),
        ("arz", ["ar"], "ar"),
        ("hi-Latn", ["hi"], "hi"),
        ("tl-PH", ["fil"], "fil"),
        ("english", ["en"], None),
    ],
)
def test_what_serves_a_reader(wanted, available, found):
    assert best(wanted, available) == found


@pytest.mark.parametrize(
    ("agent", "asked", "can"),
    [
        (["zh"], "zh-Hant", True),
        (["zh"], "yue", True),
        (["zh-CN"], "zh-Hans", True),
        (["zh-Hans"], "zh", True),
        (["zh-Hans"], "zh-Hant", False),
        (["zh-TW"], "zh", False),
        (["zh-HK"], "zh-Hant", True),
        (["pt-BR"], "pt", True),
        (["pt-BR"], "pt-PT", False),
        (["pt_br"], "pt-BR", True),
        (["ru"], "uk", False),
        (["hi"], "hi-Latn", True),
        ([], "en", False),
    ],
)
def test_whom_an_agent_serves(agent, asked, can):
    assert serves(agent, asked) is can
    assert (needed(asked) in frozenset().union(*map(served, agent))) is can


@pytest.mark.parametrize(
    ("agent", "promised", "kept"),
    [
        (["zh_hans"], "zh-CN", True),
        (["zh"], "zh-TW", True),
        (["zh-TW"], "zh-Hant", True),
        (["zh-Hant"], "zh-CN", False),
        (["pt"], "pt-BR", True),
        (["pt-PT"], "pt-BR", False),
        (["pt-PT"], "pt", True),
        (["zh"], "yue", True),
        (["ru"], "uk", False),
        ([], "uk", False),
    ],
)
def test_whether_an_agent_keeps_a_promise(agent, promised, kept):
    assert writes(agent, promised) is kept


def test_the_primary_language():
    assert [primary(tag) for tag in ("zh_TW", "yue", "pt-br", "nb", "Klingon")] == [
        "zh",
        "zh",
        "pt",
        "no",
        "klingon",
    ]


def test_texts_of_a_policy_take_the_place_of_those_in_the_same_language():
    shipped = {"en": "a", "zh": "b", "zh-Hant": "c"}
    assert updated(shipped, {"zh_CN": "d"}) == {"en": "a", "zh-Hant": "c", "zh_CN": "d"}


def test_twins():
    assert twins(["pt-br", "pt_BR", "pt", "en"]) == ["pt-BR"]


def test_a_requester_has_one_spelling_of_their_language():
    assert Requester("ana", language="zh_hans").language == "zh-Hans"
