"""Private keys that are known by their form: PEM, extended keys, WIF, Stellar, bech32 and hexadecimal ones in context."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from supportflow.triage.redaction.checks import base58check, stellar_seed
from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.piece import Piece

__all__ = ["find_keys"]

_PEM_LINE = re.compile(
    r"-----(BEGIN|END) (?:[A-Z0-9]{1,16} ){0,4}(?:PRIVATE KEY|PGP PRIVATE KEY BLOCK|PRIVATE KEY BLOCK)-----"
)
# The body of a PEM block that lost its end: base64, header lines and line breaks, also written as "\n".
_PEM_BODY = re.compile(
    r"(?:[ \t\r]*+(?:\n|\\n)?[A-Za-z0-9+/=]{20,}+|[ \t\r]*+\n[A-Za-z-]{4,20}: [^\n]{1,80})*+"
)

_SHORTEST_KEY = 50
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
_LONG_BASE58 = re.compile(r"(?<![A-Za-z0-9])[1-9A-HJ-NP-Za-km-z]{86,90}+(?![A-Za-z0-9])")
_SAYS_PRIVATE = re.compile(
    r"priv(?:ate)?[ _-]{0,2}keys?|secret[ _-]?keys?|(?<![a-z])priv[ _-]?key|seed|signing key|私钥|私鑰|密钥|密鑰|秘钥|秘鑰"
)
_SAYS_PUBLIC = re.compile(
    r"hash|(?<![a-z])tx(?:id|n)?s?(?![a-z])|transaction|address|block|contract|order|public|signature|sha-?256|checksum"
    r"|哈希|交易|地址|区块|區塊|合约|合約|订单|訂單|公钥|公鑰|txid|签名|簽名"
)
_IS_PRIVATE = re.compile(
    r"[\s\"'`)]{0,4}(?:(?:is|was|as|=|<-|--?)[\s]{1,3}(?:my |the |our |her |his |their )?(?:private|secret) key"
    r"|\(private key"
    r"|(?:是|为|為)?(?:我的|这个|這個)?(?:私钥|私鑰))"
)
_REACH = 80


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


def _in_context(piece: Piece, runs: list[tuple[int, int]]) -> Iterator[Span]:
    """Raw keys whose neighbouring words say that they are private, and nothing nearer says that they are public."""
    candidates = [
        match.span()
        for start, end in runs
        for pattern in (_HEX, _LONG_BASE58)
        for match in pattern.finditer(piece.text, start, end)
    ]
    if not candidates:
        return
    lower = piece.lower
    private = [m.end() for m in _SAYS_PRIVATE.finditer(lower)]
    public = [m.end() for m in _SAYS_PUBLIC.finditer(lower)]
    if not private:
        return
    for start, end in candidates:
        near_private = _last_before(private, start)
        said_before = near_private >= start - _REACH and near_private > _last_before(public, start)
        if said_before or _IS_PRIVATE.match(lower, end):
            yield start, end, Kind.PRIVATE_KEY


def _last_before(ends: list[int], position: int) -> int:
    index = bisect_right(ends, position) - 1
    return ends[index] if index >= 0 else -_REACH - 1


def _checked(text: str, runs: list[tuple[int, int]]) -> Iterator[Span]:
    """Keys whose checksum tells what they are."""
    for start, end in runs:
        for match in _BASE58_RUN.finditer(text, start, end):
            kind = _base58_kind(match.group())
            if kind is not None:
                yield *match.span(), kind
        for match in _STELLAR.finditer(text, start, end):
            if stellar_seed(match.group()):
                yield *match.span(), Kind.PRIVATE_KEY


def find_keys(piece: Piece) -> Iterator[Span]:
    """Every private key and extended public key, as spans of the folded text. Linear time."""
    text = piece.text
    if b"-----" in piece.ascii:
        yield from _pem(text)
    long = [(start, end) for start, end in piece.dense if end - start >= _SHORTEST_FORM]
    if not long:
        return
    for anchor, pattern in _OTHER_FORMS:
        if anchor in text:
            for match in pattern.finditer(text):
                yield *match.span(), Kind.PRIVATE_KEY
    long = [(start, end) for start, end in long if end - start >= _SHORTEST_KEY]
    if not long:
        return
    yield from _checked(text, long)
    yield from _in_context(piece, long)
