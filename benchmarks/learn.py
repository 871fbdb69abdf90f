"""How well a trained model tells bank customers' questions apart, cross-validated, with and without what the rules read.

    python benchmarks/learn.py        # needs the extra `learn`, and SUPPORTFLOW_DATA

Each of the 77 labels counts as one class; a mapping says what else a person would accept for it.
"""

import csv
import gzip
import os
from pathlib import Path
from time import process_time

from supportflow.learn import Example, train
from supportflow.policy import CompiledPolicy, Policy

DATA = Path(os.environ.get("SUPPORTFLOW_DATA", Path(__file__).parents[2] / "shared" / "data"))
CLASSES = ("security", "dispute", "general")
LEXICONS = ("common", "exchange", "banking")
TEXT = "Good morning, a stranger took money out of my account while I was asleep, what now? " * 11


def examples() -> list[Example]:
    with (DATA / "mapping_security_dispute_general.csv").open(encoding="utf-8") as file:
        labels = {row["label"].lower(): row for row in csv.DictReader(file)}
    with gzip.open(DATA / "banking77_train.csv.gz", "rt", encoding="utf-8") as file:
        rows = [(row["text"], labels[row["category"].lower()]) for row in csv.DictReader(file)]
    return [Example(text, label["strict"], frozenset(label["accepted"].split("|"))) for text, label in rows]


def main() -> None:
    texts = examples()
    rules = CompiledPolicy(Policy(lexicons=LEXICONS)).classifier.classify
    for name, reader in (("with the rules", rules), ("without", None)):
        began = process_time()
        model, content = train(texts, CLASSES, rules=reader)
        print(
            f"{name}: {len(texts)} texts, {process_time() - began:.0f} s of processor time, {len(content):,} bytes"
        )
        for one in model.models:
            figures = ", ".join(f"{key} {value:.3f}" for key, value in one.measured.items())
            print(f"  {one.priority_class}: threshold {one.threshold:.3f}, {figures}")
        began = process_time()
        for _ in range(50):
            model.classify(TEXT[:900])
        print(f"  a text of 900 characters: {(process_time() - began) / 50 * 1_000:.2f} ms")


if __name__ == "__main__":
    main()
