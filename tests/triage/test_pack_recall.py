"""What the packs hear of the customers' own words in `phrases/`, language by language: no change makes a pack deafer.

The figures of the held-out files are published, not tested: a test that fails on them would show them to an author.
"""

import tomllib
from pathlib import Path

import pytest

from supportflow.triage.lexicon import LexiconClassifier, shipped

PHRASES = Path(__file__).with_name("phrases")
CLASSIFIER = LexiconClassifier([shipped("common"), shipped("exchange")])
LEAST = {
    "ar": (0.9, 0.9, 0.9),
    "de": (0.95, 0.9, 0.9),
    "es": (0.95, 0.9, 0.9),
    "fa": (0.95, 0.9, 0.9),
    "fil": (0.95, 0.9, 0.9),
    "fr": (0.95, 0.9, 0.9),
    "hi": (0.95, 0.9, 0.9),
    "id": (0.95, 0.9, 0.9),
    "it": (0.95, 0.9, 0.9),
    "pl": (0.95, 0.9, 0.9),
    "pt": (0.95, 0.9, 0.9),
    "ru": (0.95, 0.9, 0.9),
    "th": (0.95, 0.85, 0.9),
    "tr": (0.95, 0.9, 0.9),
    "uk": (0.95, 0.9, 0.9),
    "vi": (0.95, 0.9, 0.9),
}
"""Tag → the shares of incidents, disputes and security questions that are told as such, at least."""
FALSE_ALARMS = {"frightening_harmless": 0.05, "general": 0.0}
"""The share of other texts that is called an incident, at most."""


def told(text):
    signals = CLASSIFIER.classify(text)
    if signals.priority_class != "security":
        return signals.priority_class
    return "security_question" if signals.informational else "incident"


def share(texts, kind):
    return sum(told(text) == kind for text in texts) / len(texts)


@pytest.mark.parametrize("tag", LEAST)
def test_a_pack_hears_what_customers_of_its_language_write(tag):
    phrases = tomllib.loads((PHRASES / f"{tag}.toml").read_text("utf-8"))
    kinds = ("incident", "dispute", "security_question")
    heard = {kind: share(phrases[kind], kind) for kind in kinds}
    assert all(heard[kind] >= least for kind, least in zip(kinds, LEAST[tag], strict=True)), heard
    false = {kind: share(phrases[kind], "incident") for kind in FALSE_ALARMS}
    assert all(false[kind] <= most for kind, most in FALSE_ALARMS.items()), false
