"""A desk in which tickets come at random and agents work at random speed; the floor alone says who gets what.

Event by event, in whole microseconds, from one seed: the same world twice is the same to the last ticket. Every ticket's
times are drawn when it comes, in one order, so that two ways to run a desk can be compared on the very same tickets.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from random import Random
from statistics import fmean, stdev
from typing import NamedTuple

from supportflow.model.routing import Load, Requirement
from supportflow.routing import Entry, Floor, Gone, Pick, Present, Proposal, Seat, Waiting

UNIT_US = 1_000_000
"""One unit of time of a model."""


class Stream(NamedTuple):
    """Tickets of one kind.

    Attributes:
        rate: How many come in a unit of time, in the mean.
        rank: Their class: the lowest comes first.
        head_start: Units of time by which they count as older than they are.
        requirement: What they need.
        patience: Mean units of time until one that waits is withdrawn; None if never.
    """

    rate: float
    rank: int = 0
    head_start: float = 0.0
    requirement: Requirement = Requirement("expert")
    patience: float | None = None


@dataclass(slots=True)
class Story:
    """What became of a ticket, in µs; `began` and `ended` are None if it was withdrawn, at `left`."""

    stream: int
    came: int
    works: int
    patient: int | None
    agent: str | None = None
    began: int | None = None
    ended: int | None = None
    left: int | None = None

    @property
    def wait(self) -> float:
        """Units of time in the queue."""
        until = self.began if self.began is not None else self.left
        assert until is not None
        return (until - self.came) / UNIT_US


class World:
    """One run.

    Args:
        streams: What comes.
        seats: Who works.
        service: Draws the units of time that a ticket of a stream takes.
        seed: Of everything.
        pick: Which of several agents gets a ticket.
    """

    def __init__(
        self,
        streams: Sequence[Stream],
        seats: Sequence[Seat],
        service: Callable[[Random, int], float],
        seed: int,
        pick: Pick = "longest_idle",
    ):
        self.streams = streams
        self.service = service
        self.stories: list[Story] = []
        self.proposals: list[Proposal] = []
        self._rates = [stream.rate for stream in streams]
        self._draw = Random(seed)
        self._floor = Floor(pick)
        self._seats = {seat.agent_id: seat for seat in seats}
        self._events: list[tuple[int, int, Callable[[int], None], int]] = []
        self._numbers = count()
        self._now = 0
        for seat in seats:
            self._floor.apply(Present(seat))

    def run(self, tickets: int) -> list[Story]:
        """The stories of that many tickets, until the last is done."""
        self._draw_next()
        while self._events:
            self._now, _, happens, number = heappop(self._events)
            happens(number)
            if happens == self._comes and len(self.stories) < tickets:
                self._draw_next()
        return self.stories

    def _later(self, after: int, happens: Callable[[int], None], number: int) -> None:
        heappush(self._events, (self._now + after, next(self._numbers), happens, number))

    def _draw_next(self) -> None:
        after = round(self._draw.expovariate(sum(self._rates)) * UNIT_US)
        stream = self._draw.choices(range(len(self._rates)), self._rates)[0]
        patience = self.streams[stream].patience
        works = round(self.service(self._draw, stream) * UNIT_US)
        patient = None if patience is None else round(self._draw.expovariate(1 / patience) * UNIT_US)
        self.stories.append(Story(stream, self._now + after, works, patient))
        self._later(after, self._comes, len(self.stories) - 1)

    def _comes(self, number: int) -> None:
        story = self.stories[number]
        stream = self.streams[story.stream]
        key = (stream.rank, 0, self._now - round(stream.head_start * UNIT_US))
        self._carry_out(
            self._floor.apply(Waiting(Entry(f"{number:07d}", key, stream.requirement, self._now)))
        )
        if story.patient is not None and story.began is None:
            self._later(story.patient, self._is_withdrawn, number)

    def _ends(self, number: int) -> None:
        story = self.stories[number]
        assert story.agent is not None
        story.ended = self._now
        seat = self._seats[story.agent]
        self._change(seat, tuple(load for load in seat.load if load.ticket_id != f"{number:07d}"))

    def _is_withdrawn(self, number: int) -> None:
        if self.stories[number].began is None:
            self.stories[number].left = self._now
            self._floor.apply(Gone(f"{number:07d}"))

    def _carry_out(self, proposals: tuple[Proposal, ...]) -> None:
        for proposal in proposals:
            self.proposals.append(proposal)
            number = int(proposal.ticket_id)
            story = self.stories[number]
            story.agent, story.began = proposal.agent_id, self._now
            asked = proposal.requirement
            seat = self._seats[proposal.agent_id]
            self._later(story.works, self._ends, number)
            self._change(seat, (*seat.load, Load(proposal.ticket_id, asked.channel, asked.weight)))

    def _change(self, seat: Seat, load: tuple[Load, ...]) -> None:
        seat = seat._replace(load=load, idle_us=self._now, version=seat.version + 1)
        self._seats[seat.agent_id] = seat
        self._carry_out(self._floor.apply(Present(seat)))


class Estimate(NamedTuple):
    """A mean and its standard error."""

    mean: float
    error: float

    def agrees(self, exact: float) -> bool:
        """Whether the exact value is within three standard errors."""
        return abs(self.mean - exact) <= 3 * self.error


def estimate(values: Sequence[float], batches: int = 20) -> Estimate:
    """The mean of a series, and its standard error from the means of consecutive batches: neighbours are alike."""
    size = len(values) // batches
    means = [fmean(values[number * size : (number + 1) * size]) for number in range(batches)]
    return Estimate(fmean(means), stdev(means) / batches**0.5)


def steady(stories: Sequence[Story]) -> Sequence[Story]:
    """Without the first and the last tenth: a desk that fills up or runs empty is another model."""
    tenth = len(stories) // 10
    return stories[tenth : len(stories) - tenth]


def agents(number: int, **facts: object) -> list[Seat]:
    """Agents who are all alike and take one ticket at a time."""
    everybody = frozenset([("tier", "expert", 0)])
    return [
        Seat(f"a{one:03d}", traits=everybody, capacity=1)._replace(**facts)  # type: ignore[arg-type]
        for one in range(number)
    ]
