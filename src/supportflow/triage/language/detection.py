"""The detection itself: the script by its letters, and within it the language by what its words say."""

import re
import unicodedata
from math import exp, log1p
from operator import add
from typing import NamedTuple

from supportflow.triage.language.characters import weighed
from supportflow.triage.language.letters import ALPHABETS, ONLY, SCRIPTS, USUAL
from supportflow.triage.language.words import anybodys, lexis

__all__ = ["Detected", "detect"]

_SAMPLE = 400  # characters
_WORDS = 60
_CHARACTERS = 120  # Chinese ones
_AT_ONCE = 16  # words, before it is asked whether that was enough
_KANA = 0.1  # Japanese is mostly written in Chinese characters: kana decide at a tenth of the letters
_FOREIGN = 4.0  # what a letter says against a language that does not have it
_LEAD = 2.0  # natural logarithm of how much likelier the first must be than the second
# In a short text, one word as short as a stop-word does not tell its language if nothing else does: "non-stop error".
_SMALL_WORD, _FEW = 3, 3
_EACH = 1.0  # what each word must say, on average, for the language to be told
_FAR, _LESS = 4.0, 0.3  # with such a lead, each word need say only that part of it
_ENOUGH = 10  # words that say it between them are enough, however long the text
_BARELY = -3.5  # in other scripts most of the languages are known: it is enough if one has all the letters
_CLEAR = 15.0  # with such a lead, unlisted words are not looked at
_NEIGHBOURS = frozenset(
    {"nl", "sv", "da", "nb", "fi", "cs", "ro", "hu", "ms", "hi-Latn", "be", "bg", "sr", "ur", "mr", "ne"}
)
"""Languages that are known so that they are not taken for others; fewer people write them to helpdesks."""
_RARER = 2.0  # what that says against them
_SHARE = 0.02
_MOST = 5

_LATIN = SCRIPTS[0].letters
# A word in Latin letters that touches a digit is a number's, a key's or an address's part.
_WORD = re.compile(
    f"(?<![{_LATIN}0-9_])((?:[{_LATIN}]|[\u0300-\u036f])++)(?![0-9_])|"
    + "|".join(f"([{script.letters}]++)" for script in SCRIPTS[1:])
)
_ASCII_WORD = re.compile("(?<![a-z0-9_])[a-z]++(?![0-9_])")
_REMOVED = re.compile(r"\[[a-z -]{1,40} removed\]")  # what redaction leaves
_TOKEN = re.compile("[!-~]++")
_MARKS = re.compile("[\u064b-\u065f\u0670]")

_OF_SCRIPT = {
    "latin": tuple(tag for tag, letters in ALPHABETS.items() if not letters or letters[0] < "\u0370"),
    "cyrillic": ("ru", "uk", "be", "bg", "sr"),
    "arabic": ("ar", "fa", "ur"),
    "devanagari": ("hi", "mr", "ne"),
}


class Detected(NamedTuple):
    """What is known of a text's language.

    Attributes:
        tag: A BCP 47 tag: `"pt"`; `"zh"` for simplified characters or where the script cannot be told, `"zh-Hant"` for
            traditional ones, `"yue"` for Cantonese, `"hi-Latn"` for Hindi in Latin letters. None if undecided.
        candidates: The likeliest tags, the first first, each with its share of 1. Empty if the text has no words.
    """

    tag: str | None
    candidates: tuple[tuple[str, float], ...]

    @property
    def language(self) -> str | None:
        """The primary language: `"zh"` for all that is written in Chinese characters by its speakers."""
        return None if self.tag is None else "zh" if self.tag == "yue" else self.tag.partition("-")[0]


_NOTHING = Detected(None, ())
_NO_WORD: dict[str, float] = {}


def detect(text: str) -> Detected:
    """Which language a text is in. Linear time; the first 400 characters are read.

    Links, addresses, whatever has digits in it and what redaction leaves say nothing, nor does what people of any language
    write: `"app"`.
    """
    sample = text[:_SAMPLE].lower()
    if not sample.isascii():
        sample = unicodedata.normalize("NFC", sample)
    if " removed]" in sample:
        sample = _REMOVED.sub(" ", sample)
    if "@" in sample or "://" in sample or "www." in sample:
        sample = _TOKEN.sub(_unless_address, sample)
    if sample.isascii():
        every = _ascii_words(sample)
        words = [word for word in every if word not in anybodys()]
        return _by_words("latin", words[:_WORDS], alone=len(every) == 1) if words else _NOTHING
    words, script = _words_of_script(sample)
    if script is None:
        return _NOTHING
    if script in ONLY:
        return Detected(script, ((script, 1.0),))
    if script == "han":
        return _decided(weighed("".join(words)[:_CHARACTERS]))
    return _by_words(script, words[:_WORDS])


def _ascii_words(sample: str) -> list[str]:
    """The words; what stands between two blanks is mostly one, which no expression is needed for."""
    found: list[str] = []
    for part in sample.split(" "):
        if part.isalpha():
            found.append(part)
        elif part:
            found += _ASCII_WORD.findall(part)
    return found


def _unless_address(token: re.Match[str]) -> str:
    text = token[0]
    return " " if "@" in text or "://" in text or "www." in text else text


def _words_of_script(sample: str) -> tuple[list[str], str | None]:
    """The script that most of a text is in, with its words."""
    words: list[list[str]] = [[] for _ in SCRIPTS]
    for found in _WORD.finditer(sample):
        assert found.lastindex is not None
        if found.lastindex > 1 or found[0] not in anybodys():
            words[found.lastindex - 1].append(found[0])
    weights = {
        script.name: script.weight * sum(map(len, of_script))
        for script, of_script in zip(SCRIPTS, words, strict=True)
    }
    japanese = weights["ja"] + weights["han"]
    if weights["ja"] >= _KANA * japanese > 0 and 2 * japanese > sum(weights.values()):
        return [], "ja"
    most = max(range(len(SCRIPTS)), key=lambda at: weights[SCRIPTS[at].name])
    return words[most], SCRIPTS[most].name if words[most] else None


def _by_words(script: str, words: list[str], *, alone: bool = False) -> Detected:
    languages = _OF_SCRIPT[script]
    known = lexis(languages)
    text = "".join(words)
    weights = dict(_USUALLY) if text.isascii() else _by_letters(script, text)
    distinct = list(dict.fromkeys(words if text.isascii() else map(_bare, words)))
    for first in range(0, len(distinct), _AT_ONCE):
        for word in distinct[first : first + _AT_ONCE]:
            for language, amount in known.listed.get(word, _NO_WORD).items():
                weights[language] += amount
        if _lead(weights) >= _CLEAR:
            break
    else:
        amounts = list(weights.values())
        for word in distinct:
            if word not in known.listed:
                amounts = list(map(add, amounts, known.looks(word)))
        weights = dict(zip(languages, amounts, strict=True))
    if script == "latin" and not alone and len(distinct) <= _FEW:
        best = max(weights, key=weights.__getitem__)
        its = [word for word in distinct if best in known.listed.get(word, ())]
        if len(its) == 1 and len(its[0]) <= _SMALL_WORD and its[0].isascii():
            return Detected(None, _decided(weights).candidates)
    # In Latin letters it may be a language that is not known here.
    return _decided(weights, _EACH * min(len(distinct), _ENOUGH) if script == "latin" else _BARELY)


def _by_letters(script: str, letters: str) -> dict[str, float]:
    """What the letters of a text say for each language of their script."""
    telling = {
        letter
        for letter in set(letters)
        if (script != "latin" or letter > "\x7f") and not unicodedata.combining(letter)
    }
    weights = {}
    for language in _OF_SCRIPT[script]:
        weights[language] = -_RARER if language in _NEIGHBOURS else 0.0
        weights[language] -= _FOREIGN * len(telling.difference(ALPHABETS[language]))
        usual, share = USUAL.get(language, ("", 0.0))
        if telling.isdisjoint(usual):
            weights[language] += log1p(-share) * len(letters)
    return weights


_USUALLY = _by_letters("latin", "")


def _bare(word: str) -> str:
    """A word without marks that are written or left out at will."""
    return _MARKS.sub("", word).replace("i\u0307", "i")


def _lead(weights: dict[str, float]) -> float:
    first, second = sorted(weights.values(), reverse=True)[:2]
    return first - second


def _decided(weights: dict[str, float], needed: float = _BARELY) -> Detected:
    """The language that leads, if it leads clearly and enough speaks for it."""
    ranked = sorted(weights, key=weights.__getitem__, reverse=True)  # equal ones stay as they stand
    best = weights[ranked[0]]
    shares = [exp(weights[language] - best) for language in ranked]
    total = sum(shares)
    candidates = tuple(
        [
            (language, round(share / total, 3))
            for language, share in zip(ranked[:_MOST], shares, strict=False)
            if share / total >= _SHARE
        ]
    )
    lead = best - weights[ranked[1]]
    if lead >= _FAR and needed > 0:
        needed *= _LESS
    told = lead >= _LEAD and best >= needed
    return Detected(ranked[0] if told else None, candidates)
