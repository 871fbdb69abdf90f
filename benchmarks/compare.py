"""How much faster this tree is than another revision, with the same work in turn on both.

    python benchmarks/compare.py REV [--only WORD ...] [--rounds 9] [--log LOG] [--postgres URL URL]

REV is checked out beside this tree (`git worktree`), and both run with the packages of this interpreter. Each round has
every piece of work done by one revision and then by the other, in changing order, so that a machine that is busy with
something else slows both. A time is the median of the rounds, in CPU time; a ratio is the median of the rounds' ratios (REV
over this tree: 2 is twice as fast), with the quartiles that the middle half lies between. What is measured stands in
`compared.py`. Prints a table in Markdown.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
UNIT = "bare transitions trigger"
LOG = Path(os.environ.get("SUPPORTFLOW_DATA", ROOT.parent / "shared" / "data")) / "uci_incident.csv.gz"


class Side:
    """A process that does work with the sources of one revision."""

    def __init__(self, sources: Path, settings: dict[str, object]) -> None:
        environment = {**os.environ, "PYTHONPATH": str(sources)}
        program = [sys.executable, str(HERE / "compared.py"), json.dumps(settings)]
        self._process = subprocess.Popen(
            program, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def do(self, name: str) -> float:
        """Microseconds of one unit of that work.

        Raises:
            SystemExit: If the process has ended: it has said why.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{name}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"no answer about {name!r}")
        return float(answer)

    def end(self) -> None:
        """Let the process go."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """The sources of a revision, in a folder of their own."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), revision], check=True)
        try:
            yield tree / "src"
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def names(settings: dict[str, object], only: list[str]) -> list[str]:
    """What is measured: all that there is something for, or what has one of the words in its name."""
    sys.path[:0] = [str(ROOT / "src"), str(HERE)]
    from compared import WORK  # noqa: PLC0415 - after the path is known

    missing = {"replay": settings["log"], "PostgreSQL": settings["postgres"]}
    left_out = [word for word, given in missing.items() if given is None]
    wanted = [name for name in WORK if not any(word in name for word in left_out)]
    return [name for name in wanted if name != UNIT and (not only or any(word in name for word in only))]


def measured(
    sides: tuple[Side, Side], work: list[str], rounds: int
) -> dict[str, list[tuple[float, float, float]]]:
    """Name → microseconds of both sides and of the bare trigger between them, for each round."""
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in work}
    other, own = sides
    for number in range(rounds):
        for name in work:
            if number % 2:
                now, unit, before = own.do(name), own.do(UNIT), other.do(name)
            else:
                before, unit, now = other.do(name), own.do(UNIT), own.do(name)
            found[name].append((before, now, unit))
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return found


def row(name: str, rounds: list[tuple[float, float, float]]) -> str:
    """A line of the table."""
    ratios = [before / now for before, now, _ in rounds]
    low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    before, now, _ = (statistics.median(values) for values in zip(*rounds, strict=True))
    in_units = statistics.median(now / unit for _, now, unit in rounds)
    return f"| {name} | {before:,.1f} | {now:,.1f} | {in_units:,.1f} | {middle:.2f}× | {low:.2f}-{high:.2f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("revision")
    parser.add_argument("--only", nargs="*", default=[], metavar="WORD")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--log", default=str(LOG) if LOG.exists() else None)
    parser.add_argument("--cases", type=int, default=400)
    parser.add_argument("--tickets", type=int, default=1_000)
    parser.add_argument(
        "--postgres", nargs=2, metavar="URL", help="an empty database for REV, one for this tree"
    )
    given = parser.parse_args()
    urls = given.postgres or [None, None]
    settings = [
        {"log": given.log, "cases": given.cases, "tickets": given.tickets, "postgres": url} for url in urls
    ]
    work = names(settings[0], given.only)
    with checked_out(given.revision) as sources:
        sides = (Side(sources, settings[0]), Side(ROOT / "src", settings[1]))
        found = measured(sides, work, given.rounds)
        for side in sides:
            side.end()
    print(f"\nPython {platform.python_version()}, {given.rounds} rounds, microseconds of CPU time\n")
    print(f"| work | {given.revision} | now | in triggers | as fast | middle half |")
    print("|---|---|---|---|---|---|")
    for name, rounds in found.items():
        print(row(name, rounds))


if __name__ == "__main__":
    main()
