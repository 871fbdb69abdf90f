"""Intake: which evidence a category of tickets needs, and whether something is that evidence.

The shapes are a closed vocabulary, so that checking is linear in the text and a policy brings no patterns of its own.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from supportflow.model.base import MAX_BODY, Document, Name, Series
from supportflow.model.shapes import Fault, fault, folded
from supportflow.triage.settling import settled

__all__ = [
    "EvidenceSpec",
    "Intake",
    "IntakeRule",
    "find_evidence",
    "fits_media",
    "objection",
]

Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Template = Annotated[str, StringConstraints(min_length=1, max_length=5_000)]
MediaPattern = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.+-]+/([a-z0-9.+-]+|\*)$", max_length=100)]

_WORD = re.compile(r"[0-9A-Za-z]+")


class EvidenceSpec(Document):
    """One item of evidence.

    Attributes:
        name: Its name in events and in the API. Names are kept for ever, and say what is asked for, never what was given.
        kind: What it looks like: `digits`, `alphanumeric` (Latin letters and digits), `datetime` (ISO 8601, with a time),
            `choice` (one of `values`), `attachment` (a file of one of `media_types`), `text`, or `attribute` (the ticket
            carries a declared attribute of this name).
        min_length: Shortest value, in characters (`digits`, `alphanumeric`, `text`).
        max_length: Longest value, in characters.
        values: What a `choice` can be; upper and lower case are the same.
        media_types: Such as `"image/png"` or `"image/*"`; any file, if none are given.
        in_text: Also taken from what the requester writes: the first run of characters of this shape (`digits`,
            `alphanumeric`), or the first of the `values` that is named, the longest of several there (`choice`).
        takes: Of a `choice`, which of the `values` counts where several are named: the `"first"`, or the `"last"`, by
            clauses, so that "yes, but it does not work" is a no. What is stated counts more than a bare yes or no.
        weak: Of a `choice` that takes the last, the values that count only where nothing else is said, such as thanks.
        label: What people call it, by language; a shipped label, or the name, if not given.
    """

    name: Name
    kind: Literal["digits", "alphanumeric", "datetime", "choice", "attachment", "text", "attribute"]
    min_length: int = Field(default=1, ge=1, le=MAX_BODY)
    max_length: int = Field(default=MAX_BODY, ge=1, le=MAX_BODY)
    values: Series[Label] = ()
    media_types: Series[MediaPattern] = ()
    in_text: bool = False
    takes: Literal["first", "last"] = "first"
    weak: Series[Label] = ()
    label: Mapping[Name, Label] = Field(default_factory=dict)


class IntakeRule(Document):
    """What the tickets of one category need.

    Attributes:
        evidence: The items, in the order in which they are asked for.
        template: Name of the template of the request.
    """

    evidence: Annotated[Series[EvidenceSpec], Field(min_length=1, max_length=50)]
    template: Name = "evidence"


class Intake(Document):
    """What is asked for before work can begin.

    Attributes:
        categories: Category (topic) → what its tickets need.
        templates: Template name → language → text. A text names `{items}`; it can name `{ref}` and `{ticket}`, and nothing
            else. The template `"evidence"` is shipped in English and Chinese.
        language: The language for requesters whose own has no text.
        incomplete: What a message of the requester does that leaves something missing: the ticket goes on to `"wait"`, or
            `"resume"`s.
        exempt: Priority classes that are asked, but never kept waiting; the highest of several classes, if not given.
    """

    categories: Mapping[Name, IntakeRule] = Field(default_factory=dict)
    templates: Mapping[Name, Mapping[Name, Template]] = Field(default_factory=dict)
    language: Name = "en"
    incomplete: Literal["wait", "resume"] = "wait"
    exempt: Series[Name] | None = None


_OBJECTIONS: Mapping[Fault, str] = {
    "digits": "is not made of digits alone",
    "alphanumeric": "is not made of letters and digits alone",
    "datetime": "is not an ISO 8601 date and time",
    "choice": "is not one of {values}",
    "file": "must be a file",
    "too_short": "is not {least} to {most} characters long",
    "too_long": "is not {least} to {most} characters long",
    "attribute": "is a declared attribute: set it by an update",
}


def objection(spec: EvidenceSpec, value: str) -> str | None:
    """What stands against a value as this item, in words that do not repeat it; None if nothing does."""
    found = fault(spec, value)
    if found is None:
        return None
    return _OBJECTIONS[found].format(
        values=", ".join(spec.values), least=spec.min_length, most=spec.max_length
    )


def fits_media(spec: EvidenceSpec, media_type: str) -> bool:
    """True if a file of that media type can be this item."""
    if spec.kind != "attachment":
        return False
    given = media_type.partition(";")[0].strip().lower()
    family = given.partition("/")[0]
    return not spec.media_types or not {given, f"{family}/*"}.isdisjoint(spec.media_types)


def find_evidence(specs: Iterable[EvidenceSpec], text: str) -> dict[str, str]:
    """The items that stand in a text, among those that may be taken from it. No run of characters counts twice."""
    wanted = [spec for spec in specs if spec.in_text]
    if not wanted or not text:
        return {}
    same = folded(text)
    runs = _WORD.findall(same)
    used: set[str] = set()
    found: dict[str, str] = {}
    for spec in wanted:
        value = _choice(spec, same) if spec.kind == "choice" else _run(spec, runs, used)
        if value is not None:
            found[spec.name] = value
    return found


def _run(spec: EvidenceSpec, runs: list[str], used: set[str]) -> str | None:
    for run in runs:
        if run in used or not spec.min_length <= len(run) <= spec.max_length:
            continue
        # A plain word is no order number: letters and digits means at least one digit.
        if run.isdigit() if spec.kind == "digits" else any(map(str.isdigit, run)):
            used.add(run)
            return run
    return None


def _choice(spec: EvidenceSpec, same: str) -> str | None:
    text, values = _plain(same), [(_plain(folded(one)), one) for one in spec.values]

    def first(clause: str) -> str | None:
        places = [(_place(clause, words), one) for words, one in values]
        named = ((at, -len(one), one) for at, one in places if at >= 0)
        return min(named, default=(-1, 0, None))[2]  # of two at one place the longer: "no signal", not "no"

    return settled(text, first, spec.weak) if spec.takes == "last" else first(text)


def _plain(text: str) -> str:
    """Without upper case, and with the apostrophe of a keyboard: a phone writes "don\u2019t"."""
    return text.casefold().replace("\u2019", "'")


def _place(text: str, words: str) -> int:
    """Where words stand in a text, or -1; Latin words only as whole words."""
    at = text.find(words)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(words) : at + len(words) + 1]
        if not (_WORD.match(words[0]) and _WORD.match(before)) and not (
            _WORD.match(words[-1]) and _WORD.match(after)
        ):
            return at
        at = text.find(words, at + len(words))
    return -1
