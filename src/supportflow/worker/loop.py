"""`Worker`: rounds around a desk until it is told to stop."""

import inspect
import logging
import random
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from supportflow._dataclass import dataclass
from supportflow.driving import drive, drive_at_once
from supportflow.exceptions import DefinitionError, DeskClosed, InvalidInput, MissingExtra
from supportflow.flows import Tick
from supportflow.flows.environment import check_number
from supportflow.flows.retention import Retained
from supportflow.flows.routing.dispatch import Dispatched
from supportflow.worker.bell import Bell
from supportflow.worker.logs import say
from supportflow.worker.pace import Pace
from supportflow.worker.retention import RetentionRounds
from supportflow.worker.signals import stopped_by_signals
from supportflow.worker.status import Status
from supportflow.worker.zones import ZoneWatch

if TYPE_CHECKING:
    from supportflow.aio import AsyncDesk
    from supportflow.desk import Desk

__all__ = ["Observer", "Worker"]

Observer = Callable[[Tick, float], object]
"""Told of each round: what it did, and how many seconds it took."""


_NEVER_HEALS = (DeskClosed, DefinitionError, MissingExtra)


@dataclass(frozen=True, slots=True)
class _Ask:
    """Call a method of the desk."""

    method: str
    named: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Wait:
    """Wait so long, or until the bell rings."""

    seconds: float


class Worker:
    """Rounds around a desk: what is due happens, what waits is delivered, and, if the desk routes, tickets find agents.

    Any number of workers, on any number of machines, can work on one store: each ticket and each delivery is claimed by one
    of them. A ticket or delivery that fails is tried again later and holds up no other. A store that does not answer is
    asked again, ever more rarely, until it does. A worker is for one run.

    Args:
        desk: The desk. It stays open when the worker ends.
        limit: How many tickets, and how many deliveries, in one round.
        pace: How long to wait.
        status: Where it says how it does.
        observe: Told of each round.
        dispatch: Whether to offer tickets to agents, if the desk's policy has routing. One worker of a tenant leads in this;
            another takes over when it ends.
        retention: Whether to carry out the policy's `retention`, if it has one: a batch in each round, from beginning to end
            once a day. One worker of a tenant is enough.

    Raises:
        InvalidInput: If the desk is none, or the limit cannot be used.
    """

    def __init__(
        self,
        desk: "Desk | AsyncDesk",
        *,
        limit: int = 500,
        pace: Pace | None = None,
        status: Status | None = None,
        observe: Observer | None = None,
        dispatch: bool = True,
        retention: bool = False,
    ) -> None:
        if not callable(getattr(desk, "run_due", None)):
            raise InvalidInput("desk", "is not a desk")
        check_number("limit", limit, 1)
        self._desk = desk
        self._limit: int = limit
        self._pace = Pace() if pace is None else pace
        self.status = Status() if status is None else status
        self._observe = observe
        self._dispatch = dispatch
        self._dispatched = False
        self._left_out: tuple[str, ...] = ()
        self._running = 0
        # A desk of a host's own, or an older one, may know nothing of deliveries that go on beside.
        takes = inspect.signature(desk.run_due).parameters
        self._beside: dict[str, Any] = {"wait": False} if "wait" in takes else {}
        self._bell = Bell()
        self._zones = ZoneWatch()
        self._retention = RetentionRounds() if retention else None
        self._random = random.Random()  # noqa: S311 - spreads retries; nothing is kept secret by it

    @property
    def is_async(self) -> bool:
        """Whether the desk has to be awaited."""
        return inspect.iscoroutinefunction(self._desk.run_due)

    def stop(self) -> None:
        """Ask it to stop: it ends the ticket or delivery in hand and gives back what else it has claimed.

        Safe from any thread and from a signal handler.
        """
        self._bell.ring()

    def run(self, *, until_idle: bool = False) -> None:
        """Work until `stop` is called, or, in the main thread, until SIGTERM or Ctrl-C, as the command does.

        Args:
            until_idle: End as soon as nothing is due; then an error of the store ends it, too, and is raised.

        Raises:
            InvalidInput: If the desk is an `AsyncDesk`: that one needs `run_async`.
        """
        if self.is_async:
            raise InvalidInput("desk", "has to be awaited: use run_async")
        drive_at_once(self._course(until_idle=until_idle), self._carry_out)

    async def run_async(self, *, until_idle: bool = False) -> None:
        """The same for an `AsyncDesk`."""
        await drive(self._course(until_idle=until_idle), self._carry_out_async)

    # --- the driver ----------------------------------------------------------------------------

    def _carry_out(self, step: _Ask | _Wait) -> Any:
        if isinstance(step, _Wait):
            return self._bell.wait(step.seconds)
        return getattr(self._desk, step.method)(**step.named)

    async def _carry_out_async(self, step: _Ask | _Wait) -> Any:
        if isinstance(step, _Wait):
            return await self._bell.wait_async(step.seconds)
        answer = getattr(self._desk, step.method)(**step.named)
        return await answer if inspect.isawaitable(answer) else answer

    # --- the course of a worker's life ---------------------------------------------------------

    def _stopping(self) -> bool:
        self.status.beat()
        return self._bell.rung

    def _course(self, *, until_idle: bool) -> Generator[_Ask | _Wait, Any, None]:
        say(logging.INFO, "started", limit=self._limit)
        try:
            with self._bell, stopped_by_signals(self.stop):
                yield from self._rounds(until_idle=until_idle)
        finally:
            self.status.enter("stopped")
            say(logging.INFO, "stopped", **self.status.counts)

    def _rounds(self, *, until_idle: bool) -> Generator[_Ask | _Wait, Any, None]:
        idle = failures = 0
        while not self._stopping():
            try:
                more, busy = yield from self._round()
                yield from self._look_at_zones()
                going_on = yield from self._keep()
                indexing = yield from self._index()
                more, busy = more or going_on or indexing, busy or going_on or indexing
                ahead = timedelta() if more else (yield self._look_ahead())
            except Exception as error:
                if until_idle or isinstance(error, _NEVER_HEALS):
                    raise
                failures += 1
                yield from self._failed(error, failures)
                continue
            if failures:
                say(logging.INFO, "recovered", failures=failures)
            failures, idle = 0, 0 if busy else idle + 1
            if self._bell.rung or (until_idle and not busy):
                break
            self.status.enter("working")
            if not more:
                yield _Wait(self._pace.idle(idle, ahead.total_seconds()))
        if self._bell.rung:
            say(logging.INFO, "stopping")
        self.status.enter("stopping")
        if self._running:
            yield from self._finish()
        yield from self._resign()

    def _finish(self) -> Generator[_Ask | _Wait, Any, None]:
        """Wait for the deliveries in hand, no longer than one may take."""
        try:
            yield _Ask("run_due", {"limit": 0})
        except Exception as error:  # noqa: BLE001 - the end goes on; their claims run out by themselves
            say(logging.WARNING, "could not finish", error=type(error).__name__)

    def _round(self) -> Generator[_Ask | _Wait, Any, tuple[bool, bool]]:
        """One round: whether there is certainly more to do, and whether anything was done."""
        began = time.perf_counter()
        tick: Tick = yield _Ask("run_due", {"limit": self._limit, "stop": self._stopping, **self._beside})
        offered = yield from self._offer()
        self.status.count(tick, offered)
        self._tell(tick, offered)
        self._tell_left_out()
        if self._observe is not None:
            self._observe(tick, time.perf_counter() - began)
        advanced, sent = tick.tickets - len(tick.failed), tick.delivered + tick.retried + tick.dead
        full = tick.tickets >= self._limit or sent >= self._limit
        self._running = tick.running
        busy = offered > 0 or advanced > 0 or sent > 0 or tick.running > 0
        return full and busy, busy

    def _offer(self) -> Generator[_Ask | _Wait, Any, int]:
        """Offer tickets to agents; how many."""
        # Asked each time: another policy version may have come into use.
        if not self._dispatch or self._desk.policy.routing is None or self._bell.rung:
            return 0
        self._dispatched = True
        dispatched: Dispatched = yield _Ask("dispatch", {"limit": self._limit})
        self.status.beat()
        return dispatched.offered

    def _resign(self) -> Generator[_Ask | _Wait, Any, None]:
        if self._dispatched:
            try:
                yield _Ask("resign")
            except Exception as error:  # noqa: BLE001 - the end goes on; another dispatcher waits a little longer
                say(logging.WARNING, "could not resign", error=type(error).__name__)

    def _look_at_zones(self) -> Generator[_Ask | _Wait, Any, None]:
        # Whatever runs rounds can be worked on; it need not know of zones.
        if self._zones.is_due and callable(getattr(self._desk, "zone_data", None)):
            self._zones.tell((yield _Ask("zone_data")))

    def _keep(self) -> Generator[_Ask | _Wait, Any, bool]:
        """Carry out one batch of the policy's retention; whether there is another one."""
        rounds = self._retention
        # Asked each time, as for routing.
        if rounds is None or not rounds.is_due or self._desk.policy.retention is None or self._bell.rung:
            return False
        done: Retained = yield _Ask("apply_retention", rounds.batch)
        rounds.take(done)
        return done.cursor is not None

    def _index(self) -> Generator[_Ask | _Wait, Any, bool]:
        """Bring the index of tickets on; whether it lags behind."""
        if not getattr(self._desk, "has_similar", False) or self._bell.rung:
            return False
        seen: int = yield _Ask("index_similar", {"limit": self._limit})
        return seen >= self._limit

    def _look_ahead(self) -> _Ask:
        return _Ask("idle_for", {"at_most": timedelta(seconds=self._pace.idle_max_s)})

    def _failed(self, error: Exception, failures: int) -> Generator[_Ask | _Wait, Any, None]:
        name = type(error).__name__
        self.status.enter("failing")
        self.status.count_failure(name)
        pause = self._pace.retry(failures, self._random.random())
        say(logging.ERROR, "round failed", error=name, failures=failures, retry_after_s=round(pause, 3))
        yield _Wait(pause)

    def _tell_left_out(self) -> None:
        """Say which rows the desk cannot read, when these are others than before."""
        left_out = tuple(sorted(getattr(self._desk, "unreadable", ())))
        if left_out != self._left_out:
            self._left_out = left_out
            self.status.left_out(len(left_out))
            say(logging.WARNING, "rows left out", number=len(left_out), rows=left_out)

    @staticmethod
    def _tell(tick: Tick, offered: int) -> None:
        if tick.failed:
            say(
                logging.WARNING,
                "tickets failed",
                number=len(tick.failed),
                tickets=tick.failed,
                errors=tick.errors,
            )
        if tick.dead:
            say(logging.WARNING, "deliveries given up", number=tick.dead)
        if tick.tickets or tick.delivered or tick.retried or offered:
            say(
                logging.INFO,
                "round",
                tickets=tick.tickets,
                events=len(tick.events),
                delivered=tick.delivered,
                retried=tick.retried,
                offered=offered,
            )
