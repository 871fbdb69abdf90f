"""What a model file can and cannot do, and what a model says of its answers."""

import base64
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn.texts import CLASSES, examples
from supportflow import Desk, Policy
from supportflow.exceptions import ModelError, SupportflowError
from supportflow.learn import load_model
from supportflow.learn.features import features
from supportflow.learn.model import parse_model
from supportflow.policy import CompiledPolicy


def test_a_file_gives_the_same_model(trained, tmp_path):
    model, content = trained
    file = tmp_path / "model.json"
    file.write_bytes(content)
    again = load_model(file)
    for one in examples()[::7]:
        assert again.classify(one.text) == model.classify(one.text)
        assert again.probabilities(one.text) == model.probabilities(one.text)


def test_no_word_of_the_texts_stands_in_the_file(trained):
    words = {word for one in examples() for word in one.text.split() if len(word) > 4}
    assert not [word for word in words if word.encode() in trained[1]]


def test_evidence_names_places_and_never_words(trained):
    model, _ = trained
    text = "Hello, somebody unravelled my wallet. Bye."
    signals = model.classify(text)
    spoken = {text[one.start : one.end] for one in signals.evidence}
    assert any("unravelled" in part for part in spoken)
    assert {one.entry for one in signals.evidence} == {f"model:{model.fingerprint[:8]}:security"}


def test_in_a_desk_it_raises_for_review_and_lowers_nothing(trained):
    desk = Desk(Policy(), classifier=trained[0])
    raised = desk.open(
        subject="help", body="somebody unravelled my suitcase last night", requester="ana"
    ).ticket
    assert (raised.priority_class, raised.review) == ("security", True)
    kept = desk.open(
        subject="how do I change the colour", body="My account was hacked", requester="ana"
    ).ticket
    assert kept.priority_class == "security"


def change(**fields):
    def changed(document):
        document.update(fields)

    return changed


def inside(**fields):
    def changed(document):
        document["models"][0].update(fields)

    return changed


NAN = base64.b64encode(b"\x00\x00\xc0\x7f" * (1 << 14)).decode()


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (change(format="pickle"), "format: is not"),
        (change(version=2), "version: 2 cannot be read"),
        (change(version=True), "version: True cannot be read"),
        (change(bits=40), "bits: is no whole number"),
        (change(bits=True), "bits: is no whole number from"),
        (change(bits=12.0), "bits: is no whole number from 10"),
        (change(bits=13), "weights: has 65536 bytes, not 32768"),
        (change(classes=[]), "classes: is not a list"),
        (change(models=[]), "models: are not one for each class"),
        (change(models={}), "about or models"),
        (change(rarity="§§§"), "rarity: is not base64"),
        (change(rarity=NAN), "rarity: holds what is no number"),
        (change(rules=True), "was trained with the policy's rules"),
        (inside(weights=""), "weights: has 0 bytes"),
        (inside(weights=7), "weights: is not base64"),
        (inside(bias=math.inf), "models: holds what is no number"),
        (inside(bias=10**400), "too large"),
        (inside(threshold=1.5), "out of range"),
        (inside(scale=-1), "scale or threshold is out of range"),
        (inside(**{"class": "other"}), "is not among the classes"),
        (inside(measured=[]), "measured or scores"),
        (lambda document: document.pop("models"), "lacks 'models'"),
        (lambda document: document["models"].reverse(), "most urgent first"),
    ],
)
def test_a_file_that_is_no_model_is_refused(trained, damage, problem):
    document = json.loads(trained[1])
    damage(document)
    with pytest.raises(ModelError, match=problem):
        parse_model(json.dumps(document).encode())


@given(st.binary(max_size=200))
def test_no_bytes_break_it(content):
    with pytest.raises(ModelError):
        parse_model(content)


@given(
    st.sampled_from(["format", "bits", "classes", "rules", "about", "rarity", "models", "version"]),
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=9)
    | st.lists(st.integers(), max_size=3)
    | st.just({}),
)
def test_no_field_breaks_it(trained, field, value):
    document = {**json.loads(trained[1]), field: value}
    try:
        model = parse_model(json.dumps(document).encode())
    except ModelError:
        return
    assert model.classify("somebody unravelled my wallet").priority_class in document["classes"]


@given(st.text(max_size=400))
def test_any_text_has_an_answer_and_places_inside_it(trained, text):
    signals = trained[0].classify(text)
    assert signals.priority_class in CLASSES
    assert all(0 <= one.start < one.end <= len(text) for one in signals.evidence)


def test_features_grow_with_the_text_and_not_faster():
    """Counted, not timed: of ten times the text at most ten times the features, and a word of any length has a bound."""
    text = "".join(f"word{n} 钱包{n} " for n in range(300))
    few, many = len(features(text, 20)), len(features("".join(f"{text}{n}" for n in range(10)), 20))
    assert many <= 11 * few
    assert len(features("a" * 100_000, 20)) < 400


def test_a_model_that_needs_the_rules_says_so(trained):
    rules = CompiledPolicy(Policy()).classifier.classify
    with pytest.raises(SupportflowError, match="trained without rules"):
        parse_model(trained[1], rules)
