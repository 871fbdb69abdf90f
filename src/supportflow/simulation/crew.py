"""The agents of a run: their streams, their shifts, and their places on the floor."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from supportflow._time import Instant, from_us, to_us
from supportflow.kernel.casework import done_by_the_same
from supportflow.kernel.fold.agents import evolve_agent
from supportflow.kernel.handlers.agents import decide_agent
from supportflow.model.commands import AgentCommand, Enrol, SetPresence
from supportflow.model.people import HOST, Actor, Agent
from supportflow.model.routing import AgentState
from supportflow.model.ticket import Ticket
from supportflow.routing.floor import Change, Floor, Present, Proposal
from supportflow.routing.roster import next_change_us, rostered
from supportflow.routing.signature import Seat
from supportflow.simulation.plan import Plan
from supportflow.simulation.tally import Tally

__all__ = ["Crew", "Schedule"]

Schedule = Callable[[int, Callable[[], None]], None]
"""Makes something happen at an instant, in microseconds."""
_STRANGER = Actor(kind="agent", id="a second person")
"""Does what wants another person, where one agent is all there are."""


class Crew:
    """Everybody who works, and the floor.

    Args:
        plan: Who they are.
        tally: Counts their capacity.
        schedule: Makes shifts begin and end.
    """

    def __init__(self, plan: Plan, tally: Tally, schedule: Schedule) -> None:
        self.states: dict[str, AgentState] = {}
        self.actors: dict[str, Actor] = {}
        self.proposals: deque[Proposal] = deque()
        self._plan = plan
        self._tally = tally
        self._schedule = schedule
        self._floor = Floor(plan.routing.policy.pick)
        self._seats: dict[str, Seat] = {}
        self._tiers: dict[str, str] = {}
        for agent in plan.agents:
            self._enrol(agent, from_us(plan.start_us))

    def _enrol(self, agent: Agent, now: Instant) -> None:
        actor = self.actors[agent.id] = agent.actor
        self._tiers[agent.id] = agent.tiers[0] if agent.tiers else ""
        state: AgentState | None = None
        commands: tuple[AgentCommand, ...] = (
            Enrol(agent_id=agent.id, profile=agent, by=HOST),
            SetPresence(agent_id=agent.id, presence="available", by=actor),
        )
        for command in commands:
            for event in decide_agent(state, command, now):
                self._tally.recorded(event, counts=False)
                state = evolve_agent(state, event)
        assert state is not None
        self.states[agent.id] = state
        self._on_duty(agent.id, to_us(now))

    def _on_duty(self, agent_id: str, now_us: int) -> None:
        """The roster's answer for an agent is as of now; come back when it changes."""
        state, shifts, before = self.states[agent_id], self._plan.policy.shifts, self._seats.get(agent_id)
        seat = Seat.of(state, now_us, on_duty=rostered(state.agent, state.overrides, shifts, now_us))
        self._seats[agent_id] = seat
        self._tally.capacity(self._tiers[agent_id], there=_there(seat) - _there(before))
        change_us = next_change_us(state, shifts, now_us)
        if change_us is not None and change_us <= self._plan.limit_us:
            self._schedule(change_us, partial(self._on_duty, agent_id, change_us))
        self.tell(Present(seat))

    def worked(self, states: Iterable[AgentState]) -> None:
        """Work came to agents, or went. The floor is not told yet: it hears of the ticket first."""
        for state in states:
            told = state.__dict__
            agent_id, load, assigned_at, freed_at = (
                told["id"],
                told["load"],
                told["assigned_at"],
                told["freed_at"],
            )
            before = self._seats[agent_id]
            latest = (
                assigned_at
                if freed_at is None
                else freed_at
                if assigned_at is None
                else max(assigned_at, freed_at)
            )
            # What an agent is changes with the roster alone, so the rest of the seat stays.
            seat = before._replace(load=load, version=told["version"], idle_us=to_us(latest))
            self.states[agent_id], self._seats[agent_id] = state, seat
            used = sum([one.weight for one in load]) - sum([one.weight for one in before.load])
            self._tally.capacity(self._tiers[agent_id], used=used)

    def tell(self, change: Change) -> None:
        """Tell the floor what has changed; what it proposes is in `proposals`."""
        self.proposals.extend(self._floor.apply(change))

    def show(self, agent_id: str) -> None:
        """Tell the floor how an agent is now."""
        self.tell(Present(self._seats[agent_id]))

    def doer(self, ticket: Ticket, worker: str, step: str) -> Actor:
        """Who does a step: the worker, or a colleague where it wants another person. It takes nothing of their capacity."""
        actor = self.actors[worker]
        if not done_by_the_same(ticket, self._plan.policy, step, actor, frozenset()):
            return actor
        return next((self.actors[one] for one in sorted(self.actors) if one != worker), _STRANGER)

    def others(self, tier: str | None, but: str | None) -> Iterator[str]:
        """Who of a tier is on duty, besides one, by id."""
        for agent_id, seat in sorted(self._seats.items()):
            if agent_id != but and seat.available and ("tier", tier, 0) in seat.traits:
                yield agent_id


def _there(seat: Seat | None) -> int:
    """The units of capacity that somebody on duty brings."""
    return seat.capacity if seat is not None and seat.available else 0
