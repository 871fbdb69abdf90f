"""A model of words beside roles: what stands in the same sentences is weighed, and what weighs enough is raised.

Its file (`docs/reference/model-format.md`) is data and nothing else: numbers from base64, of a known length. Weights are
whole numbers, so that a sum is the same in any order and on any machine.
"""

import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Any, Literal, NamedTuple

from supportflow.triage.reading.document import ReadingRule
from supportflow.triage.reading.model_file import bits, finite, read_model, table
from supportflow.triage.reading.pieces import numbers, words
from supportflow.triage.reading.weighing import WINDOW

__all__ = [
    "FORMAT",
    "MAX_FILE",
    "Head",
    "Opinion",
    "ReadingModel",
    "parse_reading_model",
    "role_keys",
    "shipped_model",
]

FORMAT = "supportflow reading model"
VERSION = 1
MAX_FILE = 8_000_000
"""Largest file, in bytes."""
_BITS = range(8, 21)
_MOST_HEADS = 8
_MOST_NAME = 200
_MOST_PARTS = 5
_LOUD_WORDS = 3
Kind = Literal["review", "question", "plain", "flag", "doubt"]
_KINDS: tuple[Kind, ...] = ("review", "question", "plain", "flag", "doubt")


class Head(NamedTuple):
    """What a model speaks for.

    Attributes:
        rule: What evidence shows of it, and what it leads to.
        kind: `"review"`: raises to its class, for a person to look at. `"question"`: told as one. `"plain"`: raises to its
            class. `"flag"`: raises a flag, and decides no class. `"doubt"`: raises nothing; what rules assert of its class
            is doubted, if the heaviest sentences weigh less than `raises`.
        bias: What a text without anything weighs. All weights are log-odds.
        pieces: A whole number for each hashed piece.
        unit: What one of those numbers weighs.
        roles: Role, or two of them with a plus between → weight.
        raises: Sentences that weigh at least this much are raised.
        measured: What was measured while training, on texts that were held back.
    """

    rule: ReadingRule
    kind: Kind
    bias: float
    pieces: "array[int]"
    unit: float
    roles: Mapping[str, float]
    raises: float
    measured: Mapping[str, float]


class Sentence(NamedTuple):
    """A sentence as a model sees it: the sum of its pieces for each head, how many there are, and its roles."""

    sums: tuple[int, ...]
    size: int
    roles: frozenset[str]


class Opinion(NamedTuple):
    """What a model says of a text.

    Attributes:
        head: What it speaks for.
        weight: The log-odds of the heaviest sentences.
        first: The first of those sentences.
        last: The last of them.
    """

    head: Head
    weight: float
    first: int
    last: int


def role_keys(roles: frozenset[str]) -> list[str]:
    """What has a weight: each role, and each two, in a fixed order."""
    names = sorted(roles)
    return names + [f"{one}+{other}" for one, other in combinations(names, 2)]


class ReadingModel:
    """A model. Immutable; safe to share between threads.

    Args:
        bits: Pieces are hashed to this many bits.
        heads: What it speaks for.
        about: What its file says of its making.
        fingerprint: SHA-256 of the file, 64 hexadecimal digits.
    """

    def __init__(self, bits: int, heads: Sequence[Head], about: Mapping[str, Any], fingerprint: str) -> None:
        self.heads = tuple(heads)
        self.about = about
        self.languages = frozenset(map(str, about.get("languages", ())))
        self.fingerprint = fingerprint
        self.name = f"model {fingerprint[:8]}"
        self._mask = (1 << bits) - 1

    def opinions(
        self, sentences: Sequence[str], roles: Mapping[int, frozenset[str]], heads: Sequence[Head]
    ) -> list[Opinion]:
        """What it says of a text. Linear in its length.

        Each sentence is weighed alone, and with one or two that follow it: what is added in sentences of its own takes
        nothing back.

        Args:
            sentences: The sentences, folded.
            roles: Number of a sentence → the roles in it.
            heads: Those that are asked.
        """
        if not heads:
            return []
        seen = [self._seen(text, roles.get(at, frozenset()), heads) for at, text in enumerate(sentences)]
        found = []
        for number, head in enumerate(heads):
            weight, first, last = max(_weighed(seen, number, head), default=(-math.inf, 0, 0), key=_heaviest)
            if weight >= head.raises:
                found.append(Opinion(head, weight, first, last))
        return found

    def weight(self, sentences: Sequence[str], roles: Mapping[int, frozenset[str]], head: Head) -> float:
        """What the heaviest sentences of a text weigh for a head; its bias for a text of none."""
        seen = [self._seen(text, roles.get(at, frozenset()), [head]) for at, text in enumerate(sentences)]
        return max((weight for weight, _, _ in _weighed(seen, 0, head)), default=head.bias)

    def _seen(self, text: str, roles: frozenset[str], heads: Sequence[Head]) -> Sentence:
        found = numbers([word for word, _, _ in words(text)], self._mask)
        return Sentence(tuple(sum(map(head.pieces.__getitem__, found)) for head in heads), len(found), roles)

    @staticmethod
    def heaviest(roles: frozenset[str], head: Head) -> list[str]:
        """The roles that weigh most for a head, each with half of what it weighs with others; the heaviest first."""
        shares = dict.fromkeys(roles, 0.0)
        for key in role_keys(roles):
            for role in (named := key.split("+")):
                shares[role] += head.roles.get(key, 0.0) / len(named)
        heavy = sorted((role for role in shares if shares[role] > 0), key=lambda role: (-shares[role], role))
        return heavy[:_MOST_PARTS]

    def loudest_words(self, sentence: str, head: Head) -> list[tuple[int, int]]:
        """Where the words stand that weigh most for a head, in order; at least one, if the sentence has any."""
        named = words(sentence)
        weights: dict[tuple[int, int], int] = {}
        for word, start, end in named:
            weights[start, end] = sum(map(head.pieces.__getitem__, numbers([word], self._mask)))
        loud = sorted(weights, key=lambda one: (-weights[one], one))[:_LOUD_WORDS]
        return sorted(place for place in loud if weights[place] > 0 or place == loud[0])


def _heaviest(one: tuple[float, int, int]) -> tuple[float, int, int]:
    """Of two that weigh the same the shorter, then the first."""
    weight, first, last = one
    return weight, first - last, -first


def _weighed(seen: Sequence[Sentence], number: int, head: Head) -> Iterator[tuple[float, int, int]]:
    """What each window weighs for a head, with its first and last sentence."""
    for first, begins in enumerate(seen):
        if not begins.size:
            continue
        total, count, roles = 0, 0, frozenset[str]()
        told: list[Sentence] = []  # what is said again in the same window weighs no more
        for last in range(first, min(first + WINDOW, len(seen))):
            here = seen[last]
            if here.size and here not in told:
                told.append(here)
                total, count, roles = total + here.sums[number], count + here.size, roles | here.roles
                yield head.bias + head.unit * total / math.sqrt(count) + _of_roles(roles, head), first, last


def _of_roles(roles: frozenset[str], head: Head) -> float:
    keys = role_keys(roles)
    if not keys:
        return 0.0
    return math.fsum(head.roles.get(key, 0.0) for key in keys) / math.sqrt(len(keys))


@cache
def shipped_model() -> ReadingModel:
    """The model that comes with the package, read when it is first asked for."""
    content = files("supportflow.triage.reading").joinpath("shipped.model.json").read_bytes()
    return parse_reading_model(content, name="the shipped model")


def parse_reading_model(content: bytes, *, name: str = "model") -> ReadingModel:
    """Read a model from the bytes of its file.

    Raises:
        ModelError: If it is no model.
    """
    return read_model(content, _made, form=FORMAT, version=VERSION, most=MAX_FILE, name=name)


def _made(document: Mapping[str, Any], fingerprint: str) -> ReadingModel:
    size, heads, about = bits(document, _BITS), document["heads"], document["about"]
    if not isinstance(about, dict):
        raise TypeError("about: is no object")
    if not isinstance(heads, list) or not 0 < len(heads) <= _MOST_HEADS:
        raise ValueError(f"heads: is no list of 1 to {_MOST_HEADS}")
    return ReadingModel(size, [_head(one, size) for one in heads], about, fingerprint)


def _head(given: Mapping[str, Any], size: int) -> Head:
    if not isinstance(given, dict):
        raise TypeError("heads: holds what is no object")
    kind, roles, measured = given["kind"], given["roles"], given["measured"]
    if kind not in _KINDS:
        raise ValueError(f"heads: kind: is none of {', '.join(_KINDS)}")
    if not isinstance(roles, dict) or not isinstance(measured, dict):
        raise TypeError("heads: roles or measured is no object")
    if not finite((given["bias"], given["unit"], given["raises"], *roles.values(), *measured.values())):
        raise ValueError("heads: holds what is no number")
    named = {key: given[key] for key in ("name", "class", "category", "flag")}
    if not all(
        one is None or (isinstance(one, str) and 0 < len(one) <= _MOST_NAME) for one in named.values()
    ):
        raise TypeError("heads: name, class, category or flag is no name")
    if (
        named["name"] is None
        or (named["class"] is None) != (kind == "flag")
        or (named["flag"] is None) == (kind == "flag")
    ):
        raise ValueError("heads: a head has a name and a class, or a name and a flag")
    rule = ReadingRule.model_construct(
        name=named["name"],
        category=named["category"],
        priority_class=named["class"],
        all=(named["name"],),
        review=kind == "review",
        asked=named["category"] if kind == "question" else None,
        flags=() if named["flag"] is None else (named["flag"],),
    )
    return Head(
        rule,
        kind,
        given["bias"],
        array("b", table(given["pieces"], 1 << size, "heads: pieces")),
        given["unit"],
        dict(roles),
        given["raises"],
        dict(measured),
    )
