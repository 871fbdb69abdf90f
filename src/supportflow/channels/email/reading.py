"""A mail as it came over the wire, read into one value. Nothing of it is trusted: there are limits, and one error."""

import re
from binascii import a2b_base64
from collections.abc import Iterator, Mapping
from contextlib import suppress
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses, parsedate_to_datetime
from types import MappingProxyType

from supportflow._dataclass import dataclass
from supportflow._marks import composed
from supportflow._time import Instant, from_us, to_us
from supportflow.channels.email.charsets import decoded, header_text
from supportflow.channels.email.html import html_text
from supportflow.channels.email.quotes import parts_of
from supportflow.channels.email.wire import BROKEN, readable, taken_apart
from supportflow.exceptions import InvalidInput

__all__ = ["Limits", "Mail", "MailAddress", "MailFile", "read_mail", "safe_name"]

_ID = re.compile(r"<([!-;=?-~]{1,900})>")
_ADDRESS = re.compile(r"[^\s<>@,;:\\\"()\[\]\x00-\x1f\x7f]{1,64}@[^\s<>@,;:\\\"()\[\]\x00-\x1f\x7f]{1,255}")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u202a-\u202e\u2066-\u2069]")
_MEDIA = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,48}/[a-z0-9][a-z0-9!#$&^_.+-]{0,49}")
_TEXTS = frozenset({"text/plain", "text/html"})
_REFERENCES = 50
_DEEPEST = 20
_HEADS = 20  # of one name that are read for addresses
_NAME = 200


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a mail is taken. What is beyond a limit of files is left out and said; a mail beyond `size` is refused.

    Attributes:
        size: Bytes of the whole mail.
        parts: Parts that are looked at.
        files: Files.
        file_size: Bytes of one file, decoded.
        text: Characters of text.
        markup: Characters of HTML that are read for it.
    """

    size: int = 30_000_000
    parts: int = 200
    files: int = 30
    file_size: int = 25_000_000
    text: int = 200_000
    markup: int = 5_000_000


@dataclass(frozen=True, slots=True)
class MailAddress:
    """Somebody in a head of a mail.

    Attributes:
        address: In lower case, as it is compared.
        name: As they call themselves, which proves nothing; empty if they do not.
    """

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        """What is behind the @."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that came with a mail. It is never unpacked.

    Attributes:
        name: Safe to be a file's name.
        media_type: As the mail names it, which proves nothing.
        content: The bytes.
    """

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail.

    Attributes:
        message_id: Its id without brackets; None if it has none.
        references: Ids of the mails that it answers, the one that it answers directly first.
        sender: Who wrote it, by the one `From`; None if there is none, or more than one.
        recipients: To whom it was sent, by every head that says so.
        subject: One line.
        sent_at: By its own date; None if that is missing or wrong.
        text: The writer's own words.
        rest: What they quoted or forwarded.
        forwarded: True if the rest is another mail that was passed on.
        files: The files.
        left_out: What was left out, each a few words: names of files that were too large or too many.
        returned: Ids of mails of ours that this one brings back, for a bounce.
        headers: Name in lower case → values as they stand, topmost first.
        raw: All of it.
    """

    message_id: str | None
    references: tuple[str, ...]
    sender: MailAddress | None
    recipients: tuple[MailAddress, ...]
    subject: str
    sent_at: Instant | None
    text: str
    rest: str
    forwarded: bool
    files: tuple[MailFile, ...]
    left_out: tuple[str, ...]
    returned: tuple[str, ...]
    headers: Mapping[str, tuple[str, ...]]
    raw: bytes

    def header(self, name: str) -> str:
        """The topmost head of a name, as people read it; empty if there is none."""
        found = self.headers.get(name.lower(), ())
        return header_text(found[0]) if found else ""


def read_mail(raw: bytes, limits: Limits | None = None) -> Mail:
    """Read a mail, in linear time.

    Args:
        raw: The bytes as they came: by SMTP, from a maildir, by IMAP.
        limits: How much of it is taken.

    Raises:
        InvalidInput: If it is no bytes, too large, has no head at all, or cannot be taken apart.
    """
    most = Limits() if limits is None else limits
    if not isinstance(raw, bytes | bytearray | memoryview):
        raise InvalidInput("mail", "is not bytes")
    content = bytes(raw)
    if len(content) > most.size:
        raise InvalidInput("mail", f"has more than {most.size} bytes")
    try:
        return _read(content, most)
    except InvalidInput:
        raise
    except BROKEN as error:
        raise InvalidInput("mail", "cannot be taken apart") from error


def _read(content: bytes, most: Limits) -> Mail:
    message = taken_apart(content)
    heads: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        heads.setdefault(name.lower(), []).append(readable(value))
    if not heads:
        raise InvalidInput("mail", "has no head")
    reader = _Reader(most)
    reader.take(message)
    subject = composed(header_text(_first(heads, "subject")))
    parts = parts_of(reader.text(), subject)
    return Mail(
        message_id=next(iter(_ids(_first(heads, "message-id"))), None),
        references=_references(heads),
        sender=_sender(heads),
        recipients=tuple(_addresses(heads, "to", "cc", "delivered-to", "x-original-to", "envelope-to")),
        subject=subject[:1_000],
        sent_at=_sent_at(_first(heads, "date")),
        text=parts.own,
        rest=parts.rest,
        forwarded=parts.forwarded,
        files=tuple(reader.files),
        left_out=tuple(reader.left_out),
        returned=tuple(dict.fromkeys(reader.returned)),
        headers=MappingProxyType({name: tuple(values) for name, values in heads.items()}),
        raw=content,
    )


class _Reader:
    """Goes through the parts of a mail."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._seen = 0
        self._markup = limits.markup
        self._texts: list[str] = []
        self.files: list[MailFile] = []
        self.left_out: list[str] = []
        self.returned: list[str] = []

    def text(self) -> str:
        text = "\n".join(one for one in self._texts if one.strip())
        if len(text) > self._limits.text:
            self.left_out.append(f"text beyond {self._limits.text} characters")
        return composed(text[: self._limits.text].replace("\x00", ""))

    def take(self, part: Message, depth: int = 0) -> None:
        self._seen += 1
        if self._seen > self._limits.parts or depth > _DEEPEST:
            self.left_out.append("parts beyond the limit")
            return
        kind = part.get_content_type()
        if kind in {"message/rfc822", "text/rfc822-headers", "message/global"}:
            self._passed_on(part, kind)
        elif kind == "message/delivery-status":
            self._texts.append(_plain(part))
        elif not part.is_multipart():
            self._leaf(part, kind)
        elif kind == "multipart/alternative":
            self._alternative(_children(part), depth)
        else:
            for child in _children(part):
                self.take(child, depth + 1)

    def _alternative(self, children: list[Message], depth: int) -> None:
        """The same in several forms: plain text if it says anything, else the last form that shows text."""
        kinds = [one.get_content_type() for one in children]
        at = next(
            (n for n, kind in enumerate(kinds) if kind == "text/plain" and _plain(children[n]).strip()), -1
        )
        if at < 0:
            shown = [n for n, kind in enumerate(kinds) if kind == "text/html" or children[n].is_multipart()]
            at = shown[-1] if shown else -1
        for n, child in enumerate(children):
            if n == at:
                self.take(child, depth + 1)
            elif kinds[n] not in _TEXTS or child.get_filename():
                self._files_of(child, depth + 1)

    def _files_of(self, part: Message, depth: int) -> None:
        """Only the files of a form that is not read: pictures beside HTML, an invitation."""
        if depth > _DEEPEST:
            return
        for child in _children(part) if part.is_multipart() else [part]:
            if child.is_multipart():
                self._files_of(child, depth + 1)
            elif child.get_content_type() not in _TEXTS or child.get_filename():
                self._file(child, child.get_content_type())

    def _leaf(self, part: Message, kind: str) -> None:
        attached = part.get_content_disposition() == "attachment"
        if kind in _TEXTS and not attached and not part.get_filename():
            self._texts.append(self._html(part) if kind == "text/html" else _plain(part))
        elif kind != "application/pgp-signature":
            self._file(part, kind)

    def _html(self, part: Message) -> str:
        """What a reader sees of HTML, as far as it is read."""
        source = _plain(part)
        if len(source) > self._markup:
            self.left_out.append(f"HTML beyond {self._limits.markup} characters")
            source = source[: self._markup]
            source = source[: source.rfind(">") + 1]  # half a tag is no text
        self._markup -= len(source)
        return html_text(source)

    def _file(self, part: Message, kind: str) -> None:
        name = _name(part, len(self.files) + 1)
        content = _content(part)
        if content is None:
            return
        if len(content) > self._limits.file_size or len(self.files) >= self._limits.files:
            self.left_out.append(name)
        else:
            self.files.append(
                MailFile(name, kind if _MEDIA.fullmatch(kind) else "application/octet-stream", content)
            )

    def _passed_on(self, part: Message, kind: str) -> None:
        """A whole mail inside of this one: a bounce brings ours back, a person passes somebody's on as a file."""
        inner = part.get_payload()
        if kind == "text/rfc822-headers":
            self.returned += _ids(_first_of(_plain(part), "message-id"))
            return
        for one in inner if isinstance(inner, list) else []:
            if isinstance(one, Message):
                self.returned += _ids(str(one.get("Message-ID", "")))
                content = one.as_bytes()
                name = safe_name(header_text(str(one.get("Subject", ""))) or "mail", "mail")[:_NAME] + ".eml"
                if len(content) > self._limits.file_size or len(self.files) >= self._limits.files:
                    self.left_out.append(name)
                else:
                    self.files.append(MailFile(name, "message/rfc822", content))


def _children(part: Message) -> list[Message]:
    inner = part.get_payload()
    return [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []


def _content(part: Message) -> bytes | None:
    """The bytes of a part; None if it has parts itself."""
    inner = part.get_payload()
    if isinstance(inner, str) and part.get("content-transfer-encoding", "").strip().lower() == "base64":
        with suppress(
            ValueError
        ):  # the standard library reads what is broken, and takes twice the time for all
            return a2b_base64(inner)
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else None


def _plain(part: Message) -> str:
    """The text of a part, tags and all."""
    if part.is_multipart():
        return "\n".join(str(one) for one in _children(part))
    content = _content(part)
    if content is None:
        return ""
    try:
        label = part.get_content_charset() or part.get_param("charset")
    except (LookupError, UnicodeError, ValueError):
        label = None
    return decoded(content, label if isinstance(label, str) else None)


def _name(part: Message, number: int) -> str:
    try:
        given = part.get_filename()
        name = header_text(collapse_rfc2231_value(given)) if given else ""
    except (LookupError, UnicodeError, ValueError, TypeError):
        name = ""
    return safe_name(name, f"file-{number}")


def safe_name(name: str, other: str) -> str:
    """A name that leads nowhere and hides nothing."""
    cleaned = _UNSAFE.sub("_", composed(name)).strip(" .")
    if len(cleaned) > _NAME:
        stem, dot, ending = cleaned.rpartition(".")
        cleaned = f"{stem[: _NAME - 20]}{dot}{ending[:19]}" if dot else cleaned[:_NAME]
    return cleaned or other


def _first(heads: Mapping[str, list[str]], name: str) -> str:
    return heads.get(name, [""])[0]


def _first_of(text: str, name: str) -> str:
    for line in text.splitlines():
        if line.lower().startswith(f"{name}:"):
            return line.partition(":")[2]
    return ""


def _ids(value: str) -> list[str]:
    return [found[1] for found in _ID.finditer(value[:100_000])]


def _references(heads: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Nearest first: what it answers, then the thread from its end."""
    nearest = _ids(_first(heads, "in-reply-to"))
    thread = _ids(_first(heads, "references"))[::-1]
    return tuple(dict.fromkeys([*nearest, *thread]))[:_REFERENCES]


def _addresses(heads: Mapping[str, list[str]], *names: str) -> Iterator[MailAddress]:
    known: set[str] = set()
    for name in names:
        for value in heads.get(name, [])[:_HEADS]:
            for shown, address in getaddresses([value[:20_000]]):
                if _ADDRESS.fullmatch(address) and address.lower() not in known:
                    known.add(address.lower())
                    yield MailAddress(address.lower(), header_text(shown)[:_NAME])


def _sender(heads: Mapping[str, list[str]]) -> MailAddress | None:
    """The one who wrote it. Two senders are none: which one was authenticated, nobody can tell."""
    values = heads.get("from", [])
    found = list(_addresses({"from": values}, "from")) if len(values) == 1 else []
    # What stands before the brackets may pretend to be an address: the one in the brackets counts, if there is one.
    return found[0] if len(found) == 1 else None


def _sent_at(value: str) -> Instant | None:
    try:
        moment = parsedate_to_datetime(value)
        return None if moment.tzinfo is None else from_us(to_us(moment))
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
