"""The classifier of a policy: shipped lexicons, its own, and plain words, compiled together."""

from collections.abc import Sequence
from functools import lru_cache

from supportflow.policy.official import official_of
from supportflow.policy.schema import Policy
from supportflow.triage.lexicon import Entry, Lexicon, LexiconClassifier, shipped
from supportflow.triage.official import Official, OfficialIndex

__all__ = ["classifier_of"]

_DISPUTES = (
    "dispute", "chargeback", "refund", "not release|released", "complaint",
    "争议", "申诉", "仲裁", "不放币", "投诉", "被冻结",
)  # fmt: skip
"""Words for disputes of any business, for a policy that declares no words."""


def classifier_of(document: Policy) -> LexiconClassifier:
    """The classifier of a policy.

    Raises:
        DefinitionError: If a pattern cannot be read.
    """
    official = official_of(document)
    if document.lexicons is None and document.words is None:
        return _default(document.classes, official)
    lexicons = [shipped(one) if isinstance(one, str) else one for one in document.lexicons or ()]
    if document.words:
        lexicons.append(_plain({name: tuple(words) for name, words in document.words.items()}))
    return _compiled(lexicons, document.classes, official)


@lru_cache(maxsize=32)
def _default(classes: tuple[str, ...], official: Official) -> LexiconClassifier:
    lexicons = [shipped("common"), _plain({"dispute": _DISPUTES})]
    return _compiled(lexicons, classes, official)


def _compiled(lexicons: Sequence[Lexicon], classes: tuple[str, ...], official: Official) -> LexiconClassifier:
    return LexiconClassifier(_within(lexicons, classes), classes, OfficialIndex(official).pretending)


def _plain(words: dict[str, tuple[str, ...]]) -> Lexicon:
    """A lexicon in which each class is a category of its own, and each word an entry: all that are found are evidence."""
    entries = tuple(
        Entry.model_validate({"category": each, "class": each, "words": [word]})
        for each, listed in words.items()
        for word in listed
    )
    return Lexicon(name="words", sets={}, entries=entries)


def _within(lexicons: Sequence[Lexicon], classes: Sequence[str]) -> list[Lexicon]:
    """The lexicons without entries for classes that the policy does not have: a shipped one serves many policies."""
    known = {*classes, None}
    return [
        lexicon.model_copy(
            update={"entries": tuple(entry for entry in lexicon.entries if entry.priority_class in known)}
        )
        for lexicon in lexicons
    ]
