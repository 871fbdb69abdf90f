"""Words that follow "my password is" without being one, and what a secret looks like."""

import re

from supportflow.triage.redaction.vocabulary import words

__all__ = ["ORDINARY", "looks_random"]

ORDINARY = words("ordinary")
"""Words that follow "my password is" without being one."""

_MARKS = frozenset("!@#$%^&*+=?~")
_SHORTEST_RANDOM = 6
_LETTER = re.compile("[A-Za-z]")
_DIGIT = re.compile("[0-9]")
_MIXED_CASE = re.compile(r"[a-z][A-Z]")


def looks_random(value: str) -> bool:
    """Whether a value reads like a secret rather than a word: letters with digits or marks, or capitals inside."""
    if len(value) < _SHORTEST_RANDOM:
        return False
    if value.isascii():
        letters = _LETTER.search(value) is not None
        digits = _DIGIT.search(value) is not None
    else:
        letters = any(c.isalpha() for c in value)
        digits = any(c.isdigit() for c in value)
    return letters and (digits or not _MARKS.isdisjoint(value[:-1]) or _MIXED_CASE.search(value) is not None)
