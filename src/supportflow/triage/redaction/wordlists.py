"""The twelve BIP-39 word lists, read from the package's own file when the first text is redacted."""

import hashlib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["LENGTHS", "Wordlists", "checksum_holds", "wordlists"]

LENGTHS = (12, 15, 18, 21, 24)
"""How many words a phrase can have."""

_CHINESE = ("chinese_simplified", "chinese_traditional")


@dataclass(frozen=True, slots=True)
class Wordlists:
    """The lists, in the forms that the scan needs.

    Attributes:
        languages: The ten lists of words; a word's bit in `masks` is its list's position here.
        masks: For each word, as listed and without accents: the lists that have it, as bits.
        flags: The same words, each mapped to 1.
        prefixes: The first three letters of every word.
        suffixes: The last three letters of every word.
        chinese: For each of the two Chinese lists: the index of each character.
        characters: The characters of either.
    """

    languages: tuple[str, ...]
    masks: dict[str, int]
    flags: dict[str, int]
    prefixes: frozenset[str]
    suffixes: frozenset[str]
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
        prefixes=frozenset(word[:3] for word in masks),
        suffixes=frozenset(word[-3:] for word in masks),
        chinese=tuple({character: i for i, character in enumerate(lists[name])} for name in _CHINESE),
        characters=frozenset(character for name in _CHINESE for character in lists[name]),
    )


def checksum_holds(indexes: list[int]) -> bool:
    """Whether the last bits of a phrase are the first bits of its entropy's SHA-256 (BIP-39)."""
    number = 0
    for index in indexes:
        number = number << 11 | index
    check_bits = len(indexes) * 11 // 33
    entropy = (number >> check_bits).to_bytes(check_bits * 4, "big")
    return hashlib.sha256(entropy).digest()[0] >> (8 - check_bits) == number & ((1 << check_bits) - 1)
