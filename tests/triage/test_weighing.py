"""A second opinion: what roles weigh together raises for a person to look at, and lowers nothing."""

from itertools import combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from supportflow.exceptions import DefinitionError
from supportflow.policy import CompiledPolicy, Policy
from supportflow.policy.presets import preset
from supportflow.triage.lexicon import LexiconClassifier, shipped
from supportflow.triage.reading import Pack, Reader, Reading, ReadingRule, RuleSet, shipped_rules
from supportflow.triage.reading.document import Weighing
from supportflow.triage.reading.weighing import CompiledWeighing, CompiledWeighings

EXCHANGE = LexiconClassifier([shipped("common"), shipped("exchange")])
PACK = Pack(
    tag="en",
    name="English",
    scripts=("Latn",),
    hints=("the, my",),
    roles={
        "asset": ("coins",),
        "stranger": ("somebody",),
        "asleep": ("night",),
        "gone": ("gone",),
        "market": ("crash",),
        "not": ("not",),
    },
)


def weighing(**changes):
    given = {
        "name": "sounds bad",
        "class": "security",
        "bias": -1.0,
        "raises": 1.0,
        "review": True,
        "weights": {"asset": 0.5, "stranger": 0.5, "asleep": 0.5, "asleep+stranger": 1.0, "market": -3.0},
    }
    return Weighing.model_validate({**given, **changes})


GONE = ReadingRule.model_validate(
    {"name": "gone", "category": "theft", "class": "security", "all": ["gone"], "asked": "security_question"}
)


def reader(*rules, **changes):
    return Reader([PACK], [RuleSet(name="mine", rules=rules, weighings=(weighing(**changes),))])


def found(reading):
    return [(one.status, one.need.rule.name) for one in reading]


def test_what_weighs_enough_is_raised_with_the_roles_that_weigh_most():
    (one,) = reader().read("The coins, somebody, the night")
    assert (one.status, one.need.rule.name, one.agency) == ("weighed", "sounds bad", False)
    assert [part.role for part in one.parts] == ["asleep", "stranger", "asset"]
    text = "The coins, somebody, the night"
    assert [text[part.start : part.end] for part in one.parts] == ["night", "somebody", "coins"]


@pytest.mark.parametrize(
    ("text", "raised"),
    [
        ("the coins, somebody", False),  # -1 + .5 + .5
        ("somebody, the night", True),  # -1 + .5 + .5 + 1: exactly enough
        ("the coins, the night", False),
        ("somebody, the night, the crash", False),
        ("Somebody. And then. The night", True),  # three sentences
        ("Somebody. And then. And so. The night", False),  # the fourth is too far
        ("Somebody\nthe night", True),
    ],
)
def test_weights_add_up_in_three_sentences(text, raised):
    assert bool(reader().read(text)) is raised


def test_a_question_of_the_class_takes_nothing_from_what_weighs_enough():
    asks = GONE.model_copy(update={"name": "asks", "category": "security_question"})
    text = "somebody, the night. Are my coins gone?"
    assert found(reader(asks).read(text)) == [("asserted", "asks"), ("weighed", "sounds bad")]


def test_what_rules_assert_of_the_class_needs_no_second_opinion():
    text = "somebody, the night, the coins are gone"
    assert found(reader(GONE, weights={"asleep+stranger": 5.0}).read(text)) == [("asserted", "gone")]


@pytest.mark.parametrize("key", ["nonsense", "asset+nonsense"])
def test_a_weight_of_an_unknown_role_is_refused(key):
    with pytest.raises(DefinitionError, match="weighing 'sounds bad' names the unknown role 'nonsense'"):
        reader(weights={key: 1.0})


def test_a_weighing_that_needs_an_unknown_role_is_refused():
    with pytest.raises(DefinitionError, match="weighing 'sounds bad' names the unknown role 'nonsense'"):
        reader(needs=("nonsense",))


def test_what_a_weighing_needs_must_stand_in_the_sentences_that_weigh():
    asks = reader(needs=("mark|market", "stranger"))
    assert asks.read("Somebody, the night, the coins") == []
    assert asks.read("Somebody, the night. And. And. The market?") == []
    for text in ("Somebody, the night, the coins?", "Somebody, the night. The coins?"):
        assert found(asks.read(text)) == [("weighed", "sounds bad")]


@pytest.mark.parametrize(
    "text",
    [
        "Can I get a message when the payment arrives?",
        "If I pay early, do you send me an e-mail about the fees?",
        "Kann ich eine Nachricht bekommen, wenn die Zahlung da ist?",
        "Puis-je recevoir un e-mail quand le paiement arrive ?",
        "¿Puedo recibir un mensaje cuando llegue el pago?",
        "Posso receber uma mensagem quando o pagamento chegar?",
        "Можно получать сообщение, когда придёт платёж?",
        "入金されたらメールで知らせてもらえますか？",
        "입금되면 메일로 알려 주나요?",
        "花呗可以用微信里的钱还吗",
        "如果我提前还清，会有短信通知吗",
        "電費可以在這裡繳嗎？會不會扣手續費",
    ],
)
def test_who_asks_about_messages_and_conditions_asks_nothing_about_security(text):
    assert EXCHANGE.classify(text).priority_class == "general"


@pytest.mark.parametrize("key", ["asset+asset", "asset+gone+stranger"])
def test_a_weight_is_for_one_role_or_two_different_ones(key):
    with pytest.raises(DefinitionError, match="is not a role, or two different ones"):
        reader(weights={key: 1.0})


ROLE = st.sampled_from(["asset", "asleep", "gone", "market", "stranger"])
WEIGHT = st.integers(-400, 400).map(lambda hundredths: hundredths / 100)


WEIGHTS = st.dictionaries(
    st.one_of(
        ROLE, st.sets(ROLE, min_size=2, max_size=2).map(lambda two: "+".join(sorted(two, reverse=True)))
    ),
    WEIGHT,
    min_size=1,
)
WEIGHINGS = st.fixed_dictionaries(
    {
        "weights": WEIGHTS,
        "bias": WEIGHT,
        "raises": WEIGHT,
        "needs": st.lists(ROLE, max_size=1).map(tuple),
    }
)


def by_hand(written, sentences, without):
    """The first of the heaviest windows, as the roles in it; None if none weighs enough."""
    weights, best = written["weights"], None
    for first, length in [(n, k) for n in range(len(sentences)) for k in (1, 2, 3)]:
        window = sentences[first : first + length]
        if len(window) < length or not (window[0] and window[-1]):
            continue
        near = set().union(*window)
        if without & {*range(first, first + length)} or not near.issuperset(written["needs"]):
            continue
        pairs = combinations(sorted(near), 2)
        hundredths = sum(
            round(100 * weight)
            for weight in (
                written["bias"],
                *(weights.get(role, 0) for role in near),
                *(weights.get(f"{a}+{b}", 0) + weights.get(f"{b}+{a}", 0) for a, b in pairs),
            )
        )
        if hundredths >= round(100 * written["raises"]) and (best is None or hundredths > best[0]):
            best = hundredths, near
    return None if best is None else best[1]


@settings(max_examples=150)
@given(
    written=st.lists(WEIGHINGS, min_size=1, max_size=3),
    sentences=st.lists(st.sets(ROLE), max_size=6),
    without=st.lists(st.sets(st.integers(0, 5), max_size=2), min_size=3, max_size=3),
)
def test_the_heaviest_sentences_of_each_weighing_are_those_that_adding_up_by_hand_gives(
    written, sentences, without
):
    compiled = CompiledWeighings([CompiledWeighing.of(weighing(**one), "mine") for one in written])
    here = {number: {role: (0, 1, role) for role in roles} for number, roles in enumerate(sentences) if roles}
    without = [one & here.keys() for one in without]
    heaviest = compiled.heaviest(here, {place: without[place] for place in range(len(written))})
    assert {place: {*roles} for place, roles in heaviest.items()} == {
        place: found
        for place, one in enumerate(written)
        if (found := by_hand(one, sentences, without[place])) is not None
    }


def test_of_a_role_that_is_told_twice_the_first_place_counts():
    compiled = CompiledWeighings([CompiledWeighing.of(weighing(), "mine")])
    first, again, night = (0, 8, "stranger"), (10, 18, "stranger"), (20, 25, "asleep")
    here = {0: {"stranger": first}, 1: {"stranger": again, "asleep": night}}
    assert compiled.heaviest(here, {0: frozenset()}) == {0: {"stranger": first, "asleep": night}}
    assert compiled.heaviest(here, {0: {0}}) == {0: {"stranger": again, "asleep": night}}


TEXTS = [
    "Jemand Fremdes war nachts an meinem Guthaben",
    "昨晚有陌生人动了我的余额",
    "My account was hacked",
    "Mi retiro lleva cinco horas pendiente",
    "The counterparty acts as if my payment never existed",
    "How do I protect my account?",
    "Thanks, all is well now",
    "什么时候开盘",
]
CLASSIFIER = CompiledPolicy(preset("exchange")).classifier
RANK = {"security": 0, "dispute": 1, "general": 2}


@settings(max_examples=40)
@example(text=TEXTS[0], before="", behind="How do I protect my account?")
@given(
    text=st.sampled_from(TEXTS), before=st.sampled_from([*TEXTS, ""]), behind=st.sampled_from([*TEXTS, ""])
)
def test_what_is_added_in_sentences_of_its_own_takes_nothing_back(text, before, behind):
    alone = CLASSIFIER.classify(text)
    together = CLASSIFIER.classify("\n".join(one for one in (before, text, behind) if one))
    assert RANK[together.priority_class] <= RANK[alone.priority_class]
    if alone.priority_class == "security" and not alone.informational:
        assert not together.informational


def test_what_is_only_weighed_is_for_a_person_and_no_action_rests_on_it():
    told = CLASSIFIER.classify("Jemand Fremdes war nachts an meinem Guthaben")
    assert [one.entry for one in told.evidence] == ["weighed:security:sounds like an incident (de)"]
    assert (told.priority_class, told.raised_for_review) == ("security", True)
    assert (told.agency, told.informational, told.category) == (False, False, None)


def test_a_desk_adds_weighings_of_its_own():
    mine = RuleSet(name="mine", weighings=(weighing(review=False, category="theft"),))
    policy = CompiledPolicy(Policy(reading=Reading(packs=(PACK,), rules=(mine,), languages=("en",))))
    told = policy.classifier.classify("The coins, somebody, the night")
    assert (told.priority_class, told.category, told.raised_for_review) == ("security", "theft", False)


def test_the_shipped_weights_name_classes_and_thresholds():
    shipped = shipped_rules("weighed").weighings
    assert [(one.priority_class, one.review, one.question) for one in shipped] == [
        ("security", True, False),
        ("dispute", False, False),
        ("security", False, True),
    ]
    assert shipped[0].raises > shipped[1].raises > 0 > shipped[2].raises


def test_what_only_counts_for_something_keeps_the_second_opinion_quiet_no_more():
    half = GONE.model_copy(update={"name": "half", "weight": 0.5})
    looked_at = GONE.model_copy(update={"name": "looked at", "review": True})
    text = "somebody, the night, the coins are gone"
    for rule in (half, looked_at):
        assert found(reader(rule, weights={"asleep+stranger": 5.0}).read(text)) == [
            ("asserted", rule.name),
            ("weighed", "sounds bad"),
        ]


ASKS = {"review": False, "question": True, "category": "security_question"}


def test_a_weighing_may_tell_a_question():
    (one,) = reader(**ASKS).read("The coins, somebody, the night")
    assert one.need.rule.asked == one.need.rule.category == "security_question"
    mine = RuleSet(name="mine", weighings=(weighing(**ASKS),))
    policy = CompiledPolicy(Policy(reading=Reading(packs=(PACK,), rules=(mine,), languages=("en",))))
    told = policy.classifier.classify("The coins, somebody, the night")
    assert (told.priority_class, told.category) == ("security", "security_question")
    assert (told.informational, told.raised_for_review, told.agency) == (True, False, False)


def test_a_sentence_in_which_something_happened_is_no_question():
    dispute = GONE.model_copy(update={"name": "other", "priority_class": "dispute", "asked": None})
    asks = reader(dispute, **ASKS)
    happened = "somebody, the night, the coins are gone"
    assert found(asks.read(happened)) == [("asserted", "other")]
    for text in (f"somebody, the night. {happened}", f"{happened}. Somebody, the night"):
        assert ("weighed", "sounds bad") in found(asks.read(text))
    assert found(asks.read("Somebody. The coins are gone. The night")) == [("asserted", "other")]


def test_what_is_told_in_several_sentences_is_a_question_in_none_of_them():
    dispute = GONE.model_copy(update={"name": "other", "priority_class": "dispute", "asked": None})
    asks = reader(dispute, **ASKS)
    happened = "Somebody, the night, the coins are gone. "
    for between in ("", "Again. ", "One. Two. Three. Four. "):
        assert found(asks.read(happened + between + happened)) == [("asserted", "other")]
        assert found(asks.read(f"{happened}{between}Somebody, the night. ")) == [
            ("asserted", "other"),
            ("weighed", "sounds bad"),
        ]


@pytest.mark.parametrize(
    "text",
    [
        "Is a metal plate better for the twelve words than paper?",
        "硬件钥匙比短信验证码更稳吗",
        "Ist ein Schlüssel aus Metall besser als SMS-Codes?",
        "¿Es mejor una llave física que los códigos?",
        "Стоит ли включить ключ вместо кодов?",
    ],
)
def test_questions_about_security_are_told_as_questions(text):
    told = CLASSIFIER.classify(text)
    assert (told.priority_class, told.informational) == ("security", True)


@pytest.mark.parametrize(
    "text",
    [
        "Ihr habt mein Guthaben gesperrt, risiko hin oder her, wovon zahle ich die Miete?",
        "you froze my salary over some risk score, how do I pay rent now?",
        "你们风控把我的工资冻结了，我怎么交房租",
        "bloquearon mi saldo por riesgo, ¿cómo pago el alquiler?",
    ],
)
def test_a_dispute_with_a_question_in_it_stays_a_dispute(text):
    for said in (text, f"{text} {text}", f"{text}\n\nOk. {text}\n{text}"):
        assert CLASSIFIER.classify(said).priority_class == "dispute"
