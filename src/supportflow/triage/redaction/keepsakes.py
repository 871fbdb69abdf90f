"""What is kept for the day on which all else is lost: backup codes, recovery keys, keystores."""

# ruff: noqa: RUF001 - full-width punctuation is what is looked for

import re
from collections.abc import Iterator

from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.labels import labels
from supportflow.triage.redaction.shapes import stretches
from supportflow.triage.redaction.ties import Tie
from supportflow.triage.redaction.view import View

__all__ = ["find_keepsakes"]

_FIRST_GAP = 40
_ITEM = re.compile(
    r"(?:(?:[A-Za-z0-9]{3,8}[-.]){1,11}[A-Za-z0-9]{3,8}|\d{3,4}(?:[ ]\d{3,4}){1,3}"
    r"|[A-Za-z0-9]{4,5}[ ][A-Za-z0-9]{4,5}(?=[\n,;]|$)|[A-Za-z0-9]{5,16})"
    r"(?![A-Za-z0-9-])"
)
_JOINT = re.compile(
    r"[\s,;、，。|/•·*_–-]{1,6}(?:and[ ]|y[ ]|und[ ]|et[ ]|#?\d{1,2}[.):][ ]?|\[[ x]?\][ ]?|[•·*–-][ ]?)?"
)
_DATE = re.compile(r"(?:19|20)\d\d[-.]\d\d?[-.]")
_MOST_ITEMS = 40

# The recovery key of BitLocker: eight groups, each a multiple of eleven.
_DISK_KEY = re.compile(r"(?<![\d-])\d{6}(?:[- ]\d{6}){7}(?![\d-])")
_DISK_KEY_LENGTH = 55
_SIX = b"xxxxxx"
_ELEVEN = 11
# A wallet's keystore, and a key as the numbers of its bytes.
_KEYSTORE = re.compile(
    r"\{[^{}]{0,1000}[\"']?crypto[\"']?\s{0,3}:\s{0,3}\{(?:[^{}]{0,1000}\{[^{}]{0,600}\}){0,4}[^{}]{0,1000}\}[^{}]{0,400}\}",
    re.IGNORECASE,
)
_CIPHERED = re.compile(r"ciphertext[\"']?\s{0,3}[:=]\s{0,3}[\"']?([0-9a-fA-F]{32,4096})", re.IGNORECASE)
_BYTES = re.compile(r"\[ ?\d{1,3}(?:,\s?\d{1,3}){63}(?:,\s?\d{1,3}){0,64} ?\]")
_NUMBER = re.compile("[0-9]+")
_HIGHEST_BYTE = 255


def find_keepsakes(view: View) -> Iterator[Span]:
    """Backup codes, recovery keys and keystores, as spans of the plain text. Linear time."""
    for label in labels(view, "backup"):
        yield from _codes_behind(view, label.end)
    for match in _disk_keys(view):
        if all(int(group) % _ELEVEN == 0 for group in re.split("[- ]", match[0])):
            yield *match.span(), Kind.SECRET
    yield from _keystores(view)


def _keystores(view: View) -> Iterator[Span]:
    if "ciphertext" in view.lower:
        for pattern, group in ((_KEYSTORE, 0), (_CIPHERED, 1)):
            for match in pattern.finditer(view.text):
                if "ciphertext" in match[0].lower():
                    yield *match.span(group), Kind.PRIVATE_KEY
    if "[" in view.text and "," in view.text:
        for match in _BYTES.finditer(view.text):
            if max(map(int, _NUMBER.findall(match[0]))) <= _HIGHEST_BYTE:
                yield *match.span(), Kind.PRIVATE_KEY


def _disk_keys(view: View) -> Iterator[re.Match[str]]:
    for start, end in view.digits:
        if end - start < _DISK_KEY_LENGTH:
            continue
        floor = 0
        for first, last in stretches(view.only_digits[start:end], _SIX):
            match = _DISK_KEY.match(view.text, start + first, end) if last - first == len(_SIX) else None
            if match is not None and match.start() >= floor:
                floor = match.end()
                yield match


def _codes_behind(view: View, end: int) -> Iterator[Span]:
    """The codes that follow their name, up to the first word that is none."""
    text = view.text
    place = end
    first = next((at for at in range(end, min(len(text), end + _FIRST_GAP)) if _is_item(text, at)), None)
    if first is None or not Tie(view.flat[end:first]).holds:
        return
    place = first
    for _ in range(_MOST_ITEMS):
        item = _ITEM.match(text, place)
        if item is None or not _is_code(item[0]):
            return
        yield *item.span(), Kind.ONE_TIME_CODE
        joint = _JOINT.match(text, item.end())
        if joint is None:
            return
        place = joint.end()


def _is_item(text: str, at: int) -> bool:
    if text[at - 1].isascii() and (text[at - 1].isalnum() or text[at - 1] == "-"):
        return False
    item = _ITEM.match(text, at)
    return item is not None and _is_code(item[0])


def _is_code(item: str) -> bool:
    return any(map(str.isdigit, item)) and _DATE.match(item) is None
