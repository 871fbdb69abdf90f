"""What waiting should be, in closed form. `load` is the mean number of agents that the work keeps busy."""

from math import exp


def probability_of_waiting(load: float, agents: int) -> float:
    """Erlang's C formula, by the recursion of his B formula."""
    lost = 1.0
    for number in range(1, agents + 1):
        lost = load * lost / (number + load * lost)
    busy = load / agents
    return lost / (1 - busy * (1 - lost))


def plain_queue(rate: float, service: float, agents: int) -> dict[str, float]:
    """M/M/c: waiting and presence, in the mean."""
    load = rate / service
    waits = probability_of_waiting(load, agents)
    wait = waits / (agents * service - rate)
    term, below = 1.0, 0.0
    for number in range(agents):
        below += term
        term *= load / (number + 1)
    return {
        "busy": load / agents,
        "empty": 1 / (below + term / (1 - load / agents)),
        "p_wait": waits,
        "wait": wait,
        "waiting": rate * wait,
        "time": wait + 1 / service,
        "present": rate * (wait + 1 / service),
    }


def longer_than(rate: float, service: float, agents: int, time: float) -> float:
    """M/M/c: the share of those who wait at all that waits longer than a time."""
    return exp(-(agents * service - rate) * time)


def by_class(rates: list[float], service: float, agents: int) -> list[float]:
    """Cobham 1954: mean waits by class, the highest first, nobody interrupted, one service rate for all."""
    first = probability_of_waiting(sum(rates) / service, agents) / (agents * service)
    return _split(first, [rate / (agents * service) for rate in rates])


def by_class_general(rates: list[float], means: list[float], squares: list[float]) -> list[float]:
    """Cobham's waits for one agent and any service times, given by their first two moments."""
    first = sum(rate * square for rate, square in zip(rates, squares, strict=True)) / 2
    return _split(first, [rate * mean for rate, mean in zip(rates, means, strict=True)])


def _split(first: float, shares: list[float]) -> list[float]:
    waits, above = [], 0.0
    for share in shares:
        waits.append(first / ((1 - above) * (1 - above - share)))
        above += share
    return waits


def with_patience(rate: float, service: float, agents: int, patience: float) -> dict[str, float]:
    """Erlang's A model, by the balance of births and deaths: who waits longer than their patience leaves."""
    weights = [1.0]
    while len(weights) <= agents or weights[-1] > 1e-16 * max(weights):
        number = len(weights)
        out = min(number, agents) * service + max(0, number - agents) / patience
        weights.append(weights[-1] * rate / out)
    total = sum(weights)
    waiting = (
        sum((number - agents) * weight for number, weight in enumerate(weights) if number > agents) / total
    )
    return {"wait": waiting / rate, "gives_up": waiting / patience / rate}
