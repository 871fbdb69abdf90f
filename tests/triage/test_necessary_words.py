"""A text that has no word of a secret is not read for one: no phrase of a pack can be missed by that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow.triage import asking, phrasebook
from supportflow.triage.reading import Pack, shipped_packs, shipped_rules, shipping
from supportflow.triage.reading.folding import fold
from supportflow.triage.reading.necessary import NecessaryWords, necessary
from supportflow.triage.reading.phrases import OPTIONAL, Writing, listed

LATIN = [pack for pack in shipped_packs() if "Latn" in pack.scripts]


def texts_of(pack, phrase):
    """A phrase as short as it may be, with the first and with the last alternative of each slot."""
    writing = Writing(pack.sets)
    slots = [writing.slot(slot) for slot in phrase.split(" ") if not slot.endswith(OPTIONAL)]
    for which in (0, -1):
        said = " ".join(word for slot in slots for word in slot[which])
        yield said.replace("*", "x").replace("#", "7"), said.replace("*", "").replace("#", "12")


@pytest.mark.parametrize("source", LATIN, ids=lambda pack: pack.tag)
def test_every_phrase_for_a_secret_has_a_necessary_word(source):
    pack = source.load()
    words = asking._secrets()
    missed = [
        text
        for phrase in listed(pack.roles["wanted"])
        for texts in texts_of(pack, phrase)
        for text in texts
        if text.isascii() and not words.may_be_in(f"Well, {text.upper()}!")
    ]
    assert missed == []


@pytest.mark.parametrize("phrase", [one for many in phrasebook.SECRETS_EN.values() for one in many])
def test_every_english_secret_has_one(phrase):
    assert asking._secrets().may_be_in(f"x_{phrase}_x")


SAID = ("send", "me", "the", "your", "code", "pin", "dime", "tu", "clave", "bitte", "den", "envie", ".", "?")


@given(st.lists(st.sampled_from(SAID)))
def test_what_has_none_asks_for_nothing(words):
    text = " ".join(words)
    if not asking._secrets().may_be_in(text):
        assert asking._reader().read(text) == []
        assert asking._english(text) is None


def test_every_rule_for_it_begins_with_the_role_whose_words_these_are():
    rules = shipped_rules("asking")
    assert {rule.all[0] for rule in rules.rules} == {asking._EVENT}
    assert not rules.weighings
    assert not rules.derived


def test_an_ordinary_reply_has_none():
    assert not asking._secrets().may_be_in("Have you tried water on the table and the door?")


def test_what_a_shorter_phrase_needs_is_enough_for_a_longer_one():
    pack = Pack(
        tag="xx",
        name="X",
        scripts=("Latn",),
        hints=("the, common",),
        sets={"mine": ("my, our own",)},
        roles={"wanted": ("@mine pin, pin, the? common zip|postal code, tan|ring common|extraordinary",)},
    )
    assert necessary(pack, "wanted") == {"pin", "code", "tan", "ring"}
    assert necessary(pack, "gone") == set()


@pytest.mark.parametrize(
    ("word", "text", "there"),
    [
        ("pin", "My PIN.", True),
        ("pin", "a pine", False),
        ("pin", "my_pin", False),
        ("pin*", "pines", True),
        ("*pin*", "my_pins", True),
        ("#", "12 of them", True),
    ],
)
def test_words_are_found_as_packs_find_them(word, text, there):
    assert NecessaryWords([word]).may_be_in(text) is there


@pytest.mark.parametrize("at_hand", [True, False], ids=["at hand", "not read yet"])
@pytest.mark.parametrize("source", shipped_packs(), ids=lambda pack: pack.tag)
def test_one_role_of_a_pack_is_read_as_in_the_whole(source, at_hand, monkeypatch):
    whole = source.load()
    monkeypatch.setattr(shipping, "_READ", {source.tag: whole} if at_hand else {})
    for role in ("wanted", "requests", "gone", "nothing", "no_such_role"):
        alone = source.only(role)
        assert alone.roles == {role: whole.roles[role]} if role in whole.roles else not alone.roles
        assert (alone.sets, alone.hints, alone.cut) == (whole.sets, whole.hints, whole.cut)


def test_accents_do_not_hide_one():
    assert asking._secrets().may_be_in(fold("Quel est votre mot de passé ?").text)
