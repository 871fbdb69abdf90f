"""E-mail: mails into a desk, and its answers out again.

What comes in is read from its bytes, belongs to a ticket by a signed token and by message ids, and is a stranger's where the
sender is one. What goes out has one message id for each delivery.
"""

from supportflow.channels.email.automatic import automatic_kind
from supportflow.channels.email.cap import MailCap, SqliteMailCap
from supportflow.channels.email.imap import take_imap, watch_imap, watch_imap_async
from supportflow.channels.email.imap_server import ImapServer
from supportflow.channels.email.intake import MailIntake, Taken, person_of
from supportflow.channels.email.letters import letter
from supportflow.channels.email.reading import Limits, Mail, MailAddress, MailFile, read_mail
from supportflow.channels.email.sender import verdict
from supportflow.channels.email.smtp import AsyncSmtpChannel, MailWriter, SmtpChannel, SmtpServer
from supportflow.channels.email.sources import Fetched, take_maildir, take_maildir_async
from supportflow.channels.email.threads import MailThreads, MemoryThreads, ReplyToken, SqliteThreads

__all__ = [
    "AsyncSmtpChannel",
    "Fetched",
    "ImapServer",
    "Limits",
    "Mail",
    "MailAddress",
    "MailCap",
    "MailFile",
    "MailIntake",
    "MailThreads",
    "MailWriter",
    "MemoryThreads",
    "ReplyToken",
    "SmtpChannel",
    "SmtpServer",
    "SqliteMailCap",
    "SqliteThreads",
    "Taken",
    "automatic_kind",
    "letter",
    "person_of",
    "read_mail",
    "take_imap",
    "take_maildir",
    "take_maildir_async",
    "verdict",
    "watch_imap",
    "watch_imap_async",
]
