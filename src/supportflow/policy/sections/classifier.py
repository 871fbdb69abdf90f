"""The classifier of a policy: shipped lexicons, its own, and plain words, compiled together."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from supportflow.policy.document.policy import Policy
from supportflow.triage import lexicon
from supportflow.triage.lexicon import Entry, Lexicon
from supportflow.triage.official import Official, OfficialIndex
from supportflow.triage.reading import Reading

if TYPE_CHECKING:
    from supportflow.triage.lexicon import LexiconClassifier
from typing import TYPE_CHECKING

from supportflow.triage import reading as reading_room

if TYPE_CHECKING:
    from supportflow.triage.reading import Reader

__all__ = ["classifier_of", "lexicons_of", "official_of", "reader_for", "words_of_its_own"]

_DISPUTES = (
    "dispute", "chargeback", "refund", "not release|released", "complaint",
    "争议", "申诉", "仲裁", "不放币", "投诉", "被冻结",
)  # fmt: skip
"""Words for disputes of any business, for a policy that declares no words."""


def classifier_of(document: Policy) -> "LexiconClassifier":
    """The classifier of a policy. Desks of one policy version share one: compiling lexicons takes a good part of a second.

    Raises:
        DefinitionError: If a pattern cannot be read.
    """
    return _of_version(_Version(document))


class _Version:
    """A policy document that stands for its version: documents of one fingerprint mean the same."""

    __slots__ = ("document",)

    def __init__(self, document: Policy) -> None:
        self.document = document

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Version) and self.document.fingerprint == other.document.fingerprint

    def __hash__(self) -> int:
        return hash(self.document.fingerprint)


@lru_cache(maxsize=8)
def _of_version(version: _Version) -> "LexiconClassifier":
    document = version.document
    official = official_of(document)
    if document.lexicons is None and document.words is None and document.reading is None:
        return _default(document.classes, official)
    return _compiled(lexicons_of(document), tuple(document.classes), official, document.reading)


def words_of_its_own(document: Policy) -> bool:
    """Whether a policy reads texts by anything that does not come with supportflow, which alone can be wrong."""
    shipped_alone = all(isinstance(one, str) for one in document.lexicons or ())
    return not shipped_alone or document.words is not None or document.reading is not None


def lexicons_of(document: Policy) -> list[Lexicon]:
    """The lexicons of a policy; those of a policy that declares none, if it does not."""
    if document.lexicons is None and document.words is None:
        return [lexicon.shipped("common"), _plain({"dispute": _DISPUTES})]
    lexicons = [lexicon.shipped(one) if isinstance(one, str) else one for one in document.lexicons or ()]
    if document.words:
        lexicons.append(_plain({name: tuple(words) for name, words in document.words.items()}))
    return lexicons


@lru_cache(maxsize=32)
def _default(classes: tuple[str, ...], official: Official) -> "LexiconClassifier":
    return _compiled(lexicons_of(Policy()), classes, official, None)


def _compiled(
    lexicons: Sequence[Lexicon], classes: tuple[str, ...], official: Official, reading: Reading | None
) -> "LexiconClassifier":
    return lexicon.LexiconClassifier(
        _within(lexicons, classes),
        classes,
        OfficialIndex(official).pretending,
        None if reading is None else reader_for(reading, lexicons),
    )


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
        one.model_copy(
            update={"entries": tuple(entry for entry in one.entries if entry.priority_class in known)}
        )
        for one in lexicons
    ]


def official_of(document: Policy) -> Official:
    """The official addresses of a policy.

    What lexicons call official is joined in: a name with a dot is a domain, another one a brand.
    """
    own = document.official
    named = tuple(
        name
        for lexicon in document.lexicons or ()
        if isinstance(lexicon, Lexicon)
        for name in lexicon.official
    )
    if not named:
        return own
    # Not validated: lexicons have always taken any text.
    return own.model_copy(
        update={
            "domains": (*own.domains, *(name for name in named if "." in name)),
            "brands": (*own.brands, *(name for name in named if "." not in name)),
        }
    )


def reader_for(reading: Reading, lexicons: Sequence[Lexicon]) -> "Reader | None":
    """The reader of a policy; None if neither it nor its lexicons name rules, nor it a model.

    Args:
        reading: What the policy says of it.
        lexicons: The policy's lexicons.

    Raises:
        DefinitionError: If a pack or a rule cannot be read.
    """
    from supportflow.triage.lexicon.events import rule_names  # noqa: PLC0415 - what reads is loaded when it is needed

    names = rule_names(lexicons)
    if not names and not reading.rules and reading.model is None:
        return None
    shipped = [
        pack
        for pack in reading_room.shipped_packs()
        if reading.languages is None or pack.tag in reading.languages
    ]
    rules = [*map(reading_room.shipped_rules, names), *reading.rules]
    model = None if reading.model is None else reading_room.shipped_model
    doubting = reading_room.shipped_model if reading.doubts else None
    return reading_room.Reader([*shipped, *reading.packs], rules, model, doubting)
