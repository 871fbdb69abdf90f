"""What finders pass over without looking holds nothing: each shortcut against the long way, which looks at all of a text."""

import re
from base64 import b64encode
from functools import reduce
from itertools import islice, pairwise
from operator import and_

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from supportflow.triage.redaction import (
    characters,
    checks,
    codes,
    commands,
    contacts,
    context,
    digit_words,
    finders,
    ideograms,
    keys,
    labels,
    markup,
    numbers,
    passwords,
    phrases,
    prose,
    redact,
    rows,
    run_together,
    tokens,
    transport,
)
from supportflow.triage.redaction import (
    view as views_of,
)
from supportflow.triage.redaction.kinds import Kind
from supportflow.triage.redaction.layers import Layer
from supportflow.triage.redaction.rules import DEFAULT_RULES
from supportflow.triage.redaction.view import View
from supportflow.triage.redaction.vocabulary import announcing, words
from supportflow.triage.redaction.wordlists import wordlists
from triage.test_redaction_properties import HOSTILE as ONLY_ONE

DIGITS = sorted(words("digits"))
SIGNS = (
    "do not share", "never tell", "nobody shared", "don't disclose", "никому не сообщайте", "не сообщайте", "jangan berikan",
    "切勿", "请勿泄露", "教えない", "共有しない", "use the code", "enter pin", "geben sie", "verwenden sie", "type", "tell",
    "to log in", "log in with it", "verify", "告诉", "一二三四", "零 一", "é", "Ñ",
)  # fmt: skip
PIECES = st.one_of(
    st.sampled_from(DIGITS),
    st.sampled_from(SIGNS),
    st.lists(st.sampled_from(DIGITS), min_size=3, max_size=5).map(" ".join),
    st.sampled_from(["482913", "12", "4821", "a-4821", "482 913", "20394857203948572", "2026", "7"]),
    st.sampled_from(["and", "my", "order", "的", "x" * 40, "lorem ipsum dolor " * 5]),
    st.text(max_size=6),
)
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from([" ", ", ", "-", "", "\n", ". ", "  "])), max_size=24).map(
    lambda parts: "".join(piece + joint for piece, joint in parts)
)


@example("it is one two three four")
@example("零一二三")
@given(TEXTS)
def test_digits_as_words_are_missed_nowhere(text):
    view = View(text)
    every = [
        (*match.span(), len(digit_words._SIZE.findall(match[0])))
        for match in digit_words._ROW.finditer(view.flat)
    ]
    assert list(digit_words.digit_words(view)) == every


def by_sentence(view):
    """As `codes._by_sentence`, over all of the text."""
    flat = view.flat
    if not codes._USE_WORDS.isdisjoint(view.words):
        yield from ((*match.span(1), Kind.ONE_TIME_CODE) for match in codes._USED.finditer(flat))
    if not (
        codes._SHARE_WORDS.isdisjoint(view.words) and codes._SHARE_CHARACTERS.isdisjoint(view.characters)
    ):
        yield from codes._by_sign(flat, 0, len(flat))


@given(TEXTS)
def test_sentences_about_codes_are_missed_nowhere(text):
    view = View(text)
    assert list(codes._by_sentence(view)) == list(by_sentence(view))


EVERY_WORD = [
    entry
    for table in (labels._VOCABULARY._by_word, labels._VOCABULARY._by_stem, labels._VOCABULARY._by_character)
    for entries in table.values()
    for entry in (one if isinstance(one, labels._Entry) else one[1] for one in entries)
]


def roles_of(given):
    return {role for role, table in announcing().items() if given in table}


def test_no_word_that_announces_is_left_out():
    kept = {entry.given for entry in EVERY_WORD}
    left_out = {word for table in announcing().values() for word in table} - kept
    assert left_out == {"password", "passwd", "pwd", "passwort", "kennwort", "wachtwoord", "seed phrase"}
    # Each is found as another one, with a star, that announces as much.
    for word in left_out:
        assert any(twin in kept and roles_of(word) <= roles_of(twin) for twin in (f"*{word}", f"{word}*")), (
            word
        )


@given(
    st.lists(
        st.sampled_from(["legal", "lega", "year", "mat", "one", "two", "wordless", "abaco", "abandon", "act", "zz", "gato"]),
        min_size=1, max_size=40,
    )
)  # fmt: skip
def test_lists_of_six_words_and_of_eleven_are_told_at_once_as_one_by_one(row):
    masks = [max(phrases._masks().get(word, 0), 0) for word in row]
    of_six = 0
    for six in zip(*(masks[at:] for at in range(6)), strict=False):
        of_six |= reduce(and_, six)
    of_six &= (1 << len(wordlists().languages)) - 1
    enough = any(of_six >> bit & 1 and sum(mask >> bit & 1 for mask in masks) >= 11 for bit in range(26))
    groups = bytes([(1 << len(phrases._GROUPS)) - 1])
    assert phrases._lists_of(row, groups) == (of_six, enough)


@given(st.lists(st.integers(0, 40), max_size=30))
def test_words_far_apart_are_in_different_parts(gaps):
    spans, place = [], 0
    for gap in gaps:
        spans.append((place + gap, place + gap + 3))
        place += gap + 3
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    parts = [spans[start:end] for start, end in phrases._near_parts(starts, ends)]
    assert [span for part in parts for span in part] == spans
    for part in parts:
        assert all(right[0] - left[1] <= 32 for left, right in pairwise(part))
    for part, following in pairwise(parts):
        assert following[0][0] - part[-1][1] > 32


@given(st.text("abZé1 .\n的", max_size=20))
@example("")
@example(" a1")
def test_places_of_words_are_as_an_expression_finds_them(text):
    view = View(text)
    expression = re.compile("[a-z]+") if view.is_plain else views_of.WORD
    found = [match.span() for match in expression.finditer(view.lower)]
    assert list(zip(*view.places, strict=True)) == found
    assert view.row == [view.lower[slice(*place)] for place in found]


BESIDE = st.sampled_from(
    ["", " ", "-", "x", "é", "ы", "1", "密", "a" * 7, "a" * 8, "a" * 9, "b" * 24, "b" * 25, "\n"]
)


@example(next(entry for entry in EVERY_WORD if entry.given == "mat ma"), [(" ", " "), ("", "t ")])
@example(
    next(entry for entry in EVERY_WORD if entry.given == "*password"),
    [("x", " "), (" ", " "), ("b" * 25, " ")],
)
@given(st.sampled_from(EVERY_WORD), st.lists(st.tuples(BESIDE, BESIDE), min_size=1, max_size=8))
def test_many_words_that_announce_are_found_as_few_are(entry, beside):
    once = "".join(f"{before}{entry.word}{behind}" for before, behind in beside)
    loose = once * labels._MANY
    assert labels._places(entry, loose) == list(labels._one_by_one(entry, loose))


@given(
    TEXTS
    | st.lists(st.sampled_from([word.strip("*") for table in announcing().values() for word in table])).map(
        " ".join
    )
)
def test_words_that_announce_are_missed_nowhere(text):
    view = View(text)
    found = set(labels._VOCABULARY.possible_entries(view))
    for entry in EVERY_WORD:
        if entry not in found:
            assert list(labels._places(entry, view.loose)) == []
    assert len(labels.labels(view)) == 0


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 5), st.sampled_from("ab")), max_size=12))
def test_of_labels_in_one_place_the_longest_counts_then_the_first(given_):
    found = [labels.Label(start, start + size, role) for start, size, role in given_]
    kept = []
    for label in sorted(found, key=lambda label: (label.start, -label.end)):
        if not kept or label.start >= kept[-1].end:
            kept.append(label)
    assert list(labels.Labels(found)) == kept


ANNOUNCED = st.lists(
    st.sampled_from(
        [
            "password", "my password", "Passwort", "contraseña", "密码", "api key", "secret", "private key", "seed", "is",
            "ist", "was", "c'est", "to jest", "adalah", "for my account", ":", "=", "->", ">", "|", "是", "to", "changed to",
            "Hunter2x", "dragon", "wrong", "aB3dE6gH9jK2mN5p", "letmein!", "superSecret", "482913", "a1" * 32,
            '"quoted words"', "--", "_",
            "x" * 30, "lorem ipsum " * 30, "\n", "</b>", "(my", ")", "ABCD EFGH 2345 6723", "http://a.b",
        ]
    ),
    min_size=2,
    max_size=14,
).flatmap(lambda parts: st.sampled_from([" ", "", ": ", "  "]).map(lambda joint: joint.join(parts)))  # fmt: skip


@example("lorem ipsum " * 30 + "password: dragon")
@example("lorem ipsum " * 30 + "password>dragon")
@example("lorem ipsum " * 30 + "password for my account on some.very.long-name.example is dragon")
@example("api key: " + "abcdefghijklm" * 20 + "1")
@example("private key: " + "abcdefghijklm" * 20 + "Aa")
@given(ANNOUNCED)
def test_announced_values_are_missed_nowhere(text):
    view = View(text)
    for find, value_of, roles in (
        (passwords.find_passwords, passwords._value, ("password",)),
        (context.find_announced, context._value_of, ("api", "private key")),
    ):
        found = {(start, end) for start, end, _ in find(view)}
        for place in labels.labels(view, *roles).places():
            value = value_of(view, place)
            assert value is None or (place[0] + value[0], place[0] + value[1]) in found


@example([("4222222222222", " card 4"), ("4222222222222", " "), ("41111", "-"), ("11111111111", "x")])
@example([("41111", "-"), ("11111111111", " ")])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["4111111111111111", "4222222222222", "411111", "1111111111", "3782", "822463", "10005", "41", "5"]
            ),
            st.sampled_from([" ", "-", ".", "  ", "x", " card 4", "\n"]),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_card_numbers_are_found_from_every_group(parts):
    view = View("".join(digits + joint for digits, joint in parts))
    every = []
    for first, end in view.digits:
        groups = [match.span() for match in re.finditer("[0-9]+", view.text[first:end])]
        index = 0
        while index < len(groups):
            taken = 0
            number = ""
            for count, (start, last) in enumerate(groups[index:], 1):
                number += view.text[first + start : first + last]
                if last - start < 3 or len(number) > 19 or groups[index][1] - groups[index][0] < 5:
                    break
                if len(number) >= 13 and numbers._issued(number) and checks.luhn(number):
                    taken = count
                    break
            start, last = groups[index][0], groups[index + (taken or 1) - 1][1]
            if taken == 1 and last - start == 13 and not numbers._References(view).near_card(first + start):
                taken = 0
            if taken and not re.match("[A-Za-z_]", view.text[first + last :]):
                every.append((first + start, first + last))
            index += taken or 1
    assert list(numbers._plain_cards(view, numbers._References(view))) == every


BLOCKS = st.lists(
    st.one_of(
        st.binary(min_size=8, max_size=60).map(lambda raw: b64encode(raw).decode()),
        st.text("abc def", min_size=12, max_size=60).map(lambda words: b64encode(words.encode()).decode()),
        st.text("0123456789", min_size=14, max_size=40),
        PIECES,
    ),
    max_size=6,
)


@given(BLOCKS, st.sampled_from([" ", "\n", "_", ".", ""]))
# The second line alone would be a block; behind the first it is the end of one that is none. To look too often is no harm.
@example(["A" * 32, "YWFhYWFhYWFhYWFhIA=="], "\n")
def test_encoded_blocks_are_missed_nowhere(blocks, joint):
    text = joint.join(blocks)
    shape = text.encode("ascii", "replace").translate(transport._CODE_CHARACTERS)
    new, layer = transport._BLOCKS.apply(text)
    assert layer is None or isinstance(layer, Layer)
    if new != text and transport._LONG_RUN in shape:
        assert transport._has_block(text)


@given(
    st.lists(st.text("0123456789", min_size=24, max_size=60), max_size=6), st.sampled_from([" ", "\n", ", "])
)
def test_numbers_are_passed_over(numbers, joint):
    assert not transport._has_block(joint.join(numbers))


# --- six words in a row ------------------------------------------------------------------------------

SORTS = st.lists(st.sampled_from([0, 0, 1, 1, 1, 2, 3, 3, 64, 127]), max_size=40).map(bytes)


@example(b"\1\3\1\1\5\1")
@example(b"\2" * 5)
@given(SORTS)
def test_six_of_a_group_are_missed_nowhere(sorts):
    begins = phrases._six_of_a_group(sorts).ljust(len(sorts), b"\0")
    every = [0] * len(sorts)
    for at in range(len(sorts) - 5):
        every[at] = 127
        for sort in sorts[at : at + 6]:
            every[at] &= sort
    assert list(begins) == every

    # Stretches with never two unknown side by side, as an expression says it.
    listed = sorts.translate(phrases._OF_ANY)
    slow = [
        (*match.span(), bytes(filter(None, every[slice(*match.span())])))
        for match in re.finditer(rb"\0?[\1]++(?:\0[\1]++)*+\0?", listed)
        if any(every[slice(*match.span())])
    ]
    assert list(phrases._regions(listed, begins)) == slow


def rows_from_every_word(known):
    """As `rows.rows` without near words, from each known word."""
    position = floor = 0
    while (position := known.find(1, position)) >= 0:
        end, gap = known.find(0, position), -1
        if 0 <= end < len(known) - 1:
            gap, end = end, known.find(0, end + 1)
        end = len(known) if end < 0 else end
        if gap == end - 1:
            end, gap = gap, -1
        if known.count(1, position, end) < 11 or (gap >= 0 and end - position < 12):
            position = gap + 1 if gap >= 0 else end
            continue
        start = position
        while end < len(known) and known[end]:
            end += 1
        while start > floor and known[start - 1]:
            start -= 1
        yield start, end
        position = floor = end


@given(
    st.lists(st.integers(1, 14), max_size=8),
    st.lists(st.integers(1, 2), min_size=8, max_size=8),
    st.integers(0, 2),
)
@example([5, 6], [1] * 8, 0)
@example([6, 5, 6], [1] * 8, 1)
@example([12, 5, 6], [1] * 8, 2)
def test_rows_begin_at_six_words_and_at_those_before_them_only(runs, gaps, first):
    known = b"\0" * first + b"".join(b"\1" * run + b"\0" * gap for run, gap in zip(runs, gaps, strict=False))
    assert list(rows.rows(known, lambda _: False)) == list(rows_from_every_word(known))


@given(st.text("abж ,.1\n-é", max_size=30) | st.text("abжかカ가 ,1", max_size=30), st.integers(1, 90))
def test_words_of_a_long_text_are_as_an_expression_finds_them(text, others):
    text = text * (2_000 // max(1, len(text)) + 1) + "ж" + "".join(map(chr, range(0x4E00, 0x4E00 + others)))
    assert View(text).row == views_of.WORD.findall(View(text).lower)


@given(st.text("枪疫 ,、1\n", max_size=30), st.integers(0, 70))
def test_chinese_characters_of_a_text_are_as_an_expression_finds_them(text, others):
    text += "".join(map(chr, range(0xFF00, 0xFF00 + others)))
    assert ideograms._only_han(text) == "".join(re.findall("[\u4e00-\u9fff]", text))


def test_every_list_is_in_a_group():
    named = [name for names in phrases._GROUPS for name in names]
    assert sorted(named) == sorted(phrases.wordlists().languages)
    assert phrases._PARTS_NOTHING < 256
    for word, mask in phrases._masks().items():
        sort = phrases._sorts()[word]
        if mask == phrases._BETWEEN:
            assert sort == phrases._PARTS_NOTHING
            continue
        for bit, name in enumerate(phrases.wordlists().languages):
            group = next(at for at, names in enumerate(phrases._GROUPS) if name in names)
            assert not mask >> bit & 1 or sort >> group & 1


# --- runs of Chinese characters ----------------------------------------------------------------------

HAN = st.lists(
    st.one_of(
        st.text("的一是济扶块言穗\u4e00\u9fff", max_size=26),
        st.sampled_from([" ", "a", "，", "\u4dff", "\ua000", "😀", "\ud800", "é", "\n"]),
    ),
    max_size=12,
).map("".join)


@given(HAN)
def test_runs_of_chinese_characters_are_as_an_expression_finds_them(text):
    shape = View(text).high.translate(ideograms._HAN_SHAPE)
    assert list(map(len, shape.split())) == list(map(len, re.findall("[\u4e00-\u9fff]+", text)))
    if len(shape) == len(text):
        long = [match.span() for match in ideograms._LONG_SHAPE.finditer(shape)]
        fit = [span for span in long if span[1] - span[0] <= 25]
        assert [span for span in fit if span[1] - span[0] >= 12] == [
            match.span() for match in ideograms._HAN_RUN.finditer(text)
        ]


# --- blanks, tags, phones, keys ----------------------------------------------------------------------

BLANKS = re.compile(r"\A[ \t]*+(?:>[ \t]*+)++|(?:[ \t\r]*+\n[ \t\r]*+(?:>[ \t]*+)*+)++|[ \t\r]{2,}+|[\t\r]")
BLANK_TEXTS = st.text(" \n\t\r>ab", max_size=24) | st.text(" \n>a", max_size=24)


@example(">  \n x")
@example(" \n >\n\n> a \nb")
@given(BLANK_TEXTS)
def test_blanks_are_as_the_plain_expression_finds_them(text):
    slow = BLANKS.sub(lambda match: markup._blank(match[0]), text)
    assert [match.span() for match in markup._BLANKS.pattern.finditer(text)] == [
        match.span() for match in BLANKS.finditer(text)
    ]
    assert markup._plain_breaks(text) in {None, slow}
    made, layers = markup.plain_blanks(text)
    assert made == slow
    for layer in layers:
        for at in range(len(made)):
            start, end = layer.back(at, at + 1)
            assert 0 <= start < end <= len(text)


EMPHASIS = re.compile(
    r"(?<![\w*])\*{1,3}(?=[^\s*])|(?<=[^\s*])\*{1,3}(?![\w*])|(?<=\w)\*\*(?=\w)|~~|`{1,3}"
    r"|(?<![A-Za-z0-9_])__(?=[^\s_])|(?<=[^\s_])__(?![A-Za-z0-9_])|(?<=[^\x00-\x7f])__"
)


@given(st.text("**__~`a é\n", max_size=16))
@example("****a**")
def test_emphasis_is_as_the_plain_expression_finds_it(text):
    found = [match.span() for match in markup._EMPHASIS.pattern.finditer(text)]
    assert found == [match.span() for match in EMPHASIS.finditer(text)]


@given(
    st.lists(
        st.sampled_from(["<b>", "</b>", "<td>", "<!-- a -->", "&amp;nbsp;", "&#52;", "a", "PIN", "4", " ", "[/b]", "é"]),
        max_size=14,
    ).map("".join),
    st.booleans(),
)  # fmt: skip
def test_tags_cut_once_for_both_ways_are_as_cut_for_each(text, encoded):
    other = f"{text}<i>=3D" if encoded else text
    (joined, layers), (apart, _) = markup.without_tags(text, other)
    digits = markup._AT_DIGIT.pattern.sub(" ", text)
    assert joined == markup._MARKED.sub(lambda match: markup._joined(match[0]), digits)
    assert apart == markup._MARKED.sub(lambda match: markup._apart(match[0]), other)
    assert len(layers) == (digits != text) + (joined != digits)


@given(
    st.text("aeкかＡ１-–ªﬁ½가\u1100\u1161\u0301\u0323\u0336\u0344\u3099\u200b\u00ad\ufeff\uff9e", max_size=16)
    | st.text("aé\u0301\u200b\u0300\u0344", max_size=40)
)
@example("é" + "\u0301" * 40 + "e\u0301")
@example("." * 20 + "e" + "\u0344" * 20)
@example("a½\u200b")
@example("－–")
@example("⁻−")
def test_characters_are_folded_at_one_stroke_as_one_by_one(text):
    translated = characters._WIDE_SIGN.sub(lambda match: chr(ord(match[0]) - 0xFEE0), text)
    translated = translated.translate(characters._FOLDED)
    assert characters._with_other_forms(text, frozenset(text)) == translated
    slow = characters._JOINING.sub(lambda match: characters._joined(match[0]), translated)
    assert characters._joined_at_one_stroke(translated) in {None, slow}


def test_marks_and_what_is_invisible_are_taken_off_at_one_stroke():
    assert characters._joined_at_one_stroke("e\u0301 a\u200bb с\u0336") == "é ab с"
    assert characters._joined_at_one_stroke("e" + "\u0301" * 10) is None


PAIRS = st.lists(
    st.sampled_from(
        ["login: ", "ana", " / ", "sign in", "Zq9x", "dragOn", "x" * 30, "x" * 120, "\n", "!", ": ", " "]
    ),
    max_size=12,
).map("".join)


@given(PAIRS)
@example("login: " + "a" * 64 + " / " + "x" * 126 + "1!")
def test_pairs_are_missed_nowhere(text):
    view = View(text)
    every = []
    for label in labels.labels(view, "sign in"):
        pair = commands._PAIR.match(text, label.end)
        value = pair and pair[2].rstrip(commands._TRAILING)
        if value and commands.looks_random(value) and commands._NOT_A_VALUE.match(value) is None:
            every.append((pair.start(2), pair.start(2) + len(value), Kind.PASSWORD))
    assert list(commands._pairs(view)) == every


@given(
    st.lists(
        st.sampled_from(["<b>", "</i>", "<p class=x>", "a", "PIN", "4", "<", ">", " ", "é", "<a/>"]),
        max_size=14,
    ).map("".join)
)
def test_tags_between_letters_and_digits_are_as_the_plain_expression_finds_them(text):
    slow = re.compile(
        r"(?<=[A-Za-z])(?:</?[A-Za-z][A-Za-z0-9:]{0,15}(?:[ \t\r\n/][^<>]{0,4000}+)?>){1,4}(?=\d)"
    )
    assert [match.span() for match in markup._AT_DIGIT.pattern.finditer(text)] == [
        match.span() for match in slow.finditer(text)
    ]
    assert markup.is_marked(text) == any(
        sign in text for sign in ("<", "&", "[/", "{code", "{noformat", "{quote", "{color", "{panel", "\x1b[")
    )


@example("+0012345678, 0012345678, a0012345678, +12345678")
@given(st.text("+0123456789 -.(a_", max_size=24))
def test_international_phones_are_as_the_plain_expression_finds_them(text):
    slow = re.compile(r"(?<![\w+])(?:\+|00(?=[1-9]))[1-9](?:[ .()/-]{0,2}\d){6,14}(?!\d)", re.ASCII)
    assert [match.span() for match in contacts._INTERNATIONAL.finditer(text)] == [
        match.span() for match in slow.finditer(text)
    ]


@example("a1" + " 5Hb" * 10 + "b1")
@given(st.text("59KLcHJ6Pxprva -\n", max_size=260))
def test_keys_in_pieces_begin_nowhere_else(text):
    """At the beginning of a word, with a digit behind a letter close by."""
    shape = View(text).ascii.translate(keys._LETTERS_AND_DIGITS)
    starts = [match.start() for match in re.finditer(r"5[HJK]|[KL9c]|6P|[xyztuvYZUV]prv", text)]
    near = [
        start
        for start in starts
        if (start == 0 or not text[start - 1].isalnum())
        and any(
            at + 2 > start + 4 and at - keys._MIXED_REACH <= start
            for at in range(len(text))
            if shape[at : at + 2] == b"a1"
        )
    ]
    found = list(keys._split_starts(text, shape))
    assert found == sorted(set(found))
    assert set(near) <= set(found)


# --- anchors -----------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(["-u", "p:", "pass", "pass:", "requirepass", "masterauth", "securestring", "sudo -s",
                                 "echo", "chpasswd", " ", "x", ":", "-"]), max_size=6).map("".join))  # fmt: skip
def test_commands_are_missed_nowhere(text):
    """Forms with "echo" in them need it in the text."""
    view = View(text)
    slow = {
        pattern
        for anchor, pattern in commands._OTHERS
        if anchor in view.lower and ("echo" in view.lower or "echo" not in pattern.pattern)
    }
    assert slow <= set(commands._forms(view))


@given(
    st.lists(
        st.sampled_from([*(anchor for anchor, _ in tokens._ANCHORS), "x", "-", " ", "9", "A"]), max_size=5
    ).map("".join)
)
def test_anchors_of_tokens_are_missed_nowhere(near):
    anchors = (
        tokens._ANCHORS
        if not near.islower() or any(sign in near for sign in tokens._SIGNS)
        else tokens._PLAIN_ANCHORS
    )
    slow = {index for anchor, index in tokens._ANCHORS if anchor in near}
    assert {index for anchor, index in anchors if anchor in near} == slow


@example("的*重*")
@given(st.text("а́éABl1ﬁ１ 零á的，K*`\t", max_size=20))
def test_the_characters_of_a_view_are_its_own(text):
    plain, others = views_of.views(text)
    for one in (plain, *others):
        assert one.characters == frozenset(one.lower)


@given(
    st.lists(
        st.sampled_from(["<span>", "</span>", "<b>", "</b>", "<p>", "</p>", "&nbsp;", " ", "\n", "legal", "winner", "PIN",
                         "4821", "is", "my", "password", ":", "Hunter2!x", "code", "482913", "<td>", "</td>"]),
        max_size=30,
    ).map("".join)
)  # fmt: skip
def test_a_view_that_is_left_out_has_nothing_of_its_own(text):
    """What differs from the first by blanks alone that are one afterwards finds what that has found."""
    plain, others = views_of.views(text)
    _, (apart, layers) = markup.without_tags(text, text)
    left_out = views_of._made(apart, layers)
    if left_out.text != plain.text or any(one.text == left_out.text for one in others):
        return
    found = [
        {
            (kind, text[slice(*view.back(first, last))])
            for _, find in finders.DETECTORS
            for first, last, kind in find(view)
        }
        for view in (plain, left_out)
    ]
    assert {kind for kind, _ in found[0]} == {kind for kind, _ in found[1]}


@pytest.mark.parametrize(
    ("words", "secret"),
    [
        (("my", "password", "is", "Hunter2!x"), "Hunter2!x"),
        (("api", "key", ":", "9f8Kq2LmZx81Vb"), "9f8Kq2LmZx81Vb"),
        (("recovery", "phrase", "legal", "winner", "thank", "year", "wave", "sausage"), "sausage"),
    ],
)
@pytest.mark.parametrize("tag", ["span", "b", "i", "font color=red"])
def test_words_that_only_tags_part_are_words(words, secret, tag):
    """The view that holds them apart is not left out: it differs by more than blanks that are one."""
    text = "".join(f"<{tag}>{word}</{tag.split()[0]}>" for word in words)
    assert secret not in redact(text).text


HOSTILE = st.lists(
    st.sampled_from([
        "code 123456 ", "1234 is my pin ", "otp123456 ", "seed phrase ", "助记词", "枪疫霉尝枪疫霉尝枪疫霉尝", "枪 疫 ",
        "济扶块言穗定万绘姻逃颗焰", "是我的助记词", "legalwinner", "thankyear", "zzz", "wavesausage", "actact",
        "5Kb8 kLf9 ", "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dWA1WKqqjE",
        "5HueCGU8 rMjxEXxiPuD5 BDku4MkFqeZ yd4dZ1jvhTVqvbTLvyTJ ",
        "482913 usdt ", "12-34-56 ", " ", ".", "a",
    ]),
    max_size=40,
).map("".join)  # fmt: skip


@example(
    "5HueCGU8 rMjxEXxiPuD5 BDku4MkFqeZ yd4dZ1 a1b, 5HueCGU8 rMjxEXxiPuD5 BDku4MkFqeZ yd4dZ1jvhTVqvbTLvyTJ ", 1
)
@given(HOSTILE | TEXTS, st.integers(1, 3))
def test_what_is_remembered_of_a_text_is_what_looking_again_says(text, times):
    view = View(text * times)
    flat = view.flat
    every = [
        (*match.span(), sum(map(str.isdigit, match[0])))
        for start, end in codes.stretches(view.ascii.translate(codes._CODE_CHARACTERS), codes._CODE_RUN)
        for match in codes._CANDIDATE.finditer(flat, max(0, start - 2), end + codes._UNIT_REACH)
        if match.start() < end
    ]
    assert list(codes._numbers(view)) == every
    shape = view.ascii.translate(keys._LETTERS_AND_DIGITS)
    floor, split = 0, []
    for start in keys._split_starts(view.text, shape):
        chain = keys._SPLIT.match(view.text, start, start + keys._SPLIT_REACH)
        found = None if chain is None else keys._key_in_pieces(view.text, start, chain.end())
        if start >= floor and found is not None:
            floor = found[1]
            split.append(found)
    assert list(keys._split(view.text, shape)) == split
    for role in ("code", "pin", "phrase", "private key", "api", "password"):
        assert labels.has_labels(View(view.text), role) == bool(len(labels.labels(view, role)))


def longest_rows(letters, words):
    """From each place the most words that follow each other, and where the last of them ends."""
    best = {len(letters): (0, len(letters))}
    for place in range(len(letters) - 1, -1, -1):
        best[place] = max(
            ((best[end][0] + 1, best[end][1]) for end in range(place + 1, len(letters) + 1) if letters[place:end] in words),
            default=(0, place),
        )  # fmt: skip
    return best


LISTED = ["legal", "winner", "thank", "year", "wave", "sausage", "act", "lega", "winn", "yea", "zz", "x"]


@example("legal" * 11)
@example("lega" * 11)
@example("winnthankact" * 4 + "legal")
@given(st.lists(st.sampled_from(LISTED[:9]) | st.sampled_from(LISTED), min_size=9, max_size=30).map("".join))
def test_words_run_together_are_missed_nowhere(letters):
    bit = phrases.wordlists().languages.index("english")
    words, *_ = run_together._dictionary(bit)
    rows = longest_rows(letters, words)
    first = next((place for place in range(len(letters)) if rows[place][0] >= run_together._ROW), None)
    found = run_together._chain(letters, bit)
    assert (found is None) == (first is None)
    if found is not None:
        assert found[0] == first
        assert longest_rows(letters[: found[1]], words)[first] == (rows[first][0], found[1])


# --- plain prose -------------------------------------------------------------------------------------

ANNOUNCING = sorted({word.strip("*") for table in announcing().values() for word in table if word.isascii()})
LISTED_WORDS = sorted(word for word in phrases._masks() if word.isascii())
NEARLY_PROSE = st.one_of(
    st.sampled_from(["Have you tried water", "it has burnt since noon", "my", "is", "the", "USDT", "PayPal", "as", "to"]),
    st.sampled_from(ANNOUNCING),
    st.sampled_from(LISTED_WORDS),
    st.sampled_from(sorted(words("digits"))).filter(str.isascii),
    st.sampled_from([
        "APEdragonflies", "AKCdragonflies", "APdragonfly", "eyJhbGciOiJub", "requirepass dragonfly", "masterauth dragon",
        "securestring Dragon", "echo dragon", "xoxb", "withdrawal", "responsibilitiespas", "internationalisations",
        "deadbeefdeadbeef", "be ad fa ce", "p a s s w o r d", "p.a.s.s", "user, pin", "ana, dragon", "dragon", "Dragon",
        "aaaa bbbb cccc dddd", "S" + "A" * 55, "legalwinnerthankyearwave",
    ]),
    st.text("abcdefXYZAP", min_size=1, max_size=30),
)  # fmt: skip
PROSE = st.lists(
    st.tuples(
        NEARLY_PROSE, st.sampled_from([" ", " ", " ", ", ", "\n", "\n\n", ". ", "? ", " (", "'", "", "  "])
    ),
    max_size=16,
).map(lambda parts: "".join(piece + joint for piece, joint in parts))


@example("words: " + "legal winner thank year wave sausage worth useful legal winner thank yellow")
@example("legal winner thank year wave sausage worth useful legal winner thank yellow")
@example("the code is one two three four five six")
@example("name, pin\nana, dragonfly\n")
@example("deadbeefdeadbeefpas\nbe is dragonfly")
@example("p a s s w o r d is Dragon")
@example("my token is APEdragonflies")
@example("sign in account, ana dragonfly")
@example("my pwd is dragon")
@example("my p a s s c o d e is dragon")
@example("mnemonic legal winner thank wave sausage worth useful")
@example("responsibles.pas\nsWord is dragon")
@example("api key is dragonflies, secret token is Dragonflyhouses")
@example("my private key is " + "be ad fa ce " * 8)
@given(PROSE)
def test_plain_prose_holds_nothing(text):
    if prose.is_prose(text):
        assert list(finders.spans(text, DEFAULT_RULES)) == []


@given(st.lists(st.sampled_from(LISTED_WORDS), min_size=6, max_size=24), st.sampled_from([" ", "\n", ", "]))
def test_words_of_lists_are_no_prose_where_a_phrase_may_be(row, joint):
    text = joint.join(row)
    if list(finders.spans(text, DEFAULT_RULES)):
        assert not prose.is_prose(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Have you tried water?", True),
        ("I ordered a kettle (white), and it's not here.\n\nCan you help?", True),
        ("Where do I change the code of my card?", True),  # nothing without digits is one
        ("My order and my account are gone", True),
        ("Where do I change the code of my card?\nuser, code", False),
        ("My password is wrong", False),
        ("the pin is four two seven nine", False),
        ("Order 12", False),
        ("café", False),
        ("a=b", False),
        ("unquestionablyinternational", False),
    ],
)
def test_what_is_prose(text, told):
    assert prose.is_prose(text) is told


@given(st.lists(st.booleans(), max_size=14))
@example([False] * 3 + [True] * 2 + [False] + [True] * 3)
@example([True] * 9)
def test_of_many_names_of_phrases_those_count_that_some_are_read_in_vain_before_or_behind(named):
    most, name, phrase = 3, "助记词：", "枪疫霉尝枪疫霉尝枪疫霉尝"
    text = "".join(name + (phrase if one else "在哪里可以找到呢，请告诉我吧") for one in named)
    vain = [sum(not one for one in named[:at]) for at in range(len(named))]
    ends = [at for at, one in enumerate(named) if one and (vain[at] < most or at >= len(named) - most)]
    starts = [match.end() for match in re.finditer(name, text)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ideograms, "_MOST_NAMES", most)
        found = list(ideograms._named(text, wordlists()))
    assert found == [(starts[at], starts[at] + 12, Kind.SEED_PHRASE) for at in ends]


@pytest.mark.parametrize("before", ["", "There was an order of two kettles. " * 6])
@pytest.mark.parametrize("shred", ONLY_ONE.values(), ids=ONLY_ONE)
def test_a_beginning_with_too_many_findings_is_one_of_a_text_with_too_many(shred, before, monkeypatch):
    monkeypatch.setattr(finders, "_LONG", 10_000)
    monkeypatch.setattr(finders, "_UNSURE", 2_000)
    text = (before + shred * (12_000 // len(shred)))[:12_000]
    view, _ = views_of.views(text)
    every = (True for _, find in finders._FROM_THE_LEFT for first, last, _ in find(view) if first < last)
    found = sum(islice(every, 400))
    told = finders.has_more(view.text, 30)
    assert not told or found > 30
    # Where they stand as close as in codes, one behind the other, it is told.
    assert told or before or found < 400


def test_what_ends_behind_a_beginning_is_not_counted_for_it():
    text = "my pin is 4821"
    assert [finders._number(text, end, 5) for end in (len(text) - 1, len(text))] == [0, 1]
    assert finders._number(f"{text}. " * 9, 99_999, 5) == 6


def test_a_long_list_of_secrets_is_one_whether_or_not_its_beginning_says_so(monkeypatch):
    few, many = "my pin is 4821. " * 3_000 + "The way is long. " * 25_000, "my pin is 4821. " * 26_000
    told = [redact(text) for text in (few, many)]
    assert [len(one.findings) for one in told] == [3_000, 1]
    monkeypatch.setattr(finders, "_LONG", 10**9)
    assert redact(few[:50_000]).findings == told[0].findings
    assert redact(many[:70_000]).text == told[1].text == "[secret removed]"


def test_letters_that_go_on_where_phrases_run_together_go_with_them(monkeypatch):
    monkeypatch.setattr(run_together, "_MOST_WINDOWS", 12)
    phrases_, others = "legalwinnerthankyear" * 60, "qzxj" * 400
    said = redact(f"{others} {phrases_}{others} {phrases_}")
    # Two windows with a phrase use up what is looked at: the rest of these letters goes, and others are read anew.
    assert said.text == f"{others} [seed phrase removed] [seed phrase removed]"
    assert redact(f"{others} {'legalwinner' * 6} {others}").text == f"{others} [seed phrase removed] {others}"


@given(
    st.lists(
        st.sampled_from(["1234567", "123456", "12 34-56.78", "a1234567", "1 ", "é", " ", "x" * 300]),
        max_size=20,
    ).map("".join)
)
@example("1234567" + "x" * 300 + "7654321")
@example("1234567 a 7654321")
def test_runs_of_digits_are_found_in_one_go_as_one_by_one(text):
    runs = [match.span() for match in views_of._DIGIT_RUN.finditer(text)]
    assert View(text).digits == [(start, end) for start, end in runs if end - start >= 7]


@given(st.text(alphabet="ab1٣ж é-\n", max_size=8), st.sampled_from(["", "٣", "ж", "٣ж"]))
@example("é", "٣ж")
def test_digits_and_letters_are_those_of_the_text_itself(text, around):
    view = View(text, characters=frozenset(text + around))
    assert view.has_digits == any(map(str.isdecimal, text))
    assert view.is_plain == (views_of.OTHER_LETTER.search(text) is None)
