"""What whoever leads agents does: changes shifts, and sees the desk at one moment."""

from collections.abc import Iterable

from supportflow.exceptions import InvalidInput
from supportflow.flows import surges
from supportflow.flows.commands.shifts import ShiftChange, change_shifts
from supportflow.flows.desk.methods import Shared, asked
from supportflow.flows.desk.routing import agent_id
from supportflow.flows.desk.verbs import By, check_text, sequence
from supportflow.flows.environment import Environment
from supportflow.flows.queries.overview import overview
from supportflow.flows.requests import Flow
from supportflow.model.overview import Overview
from supportflow.model.people import HOST, actor
from supportflow.model.routing import AgentState

__all__ = ["Leads"]


class Leads(Shared):
    """What a desk does for whoever leads agents."""

    @asked
    def change_shifts(
        self, changes: Iterable[ShiftChange], *, by: By = HOST, reason: str = ""
    ) -> Flow[tuple[AgentState, ...]]:
        """Let several agents work, or not, for a time: a swap, a leave with who stands in. All in one commit, or none.

        Args:
            changes: Whose, when, and whether they work; each as `override_shift` has it. Of two that overlap, the later one
                counts.
            by: Who says so.
            reason: Kept with each change: one line.

        Returns:
            The agents then, sorted by id.

        Raises:
            InvalidInput: If there is no change, or the desk does not know an agent, or a time is over or ends before it
                starts. Nothing was changed then.
        """
        check_text("reason", reason)
        return change_shifts(self._env, tuple(map(_change, sequence("changes", changes))), actor(by), reason)

    @asked
    def overview(self) -> Flow[Overview]:
        """What a lead sees at this moment: open tickets by group and class, agents, surges. No texts are in it.

        It reads the rows of all open tickets: call it every few seconds, not for every event.
        """
        return _overview(self._env)


def _change(given: object) -> ShiftChange:
    if not isinstance(given, ShiftChange):
        raise InvalidInput("changes", "has what is no ShiftChange")
    if not isinstance(given.on_duty, bool):
        raise InvalidInput("on_duty", "is neither true nor false")
    return given._replace(agent=agent_id(given.agent))


def _overview(env: Environment) -> Flow[Overview]:
    return (yield from overview(env, (yield from surges.in_force(env))))
