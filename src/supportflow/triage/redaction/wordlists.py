"""The twelve BIP-39 word lists, read from the package's own file when the first text is redacted."""

import hashlib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["LENGTHS", "Wordlists", "checksum_holds", "misspelt", "wordlists"]

LENGTHS = (12, 15, 18, 21, 24)
"""How many words a phrase can have."""

_LONGEST_WORD = 10
_CHINESE = ("chinese_simplified", "chinese_traditional")


@dataclass(frozen=True, slots=True)
class Wordlists:
    """The lists, in the forms that the scan needs.

    Attributes:
        languages: The ten lists of words; a word's bit in `masks` is its list's position here.
        masks: For each word, as listed and without accents: the lists that have it, as bits.
        flags: The same words, each mapped to 1.
        chinese: For each of the two Chinese lists: the index of each character.
        characters: The characters of either.
    """

    languages: tuple[str, ...]
    masks: dict[str, int]
    flags: dict[str, int]
    chinese: tuple[dict[str, int], ...]
    characters: frozenset[str]


def _plain(word: str) -> str:
    """The word as typed without its accents: every list stays unambiguous."""
    letters = (c for c in unicodedata.normalize("NFD", word) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", "".join(letters)).replace("\u0131", "i")


@cache
def wordlists() -> Wordlists:
    """Read the lists; the only file that redaction reads, once."""
    text = files("supportflow.triage.redaction").joinpath("bip39.txt").read_text(encoding="utf-8")
    rows = (line.split() for line in text.splitlines() if not line.startswith("#"))
    lists = {name: words for name, *words in rows}
    languages = tuple(name for name in lists if name not in _CHINESE)
    masks: dict[str, int] = {}
    for bit, name in enumerate(languages):
        for word in lists[name]:
            for form in (word, _plain(word)):
                masks[form] = masks.get(form, 0) | 1 << bit
    return Wordlists(
        languages=languages,
        masks=masks,
        flags=dict.fromkeys(masks, 1),
        chinese=tuple({character: i for i, character in enumerate(lists[name])} for name in _CHINESE),
        characters=frozenset(character for name in _CHINESE for character in lists[name]),
    )


def _shortened(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}


@cache
def _shortened_words(bit: int) -> frozenset[str]:
    words = (word for word, mask in wordlists().masks.items() if mask >> bit & 1)
    return frozenset(short for word in words for short in _shortened(word))


def misspelt(word: str, bit: int) -> bool:
    """Whether one letter too few, too many or wrong, or two swapped, make the word one of a list's.

    Args:
        word: A word in lower case.
        bit: The list's position in `Wordlists.languages`.
    """
    if len(word) > _LONGEST_WORD:
        return False
    words, shortened = wordlists().masks, _shortened_words(bit)
    return word in shortened or any(
        short in shortened or words.get(short, 0) >> bit & 1 for short in _shortened(word)
    )


def checksum_holds(indexes: list[int]) -> bool:
    """Whether the last bits of a phrase are the first bits of its entropy's SHA-256 (BIP-39)."""
    number = 0
    for index in indexes:
        number = number << 11 | index
    check_bits = len(indexes) * 11 // 33
    entropy = (number >> check_bits).to_bytes(check_bits * 4, "big")
    return hashlib.sha256(entropy).digest()[0] >> (8 - check_bits) == number & ((1 << check_bits) - 1)
