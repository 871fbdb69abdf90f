"""Figures against a count by hand, drift, and what to label next."""

import pytest

from learn.texts import CLASSES, examples
from supportflow.learn import Example, compare, evaluate, worth_labelling
from supportflow.learn.evaluation import drift

TEXTS = [
    Example("a", "security", id="1", language="en"),
    Example("b", "security", id="2", language="zh"),
    Example("c", "dispute", frozenset({"security"}), id="3", language="en"),
    Example("d", "general", id="4", language="en"),
]
ANSWERS = {"a": "security", "b": "general", "c": "security", "d": "dispute"}


def test_figures_are_those_of_a_count_by_hand():
    found = evaluate(TEXTS, ANSWERS.__getitem__, CLASSES)
    security = found.figures["security"]
    assert (security.texts, security.found, security.recall) == (2, 1, 0.5)
    assert (security.called, security.right, security.precision) == (2, 2, 1.0)  # "c" would be accepted
    assert found.figures["dispute"].precision == 0.0
    assert found.confusion == {
        ("security", "security"): 1,
        ("security", "general"): 1,
        ("dispute", "security"): 1,
        ("general", "dispute"): 1,
    }
    assert found.wrong == ("2", "4")
    assert found.languages["zh"].figures["security"].recall == 0.0
    assert found.languages["en"].figures["security"].recall == 1.0
    low, high = security.recall_interval
    assert 0 < low < 0.5 < high < 1
    assert found.as_data()["classes"]["security"]["recall"] == 0.5


def test_calibration_counts_every_text_once_for_each_class(trained):
    found = evaluate(examples(), lambda text: trained[0].classify(text).priority_class, CLASSES, trained[0])
    for bins in found.calibration.values():
        assert sum(count for count, _, _ in bins) == len(examples())
        for _, said, was in bins:
            assert 0 <= said <= 1
            assert 0 <= was <= 1
    # In the highest tenth nearly all are of the class, in the lowest nearly none.
    lowest, *_, highest = found.calibration["security"]
    assert lowest[2] < 0.1
    assert highest[2] > 0.9


def test_changes_between_two_ways_to_answer():
    changes = compare(TEXTS, ANSWERS.__getitem__, lambda text: "security" if text == "b" else "general")
    assert [(one.id, one.better) for one in changes] == [("1", False), ("2", True), ("3", False), ("4", True)]


def test_drift_is_small_on_the_like_and_large_on_others(trained):
    like = drift([one.text for one in examples()], trained[0])
    other = drift([one.text for one in examples() if one.priority_class == "security"], trained[0])
    assert other["security"] > 0.25
    assert like["security"] < other["security"] / 4


def test_disagreement_comes_first_and_twins_are_named_once(trained):
    unlabelled = [
        Example("somebody unravelled my suitcase last night", "", id="rules-missed-it"),
        Example("somebody unravelled my suitcase last night !", "", id="twin"),
        Example("which fee do you take for the wallet", "", id="sure"),
        Example("hello", "", id="short"),
    ]
    wanted = worth_labelling(unlabelled, trained[0], lambda _: "general")
    assert wanted[0].why == "rules and model disagree on security"
    names = [one.id for one in wanted]
    assert len(names) == len(set(names))
    assert len({"rules-missed-it", "twin"} & set(names)) == 1
    assert len(worth_labelling(unlabelled, trained[0], lambda _: "general", limit=2)) == 2


@pytest.mark.parametrize("count", [0, 1])
def test_few_texts_give_figures_too(trained, count):
    found = evaluate(TEXTS[:count], ANSWERS.__getitem__, CLASSES, trained[0])
    assert found.figures["security"].texts == count
    assert set(drift([], trained[0])) == {"security", "dispute"}
