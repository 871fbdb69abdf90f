"""The word lists of seed phrases, read from the package's own files when the first text is redacted."""

import binascii
import hashlib
import re
import unicodedata
from functools import cache
from importlib.resources import files

from supportflow._dataclass import dataclass

__all__ = [
    "LENGTHS",
    "PREFIX",
    "Wordlists",
    "checksum_holds",
    "misspelt",
    "monero_checksum_holds",
    "wordlists",
]

LENGTHS = (12, 15, 18, 21, 24)
"""How many words a phrase of BIP-39 can have."""
PREFIX = 4
"""The first letters by which a word of BIP-39 is told from the others of its list."""

_LONGEST_WORD = 10
_BIP39 = "bip39.txt"
_OTHERS = "other_phrases.txt"


@dataclass(frozen=True, slots=True)
class Wordlists:
    """The lists, in the forms that the scan needs.

    Attributes:
        languages: The lists of words: ten languages of BIP-39, nine of Monero, Electrum's first, SLIP-39. A word's bit in
            `masks` is its list's position here.
        of_bip39: How many of them, the first, are of BIP-39.
        masks: For each word, as listed and without accents: the lists that have it, as bits.
        prefixes: The same for the first four letters of the words of BIP-39.
        chinese: For each of the two Chinese lists of BIP-39: the index of each character. The lists are in order of use.
        monero_chinese: The same for Monero's.
        characters: The characters of any.
    """

    languages: tuple[str, ...]
    of_bip39: int
    masks: dict[str, int]
    prefixes: dict[str, int]
    chinese: tuple[dict[str, int], ...]
    monero_chinese: dict[str, int]
    characters: frozenset[str]


_ACCENTS = re.compile("[\u0300-\u036f]+")


def _plain(words: list[str]) -> list[str]:
    """Words as typed without their accents: every list stays unambiguous."""
    text = "\n".join(words)
    if text.isascii():
        return words
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", bare).replace("\u0131", "i").split("\n")


def _read(name: str) -> dict[str, list[str]]:
    text = files("supportflow.triage.redaction").joinpath(name).read_text(encoding="utf-8")
    rows = (line.lower().split() for line in text.splitlines() if not line.startswith("#"))
    return {name: words for name, *words in rows}


@cache
def wordlists() -> Wordlists:
    """Read the lists, once."""
    bip39, others = _read(_BIP39), _read(_OTHERS)
    chinese = [{c: i for i, c in enumerate(words)} for name, words in bip39.items() if "chinese" in name]
    monero_chinese = {c: i for i, c in enumerate(others["monero_chinese_simplified"])}
    lists = {name: words for name, words in {**bip39, **others}.items() if "chinese" not in name}
    masks: dict[str, int] = {}
    prefixes: dict[str, int] = {}
    for bit, (name, words) in enumerate(lists.items()):
        forms = dict.fromkeys((*words, *_plain(words)))
        for form in forms:
            masks[form] = masks.get(form, 0) | 1 << bit
        if name in bip39:
            for beginning in dict.fromkeys(form[:PREFIX] for form in forms if len(form) > PREFIX):
                prefixes[beginning] = prefixes.get(beginning, 0) | 1 << bit
    return Wordlists(
        languages=tuple(lists),
        of_bip39=sum(name in bip39 for name in lists),
        masks=masks,
        prefixes=prefixes,
        chinese=tuple(chinese),
        monero_chinese=monero_chinese,
        characters=frozenset().union(*chinese, monero_chinese),
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


def monero_checksum_holds(characters: str) -> bool:
    """Whether the last of a Monero phrase's Chinese characters is the one that the CRC-32 of the others names."""
    first, last = characters[:-1], characters[-1]
    return first[binascii.crc32(first.encode()) % len(first)] == last
