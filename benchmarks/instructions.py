"""Instructions of one warm command in memory, which other work on the machine does not change, in several trees.

    python benchmarks/instructions.py [--commands N] [--only NAME ...] [SOURCES ...]

`SOURCES` are `src` folders (`git worktree add ../old REVISION` makes one); without any, it is that of this tree. Prints a
table, with ratios to the first. A figure is the difference of N and 2 N commands on tickets of their own, by N, so that what
surrounds them is not in it; texts are new each time. Needs `valgrind`: one process of callgrind for each tree, which counts
from when all is imported and warm, and writes what it has counted whenever the process calls `getppid`.
"""

import argparse
import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from itertools import repeat
from pathlib import Path

COUNTED = "--in-this-process"
NAMES = (
    *(f"decided, {name}" for name in ("hold", "reply", "resolve")),
    *(f"command in memory, {name}" for name in ("hold", "resolve", "reply", "open")),
    "keyed hold on SQLite",
)


def mark() -> None:
    """Have callgrind write what it has counted, and begin anew."""
    os.getppid()


def begin() -> None:
    """Have callgrind count from now on. While it is told, this process must not sleep, which it could not be woken from."""
    command = ["vgdb", f"--pid={os.getpid()}", "instrumentation", "on"]
    told = subprocess.Popen(command, stdout=sys.stderr)
    while told.poll() is None:
        pass


def works(most: int, folder: str) -> dict[str, Callable[[int], object]]:
    """Name → does that work so many times, at most so many in all; a database is in a folder."""
    # Imported here, since only the process that counts has the tree in its path.
    from compared import SAM, new_desk, opened, words  # noqa: PLC0415

    import kernel  # noqa: PLC0415
    from supportflow import Desk, SqlStore  # noqa: PLC0415
    from supportflow.model.ticket import Ticket  # noqa: PLC0415

    desk = new_desk()
    kept = new_desk(SqlStore(f"sqlite:///{folder}/desk.db"))
    decisions = kernel.decisions(2)

    def on_fresh_tickets(act: Callable[[Desk, Ticket], object], desk: Desk = desk) -> Callable[[int], object]:
        waiting = iter([opened(desk) for _ in range(most)])
        return lambda times: [act(desk, next(waiting)) for _ in range(times)]

    def repeated(call: Callable[[], object]) -> Callable[[int], object]:
        return lambda times: [call() for _ in repeat(None, times)]

    decided = {
        f"decided, {name}": repeated(decisions[f"decided, {name}"]) for name in ("hold", "reply", "resolve")
    }
    commands: dict[str, Callable[[Desk, Ticket], object]] = {
        "hold": lambda desk, ticket: desk.hold(ticket.id, by=SAM),
        "resolve": lambda desk, ticket: desk.resolve(ticket.id, by=SAM),
        "reply": lambda desk, ticket: desk.reply(
            ticket.id, body=f"Have you tried water on the {words()}?", by=SAM
        ),
        "open": lambda desk, _: opened(desk),
    }
    keyed = on_fresh_tickets(lambda desk, ticket: desk.hold(ticket.id, by=SAM, key=f"hold {ticket.id}"), kept)
    in_memory = {f"command in memory, {name}": on_fresh_tickets(act) for name, act in commands.items()}
    return {**decided, **in_memory, "keyed hold on SQLite": keyed}


def count(names: Iterable[str], times: int) -> None:
    """Do each work twice, once so many times and once twice as many, with marks around."""
    with tempfile.TemporaryDirectory() as folder:
        every = works(4 * times, folder)
        for name in names:
            every[name](times)
        gc.collect()
        gc.disable()
        begin()
        for name in names:
            mark()
            every[name](times)
            mark()
            every[name](2 * times)
            mark()


def counted(sources: str, names: list[str], times: int) -> list[float]:
    """Instructions of each work with the supportflow of these sources."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "counts"
        subprocess.run(
            [
                *("valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no"),
                *("--dump-before=getppid", f"--callgrind-out-file={out}"),
                *(sys.executable, __file__, COUNTED, "--commands", str(times), "--only", *names),
            ],
            check=True,
            env={**os.environ, "PYTHONPATH": str(Path(sources).resolve()), "PYTHONHASHSEED": "0"},
            stderr=subprocess.DEVNULL,
        )
        # Each work leaves three: what came before it, that many commands, twice as many.
        totals = [total(out.with_suffix(f".{number}")) for number in range(1, 3 * len(names) + 1)]
    return [(twice - once) / times for once, twice in zip(totals[1::3], totals[2::3], strict=True)]


def total(file: Path) -> int:
    """What is counted in one file of callgrind's."""
    (line,) = (line for line in file.read_text("latin-1").splitlines() if line.startswith("totals:"))
    return int(line.split()[1])


def main(trees: list[str], names: list[str], times: int) -> None:
    """Print a table in Markdown."""
    figures = [counted(tree, names, times) for tree in trees]
    print("| work |", *(f"{tree} |" for tree in trees), *(f"ratio {n} |" for n in range(2, len(trees) + 1)))
    print("|" + "---|" * (2 * len(trees)))
    for name, (first, *others) in zip(names, zip(*figures, strict=True), strict=True):
        ratios = (f"{first / other:.2f}× |" for other in others)
        print(f"| {name} |", *(f"{figure:,.0f} |" for figure in (first, *others)), *ratios)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sources", nargs="*", default=[str(Path(__file__).resolve().parents[1] / "src")])
    parser.add_argument("--commands", type=int, default=20, help="how many; and twice as many beside them")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME")
    parser.add_argument(COUNTED, action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.in_this_process:
        count(given.only, given.commands)
    else:
        main(given.sources, list(given.only), given.commands)
