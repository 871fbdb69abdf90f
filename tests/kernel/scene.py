"""A stage for the pure kernel: one ticket, commands at instants, no store and no clock."""

from datetime import UTC, datetime, timedelta
from itertools import count

from supportflow import Policy, SlaPolicy, Target, decide, evolve
from supportflow._time import instant
from supportflow.kernel import Facts
from supportflow.model.commands import Advance, OpenTicket
from supportflow.model.events import EventBase
from supportflow.model.people import Agent, Requester
from supportflow.model.signals import Evidence, Signals
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy, PolicyBook

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
SAM = Agent("sam").actor
ANA = Requester("ana").actor

PLAIN = Policy()
TIMED = Policy(
    auto_close_after=timedelta(days=7),
    sla=[
        SlaPolicy(
            name="gold",
            targets=[
                Target.first_response(minutes=30, warn_at=[0.5]),
                Target.resolution(hours=4, warn_at=[0.75]),
            ],
        )
    ],
)


def book(*policies: Policy) -> PolicyBook:
    """A book whose current version is the first."""
    current, *others = [CompiledPolicy(policy) for policy in policies or (PLAIN,)]
    return PolicyBook(current, others)


def at(minutes: float = 0) -> datetime:
    """An instant so many minutes after the start."""
    return instant(START + timedelta(minutes=minutes))


class Scene:
    """Tickets by id, folded from what `decide` answers."""

    def __init__(self, policies: PolicyBook | None = None) -> None:
        self.book = policies or book()
        self.tickets: dict[str, Ticket] = {}
        self.streams: dict[str, list[EventBase]] = {}
        self._ids = (f"t{number}" for number in count(1))

    def do(self, command, minutes: float = 0, *, ticket: str | None = None, **facts) -> tuple[EventBase, ...]:
        """Decide and fold; the new events."""
        known = self.tickets[ticket] if ticket is not None else None
        history = tuple(self.streams[ticket]) if ticket is not None else ()
        fresh = "" if isinstance(command, Advance) else next(self._ids)
        given = Facts(**{"ticket_id": fresh, "history": history, **facts})
        events = decide(self.book, known, command, given, at(minutes))
        for event in events:
            name = event.ticket_id
            self.tickets[name] = evolve(self.tickets.get(name), event)
            self.streams.setdefault(name, []).append(event)
        return events

    def open(self, minutes: float = 0, *, words: str | None = None, **fields) -> str:
        """Open a ticket; its id."""
        command = OpenTicket(**{"by": ANA, "requester": "ana", **fields})
        signals = (
            Signals(
                priority_class=words, evidence=(Evidence(entry="w", priority_class=words, start=0, end=1),)
            )
            if words
            else None
        )
        return self.do(command, minutes, signals=signals)[0].ticket_id

    def kinds(self, ticket: str) -> list[str]:
        """The kinds of its events, clocks left out."""
        return [event.kind for event in self.streams[ticket] if event.kind != "clocks_moved"]
