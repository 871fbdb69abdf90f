"""What the packs are said to hear, they hear: the figures that are shipped are no more than what is measured now."""

import tomllib
from pathlib import Path

import pytest

from supportflow.cli.triage.packs import measured_shipped
from supportflow.model.signals import Signals
from supportflow.policy import CompiledPolicy, Policy
from supportflow.triage.reading import SHIPPED_PACKS
from supportflow.triage.reading.evaluating import Measured, Share, measured

PHRASES = Path(__file__).with_name("phrases")
FILES = {"zh": ("zh-Hans", "zh-Hant", "yue")}  # Cantonese words stand in the Chinese pack
CLASSIFIER = CompiledPolicy(Policy(lexicons=("common", "exchange"))).classifier


def phrases_of(tag):
    return [
        tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))
        for name in FILES.get(tag, (tag,))
        for folder in (PHRASES, PHRASES / "held_out")
    ]


def now(tag):
    first, *others = (measured(CLASSIFIER.classify, phrases) for phrases in phrases_of(tag))
    for other in others:
        first = first.joined(other)
    return first


@pytest.mark.parametrize("tag", SHIPPED_PACKS)
def test_a_pack_hears_what_it_is_said_to_hear(tag):
    found, said = now(tag), measured_shipped()[tag]
    assert found.texts == said["texts"]
    for name in ("incidents", "disputes", "questions"):
        assert getattr(found, name).value >= said[name] - 0.005, name
    for name in ("alarmed", "frightened", "false"):
        assert getattr(found, name).value <= said[name] + 0.005, name


@pytest.mark.parametrize("tag", SHIPPED_PACKS)
def test_plain_texts_are_no_incidents(tag):
    assert now(tag).false.count <= 1  # of 28 or more


def test_shares():
    assert (Share(1, 4) + Share(2, 4)) == Share(3, 8)
    assert Share(1, 4).value == 0.25
    assert Share(0, 0).value is None


def test_every_kind_is_counted_where_it_belongs():
    answers = {
        "i": Signals(priority_class="security"),
        "q": Signals(priority_class="security", informational=True),
        "d": Signals(priority_class="dispute"),
        "g": Signals(),
    }
    found = measured(
        answers.__getitem__,
        {
            "incident": ["i", "q", "g"],
            "dispute": ["d", "i"],
            "security_question": ["q", "q", "i", "g"],
            "frightening_harmless": ["i", "q", "g", "d", "g"],
            "general": ["g", "g"],
            "notes": ["i"],
        },
    )
    assert found == Measured(Share(1, 3), Share(1, 2), Share(2, 4), Share(1, 4), Share(1, 5), Share(0, 2))
    assert found.texts == 16
    assert found.joined(found).incidents == Share(2, 6)
