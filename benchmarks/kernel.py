"""What a decision costs, as ratios to one bare `transitions` trigger in the same run.

    python benchmarks/kernel.py

The calls take turns: each round measures every one of them beside the bare trigger, so that a machine that is busy with
something else slows both. A time is the median of all rounds, in CPU time; a ratio is the median of the rounds' ratios.
"""

import statistics
import time
from collections.abc import Callable

from transitions import Machine

from supportflow import (
    Agent,
    BusinessCalendar,
    Desk,
    Policy,
    PolicyBook,
    SlaPolicy,
    Target,
    decide,
    evolve,
    wakeup,
)
from supportflow.kernel import Facts
from supportflow.model.commands import Hold, OpenTicket, Reply, Resolve, Resume, WaitForRequester
from supportflow.model.people import Actor
from supportflow.policy import CompiledPolicy
from supportflow.testing import CountingIds, ManualClock

ROUNDS = 25
ROUND_S = 0.02
"""About how long one call is repeated in a round."""
HOURS = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin")
SAM = Actor(kind="agent", id="sam")


def targets(count: int) -> list[Target]:
    """The first of four targets that all run on a fresh ticket."""
    return [
        Target.first_response(minutes=30, warn_at=[0.75]),
        Target.resolution(hours=4, warn_at=[0.5, 0.75]),
        Target.of("agent_work", hours=3, warn_at=[0.75]),
        Target.of("time_to_own", hours=1, warn_at=[0.75]),
    ][:count]


def cost_us(call: Callable[[], object], number: int) -> float:
    """CPU microseconds of one call, over that many."""
    start = time.process_time()
    for _ in range(number):
        call()
    return (time.process_time() - start) / number * 1e6


def measure(
    calls: dict[str, Callable[[], object]], unit: Callable[[], object]
) -> dict[str, tuple[float, float]]:
    """Name → median CPU microseconds, and median of the ratios to the unit."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    ratios: dict[str, list[float]] = {name: [] for name in calls}
    number = {name: max(int(ROUND_S * 1e6 / cost_us(call, 200)), 1) for name, call in calls.items()}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            beside = cost_us(unit, 1_000)
            times[name].append(cost_us(call, number[name]))
            ratios[name].append(2 * times[name][-1] / (beside + cost_us(unit, 1_000)))
    return {name: (statistics.median(times[name]), statistics.median(ratios[name])) for name in calls}


class Attempt:
    """A slotted model for the bare machine."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


def bare_trigger() -> Callable[[], object]:
    """One trigger of one shared machine: the unit of this benchmark."""
    machine = Machine(
        model=None, states=["open", "on_hold"], initial=None, auto_transitions=False, send_event=True
    )
    machine.add_transition("hold", "open", "on_hold")
    event = machine.events["hold"]
    return lambda: event.trigger(Attempt("open"))


def decisions(clocks: int) -> dict[str, Callable[[], object]]:
    """Decide and evolve on a ticket with that many running clocks."""
    policy = CompiledPolicy(
        Policy(sla=[SlaPolicy(name="gold", calendar=HOURS, targets=targets(clocks))] if clocks else [])
    )
    book = PolicyBook(policy)
    opened = ManualClock("2026-03-27T10:00:00+01:00").now()
    later = ManualClock("2026-03-27T10:05:00+01:00").now()
    by = Actor(kind="requester", id="ana")
    ticket = None
    for event in decide(book, None, OpenTicket(by=by, requester="ana"), Facts(ticket_id="t"), opened):
        ticket = evolve(ticket, event)
    assert ticket is not None
    facts = Facts()

    def run(command: object, on: object) -> object:
        folded = on
        for event in decide(book, on, command, facts, later):  # type: ignore[arg-type]
            folded = evolve(folded, event)  # type: ignore[arg-type]
        return folded

    hold, resume = Hold(by=SAM, ticket_id="t"), Resume(by=SAM, ticket_id="t")
    wait, resolve = WaitForRequester(by=SAM, ticket_id="t"), Resolve(by=SAM, ticket_id="t")
    reply = Reply(by=SAM, ticket_id="t", body="")
    held = run(hold, ticket)
    return {
        "hold": lambda: run(hold, ticket),
        "resume": lambda: run(resume, held),
        "reply": lambda: run(reply, ticket),
        "wait_for_requester": lambda: run(wait, ticket),
        "resolve": lambda: run(resolve, ticket),
        "wakeup": lambda: wakeup(ticket, policy),
    }


def desk_command() -> Callable[[], object]:
    """A whole command on the memory store: load, decide, commit."""
    clock = ManualClock("2026-03-27T10:00:00+01:00")
    policy = Policy(sla=[SlaPolicy(name="gold", calendar=HOURS, targets=targets(2))])
    desk = Desk(policy, clock=clock, ids=CountingIds())
    ticket = desk.open(subject="Printer on fire", requester="ana").ticket
    sam = Agent("sam")
    state = {"held": False}

    def command() -> object:
        state["held"] = not state["held"]
        return (desk.hold if state["held"] else desk.resume)(ticket.id, by=sam)

    return command


def main() -> None:
    """Print the table."""
    calls = {"bare transitions trigger": bare_trigger()}
    for clocks in (0, 2, 4):
        for name, call in decisions(clocks).items():
            label = name if name == "wakeup" else f"decide + evolve, {name}"
            calls[f"{label}, {clocks} clocks"] = call
    calls["Desk command on the memory store, 2 clocks"] = desk_command()
    for label, (cost, ratio) in measure(calls, bare_trigger()).items():
        print(f"{label:50}{cost:9.2f} µs {ratio:5.1f}x")


if __name__ == "__main__":
    main()
