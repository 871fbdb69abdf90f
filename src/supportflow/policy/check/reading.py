"""What can be wrong with the packs and rules by which a policy reads texts."""

from collections.abc import Iterator, Sequence

from supportflow.exceptions import DefinitionError
from supportflow.policy.sections.classifier import reader_for
from supportflow.triage import reading as reading_room
from supportflow.triage.lexicon import Lexicon
from supportflow.triage.reading import Reading

__all__ = ["reading_problems"]


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
