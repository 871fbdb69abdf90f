"""Where mails come from: a maildir, or a mailbox on an IMAP server. A mail is marked as seen once the desk has it."""

import imaplib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from supportflow.channels.email.intake import Taken
from supportflow.exceptions import InvalidInput

__all__ = ["Fetched", "take_imap", "take_maildir"]

Take = Callable[[bytes], Taken]


class Fetched(NamedTuple):
    """One mail of a source.

    Attributes:
        name: Of the file, or the UID.
        taken: What became of it; None if it could not be read.
        error: Why it could not be read; None if it could.
    """

    name: str
    taken: Taken | None
    error: str | None = None


def take_maildir(folder: Path | str, take: Take, *, limit: int | None = None) -> Iterator[Fetched]:
    """Take in the new mails of a maildir, the oldest first, and move each to `cur` when the desk has it.

    Broken off, it goes on with the next call: a mail that the desk has already is a duplicate of itself. One that can never
    be read is moved, too, with the flag F, for a person to look at.

    Args:
        folder: The maildir: it has `new` and `cur`.
        take: Takes in one, such as `intake.take`.
        limit: How many at most.

    Raises:
        InvalidInput: If it is no maildir.
    """
    new, cur = Path(folder) / "new", Path(folder) / "cur"
    if not new.is_dir() or not cur.is_dir():
        raise InvalidInput("folder", "is not a maildir")
    for name in sorted(one.name for one in new.iterdir())[:limit]:
        path = new / name
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            continue  # another process took it
        fetched = _taken(name, raw, take)
        with suppress(FileNotFoundError):  # another process took it, too
            path.rename(cur / f"{name}:2,{'S' if fetched.taken is not None else 'F'}")
        yield fetched


def take_imap(mailbox: imaplib.IMAP4, take: Take, *, limit: int = 100) -> Iterator[Fetched]:
    """Take in the unseen mails of the mailbox that is selected, and mark each as seen when the desk has it.

    One that can never be read is marked as flagged, too, for a person to look at.

    Args:
        mailbox: A connection of `imaplib`, logged in, with a mailbox selected for writing.
        take: Takes in one, such as `intake.take`.
        limit: How many at most.

    Raises:
        imaplib.IMAP4.error: If the server refuses.
    """
    answer, found = mailbox.uid("SEARCH", "UNSEEN")
    if answer != "OK":
        raise imaplib.IMAP4.error(f"the server answered {answer} to SEARCH")
    for uid in (found[0] or b"").split()[:limit]:
        answer, parts = mailbox.uid("FETCH", uid.decode(), "(BODY.PEEK[])")
        raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
        if answer != "OK" or raw is None:
            continue  # another process took it away
        fetched = _taken(uid.decode(), raw, take)
        flags = r"(\Seen)" if fetched.taken is not None else r"(\Seen \Flagged)"
        mailbox.uid("STORE", uid.decode(), "+FLAGS", flags)
        yield fetched


def _taken(name: str, raw: bytes, take: Take) -> Fetched:
    """A mail that is no mail is left to a person; any other error ends the run, and the mail stays where it is."""
    try:
        return Fetched(name, take(raw))
    except InvalidInput as error:
        if error.field != "mail":
            raise
        return Fetched(name, None, error.reason)
