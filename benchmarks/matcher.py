"""The floor against bare heaps, a sorted scan and a naive scan: a million tickets wait, a thousand agents take them.

    python benchmarks/matcher.py               # the comparison
    python benchmarks/matcher.py --threshold   # from how many signatures on a heap of heads pays
    python benchmarks/matcher.py --small       # the same in a second, without limits on the ratios

The bare heaps are what the idea costs without a floor around it: one heap per requirement, no capacity, no presence, no
proposals, no removal; an agent compares the heads. All matchers must give the same tickets. Throughput is processor
time, the median of rounds that take turns; latencies are processor time, too, so that what else the machine does
weighs little. The garbage collector is on.
Exits with status 1 if the floor has less than 0.25 of the throughput of the bare heaps, or if 100,000 tickets at the head of
the queue that nobody can take cost it more than 30 %.
"""

import argparse
import heapq
import random
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import process_time

from supportflow.model.routing import Load, Requirement
from supportflow.routing import Entry, Floor, Overflow, Present, Proposal, Seat, Waiting

LANGUAGES, PRODUCTS, TIERS = 20, 10, 3
HEAD_START_S = (0, 3_600, 36_000)
DAY_US = 86_400_000_000
LEAST_RATIO = 0.25
MOST_FOR_BLOCKED = 1.30
Can = tuple[frozenset[int], frozenset[int], int]
Ask = tuple[int, int, int]
Ticket = tuple[int, int, Ask]


@dataclass(frozen=True)
class World:
    """Tickets as (key, number, ask) in order of arrival; agents as what they can."""

    tickets: list[Ticket]
    agents: list[Can]


def world(tickets: int, agents: int, seed: int = 1) -> World:
    """Languages and products as unequal as they are: the n-th is asked for and known 1/n times as often as the first."""
    draw = random.Random(seed)
    languages = [1 / (n + 1) for n in range(LANGUAGES)]
    products = [1 / (n + 1) for n in range(PRODUCTS)]
    who = [
        (
            frozenset([0, *draw.choices(range(LANGUAGES), languages, k=draw.randrange(1, 4))]),
            frozenset(draw.choices(range(PRODUCTS), products, k=draw.randrange(2, 5))),
            draw.choices(range(TIERS), [6, 3, 1])[0],
        )
        for _ in range(agents)
    ]
    asks = zip(
        draw.choices(range(LANGUAGES), languages, k=tickets),
        draw.choices(range(PRODUCTS), products, k=tickets),
        draw.choices(range(TIERS), [80, 15, 5], k=tickets),
        strict=True,
    )
    starts = draw.choices(HEAD_START_S, [85, 10, 5], k=tickets)
    apart = DAY_US // max(tickets, 1)
    return World(
        [
            (number * apart - start * 1_000_000, number, ask)
            for number, (ask, start) in enumerate(zip(asks, starts, strict=True))
        ],
        who,
    )


def able(agent: Can, ask: Ask) -> bool:
    return ask[0] in agent[0] and ask[1] in agent[1] and ask[2] <= agent[2]


# --- what the floor is compared with


class Naive:
    """Looks at every ticket."""

    def __init__(self, given: World) -> None:
        self.agents = given.agents
        self.tickets = set(given.tickets)

    def take(self, agent: int) -> int | None:
        """The ticket that an agent gets."""
        can = self.agents[agent]
        best = min((ticket for ticket in self.tickets if able(can, ticket[2])), default=None)
        if best is None:
            return None
        self.tickets.remove(best)
        return best[1]


class SortedScan:
    """Looks from the top of a sorted list until a ticket fits."""

    def __init__(self, given: World) -> None:
        self.agents = given.agents
        self.tickets = sorted(given.tickets)
        self.gone = bytearray(len(self.tickets))
        self.first = 0

    def take(self, agent: int) -> int | None:
        """The ticket that an agent gets."""
        can, tickets, gone = self.agents[agent], self.tickets, self.gone
        while self.first < len(tickets) and gone[self.first]:
            self.first += 1
        for index in range(self.first, len(tickets)):
            if not gone[index] and able(can, tickets[index][2]):
                gone[index] = 1
                return tickets[index][1]
        return None


class BareHeaps:
    """One heap per requirement; an agent compares the heads."""

    def __init__(self, tickets: list[tuple[int, int, Ask, object]], agents: list[Can]) -> None:
        heaps: dict[object, tuple[Ask, list[tuple[int, int]]]] = {}
        for key, number, ask, signature in tickets:
            heaps.setdefault(signature, (ask, []))[1].append((key, number))
        for _, heap in heaps.values():
            heapq.heapify(heap)
        self.heaps = {signature: heap for signature, (_, heap) in heaps.items()}
        self.serves = [[heap for ask, heap in heaps.values() if able(can, ask)] for can in agents]

    def take(self, agent: int) -> int | None:
        """The ticket that an agent gets."""
        best: list[tuple[int, int]] | None = None
        for heap in self.serves[agent]:
            if heap and (best is None or heap[0] < best[0]):
                best = heap
        return heapq.heappop(best)[1] if best is not None else None


# --- the floor


def requirement(ask: Ask, channel: str = "web", weight: int = 1) -> Requirement:
    return Requirement(
        f"tier{ask[2]}", ((f"product{ask[1]}", 1),), f"language{ask[0]}", None, channel, weight
    )


def traits(can: Can) -> frozenset[tuple[str, str, int]]:
    return frozenset(
        [("tier", f"tier{tier}", 0) for tier in range(can[2] + 1)]
        + [("skill", f"product{product}", 1) for product in can[1]]
        + [("language", f"language{language}", 0) for language in can[0]]
    )


def plain(given: World) -> list[Entry]:
    asked: dict[Ask, Requirement] = {}
    return [
        Entry(f"{number:08d}", (0, 0, key), asked.setdefault(ask, requirement(ask)))
        for key, number, ask in given.tickets
    ]


def rich(given: World, seed: int = 2) -> list[Entry]:
    """Four channels, three weights, exclusions, preferences, hand-overs and overflow."""
    draw = random.Random(seed)
    costs = [("web", 1), ("web", 1), ("chat", 1), ("social", 2), ("phone", 3)]
    ids = [f"a{number}" for number in range(len(given.agents))]
    asked: dict[object, Requirement] = {}
    entries = []
    for key, number, ask in given.tickets:
        cost = draw.choice(costs)
        needs = asked.setdefault((ask, cost), requirement(ask, *cost))
        other = (0, ask[1], ask[2])
        entries.append(
            Entry(
                f"{number:08d}",
                (0, 0, key),
                needs,
                barred=(draw.choice(ids),) if draw.random() < 0.01 else (),
                preferred=draw.choice(ids) if draw.random() < 0.1 else None,
                hand_over=draw.random() < 0.05,
                also=(Overflow(asked.setdefault((other, cost), requirement(other, *cost)), 1),)
                if draw.random() < 0.02
                else (),
            )
        )
    return entries


class OnFloor:
    """Agents who end what they had first and take what comes next: two changes of the floor for one decision."""

    def __init__(self, given: World, entries: list[Entry], model: Seat, many: int | None = None) -> None:
        started = process_time()
        self.floor = Floor() if many is None else Floor(many=many)
        for entry in entries:
            self.floor.apply(Waiting(entry))
        self.built_s = process_time() - started
        self.now = 0
        self.spent_s = 0.0
        self.latencies: list[float] = []
        self.seats = [
            model._replace(agent_id=f"a{number}", traits=traits(can))
            for number, can in enumerate(given.agents)
        ]
        self.held: list[list[Load]] = []
        self.first: list[int | None] = []
        for seat in self.seats:
            made = self.floor.apply(Present(seat))
            self.held.append([])
            self.first.append(int(made[0].ticket_id) if made else None)
            self._note(made)

    def _note(self, made: tuple[Proposal, ...]) -> None:
        for ticket_id, agent_id, asked in made:
            self.held[int(agent_id[1:])].append(Load(ticket_id, asked.channel, asked.weight))

    def take(self, agent: int) -> int | None:
        """What an agent gets once the floor knows that they have what it proposed, and that they ended the oldest."""
        self.now += 1
        held = self.held[agent]
        seat = self.seats[agent]._replace(load=tuple(held), idle_us=self.now, version=self.now)
        del held[:1]
        ended = seat._replace(load=tuple(held))
        has, has_not = Present(seat), Present(ended)
        started = process_time()
        made = (*self.floor.apply(has), *self.floor.apply(has_not))
        self.latencies.append(process_time() - started)
        self.spent_s += self.latencies[-1]
        self._note(made)
        return int(made[0].ticket_id) if made else None

    def come(self, entry: Entry) -> None:
        """A ticket comes to the queue."""
        change = Waiting(entry)
        started = process_time()
        made = self.floor.apply(change)
        self.spent_s += process_time() - started
        self._note(made)


def bytes_a_ticket(entries: list[Entry]) -> float:
    """What a ticket that waits costs the floor in memory, the entry itself not counted."""
    floor = Floor()
    tracemalloc.start()
    for entry in entries:
        floor.apply(Waiting(entry))
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return used / len(entries)


def timed(take: Callable[[int], int | None], agents: list[int]) -> tuple[float, list[int | None]]:
    """Processor seconds for these decisions, measured one by one as those of the floor are, and what they were."""
    spent, found = 0.0, []
    for agent in agents:
        started = process_time()
        ticket = take(agent)
        spent += process_time() - started
        found.append(ticket)
    return spent, found


def line(name: str, per_s: float, note: str = "") -> None:
    print(f"{name:<58} {per_s:>10,.0f} decisions/s  {note}", flush=True)


def percentiles(latencies: list[float]) -> str:
    ordered = sorted(latencies)
    at = [ordered[int(len(ordered) * share)] for share in (0.5, 0.99)]
    return f"p50 {at[0] * 1e6:.1f} us, p99 {at[1] * 1e6:.1f} us, longest {ordered[-1] * 1e3:.1f} ms"


def blocked_by(reason: str, given: World, entries: list[Entry], many: int) -> list[Entry]:
    """The same queue behind tickets that nobody can take."""
    usual = entries[0].requirement
    barred: tuple[str, ...] = ()
    match reason:
        case "nobody has the skill":
            usual = usual._replace(skills=(("elvish", 1),))
        case "nobody has room for the weight":
            usual = usual._replace(weight=9)
        case "nobody may have more of the channel":
            usual = usual._replace(channel="fax")
        case _:
            barred = tuple(f"a{number}" for number in range(len(given.agents)))
    return [Entry(f"{10**8 + n:09d}", (-1, 0, n), usual, barred=barred) for n in range(many)] + entries


REASONS = (
    "nobody has the skill",
    "nobody has room for the weight",
    "nobody may have more of the channel",
    "everybody is barred",
)


def compare(size: int, agents: int, decisions: int, rounds: int) -> bool:
    """All matchers on one world; whether the limits hold."""
    given = world(size, agents)
    entries, full = plain(given), rich(given)
    asks = [ask for _, _, ask in given.tickets]
    bare = BareHeaps([(key, number, ask, ask) for key, number, ask in given.tickets], given.agents)
    bare_rich = BareHeaps(
        [
            (entry.key[2], int(entry.ticket_id), ask, (entry.requirement, entry.hand_over))
            for entry, ask in zip(full, asks, strict=True)
        ],
        given.agents,
    )
    print(
        f"{size:,} tickets, {agents:,} agents, {len(set(given.agents)):,} of them different; an agent serves "
        f"{sum(map(len, bare.serves)) / agents:.0f} of {len(bare.heaps)} requirements; with everything "
        f"{sum(map(len, bare_rich.serves)) / agents:.0f} of {len(bare_rich.heaps)}"
    )
    one = Seat("", capacity=1, limits=(("fax", 0),))
    floors = {"the floor": OnFloor(given, entries, one)}
    main = floors["the floor"]
    print(
        f"built in {main.built_s:.1f} s; {bytes_a_ticket(entries[:100_000]):.0f} bytes a ticket, its entry not counted"
    )
    for reason in REASONS:
        floors[reason] = OnFloor(given, blocked_by(reason, given, entries, size // 10), one)
    features = OnFloor(given, full, Seat("", capacity=4, reserved=1, limits=(("chat", 2), ("phone", 1))))
    late = world(decisions * rounds, agents, seed=3).tickets

    assert [bare.take(agent) for agent in range(agents)] == main.first
    draw = random.Random(5)
    spent: dict[str, list[float]] = {}
    for number in range(rounds):
        order = [draw.randrange(agents) for _ in range(decisions)]
        seconds, expected = timed(bare.take, order)
        spent.setdefault("bare", []).append(seconds)
        spent.setdefault("bare rich", []).append(timed(bare_rich.take, order)[0])
        for name, floor in [*floors.items(), ("rich", features)]:
            floor.spent_s = 0.0
            got = [floor.take(agent) for agent in order]
            spent.setdefault(name, []).append(floor.spent_s)
            assert name == "rich" or got == expected, name
        for key, ticket, ask in late[number * decisions : (number + 1) * decisions]:
            heapq.heappush(bare.heaps.setdefault(ask, []), (DAY_US + key, size + ticket))
            entry = Entry(f"{size + ticket:08d}", (0, 0, DAY_US + key), requirement(ask))
            for floor in floors.values():
                floor.come(entry)

    rate = {name: decisions / median(seconds) for name, seconds in spent.items()}
    line("bare heaps, no floor", rate["bare"])
    line("the floor", rate["the floor"], percentiles(main.latencies))
    cost = {reason: rate["the floor"] / rate[reason] for reason in REASONS}
    for reason in REASONS:
        line(f"  behind {size // 10:,} tickets: {reason}", rate[reason], f"{cost[reason]:.2f} times the time")
    line("bare heaps, by all that is asked in the next", rate["bare rich"])
    line("the floor, with everything", rate["rich"], percentiles(features.latencies))
    order = [draw.randrange(agents) for _ in range(max(decisions // 20, 20))]
    behind = World(
        [(-size * DAY_US + n, -n, (LANGUAGES, 0, 0)) for n in range(size // 10)] + given.tickets, given.agents
    )
    line("sorted scan", len(order) / timed(SortedScan(given).take, order)[0])
    line(f"  behind {size // 10:,} tickets", 20 / timed(SortedScan(behind).take, order[:20])[0])
    line("naive scan", 5 / timed(Naive(given).take, order[:5])[0])
    ratio, with_all = rate["the floor"] / rate["bare"], rate["rich"] / rate["bare rich"]
    print(f"the floor has {ratio:.2f} of the throughput of bare heaps, {with_all:.2f} with everything")
    return min(ratio, with_all) >= LEAST_RATIO and max(cost.values()) <= MOST_FOR_BLOCKED


def threshold(size: int, decisions: int) -> None:
    """Comparing heads against a heap of heads, by the number of signatures that an agent serves."""
    print(
        f"{'signatures':>10} {'compare heads':>15} {'heap of heads':>15}   decisions/s, with an arrival for each"
    )
    for wide in (5, 10, 20, 40, 60, 80, 120, 200, 400):
        rates = [_with_signatures(wide, many, size, decisions) for many in (1 << 30, 0)]
        print(f"{wide:>10} {rates[0]:>15,.0f} {rates[1]:>15,.0f}", flush=True)


def _with_signatures(wide: int, many: int, size: int, decisions: int) -> float:
    """Decisions a second of 100 agents of 20 kinds, each of whom serves `wide` of the requirements that there are."""
    draw = random.Random(wide)
    asks = [(0, product, 0) for product in range(2 * wide)]
    kinds = [(frozenset([0]), frozenset(draw.sample(range(2 * wide), wide)), 0) for _ in range(20)]
    tickets = [(number, number, draw.choice(asks)) for number in range(size)]
    given = World(tickets, [kinds[number % 20] for number in range(100)])
    floor = OnFloor(given, plain(given), Seat("", capacity=1), many)
    late = [
        Entry(f"{size + number:08d}", (0, 0, size + number), requirement(draw.choice(asks)))
        for number in range(decisions)
    ]
    for entry in late:
        floor.take(draw.randrange(100))
        floor.come(entry)
    return decisions / floor.spent_s


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--small", action="store_true", help="20,000 tickets and 50 agents; no limits")
    options.add_argument("--threshold", action="store_true", help="when a heap of heads pays")
    chosen = options.parse_args()
    if chosen.threshold:
        threshold(20_000, 5_000)
        return 0
    if chosen.small:
        compare(20_000, 50, 300, 2)
        return 0
    return 0 if compare(1_000_000, 1_000, 10_000, 5) else 1


if __name__ == "__main__":
    sys.exit(main())
