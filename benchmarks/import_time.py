"""What importing supportflow costs, as whole processes, beside its dependencies with one model built.

Every round runs each program once, in turn. A cost is CPU time of the process, user's and system's, which work beside it
changes less than the time on the wall. Bytecode is cached before the first round, as in an installed package.

Usage: python benchmarks/import_time.py [ROUNDS]
"""

import os
import resource
import subprocess
import sys
from statistics import median

PROGRAMS = {
    "an empty program": "pass",
    "dependencies and one model": """
import pendulum, pydantic, transitions

class Model(pydantic.BaseModel):
    number: int
    text: str

Model(number=1, text="a")
""",
    "import supportflow": "import supportflow",
    "the usual names": "from supportflow import Agent, BusinessCalendar, Desk, Policy, SlaPolicy, Target",
    "every public name": "from supportflow import *",
    "a desk with a policy": """
from supportflow import BusinessCalendar, Desk, Policy, SlaPolicy, Target
hours = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin")
Desk(Policy(sla=[SlaPolicy(name="all", calendar=hours, targets=[Target.first_response(hours=1)])]))
""",
}
BASE = "dependencies and one model"
COUNT = """
import sys
from pydantic import BaseModel

def below(kind):
    return {kind}.union(*map(below, kind.__subclasses__()))

print(*(sum(name.split(".")[0] == "supportflow" for name in names)
        for names in (sys.modules, (kind.__module__ for kind in below(BaseModel)))))
"""


def seconds(program: str) -> float:
    """CPU time of a fresh interpreter that runs the program."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def brought(program: str) -> list[str]:
    """How many modules and models of supportflow a program brings."""
    done = subprocess.run([sys.executable, "-c", program + COUNT], check=True, capture_output=True, text=True)
    return done.stdout.split()


def main(rounds: int) -> None:
    """Print medians, their ratios to the dependencies, and what is loaded."""
    for program in PROGRAMS.values():
        seconds(program)
    taken: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(rounds):
        for name, program in PROGRAMS.items():
            taken[name].append(seconds(program))
    base = median(taken[BASE])
    print(f"{rounds} rounds, Python {sys.version.split()[0]}")
    for name, times in taken.items():
        modules, models = brought(PROGRAMS[name])
        print(
            f"{name:<28} {median(times) * 1e3:7.1f} ms   ratio {median(times) / base:5.2f}"
            f"   {modules:>3} modules, {models:>3} models"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 21)
