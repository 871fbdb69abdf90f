"""Does a text ask somebody for a secret? Support never does, so a reply that does is a mistake or a fraud.

English and Chinese have short declared lists and a few rules of grammar, one pass over the words; every language that has a
pack is read by the rule set `asking` over roles besides. Both are made to let warnings ("never send us your password") and
explanations ("we will send you a code") through, and read nothing else into a text. Somebody who wants to get past them
can; they are there for the agent in a hurry and for the bot that was talked into it.
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from supportflow.triage import phrasebook as book
from supportflow.triage.phrasebook import folded
from supportflow.triage.reading import Reader, shipped_packs, shipped_rules
from supportflow.triage.reading.necessary import NecessaryWords, necessary
from supportflow.triage.told import Told

__all__ = ["asked_secret"]

# --- English -----------------------------------------------------------------------------------

_TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[.!?;:\n。！？；：]|[,，、]|-")
_STOPS = frozenset(".!?;:\n。！？；：")
_COMMAS = frozenset(",，、")
_REACH = 7
_WANT: dict[str, list[list[str]]] = {}
for _phrase in book.WANT:
    _WANT.setdefault(_phrase.split()[0], []).append(_phrase.split())
_LOOKBACK = 5
_EVENT = "wanted"
"""The role that every rule of the set `asking` begins with."""


class _Segment(NamedTuple):
    """Words between two commas, and whether a negation before the comma still holds."""

    words: list[str]
    negated: bool


def asked_secret(text: str) -> str | None:
    """The kind of secret that a text asks its reader for, such as `"password"`; None if it asks for none.

    `"secret"` where only the packs of languages hear it: they do not tell kinds apart.

    Time is linear in the length of the text.
    """
    return _told(text)


def _asked(text: str) -> str | None:
    if text.isascii() and not _secrets().may_be_in(text):
        return None
    plain = folded(text)
    return _english(plain) or _chinese(plain) or _any_language(text)


_told = Told(_asked)


def _any_language(text: str) -> str | None:
    found = _reader().read(text)
    return "secret" if found else None


@cache
def _reader() -> Reader:
    return Reader(shipped_packs(), [shipped_rules("asking")])


@cache
def _secrets() -> NecessaryWords:
    """Words of which one stands in every secret, in whatever language has Latin letters."""
    packs = [pack.only(_EVENT) for pack in shipped_packs() if "Latn" in pack.scripts]
    return NecessaryWords(
        [
            *(f"*{hint}*" for hint in _HINTS),
            *(word for pack in packs for word in sorted(necessary(pack, _EVENT))),
        ]
    )


def _english(text: str) -> str | None:
    for hint in _HINTS:  # a generator costs more than what it would ask
        if hint in text:
            break
    else:
        return None
    for clause in _clauses(text):
        for segment in _segments(clause):
            kind = _in_segment(segment)
            if kind is not None:
                return kind
    return None


def _clauses(text: str) -> list[list[str]]:
    """The words and commas of each sentence. A colon ends none: what is asked for may follow it."""
    clauses: list[list[str]] = [[]]
    for one in _TOKEN.findall(text):
        if one in _STOPS and one not in ":：\n":
            clauses.append([])
        elif one not in "-:：\n":
            clauses[-1].append(one)
    return clauses


def _segments(clause: Sequence[str]) -> list[_Segment]:
    """The clause cut at "but"; each part knows whether what came before a comma negates it."""
    segments: list[_Segment] = []
    words: list[str] = []
    negated = carried = False
    start: list[str] = []
    for one in [*clause, "but"]:
        if one == "but" or one in _COMMAS:
            first = next((word for word in start if word not in book.JOINS), "")
            if one == "but":
                segments.append(_Segment(words, negated))
                words, negated, carried = [], False, False
            elif first in book.CONDITION:
                # "If it has not come, send us …": the condition's negation is its own.
                segments.append(_Segment(words, negated))
                words, carried = [], False
            else:
                carried = carried or any(word in book.NOT for word in start)
            start = []
            if one != "but":
                words.append(",")
            continue
        if not start or all(word in book.JOINS for word in start):
            if carried and one in book.RESTART:
                # "We never ask for it, please send …": a new beginning, to which the negation does not reach.
                segments.append(_Segment(words, negated))
                words, carried = [], False
            if one not in book.JOINS:
                negated = carried
        start.append(one)
        words.append(one)
    return segments


def _in_segment(segment: _Segment) -> str | None:
    words = segment.words
    for at, word in enumerate(words):
        if word in book.GIVE:
            asks = _customer_gives(words, at)
            end = at + 1
        else:
            phrase = next((one for one in _WANT.get(word, ()) if words[at : at + len(one)] == one), None)
            asks, end = phrase is not None, at + len(phrase or ())
        if not asks or segment.negated or _negated(words, at):
            continue
        kind = _object(words, end, strict=word not in book.GIVE)
        if kind is not None:
            return kind
    return None


def _customer_gives(words: Sequence[str], at: int) -> bool:
    """True if it is the reader who is to do the giving."""
    after = words[at + 1] if at + 1 < len(words) else ""
    if after == "you":
        return False
    for word in reversed(words[max(at - _LOOKBACK, 0) : at]):
        if word in book.CUSTOMER:
            return True
        if word in book.DESK or word in book.OTHERS:
            return False
    return True


def _negated(words: Sequence[str], at: int) -> bool:
    before = words[max(at - 2 * _LOOKBACK, 0) : at]
    return any(word in book.NOT or word in book.OTHERS for word in before)


def _object(words: Sequence[str], start: int, *, strict: bool) -> str | None:
    """The secret that is given or wanted: it follows soon, and nothing else begins before it."""
    for at in range(start, min(start + _REACH + 1, len(words))):
        kind, end = _secret_at(words, at)
        if kind is not None:
            after = words[end] if end < len(words) else ""
            return None if after in book.COMPOUND else kind
        word = words[at]
        if word in book.NOT or word in book.BREAKS or (strict and word not in book.FILLERS and word != ","):
            return None
    return None


_BY_FIRST: dict[str, list[tuple[list[str], str]]] = {}
for _kind, _phrases in book.SECRETS_EN.items():
    for _phrase in _phrases:
        _BY_FIRST.setdefault(_phrase.split()[0], []).append((_phrase.split(), _kind))


# One word of each phrase: a text without any of them names no secret, and most texts have none.
_HINTS = {
    "code" if "code" in phrase.split() else max(phrase.split(), key=len)
    for phrases in book.SECRETS_EN.values()
    for phrase in phrases
}
_HINTS = {hint for hint in _HINTS if not any(other != hint and other in hint for other in _HINTS)}


def _secret_at(words: Sequence[str], at: int) -> tuple[str | None, int]:
    best: tuple[str | None, int] = (None, at)
    for phrase, kind in _BY_FIRST.get(words[at], ()):
        end = at + len(phrase)
        if list(words[at:end]) == phrase and end > best[1]:
            best = (kind, end)
    return best


# --- Chinese -----------------------------------------------------------------------------------

_CLAUSE_ZH = re.compile(r"[^。！？；;!?\n]+")
_VERB_ZH = re.compile("|".join(sorted(book.GIVE_ZH, key=len, reverse=True)))
_SECRET_ZH = re.compile(
    "|".join(sorted((word for words in book.SECRETS_ZH.values() for word in words), key=len, reverse=True))
)
_KIND_ZH = {word: kind for kind, words in book.SECRETS_ZH.items() for word in words}
_RESTART_ZH = re.compile("[,，](?:请(?!勿)|請(?!勿)|麻烦|但|不过|所以|因此|我们需|您需|现在)")
_NEXT_ZH = re.compile("[,，](?:您|你|我们|我們|系统|系統)")
_QUESTION_ZH = re.compile("(?:是多少|是什么|是什麼|是啥)(?:呢|吗|嗎|呀|啊)?$")
_REACH_ZH = 12
_LOOKBACK_ZH = 16


def _chinese(text: str) -> str | None:
    if text.isascii():
        return None
    for match in _CLAUSE_ZH.finditer(text):
        clause = match.group()
        secret = _SECRET_ZH.search(clause)
        if secret is None:
            continue
        for part in _RESTART_ZH.split(clause):
            kind = _given_zh(part) or _handed_zh(part)
            if kind is not None:
                return kind
    return None


def _given_zh(part: str) -> str | None:
    """A verb, then the secret: 请提供您的密码."""
    for verb in _VERB_ZH.finditer(part):
        before = part[max(verb.start() - _LOOKBACK_ZH, 0) : verb.start()]
        after = part[verb.end() : verb.end() + _REACH_ZH]
        to_customer = after[:1] in {"您", "你"} and after[1:2] != "的"
        if to_customer or _any_in(before, book.NOT_ZH) or not _customer_gives_zh(before):
            continue
        secret = _SECRET_ZH.search(after)
        between = "" if secret is None else after[: secret.start()]
        begins_anew = _any_in(between, (*book.NOT_ZH, *book.BREAKS_ZH)) or _NEXT_ZH.search(between)
        if secret is None or begins_anew:
            continue
        rest = part[verb.end() + secret.end() : verb.end() + secret.end() + 4]
        if not rest.startswith(book.COMPOUND_ZH):
            return _KIND_ZH[secret.group()]
    return None


def _handed_zh(part: str) -> str | None:
    """The secret, then the verb: 把验证码发给我, 密码是多少."""
    for secret in _SECRET_ZH.finditer(part):
        before = part[max(secret.start() - _LOOKBACK_ZH, 0) : secret.start()]
        after = part[secret.end() : secret.end() + 8]
        if _any_in(before, book.NOT_ZH):
            continue
        if _QUESTION_ZH.match(after.rstrip(" ，,。？?")):
            return _KIND_ZH[secret.group()]
        place = min((at for verb in book.AFTER_ZH if (at := after.find(verb)) >= 0), default=-1)
        if place >= 0 and not _any_in(after[:place], (*book.NOT_ZH, *book.BREAKS_ZH, "，", ",")):
            return _KIND_ZH[secret.group()]
    return None


def _customer_gives_zh(before: str) -> bool:
    """True if it is the reader who is to do the giving: the nearest subject before the verb decides."""
    for object_of in ("给", "向", "为", "給", "為"):
        for person in ("您", "你"):
            before = before.replace(object_of + person, "")
    customer = max(before.rfind(word) for word in book.CUSTOMER_ZH)
    desk = max(before.rfind(word) for word in book.DESK_ZH)
    return customer >= desk


def _any_in(text: str, words: Sequence[str]) -> bool:
    return any(word in text for word in words)
