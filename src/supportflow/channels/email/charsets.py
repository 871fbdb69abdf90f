"""Bytes as text, whatever their label says: labels of real mails are older than what is in them, wrong, or missing."""

import codecs
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
_CODECS = re.compile(
    r"utf-?(7|8|16|32)([-_]([bl]e|sig))?|gb\w+|hz|big5\w*|cp\d{3,5}|iso8859-\d+|iso2022_\w+|euc_\w+|koi8-[rtu]|shift_jis\w*"
    r"|mac-\w+|johab|kz1048|ptcp154|tis-620|hp-roman8"
)
"""What text is really sent in. Python has more codecs: some read escapes or names of domains, and some take their time."""
_LABEL = re.compile(r"[a-z0-9][a-z0-9._:()+-]{0,39}")
_LONE = re.compile("[\ud800-\udfff]")
_LATIN = re.compile(r"cp12\d\d|iso.?8859")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_THREE_BYTES = "\u0800"
"""Some short words in Chinese codes are valid UTF-8 by chance, but only of letters of two bytes."""
_LONGEST_HEAD = 20_000
"""Characters of a head that are looked at: what pretends to be an encoded word is not found in linear time."""
_GUESSED = 100_000  # bytes that a guess rests on


def decoded(content: bytes, label: str | None) -> str:
    """The text of some bytes.

    The label is believed where the bytes fit it, but bytes that are valid UTF-8 are UTF-8 under most labels: every byte
    fits the label of a Western alphabet, and nearly every one that of Chinese. What fits nothing is guessed, with
    `charset-normalizer` if it is installed; and in the end no text is lost, only letters. Half a surrogate pair is none.

    Args:
        content: The bytes.
        label: The charset as the mail names it; None if it does not.
    """
    given = (label or "us-ascii").strip().strip("\"'").lower()
    meant = _MEANT.get(given, given)
    if meant != "utf-8" and (found := _utf8(content)) and (_LATIN.match(meant) or max(found) >= _THREE_BYTES):
        return found
    for codec in filter(_is_text, (meant, "utf-8")):
        try:
            return _LONE.sub("\ufffd", content.decode(codec).removeprefix("\ufeff"))
        except (LookupError, UnicodeError, ValueError):
            continue
    return _LONE.sub("\ufffd", _guessed(content))


def _is_text(label: str) -> bool:
    """True if a label names a code that text is sent in."""
    try:
        return (
            _LABEL.fullmatch(label) is not None and _CODECS.fullmatch(codecs.lookup(label).name) is not None
        )
    except LookupError:
        return False


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
        value: As it stands in the mail; what is beyond 20,000 characters is not read. Bytes that are no ASCII stand in it
            as surrogates.
    """
    given = value[:_LONGEST_HEAD]
    plain = given if given.isascii() else decoded(given.encode("utf-8", "surrogateescape"), None)
    try:
        parts = email.header.decode_header(plain)
    except (email.errors.HeaderParseError, Base64Error, ValueError):
        parts = [(plain, None)]
    text = "".join(part if isinstance(part, str) else decoded(part, label) for part, label in parts)
    return " ".join(_UNSEEN.sub(" ", text).split())
