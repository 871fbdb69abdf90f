"""Write what the shipped packs were measured to hear, on the phrases of the tests, into `triage/packs/measured.toml`.

Usage: measure_packs.py            writes the file
       measure_packs.py --table    prints it as a table for the documents, and the held-out phrases alone below it; the
                                   last three columns are with the shipped model
"""

import sys
import tomllib
from collections.abc import Callable, Iterable
from functools import reduce
from pathlib import Path

from supportflow.model.signals import Signals
from supportflow.policy import CompiledPolicy, Policy
from supportflow.triage.lexicon import LexiconClassifier, shipped
from supportflow.triage.reading import SHIPPED_PACKS, Reading
from supportflow.triage.reading.evaluating import Measured, measured

ROOT = Path(__file__).resolve().parent.parent
PHRASES = ROOT / "tests" / "triage" / "phrases"
TARGET = ROOT / "src" / "supportflow" / "triage" / "packs" / "measured.toml"
FILES = {"zh": ("zh-Hans", "zh-Hant", "yue")}  # Cantonese words stand in the Chinese pack
FIELDS = ("incidents", "disputes", "questions", "alarmed", "frightened", "false")
HELD_OUT = PHRASES / "held_out"
LEXICONS = ("common", "exchange")

Classify = Callable[[str], Signals]


def found(classify: Classify, tag: str, *folders: Path) -> Measured:
    """What a pack hears of the phrases in some folders."""
    paths = (folder / f"{name}.toml" for name in FILES.get(tag, (tag,)) for folder in folders)
    return reduce(
        Measured.joined, (measured(classify, tomllib.loads(path.read_text("utf-8"))) for path in paths)
    )


def total(classify: Classify, tags: Iterable[str]) -> Measured:
    """What is heard of the held-out phrases of some languages."""
    return reduce(Measured.joined, (found(classify, tag, HELD_OUT) for tag in tags))


def by_rules_alone() -> Classify:
    """The same lexicons without a second opinion."""
    lexicons = [shipped(name) for name in LEXICONS]
    return LexiconClassifier(
        [
            one.model_copy(update={"reading": tuple(name for name in one.reading if name != "weighed")})
            for one in lexicons
        ]
    ).classify


def with_model() -> Classify:
    """The same lexicons, and the shipped model beside them."""
    return CompiledPolicy(Policy(lexicons=LEXICONS, reading=Reading(model="shipped"))).classifier.classify


def row(name: str, one: Measured, beside: Measured) -> str:
    """A row of the table.

    Args:
        name: The language, or which phrases.
        one: What was measured without the model.
        beside: And with it.
    """
    fields = [getattr(one, field) for field in FIELDS] + [beside.incidents, beside.frightened, beside.false]
    shares = " | ".join("-" if field.value is None else f"{field.value:.0%}" for field in fields)
    return f"| {name} | {one.texts} | {shares} |"


def main() -> int:
    """Measure every pack."""
    classify = CompiledPolicy(Policy(lexicons=LEXICONS)).classifier.classify
    lines = [
        "# Written by .ci/measure_packs.py: shares of the phrases in tests/triage/phrases, held-out ones among them."
    ]
    columns = (*FIELDS, *(f"{name}, with model" for name in ("incidents", "frightened", "false")))
    table = ["| language | texts | " + " | ".join(columns) + " |", "|---|---|" + "---|" * len(columns)]
    model = with_model() if "--table" in sys.argv[1:] else classify
    for tag in SHIPPED_PACKS:
        one = found(classify, tag, PHRASES, HELD_OUT)
        lines += [
            "",
            f"[{tag}]",
            f"texts = {one.texts}",
            *(f"{name} = {getattr(one, name).value:.3f}" for name in FIELDS),
        ]
        table.append(row(tag, one, found(model, tag, PHRASES, HELD_OUT)))
    if "--table" in sys.argv[1:]:
        for name, tags in (("held out, en", ("en",)), ("held out, zh", ("zh",)), ("held out", SHIPPED_PACKS)):
            table.append(row(name, *(total(how, tags) for how in (classify, model))))
        jargon = tomllib.loads((PHRASES / "crypto_users" / "en.toml").read_text("utf-8"))
        table.append(row("crypto users, en", *(measured(how, jargon) for how in (classify, model))))
        alone = total(by_rules_alone(), SHIPPED_PACKS)
        table.append(row("held out, by rules alone", alone, alone))
        print("\n".join(table))
    else:
        TARGET.write_text("\n".join(lines) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
