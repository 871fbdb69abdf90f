"""Passwords, which only the words beside them give away.

"My password is dragon" and "my password is wrong" differ in one word. A value behind a colon or an equals sign is taken
unless it is a placeholder or an everyday word; behind "is" it may also not be a participle, and in other languages than
English and Chinese it must look random; with nothing between it must look random.
"""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re
from collections.abc import Iterator
from enum import IntEnum

from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.labels import Label, has_labels, labels
from supportflow.triage.redaction.local import Ahead, Local
from supportflow.triage.redaction.topics import ORDINARY, looks_random
from supportflow.triage.redaction.view import View
from supportflow.triage.redaction.vocabulary import words

__all__ = ["find_passwords"]

# English and Chinese, of which the everyday words behind "is" are known.
_KNOWN = re.compile(r"(?:pass(?:word|wd|code|phrase)?s?|pwd|pw|pword|psw)$|[^密口]*+(?:密|口令)")
_KNOWN_LINK = re.compile(r"\b(?:is|was|are|were)\b|[=:：＝|>→是为為叫成]")


class _Link(IntEnum):
    """How firmly the words between an announcement and a value tie the two together."""

    LOOSE = 0
    SAID = 1
    EQUALS = 2


_CLOSING = r"[\"'”’)\]`*_]{0,3}"
_OWNER = (
    r"(?:[ ](?:for|on|of|in|at|to)(?:[ ](?:my|the|this|our|your))?[ ][\w.@-]{1,40}+(?:[ ](?:account|wallet|email|app))?"
    r"|[ ](?:saya|anda|kamu|ko|mo|من|của tôi|của bạn|cua toi|ของฉัน|benim|akun saya)|ของฉัน|ของผม| الخاصة بي"
    r"| الخاص بي)?"
)
_BREAK = r"[ \t]{0,2}(?:\n{1,2}[ ]?)?"
_IS = (
    r"is|was|are|were|=|es|era|fue|é|è|foi|era|ist|war|lautet|lautete|heißt|heisst|est|était|c'est|to jest|jest"
    r"|это|был|было|вот|такой|—|-|є|це|là|la"
    r"|adalah|ialah|yaitu|ay|هو|هي|است|है|คือ|: "
)
_OWNED = re.compile(r"(?:[ \n][^\W\d_]{1,12}+){1,3}[ \n](?:\|[ ])?")
# What says that it was changed to the value.
_TO = r"to|as|and|with|-|–|—|number|no\.?|a|por|para|auf|zu|in|à|par|en|на|olarak|thành|sang|menjadi|ke|będzie|was|sa"
_FORMS = (
    # password: x, password on my account = x, <password>x, "password" value="x"
    (
        _Link.EQUALS,
        re.compile(
            rf"{_CLOSING}(?:[ ]{{0,3}}(?:(?:[:=：＝|]{{1,3}}>?|->|→)(?!//)|(?<=[a-z])>|[ ]value=)"
            rf"|{_OWNER}(?:[ ]{{0,3}}[:：]|[ ]{{1,3}}[=|]|[ ]?->))"
            rf"{_CLOSING}{_BREAK}(?:\| )?"
        ),
    ),
    (
        _Link.SAID,
        re.compile(
            r"[ ]?(?:就?是|为|為|改成了?|改为了?|改為了?|设为|設為|设置为|叫|换成了?|は|が|을|를|은|는|이|가|を"
            r"|(?:ของ(?:ฉัน|ผม|คุณ|เรา))?[ ]?คือ)[ ]?[:：]?[ \n]?(?:\|[ ])?"
        ),
    ),
    (
        _Link.SAID,
        re.compile(
            rf"{_CLOSING}{_OWNER}[ \n]{{1,2}}(?:{_IS})(?:[ ](?:now|currently|just|set to|jetzt|ahora"
            rf"|сейчас))?[ ]?[:=]?[ \n]{{1,2}}(?:\|[ ])?"
        ),
    ),
    (
        _Link.LOOSE,
        re.compile(rf"(?:[ \n](?:[^\W\d_]|[’']){{1,18}}+){{1,5}}?(?:[ ]?[:=：]|[ ](?:{_IS}))[ \n]{{1,2}}"),
    ),
    (
        _Link.LOOSE,
        re.compile(rf"{_CLOSING}[ \n]{{1,2}}(?:{_TO})[ \n]{{1,2}}(?:\|[ ])?|{_CLOSING}[ ]?\n{{0,2}}[ ]?"),
    ),
    # Of languages that say whose it is behind the word.
    (_Link.LOOSE, _OWNED),
)
_FIRM_FORMS = 3
_AHEAD = 120
# What looks random has one of these.
_MAY_BE_RANDOM = re.compile(r"[0-9!@#$%^&*+=?~]|[a-z][A-Z]")
_QUOTED = r"[\"'“”‘’«`「『]([^\"'“”‘’»`」』\n]{3,128}+)[\"'“”‘’»`」』]"
_WORD = r"([!-~\u00c0-\u024f\u0400-\u04ff]{3,128}+)"
_VALUE = re.compile(rf"(?:{_QUOTED}|[\"'“‘«(<\[`「『]{{0,2}}{_WORD})")
_TRAILING = ".,;:?)]}>\"'”’`|"
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_PARTICIPLE = re.compile(r"[a-z]+(?:ed|ing|ly|able|ible|ful|less)")
_PLACEHOLDER = re.compile(r"[$%{<\[]|([*•x.#_-])\1*+$|--|</", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"[a-z-]{1,20}=[\"']", re.IGNORECASE)
_DIGITS = re.compile(r"\d{6,12}")
_LETTERS = re.compile(r"[^\W\d_]+")
_MORE_WORDS = re.compile(r"[ ][^\W\d_]{2,}")
_SHORTEST = 3

# x is my password
_BEHIND_LINKS = words("links") | {"as", "=", "—", "–", "-", "|"}
_BEHIND_OWNERS = words("owners") | {""}
_ALONE_OWNERS = frozenset(("benim", "मेरा", "मेरे"))
_BEHIND_WIDE = re.compile(
    r"(?:[がは](?:私の)?|[이가은는] ?(?:(?:제|내|저의|나의) )?| ?就?是(?:我的?|你的?|这个|這個)?)$"
)
_BEHIND_REACH, _BEHIND_WIDE_REACH = 48, 9
_MOST_BETWEEN = 4
_LONGEST = 128
_REACH_BEFORE, _REACH = 190, 260
# A value looks random, or one of these signs, a character that is not ASCII, or a word that says "is" ties it to the word.
_SIGN = re.compile(r"[0-9A-Z!@#$%^&*+=?~:>|\x80-\U0010ffff](?<![^a-z][A-Z])")
_SIGN_REACH = 600
_PLAIN_LINKS = frozenset(
    word for form in _IS.split("|") if form.isascii() for word in re.findall("[a-z]+", form)
)
_AROUND = " \n\"'”’)]`|,-—–"


def find_passwords(view: View) -> Iterator[Span]:
    """Every password that its neighbouring words announce, as spans of the plain text. Linear time."""
    if not has_labels(view, "password"):
        return
    linked = not _PLAIN_LINKS.isdisjoint(view.words)
    if not linked and _SIGN.search(view.text) is None:
        return
    local = Local[tuple[int, int] | None](view.text, _REACH_BEFORE, _REACH)
    signs = Ahead(_SIGN, view.text)
    for place in labels(view, "password").places():
        start, end, _ = place
        if not linked and not signs.within(max(0, start - _REACH_BEFORE), end - start + _SIGN_REACH):
            continue
        value = local.decide(start, end, _value, view, place)
        if value is not None:
            yield start + value[0], start + value[1], Kind.PASSWORD


def _value(view: View, place: tuple[int, int, str]) -> tuple[int, int] | None:
    """Where the value of a word for a password is, counted from the word."""
    label = Label._make(place)
    span = _before(view, label) or _behind(view, label)
    return None if span is None else (span[0] - label.start, span[1] - label.start)


def _before(view: View, label: Label) -> tuple[int, int] | None:
    """The value that follows the word."""
    lower = view.lower
    before = lower[max(0, label.start - 2) : label.start] if lower[label.start].isascii() else ""
    known = _KNOWN.match(lower, label.start, label.end) is not None
    ahead = view.text[label.end : label.end + _AHEAD]
    patterns = _FORMS if _MAY_BE_RANDOM.search(ahead) else _FORMS[:_FIRM_FORMS]
    for link, pattern in patterns:
        between = pattern.match(lower, label.end)
        if between is None:
            continue
        if pattern is _OWNED and not words("owned behind").issuperset(between[0].split()):
            continue
        value = _VALUE.match(view.text, between.end())
        if value is not None:
            span = _accepted(link, value, before, known and _KNOWN_LINK.search(between[0]) is not None)
            if span is not None:
                return span
    return None


def _accepted(link: _Link, value: re.Match[str], before: str, known: bool) -> tuple[int, int] | None:
    """The span of a value that may be taken for the secret, or `None`.

    A word inside an identifier (`DB_PASSWORD=`) announces only what looks random, behind an equals sign; an option of a
    command (`--password x`) announces whatever follows.
    """
    quoted = value.group(1)
    if quoted:
        start, end, text = value.start(1), value.end(1), quoted
        link = max(link, _Link.SAID)
    else:
        start, text = value.start(2), value.group(2)
        text = text.partition("</")[0].rstrip(_TRAILING)
        if before[-1:] in {"?", "&"}:
            text = text.partition("&")[0]
        end = start + len(text)
    option = before == "--"
    embedded = not option and (before[-1:] in {"_", "-"} or (before[-1:].isascii() and before[-1:].isalnum()))
    if len(text) < _SHORTEST or _PLACEHOLDER.match(text):
        return None
    random = looks_random(text) and not (link is _Link.LOOSE and _ADDRESS.fullmatch(text))
    if link is not _Link.EQUALS and _ATTRIBUTE.match(text):
        return None
    if option and not text.startswith("-"):
        return start, end
    if embedded or link is _Link.LOOSE:
        strict = (
            (random or _DIGITS.fullmatch(text))
            and (not embedded or link is _Link.EQUALS)
            and not text.startswith(("http", "www."))
        )
        return (start, end) if strict else None
    if random or quoted:
        return start, end
    prose = _LETTERS.fullmatch(text.rstrip("!")) is not None and (
        link is not _Link.EQUALS or _MORE_WORDS.match(value.string, end) is not None
    )
    if text.lower() in ORDINARY or (prose and (not known or _PARTICIPLE.fullmatch(text))):
        return None
    return start, end


def _behind(view: View, label: Label) -> tuple[int, int] | None:
    """The value that stands before the word: `Hunter2! is my password`."""
    end = _said_behind(view.flat, label.start)
    if end is None:
        return None
    text = view.text
    while end and text[end - 1] in _AROUND:
        end -= 1
    start, floor = end, max(0, end - _LONGEST)
    while start > floor and "!" <= text[start - 1] <= "~":
        start -= 1
    value = text[start:end].strip("\"'(")
    return (start, end) if looks_random(value) and not _PLACEHOLDER.match(value) else None


def _said_behind(flat: str, start: int) -> int | None:
    """Where what a word for a password is said of ends, if it is said of what stands before it."""
    wide = _BEHIND_WIDE.search(flat, max(0, start - _BEHIND_WIDE_REACH), start)
    if wide is not None:
        return wide.start()
    tail = flat[max(0, start - _BEHIND_REACH) : start]
    if tail.endswith((" (", " (my ")):
        return start - len(tail) + tail.rindex(" (")
    if not tail.endswith(" "):
        return None
    size = len(tail)
    for between, word in enumerate(reversed(tail[:-1].split(" "))):
        size -= len(word) + 1
        if word in _ALONE_OWNERS or word in _BEHIND_LINKS:
            return start - len(tail) + size if size > 0 else None
        if between == _MOST_BETWEEN or not (word in _BEHIND_OWNERS or word.isalnum()):
            return None
    return None
