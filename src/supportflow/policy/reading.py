"""How texts are read under a policy: with which packs, and by which rules besides those that its lexicons name."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from supportflow.exceptions import DefinitionError
from supportflow.triage import reading as reading_room
from supportflow.triage.lexicon.document import Lexicon
from supportflow.triage.reading import Reading

if TYPE_CHECKING:
    from supportflow.triage.reading import Reader

__all__ = ["reader_for", "reading_problems"]


def reader_for(reading: Reading, lexicons: Sequence[Lexicon]) -> "Reader | None":
    """The reader of a policy; None if neither it nor its lexicons name rules.

    Args:
        reading: What the policy says of it.
        lexicons: The policy's lexicons.

    Raises:
        DefinitionError: If a pack or a rule cannot be read.
    """
    from supportflow.triage.lexicon.events import rule_names  # noqa: PLC0415 - what reads is loaded when it is needed

    names = rule_names(lexicons)
    if not names and not reading.rules:
        return None
    shipped = [
        pack
        for pack in reading_room.shipped_packs()
        if reading.languages is None or pack.tag in reading.languages
    ]
    rules = [*map(reading_room.shipped_rules, names), *reading.rules]
    return reading_room.Reader([*shipped, *reading.packs], rules)


def reading_problems(reading: Reading | None, lexicons: Sequence[Lexicon]) -> Iterator[str]:
    """What is wrong with the packs and rules of a policy, each one sentence that starts with its path."""
    if reading is None:
        return
    for tag in reading.languages or ():
        if tag not in reading_room.SHIPPED_PACKS:
            yield f"reading.languages: no pack for {tag!r} is shipped"
    try:
        reader_for(reading, lexicons)
    except DefinitionError as error:
        yield from (f"reading: {problem}" for problem in error.problems)
