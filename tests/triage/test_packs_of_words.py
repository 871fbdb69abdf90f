"""Which packs know a word is remembered: the same as each pack says of many words at once, and no more than so many."""

import math

import pytest

from supportflow.triage.reading import Reader, choosing, shipped_packs, shipped_rules
from supportflow.triage.reading.phrases import Writing, forms, listed
from supportflow.triage.reading.text import View

TEXTS = (
    "My card was stolen and the money is gone.",
    "Me han robado la tarjeta, no reconozco el cargo de 500usdt",
    "Thẻ của tôi bị mất, ai đó đã rút tiền",
    "dinheiro não autorizado na minha conta",
    "ma carte a été volée hier soir",
    "8,000 ????",
    "",
)


@pytest.fixture(scope="module")
def choice():
    return Reader(shipped_packs(), [shipped_rules("asking")])._choice


@pytest.mark.parametrize("script", ["Latn", "Cyrl", "Hani"])
def test_each_pack_knows_as_many_of_a_text_as_it_says_itself(choice, script):
    tags = tuple(choice._by_script[script])
    assert tags
    knowing = choice._knowing(tags)
    for text in (*TEXTS, "карту украли, деньги ушли", "我的卡被盗了 有人转走了钱"):
        words = sorted({word for line in View(text).lines for word in line.pieces})
        for _ in range(2):  # found out, and remembered
            counted = choosing._numbers(sum(knowing[word] for word in words), len(tags))
            assert dict(zip(tags, counted, strict=True)) == {
                tag: choice.pack(tag).bare.known(words) for tag in tags
            }


def test_what_is_remembered_of_words_is_bounded_and_holds_nothing_long(choice, monkeypatch):
    monkeypatch.setattr(choosing, "_MOST_WORDS", 50)
    knowing = choosing._Knowing([choice.pack("en")])
    for number in range(500):
        knowing[f"word{number}"]
        assert len(knowing) <= 50
    long = "password" * 10
    assert knowing[long] == knowing[long]
    assert long not in knowing
    assert knowing["password"] == 1


THINGS = ("asset", "account", "seed", "device", "moved", "gone", "hacked", "was_changed")
HARMLESS = {"迷因币", "мінус#відсотків", "мінус#відсотки"}
"""A coin made for fun, and a loss in per cent."""


@pytest.mark.parametrize("pack", shipped_packs(), ids=lambda pack: pack.tag)
def test_no_word_for_a_thing_or_an_event_is_taken_for_harmless(pack):
    """`a_b|c` is *a b* or *c*: so *coin* itself was once among the harmless words of a pack, and no coin was ever lost."""
    found = pack.load()
    writing = Writing(found.sets, marks=found.marks == "when_written", characters=found.cut == "characters")

    def written(role):
        for phrase in listed(found.roles.get(role, ())):
            slots = [writing.slot(slot) for slot in phrase.split(" ")]
            if math.prod(map(len, slots)) <= 100:
                yield from forms(slots)

    harmless = set(written("nothing"))
    assert harmless
    assert {role: sorted(harmless.intersection(written(role)) - HARMLESS) for role in THINGS} == {
        role: [] for role in THINGS
    }
