"""How well texts are told apart: recall, precision, what is taken for what, how true probabilities are, what has moved."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from supportflow._dataclass import dataclass
from supportflow.learn.examples import Example
from supportflow.learn.intervals import wilson
from supportflow.learn.model import ClassModel, TextModel

__all__ = ["Change", "ClassFigures", "Evaluation", "compare", "drift", "evaluate"]

Answer = Callable[[str], str]
"""A text's class."""
_BINS = 10


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Figures of one class.

    Attributes:
        texts: How many texts are of it.
        found: How many of them were called so.
        recall: Their share.
        recall_interval: Its 95 % interval.
        called: How many texts were called so in all.
        right: How many of those are of it, or a person would accept it for them.
        precision: Their share; 1 if none was called so.
    """

    texts: int
    found: int
    called: int
    right: int

    @property
    def recall(self) -> float:
        """The share of its texts that were found."""
        return self.found / self.texts if self.texts else 1.0

    @property
    def recall_interval(self) -> tuple[float, float]:
        """The 95 % interval of the recall."""
        return wilson(self.found, self.texts)

    @property
    def precision(self) -> float:
        """The share of what was called so that is right."""
        return self.right / self.called if self.called else 1.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an evaluation found.

    Attributes:
        classes: The classes, most urgent first.
        figures: Class → its figures.
        confusion: (its class, what it was called) → how many.
        languages: Language → its own evaluation, where examples say one.
        calibration: Class → for each tenth of probability with texts in it: how many, mean probability, share that is right.
        wrong: Ids of texts whose answer is neither their class nor accepted, most urgent class first.
    """

    classes: tuple[str, ...]
    figures: Mapping[str, ClassFigures]
    confusion: Mapping[tuple[str, str], int]
    languages: Mapping[str, "Evaluation"]
    calibration: Mapping[str, tuple[tuple[int, float, float], ...]]
    wrong: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {
            "classes": {
                name: {
                    "texts": one.texts,
                    "recall": round(one.recall, 4),
                    "recall_interval": [round(end, 4) for end in one.recall_interval],
                    "called": one.called,
                    "precision": round(one.precision, 4),
                }
                for name, one in self.figures.items()
            },
            "confusion": [
                {"class": was, "called": called, "texts": count}
                for (was, called), count in sorted(self.confusion.items())
            ],
            "calibration": {
                name: [{"texts": n, "said": round(said, 4), "was": round(was, 4)} for n, said, was in bins]
                for name, bins in self.calibration.items()
            },
            "languages": {name: one.as_data() for name, one in self.languages.items()},
            "wrong": list(self.wrong),
        }


def evaluate(
    examples: Sequence[Example], answer: Answer, classes: Sequence[str], model: TextModel | None = None
) -> Evaluation:
    """Ask for every example's class, and compare.

    Args:
        examples: Labelled texts, none of which the answers were tuned on.
        answer: Says a text's class: a model alone, rules alone, or both combined.
        classes: The classes, most urgent first.
        model: Whose probabilities are held against what is true.
    """
    answers = [answer(one.text) for one in examples]
    known = sorted({one.language for one in examples} - {""})
    languages = {
        name: _figured(
            [(one, said) for one, said in zip(examples, answers, strict=True) if one.language == name],
            classes,
        )
        for name in known
    }
    whole = _figured(list(zip(examples, answers, strict=True)), classes)
    calibration = {} if model is None else _calibration(examples, model)
    return Evaluation(whole.classes, whole.figures, whole.confusion, languages, calibration, whole.wrong)


def _figured(answered: Sequence[tuple[Example, str]], classes: Sequence[str]) -> Evaluation:
    confusion = Counter((one.priority_class, said) for one, said in answered)
    figures = {
        name: ClassFigures(
            texts=sum(one.priority_class == name for one, _ in answered),
            found=confusion[name, name],
            called=sum(said == name for _, said in answered),
            right=sum(said == name and one.accepts(name) for one, said in answered),
        )
        for name in classes
    }
    wrong = [(classes.index(one.priority_class), one.id) for one, said in answered if not one.accepts(said)]
    return Evaluation(
        tuple(classes), figures, dict(confusion), {}, {}, tuple(name for _, name in sorted(wrong))
    )


def _calibration(
    examples: Sequence[Example], model: TextModel
) -> dict[str, tuple[tuple[int, float, float], ...]]:
    said = [model.probabilities(one.text) for one in examples]
    found: dict[str, tuple[tuple[int, float, float], ...]] = {}
    for one in model.models:
        bins: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
        for example, chances in zip(examples, said, strict=True):
            chance = chances[one.priority_class]
            bins[min(int(chance * _BINS), _BINS - 1)].append((chance, example.accepts(one.priority_class)))
        found[one.priority_class] = tuple(
            (
                len(each),
                sum(chance for chance, _ in each) / len(each),
                sum(true for _, true in each) / len(each),
            )
            for each in bins
            if each
        )
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """One text that is answered otherwise than before.

    Attributes:
        id: The text's.
        priority_class: What it is.
        before: What it was called.
        after: What it is called now.
        better: Whether it was wrong and is right now, or is more right.
    """

    id: str
    priority_class: str
    before: str
    after: str
    better: bool


def compare(examples: Sequence[Example], before: Answer, after: Answer) -> tuple[Change, ...]:
    """Every text whose answer has changed."""
    changes: list[Change] = []
    for one in examples:
        was, now = before(one.text), after(one.text)
        if was != now:
            changes.append(
                Change(one.id, one.priority_class, was, now, one.accepts(now) and not one.accepts(was))
            )
    return tuple(changes)


def drift(texts: Sequence[str], model: TextModel) -> dict[str, float]:
    """How far the texts of today are from those that the model learned from: the population stability index of each class.

    Below 0.1 little has moved, above 0.25 it is time to label and train again (the usual reading of that index).
    """
    said = [model.probabilities(text) for text in texts]
    return {
        one.priority_class: _stability(one, [chances[one.priority_class] for chances in said])
        for one in model.models
    }


def _stability(one: ClassModel, chances: Sequence[float]) -> float:
    counts = Counter(min(int(chance * _BINS), _BINS - 1) for chance in chances)
    total = 0.0
    for index, share in enumerate(one.scores):
        # Half a text in each part that has none: the index has a logarithm of shares.
        before = max(share, 0.5 / max(one.measured.get("texts", 1.0), 1.0))
        now = max(counts[index] / max(len(chances), 1), 0.5 / max(len(chances), 1))
        total += (now - before) * math.log(now / before)
    return total
