"""Building the floor from rows, and looking at one of them anew. What cannot be read is left out, and looked at again."""

import heapq
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from supportflow._time import SECOND_US
from supportflow.flows import requests
from supportflow.flows.environment import Environment, is_of_one_row
from supportflow.flows.load import read_agent, read_ticket
from supportflow.flows.requests import Flow
from supportflow.kernel.due.queue import entry_of
from supportflow.model.events import EventBase
from supportflow.model.people import Agent
from supportflow.model.routing import AgentState, ShiftOverride
from supportflow.model.storage import AgentRow, Query, TicketRow
from supportflow.model.ticket import Ticket
from supportflow.routing.floor import Absent, Change, Floor, Gone, Present, Waiting
from supportflow.routing.roster import Calendars, next_change_us, rostered
from supportflow.routing.signature import Seat

__all__ = ["Dispatcher", "Run", "due_again", "load_floor", "reload", "shift_changes", "ticket_change"]

AGAIN_US = 60 * SECOND_US
"""After so long a ticket or an agent that could not be read is looked at again."""

_PAGE = 1_000

_RETRIES = 50


@dataclass(slots=True)
class Dispatcher:
    """What a desk that dispatches keeps between two dispatches.

    Attributes:
        holder: Its name among the dispatchers of the tenant.
        floor: The floor; None until it leads.
        agents: The agents on the floor.
        changes: Heap of (instant, agent): the roster's answer for that agent changes then.
        noted: Agent → the change that is in the heap, and what it was found for.
        policy: Fingerprint of the policy that the floor was made for.
        left_out: Stream of a ticket or agent that cannot be read → when it is looked at again.
        looked_us: When it was looked at last whose shift has begun or ended.
    """

    holder: str = ""
    floor: Floor | None = None
    agents: dict[str, AgentState] = field(default_factory=dict)
    changes: list[tuple[int, str]] = field(default_factory=list)
    noted: dict[str, "Noted"] = field(default_factory=dict)
    policy: str = ""
    left_out: dict[str, int] = field(default_factory=dict)
    looked_us: int = 0

    @property
    def leads(self) -> bool:
        """Whether it leads, as far as it knows."""
        return self.floor is not None


class Noted(NamedTuple):
    """When the roster's answer for an agent changes, and what that was found for.

    Attributes:
        agent: Their shifts and certificates.
        overrides: Their overrides.
        shifts: The policy's calendars.
        from_us: From this instant
        change_us: to this one nothing changes; None if nothing ever will. It stands in the heap of changes.
    """

    agent: Agent
    overrides: tuple[ShiftOverride, ...]
    shifts: Calendars
    from_us: int
    change_us: int | None

    def holds(self, state: AgentState, shifts: Calendars, now_us: int) -> bool:
        """Whether it says the same of an agent now: what they hold has no part in it."""
        return (
            self.shifts is shifts
            and self.from_us <= now_us
            and (self.change_us is None or now_us < self.change_us)
            and self.agent.shifts == state.agent.shifts
            and self.agent.skills == state.agent.skills
            and self.overrides == state.overrides
        )


@dataclass(slots=True)
class Run:
    """One dispatch."""

    env: Environment
    dispatcher: Dispatcher
    floor: Floor
    now_us: int
    offered: int = 0
    refused: int = 0
    events: list[EventBase] = field(default_factory=list)

    def tell(self, change: Change) -> None:
        """Have the floor take in a change."""
        self.floor.apply(change)

    def leave_out(self, stream: str, error: Exception) -> None:
        """Do without a ticket or an agent for a while.

        Raises:
            Exception: The error, if it is not that of one row.
        """
        if not is_of_one_row(error):
            raise error
        self.env.unreadable.skip(stream, error)
        self.dispatcher.left_out[stream] = self.now_us + AGAIN_US


def load_floor(run: Run) -> Flow[None]:
    """Build the floor from what the store says. What has changed meanwhile comes as change rows."""
    run.dispatcher.agents.clear()
    run.dispatcher.changes.clear()
    run.dispatcher.noted.clear()
    run.dispatcher.left_out.clear()
    seats = yield from _all_seats(run)
    entries = []
    after: tuple[int | str | None, ...] | None = None
    while True:
        query = Query({"queued": True}, ("id",), after, _PAGE)
        rows = yield from requests.search(run.env.tenant, query)
        for row in rows:
            change = yield from _read_ticket(run, row)
            if isinstance(change, Waiting):
                entries.append(change.entry)
        if len(rows) < _PAGE:
            break
        after = (rows[-1].id,)
    run.floor.open(seats, entries)


def _all_seats(run: Run) -> Flow[list[Seat]]:
    """Every agent who can be read."""
    seats: list[Seat] = []
    after = ""
    while True:
        rows = yield from requests.agents(run.env.tenant, after, _PAGE)
        for row in rows:
            change = yield from _read_agent(run, row)
            if isinstance(change, Present):
                seats.append(change.seat)
        if len(rows) < _PAGE:
            return seats
        after = rows[-1].id


def _seat(run: Run, state: AgentState) -> Seat:
    """An agent on the floor now; when the roster's answer changes is noted."""
    shifts = run.env.book.current.shifts
    run.dispatcher.agents[state.id] = state
    if state.presence == "available":
        _note_change(run, state, shifts)
    on_duty = rostered(state.agent, state.overrides, shifts, run.now_us)
    return Seat.of(state, run.now_us, on_duty=on_duty)


def _note_change(run: Run, state: AgentState, shifts: Calendars) -> None:
    """Note when the roster's answer for an agent changes, unless that is noted: mostly what they hold has changed."""
    noted = run.dispatcher.noted.get(state.id)
    if noted is not None and noted.holds(state, shifts, run.now_us):
        return
    change_us = next_change_us(state, shifts, run.now_us)
    run.dispatcher.noted[state.id] = Noted(state.agent, state.overrides, shifts, run.now_us, change_us)
    if change_us is not None:
        heapq.heappush(run.dispatcher.changes, (change_us, state.id))


def shift_changes(run: Run) -> list[tuple[AgentState, Change]]:
    """The agents whose shift has begun or ended, or whose certificate has lapsed, with what they are on the floor now.

    If the clock was set back, these are also the ones of whom something was noted that is not so yet.
    """
    changes = run.dispatcher.changes
    due: set[str] = set()
    if run.now_us < run.dispatcher.looked_us:
        due.update(name for name, noted in run.dispatcher.noted.items() if run.now_us < noted.from_us)
    run.dispatcher.looked_us = run.now_us
    while changes and changes[0][0] <= run.now_us:
        due.add(heapq.heappop(changes)[1])
    states = [
        run.dispatcher.agents[agent_id] for agent_id in sorted(due) if agent_id in run.dispatcher.agents
    ]
    return [(state, _agent_change(run, state)) for state in states]


def _agent_change(run: Run, state: AgentState) -> Change:
    """An agent on the floor; absent, if the roster has no answer for them."""
    try:
        return Present(_seat(run, state))
    except Exception as error:  # noqa: BLE001 - whatever one row brings about, the others go on
        run.leave_out(f"agent:{state.id}", error)
        run.dispatcher.agents.pop(state.id, None)
        return Absent(state.id)


def due_again(run: Run, besides: Collection[str]) -> list[str]:
    """What could not be read some time ago: a newer release may have seen to it, or somebody by hand."""
    left_out = run.dispatcher.left_out
    due = [
        stream
        for stream, at_us in left_out.items()
        if stream not in besides and not 0 < at_us - run.now_us <= AGAIN_US  # or the clock was set back since
    ]
    return due[:_RETRIES]


def reload(run: Run, stream: str) -> Flow[Change]:
    """Look at a ticket or an agent anew."""
    kind, _, name = stream.partition(":")
    run.dispatcher.left_out.pop(stream, None)
    if kind == "ticket":
        row = yield from requests.load(run.env.tenant, name)
        return Gone(name) if row is None or not row.queued else (yield from _read_ticket(run, row))
    agent_row = yield from requests.load_agent(run.env.tenant, name)
    return Absent(name) if agent_row is None else (yield from _read_agent(run, agent_row))


def _read_ticket(run: Run, row: TicketRow) -> Flow[Change]:
    """A ticket as its row says; gone, if that cannot be read."""
    try:
        ticket = yield from read_ticket(run.env, row)
        return ticket_change(run, ticket)
    except Exception as error:  # noqa: BLE001 - whatever one row brings about, the others go on
        run.leave_out(f"ticket:{row.id}", error)
        return Gone(row.id)


def _read_agent(run: Run, row: AgentRow) -> Flow[Change]:
    """An agent as their row says; absent, if that cannot be read."""
    try:
        state = yield from read_agent(run.env, row)
    except Exception as error:  # noqa: BLE001 - whatever one row brings about, the others go on
        run.leave_out(f"agent:{row.id}", error)
        run.dispatcher.agents.pop(row.id, None)
        return Absent(row.id)
    return _agent_change(run, state)


def ticket_change(run: Run, ticket: Ticket) -> Change:
    """What a ticket is to the floor as it stands."""
    entry = entry_of(ticket, run.env.book[ticket.policy], run.dispatcher.agents)
    return Gone(ticket.id) if entry is None else Waiting(entry)
