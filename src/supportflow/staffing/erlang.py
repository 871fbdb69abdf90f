"""How long people wait where tickets come at random, all agents are alike and nothing else is going on.

`C` is Erlang's model of 1917, in which everybody waits as long as it takes; `A` that of Palm (1957), in which people
leave once they have waited longer than their patience. Service and patience are exponential, and the queue has
settled.
"""

from math import exp, expm1, inf, log
from typing import NamedTuple

from supportflow.exceptions import InvalidInput

__all__ = ["MOST_AGENTS", "Queue", "agents_needed", "queue"]

MOST_AGENTS = 100_000
_LARGE = 1e200


class Queue(NamedTuple):
    """What waiting is like with so many agents.

    Attributes:
        agents: How many.
        waiting: The share of those who come that has to wait; 1 if the agents cannot keep up.
        answered: The share of those who come that an agent has within the time asked for.
        mean_wait: Until an agent has them or they leave, in the unit of the times; infinite if the agents cannot keep up.
        leaving: The share that leaves.
        occupancy: The share of the agents that is busy, in the mean.
    """

    agents: int
    waiting: float
    answered: float
    mean_wait: float
    leaving: float
    occupancy: float


def queue(
    rate: float, service: float, agents: int, *, within: float = 0.0, patience: float | None = None
) -> Queue:
    """What waiting is like.

    Args:
        rate: How many come in a unit of time.
        service: How long one takes.
        agents: How many agents there are.
        within: Until when `answered` counts.
        patience: How long people wait, in the mean; as long as it takes, if not given.

    Raises:
        InvalidInput: If there are no agents or too many, or a time or the rate is not positive.
    """
    for name, value, least in (("rate", rate, 0), ("service", service, 0), ("patience", patience, 0)):
        if value is not None and not least < value < inf:
            raise InvalidInput(name, "is not a number above 0")
    if not 0 <= within < inf:
        raise InvalidInput("within", "is not a number from 0")
    if not 1 <= agents <= MOST_AGENTS:
        raise InvalidInput("agents", f"is not between 1 and {MOST_AGENTS:,}")
    if patience is None:
        return _patient(rate, service, agents, within)
    return _leaving(rate, service, agents, within, patience)


def _patient(rate: float, service: float, agents: int, within: float) -> Queue:
    load = rate * service
    if load >= agents:
        return Queue(agents, 1.0, 0.0, inf, 0.0, 1.0)
    lost = 1.0  # Erlang's B, by its recursion: no power and no factorial that could overflow
    for number in range(1, agents + 1):
        lost = load * lost / (number + load * lost)
    waiting = lost / (1 - load / agents * (1 - lost))
    spare = (agents - load) / service
    return Queue(agents, waiting, 1 - waiting * exp(-spare * within), waiting / spare, 0.0, load / agents)


def _leaving(rate: float, service: float, agents: int, within: float, patience: float) -> Queue:
    """Erlang's A: the balance of births and deaths, relative to the state in which all agents are busy and nobody waits.

    Who finds k waiting is served once k + 1 agents have become free or people ahead have left. With `ends` agents
    becoming free in a mean patience, that time V has exp(-V) distributed as Beta(ends, k + 1) in units of the
    patience; that they have not left by then weighs it with exp(-V).
    """
    below, weight = 0.0, 1.0
    for number in range(agents, 0, -1):
        weight *= number / (rate * service)
        below += weight
    ends = agents * patience / service
    passed = -expm1(-within / patience)
    growing = log(passed) if passed else -inf
    # Whoever waits: (share of the states, of them answered in time, leaving).
    weight, total, answered, gone, queued = 1.0, 0.0, 0.0, 0.0, 0.0
    # The chance that just so many are gone in the time, as a logarithm: of large desks it begins below every number.
    term = -(ends + 1) * within / patience
    late, waiting = exp(term), 0
    while True:
        total += weight
        served = ends / (ends + waiting + 1)
        answered += weight * served * max(1 - late, 0.0)
        gone += weight * (1 - served)
        queued += weight * waiting
        if weight < 1e-17 * total and waiting > rate * patience:
            break
        if weight > _LARGE:  # far too few agents: only how the states stand to each other matters
            below, weight, total, answered, gone, queued = (
                one / _LARGE for one in (below, weight, total, answered, gone, queued)
            )
        waiting += 1
        weight *= rate / (agents / service + waiting / patience)
        term += log((ends + waiting) / waiting) + growing
        late += exp(term)
    whole = below + total
    leaving = gone / whole
    return Queue(
        agents=agents,
        waiting=total / whole,
        answered=(below + answered) / whole if below < inf else 1.0,
        mean_wait=queued / whole / rate,
        leaving=leaving,
        occupancy=min(rate * service * (1 - leaving) / agents, 1.0),
    )


def agents_needed(
    rate: float,
    service: float,
    share: float,
    within: float,
    *,
    patience: float | None = None,
    most_busy: float = 1.0,
) -> Queue:
    """The fewest agents with whom so large a share is answered in time.

    Args:
        rate: How many come in a unit of time.
        service: How long one takes.
        share: The share of those who come.
        within: In what time an agent must have them.
        patience: See `queue`.
        most_busy: The greatest occupancy.

    Raises:
        InvalidInput: As `queue`; or if no number of agents is enough.
    """
    if not 0 < share < 1:
        raise InvalidInput("share", "is not between 0 and 1")
    if not 0 < most_busy <= 1:
        raise InvalidInput("most_busy", "is not above 0 and at most 1")

    def enough(agents: int) -> bool:
        found = queue(rate, service, agents, within=within, patience=patience)
        return found.answered >= share and found.occupancy <= most_busy

    high = max(int(min(rate * service, MOST_AGENTS)), 1)
    while not enough(high):
        if high >= MOST_AGENTS:
            raise InvalidInput("share", f"is not reached with {MOST_AGENTS:,} agents")
        high = min(2 * high, MOST_AGENTS)
    low = 0  # too few
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return queue(rate, service, high, within=within, patience=patience)
