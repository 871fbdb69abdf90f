"""What a machine says that a text is in another language: a text of a bounded length, without secrets, or nothing at all."""

from typing import NamedTuple

from supportflow.model.base import mended
from supportflow.triage import redaction
from supportflow.triage.redaction import RedactionRules

__all__ = ["MAX_TRANSLATION", "Said", "said"]

MAX_TRANSLATION = 20_000
"""How many characters are translated, and how many of a translation are read: an answer that never ends is nobody's."""
_BEHIND = 10_000
"""So many more are looked at, so that no secret is cut in two and its first half kept."""


class Said(NamedTuple):
    """A text that may be read and shown.

    Attributes:
        text: The words.
        cut: Whether there were more of them.
    """

    text: str
    cut: bool


def said(answer: object, rules: RedactionRules) -> Said | None:
    """What a translator answered, as a plain text without secrets; None if it is no text, or says nothing.

    A text of a class of its own, such as one that a framework takes for markup that it may show as it is, is a text like any
    other. Halves of a pair of characters come together, and what no database keeps is gone.
    """
    if not isinstance(answer, str):
        return None
    words = mended(str.__getitem__(answer, slice(MAX_TRANSLATION + _BEHIND)))
    head = redaction.redact(words, rules).head(MAX_TRANSLATION)
    text = head[:MAX_TRANSLATION].strip()
    return Said(text, max(len(words), len(head)) > MAX_TRANSLATION) if text else None
