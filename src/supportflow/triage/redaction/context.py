"""Secrets that only the words beside them give away: passwords, PINs, one-time codes, API secrets.

"My password is dragon" and "my password is wrong" differ in one word. A value behind a colon or an equals sign is
taken unless it is a placeholder or an everyday word; behind "is" it may also not be a participle; with nothing
between it must look random. Digits behind "code" are taken where the words between are only filler.
"""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re
from collections.abc import Iterator
from enum import IntEnum

from supportflow.triage.redaction.checks import base58check
from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.piece import Piece
from supportflow.triage.redaction.topics import (
    CODE_NOT_SECRET,
    MAY_ANNOUNCE,
    ORDINARY,
    TOPICS,
    Topic,
    looks_random,
)

__all__ = ["find_announced"]


class _Link(IntEnum):
    """How firmly the words between an announcement and a value tie the two together."""

    LOOSE = 0
    SAID = 1
    EQUALS = 2


_CLOSING = r"[\"'”’)\]`*]{0,3}"
_BREAK = r"[ \t]{0,4}(?:\r?\n[ \t]{0,4})?"
_OWNER = (
    r"(?:[ ](?:for|on|of|in|at|to)(?:[ ](?:my|the|this|our|your))?[ ][\w.@-]{1,40}+"
    r"(?:[ ](?:account|wallet|email|app))?)?"
)
_LINKS = (
    (_Link.EQUALS, re.compile(rf"{_CLOSING}{_OWNER}[ \t]{{0,4}}(?:[:=：＝|]{{1,3}}>?|->|→)(?!//){_BREAK}")),
    (
        _Link.SAID,
        re.compile(r"[ \t]{0,2}(?:就?是|为|為|改成|改为|改為|设为|設為|设置为|叫)[ \t]{0,2}[:：]?[ \t]{0,2}"),
    ),
    (
        _Link.SAID,
        re.compile(
            rf"{_CLOSING}{_OWNER}[ \t]{{1,3}}(?:is|was|are|were|=|es|ist|est)(?:[ ](?:now|currently|just|set to))?"
            rf"[ \t]{{0,3}}[:=]?(?:[ \t]{{1,3}}|\r?\n)"
        ),
    ),
    (_Link.LOOSE, re.compile(r"(?:[ ][a-z']{1,12}){1,5}(?:[ ]?[:=]|[ ](?:is|was))[ ]{1,3}")),
    (
        _Link.LOOSE,
        re.compile(
            r"[ \t]{1,3}(?:to|as|and|with|-|–|—|number|no\.?)[ \t]{1,3}|[ \t]{0,3}(?:\r?\n)?[ \t]{0,3}"
        ),
    ),
)

_FILLER = re.compile(
    r"(?:[ \t,]{1,3}(?:is|was|i|i've|have|just|got|get|received|my|the|me|you|they|sent|here|it"
    r"|it's|its|code|number|no|from|by|via|on"
    r"|sms|text|email|app|phone|now|that|this|which|says|said|shows|as|be|should|to|your|login|in|of|entered|enter|are|gave|him|her|them|they|we|asked|wanted|used|told"
    r"|for|google|authenticator)(?![a-z])){0,9}+[\s:=：#\"'“(*-]{0,6}"
)
_CHINESE_FILLER = re.compile(
    '[是为為收到的了给給你您发發我他她们們告诉告訴,，:： 这這个個刚剛才现现在現在输入輸入填写寫叫做就“"=]{0,12}+'
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_DIGIT_KINDS = frozenset((Kind.ONE_TIME_CODE, Kind.CARD_CODE, Kind.PIN))
_PLAIN_CODE = frozenset(("code", "codes"))
_PLAIN_CODE_DIGITS = 6

_PARTICIPLE = re.compile(r"[a-z]+(?:ed|ing|ly|able|ible|ful|less)")
_PLACEHOLDER = re.compile(r"[$%{<\[]|([*•x.#_-])\1*+$", re.IGNORECASE)
_DIGITS = re.compile(r"\d{6,12}")
_TRAILING = ".,;:?)]}>\"'”’`"

_SAID_AFTER = re.compile(
    r"[ \t]{0,3}(?:is|was|as|=|就?是|为|為)[ \t]{0,3}(?:my |the |our |his |her |your |我的|这个|這個)?"
    r"(?:[a-z0-9]{1,14}[ -]){0,2}"
    r"(?:(password|passcode|passwd|pwd|密码|密碼)|(pin(?![a-z]))|(code(?![a-z])|otp|验证码|驗證碼))"
)
_AFTER_KINDS = (Kind.PASSWORD, Kind.PIN, Kind.ONE_TIME_CODE)
_AFTER_ANCHORS = (
    "is my",
    "is the",
    "was my",
    "was the",
    "as my",
    "as the",
    "是",
    "= my",
    "is our",
    "is your",
    "is his",
    "is her",
)
_TOKEN = re.compile(r"(?<![!-~])[!-~]{4,128}+")

_BASIC_AUTH = re.compile(r"://[^\s:/?#\[\]@!$&'()*+,;=]{1,64}:([^\s:/?#\[\]@&'()*,;]{1,128})@")

_DENSE = re.compile(r"(?<![A-Za-z0-9+/_.@-])[A-Za-z0-9+/_-]{16,512}+={0,2}")
_KEY_REACH = 80
_FEWEST_DIGITS = 3
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_WALLET = re.compile(r"0x[0-9a-fA-F]{40}|[a-z]{2,12}1[02-9ac-hj-np-z]{38,100}")
_ADDRESS_BYTES = 21
_SAYS_KEY = re.compile(
    r"api[ _-]{0,2}(?:key|secret|pass)|secret[ _-]?key|(?:api|client|app|access)[ _-]?secret|access[ _-]?(?:key|token)"
    r"|api ?密钥|密钥|密鑰|秘钥|秘鑰"
    r"|(?<![a-z_])secret(?![a-z_])|private[ _-]?key|私钥|私鑰"
)
_SAYS_OTHER = re.compile(
    r"hash|(?<![a-z])tx(?:id|n)?(?![a-z])|transaction|address|wallet|order|ticket|case|reference|block|contract|public|signature|session"
    r"|request|trace|哈希|交易|地址|订单|訂單|工单|工單|编号|編號|公钥|公鑰|合约|合約"
)


def find_announced(piece: Piece) -> Iterator[Span]:
    """Every secret that its neighbouring words announce, as spans of the folded text. Linear time."""
    lower = piece.lower
    latin = piece.latin
    others = not lower.isascii() and MAY_ANNOUNCE.search(lower) is not None
    announced = False
    for topic in TOPICS:
        for anchor in topic.latin_anchors:
            if anchor in latin:
                break
        else:
            if not others or not any(anchor in lower for anchor in topic.other_anchors):
                continue
        announced = True
        for word in topic.words.finditer(lower):
            span = _value_of(topic, word, piece)
            if span is not None:
                yield *span, topic.kind
    if announced:
        yield from _announced_after(piece)
        yield from _dense_near_keys(piece)
    if b"://" in latin:
        for match in _BASIC_AUTH.finditer(piece.text):
            yield *match.span(1), Kind.PASSWORD


def _value_of(topic: Topic, word: re.Match[str], piece: Piece) -> tuple[int, int] | None:
    if topic.kind in _DIGIT_KINDS:
        return _digits_after(topic, word, piece)
    before = piece.lower[word.start() - 1 : word.start()] if word.start() else ""
    for link, pattern in _LINKS:
        between = pattern.match(piece.lower, word.end())
        if between is None:
            continue
        value = topic.value.match(piece.text, between.end())
        if value is not None:
            span = _accepted(topic, link, value, before)
            if span is not None:
                return span
    return None


def _accepted(topic: Topic, link: _Link, value: re.Match[str], before: str) -> tuple[int, int] | None:
    """The span of a value that may be taken for the secret, or `None`.

    A word inside an identifier (`DB_PASSWORD=`) announces only what looks random, behind an equals sign.
    """
    quoted = value.group(1)
    if quoted:
        start, end, text = value.start(1), value.end(1), quoted
        link = max(link, _Link.SAID)
    else:
        start, text = value.start(2), value.group(2)
        text = text.rstrip(_TRAILING)
        if before in {"?", "&"}:
            text = text.partition("&")[0]
        end = start + len(text)
    embedded = before in {"_", "-"} or (before.isascii() and before.isalnum())
    if len(text) < topic.shortest or _PLACEHOLDER.match(text):
        return None
    random = looks_random(text)
    if topic.random_only and not (random or (text.isdigit() and link is _Link.EQUALS)):
        return None
    if embedded or link is _Link.LOOSE:
        strict = (
            (random or _DIGITS.fullmatch(text))
            and (not embedded or link is _Link.EQUALS)
            and not text.startswith(("http", "www."))
        )
        return (start, end) if strict else None
    if not random and not quoted and _ordinary(text.lower(), link):
        return None
    return start, end


def _ordinary(text: str, link: _Link) -> bool:
    return text in ORDINARY or (link is _Link.SAID and _PARTICIPLE.fullmatch(text) is not None)


def _digits_after(topic: Topic, word: re.Match[str], piece: Piece) -> tuple[int, int] | None:
    lower, position = piece.lower, word.end()
    plain = word.group() in _PLAIN_CODE
    if plain and CODE_NOT_SECRET.search(lower[max(0, word.start() - 16) : word.start()]):
        return None
    for filler in (_FILLER, _CHINESE_FILLER):
        between = filler.match(lower, position)
        value = topic.value.match(lower, between.end()) if between else None
        if between is None or value is None:
            continue
        firm = any(sign in between.group() for sign in ":=：是为為") or " is" in between.group()[-5:]
        digits = sum(c.isdigit() for c in value.group(2))
        if _YEAR.fullmatch(value.group(2)) and not firm:
            continue
        if plain and digits != _PLAIN_CODE_DIGITS:
            continue
        return value.span(2)
    return None


def _announced_after(piece: Piece) -> Iterator[Span]:
    """`Hunter2! is my password`."""
    text, lower = piece.text, piece.lower
    if not any(anchor in lower for anchor in _AFTER_ANCHORS):
        return
    for token in _TOKEN.finditer(text):
        said = _SAID_AFTER.match(lower, token.end())
        if said is None:
            continue
        value = token.group().strip("\"'“”(")
        kind = next(k for k, group in zip(_AFTER_KINDS, said.groups(), strict=True) if group)
        if looks_random(value) if kind is Kind.PASSWORD else value.isdigit():
            yield token.start(), token.end(), kind


def _dense_near_keys(piece: Piece) -> Iterator[Span]:
    """Key-like runs close behind the words "API key" or "secret", with nothing nearer that says otherwise."""
    lower = piece.lower
    keys = [match.end() for match in _SAYS_KEY.finditer(lower)]
    if not keys:
        return
    others = [match.end() for match in _SAYS_OTHER.finditer(lower)]
    links = piece.links
    key = other = link = 0
    for match in _DENSE.finditer(piece.text):
        start = match.start()
        while key < len(keys) and keys[key] <= start:
            key += 1
        while other < len(others) and others[other] <= start:
            other += 1
        while link < len(links) and links[link][1] <= start:
            link += 1
        if key == 0 or keys[key - 1] < start - _KEY_REACH or (other and others[other - 1] > keys[key - 1]):
            continue
        if link < len(links) and links[link][0] <= start:
            continue
        if _key_like(match.group()):
            yield start, match.end(), Kind.API_SECRET


def _key_like(token: str) -> bool:
    """Letters and digits well mixed, unlike an identifier made of words."""
    if _UUID.fullmatch(token):
        return True
    if _WALLET.fullmatch(token) or len(base58check(token) or b"") == _ADDRESS_BYTES:
        return False
    digits = sum(c.isdigit() for c in token)
    mixed = any(c.islower() for c in token) and any(c.isupper() for c in token)
    return (
        digits >= _FEWEST_DIGITS and (mixed or "_" not in token) and "--" not in token and not token.isdigit()
    )
