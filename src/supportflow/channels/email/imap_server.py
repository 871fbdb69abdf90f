"""One IMAP server: the connection to it, and what is done in a mailbox of it."""

import imaplib
import re
import select
import ssl
from contextlib import suppress
from threading import Event
from time import monotonic
from typing import Any, Literal, get_args

from supportflow._dataclass import dataclass
from supportflow.exceptions import InvalidInput, MissingExtra

__all__ = ["KEPT_BACK", "SLICE_S", "ImapBox", "ImapServer", "hang_up", "imap_tools_for"]

Security = Literal["tls", "starttls", "none"]

KEPT_BACK = "the server does not hand it out"
_KEYWORD = re.compile(r"[A-Za-z0-9$][A-Za-z0-9$._-]{0,63}")
SLICE_S = 0.5
"""How long nobody looks whether to stop."""


@dataclass(frozen=True, slots=True)
class ImapServer:
    """Where mails are fetched, by `imap-tools` (extra `email`).

    Attributes:
        host: Its name.
        user: To log in with.
        password: Of the user.
        port: 993 with TLS, 143 with STARTTLS and without.
        security: `"tls"`, `"starttls"` or `"none"` (for a server on this machine).
        folder: The folder, in any script.
        timeout_s: How many seconds an answer may take.

    Raises:
        InvalidInput: If `security` is none of these.
    """

    host: str
    user: str
    password: str
    port: int = 993
    security: Security = "tls"
    folder: str = "INBOX"
    timeout_s: float = 30.0

    def __post_init__(self) -> None:
        if self.security not in get_args(Security):
            raise InvalidInput("security", "is not tls, starttls or none")

    def __repr__(self) -> str:
        return f"ImapServer({self.host!r}, {self.port})"

    def connect(self) -> Any:
        """A mailbox of `imap-tools`: logged in, with the folder selected.

        Raises:
            MissingExtra: If `imap-tools` is not installed.
            imap_tools.errors.ImapToolsError: If the server refuses.
            OSError: If nobody answers, or the certificate is another's.
        """
        made = self._made()
        try:
            plain = self.user.isascii() and self.password.isascii()
            (made.login if plain else made.login_utf8)(self.user, self.password, initial_folder=self.folder)
        except BaseException:
            hang_up(made)
            raise
        return made

    def _made(self) -> Any:
        imap_tools: Any = imap_tools_for(type(self).__name__)
        where = {"host": self.host, "port": self.port, "timeout": self.timeout_s}
        if self.security == "none":
            return imap_tools.MailBoxUnencrypted(**where)
        # Without a context `imaplib` checks no certificate.
        kind = imap_tools.MailBox if self.security == "tls" else imap_tools.MailBoxStartTls
        return kind(**where, ssl_context=ssl.create_default_context())


class ImapBox:
    """A mailbox that is selected, by `imap-tools` or `imaplib`."""

    def __init__(self, mailbox: Any, keyword: str | None, largest: int) -> None:
        if keyword is not None and not _KEYWORD.fullmatch(keyword):
            raise InvalidInput("keyword", "is not a flag of letters, digits, $, ., _ and -")
        self._mailbox = mailbox
        self._client: imaplib.IMAP4 = getattr(mailbox, "client", mailbox)
        if self._client.is_readonly:
            # Some servers answer OK to a mark there, and make none: the same mails would come for ever.
            raise InvalidInput("mailbox", "is selected for reading alone")
        self._keyword = keyword
        self._largest = largest
        self._idles = False

    def ask(self) -> None:
        """Ask what the server can: what it said before the login was for strangers."""
        answer, said = self._client.capability()
        self._idles = answer == "OK" and b"IDLE" in (said[0] or b"").upper().split()

    def new(self) -> list[str]:
        """The UIDs of mails that have no mark."""
        wanted = "UNSEEN" if self._keyword is None else f"UNKEYWORD {self._keyword}"
        answer, found = self._client.uid("SEARCH", wanted)
        if answer != "OK":
            raise imaplib.IMAP4.error(f"the server answered {answer} to SEARCH")
        return [one.decode() for one in (found[0] or b"").split()]

    def raw(self, uid: str) -> bytes | str | None:
        """A mail; why it cannot be had; or None, if it is gone. No more is read of it than may be taken."""
        answer, parts = self._client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{self._largest + 1}>)")
        if answer != "OK":
            return KEPT_BACK
        raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
        if raw is None and any(isinstance(one, bytes) and b"BODY[" in one.upper() for one in parts):
            return KEPT_BACK  # it is there, and its text is none
        if raw is not None and len(raw) > self._largest:
            return f"has more than {self._largest} bytes"
        return raw

    def mark(self, uid: str, *, done: bool) -> None:
        """Mark a mail: the desk has it, or a person is to look at it."""
        own = r"\Seen" if self._keyword is None else self._keyword
        answer, said = self._client.uid("STORE", uid, "+FLAGS", f"({own})" if done else rf"({own} \Flagged)")
        if answer != "OK":
            raise imaplib.IMAP4.error(f"the server answered {answer} to STORE")
        if self._keyword is None:
            return
        flags = [
            {flag.lower() for flag in imaplib.ParseFlags(one)}
            for one in said
            if isinstance(one, bytes) and b"FLAGS (" in one
        ]
        if flags and not any(self._keyword.encode().lower() in one for one in flags):
            raise InvalidInput("keyword", "is not kept by this server")

    def heard_of_more(self) -> bool:
        """Whether the server has told of mails since this was asked last: it never tells so again."""
        return self._client.response("EXISTS")[1] != [None]

    def rest(self, every_s: float, stop: Event) -> None:
        """Wait until the server has something new, or for so long, or until it is to stop.

        What comes in one piece with the server's word that it idles is not seen here: so the wait has an end in any case.
        """
        if not self._idles:
            stop.wait(every_s)
            return
        if stop.is_set():
            return
        until = monotonic() + every_s
        self._mailbox.idle.start()
        while not stop.is_set() and (left := until - monotonic()) > 0:
            # Not `idle.poll`: it swallows the end of a connection, and nobody could stop it.
            if select.select([self._client.socket()], [], [], min(left, SLICE_S))[0]:
                break
        self._mailbox.idle.stop()

    def leave(self) -> None:
        """Take leave; a server that does not answer to that is left all the same."""
        with suppress(imaplib.IMAP4.error, OSError):
            self._client.logout()

    def drop(self) -> None:
        """Hang up, without a word."""
        hang_up(self._mailbox)


def hang_up(mailbox: Any) -> None:
    """End a connection, without a word."""
    with suppress(imaplib.IMAP4.error, OSError):
        getattr(mailbox, "client", mailbox).shutdown()


def imap_tools_for(purpose: str) -> Any:
    """The library.

    Raises:
        MissingExtra: If it is not installed.
    """
    try:
        import imap_tools  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise MissingExtra("email", purpose) from None
    return imap_tools
