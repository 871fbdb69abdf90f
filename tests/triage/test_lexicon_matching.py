"""Sequences, alphabets and patterns against the simplest thing that could be right."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow.exceptions import DefinitionError
from supportflow.triage.lexicon import Entry, Lexicon
from supportflow.triage.lexicon.matching import CHARACTER_GAP, WORD_GAP, CompiledLexicons
from supportflow.triage.lexicon.patterns import inflected, parse
from supportflow.triage.lexicon.places import Text
from supportflow.triage.lexicon.sequences import Sequences
from supportflow.triage.lexicon.spelling import Alphabet
from supportflow.triage.units import BREAK, normal, tokens

sequences = st.lists(st.text("abc", min_size=2, max_size=4), min_size=1, max_size=6, unique=True)


@settings(max_examples=400, deadline=None)
@given(sequences, st.text("abcd\n", max_size=30))
def test_sequences_are_found_wherever_they_stand(wanted, text):
    expected = {
        (name, first, first + len(sequence) - 1)
        for name, sequence in enumerate(wanted)
        for first in range(len(text))
        if text.startswith(sequence, first)
    }
    found = Sequences({sequence: (name,) for name, sequence in enumerate(wanted)}).scan(text)
    assert {(*names, first, last) for names, first, last in found} == expected
    assert len(found) == len(expected)
    assert [first for _, first, _ in found] == sorted(first for _, first, _ in found)


@given(st.text("ab还還没沒有未曾付款ａé가カ。、, .!?'\n", max_size=30))
def test_an_alphabet_reads_the_units_that_the_tokens_of_a_text_stand_for(text):
    cut = Text(text)
    units = [unit for token in tokens(cut.lower) if (unit := normal(token)) is not None]
    alphabet = Alphabet(unit for unit in units if unit != BREAK)
    read = alphabet.simplified("".join(alphabet.read(cut.pieces, plain=cut.spelt.isascii())))
    assert read == "".join(BREAK if unit == BREAK else alphabet.write([unit]) for unit in units)


words = st.sampled_from(("ab", "cd", "ef"))
parts = st.lists(words, min_size=1, max_size=2)
gapped = st.lists(parts, min_size=1, max_size=3)
messages = st.lists(st.one_of(words, st.sampled_from(("xx", "xx", ". ", ","))), max_size=40)


def naive(pattern, units):
    """Whether the parts stand in order, each gap small enough and inside one sentence."""

    def ends(part, starts):
        return {start + len(part) for start in starts if units[start : start + len(part)] == part}

    reached = ends(pattern[0], range(len(units)))
    for part in pattern[1:]:
        starts = {
            start
            for end in reached
            for start in range(end, end + WORD_GAP + 1)
            if "\n" not in units[end:start]
        }
        reached = ends(part, starts)
    return bool(reached)


@settings(max_examples=600, deadline=None)
@given(st.lists(gapped, min_size=1, max_size=5), messages)
def test_patterns_with_gaps_match_what_they_say(written, message):
    lexicon = Lexicon(
        name="t",
        entries=tuple(
            Entry(category=str(i), words=(" * ".join(map(" ".join, p)),)) for i, p in enumerate(written)
        ),
    )
    text = " ".join(message)
    found = {match.entry.category for match in CompiledLexicons([lexicon]).matches(Text(text))}
    units = [unit for token in tokens(text) if (unit := normal(token)) is not None]
    assert found == {str(i) for i, pattern in enumerate(written) if naive(pattern, units)}


@given(st.text(max_size=60))
def test_the_tokens_of_a_text_are_as_long_as_it_is(text):
    lower = Text(text).lower
    assert len(lower) == len(text)
    assert sum(map(len, tokens(lower))) == len(text)


def compiled(*entries, **document):
    return CompiledLexicons([Lexicon(name="t", entries=entries, **document)])


def found(lexicons, text):
    return [text[match.start : match.end] for match in lexicons.matches(Text(text))]


@pytest.mark.parametrize(
    ("pattern", "text", "span"),
    [
        ("card lost|stolen", "my CARD stolen", "CARD stolen"),
        ("my? phone gone", "phone gone", "phone gone"),
        ("card left_behind|lost", "card left behind", "card left behind"),
        ("report~ it", "I am reporting it", "reporting it"),
        ("@thing lost", "my debit card lost", "debit card lost"),
        (
            "paid * not released",
            "I paid him yesterday but he has not released",
            "paid him yesterday but he has not released",
        ),
        ("paid * not released", "I paid, he didn't released", "paid, he didn't released"),
        ("did not pay", "I didn’t pay", "didn’t pay"),
        ("账户…锁定", "我的账户一直被锁定了", "账户一直被锁定"),
        ("账户…锁定", "我的帳戶被鎖定了", "帳戶被鎖定"),
        ("没到账", "还没有到账", "还没有到账"),
        ("未到账", "還沒到賬", "還沒到賬"),
        ("我 的? 账户", "我账户", "我账户"),
        ("hacked", "ＨＡＣＫＥＤ！", "ＨＡＣＫＥＤ"),
    ],
)
def test_the_pattern_language(pattern, text, span):
    lexicons = compiled(
        Entry(category="c", words=(pattern,), negatable=False), sets={"thing": ("card", "debit card")}
    )
    assert found(lexicons, text) == [span]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("paid * released", "I paid. He released"),
        ("paid * released", "paid " + "x " * (WORD_GAP + 1) + "released"),
        ("账户…锁定", "账户" + "好" * (CHARACTER_GAP + 1) + "锁定"),
        ("card lost", "cards lost"),
        ("i not withdraw", "I cannot withdraw"),
        ("被盗", "被。盗"),
    ],
)
def test_what_a_pattern_does_not_match(pattern, text):
    assert found(compiled(Entry(category="c", words=(pattern,), negatable=False)), text) == []


NEGATION = {"negators": ("not", "没", "不", "thought i"), "not_negators": ("not only", "是不是")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I was hacked", True),
        ("I was not hacked", False),
        ("I wasn't really hacked", False),
        ("the account was not, I think, hacked", True),
        ("I thought I was hacked", False),
        ("not only hacked, also robbed", True),
        ("I was not there. Hacked!", True),
        ("没被盗", False),
        ("没有被盗", False),
        ("是不是被盗了", True),
        ("被盗了，不知道怎么办", True),
    ],
)
def test_simple_negation(text, expected):
    lexicons = compiled(Entry(category="c", words=("hacked", "被盗")), **NEGATION)
    assert bool(lexicons.matches(Text(text))) is expected


def test_a_negation_inside_a_gap_counts_too():
    lexicons = compiled(Entry(category="c", words=("account * hacked",)), **NEGATION)
    assert not lexicons.matches(Text("my account was not hacked"))
    assert lexicons.matches(Text("my account was surely hacked"))


def test_a_later_report_counts_where_an_earlier_one_is_negated():
    lexicons = compiled(Entry(category="c", words=("hacked",)), **NEGATION)
    assert found(lexicons, "I was not hacked before. Now I am hacked") == ["hacked"]


def test_a_question_covers_what_it_asks_about_and_nothing_else():
    lexicons = compiled(
        Entry(category="q", priority_class="s", words=("how * spot a scam",), question=True),
        Entry(category="scam", priority_class="s", words=("scam",)),
        Entry(category="other", priority_class="g", words=("spot",)),
    )
    assert {m.entry.category for m in lexicons.matches(Text("how do I spot a scam"))} == {"q", "other"}
    later = lexicons.matches(Text("how do I spot a scam? this is a scam"))
    assert {m.entry.category for m in later} == {"q", "other", "scam"}


def test_every_unreadable_pattern_is_named():
    entries = (
        Entry(category="c", words=("@nothing here", "fine")),
        Entry(category="c", words=("* gone",)),
        Entry(category="c", words=("a|b|c " * 9,)),
    )
    with pytest.raises(DefinitionError) as caught:
        compiled(*entries)
    assert len(caught.value.problems) == 3
    assert "@nothing" in caught.value.problems[0]


def test_regular_forms():
    assert set(inflected("report")) >= {"report", "reports", "reported", "reporting"}
    assert set(inflected("charge")) >= {"charges", "charged", "charging"}
    assert set(inflected("stop")) >= {"stops", "stopped", "stopping"}
    assert set(inflected("deny")) >= {"denies", "denied", "denying"}
    assert set(inflected("withdraw")) >= {"withdraws", "withdrawing"}


def test_a_set_member_may_be_several_words():
    assert parse("lost @x", {"x": ("debit card", "phone")}) == (
        frozenset({("lost", "debit", "card"), ("lost", "phone")}),
    )


@given(st.text("abn't. !?\n,_-'1", max_size=40))
def test_plain_text_is_cut_as_any_text(text):
    # A sentence in another script behind it takes the general way.
    assert tokens(f"{text}。é") == [*tokens(text), "。", "é"]
