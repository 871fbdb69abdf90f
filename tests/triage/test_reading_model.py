"""The shipped model of words beside roles: what its file is, what it may do to a text, and what it never does."""

import base64
import hashlib
import json
import math
import subprocess
import sys
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Desk
from supportflow.exceptions import ModelError
from supportflow.learn.model import parse_model
from supportflow.policy import CompiledPolicy, Policy
from supportflow.policy.presets import preset
from supportflow.triage.reading import Reader, Reading, shipped_model, shipped_packs
from supportflow.triage.reading.model import parse_reading_model, role_keys
from supportflow.triage.reading.pieces import numbers, words

FILE = files("supportflow.triage.reading").joinpath("shipped.model.json")
FINGERPRINT = "d9a966691c4e671565b81a513de116330d87ef796abdec22018bc2f1e997fc05"
"""Of the file that `.ci/train_shipped_model.py` writes: who trains anew says so here."""
LEXICONS = ("common", "exchange")
PLAIN = CompiledPolicy(Policy(lexicons=LEXICONS)).classifier
WITH = CompiledPolicy(Policy(lexicons=LEXICONS, reading=Reading(model="shipped"))).classifier
RANK = {"security": 0, "dispute": 1, "general": 2}


def tiny(**changes):
    """A model of two pieces and a role, small enough to add up by hand."""
    pieces = bytearray(1 << 8)
    for word in ("rummaged", "drawer"):
        for number in numbers([word], 255):
            pieces[number] = 2
    head = {
        "name": "sounds rummaged",
        "kind": "review",
        "class": "security",
        "category": None,
        "flag": None,
        "bias": -1.0,
        "unit": 0.5,
        "pieces": base64.b64encode(bytes(pieces)).decode(),
        "roles": {"stranger": 1.0, "account+stranger": 2.0},
        "raises": 0.5,
        "measured": {},
    }
    document = {
        "format": "supportflow reading model",
        "version": 1,
        "bits": 8,
        "about": {},
        "heads": [head | {key: value for key, value in changes.items() if key in head}],
    }
    return document | {key: value for key, value in changes.items() if key not in head}


def parsed(**changes):
    return parse_reading_model(json.dumps(tiny(**changes)).encode())


def test_the_file_is_the_one_that_was_trained():
    content = FILE.read_bytes()
    assert hashlib.sha256(content).hexdigest() == FINGERPRINT == shipped_model().fingerprint
    assert len(content) < 1_400_000


def test_it_is_read_without_what_it_was_trained_with():
    """Neither scikit-learn nor numpy are loaded, and the file only when a text is read."""
    program = (
        "import sys\n"
        "from supportflow.policy import CompiledPolicy, Policy\n"
        "from supportflow.triage.reading import Reading, model\n"
        "policy = CompiledPolicy(Policy(lexicons=('common',), reading=Reading(model='shipped')))\n"
        "assert model.shipped_model.cache_info().currsize == 0\n"
        "assert policy.classifier.classify('I typed the words and it was gone').priority_class == 'security'\n"
        "assert model.shipped_model.cache_info().currsize == 1\n"
        "assert not {'numpy', 'sklearn', 'scipy'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_what_sentences_weigh_is_what_adding_up_by_hand_gives():
    model = parsed()
    [head] = model.heads
    pieces = set(numbers(["rummaged"], 255))
    score = -1.0 + 0.5 * 2 * len(pieces) / math.sqrt(len(pieces))
    assert model.weight(["rummaged"], {}, head) == pytest.approx(score)
    roles = {
        0: frozenset({"stranger", "account", "gone"})
    }  # six keys, one of them alone and one of two weigh
    assert model.weight(["rummaged"], roles, head) == pytest.approx(score + 3 / math.sqrt(6))
    assert role_keys(roles[0])[:4] == ["account", "gone", "stranger", "account+gone"]
    assert model.weight([], {}, head) == -1.0


@given(st.lists(st.sampled_from(["rummaged", "a drawer", "hello there", "", "我的錢", "???"]), max_size=7))
def test_the_heaviest_of_all_windows_counts(sentences):
    model = parsed()
    [head] = model.heads

    def weight(window):
        found = [
            number
            for one in dict.fromkeys(window)
            for number in set(numbers([w for w, _, _ in words(one)], 255))
        ]
        table = base64.b64decode(tiny()["heads"][0]["pieces"])
        return (
            -1.0 + 0.5 * sum(table[number] for number in found) / math.sqrt(len(found))
            if found
            else -math.inf
        )

    windows = [sentences[a : a + n] for a in range(len(sentences)) for n in (1, 2, 3)]
    assert model.weight(sentences, {}, head) == pytest.approx(
        max([*map(weight, windows), -1.0] if not any(map(words, sentences)) else map(weight, windows))
    )


def test_what_is_raised_by_no_word_of_its_own_has_a_place_all_the_same():
    model = parsed(bias=9.0, pieces=base64.b64encode(bytes([255]) * 256).decode())
    reader = Reader(shipped_packs(), [], lambda: model)
    [found] = reader.read("- quite harmless, isn't it?")
    assert (found.status, found.need.set_name) == ("weighed", model.name)
    assert [part.role for part in found.parts] == ["words"]
    assert reader.read("- ... -") == []


HEARD = [
    "Esta madrugada salieron tres montos que nadie de mi casa pidió",
    "I typed the words and it was gone",
    "A bloke from 'the vault team' had me read numbers off my phone, then poof",
]


@pytest.mark.parametrize("text", HEARD)
def test_what_it_raises_is_for_a_person_to_look_at(text):
    found = WITH.classify(text)
    assert found.priority_class == "security"
    assert not found.informational
    if PLAIN.classify(text).priority_class != "security":
        assert found.raised_for_review
        assert not found.agency
        assert found.category is None


def test_it_hears_what_no_rule_hears():
    assert [text for text in HEARD if PLAIN.classify(text).priority_class != "security"]


def test_evidence_names_the_model_and_places_and_no_word():
    text = "Hello. I typed the words and it was gone"
    [told] = [one for one in WITH.classify(text).evidence if one.entry.startswith("model ")]
    assert told.entry == f"{shipped_model().name}:security:sounds like an incident (en)"
    assert {part.role for part in told.parts} & {"words"}
    assert all(0 <= part.start < part.end <= len(text) for part in told.parts)


@pytest.mark.parametrize("text", HEARD)
def test_nothing_that_harms_rests_on_it(text):
    """Whatever the preset does by itself to an account needs more than a model's word."""
    policy = preset("exchange").model_copy(update={"lexicons": LEXICONS, "reading": Reading(model="shipped")})
    desk = Desk(policy)
    if PLAIN.classify(text).priority_class != "security":
        ticket = desk.open(subject=text, requester="ana").ticket
        assert (ticket.priority_class, ticket.review) == ("security", True)
        assert not [one for one in ticket.actions if one.action == "freeze"]


ADDED = st.one_of(
    st.sampled_from(
        [
            "How do I change the colour?",
            "When does the hackathon open",
            "没事了，谢谢。",
            "It was me, all is well.",
            "I read that somebody was hacked?",
            "The seller does not release my coins.",
            "😀" * 9,
            "a" * 300,
            "\u200b",
        ]
    ),
    st.text(max_size=40),
)


@settings(max_examples=80)
@given(st.sampled_from([*HEARD, "my coins are gone", "How do I protect my account?"]), ADDED, ADDED)
def test_what_is_added_in_lines_of_its_own_lowers_nothing(text, before, behind):
    alone, more = WITH.classify(text), WITH.classify(f"{before}\n{text}\n{behind}")
    assert RANK[more.priority_class] <= RANK[alone.priority_class]
    if alone.priority_class == "security" and not alone.informational:
        assert not more.informational


@settings(max_examples=80)
@given(st.one_of(ADDED, st.sampled_from(HEARD)))
def test_it_lowers_nothing_that_rules_say(text):
    rules, both = PLAIN.classify(text), WITH.classify(text)
    assert RANK[both.priority_class] <= RANK[rules.priority_class]
    assert set(rules.flags) <= set(both.flags)
    assert both.agency == rules.agency
    assert both.raised_for_review >= rules.raised_for_review or both.priority_class == "security"
    assert WITH.classify(text) == both


def test_pieces_grow_with_the_text_and_not_faster():
    """Counted, not timed: a word of any length has a bound, and ten times the words have at most ten times the pieces."""
    assert len(numbers(["a" * 100_000], (1 << 20) - 1)) < 200
    assert len(words("a" * 100_000)) == 1
    few = [f"word{n}" for n in range(300)]
    many = [f"{word}x{n}" for n in range(10) for word in few]
    assert len(numbers(many, (1 << 20) - 1)) <= 11 * len(numbers(few, (1 << 20) - 1))


def test_each_sentence_is_looked_at_once():
    """However many heads and windows there are: what is weighed again is a sum of three numbers."""
    model = shipped_model()
    sentences = [f"sentence {n}." for n in range(200)]
    looked: list[str] = []

    seen = model._seen

    def counting(text, roles, heads):
        looked.append(text)
        return seen(text, roles, heads)

    model._seen = counting  # type: ignore[method-assign]
    try:
        model.opinions(sentences, {}, model.heads)
    finally:
        del model.__dict__["_seen"]
    assert looked == sentences


NAN = float("nan")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"format": "pickle"}, "format: is not"),
        ({"version": 2}, "version: 2 cannot be read"),
        ({"version": True}, "version: True cannot be read"),
        ({"bits": 40}, "bits: is no whole number"),
        ({"bits": True}, "bits: is no whole number"),
        ({"bits": 8.0}, "bits: is no whole number"),
        ({"bits": 9}, "pieces: has 256 bytes, not 512"),
        ({"about": []}, "about: is no object"),
        ({"heads": []}, "heads: is no list"),
        ({"heads": [3]}, "heads: holds what is no object"),
        ({"heads": [{}]}, "lacks 'kind'"),
        ({"heads": [tiny()["heads"][0]] * 9}, "heads: is no list of 1 to 8"),
        ({"kind": "freeze"}, "kind: is none of"),
        ({"kind": ["review"]}, "kind: is none of"),
        ({"kind": "flag"}, "a head has a name and a class, or a name and a flag"),
        ({"flag": "urgent"}, "a head has a name and a class, or a name and a flag"),
        ({"kind": "flag", "flag": "urgent"}, "a head has a name and a class, or a name and a flag"),
        ({"class": None}, "a head has a name and a class, or a name and a flag"),
        ({"name": None}, "a head has a name"),
        ({"name": "n" * 201}, "is no name"),
        ({"class": 5}, "is no name"),
        ({"bias": True}, "holds what is no number"),
        ({"bias": "1"}, "holds what is no number"),
        ({"bias": NAN}, "holds what is no number"),
        ({"unit": math.inf}, "holds what is no number"),
        ({"raises": None}, "holds what is no number"),
        ({"roles": {"stranger": NAN}}, "holds what is no number"),
        ({"roles": []}, "roles or measured is no object"),
        ({"measured": {"texts": []}}, "holds what is no number"),
        ({"pieces": "§"}, "pieces: is not base64"),
        ({"pieces": ""}, "pieces: has 0 bytes"),
        ({"pieces": None}, "pieces: is not base64"),
        ({"bias": 10**400}, "too large"),
    ],
)
def test_a_file_that_is_no_model_is_refused(changes, problem):
    with pytest.raises(ModelError, match=problem):
        parsed(**changes)


@pytest.mark.parametrize("parse", [parse_reading_model, parse_model])
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"1" * 5_000, "is not JSON"),
        (b"[]", "format: is not"),
        (b'"x"', "format: is not"),
        (b" " * 64_000_001, "is larger than"),
    ],
)
def test_what_is_no_document_is_refused_as_either_kind_of_model(parse, content, problem):
    with pytest.raises(ModelError, match=f"mine: {problem}"):
        parse(content, name="mine")


@settings(max_examples=60)
@given(
    st.sampled_from(
        ["format", "version", "bits", "about", "heads", "kind", "class", "flag", "roles", "pieces", "unit"]
    ),
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.lists(st.integers(), max_size=3),
)
def test_no_value_breaks_it(field, value):
    try:
        model = parsed(**{field: value})
    except ModelError:
        return
    assert all(math.isfinite(model.weight(["rummaged. in"], {}, head)) for head in model.heads)


def test_a_policy_says_that_it_wants_the_model():
    assert Reading().model is None
    assert '"model"' not in Policy(reading=Reading(languages=("en",))).canonical
    with pytest.raises(ValueError, match="model"):
        Reading(model="mine.json")  # type: ignore[arg-type]
