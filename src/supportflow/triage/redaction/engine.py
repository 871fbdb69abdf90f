"""Redaction: every secret found in a text is replaced by the name of its kind.

The order of work: cut the text at earlier marks and record separators, fold each piece, let every detector report spans,
merge what overlaps, replace. What remains between two replacements is scanned again as a text of its own, so that the
result of redaction is a fixed point by construction.
"""

import re
from collections.abc import Iterator
from functools import partial
from itertools import islice

from supportflow._dataclass import dataclass
from supportflow.triage.redaction.kinds import LABELS, SECRET, Kind
from supportflow.triage.redaction.prose import of_letters, says_nothing
from supportflow.triage.redaction.rules import DEFAULT_RULES, RedactionRules

__all__ = ["SEPARATOR", "Finding", "Redaction", "redact"]

SEPARATOR = "\x1e"
"""The record separator: no finding spans one, so texts joined by it are redacted as if each stood alone."""

_MARKS = {kind: f"[{label} removed]" for kind, label in LABELS.items()}
_CUT = re.compile("|".join([SEPARATOR, *(re.escape(mark) for mark in _MARKS.values())]))
_CUT_ANCHORS = (SEPARATOR, " removed]")
_PRECEDENCE = {kind: order for order, kind in enumerate(Kind)}
_ROUNDS = 4
_MOST_SPANS = 4_000  # of two thousand secrets, in two views: a text with more is a list of secrets
_SCRAP = 100  # characters
_SHORTEST = 6  # characters: nothing shorter is found, whatever its kind


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was found; never what it says.

    Attributes:
        kind: What it is.
        start: Where it begins in the text as given, in characters.
        end: Where it ends, exclusive.
        masked: Whether it was removed; personal data that the rules keep is reported and stays.
    """

    kind: Kind
    start: int
    end: int
    masked: bool = True


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text that may be kept, and what was taken out of it.

    Attributes:
        text: The text with `[seed phrase removed]` and the like in place of what was found.
        findings: What was found, in order of position; they do not overlap.
    """

    text: str
    findings: tuple[Finding, ...]

    @property
    def secrets(self) -> frozenset[Kind]:
        """The kinds of secrets that were removed: what the customer is to be warned of."""
        return frozenset(finding.kind for finding in self.findings) & SECRET

    def head(self, length: int) -> str:
        """What stands for the first characters of the text as given; of a secret that goes on behind them nothing does.

        Args:
            length: How many characters of the text as given.
        """
        there = position = 0
        for finding in self.findings:
            if finding.start >= length:
                break
            if finding.masked:
                there += finding.start - position + len(_MARKS[finding.kind])
                position = finding.end
        return self.text[: there + max(length - position, 0)]


def redact(text: str, rules: RedactionRules = DEFAULT_RULES) -> Redaction:
    """Remove secrets, and personal data as the rules say, from a text.

    Idempotent; stable under concatenation with `SEPARATOR` between; linear in the length of the text, whatever it says.

    Args:
        text: Anything that somebody typed.
        rules: Which personal data is kept.

    Raises:
        MissingExtra: If the rules name phone regions and the `phones` extra is not installed.
    """
    findings: list[Finding] = []
    scraps: _Scraps = {}
    characters = None if text.isascii() else frozenset(text)
    position = 0
    if any(anchor in text for anchor in _CUT_ANCHORS):
        for cut in _CUT.finditer(text):
            findings.extend(_piece(text[position : cut.start()], position, rules, scraps, characters))
            position = cut.end()
    findings.extend(_piece(text[position:] if position else text, position, rules, scraps, characters))
    if not findings:
        return Redaction(text, ())
    return Redaction(_replace(text, findings), tuple(findings))


def _replace(text: str, findings: list[Finding]) -> str:
    pieces: list[str] = []
    position = 0
    for finding in findings:
        if finding.masked:
            pieces += text[position : finding.start], _MARKS[finding.kind]
            position = finding.end
    return "".join([*pieces, text[position:]])


_Scraps = dict[str, list[Finding]]
"""What was found in short pieces of one text: who sends a scrap a hundred thousand times has it read once."""


def _piece(
    text: str,
    offset: int,
    rules: RedactionRules,
    scraps: _Scraps,
    characters: frozenset[str] | None,
    rounds: int = _ROUNDS,
) -> Iterator[Finding]:
    """The findings of a text without marks, each shifted by `offset`. It has no other characters than these."""
    if len(text) < _SHORTEST:
        return
    found = scraps.get(text) if len(text) <= _SCRAP else None
    if found is None:
        found = _merge(text, rules, characters)
        if len(text) <= _SCRAP:
            scraps[text] = found
    if not any(finding.masked for finding in found):
        yield from (Finding(f.kind, f.start + offset, f.end + offset, f.masked) for f in found)
        return
    if rounds == 0:
        # Removing one finding keeps uncovering another. No honest text does that; all of it goes.
        yield Finding(Kind.SECRET, offset, offset + len(text))
        return
    rest = partial(_piece, rules=rules, scraps=scraps, characters=characters, rounds=rounds - 1)
    position = 0
    for finding in found:
        if finding.masked:
            yield from rest(text[position : finding.start], offset + position)
            yield Finding(finding.kind, finding.start + offset, finding.end + offset)
            position = finding.end
    yield from rest(text[position:], offset + position)


def _merge(text: str, rules: RedactionRules, characters: frozenset[str] | None) -> list[Finding]:
    """What the detectors found, without overlaps.

    Overlapping findings that are removed become one, of the kind that comes first in `Kind`; a finding that is kept
    yields to any that is removed.
    """
    view = of_letters(text)
    if view is not None and not rules.phone_regions and says_nothing(view):
        return []
    from supportflow.triage.redaction.finders import spans as found  # noqa: PLC0415 - for texts that are no plain prose

    spans = list(islice(found(text, rules, characters, view, _MOST_SPANS), _MOST_SPANS + 1))
    if not spans:
        return []
    if len(spans) > _MOST_SPANS:
        return [Finding(Kind.SECRET, 0, len(text))]
    spans.sort(key=lambda span: (span[0], -span[1], _PRECEDENCE[span[2]]))
    masked: list[Finding] = []
    kept: list[Finding] = []
    for start, end, kind in spans:
        into = kept if kind in rules.keep else masked
        if into and start < into[-1].end:
            before = into[-1]
            first_kind = min(kind, before.kind, key=_PRECEDENCE.__getitem__)
            into[-1] = Finding(first_kind, before.start, max(end, before.end), before.masked)
        else:
            into.append(Finding(kind, start, end, into is masked))
    if not kept:
        return masked
    return sorted([*masked, *_outside(kept, masked)], key=lambda finding: finding.start)


def _outside(kept: list[Finding], masked: list[Finding]) -> Iterator[Finding]:
    index = 0
    for finding in kept:
        while index < len(masked) and masked[index].end <= finding.start:
            index += 1
        if index == len(masked) or masked[index].start >= finding.end:
            yield finding
