"""What a reading finds, as matches that count beside those of lexicons."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Protocol

from supportflow.exceptions import DefinitionError
from supportflow.model.signals import DOUBTED, EvidencePart
from supportflow.triage.lexicon.document import Entry, Lexicon
from supportflow.triage.lexicon.matching import Match
from supportflow.triage.reading import RULE_SETS, Reader, shipped_packs, shipped_rules
from supportflow.triage.reading.finding import Finding

__all__ = ["Reads", "events", "reader_of", "rule_names"]

_WORDS = ("-",)  # an entry has words; those of a reading stand in packs
_ASKS = ("question", "doubted")
_HOW = {"doubted": "doubted by "}
_FLAGS = {"doubted": (DOUBTED,)}


class Reads(Protocol):
    """What reads texts: a `Reader`."""

    def read(self, text: str) -> list[Finding]:
        """Everything that its rules find."""
        ...

    def unread(self, text: str, language: str | None) -> bool:
        """Whether no pack is for a text in this language."""
        ...


def reader_of(lexicons: Sequence[Lexicon]) -> Reads | None:
    """A reader with the shipped packs and the rule sets that lexicons name; None if they name none."""
    names = rule_names(lexicons)
    return _reader(names) if names else None


def rule_names(lexicons: Sequence[Lexicon]) -> tuple[str, ...]:
    """The rule sets that lexicons name.

    Raises:
        DefinitionError: If one of them is none.
    """
    problems = [
        f"{lexicon.name}: reading names the unknown rule set {name!r}"
        for lexicon in lexicons
        for name in lexicon.reading
        if name not in RULE_SETS
    ]
    if problems:
        raise DefinitionError(problems)
    return tuple(dict.fromkeys(name for lexicon in lexicons for name in lexicon.reading))


@lru_cache(maxsize=8)
def _reader(names: tuple[str, ...]) -> Reader:
    return Reader(shipped_packs(), [shipped_rules(name) for name in names])


def events(reader: Reads | None, text: str, classes: Collection[str]) -> list[Match]:
    """What is read in a text: assertions, and questions that are told as such; only of classes that there are.

    A rule counts once, however many languages a line was read in: loan words and brands stand in many packs.
    """
    if reader is None:
        return []
    found: dict[tuple[str, str, str], Finding] = {}
    for finding in reader.read(text):
        rule = finding.need.rule
        if rule.priority_class is None or rule.priority_class in classes:
            found.setdefault((finding.need.set_name, rule.name, finding.status), finding)
    return [_match(finding) for finding in found.values()]


def _match(finding: Finding) -> Match:
    entry = _entry(finding)
    parts = tuple(
        EvidencePart.model_construct(role=one.role, start=one.start, end=one.end) for one in finding.parts
    )
    subject = entry.category or ",".join(entry.flags) or entry.priority_class
    asked = f", {_HOW.get(finding.status, 'asked: ')}{finding.mood}" if finding.mood else ""
    name = f"{finding.need.set_name}:{subject}:{finding.need.rule.name} ({finding.tag}{asked})"
    start, end = min(one.start for one in parts), max(one.end for one in parts)
    return Match(entry, name, start, end, parts, finding.status == "asserted" and finding.agency)


def _entry(finding: Finding) -> Entry:
    rule, asks = finding.need.rule, finding.status in _ASKS
    return Entry.model_construct(
        category=rule.asked if asks else rule.category,
        priority_class=rule.priority_class,
        words=_WORDS,
        flags=_FLAGS.get(finding.status, ()) if asks else rule.flags,
        weight=max(rule.weight, 1.0) if finding.status == "question" else rule.weight,
        question=asks or rule.category == rule.asked is not None,
        review=rule.review and not asks,
    )
