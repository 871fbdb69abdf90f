"""What a desk is to do now and then: let happen what is due, dispatch, take a policy into use."""

from collections.abc import Callable
from datetime import timedelta

from supportflow.flows import policies
from supportflow.flows.commands import idle_for, tick
from supportflow.flows.delivering import never
from supportflow.flows.desk.methods import Shared, asked, in_turn
from supportflow.flows.dispatching import Dispatched, Dispatcher, dispatch, resign
from supportflow.flows.environment import Environment
from supportflow.flows.recomputing import Recomputed, recompute
from supportflow.flows.requests import Flow
from supportflow.flows.results import Tick
from supportflow.flows.setup import span_us
from supportflow.flows.zone_data import ZoneData, zone_data
from supportflow.policy import Policy

__all__ = ["Operations"]


class Operations(Shared):
    """What a desk does when it is told to."""

    _dispatcher: Dispatcher

    @asked
    def run_due(
        self, *, limit: int = 1_000, stop: Callable[[], bool] | None = None, wait: bool = True
    ) -> Flow[Tick]:
        """Let happen all that is due (warnings, breaches, steps of ladders, automatic closing), then deliver what waits.

        Call it every few seconds, from any number of processes. How often changes nothing but how soon people hear of it.

        Args:
            limit: How many tickets, and how many deliveries, at most; call again while it reports that many.
            stop: Asked before each ticket and each delivery. True ends it soon, and gives back what was claimed.
            wait: Whether to wait in the end for deliveries that take longer than a second: the others go on beside them. One
                that takes longer than half a minute counts as failed.
        """
        return tick(self._env, limit, never if stop is None else stop, wait=wait)

    @asked
    def tick(
        self, *, limit: int = 1_000, stop: Callable[[], bool] | None = None, wait: bool = True
    ) -> Flow[Tick]:
        """The same as `run_due`."""
        return tick(self._env, limit, never if stop is None else stop, wait=wait)

    @asked
    def idle_for(self, *, at_most: timedelta) -> Flow[timedelta]:
        """How long no ticket will be due, at most so long; zero if one is due now. For whoever calls `run_due` in a loop.

        Deliveries, and what other processes do meanwhile, are not known ahead: so do not wait longer than they may.

        Args:
            at_most: The longest answer, up to a day.

        Raises:
            InvalidInput: If that is no such duration.
        """
        return _idle_for(self._env, span_us(at_most))

    @in_turn("dispatch")
    def dispatch(self, *, limit: int = 1_000) -> Flow[Dispatched]:
        """Offer what waits to the agents who can take it, the most urgent first.

        Call it often, after `run_due`: every second, or whenever something has happened. It costs what has changed, not what
        waits. One desk object of a tenant leads; the others do nothing until it has not been heard of for half a minute.

        Args:
            limit: How many offers at most.

        Raises:
            Refused: If the policy has no routing.
        """
        return dispatch(self._env, self._dispatcher, limit)

    @in_turn("dispatch")
    def resign(self) -> Flow[None]:
        """Stop leading, if this desk dispatches: another one takes over at once, not only after half a minute."""
        return resign(self._env, self._dispatcher)

    @asked
    def use(self, policy: Policy, *, progress: policies.Progress | None = None) -> Flow[int]:
        """Take another policy version into use. New tickets get it; open ones as its `edits` says.

        Args:
            policy: The version.
            progress: Called with the number of tickets looked at so far.

        Returns:
            How many open tickets moved to it at once.

        Raises:
            PolicyError: If the policy is wrong; nothing was changed then.
        """
        return policies.use(self._env, policy, progress)

    @asked
    def zone_data(self) -> Flow[ZoneData]:
        """The zone data that this process goes by, what it differs from, and what of the policy hangs on that."""
        return zone_data(self._env)

    @asked
    def recompute(self, *, cursor: str | None = None, limit: int = 200) -> Flow[Recomputed]:
        """Set the wake-ups and due times of one batch of tickets anew, after an update of time zone data or of supportflow.

        Go on with the answer's `cursor` until that is None. Broken off, it can begin anywhere: what is right already stays.

        Args:
            cursor: From the batch before.
            limit: How many tickets at most, up to 1,000.

        Raises:
            InvalidInput: If the limit or the cursor cannot be used.
        """
        return recompute(self._env, cursor, limit)


def _idle_for(env: Environment, at_most_us: int) -> Flow[timedelta]:
    return timedelta(microseconds=(yield from idle_for(env, at_most_us)))
