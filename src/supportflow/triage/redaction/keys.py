"""Private keys that are known by their form: PEM, extended keys, WIF, Stellar, bech32; hexadecimal ones in context."""

# ruff: noqa: RUF001 - full-width punctuation is what is looked for

import re
from collections.abc import Iterator

from supportflow.triage.redaction.checks import base58check, stellar_seed
from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.labels import has_labels, labels
from supportflow.triage.redaction.shapes import stretches
from supportflow.triage.redaction.ties import WORD, Tie
from supportflow.triage.redaction.view import View
from supportflow.triage.redaction.vocabulary import words

__all__ = ["find_keys"]

_PEM_LINE = re.compile(
    r"-----(BEGIN|END) (?:[A-Z0-9]{1,16} ){0,4}(?:PRIVATE KEY|PGP PRIVATE KEY BLOCK|PRIVATE KEY BLOCK)-----"
)
# The body of a PEM block that lost its end: base64, header lines and line breaks, also written as "\n".
_PEM_BODY = re.compile(
    r"(?:[ \t\r]*+(?:\n|\\n)?[A-Za-z0-9+/=]{20,}+|[ \t\r]*+\n[A-Za-z-]{4,20}: [^\n]{1,80})*+"
)

_SHORTEST_KEY, _LONGEST_KEY = 50, 113
_KEY_RUN = b"x" * _SHORTEST_KEY
_LETTER_OR_DIGIT = bytes(
    ord("x") if code < 128 and chr(code).isalnum() else ord(" ")  # noqa: PLR2004 - of ASCII
    for code in range(256)
)
_SHORTEST_FORM = 47  # an EOS key, with its prefix

# Base58 runs as long as a key; what they are is decided by their checksum.
_BASE58_RUN = re.compile(r"(?<![A-Za-z0-9])[1-9A-HJ-NP-Za-km-z]{50,113}+(?![A-Za-z0-9])")
_BASE58_KEY_LENGTHS = frozenset((50, 51, 52, 53, 54, 58, *range(107, 114)))
_EXTENDED = re.compile(r"[A-Za-z]{0,2}(?:prv|pub|pv)")
_EXTENDED_BYTES = 78
_KEY_START = 45  # 4 version, 1 depth, 4 fingerprint, 4 child number, 32 chain code
_EXTENDED_LENGTH = 107
_KEY_BYTES = 33
_COMPRESSED_KEY_BYTES = 34
_ENCRYPTED_KEY_BYTES = 39  # BIP-38
_TEZOS_KEY_BYTES = 36

_OTHER_FORMS = (
    ("AGE-SECRET-KEY-1", re.compile(r"(?<![A-Za-z0-9])AGE-SECRET-KEY-1[0-9A-Z]{50,64}+")),
    ("nsec1", re.compile(r"(?<![A-Za-z0-9])nsec1[a-z0-9]{50,64}+(?![A-Za-z0-9])")),
    ("_sk1", re.compile(r"(?<![A-Za-z0-9])(?:ed25519e?|acct|addr|stake|root|pool)_sk1[a-z0-9]{50,200}+")),
    ("_xsk1", re.compile(r"(?<![A-Za-z0-9])(?:acct|addr|stake|root)_xsk1[a-z0-9]{50,300}+")),
    ("PVT_", re.compile(r"(?<![A-Za-z0-9])PVT_(?:K1|R1|WA)_[1-9A-HJ-NP-Za-km-z]{40,60}+")),
)
_STELLAR = re.compile(r"(?<![A-Za-z0-9])S[A-Z2-7]{55}+(?![A-Za-z0-9])")

# 64 hexadecimal digits are a private key or a transaction hash: only the words beside them tell.
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:0[xX])?[0-9a-fA-F]{64}+(?![0-9A-Za-z])")
_HEX_GROUPS = re.compile(
    r"[0-9a-fA-F](?<![0-9A-Za-z].)(?:(?<=0)[xX][0-9a-fA-F]{2,60}+|[0-9a-fA-F]{1,59}+)"
    r"(?:[ \n|:-]{1,6}[0-9a-fA-F]{2,60}+){1,31}(?![0-9A-Za-z])",
    re.DOTALL,
)
_HEX_DIGITS = 64
_LONG_BASE58 = re.compile(r"(?<![A-Za-z0-9])[1-9A-HJ-NP-Za-km-z]{86,90}+(?![A-Za-z0-9])")
_REACH = 80
_OWNERS = words("owners")
_REACH_BACK = 40
_BEHIND_WIDE = re.compile(
    r"[\s\"'`),，。:：-]{0,4}[这這是就为為我的个個你您他她它都がはのです은는이가제내저의나 ]{0,8}"
)

# Keys whose checksum tells what they are, in groups or over lines: how they begin, and how long they are in all.
# The first character comes first: by it such places are found.
_SPLIT_START = re.compile(
    r"[569KLcxyztuvYZUV](?<![0-9A-Za-z].)(?:(?<=5)[HJK]|(?<=[KL9c])|(?<=6)P|(?<=[xyztuvYZUV])prv)", re.DOTALL
)
_SPLIT = re.compile(r"[1-9A-HJ-NP-Za-km-z]{2,60}+(?:[ \n|-]{1,6}[1-9A-HJ-NP-Za-km-z]{1,60}+){1,40}")
_SPLIT_PART = re.compile(r"[1-9A-HJ-NP-Za-km-z]+")
# How a key begins → how long it is.
_SPLIT_LENGTHS = {"5": 51, "9": 51, "K": 52, "L": 52, "c": 52, "6": 58}
_SPLIT_EXTENDED = 111
_SPLIT_REACH = 200
_MOST_REMEMBERED = 2_000
_LETTERS_AND_DIGITS = bytes(
    ord("1") if chr(code).isdigit() else ord("a") if chr(code).isalpha() else ord(" ") for code in range(128)
) + bytes(128)
_MIXED_REACH = 100
# Places that are as close to each other are looked at as one.
_MIXED = re.compile(rb"a1(?:.{0,%d}?a1)*+" % (_MIXED_REACH - 2), re.DOTALL)
_SPLIT_DIGITS = 3


def _pem(text: str) -> Iterator[Span]:
    start = body = -1
    for line in _PEM_LINE.finditer(text):
        if line.group(1) == "END":
            if start >= 0:
                yield start, line.end(), Kind.PRIVATE_KEY
            start = -1
            continue
        if start >= 0:
            yield start, _pem_body_end(text, body, line.start()), Kind.PRIVATE_KEY
        start, body = line.span()
    if start >= 0:
        yield start, _pem_body_end(text, body, len(text)), Kind.PRIVATE_KEY


def _pem_body_end(text: str, start: int, limit: int) -> int:
    match = _PEM_BODY.match(text, start, limit)
    return match.end() if match else start


def _base58_kind(token: str) -> Kind | None:
    if len(token) not in _BASE58_KEY_LENGTHS:
        return None
    payload = base58check(token)
    if payload is not None:
        size = len(payload)
        if size == _EXTENDED_BYTES:
            return Kind.PRIVATE_KEY if payload[_KEY_START] == 0 else Kind.EXTENDED_PUBLIC_KEY
        if size in {_KEY_BYTES, _ENCRYPTED_KEY_BYTES} or (size == _COMPRESSED_KEY_BYTES and payload[-1] == 1):
            return Kind.PRIVATE_KEY
        return Kind.PRIVATE_KEY if size == _TEZOS_KEY_BYTES and token.startswith("edsk") else None
    # An extended key with a letter wrong is still nearly the key.
    prefix = _EXTENDED.match(token) if len(token) >= _EXTENDED_LENGTH else None
    if prefix is None:
        return None
    return Kind.EXTENDED_PUBLIC_KEY if prefix.group().endswith("pub") else Kind.PRIVATE_KEY


def _in_context(view: View, runs: list[tuple[int, int]]) -> Iterator[Span]:
    """Raw keys whose neighbouring words say that they are private, and nothing nearer says that they are public."""
    if not has_labels(view, "private key"):
        return
    candidates = [
        match.span()
        for start, end in runs
        for pattern in (_HEX, _LONG_BASE58)
        for match in pattern.finditer(view.text, start, end)
    ]
    for match in _HEX_GROUPS.finditer(view.text):
        digits = sum(one.isalnum() for one in match[0].removeprefix("0x"))
        if digits == _HEX_DIGITS:
            candidates.append(match.span())
    if not candidates:
        return
    found = labels(view, "private key", "public key")
    for start, end in candidates:
        before, behind = found.before(start), found.after(end)
        if (before is not None and before.role == "private key" and before.end >= start - _REACH) or (
            behind is not None
            and behind.role == "private key"
            and _said_behind(view.flat[end : behind.start])
        ):
            yield start, end, Kind.PRIVATE_KEY


def _said_behind(gap: str) -> bool:
    """Whether words say that what stands before them is what follows: `… is my private key`, `… (private key)`."""
    if len(gap) > _REACH_BACK:
        return False
    if _BEHIND_WIDE.fullmatch(gap):
        return True
    tie = Tie(gap)
    if not tie.holds or tie.unknown or "," in gap:
        return False
    return (
        tie.links or gap.strip()[-1:] in {"(", "-", ":"} or all(word in _OWNERS for word in WORD.findall(gap))
    )


def _split_starts(text: str, shape: bytes) -> Iterator[int]:
    """Where a key in pieces may begin: a little before a digit between letters, of which prose has few."""
    start = shape.find(b"a1")
    if start < 0:
        return
    for match in _MIXED.finditer(shape, start):
        first, last = match.span()
        for beginning in _SPLIT_START.finditer(text, max(0, first - _MIXED_REACH), last):
            yield beginning.start()


def _key_in_pieces(text: str, start: int, end: int) -> Span | None:
    """The key that begins at a place and is as long as such keys are, if its checksum holds."""
    wanted = _SPLIT_LENGTHS.get(text[start], _SPLIT_EXTENDED)
    size = 0
    for part in _SPLIT_PART.finditer(text, start, end):
        size += len(part[0])
        if size == wanted:
            kind = _base58_kind("".join(_SPLIT_PART.findall(text, start, part.end())))
            return None if kind is None else (start, part.end(), kind)
        if size > wanted:
            break
    return None


def _split(text: str, shape: bytes) -> Iterator[Span]:
    """Keys in groups or over lines, by their checksum."""
    floor = 0
    known: dict[str, tuple[int, Kind] | None] = {}
    for start in _split_starts(text, shape):
        if start < floor:
            continue
        # What begins with the same characters is read once.
        ahead = text[start : start + _SPLIT_REACH]
        if ahead in known:
            found = known[ahead]
        else:
            # A zero counts here, and is in no key: this only passes over what has too few digits for certain.
            enough = shape.count(b"1", start, start + _SPLIT_REACH) >= _SPLIT_DIGITS
            found = _beginning(text, start) if enough else None
            if len(known) < _MOST_REMEMBERED:
                known[ahead] = found
        if found is not None:
            length, kind = found
            floor = start + length
            yield start, floor, kind


def _beginning(text: str, start: int) -> tuple[int, Kind] | None:
    """The length and the kind of the key in pieces that begins at a place."""
    chain = _SPLIT.match(text, start, start + _SPLIT_REACH)
    found = None if chain is None else _key_in_pieces(text, start, chain.end())
    return None if found is None else (found[1] - start, found[2])


def _checked(view: View) -> Iterator[Span]:
    """Keys whose checksum tells what they are: all of them are whole runs of letters and digits."""
    text = view.text
    for start, end in stretches(view.ascii.translate(_LETTER_OR_DIGIT), _KEY_RUN):
        if end - start > _LONGEST_KEY:
            continue
        match = _BASE58_RUN.match(text, start)
        kind = None if match is None else _base58_kind(match[0])
        if kind is not None:
            yield start, end, kind
        match = _STELLAR.match(text, start)
        if match is not None and stellar_seed(match[0]):
            yield start, end, Kind.PRIVATE_KEY


def find_keys(view: View) -> Iterator[Span]:
    """Every private key and extended public key, as spans of the plain text. Linear time."""
    text = view.text
    if b"-----" in view.ascii:
        yield from _pem(text)
    if len(text) >= _SHORTEST_KEY:
        yield from _split(text, view.ascii.translate(_LETTERS_AND_DIGITS))
    long = [(start, end) for start, end in view.dense if end - start >= _SHORTEST_FORM]
    if long:
        for anchor, pattern in _OTHER_FORMS:
            if anchor in text:
                for match in pattern.finditer(text):
                    yield *match.span(), Kind.PRIVATE_KEY
    long = [(start, end) for start, end in long if end - start >= _SHORTEST_KEY]
    if long:
        yield from _checked(view)
    if len(text) >= _HEX_DIGITS:
        yield from _in_context(view, long)
