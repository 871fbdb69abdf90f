"""Answers by mail: threaded, signed with the ticket's token, one message id for each delivery, and safe in every head."""

import asyncio
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from email.header import Header
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from functools import cache
from typing import Any, Literal, get_args

from supportflow._dataclass import dataclass
from supportflow.channels.email.cap import MailCap
from supportflow.channels.email.reading import MailAddress
from supportflow.channels.email.threads import MailThreads, ReplyToken
from supportflow.exceptions import InvalidInput, MissingExtra, Undeliverable
from supportflow.model.content import AttachmentHandle
from supportflow.ports import ChannelTraits, Outgoing, Receipt

__all__ = ["AsyncSmtpChannel", "MailWriter", "SmtpChannel", "SmtpServer"]

_CONTROLS = frozenset(map(chr, (*range(0x20), 0x7F, 0x85, 0x2028, 0x2029)))
_SUBJECT = 200
_GONE = re.compile(r"5\.(1\.(1|2|3|6|10)|2\.1)(?!\S)")

_CARRIES_TEXT = ChannelTraits(can=frozenset({"public_reply", "threading", "receipts"}))
_CARRIES_FILES = ChannelTraits(can=frozenset({"public_reply", "threading", "receipts", "attachments"}))

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mails are handed in.

    Attributes:
        host: Its name.
        port: 587 with STARTTLS, 465 with TLS from the start, 25 without.
        security: `"starttls"`, `"tls"` or `"none"` (for a server on this machine).
        user: To log in with; nobody logs in, if not given.
        password: Of the user.
        timeout_s: How many seconds it may take.
        greets_as: The name that the desk greets it with; this machine's, looked up once in a process, if not given.

    Raises:
        InvalidInput: If `security` is none of these.
    """

    host: str
    port: int = 587
    security: Security = "starttls"
    user: str | None = None
    password: str | None = None
    timeout_s: float = 30.0
    greets_as: str | None = None

    def __post_init__(self) -> None:
        if self.security not in get_args(Security):
            raise InvalidInput("security", "is not starttls, tls or none")

    def __repr__(self) -> str:
        return f"SmtpServer({self.host!r}, {self.port})"


@cache
def _own_name() -> str:
    """This machine's full name, or its address in brackets (RFC 5321, 4.1.3).

    `smtplib` and `aiosmtplib` look it up for each connection: where no name server answers, each mail waits
    for its timeouts.
    """
    name = socket.getfqdn()
    if "." in name:
        return name
    with suppress(OSError):
        return f"[{socket.gethostbyname(socket.gethostname())}]"
    return "[127.0.0.1]"


class MailWriter:
    """Makes the mail of an answer.

    Args:
        sender: From whom it is.
        address_of: Requester id → address; None if there is none.
        token: Signs the message ids.
        threads: The mails of the ticket that it answers.
        tenant: Of the desk.
        automatic: Whether a machine wrote an answer, by the writer's id; none did, if not given. Such a mail says so, and no
            machine is to answer it (RFC 3834).
        words: Answer → text of the mail; the answer itself, if not given. Here a host puts greeting and signature.
        html: Answer → the same in HTML; none, if not given.
        file_of: Handle of a file → its name and bytes; an answer with files is undeliverable, if not given.
        cap: How many mails of machines an address gets; as many as there are, if not given.
        reply_to: Answer → the address that answers to it go to, such as `token.address("help", "desk.example",
            message.ticket_id)`, for mail programs that keep no message ids; the sender's, if not given.
    """

    def __init__(
        self,
        sender: MailAddress,
        address_of: Callable[[str], str | None],
        token: ReplyToken,
        threads: MailThreads,
        *,
        tenant: str = "default",
        automatic: Callable[[str], bool] | None = None,
        words: Callable[[Outgoing], str] | None = None,
        html: Callable[[Outgoing], str] | None = None,
        file_of: Callable[[AttachmentHandle], tuple[str, bytes]] | None = None,
        reply_to: Callable[[Outgoing], str] | None = None,
        cap: MailCap | None = None,
    ) -> None:
        self.sender = MailAddress(_safe("sender", sender.address), _safe("sender", sender.name))
        self._address_of = address_of
        self._token = token
        self._threads = threads
        self._tenant = tenant
        self._automatic = automatic
        self._words = words
        self._html = html
        self._file_of = file_of
        self._reply_to = reply_to
        self._cap = cap

    @property
    def traits(self) -> ChannelTraits:
        """What a channel can that sends its mails: files, if it has them; receipts, by which a bounce finds its answer."""
        return _CARRIES_TEXT if self._file_of is None else _CARRIES_FILES

    def written(self, message: Outgoing) -> tuple[str, Message]:
        """The address that an answer goes to, and the mail.

        Raises:
            InvalidInput: If a head would hold a line break.
            Undeliverable: If the person has no address.
        """
        to = self._to(message)
        known = list(self._threads.messages(self._tenant, message.ticket_id))
        own = self.message_id(message)
        if own in known:  # another attempt: what came since was not there when this was written
            known = known[: known.index(own)]
        mail = self._body(message)
        # Encoded whatever they hold: a subject that looks like an encoded word must not be decoded into another head.
        mail["Subject"] = Header(_safe("subject", _answering(message.subject)), "utf-8").encode()
        mail["From"] = formataddr((str(Header(self.sender.name, "utf-8")), self.sender.address))
        mail["To"] = to
        mail["Date"] = format_datetime(message.recorded_at)
        mail["Message-ID"] = f"<{own}>"
        if self._reply_to is not None:
            mail["Reply-To"] = _safe("reply_to", self._reply_to(message))
        if known:
            mail["In-Reply-To"] = f"<{known[-1]}>"
            mail["References"] = " ".join(f"<{one}>" for one in known)
        if self._by_machine(message):
            mail["Auto-Submitted"] = "auto-replied"
        return to, mail

    def message_id(self, message: Outgoing) -> str:
        """The id of its mail, the same for every attempt."""
        return self._token.message_id(message.ticket_id, message.key)

    def note(self, message: Outgoing) -> None:
        """Note whose its mail is, before it leaves: its answer may be here before the server's word is.

        Raises:
            Undeliverable: If a machine wrote it, and its reader had as many of those as `cap` allows.
        """
        name = self.message_id(message)
        if self._cap is not None and self._by_machine(message):
            to = self._to(message)
            if not self._cap.admits(self._tenant, to, name, message.recorded_at):
                raise Undeliverable("automatic")
        self._threads.record(self._tenant, message.ticket_id, name)

    def _to(self, message: Outgoing) -> str:
        to = self._address_of(message.requester)
        if not to:
            raise Undeliverable("no_address")
        return _safe("requester", to)

    def _by_machine(self, message: Outgoing) -> bool:
        return self._automatic is not None and self._automatic(message.by)

    def _body(self, message: Outgoing) -> Message:
        words = message.body if self._words is None else self._words(message)
        text: Message = MIMEText(words, "plain", "utf-8")
        if self._html is not None:
            both = MIMEMultipart("alternative")
            both.attach(text)
            both.attach(MIMEText(self._html(message), "html", "utf-8"))
            text = both
        if self._file_of is None or not message.attachments:
            return text
        whole = MIMEMultipart("mixed")
        whole.attach(text)
        for handle in message.attachments:
            name, content = self._file_of(handle)
            part = MIMEApplication(content, handle.media_type.partition("/")[2] or "octet-stream")
            part.replace_header("Content-Type", handle.media_type)
            part.add_header(
                "Content-Disposition", "attachment", filename=("utf-8", "", _safe("attachments", name))
            )
            whole.attach(part)
        return whole


def _answering(subject: str | None) -> str:
    given = (subject or "").strip()[:_SUBJECT]
    return given if given.lower().startswith("re:") else f"Re: {given}".strip()


def _safe(field: str, value: str) -> str:
    if not _CONTROLS.isdisjoint(value):
        raise InvalidInput(field, "holds a line break or another control character")
    return value


def _sent(mail: Message) -> bytes:
    """A mail as it is sent: `smtplib` sends bytes as they are, and a line ends with CR and LF (RFC 5321, 2.3.8)."""
    return mail.as_bytes(policy=compat32.clone(linesep="\r\n"))


def _check_gone(code: int, said: str) -> None:
    """Raise `Undeliverable` if a server says in so many words that an address is not there (RFC 3463), or takes nothing.

    A bare 550 may be that, or that we may not send here: what may be our own fault is tried again.
    """
    if _GONE.match(said):
        raise Undeliverable(str(code))


class SmtpChannel:
    """Sends a desk's answers by SMTP, one connection for each.

    A server that took a mail and lost its word of that gets it again, with the same message id.

    Args:
        server: Where they are handed in.
        writer: Makes the mails.
    """

    def __init__(self, server: SmtpServer, writer: MailWriter) -> None:
        self._server = server
        self._writer = writer
        self.traits = writer.traits

    def send(self, message: Outgoing, /) -> Receipt:
        """Send an answer.

        Returns:
            The mail's message id, which a bounce brings back.

        Raises:
            InvalidInput: If a head would hold a line break.
            Undeliverable: If the person has no address, the server says that it is not there, or a machine wrote it and they
                had as many of those as they may get.
            smtplib.SMTPException: If the server refuses.
            OSError: If it cannot be reached.
        """
        to, mail = self._writer.written(message)
        self._writer.note(message)
        connection = self._connected()
        try:
            try:
                connection.sendmail(self._writer.sender.address, [to], _sent(mail))
            except smtplib.SMTPRecipientsRefused as error:
                for code, said in error.recipients.values():
                    _check_gone(code, said.decode("ascii", "replace"))
                raise
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()  # the server has the mail, however it takes leave
        finally:
            connection.close()
        return Receipt(self._writer.message_id(message))

    def _connected(self) -> smtplib.SMTP:
        server, name = self._server, self._server.greets_as or _own_name()
        if server.security == "tls":
            made: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, name, timeout=server.timeout_s, context=ssl.create_default_context()
            )
        else:
            made = smtplib.SMTP(server.host, server.port, name, timeout=server.timeout_s)
        try:
            if server.security == "starttls":
                made.starttls(context=ssl.create_default_context())
            if server.user is not None:
                made.login(server.user, server.password or "")
        except BaseException:
            made.close()
            raise
        return made


class AsyncSmtpChannel:
    """The same for an `AsyncDesk`, by `aiosmtplib` (extra `email`).

    Args:
        server: Where they are handed in.
        writer: Makes the mails.

    Raises:
        MissingExtra: If `aiosmtplib` is not installed.
    """

    def __init__(self, server: SmtpServer, writer: MailWriter) -> None:
        try:
            import aiosmtplib  # noqa: PLC0415 - an extra
        except ModuleNotFoundError:
            raise MissingExtra("email", "AsyncSmtpChannel") from None
        self._aiosmtplib: Any = aiosmtplib
        self._server = server
        self._writer = writer
        self.traits = writer.traits

    async def send(self, message: Outgoing, /) -> Receipt:
        """Send an answer.

        Returns:
            The mail's message id, which a bounce brings back.

        Raises:
            InvalidInput: If a head would hold a line break.
            Undeliverable: If the person has no address, the server says that it is not there, or a machine wrote it and they
                had as many of those as they may get.
            aiosmtplib.SMTPException: If the server refuses, or cannot be reached.
        """
        to, mail = self._writer.written(message)
        self._writer.note(message)
        try:
            await self._handed_in(to, mail)
        except self._aiosmtplib.SMTPRecipientsRefused as error:
            for one in error.recipients:
                _check_gone(one.code, one.message)
            raise
        return Receipt(self._writer.message_id(message))

    async def _handed_in(self, to: str, mail: Message) -> None:
        server = self._server
        await self._aiosmtplib.send(
            _sent(mail),
            sender=self._writer.sender.address,
            recipients=[to],
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            username=server.user,
            password=server.password,
            timeout=server.timeout_s,
            local_hostname=server.greets_as or await asyncio.to_thread(_own_name),
        )
