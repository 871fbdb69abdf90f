"""A day of a large desk from end to end: how long all of its tickets take, and the most memory that the process had.

    python benchmarks/day.py             # 20,000 tickets, twenty agents
    python benchmarks/day.py 1000000     # a million, a thousand agents

The day has a night, a morning and a busy afternoon, people who lose patience, agents who decline or do not answer, words
that are waited for, tickets that come back, two targets, and skills that are dropped when nobody has them. For every
thousand tickets there is one agent, who works on three at once. Times are CPU time; a bare trigger of `transitions` is
timed before, every tenth of the day, and after. How far it has come is told on the way, on the standard error stream.
"""

import re
import sys
import time
from pathlib import Path
from statistics import median

import kernel
from supportflow.simulation import load_scenario, simulate

DAY = """
name = "a day"
start = "2026-03-02T00:00:00Z"
lasts_for = "P1D"
overtime = "PT4H"
first_reply = "start"
patience = {{ mean = "PT2H" }}
answers = {{ accept = 0.94, ignore = 0.02, delay = {{ mean = "PT6S", shape = "lognormal", cv = 0.6 }} }}
pending = {{ share = 0.2, answer = {{ mean = "PT20M" }} }}
reopen = {{ share = 0.05, after = {{ mean = "PT2H" }} }}

[[kinds]]
weight = 80
category = {{ login = 3, withdrawal = 4, c2c = 3 }}
language = {{ en = 6, zh = 3, es = 1 }}
channel = {{ chat = 3, email = 1 }}

[[kinds]]
weight = 17
class = "dispute"
category = "c2c"
language = {{ en = 1, zh = 3 }}
channel = "chat"

[[kinds]]
weight = 3
class = "security"
category = "takeover"
language = {{ en = 3, zh = 2 }}
patience = {{ mean = "P1D" }}

[arrivals]
rates = [
  {{ per_hour = {night} }},
  {{ after = "PT6H", per_hour = {morning} }},
  {{ after = "PT13H", per_hour = {busy} }},
  {{ after = "PT20H", per_hour = {morning} }},
]

[service]
mean = "PT2M30S"
shape = "lognormal"
cv = 1.0

[[team]]
name = "english"
count = {english}
languages = ["en", "es"]
skills = {{ c2c = 1 }}
capacity = 3

[[team]]
name = "chinese"
count = {chinese}
languages = ["zh"]
skills = {{ c2c = 2 }}
capacity = 3

[[team]]
name = "senior"
count = {senior}
languages = ["en", "zh"]
skills = {{ c2c = 3, takeover = 3 }}
capacity = 3

[policy]
name = "a large desk"

[[policy.sla]]
name = "all"

[[policy.sla.targets]]
metric = "first_response"
name = "first answer"
minutes = 5
when = {{ field = "priority_class", eq = "security" }}

[[policy.sla.targets]]
metric = "first_response"
name = "first answer"
minutes = 30

[[policy.sla.targets]]
metric = "resolution"
name = "solved"
hours = 8

[policy.routing]
languages = ["en", "zh", "es"]
fallback_language = "en"
offer_for = "PT30S"

[[policy.routing.routes]]
name = "break-ins"
when = {{ field = "category", eq = "takeover" }}
skills = {{ takeover = 2 }}
relax = [{{ after = "PT3M", drop = ["takeover"] }}]

[[policy.routing.routes]]
name = "disputes"
when = {{ field = "priority_class", eq = "dispute" }}
skills = {{ c2c = 2 }}
relax = [{{ after = "PT10M", lower = {{ c2c = 1 }} }}]

[[policy.routing.routes]]
name = "all else"
"""
BUSY = ((6, 0.4), (7, 1.0), (7, 1.5), (4, 1.0))
"""The day's stretches, as `DAY` has them: hours, and how much comes in one of them."""
REPORTS = 200
"""How often a run tells how far it has come."""
SHARES = {"english": 0.5, "chinese": 0.3, "senior": 0.2}


def text(tickets: int) -> str:
    """The scenario: so many tickets in the mean, and an agent for every thousand."""
    agents = max(tickets // 1_000, 10)
    teams = {name: round(agents * share) for name, share in SHARES.items()}
    hour = tickets / sum(hours * busy for hours, busy in BUSY)
    return DAY.format(night=hour * 0.4, morning=hour, busy=hour * 1.5, **teams)


def come(minutes: int, tickets: int) -> int:
    """How many of the day's tickets have come after so many minutes, in the mean."""
    whole = sum(hours * busy for hours, busy in BUSY)
    left, share = minutes / 60, 0.0
    for hours, busy in BUSY:
        share += min(left, hours) * busy
        left -= min(left, hours)
    return round(tickets * share / whole)


def trigger() -> float:
    """CPU microseconds of a bare trigger: the median of nine rounds."""
    bare = kernel.bare_trigger()
    rounds = []
    for _ in range(9):
        began = time.process_time()
        for _ in range(1_000):
            bare()
        rounds.append((time.process_time() - began) * 1e3)
    return median(rounds)


def most() -> float:
    """The most memory that this process has had, in MB; on Linux."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024 / 1e6


def main(tickets: int) -> None:
    """Run the day, and print what it took."""
    scenario = load_scenario(text(tickets), format="toml")
    simulate(load_scenario(text(500), format="toml"))  # once, so that every model is built
    triggers = [trigger()]
    tenths = set()
    told = 0

    def passing(done: int, of: int) -> None:
        nonlocal told
        by_now, tenth = come(done, tickets), 10 * done // of
        if by_now >= told:
            told += max(tickets // REPORTS, 1)
            spent = time.process_time() - began - sum(aside)
            clock = f"{done // 60:02}:{done % 60:02}"
            line = f"{clock}, some {by_now:,} tickets: {spent / 60:.1f} min of CPU time, {most():,.0f} MB at most"
            print(line, file=sys.stderr, flush=True)
        if tenth not in tenths:
            tenths.add(tenth)
            before = time.process_time()
            triggers.append(trigger())
            aside.append(time.process_time() - before)

    aside: list[float] = []
    began = time.process_time()
    report = simulate(scenario, progress=passing)
    took = time.process_time() - began - sum(aside)
    triggers.append(trigger())
    bare = median(triggers)
    each = took / report.tickets * 1e6
    size = f"{report.tickets:,} tickets, {len(scenario.everybody()):,} agents, {report.events:,} events"
    print(f"{size}: {took / 60:.1f} min of CPU time, {most():,.0f} MB at most")
    print(f"a ticket {each:.0f} µs, {each / bare:.0f} bare triggers of {bare:.1f} µs")
    print(f"a million tickets where a trigger takes 6 µs: {each / bare * 6 / 60:.1f} min")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
