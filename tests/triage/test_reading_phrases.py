"""Phrases are read when a text has their first word: what is found is the same as by looking for every form of each."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow.triage.reading import SHIPPED_PACKS, shipped_packs
from supportflow.triage.reading.characters import Characters
from supportflow.triage.reading.compiled import CompiledPack
from supportflow.triage.reading.folding import fold
from supportflow.triage.reading.phrases import Writing, listed
from supportflow.triage.reading.text import Line
from supportflow.triage.reading.words import Words

SETS = {"s": ("ab, b a", "ba"), "t": ("bb, é_a",)}


def forms_of(phrase, sets, *, characters=False):
    """Every sequence of words that a phrase stands for."""
    writing = Writing(sets, characters=characters)
    writing.check(phrase)
    choices = product(*(writing.slot(slot) for slot in phrase.split()))
    return [tuple(word for words in choice for word in words) for choice in choices]


def is_word(written, piece, prefixes=()):
    """Whether a word of a text is one of a pack."""
    amount = re.match("[0-9]+", piece)
    if written == "#":
        return amount is not None and amount.end() == len(piece)
    beside = [piece[len(one) :] for one in prefixes if piece.startswith(one) and len(piece) > len(one) + 1]
    unit = piece[amount.end() :] if amount else ""
    return any(
        re.fullmatch(re.escape(written).replace(r"\*", r".*"), one) for one in [piece, *beside, unit] if one
    )


def naive(roles, sets, text, prefixes=()):
    """Every form of every phrase looked for at every word."""
    pieces = Line(0, text).pieces
    places = [len("".join(pieces[:at])) for at in range(len(pieces) + 1)]
    words = [at for at, piece in enumerate(pieces) if re.match(r"\w", piece)]
    found = set()
    for role, phrases in enumerate(roles):
        for form in {form for phrase in listed(phrases) for form in forms_of(phrase, sets)}:
            for at in range(len(words) - len(form) + 1):
                row = words[at : at + len(form)]
                if all(
                    is_word(one, pieces[place], prefixes) for one, place in zip(form, row, strict=True)
                ) and not any("," in pieces[place] for place in range(row[0], row[-1])):
                    found.add((places[row[0]], places[row[-1] + 1], role))
    return found


def readable(phrase, *, characters=False):
    try:
        forms_of(phrase, SETS, characters=characters)
    except ValueError:
        return False
    return True


ALTERNATIVES = st.sampled_from(
    ["a", "b", "ab", "ba", "é", "a_b", "b_é_a", "@s", "@t", "*", "a*", "*b", "*a*", "#", "bb*", "a-b"]
)
SLOTS = st.builds(
    lambda choices, end: "|".join(choices) + end,
    st.lists(ALTERNATIVES, min_size=1, max_size=3),
    st.sampled_from(["", "", "?"]),
)
PHRASES = st.lists(SLOTS, min_size=1, max_size=4).map(" ".join).filter(readable)
ROLES = st.lists(
    st.lists(PHRASES, min_size=1, max_size=4).map(lambda some: (", ".join(some),)), min_size=1, max_size=3
)
TEXTS = st.lists(
    st.sampled_from(["a", "b", "ab", "ba", "e", "bb", "3", "12ab", "bab", "abba", "a, b", "a-b", "q"]),
    max_size=9,
).map(" ".join)


@given(ROLES, st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from([(), ("b",), ("a", "ab")]))
def test_words_are_found_as_if_every_form_were_looked_for(roles, texts, prefixes):
    scanner = Words(Writing(SETS), roles, prefixes)
    for text in texts:  # what was read for one text is there for the next
        hits = scanner.scan(Line(0, text))
        assert len(hits) == len(set(hits))
        assert set(hits) == naive(roles, SETS, text, prefixes)


@given(ROLES, TEXTS)
def test_a_pack_knows_the_words_that_its_phrases_are_written_with(roles, text):
    written = {
        word
        for role in roles
        for phrase in listed(role)
        for form in forms_of(phrase, SETS)
        for word in form
        if len(word.strip("*")) > 1
    }
    words = {piece for piece in Line(0, text).pieces if re.match(r"\w", piece)}
    known = {piece for piece in words if any(is_word(one, piece) for one in written)}
    assert Words(Writing(SETS), roles).known(words) == len(known)


TOGETHER = (
    st.lists(
        st.builds(
            lambda choices, end: "|".join(choices) + end,
            st.lists(
                st.sampled_from(["你", "好", "你好", "a", "ab1", "好_a", "@u", "沒"]), min_size=1, max_size=3
            ),
            st.sampled_from(["", "", "?"]),
        ),
        min_size=1,
        max_size=3,
    )
    .map(" ".join)
    .filter(lambda phrase: not all(slot.endswith("?") for slot in phrase.split()))
)
MEMBERS = {"u": ("好好, 1", "没你")}


def naive_characters(roles, text):
    found = set()
    for role, phrases in enumerate(roles):
        for form in {
            form
            for phrase in listed(phrases)
            for form in map("".join, forms_of(phrase, MEMBERS, characters=True))
        }:
            edge = "(?a:[a-z])", "[0-9]"
            before, after = (
                "".join(rf"(?{look}{one})" for one in edge if re.match(one, letter))
                for look, letter in (("<!", form[0]), ("!", form[-1]))
            )
            if len(form) > 1 and not any(re.match("[a-z0-9]", letter) for letter in (form[0], form[-1])):
                before = after = ""
            for match in re.finditer(f"{before}(?={re.escape(form)}{after})", text):
                found.add((match.start(), match.start() + len(form), role))
    return found


@given(
    st.lists(
        st.lists(TOGETHER, min_size=1, max_size=4).map(lambda some: (", ".join(some),)),
        min_size=1,
        max_size=3,
    ),
    st.lists(st.text("你好没a b1", max_size=12), min_size=1, max_size=4),
)
def test_characters_are_found_as_if_every_form_were_looked_for(roles, texts):
    scanner = Characters(Writing(MEMBERS, characters=True), roles)
    for text in texts:
        hits = scanner.scan(Line(0, text))
        assert len(hits) == len(set(hits))
        assert set(hits) == naive_characters(roles, text)
    begun = {
        form[:2]
        for role in roles
        for phrase in listed(role)
        for form in map("".join, forms_of(phrase, MEMBERS, characters=True))
        if len(form) > 1
    }
    assert scanner._pairs.keys() <= {pair for text in texts for pair in pairwise(text)}
    words = {word for text in texts for word in text.split()}
    assert scanner.known(words) == sum(any(pair in word for pair in begun) for word in words)


@pytest.mark.parametrize("tag", SHIPPED_PACKS)
def test_every_phrase_of_a_shipped_pack_can_be_read(tag):
    """They are not read before a text has their first word, so that nobody else would notice."""
    [pack] = [one.load() for one in shipped_packs() if one.tag == tag]
    CompiledPack(pack, dict.fromkeys(pack.roles, 1))
    if pack.cut == "words":
        writing = Writing(pack.sets, marks=pack.marks == "when_written")
        each = {
            word
            for role in pack.roles.values()
            for phrase in listed(role)
            for slot in phrase.split()
            for words in writing.slot(slot)
            for word in words
        }
        assert set(writing.vocabulary(phrase for role in pack.roles.values() for phrase in role)) == each


LONG = {
    "en": "they took all of my coins from the wallet and i did not do it, somebody hacked my phone and i cannot log in",
    "zh": "我的账户被盗了，币都没了，不是我本人操作的，卖家不放币，骗子还让我把验证码发给他",
}


@pytest.mark.parametrize("tag", LONG)
def test_threads_that_read_at_once_find_the_same(tag):
    [pack] = [one.load() for one in shipped_packs() if one.tag == tag]
    lines = [Line(0, fold(LONG[tag][at:]).text) for at in range(0, len(LONG[tag]), 3)]
    alone = CompiledPack(pack, dict.fromkeys(pack.roles, 1), checked=True)
    expected = [set(alone.bare.scan(line)) for line in lines]
    together = CompiledPack(pack, dict.fromkeys(pack.roles, 1), checked=True)
    with ThreadPoolExecutor(4) as threads:
        found = [*threads.map(lambda line: set(together.bare.scan(line)), [*lines, *reversed(lines)])]
    assert found == expected + expected[::-1]


def test_texts_folded_at_one_stroke_are_folded_as_each():
    texts = [
        "Straße",
        "de\u0301ja\u0300",
        "ＢＴＣ",
        "我的幣",
        "ヿ",
        "\u1112\u1161\u11ab",
        "İ",
        "ﬁ",
        "",
        "\u0301a",
    ]
    writing = Writing({})
    assert writing.folded(texts) == [fold(text).text for text in texts]


CHARACTERS = [*map(chr, range(0x30000)), *map(chr, range(0xE0000, 0xE0200))]
"""Beyond them nothing folds."""


def folded_alone(characters, *, marks):
    """Each character folded in a line of its own, all at one stroke."""
    return fold("\n".join(characters), marks=marks).text


@pytest.mark.parametrize("marks", [False, True])
def test_what_is_folded_stays_as_it_is(marks):
    once = folded_alone(CHARACTERS, marks=marks)
    assert folded_alone(once.split("\n"), marks=marks) == once


@pytest.mark.parametrize("marks", [False, True])
def test_capitals_fold_as_their_small_letters(marks):
    capitals = [one for one in CHARACTERS if one != one.lower()]
    small = [one.lower() for one in capitals]
    assert folded_alone(capitals, marks=marks) == folded_alone(small, marks=marks)


def test_a_character_folds_the_same_whatever_stands_beside_it():
    for one in CHARACTERS[:0x3100]:
        assert fold(f"{one} \u00c9").text == f"{fold(one).text} e", hex(ord(one))


def test_a_grave_accent_is_an_apostrophe_whatever_stands_beside_it():
    assert fold("don`t").text == fold("don`t é").text[:5] == "don't"


READS = """
from supportflow.triage.reading import Reader, shipped_packs, shipped_rules

polish = [one for one in shipped_packs() if one.tag == "pl"]
reader = Reader(polish, [shipped_rules("incidents")])
for text in (
    "KTOŚ PRZEJĄŁ MOJE KONTO, był to złodziej",
    "KONTO PRZEJĄŁ OBCY, był tam",
    "WŁAMAŁ SIĘ na konto, było",
    "UKRADŁ ktoś konto, było",
):
    print([(one.need.rule.name, one.parts) for one in reader.read(text)])
"""


def test_two_processes_read_the_same_texts_the_same():
    """The same set is in another order in each process: no reading hangs on that."""
    first, second = (
        subprocess.run(
            [sys.executable, "-c", READS],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    )
    assert first == second
    assert b"[]" not in first
