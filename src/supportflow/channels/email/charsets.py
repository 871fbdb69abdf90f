"""Bytes as text, whatever their label says: labels of real mails are older than what is in them, wrong, or missing."""

import email.errors
import email.header
import re
from binascii import Error as Base64Error

__all__ = ["decoded", "header_text"]

_MEANT = {
    # A label → what is really sent under it: a larger set that has all of the smaller one.
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "euc-cn": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "x-big5": "big5hkscs",
    "cp950": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "utf8": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8-sig": "utf-8",
    "koi8-r": "koi8_u",
    "tis-620": "cp874",
    "iso-8859-9": "cp1254",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso8859_8",
    "unicode-1-1-utf-7": "utf-7",
}
_LATIN = re.compile(r"cp12\d\d|iso.?8859")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_THREE_BYTES = "\u0800"
"""Some short words in Chinese codes are valid UTF-8 by chance, but only of letters of two bytes."""
_GUESSED = 100_000  # bytes that a guess rests on


def decoded(content: bytes, label: str | None) -> str:
    """The text of some bytes.

    The label is believed where the bytes fit it, but bytes that are valid UTF-8 are UTF-8 under most labels: every byte
    fits the label of a Western alphabet, and nearly every one that of Chinese. What fits nothing is guessed, with
    `charset-normalizer` if it is installed; and in the end no text is lost, only letters.

    Args:
        content: The bytes.
        label: The charset as the mail names it; None if it does not.
    """
    given = (label or "us-ascii").strip().strip("\"'").lower()
    meant = _MEANT.get(given, given)
    if meant != "utf-8" and (found := _utf8(content)) and (_LATIN.match(meant) or max(found) >= _THREE_BYTES):
        return found
    for codec in (meant, "utf-8"):
        try:
            return content.decode(codec).removeprefix("\ufeff")
        except (LookupError, UnicodeError, ValueError):
            continue
    return _guessed(content)


def _utf8(content: bytes) -> str | None:
    """The text of bytes that are UTF-8 and more than ASCII; None if they are not."""
    try:
        return None if content.isascii() else content.decode().removeprefix("\ufeff")
    except UnicodeError:
        return None


def _guessed(content: bytes) -> str:
    try:
        from charset_normalizer import from_bytes  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        return content.decode("utf-8", "replace")
    found = from_bytes(content[:_GUESSED]).best()
    return content.decode("utf-8" if found is None else found.encoding, "replace")


def header_text(value: str) -> str:
    """A header as people read it (RFC 2047): one line, without what nobody sees.

    Args:
        value: As it stands in the mail. Bytes that are no ASCII stand in it as surrogates.
    """
    raw = value.encode("utf-8", "surrogateescape")
    plain = decoded(raw, None) if not value.isascii() else value
    try:
        parts = email.header.decode_header(plain)
    except (email.errors.HeaderParseError, Base64Error, ValueError):
        parts = [(plain, None)]
    text = "".join(part if isinstance(part, str) else decoded(part, label) for part, label in parts)
    return " ".join(_UNSEEN.sub(" ", text).split())
