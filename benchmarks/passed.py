"""Through how much of supportflow one call goes: the files and functions that a warm call passes.

    python benchmarks/passed.py [TREE ...]

A tree is a checkout of supportflow; without one, it is that of this script. Each is measured in a process of its own, on a
desk in memory with two clocks and one route. Every call is made once before it is counted, on a ticket of its own: what is
compiled, cached or imported the first time is no part of what a reader has to follow.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import CodeType, FrameType

TRACED = "--in-this-process"
POLICY = """
schema = 1

[[sla]]
name = "gold"
calendar = { tz = "Europe/Berlin", weekly = { fri = [["09:00", "17:00"]] } }
targets = [
  { metric = "first_response", duration = "PT30M", warn_at = [0.75] },
  { metric = "total_resolution", duration = "PT4H" },
]

[routing]
tiers = ["l1"]
routes = [{ name = "all", tier = "l1", language = "any" }]
"""
"""Two clocks and one route."""


def passed(call: Callable[[], object], package: str) -> set[CodeType]:
    """The code of every function of a package that a call enters."""
    found: set[CodeType] = set()

    def enter(frame: FrameType, what: str, _argument: object) -> None:
        if what == "call" and frame.f_code.co_filename.startswith(package):
            found.add(frame.f_code)

    sys.setprofile(enter)
    try:
        call()
    finally:
        sys.setprofile(None)
    return found


def calls() -> dict[str, Callable[[int], object]]:
    """What is called on the ticket of that number; in this order, for each of them."""
    # Imported here, since only the process that counts has the tree in its path.
    from supportflow import Agent, Desk, load_policy  # noqa: PLC0415
    from supportflow.testing import CountingIds, ManualClock  # noqa: PLC0415

    clock = ManualClock("2026-03-27T10:00:00+01:00")
    desk = Desk(load_policy(POLICY, format="toml"), clock=clock, ids=CountingIds())
    desk.enrol(Agent("kim", tiers=("l1",), capacity=100))
    desk.set_presence("kim", "available")

    def opened(number: int) -> None:
        desk.open(
            subject="Printer on fire", body="It has burnt since noon.", requester="ana", ref=str(number)
        )

    def dispatched(number: int) -> None:
        desk.dispatch()
        assert desk.get(ref=str(number)).offered_to == "kim"

    return {
        "open": opened,
        "dispatch": dispatched,
        "accept": lambda number: desk.accept(ref=str(number), by="kim"),
        "reply": lambda number: desk.reply(ref=str(number), body="It is under Documents.", by="kim"),
        "explain": lambda number: desk.explain(ref=str(number)),
    }


def count(verbose: bool) -> None:
    """Print the counts of the supportflow that is imported here."""
    import supportflow  # noqa: PLC0415 - see `calls`

    package = str(Path(supportflow.__file__).parent)
    every = calls()
    for call in every.values():
        call(0)
    for name, call in every.items():
        found = passed(partial(call, 1), package)
        files = {code.co_filename for code in found}
        print(f"  {name:<10} {len(files):4} files {len(found):5} functions")
        if verbose:
            for file in sorted(files):
                inside = sorted(code.co_name for code in found if code.co_filename == file)
                print(f"    {Path(file).relative_to(package)}: {', '.join(inside)}")


def main(trees: list[str], *, verbose: bool) -> None:
    """Count each tree in a fresh interpreter."""
    for tree in trees:
        print(tree, flush=True)
        environment = {**os.environ, "PYTHONPATH": str(Path(tree).resolve() / "src")}
        options = [TRACED, *(["--verbose"] if verbose else [])]
        subprocess.run([sys.executable, __file__, *options], check=True, env=environment)


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    if TRACED in sys.argv:
        count("--verbose" in sys.argv)
    else:
        here = str(Path(__file__).resolve().parent.parent)
        main(arguments or [here], verbose="--verbose" in sys.argv)
