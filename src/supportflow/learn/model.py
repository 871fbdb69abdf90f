"""A trained model: three tables of numbers and a few thresholds, in a file that is data and nothing else.

The file is one JSON document (`docs/reference/model-format.md`). Reading one never runs anything: numbers are taken from
base64 into arrays of a known length.
"""

import base64
import math
import sys
from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from supportflow._dataclass import dataclass
from supportflow.exceptions import ModelError
from supportflow.learn.features import Feature, Rules, features
from supportflow.model.signals import Evidence, Signals
from supportflow.triage.reading.model_file import bits, finite, read_model, table

__all__ = ["FORMAT", "MAX_FILE", "ClassModel", "TextModel", "load_model", "parse_model"]

FORMAT = "supportflow text model"
VERSION = 1
MAX_FILE = 64_000_000
"""Largest model file, in bytes."""
_BITS = range(10, 21)
_MOST_EVIDENCE = 5


@dataclass(frozen=True, slots=True)
class ClassModel:
    """What a model knows of one class.

    Attributes:
        priority_class: The class.
        weights: A weight for each feature.
        bias: What a text without features has.
        scale: Score → log-odds: `probability = 1 / (1 + exp(-(scale * score + shift)))`.
        shift: The other half of that.
        threshold: From this probability on, the model speaks for the class.
        measured: What was measured while training, on texts that were held back: `texts`, `recall`, `recall_low`,
            `recall_high`, `precision`.
        scores: How the probabilities of the training texts were spread: their shares in ten equal parts of 0 to 1.
    """

    priority_class: str
    weights: "array[float]"
    bias: float
    scale: float
    shift: float
    threshold: float
    measured: Mapping[str, float]
    scores: tuple[float, ...]

    def probability(self, score: float) -> float:
        """How likely a text of that score is of the class."""
        return 1 / (1 + math.exp(-min(max(self.scale * score + self.shift, -500.0), 500.0)))


class TextModel:
    """A `Classifier` for a desk: `Desk(policy, classifier=model)`. Immutable; safe to share between threads.

    Args:
        classes: The policy's classes, most urgent first.
        bits: Features are hashed to this many bits.
        rarity: A weight for each feature: what few texts have counts more.
        models: One for each class that it can raise to.
        rules: The policy's own reader; the model must have been trained with it, or without one.
        about: What the file says of its making.
        fingerprint: SHA-256 of the file, 64 hexadecimal digits.
    """

    def __init__(
        self,
        classes: Sequence[str],
        bits: int,
        rarity: "array[float]",
        models: Sequence[ClassModel],
        *,
        rules: Rules | None,
        about: Mapping[str, Any],
        fingerprint: str,
    ) -> None:
        self.classes = tuple(classes)
        self.bits = bits
        self.models = tuple(models)
        self.about = about
        self.fingerprint = fingerprint
        self._rarity = rarity
        self._rules = rules

    def classify(self, text: str) -> Signals:
        """The most urgent class that the model speaks for, with the places that speak loudest; the lowest class if none."""
        found = self._weighed(text)
        for one in self.models:
            score = one.bias + sum(one.weights[feature.number] * value for feature, value in found)
            probability = one.probability(score)
            if probability >= one.threshold:
                return Signals(
                    priority_class=one.priority_class,
                    confidence=round(probability, 3),
                    evidence=self._evidence(one, found),
                )
        return Signals(priority_class=self.classes[-1])

    def probabilities(self, text: str) -> dict[str, float]:
        """How likely a text is of each class that the model knows."""
        found = self._weighed(text)
        return {
            one.priority_class: one.probability(
                one.bias + sum(one.weights[f.number] * value for f, value in found)
            )
            for one in self.models
        }

    def _weighed(self, text: str) -> list[tuple[Feature, float]]:
        """The features with their values, brought to length one."""
        found = [
            (one, one.value * self._rarity[one.number]) for one in features(text, self.bits, self._rules)
        ]
        length = math.sqrt(sum(value * value for _, value in found))
        return [(one, value / length) for one, value in found] if length else []

    def _evidence(self, one: ClassModel, found: Sequence[tuple[Feature, float]]) -> tuple[Evidence, ...]:
        """The places of the text that speak loudest for a class. Names are the model's: no customer's word is in them."""
        places: dict[tuple[int, int], float] = defaultdict(float)
        for feature, value in found:
            if feature.end:
                places[feature.start, feature.end] += one.weights[feature.number] * value
        loudest = sorted(places.items(), key=lambda item: (-item[1], item[0]))[:_MOST_EVIDENCE]
        return tuple(
            Evidence(
                entry=f"model:{self.fingerprint[:8]}:{one.priority_class}",
                priority_class=one.priority_class,
                start=start,
                end=end,
                weight=round(weight, 3),
            )
            for (start, end), weight in sorted(loudest)
            if weight > 0
        )


def load_model(path: Path | str, rules: Rules | None = None) -> TextModel:
    """Read a model from its file.

    Args:
        path: The file.
        rules: The policy's reader, `CompiledPolicy(policy).classifier.classify`, if the model was trained with one.

    Raises:
        ModelError: If it is no model, or was trained with rules and none are given (or the other way round).
        OSError: If the file cannot be read.
    """
    file = Path(path)
    if file.stat().st_size > MAX_FILE:
        raise ModelError([f"{file}: is larger than {MAX_FILE:,} bytes"])
    return parse_model(file.read_bytes(), rules, name=str(file))


def parse_model(content: bytes, rules: Rules | None = None, *, name: str = "model") -> TextModel:
    """Read a model from the bytes of its file.

    Raises:
        ModelError: As for `load_model`.
    """

    def made(document: Mapping[str, Any], fingerprint: str) -> TextModel:
        return _made(document, rules, fingerprint)

    return read_model(content, made, form=FORMAT, version=VERSION, most=MAX_FILE, name=name)


def _made(document: Mapping[str, Any], rules: Rules | None, fingerprint: str) -> TextModel:
    size, classes = bits(document, _BITS), document["classes"]
    if (
        not isinstance(classes, list)
        or not classes
        or not all(isinstance(one, str) and one for one in classes)
    ):
        raise ValueError("classes: is not a list of names")
    if document["rules"] is not (rules is not None):
        needs = (
            "was trained with the policy's rules: give them"
            if document["rules"]
            else "was trained without rules: give none"
        )
        raise ValueError(needs)
    if not isinstance(document["about"], dict) or not isinstance(document["models"], list):
        raise TypeError("about or models are not what they should be")
    models = [_class_model(one, classes, size) for one in document["models"]]
    order = [classes.index(one.priority_class) for one in models]
    if not models or order != sorted(set(order)):
        raise ValueError("models: are not one for each class, most urgent first")
    return TextModel(
        classes,
        size,
        _numbers(document["rarity"], size, "rarity"),
        models,
        rules=rules,
        about={str(key): value for key, value in document["about"].items()},
        fingerprint=fingerprint,
    )


def _class_model(given: Mapping[str, Any], classes: Sequence[str], size: int) -> ClassModel:
    if given["class"] not in classes:
        raise ValueError(f"models: class {given['class']!r} is not among the classes")
    if not isinstance(given["measured"], dict) or not isinstance(given["scores"], list):
        raise TypeError("models: measured or scores are not what they should be")
    numbers = [given[key] for key in ("bias", "scale", "shift", "threshold")]
    numbers += [*given["measured"].values(), *given["scores"]]
    if not finite(numbers):
        raise ValueError("models: holds what is no number")
    if given["scale"] < 0 or not 0 <= given["threshold"] <= 1:
        raise ValueError("models: scale or threshold is out of range")
    return ClassModel(
        priority_class=given["class"],
        weights=_numbers(given["weights"], size, "weights"),
        bias=given["bias"],
        scale=given["scale"],
        shift=given["shift"],
        threshold=given["threshold"],
        measured=dict(given["measured"]),
        scores=tuple(given["scores"]),
    )


def _numbers(text: object, size: int, name: str) -> "array[float]":
    """Four-byte little-endian floats from base64."""
    numbers = array("f", table(text, 4 << size, name))
    if sys.byteorder == "big":
        numbers.byteswap()
    # A sum is finite just if no part is infinite or not a number (four-byte floats cannot overflow it).
    if not math.isfinite(math.fsum(numbers)):
        raise ValueError(f"{name}: holds what is no number")
    return numbers


def packed(numbers: "array[float]") -> str:
    """The other way: base64 of four-byte little-endian floats."""
    if sys.byteorder == "big":
        numbers = array("f", numbers)
        numbers.byteswap()
    return base64.b64encode(numbers.tobytes()).decode("ascii")
