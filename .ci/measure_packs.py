"""Write what the shipped packs were measured to hear, on the phrases of the tests, into `triage/packs/measured.toml`.

Usage: measure_packs.py            writes the file
       measure_packs.py --table    prints it as a table for the documents
"""

import sys
import tomllib
from pathlib import Path

from supportflow.policy import CompiledPolicy, Policy
from supportflow.triage.reading import SHIPPED_PACKS
from supportflow.triage.reading.evaluating import Measured, measured

ROOT = Path(__file__).resolve().parent.parent
PHRASES = ROOT / "tests" / "triage" / "phrases"
TARGET = ROOT / "src" / "supportflow" / "triage" / "packs" / "measured.toml"
FILES = {"zh": ("zh-Hans", "zh-Hant", "yue")}  # Cantonese words stand in the Chinese pack
FIELDS = ("incidents", "disputes", "questions", "alarmed", "frightened", "false")


def found(tag: str) -> Measured:
    """What a pack hears now."""
    classifier = CompiledPolicy(Policy(lexicons=("common", "exchange"))).classifier
    paths = [
        folder / f"{name}.toml"
        for name in FILES.get(tag, (tag,))
        for folder in (PHRASES, PHRASES / "held_out")
    ]
    first, *others = (measured(classifier.classify, tomllib.loads(path.read_text("utf-8"))) for path in paths)
    for other in others:
        first = first.joined(other)
    return first


def main() -> int:
    """Measure every pack."""
    lines = [
        "# Written by .ci/measure_packs.py: shares of the phrases in tests/triage/phrases, held-out ones among them."
    ]
    table = ["| language | texts | " + " | ".join(FIELDS) + " |", "|---|---|" + "---|" * len(FIELDS)]
    for tag in SHIPPED_PACKS:
        one = found(tag)
        shares = {name: getattr(one, name).value for name in FIELDS}
        lines += [
            "",
            f"[{tag}]",
            f"texts = {one.texts}",
            *(f"{name} = {value:.3f}" for name, value in shares.items()),
        ]
        table.append(
            f"| {tag} | {one.texts} | " + " | ".join(f"{value:.0%}" for value in shares.values()) + " |"
        )
    if "--table" in sys.argv[1:]:
        print("\n".join(table))
    else:
        TARGET.write_text("\n".join(lines) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
