"""Texts that were encoded for transport: what is beside a block hides nothing, and what is no encoding breaks nothing."""

import textwrap
import warnings
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow.triage.redaction import redact
from triage.planting import ENGLISH, phrase

PHRASE = " ".join(phrase(ENGLISH, list(range(100, 1200, 100))))
SAYINGS = (
    f"my seed phrase is {PHRASE}, what now? ",
    f"我的助记词是 {PHRASE} 请帮我 ",
    "the password of my account is Tr0ub4dor&3x and I cannot log in ",
    "mi clave es Zx9!kqLm2 y mi PIN es 4821, ¿qué hago? ",
)
OTHERS = (
    "A" * 32, "9f" * 20, "x" * 76, "ABCDEFGHabcdefghijklmnop", "QWxhZGRpbjpvcGVuIHNlc2FtZQ",
    "0123456789abcdef" * 4, "TheHelpCenterSaidThisIsAll/and/more",
)  # fmt: skip


def block(saying, width):
    code = b64encode(saying.encode()).decode()
    return textwrap.wrap(code, width) if width else [code]


def hides_nothing(text, saying):
    kept = redact(text).text
    assert not any(
        line in kept for line in text.replace("> ", "").split("\n") if line in "".join(block(saying, 0))
    )
    assert redact(kept).text == kept


@pytest.mark.parametrize("width", [0, 60, 64, 76])
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("saying", SAYINGS, ids=["English", "Chinese", "password", "Spanish"])
@pytest.mark.parametrize("quoted", [False, True])
def test_a_block_beside_other_letters_of_base64_is_read(saying, other, width, quoted):
    lines = block(saying, width)
    for around in (
        [other, *lines],
        [*lines, "Thanks for all"],
        [other, *lines, other],
        [other, other, *lines],
    ):
        text = "\n".join(f"> {line}" if quoted else line for line in around)
        hides_nothing(text, saying)


@pytest.mark.parametrize("joint", ["\n", "\r\n", "\n> "])
def test_what_is_no_text_stays(joint):
    for lines in (
        ["f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"] * 2,
        ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bc1qar0srr7xfkvy5l643lydnw9re59gtzzwf5mdq"],
        ["20394857203948572", "ORDER20394857203948572"],
        OTHERS[:2],
    ):
        text = joint.join(lines)
        assert redact(text).text == text


@given(st.lists(st.sampled_from(OTHERS) | st.text("ABab01+/=", min_size=4, max_size=80), max_size=12))
def test_lines_that_look_like_base64_are_decoded_or_stay(lines):
    redact("\n".join(lines))


CHARSETS = (
    "utf-8",
    "gb2312",
    "rot13",
    "idna",
    "punycode",
    "unicode-escape",
    "raw--unicode-escape",
    "undefined",
    "zlib",
    "none",
)


@pytest.mark.parametrize("form", ["B", "Q", "b", "q"])
@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("word", ["аб", "=", "YQ", "XHEgeHg=", "\\N{x}", "=FF=FE", "xn--a", "+AAA-", "é" * 9])
def test_what_is_no_encoded_word_is_no_error(charset, form, word):
    """A customer's text may look like the header of a mail and be none; no decoder's warning reaches the host."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kept = redact(f"Subject: =?{charset}?{form}?{word}?= the verification code is 482913").text
    assert "482913" not in kept
