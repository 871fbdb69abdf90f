"""Plain text is cut without an expression for each word: into the same pieces."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow.triage import units
from supportflow.triage.language import detection
from supportflow.triage.lexicon import Lexicon
from supportflow.triage.lexicon.matching import CompiledLexicons, Text
from supportflow.triage.plain import cut_plain
from supportflow.triage.reading import text

PLAIN = st.lists(
    st.sampled_from(("a", "b2", "7", "_", "don't", "not", "'t", ".", "! ", "?", ",", " ", "  ", "\n", "\t", "-", '"'))
).map("".join)  # fmt: skip
EXPRESSIONS = (text._ASCII_PIECE, units._ASCII_TOKEN)


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=["reading", "lexicons"])
@given(PLAIN)
def test_into_what_the_expression_finds(expression, plain):
    assert cut_plain(plain, expression) == expression.findall(plain)


@given(PLAIN)
def test_the_words_of_a_language_are_those_that_the_expression_finds(plain):
    assert detection._ascii_words(plain) == detection._ASCII_WORD.findall(plain)


def test_lines_in_ascii_are_cut_as_others():
    plain = "well, 500usdt - is_it gone?"
    assert text._ASCII_PIECE.findall(plain) == text._PIECE.findall(plain)


LEXICON = Lexicon.model_validate(
    {
        "name": "words",
        "entries": [
            {"category": "loss", "class": "security", "words": ["the end", "do not lose * coin~"]},
            {"category": "asks", "class": "security", "words": ["what if"], "question": True},
        ],
        "negators": ["not", "never"],
        "not_negators": ["not only"],
    }
)
SAID = (
    "the",
    "end",
    "don't",
    "do not",
    "dont",
    "lose",
    "coin",
    "coins",
    "what",
    "if",
    "not",
    "only",
    "never",
    ".",
)


@given(st.lists(st.sampled_from(SAID)).map(" ".join))
def test_a_text_without_a_needed_word_matches_nothing(plain):
    lexicons = CompiledLexicons([LEXICON])
    told = lexicons.matches(Text(plain))
    lexicons._needed = frozenset(re.findall(".", plain)) | frozenset(Text(plain).pieces)
    assert told == lexicons.matches(Text(plain))
