"""Learn the weights of `triage/reading/weighed.toml` from phrases, never from held-out ones.

Needs scikit-learn. The same phrases, packs and rules give the same file.

Usage: weigh_roles.py
"""

import json
import random
import tomllib
from collections import Counter
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from supportflow.triage.reading import Reader, shipped_packs, shipped_rules
from supportflow.triage.reading.evaluating import KINDS

ROOT = Path(__file__).resolve().parent.parent
PHRASES = ROOT / "tests" / "triage" / "phrases"
TARGET = ROOT / "src" / "supportflow" / "triage" / "reading" / "weighed.toml"
FOLDERS = ("", "practice", "everyday")
LEFT_OUT = 0.15
"""Packs know nearly every word of these phrases, and not of a customer's: so many roles are left out of each copy."""
COPIES = 3
RARE = 5
"""A role, or two, that fewer phrases have says nothing."""
ASKS = "ask_how|ask_what|ask_if|ask_open|ask_end|asks|mark|authentic|if|prevent"
"""Nobody asks without one of these."""
OF_SECURITY = "seed|grant|defence|threat|hacked|stolen|strange|pretended|impostor|risk|outsider|stranger"
"""And nobody asks about security without one of these: "can I get a message" is no such question."""
OF_DISPUTE = "counterparty|party|order|withholds|unpaid|refuses|release|proof|locked|redress|denied|waits|not"
"""And nobody has a dispute where there is neither another side nor anything amiss: "she paid for dinner in crypto"."""
UNLESS = ["procedure", "content"]
"""Who asks how an appeal goes, or thanks the seller, has no dispute: languages whose packs know such words are few, so that
weights cannot learn it."""
HEADS = (
    # kind, name, class, category, penalty, raises, how
    ("incident", "sounds like an incident", "security", None, 0.15, 2.0, "review"),
    ("dispute", "sounds like a dispute", "dispute", "unclear_dispute", 0.3, 0.4, None),
    (
        "security_question",
        "sounds like a question about security",
        "security",
        "security_question",
        0.3,
        -0.4,
        "question",
    ),
)


def phrases() -> Iterable[tuple[str, str]]:
    """Every phrase with its kind, in a fixed order."""
    for folder in FOLDERS:
        for path in sorted((PHRASES / folder).glob("*.toml")):
            document = tomllib.loads(path.read_text("utf-8"))
            yield from ((text, kind) for kind in KINDS for text in document.get(kind, []))


def keys(roles: frozenset[str]) -> list[str]:
    """What has a weight: each role, and each two."""
    names = sorted(roles)
    return names + [f"{one}+{other}" for one, other in combinations(names, 2)]


def table(examples: list[frozenset[str]], numbers: dict[str, int]) -> csr_matrix:
    """The examples as rows of zeros and ones."""
    found = [
        (row, numbers[key]) for row, roles in enumerate(examples) for key in keys(roles) if key in numbers
    ]
    rows, columns = zip(*found, strict=True)
    return csr_matrix((np.ones(len(found)), (rows, columns)), shape=(len(examples), len(numbers)))


def main() -> None:
    """Learn and write."""
    reader = Reader(shipped_packs(), [shipped_rules("incidents"), shipped_rules("exchange")])
    read = [(max(reader.roles(text), key=len, default=frozenset()), kind) for text, kind in phrases()]
    chance = random.Random(1)  # noqa: S311  the same file each time
    examples = list(read)
    for _ in range(COPIES):
        examples += [
            (frozenset(role for role in sorted(roles) if chance.random() > LEFT_OUT), kind)
            for roles, kind in read
        ]
    often = Counter(key for roles, _ in read for key in keys(roles))
    names = sorted(key for key, count in often.items() if count >= RARE)
    rows = table([roles for roles, _ in examples], {key: number for number, key in enumerate(names)})
    lines = [
        "# Written by .ci/weigh_roles.py from the phrases in tests/triage/phrases, and in its practice and everyday",
        "# Weights are log-odds: of a role, or of two that stand in the same sentences.",
        'name = "weighed"',
        'doubted = "security_question"',
    ]
    for kind, name, priority_class, category, penalty, raises, how in HEADS:
        model = LogisticRegression(C=penalty, l1_ratio=1, solver="liblinear", max_iter=5_000, random_state=0)
        model.fit(rows, np.array([one == kind for _, one in examples]))
        weights = {key: round(float(w), 2) for key, w in zip(names, model.coef_[0], strict=True)}
        lines += ["", "[[weighings]]", f'name = "{name}"', f'class = "{priority_class}"']
        lines += [f'category = "{category}"'] if category else []
        lines += [f"bias = {float(model.intercept_[0]):.2f}", f"raises = {raises}"]
        lines += [f"{how} = true"] if how else []
        lines += [f"needs = {json.dumps([ASKS, OF_SECURITY])}"] if how == "question" else []
        lines += [f"needs = {json.dumps([OF_DISPUTE])}"] if kind == "dispute" else []
        lines += [f"unless = {json.dumps(UNLESS)}"] if kind == "dispute" else []
        lines += ["", "[weighings.weights]"]
        lines += [f'"{key}" = {weight:.2f}' for key, weight in weights.items() if weight]
    TARGET.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
