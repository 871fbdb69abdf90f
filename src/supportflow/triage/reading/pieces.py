"""What a model looks at besides roles: words, pairs of words and pieces of words, each hashed to a number.

No word is kept: a model holds weights of numbers.
"""

import re
from functools import lru_cache
from zlib import crc32

from supportflow.triage.reading.text import LETTERS

__all__ = ["SIZES", "numbers", "words"]

# Letters of the scripts that put no blank between words: each is a word of its own.
_ALONE = r"\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_ALONE}]|(?:(?![{_ALONE}])[{LETTERS}])+|[!?\u061f\uff01\uff1f]")
SIZES = (3, 4, 5)
"""Lengths of pieces of words, in letters, with a blank at each end of the word."""
_LONGEST = 40
"""So many letters of a word are looked at."""
_SAME = str.maketrans("\u061f\uff01\uff1f", "?!?")


def words(sentence: str) -> list[tuple[str, int, int]]:
    """The words of a folded sentence, with where they stand; all numbers are one word."""
    return [
        ("0" if (word := match[0]).isdigit() else word[:_LONGEST].translate(_SAME), *match.span())
        for match in _WORD.finditer(sentence)
    ]


def numbers(named: list[str], mask: int) -> list[int]:
    """The numbers of a sentence's words, of its pairs, also with a word between, and of pieces of words; each once.

    Args:
        named: The words.
        mask: The largest number.
    """
    found: set[int] = set()
    before = between = ""
    for word in named:
        found.update(_of_word(word, mask))
        if between:
            found.add(crc32(f"p {between} {word}".encode("utf-8", "surrogatepass")) & mask)
        if before:
            found.add(crc32(f"s {before} {word}".encode("utf-8", "surrogatepass")) & mask)
        before, between = between, word
    return list(found)


@lru_cache(maxsize=8192)
def _of_word(word: str, mask: int) -> frozenset[int]:
    """The numbers of a word and its pieces. Most words of a message stood in the last one, too."""
    padded = f" {word} "
    names = [f"w {word}"]
    if len(word) > 1:
        names += [padded[at : at + size] for size in SIZES for at in range(len(padded) - size + 1)]
    return frozenset(crc32(name.encode("utf-8", "surrogatepass")) & mask for name in names)
