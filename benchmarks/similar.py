"""An index of tickets at size: how fast texts go in, and what a question costs.

    python benchmarks/similar.py [TEXTS]     # 100,000 if not given

Texts are drawn from a vocabulary whose words are as unevenly common as words are (the n-th is n times rarer than the first),
half of them in Chinese characters. Deterministic from its seed.
"""

import random
import statistics
import sys
import tempfile
import time
from itertools import accumulate
from pathlib import Path

from supportflow import LocalTicketIndex
from supportflow.model.similar import IndexedText

WORDS, LENGTH, BATCH, QUESTIONS = 30_000, 18, 1_000, 200


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    chance = random.Random(7)
    latin = [
        "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 9))) for _ in range(WORDS)
    ]
    chinese = ["".join(chr(chance.randint(0x4E00, 0x62FF)) for _ in range(2)) for _ in range(WORDS)]
    weights = list(accumulate(1 / rank for rank in range(1, WORDS + 1)))

    def text(number: int) -> str:
        words = chance.choices(chinese if number % 2 else latin, cum_weights=weights, k=LENGTH)
        return "".join(words) if number % 2 else " ".join(words)

    texts = [IndexedText(f"c{at}", f"t{at}", f"p{at % 5_000}", text(at)) for at in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "similar.db"
        index = LocalTicketIndex(path)
        began = time.perf_counter()
        for at in range(0, count, BATCH):
            index.put("acme", texts[at : at + BATCH], str(at))
        took = time.perf_counter() - began
        print(
            f"{count:,} texts in: {took:.1f} s, {count / took:,.0f} a second, {path.stat().st_size / 1e6:.0f} MB"
        )
        spent = []
        for at in range(QUESTIONS):
            asked = text(at)
            began = time.perf_counter()
            index.find("acme", asked, limit=20)
            spent.append(time.perf_counter() - began)
        print(
            f"a question: median {statistics.median(spent) * 1e3:.1f} ms, slowest {max(spent) * 1e3:.1f} ms"
        )
        began = time.perf_counter()
        index.erase("acme", "p1")
        print(f"a person with {count // 5_000} texts erased: {(time.perf_counter() - began) * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
