"""The work that `compare.py` has two revisions do, written with what both have in common.

`compare.py` starts a process for each revision, with its sources on PYTHONPATH. The process reads names of work, one a line,
and for each does one round of it and answers the CPU microseconds of one unit. What a round prepares (tickets to reply to, a
database) is not measured.
"""

import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from import_time import PROGRAMS

import kernel
from supportflow import Agent, BusinessCalendar, Desk, Policy, SlaPolicy, SqlStore
from supportflow.policy import read_policy
from supportflow.replay import Log, load_mapping, read_log, replay_log
from supportflow.simulation import read_scenario, simulate
from supportflow.testing import CountingIds, ManualClock

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
MOST = 200
"""Commands of one kind in a round."""
SAM = Agent("sam")
DEMO = "import sys; from supportflow.cli import main; sys.exit(main())"


@dataclass(frozen=True)
class Settings:
    """What `compare.py` was called with.

    Attributes:
        log: A ServiceNow log for the replay; None to leave that out.
        cases: How many of its cases are replayed.
        tickets: How many the demo's day has.
        postgres: URL of a PostgreSQL; None to leave it out.
    """

    log: str | None = None
    cases: int = 400
    tickets: int = 1_000
    postgres: str | None = None


Round = Callable[[], float]
"""Does one round and answers the CPU seconds of one unit."""


def spent(call: Callable[[], object], units: int = 1) -> float:
    """CPU seconds of one unit of a call that does several. What lies around from before is not collected meanwhile."""
    gc.collect()
    began = time.process_time()
    call()
    return (time.process_time() - began) / units


# --- decisions -----------------------------------------------------------------------------------


@cache
def decisions() -> dict[str, Callable[[], object]]:
    """Decisions on a ticket with two clocks."""
    return kernel.decisions(2)


def repeated(call: Callable[[], object], number: int) -> Round:
    """The same call, many times."""

    def run() -> None:
        for _ in range(number):
            call()

    return lambda: spent(run, number)


def decided(name: str) -> Round:
    return repeated(decisions()[f"decided, {name}"], 2_000)


# --- commands ------------------------------------------------------------------------------------


def new_desk(store: Any = None) -> Desk:
    policy = Policy(sla=[SlaPolicy(name="gold", calendar=kernel.HOURS, targets=kernel.targets(2))])
    clock = ManualClock("2026-03-27T10:00:00+01:00")
    return Desk(policy, clock=clock, ids=CountingIds(), **({} if store is None else {"store": store}))


PLACES = (
    "table",
    "door",
    "window",
    "chair",
    "lamp",
    "shelf",
    "desk",
    "wall",
    "stairs",
    "kitchen",
    "garden",
    "bed",
)
numbers = count()


def words() -> str:
    """Words that have not been said before, for a while: texts that come again are not read again."""
    number, said = next(numbers), []
    for _ in range(3):
        number, place = divmod(number, len(PLACES))
        said.append(PLACES[place])
    return " and the ".join(said)


def opened(desk: Desk) -> Any:
    body = f"It has burnt since noon, near the {words()}."
    return desk.open(subject="Printer on fire", body=body, requester="ana").ticket


def on_fresh_tickets(act: Callable[[Desk, Any], object]) -> Round:
    """A command on tickets that were opened for it; the desk is new in every round."""

    def once() -> float:
        desk = new_desk()
        tickets = [opened(desk) for _ in range(MOST)]
        return spent(lambda: [act(desk, ticket) for ticket in tickets], MOST)

    return once


def openings() -> Round:
    def once() -> float:
        desk = new_desk()
        return spent(lambda: [opened(desk) for _ in range(MOST)], MOST)

    return once


def keyed(make_store: Callable[[], SqlStore]) -> Round:
    """`hold` and `resume` in turn, each with an idempotency key."""
    desk = new_desk(make_store())
    tickets = [opened(desk) for _ in range(20)]
    done = iter(range(10**9))

    def run() -> None:
        for number in (next(done) for _ in range(MOST)):
            held = number // len(tickets) % 2
            (desk.resume if held else desk.hold)(tickets[number % len(tickets)], by=SAM, key=f"key {number}")

    return lambda: spent(run, MOST)


def sqlite() -> SqlStore:
    folder = tempfile.mkdtemp(dir=SCRATCH.name)
    return SqlStore(f"sqlite:///{folder}/desk.db")


# --- logs and worlds -----------------------------------------------------------------------------


def replayed(settings: Settings) -> Round:
    """Cases of a log under a policy; the unit is a row."""
    mapping = load_mapping("servicenow_uci")
    policy = read_policy(EXAMPLES / "policies" / "servicenow_uci.toml")
    assert settings.log is not None
    log = read_log(Path(settings.log), mapping)
    cases = dict(list(log.cases.items())[: settings.cases])
    rows = sum(map(len, cases.values()))
    some = replaced_cases(log, cases, rows)
    return lambda: spent(lambda: replay_log(some, mapping, policy), rows)


def replaced_cases(log: Log, cases: Any, rows: int) -> Any:
    """The log with some of its cases only."""
    fields = {
        **{name: getattr(log, name) for name in type(log).__annotations__},
        "cases": cases,
        "rows": rows,
    }
    return type(log)(**fields)


def simulated() -> Round:
    """The crash day; the unit is a ticket."""
    scenario = read_scenario(EXAMPLES / "crash_day.toml")

    def once() -> float:
        gc.collect()
        began = time.process_time()
        report = simulate(scenario, seed=1)
        return (time.process_time() - began) / report.tickets

    return once


def program(*arguments: str) -> Round:
    """A whole process of its own."""

    def once() -> float:
        # A fresh checkout has nothing compiled yet: its first run leaves that for the others, as an installation does.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return once


# --- calendars -----------------------------------------------------------------------------------


def calendar(what: str) -> Round:
    """Working time with the zoned instants that a host has."""
    hours = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin")
    start = datetime(2026, 3, 27, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    end = datetime(2026, 4, 9, 11, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    calls: dict[str, Callable[[], object]] = {
        "add": lambda: hours.add(start, hours=20),
        "elapsed": lambda: hours.elapsed(start, end),
    }
    return repeated(calls[what], 3_000)


# --- all of it -----------------------------------------------------------------------------------

WORK: dict[str, Callable[[Settings], Round]] = {
    "bare transitions trigger": lambda _: repeated(kernel.bare_trigger(), 5_000),
    **{
        f"decided, {name}, two clocks": lambda _, name=name: decided(name)
        for name in ("hold", "resume", "wait_for_requester", "reply", "resolve")
    },
    "command in memory, open": lambda _: openings(),
    "command in memory, reply": lambda _: on_fresh_tickets(
        lambda desk, ticket: desk.reply(ticket.id, body=f"Have you tried water on the {words()}?", by=SAM)
    ),
    "command in memory, hold": lambda _: on_fresh_tickets(lambda desk, ticket: desk.hold(ticket.id, by=SAM)),
    "command in memory, resolve": lambda _: on_fresh_tickets(
        lambda desk, ticket: desk.resolve(ticket.id, by=SAM)
    ),
    "keyed command, SQLite (client CPU)": lambda _: keyed(sqlite),
    "keyed command, PostgreSQL (client CPU)": lambda given: keyed(lambda: SqlStore(str(given.postgres))),
    "replay, a row": replayed,
    "simulation of the crash day, a ticket": lambda _: simulated(),
    "demo in memory, all of it": lambda given: program(
        "-c", DEMO, "demo", "--tickets", str(given.tickets), "--store", "memory"
    ),
    "calendar.add, zoned": lambda _: calendar("add"),
    "calendar.elapsed, zoned": lambda _: calendar("elapsed"),
    "import, usual names": lambda _: program("-c", PROGRAMS["the usual names"]),
    "import, a desk with a policy": lambda _: program("-c", PROGRAMS["a desk with a policy"]),
}
"""Name → makes a round of it ready."""

SCRATCH = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)


def main() -> None:
    """Answer each name with microseconds, until there are no more."""
    warnings.simplefilter("ignore")
    settings = Settings(**json.loads(sys.argv[1]))
    ready: dict[str, Round] = {}
    for line in sys.stdin:
        name = line.strip()
        if name not in ready:
            ready[name] = WORK[name](settings)
            ready[name]()  # once, so that models are built and caches are warm
        print(ready[name]() * 1e6, flush=True)


if __name__ == "__main__":
    main()
