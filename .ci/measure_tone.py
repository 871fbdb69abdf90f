"""How well tone is told: of people in distress, angry ones and calm ones, by the packs alone and with the shipped model.

Usage: measure_tone.py        prints a table for the documents, from `tests/triage/phrases/tone`
"""

import sys
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from supportflow.model.signals import Signals
from supportflow.policy import CompiledPolicy, Policy
from supportflow.triage.reading import Reading

ROOT = Path(__file__).resolve().parent.parent
PHRASES = ROOT / "tests" / "triage" / "phrases" / "tone"
LEXICONS = ("common", "exchange")
COLUMNS = ("distressed", "called so falsely", "angry", "called so falsely")


def told(classify: Callable[[str], Signals], phrases: dict[str, list[str]]) -> Counter[object]:
    """What is heard of the texts of one language."""
    found: Counter[object] = Counter()
    for kind in ("distressed", "angry", "calm"):
        for text in phrases[kind]:
            flags = classify(text).flags
            found[kind] += 1
            found["distressed" if kind == "distressed" else "not distressed", "said"] += bool(
                {"distress", "self_harm"}.intersection(flags)
            )
            found["angry" if kind == "angry" else "not angry", "said"] += "angry" in flags
    return found


def row(name: str, *found: Counter[object]) -> str:
    """A row of the table."""
    cells = []
    for one in found:
        others = {"distressed": one["angry"] + one["calm"], "angry": one["distressed"] + one["calm"]}
        for kind, rest in others.items():
            cells += [f"{one[kind, 'said']}/{one[kind]}", f"{one[f'not {kind}', 'said']}/{rest}"]
    return f"| {name} | {sum(found[0][kind] for kind in ('distressed', 'angry', 'calm'))} | {' | '.join(cells)} |"


def main() -> int:
    """Measure every language."""
    ways = [
        CompiledPolicy(Policy(lexicons=LEXICONS, reading=reading)).classifier.classify
        for reading in (None, Reading(model="shipped"))
    ]
    head = [*(f"{one}, by packs" for one in COLUMNS), *(f"{one}, with model" for one in COLUMNS)]
    print("| language | texts | " + " | ".join(head) + " |\n|---|---|" + "---|" * len(head))
    totals = [Counter[object](), Counter[object]()]
    for path in sorted(PHRASES.glob("*.toml")):
        phrases = tomllib.loads(path.read_text("utf-8"))
        found = [told(classify, phrases) for classify in ways]
        for total, one in zip(totals, found, strict=True):
            total.update(one)
        print(row(path.stem, *found))
    print(row("all", *totals))
    return 0


if __name__ == "__main__":
    sys.exit(main())
