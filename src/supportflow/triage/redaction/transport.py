"""What a text was before it was encoded for transport: quoted-printable, percent signs, escapes, Base64, mail headers.

Nothing here is sure: `=20` may be a comparison. So a text is always searched as it stands, too.
"""

import binascii
import re
from base64 import b64decode
from quopri import decodestring
from urllib.parse import unquote_to_bytes

from supportflow.triage.redaction.layers import Layer, Rewriting, Written
from supportflow.triage.redaction.shapes import stretches

__all__ = ["decode"]

# Only where something says that the text is quoted-printable is `=41` an A.
_SAYS_QUOTED = re.compile(r"=\r?\n|=3D|=20\r?$|(?:=[C-F][0-9A-F](?:=[89AB][0-9A-F]){1,3}+)", re.MULTILINE)
_QUOTED = re.compile(r"=[ \t]{0,8}\r?\n(?:>[ \t]?)*+|(?:=[0-9A-F]{2})++")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})++")
_ESCAPES = re.compile(r"(?:\\u[0-9A-Fa-f]{4})++|\\[ntr\"'/\\_*#.!|`~:=&%$@()\[\]-]")
_HEADER_WORD = re.compile(r"=\?[A-Za-z0-9-]{2,30}(?:\*[A-Za-z-]{1,16})?\?[BbQq]\?[^?\s]{1,2000}+\?=")
_BLOCK = re.compile(
    r"(?<![A-Za-z0-9+/_=.-])[A-Za-z0-9+/]{16}(?:[A-Za-z0-9+/]++(?:\r?\n(?:>[ \t]?)*+"
    r"(?=[A-Za-z0-9+/]{2}))?)++={0,2}(?![A-Za-z0-9+/_.-])"
)
# A line of a block, with what parts it from the next one.
_LINE = re.compile(r"([A-Za-z0-9+/=]+)((?:\r?\n(?:>[ \t]?)*+)?)")
_CONTINUING = bytes(range(0x80, 0xC0))
_LONGEST_CHARACTER = 4  # bytes
_SHORTEST_TEXT = 12  # bytes: of fewer, too many happen to be some
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_ESCAPED = {"n": "\n", "r": "\n", "t": "\t"}


def _text_of(raw: bytes, fallback: str) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return fallback
    return fallback if _CONTROL.search(text) else text


def _unquoted(place: str) -> str:
    if "\n" in place:
        return ""
    return _text_of(bytes.fromhex(place.replace("=", "")), place)


def _unescaped(place: str) -> str:
    if place.startswith("\\u"):
        units = bytes.fromhex(place.replace("\\u", ""))
        try:
            text = units.decode("utf-16-be")
        except UnicodeDecodeError:
            return place
        return place if _CONTROL.search(text) else text
    return _ESCAPED.get(place[1], place[1])


# No text of a mail is in these, and Python's own decoders of them warn, or take their time.
_NO_CHARSETS = frozenset(("idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"))


def _header_word(place: str) -> str:
    charset, form, code = place[2:-2].split("?")
    if re.sub("-+", "_", charset.partition("*")[0].lower()).strip("_") in _NO_CHARSETS:
        return place
    try:
        raw = (
            b64decode(code)
            if form in "Bb"
            else decodestring(code.replace("_", " ").encode("ascii", "replace"))
        )
        return raw.decode(charset.partition("*")[0])
    except (
        ValueError,
        LookupError,
    ):  # letters that are no Base64, bytes that are no such text, an unknown charset
        return place


def _block(place: str) -> str:
    """A Base64 block that holds a plain text; a key, a token or a picture does not."""
    text = _said(_bytes_of(re.sub(r"[\s>]", "", place)))
    if text:
        return f" {text} "
    return _lines(place) if "\n" in place else place


def _bytes_of(code: str) -> bytes:
    try:
        return b64decode(code + "=" * (-len(code) % 4), validate=True)
    except binascii.Error:
        return b""


def _said(raw: bytes) -> str:
    text = _text_of(raw, "")
    return text if " " in text or "\n" in text or not text.isascii() else ""


def _lines(place: str) -> str:
    """A block that is none as a whole: the lines of a text in it, before or behind others that look like Base64."""
    pieces: list[str] = []
    encoded: list[str] = []
    raw: list[bytes] = []

    def close() -> None:
        said = b"".join(raw)
        text = _said(said) if len(said) >= _SHORTEST_TEXT else ""
        pieces.append(f" {text} " if text else "".join(encoded))

    for part in _LINE.finditer(place):
        line = _bytes_of(part[1])
        if line and _may_be_text(line):
            encoded.append(part[0])
            raw.append(line)
            continue
        close()
        pieces.append(part[0])
        encoded.clear()
        raw.clear()
    close()
    return "".join(pieces)


def _may_be_text(line: bytes) -> bool:
    """Whether bytes are a stretch of a text, which may cut a character at either end."""
    begun = line.lstrip(_CONTINUING) if len(line) > _LONGEST_CHARACTER else line
    text = begun.decode("utf-8", "ignore")
    lost = len(begun) - len(text.encode())
    return len(line) - len(begun) < _LONGEST_CHARACTER > lost and _CONTROL.search(text) is None


_BLOCKS = Rewriting(_BLOCK, _block)
_CODE_CHARACTERS = (
    bytes(ord("x") if chr(code).isalnum() or chr(code) in "+/" else ord(" ") for code in range(128))
    + b" " * 128
)
_LONG_RUN = b"x" * 24
_RUN = b"x" * 16

_STEPS = (
    ("=", None, Rewriting(_HEADER_WORD, _header_word)),
    ("", None, _BLOCKS),
    ("=", _SAYS_QUOTED, Rewriting(_QUOTED, _unquoted)),
    ("%", _PERCENT, Rewriting(_PERCENT, lambda place: _text_of(unquote_to_bytes(place), place))),
    ("\\", _ESCAPES, Rewriting(_ESCAPES, _unescaped)),
)


def _has_block(text: str) -> bool:
    """Whether a text has a block that holds a plain text. Numbers and addresses look like one, and hold none."""
    shape = text.encode("ascii", "replace").translate(_CODE_CHARACTERS)
    if _LONG_RUN not in shape:
        return False
    blocks = (_BLOCK.match(text, start) for start, _ in stretches(shape, _RUN))
    said = Written(_block)  # the same block is decoded once
    return any(block is not None and said[block[0]] != block[0] for block in blocks)


def decode(text: str) -> tuple[str, list[Layer]]:
    """The text without its transport encodings. Linear time."""
    layers: list[Layer] = []
    for anchor, sign, rewriting in _STEPS:
        if anchor not in text:
            continue
        # One character is found much faster than two: the anchors are single ones.
        if rewriting is _BLOCKS and not _has_block(text):
            continue
        if sign is not None and sign.search(text) is None:
            continue
        text, layer = rewriting.apply(text)
        if layer is not None:
            layers.append(layer)
    return text, layers
