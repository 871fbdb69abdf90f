"""The counts that the figures of a report are made of, and how they grow ticket by ticket."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Literal, NamedTuple

from supportflow._time import SECOND_US
from supportflow.exceptions import InvalidInput
from supportflow.replay.ordered import Ordered
from supportflow.replay.verdicts import Ended
from supportflow.reports.course import Cause
from supportflow.reports.facts import ClockRow, Facts, TicketRow

__all__ = ["BINS_S", "DAY_US", "MOST_STRATA", "PERCENTILES", "By", "Counting", "Counts", "Took", "rank"]

PERCENTILES = (50, 75, 90, 95, 99)
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
BINS_S = (
    5 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR, _DAY, 2 * _DAY, 4 * _DAY,
    7 * _DAY, 14 * _DAY, 30 * _DAY, 90 * _DAY,
)  # fmt: skip
"""Upper edges of the bars of a distribution, in seconds."""
DAY_US = _DAY * SECOND_US
MOST_STRATA = 200
"""More values than these of one field are no mix that anybody could keep."""
By = Literal["day", "class", "level", "group", "agent", "topic"]


class Took(NamedTuple):
    """How long something took.

    Attributes:
        number: How many took anything.
        percentiles: Percent → microseconds, by nearest rank; empty if there is nothing.
        bins: Upper edge of a bar in seconds → how many; None for what takes longer.
    """

    number: int
    percentiles: Mapping[int, int]
    bins: Mapping[int | None, int]


@dataclass(slots=True)
class Counts:
    """All counts of a report: whole numbers, so that they are the same wherever they are counted.

    Attributes:
        tickets: `cases`, `open`, `reopened`, `ended` (at least once), `resolved` (at the end), `first_contact` of these,
            `known` (requesters), `repeats` of these, `joined`.
        opened: Day → tickets.
        busy: (weekday, hour) → tickets.
        steps: (day, class) → how many more tickets are open when it begins.
        stays: Status → microseconds.
        ended: (target, how) → clocks.
        decided: (target, by what, its name, met) → clocks.
        adjusted: (target, `met`, `missed` or `excluded`) → clocks.
        mixed: (target, by what, its name, place of the field, its value, met) → clocks.
        causes: (target, cause) → missed clocks.
        cause_us: (target, cause) → counted time of missed clocks.
        pauses: (target, reason) → pauses.
        pause_us: (target, reason) → how long they lasted.
        loads: (by what, its name, `tickets`, `open` or `reopened`) → tickets.
        stints: (group, `stints`, `taken` or `held_us`).
        bot: What became of tickets in which the bot took part.
        handovers: How many → tickets.
        took: `first_response`, `resolution`.
        waits: Group → until an agent had it.
    """

    tickets: Counter[str] = field(default_factory=Counter)
    opened: Counter[str] = field(default_factory=Counter)
    busy: Counter[tuple[int, int]] = field(default_factory=Counter)
    steps: Counter[tuple[str, str]] = field(default_factory=Counter)
    stays: Counter[str] = field(default_factory=Counter)
    ended: Counter[tuple[str, Ended]] = field(default_factory=Counter)
    decided: Counter[tuple[str, By, str, bool]] = field(default_factory=Counter)
    adjusted: Counter[tuple[str, str]] = field(default_factory=Counter)
    mixed: Counter[tuple[str, By, str, int, str, bool]] = field(default_factory=Counter)
    causes: Counter[tuple[str, Cause]] = field(default_factory=Counter)
    cause_us: Counter[tuple[str, Cause]] = field(default_factory=Counter)
    pauses: Counter[tuple[str, str]] = field(default_factory=Counter)
    pause_us: Counter[tuple[str, str]] = field(default_factory=Counter)
    loads: Counter[tuple[By, str, str]] = field(default_factory=Counter)
    stints: Counter[tuple[str, str]] = field(default_factory=Counter)
    bot: Counter[str] = field(default_factory=Counter)
    handovers: Counter[int] = field(default_factory=Counter)
    took: dict[str, Took] = field(default_factory=dict)
    waits: dict[str, Took] = field(default_factory=dict)


class Counting:
    """Counts tickets one after the other.

    Args:
        strata: Fields that attainment is standardised by.
        repeat_us: A requester who is back within this time is a repeated contact.
    """

    def __init__(self, strata: Sequence[str], repeat_us: int) -> None:
        self._strata, self._repeat_us = strata, repeat_us
        self._counts = Counts()
        self._seen: list[set[str]] = [set() for _ in strata]
        self._took: dict[str, Ordered[int]] = {"first_response": Ordered(), "resolution": Ordered()}
        self._waits: Ordered[tuple[str, int]] = Ordered()
        self._contacts: Ordered[tuple[str, int]] = Ordered()

    def add(self, facts: Facts) -> None:
        """Count a ticket.

        Raises:
            InvalidInput: If a field that attainment is standardised by has too many values.
        """
        ticket, counts = facts.ticket, self._counts
        self._ticket(ticket)
        for clock in facts.clocks:
            self._clock(ticket, clock)
        for stay in facts.stays:
            counts.stays[stay.status] += stay.spent_us
            counts.steps[stay.from_day, stay.priority_class] += 1
            counts.steps[stay.to_day, stay.priority_class] -= 1
        for pause in facts.pauses:
            counts.pauses[pause.target, pause.reason] += 1
            counts.pause_us[pause.target, pause.reason] += pause.spent_us
        for stint in facts.stints:
            counts.stints[stint.group, "stints"] += 1
            counts.stints[stint.group, "held_us"] += stint.held_us
            if stint.wait_us is not None:
                counts.stints[stint.group, "taken"] += 1
                self._waits.add((stint.group, stint.wait_us))

    def _ticket(self, ticket: TicketRow) -> None:
        counts, n = self._counts, self._counts.tickets
        n["cases"] += 1
        n["open"] += ticket.open
        n["reopened"] += ticket.reopens > 0
        n["ended"] += ticket.reopens > 0 or not ticket.open
        n["resolved"] += ticket.first_contact is not None
        n["first_contact"] += bool(ticket.first_contact)
        n["joined"] += ticket.joined
        if ticket.requester is not None:
            n["known"] += 1
            self._contacts.add((ticket.requester, ticket.opened_us))
        counts.opened[ticket.day] += 1
        counts.busy[ticket.weekday, ticket.hour] += 1
        counts.handovers[ticket.handovers] += 1
        if ticket.bot is not None:
            counts.bot[ticket.bot] += 1
        for name, us in (("first_response", ticket.response_us), ("resolution", ticket.resolution_us)):
            if us is not None:
                self._took[name].add(us)
        places: tuple[tuple[By, str | None], ...] = (
            ("agent", ticket.agent),
            ("group", ticket.group),
            ("topic", ticket.topic),
        )
        for by, name_of in places:
            if name_of is not None:
                counts.loads[by, name_of, "tickets"] += 1
                counts.loads[by, name_of, "open"] += ticket.open
                counts.loads[by, name_of, "reopened"] += ticket.reopens > 0

    def _clock(self, ticket: TicketRow, clock: ClockRow) -> None:
        counts, target = self._counts, clock.target
        counts.ended[target, clock.ended] += 1
        if clock.ended not in {"met", "missed"}:
            return
        met = clock.ended == "met"
        if clock.adjusted is not None:
            counts.adjusted[target, "met" if clock.adjusted else "missed"] += 1
        counts.adjusted[target, "excluded"] += clock.excluded
        counts.decided[target, "class", ticket.priority_class, met] += 1
        counts.decided[target, "level", str(ticket.level), met] += 1
        counts.decided[target, "day", ticket.day, met] += 1
        for place, value in enumerate(ticket.strata):
            self._stratum(place, value)
            counts.mixed[target, "day", ticket.day, place, value, met] += 1
            if ticket.group is not None:
                counts.mixed[target, "group", ticket.group, place, value, met] += 1
            if ticket.agent is not None:
                counts.mixed[target, "agent", ticket.agent, place, value, met] += 1
        if clock.cause is not None:
            counts.causes[target, clock.cause] += 1
            for cause, us in clock.spent.items():
                counts.cause_us[target, cause] += us

    def _stratum(self, place: int, value: str) -> None:
        seen = self._seen[place]
        seen.add(value)
        if len(seen) > MOST_STRATA:
            raise InvalidInput("adjust", f"{self._strata[place]!r} has more than {MOST_STRATA} values")

    def counts(self) -> Counts:
        """All of them."""
        self._counts.tickets["repeats"] = self._repeats()
        self._counts.took = {name: took(values, len(values)) for name, values in self._took.items()}
        self._counts.waits = {
            group: took((us for _, us in waits), self._counts.stints[group, "taken"])
            for group, waits in groupby(self._waits, key=itemgetter(0))
        }
        return self._counts

    def close(self) -> None:
        """Let go of what lies on disk."""
        for values in self._took.values():
            values.close()
        self._waits.close()
        self._contacts.close()

    def _repeats(self) -> int:
        """Tickets of a requester who had opened another one shortly before."""
        return sum(
            who == same and after - before <= self._repeat_us
            for (who, before), (same, after) in pairwise(self._contacts)
        )


def took(ordered: Iterable[int], count: int) -> Took:
    """So many lengths in microseconds, from the shortest, as percentiles and bars."""
    places: dict[int, list[int]] = {}
    for percent in PERCENTILES:
        places.setdefault(rank(percent, count), []).append(percent)
    bins: Counter[int | None] = Counter()
    percentiles: dict[int, int] = {}
    for place, us in enumerate(ordered, 1):
        bins[next((edge for edge in BINS_S if us <= edge * SECOND_US), None)] += 1
        percentiles.update(dict.fromkeys(places.get(place, ()), us))
    return Took(count, percentiles, bins)


def rank(percent: int, count: int) -> int:
    """The place, from 1, of a percentile by nearest rank."""
    return -(-percent * count // 100)
