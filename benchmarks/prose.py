"""What redacting plain prose costs, told at once and with every finder asked; and how many texts of a file are such prose.

Usage: python benchmarks/prose.py [FILE.csv.gz]

The file has a column `text`, such as that of Banking77 (CC BY 4.0).
"""

import csv
import gzip
import sys
from statistics import mean
from time import process_time

from supportflow.triage.redaction.finders import spans
from supportflow.triage.redaction.prose import is_prose
from supportflow.triage.redaction.rules import DEFAULT_RULES

TEXTS = (
    "Printer on fire",
    "Have you tried water?",
    "It has burnt since noon.",
    "I ordered a kettle last week and it has not come yet. Could somebody tell me where it is, please?\n\nThank you",
)


def microseconds(text: str, *, at_once: bool) -> float:
    """CPU time of one look at a text: the best of several."""
    taken = []
    for _ in range(7):
        began = process_time()
        for _ in range(500):
            if not (at_once and is_prose(text)):
                list(spans(text, DEFAULT_RULES))  # what would be done without
        taken.append((process_time() - began) / 500 * 1e6)
    return min(taken)


def main(files: list[str]) -> None:
    """Print the costs, and for each file the share."""
    for text in TEXTS:
        now, before = (microseconds(text, at_once=at_once) for at_once in (True, False))
        print(f"{len(text):4} characters: {now:5.1f} µs at once, {before:5.1f} µs with every finder")
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            share = mean(is_prose(row["text"]) for row in csv.DictReader(lines))
        print(f"{file}: {share:.0%} are plain prose")


if __name__ == "__main__":
    main(sys.argv[1:])
