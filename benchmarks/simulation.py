"""How many tickets a second a simulation runs, in processor time.

Usage: python benchmarks/simulation.py [ROUNDS]
"""

import sys
import time
from pathlib import Path
from statistics import median

from supportflow.simulation import load_scenario, read_scenario, simulate

PLAIN = """
name = "six agents"
lasts_for = "PT10H"
first_reply = "never"
arrivals = { per_hour = 300 }
service = { mean = "PT1M" }
team = [{ name = "a", count = 6 }]
[policy.routing]
acceptance = "direct"
routes = [{ name = "all", language = "any" }]
"""
CRASH = Path(__file__).resolve().parents[1] / "examples" / "crash_day.toml"


def main(rounds: int) -> None:
    scenarios = {
        "six agents, no targets, assigned directly": load_scenario(PLAIN, format="toml"),
        "examples/crash_day.toml": read_scenario(CRASH),
    }
    for name, scenario in scenarios.items():
        simulate(scenario)  # once, so that every model is built
        rates, events = [], 0
        for seed in range(rounds):
            began = time.process_time()
            report = simulate(scenario, seed=seed)
            rates.append(report.tickets / (time.process_time() - began))
            events = round(report.events / report.tickets)
        print(f"{name}: {median(rates):,.0f} tickets/s, best {max(rates):,.0f}; {events} events a ticket")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
