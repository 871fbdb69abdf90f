"""A first classifier: declared words, found in the text as typed, whatever the case and width.

It can only speak for a class; `PriorityIndex.choose` takes its word only to raise one.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from supportflow.model.base import Name

__all__ = ["DEFAULT_WORDS", "TextSignals", "WordClassifier", "fold"]

DEFAULT_WORDS: dict[str, tuple[str, ...]] = {
    "security": (
        "hacked", "hacker", "stolen", "phishing", "scammed", "unauthorized", "unauthorised", "account was accessed",
        "someone logged in", "被盗", "盗用", "黑客", "钓鱼", "诈骗", "未授权", "未经授权", "异常登录", "被骗", "盗号",
    ),
    "dispute": (
        "dispute", "chargeback", "refund", "did not release", "has not released", "won't release", "complaint",
        "争议", "申诉", "仲裁", "不放币", "投诉", "被冻结",
    ),
}  # fmt: skip
"""The words of a policy that declares none: class → words, English and Chinese."""


@dataclass(frozen=True, slots=True)
class TextSignals:
    """What a text says of itself.

    Attributes:
        priority_class: The highest class that it speaks for; None if it speaks for none.
        evidence: The words that were found, as the policy writes them.
    """

    priority_class: str | None = None
    evidence: tuple[str, ...] = ()


def fold(text: str) -> str:
    """Case and width folded: capitals and full-width letters are the same word."""
    return unicodedata.normalize("NFKC", text).casefold()


class WordClassifier:
    """Finds declared words.

    Args:
        words: Class → words. A word of Latin letters matches whole words only; others match anywhere.
        classes: Highest first.
    """

    def __init__(self, words: Mapping[Name, Sequence[str]], classes: Sequence[str]) -> None:
        self._words = [
            (name, [(word, fold(word)) for word in words[name]]) for name in classes if name in words
        ]

    def classify(self, text: str) -> TextSignals:
        """The highest class that the text speaks for, with the words that say so."""
        folded = fold(text)
        for name, words in self._words:
            found = tuple(word for word, needle in words if _stands_in(folded, needle))
            if found:
                return TextSignals(name, found)
        return TextSignals()


def _stands_in(text: str, word: str) -> bool:
    start = text.find(word)
    while start != -1:
        end = start + len(word)
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (_latin(word[0]) and _latin(before)) and not (_latin(word[-1]) and _latin(after)):
            return True
        start = text.find(word, start + 1)
    return False


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
