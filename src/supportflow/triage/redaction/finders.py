"""Where every finder is asked, each with the shortest text in which it finds anything.

Loaded with the first text that is not plain prose: it takes long to compile the expressions of all finders.
"""

from collections.abc import Iterator
from itertools import islice, repeat

from supportflow.triage.redaction.codes import find_codes
from supportflow.triage.redaction.columns import find_columns
from supportflow.triage.redaction.commands import find_commands
from supportflow.triage.redaction.contacts import find_contacts, find_national_phones
from supportflow.triage.redaction.context import find_announced
from supportflow.triage.redaction.keepsakes import find_keepsakes
from supportflow.triage.redaction.keys import find_keys
from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.numbers import find_numbers
from supportflow.triage.redaction.passwords import find_passwords
from supportflow.triage.redaction.phrases import find_phrases
from supportflow.triage.redaction.rules import RedactionRules
from supportflow.triage.redaction.tokens import find_tokens
from supportflow.triage.redaction.view import View, views

__all__ = ["DETECTORS", "PLAIN_DETECTORS", "has_more", "spans"]

# In which no text is found that is shorter, in characters.
DETECTORS = (
    (12, find_phrases),  # twelve Chinese characters
    (27, find_keys),  # the first line of a PEM block
    (11, find_tokens),  # an Artifactory password
    (6, find_announced),
    (6, find_passwords),
    (6, find_commands),
)
# What is looked for in the plain view alone: numbers, which half a tag or half a word beside them would make others.
PLAIN_DETECTORS = (
    (9, find_numbers),  # a passport number behind its name in Chinese
    (6, find_keepsakes),
    (6, find_codes),
    (12, find_columns),
    (6, find_contacts),
)


# Those whose findings at a place only what stands before it, and close behind it, decides.
_FROM_THE_LEFT = tuple(each for each in (*DETECTORS, *PLAIN_DETECTORS) if each[1] is not find_phrases)
_LONG = 400_000  # characters: of a shorter text it is not worth while to look at its beginning first
_SAMPLES, _SAMPLE = 4, 500
_ENOUGH = 1.2  # times what the samples say
_UNSURE = 10_000  # characters before the end of a beginning, of which what follows may decide


def _number(text: str, end: int, most: int) -> int:
    """How many spans the finders from the left report that end before a place; of more than so many, one more."""
    view = View(text)
    found = (
        True
        for shortest, find in _FROM_THE_LEFT
        if len(text) >= shortest
        for first, last, _ in find(view)
        if first < last <= end
    )
    return sum(islice(found, most + 1))


def has_more(text: str, most: int) -> bool:
    """Whether the beginning of a long plain text says already that more is found in it than so many spans.

    What is found there is found in the whole text, too. So a list of secrets costs no more than its beginning.

    Args:
        text: The plain text.
        most: So many.
    """
    size = len(text)
    if size < _LONG:
        return False
    samples = (text[size * at // _SAMPLES :][:_SAMPLE] for at in range(_SAMPLES))
    seen = sum(_number(sample, _SAMPLE, most) for sample in samples)
    if not seen:
        return False
    enough = int(most * _ENOUGH * _SAMPLES * _SAMPLE / seen)
    return enough < size // 2 and _number(text[: enough + _UNSURE], enough, most) > most


def spans(
    text: str,
    rules: RedactionRules,
    characters: frozenset[str] | None = None,
    known: View | None = None,
    most: int | None = None,
) -> Iterator[Span]:
    """What the finders say of each view, in places of the text as given.

    Args:
        text: The text.
        rules: What is looked for.
        characters: Characters among which are all of its own, if they were counted.
        known: The one view of it, where that is known.
        most: Of more than so many nobody asks which: of a long text they may all be the whole of it.
    """
    plain, others = views(text, characters) if known is None else (known, [])
    if most is not None and has_more(plain.text, most):
        yield from repeat((0, len(text), Kind.SECRET), most + 1)
        return
    for view in (plain, *others):
        # A text that is cut up costs no more than a whole one: of scraps no more is asked than they can hold.
        length = len(view.text)
        for shortest, find in DETECTORS if view is not plain else (*DETECTORS, *PLAIN_DETECTORS):
            if length >= shortest:
                for first, last, kind in find(view):
                    if first < last:
                        yield *view.back(first, last), kind
    if rules.phone_regions:
        for first, last, kind in find_national_phones(plain, rules.phone_regions):
            yield *plain.back(first, last), kind
