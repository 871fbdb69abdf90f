"""Where mails come from: a maildir, or a mailbox on an IMAP server. A mail is marked as seen once the desk has it."""

import imaplib
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from supportflow.channels.email.intake import Taken
from supportflow.exceptions import InvalidInput

__all__ = ["Fetched", "take_imap", "take_maildir", "take_maildir_async"]

_HOSTS = frozenset({"channel", "identify", "sink"})
"""What of an `InvalidInput` is the host's own to mend: it would be the same for every mail, and none is put aside for it."""

Take = Callable[[bytes], Taken]
TakeAsync = Callable[[bytes], Awaitable[Taken]]


class Fetched(NamedTuple):
    """One mail of a source.

    Attributes:
        name: Of the file, or the UID.
        taken: What became of it; None if it could not be taken.
        error: Why it could not be taken; None if it could.
    """

    name: str
    taken: Taken | None
    error: str | None = None


def take_maildir(folder: Path | str, take: Take, *, limit: int | None = None) -> Iterator[Fetched]:
    """Take in the new mails of a maildir, the oldest first, and move each to `cur` when the desk has it.

    Broken off, it goes on with the next call: a mail that the desk has already is a duplicate of itself. One that can never
    be taken is moved, too, with the flag F, for a person to look at.

    Args:
        folder: The maildir: it has `new` and `cur`.
        take: Takes in one, such as `intake.take`.
        limit: How many at most.

    Raises:
        InvalidInput: If it is no maildir, `take` is async, or what the host itself gave `MailIntake` cannot be used.
    """
    for path, raw in _new(Path(folder), limit):
        fetched = _taken(path.name, raw, take)
        _move(path, fetched)
        yield fetched


async def take_maildir_async(
    folder: Path | str, take: TakeAsync, *, limit: int | None = None
) -> AsyncIterator[Fetched]:
    """The same for an `AsyncDesk`. Files are read and moved as they are on a local disk: at once, without a thread.

    Args:
        folder: The maildir: it has `new` and `cur`.
        take: Takes in one, such as `intake.take_async`.
        limit: How many at most.

    Raises:
        InvalidInput: If it is no maildir, or `take` is not async.
    """
    for path, raw in _new(Path(folder), limit):
        fetched = await _taken_async(path.name, raw, take)
        _move(path, fetched)
        yield fetched


def _new(folder: Path, limit: int | None) -> Iterator[tuple[Path, bytes]]:
    """The new mails of a maildir, the oldest first."""
    new = folder / "new"
    if not new.is_dir() or not (folder / "cur").is_dir():
        raise InvalidInput("folder", "is not a maildir")
    for path in sorted(new.iterdir())[:limit]:
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            continue  # another process took it
        yield path, raw


def _move(path: Path, fetched: Fetched) -> None:
    with suppress(FileNotFoundError):  # another process took it, too
        path.rename(path.parent.parent / "cur" / f"{path.name}:2,{'S' if fetched.taken is not None else 'F'}")


def take_imap(mailbox: imaplib.IMAP4, take: Take, *, limit: int = 100) -> Iterator[Fetched]:
    """Take in the unseen mails of the mailbox that is selected, and mark each as seen when the desk has it.

    One that can never be taken is marked as flagged, too, for a person to look at.

    Args:
        mailbox: A connection of `imaplib`, logged in, with a mailbox selected for writing.
        take: Takes in one, such as `intake.take`.
        limit: How many at most.

    Raises:
        InvalidInput: If `take` is async, as `imaplib` is not, the mailbox is selected for reading alone, or what the host
            itself gave `MailIntake` cannot be used.
        imaplib.IMAP4.error: If the server refuses.
    """
    if (
        mailbox.is_readonly
    ):  # some servers answer OK to a mark there, and make none: the same mails would come for ever
        raise InvalidInput("mailbox", "is selected for reading alone")
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
        answer, _ = mailbox.uid("STORE", uid.decode(), "+FLAGS", flags)
        if answer != "OK":
            raise imaplib.IMAP4.error(f"the server answered {answer} to STORE")
        yield fetched


def _taken(name: str, raw: bytes, take: Take) -> Fetched:
    """A mail that cannot be taken is left to a person; any other error ends the run, and the mail stays where it is."""
    try:
        taken: Any = take(raw)
    except InvalidInput as error:
        return _refused(name, error)
    if inspect.isawaitable(taken):
        if inspect.iscoroutine(taken):
            taken.close()
        raise InvalidInput("take", "is async")
    return Fetched(name, taken)


async def _taken_async(name: str, raw: bytes, take: TakeAsync) -> Fetched:
    try:
        asked: Any = take(raw)
        taken = await asked if inspect.isawaitable(asked) else None
    except InvalidInput as error:
        return _refused(name, error)
    if taken is None:
        raise InvalidInput("take", "is not async")
    return Fetched(name, taken)


def _refused(name: str, error: InvalidInput) -> Fetched:
    if error.field in _HOSTS:
        raise error
    return Fetched(name, None, error.reason if error.field == "mail" else str(error))
