"""Writers of one SQLite file in one process: they take turns, and whoever has to wait anyway is committed with the others.

A disk takes as long to confirm one command as to confirm many. So a writer who is done does not commit while others wait for
their turn: it leaves the transaction to the next one, and the last of them commits for all. Each works in its own thread, in
a savepoint of its own, and what it raises is its own. Nobody is answered before the commit is on the disk, not even who was
refused: what stood in the way may be what another of the group wrote, and that is gone if the commit fails. If it does, each
does its work anew, alone, and is told of its own what is wrong.

A writer alone waits for nobody, and sends the statements that it always sent. Only after several were committed together
does the next one wait a little for these to come again: for half of what the last commit took, and never long. Else one
would go first and alone each time, and the others behind it. If they do not come, the group is smaller, and the next one
waits for so many only.

An interrupt (Ctrl-C, a host's time limit) can end a writer anywhere, and more than once. The others do not depend on it:
whoever is interrupted leaves the queue as everybody does, whoever comes next undoes what was left half done, and whoever
waits looks from time to time that it is not forgotten. So the connection stays with the queue: nobody carries it away.
"""

import sqlite3
from collections import deque
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from threading import get_ident
from time import monotonic
from typing import Any, TypeVar

from supportflow.exceptions import StoreBusy
from supportflow.stores.sql.backends import SQLITE, is_busy
from supportflow.stores.sql.groups import (
    Done,
    Fate,
    Group,
    Half,
    Session,
    is_idle,
    is_open,
    locked,
    must_be_open,
)
from supportflow.stores.sql.link import Lost, Work

__all__ = ["MOST", "Writers"]

T = TypeVar("T")
MOST = 64
"""Commands in a group at most: the first of them waits until the last has been carried out."""
_LONGEST_S = 0.02
"""How long the first of a group waits for company, at the most."""
_LOOK_S = 1.0
"""How often whoever waits looks whether it was forgotten."""
_TRIES = 5
"""How often whoever is interrupted while it leaves the queue tries to leave."""


class Writers:
    """Those who want to write, in the order in which they came. Whose turn it is stands first.

    Args:
        open_one: Opens a connection that nobody else uses.
        drop: Closes it; twice, if need be.
        is_current: Whether it may still be used.
    """

    def __init__(
        self,
        open_one: Callable[[], Session],
        drop: Callable[[Any], None],
        is_current: Callable[[Any], bool],
    ) -> None:
        self._open_one, self._drop, self._is_current = open_one, drop, is_current
        self._queue: deque[Any] = deque()
        self._inside: set[int] = set()
        self._stopped: Any = None
        self._session: Session | None = None
        self._group: Group | None = None
        self._last_members = 0
        self._patience_s = 0.0

    def run(self, work: Work[T], *, together: bool) -> T:
        """Run work in a transaction, and answer once that is committed.

        Args:
            work: What is to be done. It is done anew if the group that it was in cannot be committed.
            together: Whether it may be committed with others: these wait for it, so it should be short.

        Raises:
            Lost: If nobody can say whether it was committed.
            StoreBusy: If this very thread is in the middle of a change, as where a signal is handled.
        """
        while True:
            done = self._in_turn(partial(self._carried_out, work, together))
            group = done.group
            if group.fate is Fate.KEPT:
                if done.refusal is not None:
                    raise done.refusal
                return done.answer  # type: ignore[no-any-return]
            if group.fate is Fate.UNSURE and done.refusal is None:
                raise Lost
            if group.error is not None and (group.members == 1 or is_busy(group.error)):
                raise group.error
            together = False

    def _carried_out(self, work: Work[Any], together: bool, place: Any) -> Done:
        """Work that was done, once it is known what has become of its group."""
        self._await_turn(place)
        group = self._tidied()
        if group is not None and not together:
            self._commit()
            group = None
        done = self._begin(work) if group is None else self._join(group, work)
        group = done.group
        if not together or group.members >= MOST:
            self._commit()
        else:
            self._await_company(group, place)
        self._end_turn(place)
        while group.fate is Fate.OPEN:
            if not done.told.acquire(timeout=_LOOK_S):
                self._in_turn(self._await_turn)  # whatever is open when a turn ends is seen to
        return done

    # --- turns ---------------------------------------------------------------------------------

    def _in_turn(self, act: Callable[[Any], T]) -> T:
        """Act with a place in the queue, and leave it, however that ends."""
        if get_ident() in self._inside:
            raise StoreBusy("in use", "this very thread is in the middle of a change of this store")
        place = locked()
        try:
            return self._acted(act, place)
        except BaseException:
            # Interrupted on its way out, perhaps; and a place that is left behind holds all up for ever.
            self._end_turn(place)
            raise

    def _acted(self, act: Callable[[Any], T], place: Any) -> T:
        tries, interrupt = 0, None
        try:
            answer = act(place)
            self._end_turn(place)
        except BaseException:
            while tries < _TRIES:  # it may be interrupted again and again, as long as nothing seems to happen
                try:
                    self._end_turn(place)
                    break
                except BaseException as error:  # noqa: BLE001 - raised when it is out of everybody's way
                    tries, interrupt = tries + 1, error
            if interrupt is not None:
                raise interrupt from None
            raise
        return answer

    def _await_turn(self, place: Any, until_s: float | None = None) -> bool:
        """Wait for a turn; whether it has come, if that was waited for so long only."""
        queue = self._queue
        self._inside.add(get_ident())
        queue.append(place)
        if queue[0] is not place:
            with suppress(RuntimeError):  # has heard it already
                queue[0].release()
        while queue[0] is not place:
            left_s = _LOOK_S if until_s is None else min(until_s - monotonic(), _LOOK_S)
            if left_s <= 0:
                return False
            place.acquire(timeout=left_s)
        return True

    def _await_company(self, group: Group, place: Any) -> None:
        """Wait for somebody to come, while those who were just told of another commit may be about to come again."""
        while len(self._queue) == 1 and group.members < self._last_members:
            left_s = group.began_s + self._patience_s - monotonic()
            if left_s <= 0:
                return
            place.acquire(timeout=left_s)

    def _end_turn(self, place: Any) -> None:
        """Leave the queue. What is open is for whoever comes next; if nobody does, it is committed first."""
        queue = self._queue
        while True:
            if len(queue) == 1 and queue[0] is place:
                self._commit()
            with suppress(ValueError):  # interrupted before it stood there
                queue.remove(place)
            self._inside.discard(get_ident())
            with suppress(IndexError, RuntimeError):  # nobody is there, or knows already
                queue[0].release()
                return
            if queue or self._group is None:
                return
            self._await_turn(place)  # whoever was there a moment ago has been interrupted

    # --- pauses --------------------------------------------------------------------------------

    def stop(self, until_s: float) -> None:
        """Let nobody write, and have no connection, until `go_on`; whoever takes too long is not waited for."""
        if get_ident() in self._inside:
            return
        self._stopped = locked()
        if self._await_turn(self._stopped, until_s):
            self._commit()
            self._discard()

    def go_on(self) -> None:
        """Let others go on."""
        if self._stopped is not None:
            self._end_turn(self._stopped)
            self._stopped = None

    # --- transactions --------------------------------------------------------------------------

    def _begin(self, work: Work[Any]) -> Done:
        """Begin a transaction with work; if it fails there is none, and what it raised is raised."""
        session = self._at_hand()
        group = self._group = Group()
        try:
            done = Done(group)
            with closing(session.given.cursor()) as cursor:
                cursor.execute(SQLITE.begin)
                done.answer = work(cursor)
            must_be_open(session)
            group.half = Half.NOTHING
        except BaseException:
            self._tidied()
            raise
        return done

    def _join(self, group: Group, work: Work[Any]) -> Done:
        """Do work in the transaction that is open. What it raised is raised once it is known whether that is committed."""
        assert self._session is not None
        done = Done(group)
        group.half = Half.WORK
        try:
            with closing(self._session.given.cursor()) as cursor:
                cursor.execute("SAVEPOINT supportflow")
                done.answer = work(cursor)
                cursor.execute("RELEASE SAVEPOINT supportflow")
            group.half = Half.NOTHING
        except Exception as error:  # noqa: BLE001 - see above
            self._tidied()
            done.refusal = error
        return done

    def _tidied(self) -> Group | None:
        """The group that is open, with nothing half done in it; None if there is none."""
        group = self._group
        if group is None:
            return None
        if group.fate is Fate.OPEN and group.half is not Half.NOTHING:
            self._undo_half(group)
        if group.fate is Fate.OPEN and not is_open(self._session):
            # SQLite itself has undone everything, as on some full disks; or whoever committed could not say so any more.
            group.fate = Fate.UNSURE if group.commits else Fate.GONE
        if group.fate is Fate.OPEN:
            return group
        self._settle(group)
        return None

    def _undo_half(self, group: Group) -> None:
        if group.half is Half.WORK and not self._undone_alone():
            group.half = Half.EVERYTHING
        if group.half is Half.EVERYTHING:
            group.fate = Fate.GONE
        group.half = Half.NOTHING

    def _undone_alone(self) -> bool:
        """Undo the work of one; False if that is refused, so that it can only be undone with everything."""
        assert self._session is not None
        try:
            with closing(self._session.given.cursor()) as cursor:
                cursor.execute("ROLLBACK TO SAVEPOINT supportflow")
                cursor.execute("RELEASE SAVEPOINT supportflow")
        except sqlite3.Error as error:
            # Interrupted before it was set, or after it was released: there is nothing half done.
            return "no such savepoint" in str(error)
        return True

    def _commit(self) -> None:
        """Commit what is open, if there is anything. It is the turn of whoever calls this."""
        group = self._tidied()
        if group is None:
            return
        assert self._session is not None
        began_s = monotonic()
        try:
            group.commits = True
            self._session.given.commit()
            group.fate = Fate.KEPT
        except sqlite3.Error as error:
            group.error, group.fate = error, Fate.GONE
        except BaseException:
            if is_idle(self._session):  # the driver was done, and had nothing to say against it
                group.fate = Fate.KEPT
            raise
        self._last_members = group.members
        self._patience_s = min((monotonic() - began_s) / 2, _LONGEST_S)
        self._settle(group)

    def _settle(self, group: Group) -> None:
        """See that nothing is open any more, and tell the members."""
        if group.fate is not Fate.KEPT:
            self._roll_back()
        self._group = None
        group.tell()

    # --- the connection ------------------------------------------------------------------------

    def _at_hand(self) -> Session:
        if self._session is not None and not self._is_current(self._session):
            self._discard()
        if self._session is None:
            self._session = self._open_one()
        return self._session

    def _discard(self) -> None:
        if self._session is not None:
            self._drop(self._session)
            self._session = None

    def _roll_back(self) -> None:
        """Undo what is open; a connection that cannot even do that is of no use any more."""
        if self._session is None:
            return
        with suppress(sqlite3.Error):
            self._session.given.rollback()
        if not is_idle(self._session):
            self._discard()
