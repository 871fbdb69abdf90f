"""Somebody on the thread who is not the requester and poses as the desk, or brings a link with the words of one.

Signs for a person to look at. Whatever they say, a message of a stranger or of a party is nobody's reply and stops no clock.
"""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re

from supportflow.triage import phrasebook as book
from supportflow.triage.asking import asked_secret
from supportflow.triage.official import OfficialIndex
from supportflow.triage.phrasebook import folded

__all__ = ["IMPOSTOR", "PHISHING_LINK", "suspicious_signs"]

IMPOSTOR = "impostor"
PHISHING_LINK = "phishing_link"


def _either(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in words)


# "I am Tom from the support team", "this is Example Support", "official support": at most a few words in between, so that
# "I wrote to your support team" is no pose.
_POSE = re.compile(
    rf"\b(?:i am|i'm|this is|we are|we're|here is|speaking from|on behalf of|greetings from|official)\b"
    rf"(?:\W{{1,3}}(?!(?:not|with|to|your|by|about|for)\b)[\w'-]{{1,30}}){{0,5}}?\W{{1,3}}(?:{_either(book.NAMES_EN)})\b"
)
# A line that is nothing but a signature: "Example Support Team".
_SIGNED = re.compile(
    rf"^\W{{0,3}}(?:the )?(?:[\w'-]{{1,30}} ){{0,2}}?(?:{_either(book.NAMES_EN)})"
    r"(?: team| department| desk| agent)?\W{0,3}$",
    re.MULTILINE,
)
_POSE_ZH = re.compile(
    rf"(?:我是|这里是|這裡是|我们是|我們是|本人是|官方)[^\s，。！？,.!?]{{0,10}}?(?:{_either(book.NAMES_ZH)})"
)
_LURE = re.compile(
    rf"\b(?:{_either(book.NAMES_EN + book.LURES_EN)})\b|{_either(book.NAMES_ZH + book.LURES_ZH)}"
)


def suspicious_signs(text: str, official: OfficialIndex) -> tuple[str, ...]:
    """What looks wrong about a message that is not the requester's, sorted: `impostor`, `phishing_link`, or nothing.

    Args:
        text: The message.
        official: The organisation's own addresses.
    """
    plain = folded(text)
    signs: list[str] = []
    poses = _POSE.search(plain) or _SIGNED.search(plain) or _POSE_ZH.search(plain)
    if poses or asked_secret(text) is not None:
        signs.append(IMPOSTOR)
    if official.has_foreign_link(text) and (signs or _LURE.search(plain)):
        signs.append(PHISHING_LINK)
    return tuple(signs)
