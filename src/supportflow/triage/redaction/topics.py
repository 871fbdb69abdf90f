"""Words that follow "my password is" without being one, and what a secret looks like."""

import re

__all__ = ["ORDINARY", "looks_random"]

ORDINARY = frozenset(
    """
    a able about accepted again all already also always an and any are as asked at bad be because been before being
    blank blocked broken but by can cannot case changed compromised correct currently denied different disabled does
    doesn't easy empty enough exactly expired exposed failed fine for forgotten from frozen gone good had has hacked
    have hidden how i i'm if in incorrect insecure invalid is isn't it it's just known leaked like locked long lost
    lower me mine missing my needed never new no none not nothing null of off ok okay old on only or our out please
    protected public recognised recognized refused rejected required reset right safe same saved secret secure set
    shared short simple so some something still stolen strong stuck than thanks that the their them then there they
    this to too undefined unknown until up upper used valid very was weak what when where which who why with without
    working wrong yes you your but, app page link form field screen button manager change recovery protection policy
    settings email account login attempt attempts
    """.split()  # noqa: SIM905 - a list of two hundred lines would hide the code
)
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
