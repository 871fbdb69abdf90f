"""Numbers with a check digit: payment cards, IBANs, Chinese resident identity numbers; and US social security numbers."""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re
from collections.abc import Iterator
from itertools import accumulate

from supportflow.triage.redaction.checks import chinese_resident_id, iban, luhn
from supportflow.triage.redaction.kinds import Kind, Span
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

_GROUP = re.compile(r"\d+", re.ASCII)
# A bare number right behind one of these is the host's own reference, even if its digits add up.
_REFERENCE_BEFORE = re.compile(
    r"(?:(?:order|transaction|trade|ticket|case|reference|ref|txn?|payment|deposit|withdrawal|invoice|tracking|advert)"
    r"[ ]?(?:no|nr|num|number|id|#)?|(?:订单|訂單|流水|交易|单|單|工单|工單|参考|參考|广告|廣告)"
    r"(?:编号|編號|号码|號碼|号|號)?|uid|user id)"
    r"[\s.:#=：是为為]{0,4}$"
)
_REFERENCE_REACH = 28

_RESIDENT_DIGITS = 17  # and a check character, which may be X
_RESIDENT_ID = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])",
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


def _cards(view: View) -> Iterator[Span]:
    links = iter(view.links)
    link = next(links, None)
    for first, end in view.digits:
        if end - first < _SHORTEST:
            continue
        while link is not None and link[1] <= first:
            link = next(links, None)
        if link is not None and link[0] <= first:
            continue
        groups = [(m.start(), m.group()) for m in _GROUP.finditer(view.text, first, end)]
        index = 0
        while index < len(groups):
            taken = _card_at(groups, index)
            start = groups[index][0]
            if taken == 1 and _is_reference(view.lower, start):
                taken = 0
            if taken:
                last, digits = groups[index + taken - 1]
                yield start, last + len(digits), Kind.CARD_NUMBER
            index += taken or 1


def _card_at(groups: list[tuple[int, str]], index: int) -> int:
    """How many groups from this one make up a card number; 0 if none do."""
    number = ""
    for count, (_, digits) in enumerate(groups[index : index + 7], 1):
        if len(digits) < _SMALLEST_GROUP:
            return 0
        number += digits
        if len(number) > _LONGEST:
            return 0
        if len(number) >= _SHORTEST and _issued(number) and luhn(number):
            return count
    return 0


def _is_reference(lower: str, start: int) -> bool:
    return _REFERENCE_BEFORE.search(lower[max(0, start - _REFERENCE_REACH) : start]) is not None


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


def _identities(view: View) -> Iterator[Span]:
    for start, end in view.digits:
        if end - start >= _RESIDENT_DIGITS:
            for match in _RESIDENT_ID.finditer(view.text, start, end + 1):
                if chinese_resident_id(match.group()):
                    yield *match.span(), Kind.IDENTITY_NUMBER
        if "-" in view.text[start:end]:
            for match in _SOCIAL_SECURITY.finditer(view.text, start, end + 1):
                yield *match.span(), Kind.IDENTITY_NUMBER


def _passports(view: View) -> Iterator[Span]:
    if any(anchor in view.latin for anchor in _PASSPORT_LATIN) or any(
        anchor in view.lower for anchor in _PASSPORT_CHINESE
    ):
        for match in _PASSPORT.finditer(view.lower):
            yield *match.span(1), Kind.IDENTITY_NUMBER


def find_numbers(view: View) -> Iterator[Span]:
    """Every card, IBAN and identity number, as spans of the plain text. Linear time."""
    shape = view.ascii.translate(_LETTERS_AND_DIGITS)
    if view.digits:
        yield from _cards(view)
        yield from _identities(view)
    if _PASSPORT_DIGITS in shape and _SIX_DIGITS.search(view.text):
        yield from _passports(view)
    if _IBAN_START in shape:
        yield from _ibans(view.text)
