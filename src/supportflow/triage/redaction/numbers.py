"""Numbers with a check digit: cards, IBANs, Chinese resident identity numbers; and US social security numbers."""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re
from collections.abc import Iterator
from itertools import accumulate

from supportflow.triage.redaction.checks import chinese_resident_id, iban, luhn
from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.labels import Labels, labels
from supportflow.triage.redaction.shapes import stretches
from supportflow.triage.redaction.view import View

__all__ = ["find_numbers"]

# Issuer identification ranges (ISO/IEC 7812; the networks' own publications): first digits, and the lengths in use.
_ISSUERS: tuple[tuple[str, frozenset[int]], ...] = (
    ("4", frozenset((13, 16, 19))),  # Visa
    *((str(n), frozenset((16,))) for n in (*range(51, 56), *range(2221, 2721))),  # Mastercard
    *((str(n), frozenset((15,))) for n in (34, 37)),  # American Express
    *((str(n), frozenset((16, 17, 18, 19))) for n in (6011, *range(644, 650), 65)),  # Discover
    *((str(n), frozenset((14, 16, 19))) for n in (*range(300, 306), 3095, 36, 38, 39)),  # Diners Club
    *((str(n), frozenset((16, 17, 18, 19))) for n in range(3528, 3590)),  # JCB
    *((str(n), frozenset((16, 17, 18, 19))) for n in (62, 81)),  # UnionPay
    *((str(n), frozenset((16, 17, 18, 19))) for n in range(2200, 2205)),  # Mir
    *((str(n), frozenset((16,))) for n in (60, 82, 508, 9792)),  # RuPay, Troy
    *(
        (str(n), frozenset((16, 18, 19))) for n in (5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763)
    ),  # Maestro
)
_BY_PREFIX = dict(_ISSUERS)
_LONGEST_PREFIX = 4

_SHORTEST, _LONGEST = 13, 19
_SMALLEST_GROUP = 3
_MOST_REMEMBERED = 2_000
_JOINTS = " .-/|,\n_"
_OLD_VISA = 13  # digits: out of use for decades, and as long as a product's bar code

_GROUP = re.compile(r"\d+", re.ASCII)
# A first group of fewer digits has another finder, or begins no number.
_LONG_GROUP = re.compile(r"\d{5,}+", re.ASCII)
_LETTER_BEHIND = re.compile("[A-Za-z_]")
_CARD_CHARACTERS = bytes(ord("x") if chr(code) in "0123456789 .-/|,\n_" else ord(" ") for code in range(256))
_CARD_RUN = b"x" * _SHORTEST
_FOUR = b"xxxx"
# What may stand between the groups of a card number that is written over cells, lines or with signs.
_JOINT = r"[ \n|./,_-]{1,12}"
_SHAPES = re.compile(
    # Begins with what is consumed, by which places are found: the rest is looked at from each of them anew.
    rf"\d(?<![\dA-Za-z]\d)(?=((?:\d{{3}}(?:{_JOINT}\d{{4}}){{3}}(?:{_JOINT}\d{{1,3}})?"
    rf"|\d{{3}}{_JOINT}\d{{4}}{_JOINT}\d{{4}}{_JOINT}\d{{3}}"
    rf"|\d{{3}}{_JOINT}\d{{6}}{_JOINT}\d{{4,5}}|\d{{7}}{_JOINT}\d{{8}}))(?![0-9A-Za-z]))",
    re.ASCII,
)
_ONE_BY_ONE = re.compile(
    rf"\d(?<![\dA-Za-z]\d)((?:{_JOINT}\d){{12,18}}|\d(?:{_JOINT}\d\d){{6,8}}\d?)(?![0-9A-Za-z])", re.ASCII
)
# What follows a card number on the card: the date on which it ends, and its code.
_CARD_TAIL = re.compile(
    r"[\s|,;/-]{1,4}(?:exp(?:iry|ires|iration)?(?: date)?|valid(?: thru| until)?|date)?[\s:.]{0,3}(?:0[1-9]"
    r"|1[0-2])[ ]?[/-][ ]?(?:20)?\d\d"
    r"[\s|,;/-]{1,4}(?:(?:cvv2?|cvc2?|cvn|code|csc)[\s:.=-]{0,3}(?:is )?)?(\d{3,4})(?![\d/.-])",
    re.IGNORECASE | re.ASCII,
)
# A number right behind one of these is the host's own reference, even if its digits add up.
_REFERENCE_GAP = re.compile(
    r"(?:[ ]?(?:no|nr|num|number|id|nº|n°|numero|número|nummer|numéro|номер|numarası|号码|號碼|编号|編號|番号|번호|号"
    r"|號))?[\s.:#=：()\[\]*_-]{0,4}(?:(?:is|es|ist|est|é|是|为|為|は|은|는)[ ]?)?"
)
_REFERENCE_REACH = 24
_REFERENCE_BEHIND = re.compile(
    r"[\s\"')]{0,2}(?:is|was|es|ist|est|是)[ ]?(?:my|the|our|your|mi|mein|我的|meine)?[ ]?(?:order|ticket|case"
    r"|invoice|tracking|reference|订单|訂單|pedido|bestell)"
)

_RESIDENT_DIGITS = 17  # and a check character, which may be X
_RESIDENT_RUN = b"x" * _RESIDENT_DIGITS
_RESIDENT_ID = re.compile(
    r"(?<![0-9A-Za-z])(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{4}(?:18|19|20)\d\d(?:0[1-9]"
    r"|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])",
    re.ASCII,
)
_SOCIAL_SECURITY = re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\d-])", re.ASCII)
_PASSPORT = re.compile(
    r"(?:passport|护照|護照|identity card|id card|身份证|身份證)[ ]?(?:no|nr|number|num|号码|號碼|号|號)?"
    r"[.:#：]?[ ]?(?:is|was|是|为|為)?[ ]?"
    r"([a-z]{1,2}\d{6,9}|\d{8,9})(?![a-z0-9])"
)

_PASSPORT_LATIN = (b"passport", b"identity card", b"id card")
_PASSPORT_CHINESE = ("护照", "護照", "身份证", "身份證")
_PASSPORT_CHARACTERS = frozenset("护護身")
_SIX_DIGITS = re.compile(r"\d{6}")

_PASSPORT_DIGITS = b"0" * 6
_IBAN_START = b"AA00"
# What is not ASCII may be another script's digit.
_LETTERS_AND_DIGITS = bytes(
    ord("0") if chr(code) in "0123456789?" else ord("A") if "A" <= chr(code) <= "Z" else ord(" ")
    for code in range(256)
)
_IBAN = re.compile(r"[A-Z]{2}(?<![A-Za-z0-9][A-Z]{2})\d\d(?:[ -]?[A-Z0-9]){11,30}")


def _issued(digits: str) -> bool:
    lengths = (_BY_PREFIX.get(digits[:size]) for size in range(_LONGEST_PREFIX, 0, -1))
    return any(known is not None and len(digits) in known for known in lengths)


class _References:
    """Where a text names numbers of its host's; read only if a number is in doubt."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._labels: Labels | None = None

    def names(self, start: int, end: int) -> bool:
        """Whether a number is called a reference by the words right beside it."""
        view = self._view
        if self._labels is None:
            self._labels = labels(view, "reference", "card name")
        label = self._labels.before(start)
        if (
            label is not None
            and label.role == "reference"
            and start - label.end <= _REFERENCE_REACH
            and _REFERENCE_GAP.fullmatch(view.flat, label.end, start)
        ):
            return True
        return _REFERENCE_BEHIND.match(view.flat, end) is not None

    def near_card(self, start: int) -> bool:
        """Whether a card is spoken of right before."""
        self.names(start, start)
        label = self._labels.before(start) if self._labels is not None else None
        return label is not None and label.role == "card name" and start - label.end <= _REFERENCE_REACH


def _cards(view: View, references: _References) -> Iterator[Span]:
    links = iter(view.links)
    link = next(links, None)
    for start, end in sorted({*_plain_cards(view, references), *_shaped_cards(view)}):
        while link is not None and link[1] <= start:
            link = next(links, None)
        if (link is not None and link[0] <= start) or references.names(start, end):
            continue
        yield start, end, Kind.CARD_NUMBER
        tail = _CARD_TAIL.match(view.text, end)
        if tail is not None:
            yield *tail.span(1), Kind.CARD_CODE


def _plain_cards(view: View, references: _References) -> Iterator[tuple[int, int]]:
    """Card numbers in a row, or in groups with single blanks, dots and dashes between."""
    for first, end in view.digits:
        if end - first < _SHORTEST:
            continue
        group = _LONG_GROUP.search(view.text, first, end)
        while group is not None:
            start, stop = group.span()
            last = _card_at(view.text, start, end)
            if last == stop and stop - start == _OLD_VISA and not references.near_card(start):
                last = 0
            if last and not _LETTER_BEHIND.match(view.text, last):
                yield start, last
            group = _LONG_GROUP.search(view.text, last or stop, end)


def _shaped_cards(view: View) -> Iterator[tuple[int, int]]:
    """Card numbers in the groups of a card, over lines and cells or with other signs between."""
    known: dict[str, int] = {}
    for first, end in stretches(view.ascii.translate(_CARD_CHARACTERS), _CARD_RUN):
        digits = view.only_digits[first:end]
        # Each has something between its groups, and each shape begins with four digits.
        if b" " not in digits.strip():
            continue
        for pattern in (_SHAPES, _ONE_BY_ONE) if _FOUR in digits else (_ONE_BY_ONE,):
            for match in pattern.finditer(view.text, first, min(len(view.text), end + 1)):
                start, end_of = match.start(), match.end(1)
                found = view.text[start:end_of]
                size = known.get(found)
                if size is None:
                    size = _card_length(found)
                    if len(known) < _MOST_REMEMBERED:
                        known[found] = size
                if size:
                    yield start, start + size


def _card_length(found: str) -> int:
    """How much of what has the shape of a card number is one; 0 if nothing is."""
    groups = _GROUP.findall(found)
    for several, size in ((groups, len(found)), (groups[:-1], found.rindex(groups[-1]))):
        number = "".join(several)
        if _SHORTEST <= len(number) <= _LONGEST and luhn(number) and _issued(number):
            return len(found[:size].rstrip(_JOINTS))
    return 0


def _card_at(text: str, start: int, end: int) -> int:
    """Where the card number ends that begins with the group of digits at a place; 0 if none does."""
    number = ""
    for group in _GROUP.finditer(text, start, end):
        first, last = group.span()
        if not _SMALLEST_GROUP <= last - first <= _LONGEST - len(number):
            return 0
        number += group[0]
        if len(number) >= _SHORTEST and _issued(number) and luhn(number):
            return last
    return 0


def _ibans(text: str) -> Iterator[Span]:
    for match in _IBAN.finditer(text):
        found = match.group()
        length = iban(found.replace(" ", "").replace("-", ""))
        if length is None:
            continue
        counts = accumulate(character not in " -" for character in found)
        end = match.start() + next(i for i, count in enumerate(counts, 1) if count == length)
        if not text[end : end + 1].isalnum():
            yield match.start(), end, Kind.IBAN


def _identities(view: View, references: _References) -> Iterator[Span]:
    for start, end in stretches(view.only_digits, _RESIDENT_RUN):
        match = _RESIDENT_ID.match(view.text, start) if end - start <= _RESIDENT_DIGITS + 1 else None
        if match is not None and chinese_resident_id(match[0]) and not references.names(*match.span()):
            yield *match.span(), Kind.IDENTITY_NUMBER
    for start, end in view.digits:
        if "-" in view.text[start:end]:
            for match in _SOCIAL_SECURITY.finditer(view.text, start, end + 1):
                if references.names(*match.span()):
                    continue
                yield *match.span(), Kind.IDENTITY_NUMBER


def _passports(view: View) -> Iterator[Span]:
    if any(anchor in view.latin for anchor in _PASSPORT_LATIN) or (
        not view.lower.isascii()
        and not _PASSPORT_CHARACTERS.isdisjoint(view.characters)
        and any(anchor in view.lower for anchor in _PASSPORT_CHINESE)
    ):
        for match in _PASSPORT.finditer(view.lower):
            yield *match.span(1), Kind.IDENTITY_NUMBER


def find_numbers(view: View) -> Iterator[Span]:
    """Every card, IBAN and identity number, as spans of the plain text. Linear time."""
    shape = view.ascii.translate(_LETTERS_AND_DIGITS)
    references = _References(view)
    yield from _cards(view, references)
    if view.digits:
        yield from _identities(view, references)
    if _PASSPORT_DIGITS in shape and view.has_digits and _SIX_DIGITS.search(view.text):
        yield from _passports(view)
    if _IBAN_START in shape:
        yield from _ibans(view.text)
