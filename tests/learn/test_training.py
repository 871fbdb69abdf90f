"""What training promises: the same file from the same texts, and thresholds that find what was asked for."""

import json
import random

import pytest

from learn.texts import CLASSES, examples
from supportflow.exceptions import ModelError
from supportflow.learn import Example, read_examples, train
from supportflow.learn.intervals import wilson
from supportflow.policy import CompiledPolicy, Policy


def test_the_order_of_the_examples_and_twins_change_nothing(trained):
    shuffled = [*examples(), *examples()[:20]]
    random.Random(7).shuffle(shuffled)
    model, content = train(shuffled, CLASSES, bits=14)
    assert content == trained[1]
    assert model.fingerprint == trained[0].fingerprint


def test_it_tells_texts_apart_that_it_has_not_seen(trained):
    model, _ = trained
    assert model.classify("somebody unravelled my suitcase yesterday").priority_class == "security"
    assert (
        model.classify("the seller took my payment for the bicycle and refuses to release it").priority_class
        == "dispute"
    )
    assert model.classify("how do I change the colour of the page").priority_class == "general"
    assert model.classify("我的钱包被陌生人转走了").priority_class == "security"
    assert model.classify("").priority_class == "general"


@pytest.mark.parametrize("recall", [0.5, 1.0])
def test_the_threshold_finds_the_share_that_was_asked_for(recall):
    model, _ = train(examples(), CLASSES, bits=14, recall={"security": recall})
    [security] = [one for one in model.models if one.priority_class == "security"]
    assert security.measured["recall"] >= recall
    assert security.measured["recall_low"] <= security.measured["recall"] <= security.measured["recall_high"]


def test_what_a_person_would_accept_is_not_held_against_the_class():
    """Texts labelled dispute that count as security, too, do not cost precision when they are called security."""
    both = [
        Example(
            one.text,
            one.priority_class,
            frozenset({"security"}) if one.priority_class == "dispute" else frozenset(),
            one.id,
        )
        for one in examples()
    ]
    [security] = [one for one in train(both, CLASSES, bits=14)[0].models if one.priority_class == "security"]
    assert security.measured["precision"] == 1.0


def test_what_the_rules_read_becomes_part_of_the_text(trained):
    """Two kinds of texts that share no letters but what the rules read in them."""
    rules = CompiledPolicy(Policy(lexicons=("common",))).classifier.classify
    found, content = train(examples(), CLASSES, rules=rules, bits=14)
    assert json.loads(content)["rules"] is True
    plain = trained[0]
    unseen = "I was hacked"
    assert found.probabilities(unseen)["security"] > plain.probabilities(unseen)["security"]


def test_too_few_examples_are_refused():
    with pytest.raises(ModelError, match="security: 1, dispute: 0, general: 1"):
        train([Example("a b c", "security"), Example("d e f", "general")], CLASSES)


def test_examples_are_redacted_and_read_with_their_line():
    secret = "password: hunter2-correct"
    lines = [
        '{"subject": "help", "body": "' + secret + '", "class": "general", "id": 5}',
        "",
        '{"text": "x", "class": "genral"}',
    ]
    source = read_examples(lines, CLASSES, name="labelled.jsonl")
    first = next(source)
    assert (first.id, first.priority_class) == ("5", "general")
    assert "hunter2" not in first.text
    with pytest.raises(ModelError, match=r"labelled\.jsonl:3: class 'genral' is none of"):
        next(source)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"class": "general"}',
        '{"text": 5, "class": "general"}',
        '{"text": "a", "accepted": "general"}',
    ],
)
def test_a_line_that_is_no_example_is_refused(line):
    with pytest.raises(ModelError, match="texts:1: "):
        list(read_examples([line], CLASSES, name="texts"))


def test_intervals_of_shares():
    """Wilson's interval: 0 of 10 and 5 of 10, computed by hand from the formula of 1927."""
    assert [round(end, 4) for end in wilson(0, 10)] == [0.0, 0.2775]
    assert [round(end, 4) for end in wilson(5, 10)] == [0.2366, 0.7634]
    assert wilson(0, 0) == (0.0, 1.0)
