"""Mails of a mailbox on an IMAP server: taken when asked, or watched. Each is marked once the desk has it, not before.

What is killed between the desk's commit and the mark gets the mail again, and to the desk it is a duplicate of itself.
"""

import asyncio
import imaplib
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from functools import partial
from threading import Event
from time import monotonic
from typing import Any, NamedTuple, TypeAlias

from supportflow.channels.email.imap_server import KEPT_BACK, SLICE_S, ImapBox, hang_up, imap_tools_for
from supportflow.channels.email.reading import Limits
from supportflow.channels.email.sources import Fetched, Take, TakeAsync, taken_by, taken_by_async
from supportflow.exceptions import InvalidInput

__all__ = ["take_imap", "watch_imap", "watch_imap_async"]

_LARGEST = Limits().size
_PAGE = 100
_FIRST_PAUSE_S = 1.0
_LONGEST_S = 29 * 60
"""RFC 2177: a server may take its leave after half an hour of silence."""


def take_imap(
    mailbox: Any, take: Take, *, limit: int = _PAGE, keyword: str | None = None, largest: int = _LARGEST
) -> Iterator[Fetched]:
    r"""Take in the new mails of the mailbox that is selected, and mark each when the desk has it.

    One that can never be taken is marked as flagged, too, for a person to look at.

    Args:
        mailbox: A mailbox of `imap-tools`, or a connection of `imaplib`, logged in, with a folder selected for writing.
        take: Takes in one, such as `intake.take`.
        limit: How many at most, beside those that the server keeps back.
        keyword: The mark, a flag of your own such as `"$Desk"`; `\Seen`, if not given, and then a mail that somebody reads
            in this mailbox before the desk takes it is never taken.
        largest: Bytes of a mail that are fetched; one that has more is flagged.

    Raises:
        InvalidInput: If `take` is async, the mailbox is selected for reading alone, the keyword is none or the server keeps
            none, or what the host itself gave `MailIntake` cannot be used.
        imaplib.IMAP4.error: If the server refuses.
    """
    box = ImapBox(mailbox, keyword, largest)
    return _driven(_taking(box, limit, set()), take)


def watch_imap(
    connect: Callable[[], Any],
    take: Take,
    *,
    every_s: float = 60.0,
    keyword: str | None = None,
    largest: int = _LARGEST,
    stop: Event | None = None,
    failed: Callable[[Exception], object] | None = None,
) -> Iterator[Fetched]:
    """Take in the new mails of a mailbox as they come, until `stop` is set. What was given out, the desk has.

    Where the server has IDLE, it says at once that there is something new; whatever it says, the mailbox is looked at after
    `every_s`. When the connection breaks, it is made anew, after pauses that grow up to `every_s`.

    Args:
        connect: Makes a mailbox of `imap-tools`, logged in, with a folder selected: `ImapServer(…).connect`.
        take: Takes in one, such as `intake.take`. What it raises ends the watch.
        every_s: Seconds after which the mailbox is looked at in any case, up to 29 minutes.
        keyword: As for `take_imap`.
        largest: As for `take_imap`.
        stop: Set by another thread, it ends the watch within a second.
        failed: Is told what broke the connection. What it raises ends the watch.

    Raises:
        InvalidInput: As `take_imap`, or if `every_s` cannot be used.
        MissingExtra: If `imap-tools` is not installed.
        imap_tools.errors.ImapToolsError: If the first connection is refused; later ones are tried again.
        OSError: If the first connection fails.
    """
    return _driven(_watching(connect, _Watch(every_s, keyword, largest, stop or Event(), failed)), take)


async def watch_imap_async(
    connect: Callable[[], Any],
    take: TakeAsync,
    *,
    every_s: float = 60.0,
    keyword: str | None = None,
    largest: int = _LARGEST,
    stop: Event | None = None,
    failed: Callable[[Exception], object] | None = None,
) -> AsyncIterator[Fetched]:
    """The same for an `AsyncDesk`. What waits for the server waits in a thread; `take` is awaited in the loop.

    A task that is cancelled ends the watch; so does `stop`. The arguments are those of `watch_imap`.
    """
    over = _Over(stop)
    flow = _watching(connect, _Watch(every_s, keyword, largest, over, failed))
    go: Callable[[Any], _Step] = flow.send
    answer: Any = None
    try:
        while True:
            try:
                step = go(answer)
            except StopIteration:
                return
            go = flow.send
            if isinstance(step, Fetched):
                yield step
                answer = None
            elif isinstance(step, _New):
                answer = await taken_by_async(step.name, step.raw, take)
            else:
                try:
                    answer = await asyncio.to_thread(step)
                except Exception as error:  # noqa: BLE001 - the flow's own, whatever it is
                    go, answer = flow.throw, error
    except BaseException:
        over.set()  # the thread that waits is not waited for
        raise
    finally:
        flow.close()


# --- what is done with a mailbox, step by step ----------------------------------------------------


class _New(NamedTuple):
    """A mail that is to be taken in."""

    name: str
    raw: bytes


_Step: TypeAlias = "Callable[[], Any] | _New | Fetched"
"""A call that may wait, a mail to take in, or what is given out."""
_Flow: TypeAlias = Generator[_Step, Any, None]


class _Over(Event):
    """Set by itself, or with another one: what one watch sets must not end those that share the other."""

    def __init__(self, other: Event | None) -> None:
        super().__init__()
        self._other = other

    def is_set(self) -> bool:
        """Whether one of them is."""
        return super().is_set() or (self._other is not None and self._other.is_set())

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for one of them."""
        until = monotonic() + (0.0 if timeout is None else timeout)
        while not self.is_set() and (left := until - monotonic()) > 0:
            super().wait(min(left, SLICE_S))
        return self.is_set()


class _Watch(NamedTuple):
    """How a mailbox is watched."""

    every_s: float
    keyword: str | None
    largest: int
    stop: Event
    failed: Callable[[Exception], object] | None


def _driven(flow: _Flow, take: Take) -> Iterator[Fetched]:
    """Go through the steps. Errors of a call are the flow's; those of `take` are whose it is."""
    go: Callable[[Any], _Step] = flow.send
    answer: Any = None
    try:
        while True:
            try:
                step = go(answer)
            except StopIteration:
                return
            go = flow.send
            if isinstance(step, Fetched):
                yield step
                answer = None
            elif isinstance(step, _New):
                answer = taken_by(step.name, step.raw, take)
            else:
                try:
                    answer = step()
                except Exception as error:  # noqa: BLE001 - the flow's own, whatever it is
                    go, answer = flow.throw, error
    finally:
        flow.close()


def _taking(box: "ImapBox", limit: int, passed: set[str]) -> _Flow:
    """One look at the mailbox: what is new, without what was passed before."""
    new: list[str] = yield box.new
    for name in [one for one in new if one not in passed]:
        if limit <= 0:
            return
        passed.add(name)
        raw: bytes | str | None = yield partial(box.raw, name)
        if raw is None:
            continue  # another process took it away
        if isinstance(raw, str):
            fetched = Fetched(name, None, raw)
            if raw == KEPT_BACK:  # it has no mark, and comes first again: others must not wait behind it
                yield fetched
                continue
        else:
            fetched = yield _New(name, raw)
        limit -= 1
        yield partial(box.mark, name, done=fetched.taken is not None)
        yield fetched


def _watching(connect: Callable[[], Any], watch: _Watch) -> _Flow:
    if not 0 < watch.every_s <= _LONGEST_S:
        raise InvalidInput("every_s", "is not more than nothing and up to 29 minutes")
    broken = (imaplib.IMAP4.error, OSError, imap_tools_for("watch_imap").errors.ImapToolsError)
    box: ImapBox | None = None
    known = False
    pause = _FIRST_PAUSE_S
    try:
        while not watch.stop.is_set():
            try:
                if box is None:
                    mailbox = yield connect
                    try:
                        box = ImapBox(mailbox, watch.keyword, watch.largest)
                    except InvalidInput:
                        hang_up(mailbox)
                        raise
                    yield box.ask
                    known = True
                yield from _drained(box, watch.stop)
                yield partial(box.rest, watch.every_s, watch.stop)
                pause = _FIRST_PAUSE_S
            except broken as error:
                if not known:
                    raise
                _dropped(box)
                box = None
                if watch.failed is not None:
                    watch.failed(error)
                yield partial(watch.stop.wait, min(pause, watch.every_s))
                pause = min(2 * pause, watch.every_s)
        if box is not None:
            yield box.leave
    finally:
        _dropped(box)


def _drained(box: "ImapBox", stop: Event) -> _Flow:
    """Look until a look finds nothing more and the server told of nothing meanwhile: only then is it safe to wait."""
    passed: set[str] = set()
    while not stop.is_set():
        before = len(passed)
        box.heard_of_more()
        yield from _taking(box, _PAGE, passed)
        if len(passed) == before and not box.heard_of_more():
            return


def _dropped(box: "ImapBox | None") -> None:
    if box is not None:
        box.drop()
