"""E-mail addresses and phone numbers."""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re
from collections.abc import Iterator, Sequence

from supportflow.exceptions import MissingExtra
from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.view import View

__all__ = ["find_contacts", "find_national_phones"]

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}+)\.){1,8}[A-Za-z]{2,24}"
    r"(?![A-Za-z0-9])"
)
_INTERNATIONAL = re.compile(
    r"(?:\+(?<![\w+]\+)|00(?<![\w+]00)(?=[1-9]))[1-9](?:[ .()/-]{0,2}\d){6,14}(?!\d)", re.ASCII
)
_CHINESE_MOBILE = re.compile(r"1(?<![\d.]1)[3-9]\d(?:[ -]?\d{4}){2}(?![\d.]\d|\d)", re.ASCII)
_CALLED = re.compile(
    r"(?:(?<![a-z])(?:phone|mobile|cell|tel|telephone|whatsapp|call me(?: at| on)?|sms to)(?: (?:number|no|nr))?"
    r"|手机|手機|电话|電話)(?:号码|號碼|号|號)?[\s.:：(]{0,3}(?:is|was|是|为|為)?[\s:：(]{0,3}$"
)
_CALLED_REACH = 32
_MOST_DIGITS = 15


def find_contacts(view: View) -> Iterator[Span]:
    """E-mail addresses; phone numbers in international form, Chinese mobiles, and those called a phone number."""
    text = view.text
    if b"@" in view.latin:
        for match in _EMAIL.finditer(text):
            yield *match.span(), Kind.EMAIL
    if b"+" in view.latin or b"00" in view.latin:
        for match in _INTERNATIONAL.finditer(text):
            yield *match.span(), Kind.PHONE
    for start, end in view.digits:
        if _CALLED.search(view.lower[max(0, start - _CALLED_REACH) : start]) and _is_short(text[start:end]):
            yield start, end, Kind.PHONE
        else:
            for match in _CHINESE_MOBILE.finditer(text, start, end):
                yield *match.span(), Kind.PHONE


def _is_short(number: str) -> bool:
    return sum(character.isdigit() for character in number) <= _MOST_DIGITS


def find_national_phones(view: View, regions: Sequence[str]) -> Iterator[Span]:
    """Phone numbers in the national formats of some countries, by libphonenumber's tables.

    Raises:
        MissingExtra: If the `phones` extra is not installed.
    """
    try:
        from phonenumbers import Leniency, PhoneNumberMatcher  # noqa: PLC0415 - optional
    except ImportError as error:
        raise MissingExtra("phones", "national phone formats") from error
    for region in regions:
        for match in PhoneNumberMatcher(view.text, region, leniency=Leniency.VALID):
            yield match.start, match.end, Kind.PHONE
