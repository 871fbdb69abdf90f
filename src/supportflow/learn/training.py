"""Training: a logistic regression for each class on hashed features, calibrated on texts that it had not seen.

Nothing is drawn at random: which texts are held back together is their hash's business, so the same examples in any order
give the same file.
"""

import hashlib
import json
import math
from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from supportflow.exceptions import MissingExtra, ModelError
from supportflow.learn.examples import Example
from supportflow.learn.features import Rules, features
from supportflow.learn.intervals import wilson
from supportflow.learn.model import FORMAT, VERSION, TextModel, packed, parse_model

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FOLDS", "train"]

FOLDS = 5
_BITS = 18
_STRENGTH = 10.0
"""How little the weights are held back (scikit-learn's `C`): chosen on 10,003 questions of bank customers."""
_LEAST = 20
"""Fewer examples of a class than this say nothing about it."""

Say = Callable[[str], None]


def train(
    examples: Sequence[Example],
    classes: Sequence[str],
    *,
    rules: Rules | None = None,
    recall: Mapping[str, float] | None = None,
    bits: int = _BITS,
    say: Say | None = None,
) -> tuple[TextModel, bytes]:
    """Train a model.

    Args:
        examples: Labelled texts.
        classes: The policy's classes, most urgent first. The last is what a text is if the model speaks for none.
        rules: The policy's reader: what it reads becomes part of each text's features.
        recall: Class → the share of its texts that must be found; the threshold is set so. 0.97 for the first class, 0.90
            for others, if not given.
        bits: Features are hashed to this many bits.
        say: Told of each step, for a progress line.

    Returns:
        The model, and the bytes of its file.

    Raises:
        MissingExtra: If scikit-learn is not installed (extra `learn`).
        ModelError: If there are too few examples of every class but the last.
    """
    say = say or (lambda _: None)
    unique = {
        example.text: example for example in sorted(examples, key=lambda one: (one.text, one.priority_class))
    }
    ordered = list(unique.values())
    counts = {name: sum(one.priority_class == name for one in ordered) for name in classes}
    learned = [name for name in classes[:-1] if counts[name] >= _LEAST and counts[name] < len(ordered)]
    if not learned:
        told = ", ".join(f"{name}: {count}" for name, count in counts.items())
        raise ModelError(
            [f"examples: no class but the last has {_LEAST} texts and something beside it ({told})"]
        )
    say(f"reading {len(ordered)} texts")
    matrix, rarity = _matrix([one.text for one in ordered], bits, rules)
    folds = [
        int(hashlib.sha256(one.text.encode("utf-8", "surrogatepass")).hexdigest(), 16) % FOLDS
        for one in ordered
    ]
    wanted = {name: (0.97 if name == classes[0] else 0.90) for name in classes} | dict(recall or {})
    models: list[dict[str, Any]] = []
    for name in learned:
        say(f"learning {name} from {counts[name]} of {len(ordered)} texts")
        models.append(_class(name, ordered, matrix, folds, wanted[name]))
    document = {
        "format": FORMAT,
        "version": VERSION,
        "classes": list(classes),
        "bits": bits,
        "rules": rules is not None,
        "about": {
            "texts": len(ordered),
            "counts": counts,
            "strength": _STRENGTH,
            "folds": FOLDS,
            "recall": wanted,
        },
        "rarity": packed(rarity),
        "models": models,
    }
    content = (json.dumps(document, sort_keys=True, separators=(",", ":")) + "\n").encode()
    return parse_model(content, rules), content


def _matrix(texts: Sequence[str], bits: int, rules: Rules | None) -> "tuple[Any, array[float]]":
    """The texts as rows of length one, and how rare each feature is."""
    try:
        import numpy as np  # noqa: PLC0415 - an extra
        from scipy.sparse import csr_matrix  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra("learn", "scikit-learn") from error
    numbers: list[int] = []
    values: list[float] = []
    ends = [0]
    for text in texts:
        found = sorted(features(text, bits, rules))
        numbers += [one.number for one in found]
        values += [one.value for one in found]
        ends.append(len(numbers))
    held = np.bincount(np.array(numbers, dtype=np.int64), minlength=1 << bits)
    rare = (np.log((1 + len(texts)) / (1 + held)) + 1).astype(np.float32)
    matrix = csr_matrix(
        (np.array(values), np.array(numbers, dtype=np.int32), np.array(ends, dtype=np.int64)),
        shape=(len(texts), 1 << bits),
    )
    matrix.data *= rare[matrix.indices]
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix.data /= np.repeat(np.where(lengths > 0, lengths, 1.0), np.diff(matrix.indptr))
    return matrix, array("f", rare.tobytes())


def _class(
    name: str, examples: Sequence[Example], matrix: Any, folds: Sequence[int], recall: float
) -> dict[str, Any]:
    """Learn one class against the rest; what a person would accept as that class is not held against it."""
    import numpy as np  # noqa: PLC0415 - an extra

    is_one = np.array([one.priority_class == name for one in examples])
    accepted = np.array([one.accepts(name) for one in examples])
    fold = np.array(folds)
    scores = np.zeros(len(examples))
    for held_back in range(FOLDS):
        seen = fold != held_back
        if not accepted[seen].any() or accepted[seen].all():
            raise ModelError([f"examples: those of class {name!r} are too alike to hold some of them back"])
        weights, bias = _fitted(matrix[seen], accepted[seen])
        scores[~seen] = matrix[~seen] @ weights + bias
    scale, shift = _calibrated(scores, accepted)
    weights, bias = _fitted(matrix, accepted)
    probabilities = 1 / (1 + np.exp(-np.clip(scale * scores + shift, -500, 500)))
    threshold = _threshold(probabilities, is_one, accepted, recall)
    said = probabilities >= threshold
    found = int((said & is_one).sum())
    low, high = wilson(found, int(is_one.sum()))
    spread = np.histogram(probabilities, bins=10, range=(0.0, 1.0))[0] / len(examples)
    return {
        "class": name,
        "weights": packed(array("f", weights.astype(np.float32).tobytes())),
        "bias": float(bias),
        "scale": scale,
        "shift": shift,
        "threshold": threshold,
        "measured": {
            "texts": int(is_one.sum()),
            "recall": found / int(is_one.sum()),
            "recall_low": low,
            "recall_high": high,
            "precision": float((said & accepted).sum() / max(int(said.sum()), 1)),
        },
        "scores": [float(share) for share in spread],
    }


def _fitted(matrix: Any, positive: "NDArray[Any]") -> "tuple[NDArray[Any], float]":
    try:
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtra("learn", "scikit-learn") from error
    fitted = LogisticRegression(C=_STRENGTH, class_weight="balanced", solver="liblinear", random_state=0).fit(
        matrix, positive
    )
    return fitted.coef_[0], float(fitted.intercept_[0])


def _calibrated(scores: "NDArray[Any]", positive: "NDArray[Any]") -> tuple[float, float]:
    """Platt's scaling: the line that makes scores of texts that were held back log-odds, with his smoothed targets.

    Newton's method on two numbers; the loss is convex. Source: Platt 1999, as corrected by Lin, Lin and Weng 2007.
    """
    import numpy as np  # noqa: PLC0415 - an extra

    many, few = int(positive.sum()), int((~positive).sum())
    target = np.where(positive, (many + 1) / (many + 2), 1 / (few + 2))
    line = np.array([1.0, math.log((many + 1) / (few + 1))])
    for _ in range(100):
        chance = 1 / (1 + np.exp(-np.clip(line[0] * scores + line[1], -500, 500)))
        slope = np.array([((chance - target) * scores).sum(), (chance - target).sum()])
        weight = np.maximum(chance * (1 - chance), 1e-12)
        curve = np.array(
            [
                [(weight * scores * scores).sum(), (weight * scores).sum()],
                [(weight * scores).sum(), weight.sum()],
            ]
        ) + 1e-9 * np.eye(2)
        step = np.linalg.solve(curve, slope)
        line = line - step
        if float(np.abs(step).max()) < 1e-9:  # noqa: PLR2004 - far below what a probability shows
            break
    return max(float(line[0]), 0.0), float(line[1])


def _threshold(
    probabilities: "NDArray[Any]", is_one: "NDArray[Any]", accepted: "NDArray[Any]", recall: float
) -> float:
    """From which probability on that share of the class is found: half-way down to the next text that is something else.

    The highest such probability would be as precise here; but texts to come score a little lower than those that were seen.
    """
    ordered = sorted((float(one) for one in probabilities[is_one]), reverse=True)
    highest = ordered[min(math.ceil(recall * len(ordered)), len(ordered)) - 1]
    others = probabilities[~accepted & (probabilities < highest)]
    return (highest + (float(others.max()) if len(others) else 0.0)) / 2
