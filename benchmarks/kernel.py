"""What a decision costs, as ratios to one bare `transitions` trigger in the same run.

    python benchmarks/kernel.py

The calls take turns: each round measures every one of them beside the bare trigger, so that a machine that is busy with
something else slows both. A time is the median of all rounds, in CPU time; a ratio is the median of the rounds' ratios.
"""

import statistics
import time
from collections.abc import Callable
from functools import partial

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
from supportflow.kernel import Facts, decided
from supportflow.model.commands import Hold, OpenTicket, Reply, Resolve, Resume, WaitForRequester
from supportflow.model.people import Actor
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy
from supportflow.testing import CountingIds, ManualClock

ROUNDS = 25
ROUND_S = 0.02
"""About how long one call is repeated in a round."""
DESK_TICKETS = 20_000
"""Enough fresh tickets for all rounds of a command that works once on each."""
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
    """Decide and fold on a ticket with that many running clocks.

    `decide` + `evolve` is what a caller of the pure functions pays, who folds what the decision had folded on its way;
    `decided` hands that over, and is what a desk pays.
    """
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

    def hand_over(command: object, on: object) -> object:
        return decided(book, on, command, facts, later).tickets[0]  # type: ignore[arg-type]

    hold, resume = Hold(by=SAM, ticket_id="t"), Resume(by=SAM, ticket_id="t")
    wait, resolve = WaitForRequester(by=SAM, ticket_id="t"), Resolve(by=SAM, ticket_id="t")
    reply = Reply(by=SAM, ticket_id="t", body="")
    held = run(hold, ticket)
    asked = {
        "hold": (hold, ticket),
        "resume": (resume, held),
        "reply": (reply, ticket),
        "wait_for_requester": (wait, ticket),
        "resolve": (resolve, ticket),
    }
    calls: dict[str, Callable[[], object]] = {}
    for name, (command, on) in asked.items():
        calls[f"decide + evolve, {name}"] = partial(run, command, on)
        calls[f"decided, {name}"] = partial(hand_over, command, on)
    calls["wakeup"] = lambda: wakeup(ticket, policy)
    return calls


def desk_commands() -> dict[str, Callable[[], object]]:
    """Whole commands on the memory store: redact, load, decide, commit; each on a ticket of its own."""
    clock = ManualClock("2026-03-27T10:00:00+01:00")
    policy = Policy(sla=[SlaPolicy(name="gold", calendar=HOURS, targets=targets(2))])
    desk = Desk(policy, clock=clock, ids=CountingIds())
    sam = Agent("sam")

    def opened() -> Ticket:
        return desk.open(subject="Printer on fire", body="It has burnt since noon.", requester="ana").ticket

    def on_fresh(act: Callable[[Ticket], object]) -> Callable[[], object]:
        waiting = iter([opened() for _ in range(DESK_TICKETS)])
        return lambda: act(next(waiting))

    held = {"held": False}
    ticket = opened()

    def toggle() -> object:
        held["held"] = not held["held"]
        return (desk.hold if held["held"] else desk.resume)(ticket.id, by=sam)

    return {
        "open": opened,
        "assign": on_fresh(lambda one: desk.assign(one.id, agent="sam", by=sam)),
        "reply": on_fresh(lambda one: desk.reply(one.id, body="Have you tried water?", by=sam)),
        "hold or resume": toggle,
        "resolve": on_fresh(lambda one: desk.resolve(one.id, by=sam)),
    }


def main() -> None:
    """Print the table."""
    calls = {"bare transitions trigger": bare_trigger()}
    for clocks in (0, 2, 4):
        for name, call in decisions(clocks).items():
            calls[f"{name}, {clocks} clocks"] = call
    for name, call in desk_commands().items():
        calls[f"Desk on the memory store, {name}, 2 clocks"] = call
    for label, (cost, ratio) in measure(calls, bare_trigger()).items():
        print(f"{label:50}{cost:9.2f} µs {ratio:5.1f}x")


if __name__ == "__main__":
    main()
