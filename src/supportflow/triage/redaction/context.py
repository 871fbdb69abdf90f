"""API secrets and private keys that the words beside them give away, and passwords in web addresses."""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re
from collections.abc import Iterator

from supportflow.triage.redaction.checks import base58check
from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.labels import Label, has_labels, labels
from supportflow.triage.redaction.local import Ahead, Local
from supportflow.triage.redaction.topics import looks_random
from supportflow.triage.redaction.view import View
from supportflow.triage.redaction.vocabulary import words

__all__ = ["find_announced"]

_LINK = "|".join(map(re.escape, sorted(words("links"))))
_LINKED = re.compile(
    r"(?:\"?[_ -]?(?:id|key|value)s?)?[\"'”’)\]`*_]{0,3}"
    r"(?:[ ](?:for|on|of|in|to)[ ][\w.@-]{1,40}+(?:[ ][\w.@-]{1,40}+){0,2}?)?"
    r"(?:(?:[ ][^\W\d_]{1,12}+){0,4}?[ ]?(?:[:=：＝|]{1,3}>?|->|→|[ ]value=)(?!//)|(?<=[a-z])>"
    r"|[ ]?(?:就?是|为|為|は|が|은|는|이|가|คือ)"
    rf"|(?:[ ][^\W\d_]{{1,12}}+){{0,3}}?[ ](?:{_LINK})(?=[ \n])|)"
    r"[\"'“”‘`*]{0,2}[ ]?(?:\n{1,2}[ ]?)?(?:\| )?[\"'“‘(<`]{0,2}"
)
_API_VALUE = re.compile(r"[A-Za-z0-9+/=_.~-]{8,512}+")
# As an authenticator shows a secret: groups of four of base32.
_GROUPED = re.compile(r"(?:[A-Za-z2-7]{4}[ -]){3,15}[A-Za-z2-7]{1,4}(?![A-Za-z0-9])")
_KEY_VALUE = re.compile(r"(?!0x[0-9a-fA-F]{40}(?![0-9a-fA-F]))[A-Za-z0-9+/=]{32,512}+")
_REACH = 700
_FAR = 1_000  # no value ends farther behind the words
# One of these is in every value that counts: a digit, a sign, a capital behind a small letter.
_LIKELY = re.compile("[0-9A-Z+=~](?<![^a-z][A-Z])")
_LONG = 16
_TRAILING = ".,;:?)]}>\"'”’`"
_PLACEHOLDER = re.compile(r"[$%{<\[]|([*•x.#_-])\1*+$", re.IGNORECASE)

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
# Each of these expressions has one.
_KEY_PARTS = ("key", "secret", "token", "api", "密钥", "密鑰", "秘钥", "秘鑰", "私钥", "私鑰")
_SAYS_OTHER = re.compile(
    r"hash|(?<![a-z])tx(?:id|n)?(?![a-z])|transaction|address|wallet|order|ticket|case|reference|block|contract"
    r"|public|signature|session"
    r"|request|trace|哈希|交易|地址|订单|訂單|工单|工單|编号|編號|公钥|公鑰|合约|合約"
)


def find_announced(view: View) -> Iterator[Span]:
    """Every key and API secret that its neighbouring words announce, as spans of the plain text. Linear time."""
    if has_labels(view, "api", "private key") and _LIKELY.search(view.text) is not None:
        yield from _by_labels(view)
    if b"://" in view.latin:
        for match in _BASIC_AUTH.finditer(view.text):
            yield *match.span(1), Kind.PASSWORD


def _by_labels(view: View) -> Iterator[Span]:
    found = labels(view, "api", "private key")
    local = Local[tuple[int, int] | None](view.text, 2, _REACH)
    likely = Ahead(_LIKELY, view.text)
    for place in found.places():
        start, end, role = place
        if not likely.within(end, _FAR):
            continue
        value = local.decide(start, end, _value_of, view, place)
        if value is not None:
            kind = Kind.PRIVATE_KEY if role == "private key" else Kind.API_SECRET
            yield start + value[0], start + value[1], kind
    if len(found):
        yield from _dense_near_keys(view)


def _value_of(view: View, place: tuple[int, int, str]) -> tuple[int, int] | None:
    """Where the value that follows the words is, counted from them.

    A word inside an identifier (`DB_SECRET`) needs an equals sign.
    """
    label = Label._make(place)
    between = _LINKED.match(view.lower, label.end)
    if between is None:
        return None
    grouped = _GROUPED.match(view.text, between.end())
    if label.role == "api" and grouped is not None and any(map(str.isdigit, grouped[0])):
        return grouped.start() - label.start, grouped.end() - label.start
    value = (_KEY_VALUE if label.role == "private key" else _API_VALUE).match(view.text, between.end())
    if value is None:
        return None
    text = value[0].rstrip(_TRAILING)
    if _SAYS_OTHER.search(between[0]) or (label.role == "private key" and _is_address(text)):
        return None
    embedded = view.lower[max(0, label.start - 1) : label.start] in {"_", "-"}
    equal = "=" in between[0] or ":" in between[0]
    if (
        _PLACEHOLDER.match(text)
        or (embedded and not equal and len(text) < _LONG)
        or text.startswith(("http", "www."))
    ):
        return None
    said = equal or any(map(str.isdigit, text))
    if (looks_random(text) and said) or (text.isdigit() and equal):
        return value.start() - label.start, value.start() + len(text) - label.start
    return None


def _dense_near_keys(view: View) -> Iterator[Span]:
    """Key-like runs close behind the words "API key" or "secret", with nothing nearer that says otherwise."""
    lower = view.lower
    if not any(part in lower for part in _KEY_PARTS):
        return
    keys = [match.end() for match in _SAYS_KEY.finditer(lower)]
    if not keys:
        return
    others = [match.end() for match in _SAYS_OTHER.finditer(lower)]
    links = view.links
    key = other = link = 0
    for match in _DENSE.finditer(view.text):
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


def _is_address(token: str) -> bool:
    return _WALLET.fullmatch(token) is not None or len(base58check(token) or b"") == _ADDRESS_BYTES


def _key_like(token: str) -> bool:
    """Letters and digits well mixed, unlike an identifier made of words."""
    if _UUID.fullmatch(token):
        return True
    if _is_address(token):
        return False
    digits = sum(c.isdigit() for c in token)
    mixed = any(c.islower() for c in token) and any(c.isupper() for c in token)
    return (
        digits >= _FEWEST_DIGITS and (mixed or "_" not in token) and "--" not in token and not token.isdigit()
    )
