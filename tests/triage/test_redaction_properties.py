"""What holds for every text."""

import gc
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from supportflow.triage.redaction import LABELS, SEPARATOR, STRICT_RULES, redact
from triage import planting

texts = st.one_of(planting.shredded(), st.text(max_size=80))


@settings(max_examples=700, deadline=None)
@given(texts)
# Taking out the password takes away what spared the number behind it.
@example("password: ticket 4111111111111111")
@example("password: promo code 123456")
def test_redacting_twice_changes_nothing(text):
    once = redact(text, STRICT_RULES)
    twice = redact(once.text, STRICT_RULES)
    assert twice.text == once.text
    assert twice.findings == ()


@settings(max_examples=400, deadline=None)
@given(texts, texts)
def test_joined_texts_are_redacted_as_each_alone(one, other):
    first, second = redact(one, STRICT_RULES), redact(other, STRICT_RULES)
    joined = redact(one + SEPARATOR + other, STRICT_RULES)
    assert joined.text == first.text + SEPARATOR + second.text
    offset = len(one) + len(SEPARATOR)
    moved = [(f.kind, f.start + offset, f.end + offset) for f in second.findings]
    assert [(f.kind, f.start, f.end) for f in joined.findings] == [
        *((f.kind, f.start, f.end) for f in first.findings),
        *moved,
    ]


@settings(max_examples=400, deadline=None)
@given(texts)
def test_findings_tile_the_text_that_was_given(text):
    result = redact(text, STRICT_RULES)
    position, rebuilt = 0, []
    for finding in result.findings:
        assert position <= finding.start < finding.end <= len(text)
        rebuilt += [text[position : finding.start], f"[{LABELS[finding.kind]} removed]"]
        position = finding.end
    assert "".join([*rebuilt, text[position:]]) == result.text


@settings(max_examples=500, deadline=None)
@given(planting.prose, planting.secrets, planting.prose)
def test_a_planted_secret_is_nowhere_afterwards(before, planted, after):
    secret, sent = planted
    result = redact(f"{before} {sent} {after}")
    assert secret not in result.text
    assert sent.rsplit(" ", 1)[-1] not in result.text.split()
    assert result.secrets


@settings(max_examples=200, deadline=None)
@given(planting.english_phrases(), st.data())
def test_a_phrase_with_one_typo_is_a_phrase(phrase, data):
    words = phrase.split()
    places = [place for place, word in enumerate(words) if len(word) > 4 and word[0].isalpha()]
    place = data.draw(st.sampled_from(places)) if places else 0
    letter = data.draw(st.integers(1, max(1, len(words[place]) - 2)))
    words[place] = words[place][:letter] + words[place][letter + 1 :]
    result = redact(" ".join(words))
    left = [
        word
        for word in words
        if len(word) > 2 and word in result.text.replace("[seed phrase removed]", "").split()
    ]
    assert left == []


HOSTILE = {
    "announcements": "password ",
    "announced": "password: ",
    "quotes": 'password "',
    "codes": "code is ",
    "seed names": "seed phrase ",
    "list words": "legal winner thank year ",
    "broken rows": "legal winner thank zzzz year wave ",
    "Chinese names": "助记词是",
    "Chinese": "枪疫霉尝",
    "apart": "枪 疫 ",
    "PEM": "-----BEGIN PRIVATE KEY-----",
    "JWT": "eyJhbGciOiJIUzI1NiJ9.",
    "digits": "1",
    "groups": "411 ",
    "at": "a@",
    "links": "http://a.",
    "dashes": "-",
    "blanks": " ",
    "zero width": "a\u200b",
    "combining": "e\u0301",
    "wallets": "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g ",
    "hex": "private key " + "a1" * 32 + " ",
    "prefixes": "glpat-",
    "marks": "[password removed]",
    "IBAN": "DE88",
    "colons": ":",
    "credentials": "://a:b@",
    "apart, with commas": "枪、",
    "named Chinese phrases": "助记词枪疫霉尝枪疫霉尝枪疫霉尝",
    "full width": "ｐａｓｓｗｏｒｄ：",
    "codes before their names": "1234 is my pin ",
    "keys near names": "api key aB3dE6gH9jK2mN5p ",
    "secrets": "secret",
    "models' keys": "sk-",
    "passports": "passport no 12345678 ",
    "tags": "<b>a</b> ",
    "open tags": "<b ",
    "line breaks": "a<br>",
    "entities": "&nbsp;a",
    "open entities": "&#",
    "quoted lines": "> a\n",
    "soft breaks": "=\na",
    "percent signs": "%20a",
    "mixed letters": "а b ",
    "struck": "a\u0336",
    "blanks between": "a  b  ",
    "cells": "| 1 ",
    "stars": "**a** ",
    "codes announced": "code 123456 ",
    "one by one": "4 ",
    "two by two": "41 ",
    "run together": "legalwinner",
    "short words run together": "act",
    "four letters": "lega winn than ",
    "Base64": "TGVnYWwg",
    "words and and": "legal and ",
    "letters apart": "a b c d e ",
    "keys in groups": "5Kb8 kLf9 ",
    "commands": "mysql -pa1b2c3 ",
    "pairs": "login: ana / ",
    "backup codes": "backup codes: 1234-5678 ",
    "heads": "password,pin\n",
    "keystores": '{"crypto":{"ciphertext":',
    "bytes": "[1,2,3,",
    "escapes": "\\u0061\\n",
    "header words": "=?utf-8?B?YQ==?=",
    "digits as words": "one two three four ",
}


def steps(text: str) -> int:
    """Calls of functions, Python's and C's, that redacting a text makes."""
    count = 0

    def tally(_frame, event, _argument):
        nonlocal count
        count += event in {"call", "c_call"}

    # What the collector calls, for the garbage of other tests too, is not this text's.
    collecting = gc.isenabled()
    gc.disable()
    sys.setprofile(tally)
    try:
        redact(text, STRICT_RULES)
    finally:
        sys.setprofile(None)
        if collecting:
            gc.enable()
    return count


@pytest.mark.parametrize("shred", HOSTILE.values(), ids=HOSTILE)
def test_steps_grow_no_faster_than_the_text(shred):
    texts = [(shred * size)[:size] for size in (4_000, 16_000)]
    # What is read or built once in a process must not be counted as this text's growth.
    for text in texts:
        redact(text, STRICT_RULES)
    small, large = map(steps, texts)
    assert large <= 4.4 * small + 400


def unbounded(node):
    """Greedy repeats without an upper bound, other than of one character class at a time."""
    from re import _constants as codes

    for code, argument in node:
        if code in {codes.MAX_REPEAT, codes.MIN_REPEAT}:
            _, most, body = argument
            if most is codes.MAXREPEAT and not (len(body) == 1 and body[0][0] in {codes.IN, codes.LITERAL}):
                yield body
            yield from unbounded(body)
        elif code is codes.POSSESSIVE_REPEAT:
            yield from unbounded(argument[2])
        elif code is codes.SUBPATTERN:
            yield from unbounded(argument[-1])
        elif code in {codes.ASSERT, codes.ASSERT_NOT}:
            yield from unbounded(argument[1])
        elif code is codes.ATOMIC_GROUP:
            yield from unbounded(argument)
        elif code is codes.BRANCH:
            for branch in argument[1]:
                yield from unbounded(branch)


def expressions(value, name, depth=0):
    """The compiled expressions in a value of a module: in tuples, mappings and what rewrites a text."""
    from re import Pattern

    from supportflow.triage.redaction.layers import Rewriting

    if isinstance(value, Pattern):
        yield name, value
    elif isinstance(value, Rewriting):
        yield name, value.pattern
    elif depth < 3 and isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from expressions(item, f"{name}.{index}", depth + 1)


def patterns():
    from importlib import import_module
    from pkgutil import iter_modules

    from supportflow.triage import lexicon, redaction
    from supportflow.triage.redaction import tokens

    names = [f"{redaction.__name__}.{module.name}" for module in iter_modules(redaction.__path__)]
    names += [f"{lexicon.__name__}.{name}" for name in ("links", "patterns", "places", "spelling")]
    names += ["supportflow.triage.language.characters", "supportflow.triage.language.detection"]
    for module in map(import_module, names):
        for name, value in vars(module).items():
            yield from expressions(value, f"{module.__name__}.{name}")
    yield from ((f"token {i}", tokens._pattern(i)) for i in range(len(tokens._FORMS)))


def test_no_expression_can_run_away():
    """Backtracking is bounded: what repeats without end is one class of characters, or possessive."""
    from re import _parser

    seen = 0
    for name, pattern in patterns():
        source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
        assert not list(unbounded(_parser.parse(source, pattern.flags & ~32))), name
        seen += 1
    assert seen > 150
