"""Plain prose, in which no finder can find anything: told in a tenth of the time that the finders take.

A secret is told by its characters (digits, signs), by its length, by a word that announces it, or as a row of words of a
list. A text that has none of these holds none, and most of what people write to a helpdesk is such a text. What is not
clearly one goes to the finders; so a mistake here costs time, and only what is called prose must be proved to hold nothing.
"""

import re

from supportflow.triage.redaction.digit_words import may_have_digit_words
from supportflow.triage.redaction.labels import roles_in
from supportflow.triage.redaction.markup import has_odd_blanks
from supportflow.triage.redaction.phrases import may_have_rows
from supportflow.triage.redaction.rows import ROW
from supportflow.triage.redaction.spelled import is_spelled
from supportflow.triage.redaction.view import View

__all__ = ["is_prose", "of_letters", "says_nothing"]

_WRITTEN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz ,.?!'()\n"
# No key, token, address or block is shorter, if it is of letters alone and has capitals at most where words have them.
_LONG = re.compile("[A-Za-z]{9,}")  # shorter ones may be in capitals, or mixed: USDT, PayPal
_LONG_SHAPE = b"x" * 9
_LETTERS = bytes(ord("x") if chr(code).isalpha() else ord(" ") for code in range(128)) + b" " * 128
_LONGEST = 23
_BROKEN = re.compile(r"[A-Za-z.]{16}\n")  # a long word at the end of a line may go on in the next
_COMMANDS = ("pass", "echo", "masterauth", "securestring")
# Behind these nothing is looked for, or a pair of values that a sign ties together.
_PUBLIC = frozenset({"public", "public key", "reference", "card name", "sign in"})
_OF_NUMBERS = _PUBLIC | {"backup", "code", "head", "card", "pin", "compound", "api"}
"""Roles of words behind which nothing without digits is looked for but in the columns of a table."""


def of_letters(text: str) -> View | None:
    """The one view of a text of plain words and full stops, which is the text as it stands; `None` for another text."""
    if not text.isascii():
        return None
    written = text.encode("ascii")
    if written.translate(None, _WRITTEN):
        return None
    if _LONG_SHAPE in written.translate(_LETTERS):
        for word in _LONG.findall(text):
            if len(word) > _LONGEST or not word[1:].islower():
                return None
    if has_odd_blanks(text) or is_spelled(text):
        return None
    if "\n" in text and _BROKEN.search(text):
        return None
    return View(text)


def is_prose(text: str) -> bool:
    """Whether a text is plain prose for certain, and holds no secret and nothing personal. Linear time."""
    view = of_letters(text)
    return view is not None and says_nothing(view)


def says_nothing(view: View) -> bool:
    """Whether a text of plain words announces no secret, and has no row of words of a list. Linear time."""
    broken = "\n" in view.text
    lower = view.lower
    for command in _COMMANDS:
        if command in lower:
            return False
    harmless = _PUBLIC if broken or may_have_digit_words(view) else _OF_NUMBERS
    if not harmless.issuperset(roles_in(view)):
        return False
    return len(view.row) < ROW or not may_have_rows(view)
