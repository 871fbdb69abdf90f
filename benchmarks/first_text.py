"""What the first text of a process costs: CPU time of `open` on a new desk and of the whole process, and its size.

Every round runs one fresh process for each text and tree, in turn. Bytecode is cached before the first round, as in an
installed package.

Usage: python benchmarks/first_text.py [ROUNDS] [SOURCES ...]

`SOURCES` are `src` folders of other revisions (`git worktree add ../old REVISION` makes one), measured in the same rounds.
"""

# ruff: noqa: RUF001 - texts in several scripts

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

TEXTS = {
    "en": "hello, I have lost my password",
    "en, long": "They took all of my coins this morning. I did not do it, and I cannot log in any more. Please help me! "
    * 4,
    "es": "mi dinero ha desaparecido y no lo encuentro en la cuenta",
    "vi": "tôi bị mất tiền trong tài khoản sáng nay",
    "ru": "у меня пропали деньги со счёта сегодня утром",
    "zh": "我的幣今天早上沒了，不是我本人操作的",
    "zh, with a word": "我的 usdt 今天早上沒了，不是我本人操作的",
}
PROGRAM = """
import resource, sys, time
from supportflow import Desk
desk = Desk()
before = time.process_time()
desk.open(subject=sys.argv[1][:200], body=sys.argv[1], requester="ana", ref="7")
print(time.process_time() - before, time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def measured(sources: Path, text: str) -> tuple[float, float, float]:
    """CPU seconds of the first text in a fresh process and of all until then, and the most memory that it had, in MB."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, text],
        env={**environment, "PYTHONPATH": str(sources)},
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, whole, kilobytes = run.stdout.split()
    return float(seconds), float(whole), int(kilobytes) / 1024


def main(rounds: int, trees: list[Path]) -> None:
    """Print medians."""
    for name, text in TEXTS.items():
        for tree in trees:
            measured(tree, text)
        taken: list[list[tuple[float, float, float]]] = [[] for _ in trees]
        for _ in range(rounds):
            for tree, times in zip(trees, taken, strict=True):
                times.append(measured(tree, text))
        print(f"{name:<16}", *map(shown, taken))


def shown(times: list[tuple[float, float, float]]) -> str:
    """Medians of a tree's rounds."""
    first, whole, size = (median(column) for column in zip(*times, strict=True))
    return f"{first * 1e3:7.0f} ms of {whole * 1e3:5.0f} ms, {size:4.0f} MB"


if __name__ == "__main__":
    here = Path(__file__).resolve().parent.parent / "src"
    main(int(sys.argv[1]) if sys.argv[1:] else 5, [here, *map(Path, sys.argv[2:])])
