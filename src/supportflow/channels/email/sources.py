"""Where mails come from: a maildir. A mail is moved once the desk has it. `imap` has the other source."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from supportflow.channels.email.intake import Taken
from supportflow.exceptions import InvalidInput

__all__ = ["Fetched", "Take", "TakeAsync", "take_maildir", "take_maildir_async", "taken_by", "taken_by_async"]

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
        fetched = taken_by(path.name, raw, take)
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
        fetched = await taken_by_async(path.name, raw, take)
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


def taken_by(name: str, raw: bytes, take: Take) -> Fetched:
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


async def taken_by_async(name: str, raw: bytes, take: TakeAsync) -> Fetched:
    """The same for an `AsyncDesk`."""
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
