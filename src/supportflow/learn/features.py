"""What a model looks at: pieces of words, words, pairs of words, and what the policy's rules read, each hashed to a number.

The vocabulary is never kept: a model file holds weights of numbers, not the words of customers.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from zlib import crc32

from supportflow._marks import normalized
from supportflow.model.signals import Signals

__all__ = ["Feature", "Rules", "features", "rule_names"]

Rules = Callable[[str], Signals]
"""Reads a text as the policy does."""

# Words of any alphabet; each letter of the scripts that write without blanks is a word of its own.
_WORD = re.compile(
    r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|"
    r"(?:(?![\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\w\u0300-\u036f])+|[!?\u00a1\u00bf\uff01\uff1f]"
)
_PIECES = (3, 4, 5)
"""Lengths of pieces of words, in letters, with a blank at each end of the word."""
_RULES_WEIGHT = 3.0
"""What the rules read counts as much as this many pieces of words."""


class Feature(NamedTuple):
    """One thing that a text has.

    Attributes:
        number: Its hash, below the size of the model.
        value: How much of it there is, before the text is brought to length one.
        start: Where it stands in the text; both are 0 for what the rules read.
        end: Where it ends, exclusive.
    """

    number: int
    value: float
    start: int
    end: int


def rule_names(signals: Signals) -> tuple[str, ...]:
    """What the rules read, as names."""
    names = [
        f"class={signals.priority_class}",
        f"category={signals.category}",
        *(f"flag={flag}" for flag in signals.flags),
    ]
    names += [f"entry={one.entry}" for one in signals.evidence]
    if signals.informational:
        names.append("question")
    if signals.raised_for_review:
        names.append("review")
    return tuple(dict.fromkeys(names))


def features(text: str, bits: int, rules: Rules | None = None) -> list[Feature]:
    """Every feature of a text once, in the order of its first appearance. Linear in the text's length."""
    mask = (1 << bits) - 1
    found: dict[int, Feature] = {}
    for name, start, end in _named(text):
        number = crc32(name.encode("utf-8", "surrogatepass")) & mask
        if number not in found:
            found[number] = Feature(number, 1.0, start, end)
    if rules is not None:
        for name in rule_names(rules(text)):
            number = crc32(f"rule {name}".encode("utf-8", "surrogatepass")) & mask
            found[number] = Feature(number, _RULES_WEIGHT, 0, 0)
    return list(found.values())


def _named(text: str) -> Iterator[tuple[str, int, int]]:
    before: tuple[str, int] | None = None
    for match in _WORD.finditer(text):
        word = normalized(match[0], "NFKC").casefold()
        start, end = match.span()
        yield f"w {word}", start, end
        if before is not None:
            # The word before goes with it, and stands where it stood.
            yield f"p {before[0]} {word}", before[1], end
        if len(word) > 1:
            padded = f" {word[:60]} "
            for size in _PIECES:
                for at in range(len(padded) - size + 1):
                    yield padded[at : at + size], start, end
        before = (word, start)
