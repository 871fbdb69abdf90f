"""Packs and rules of a policy's own, and texts that no pack reads."""

import pytest

from supportflow import Agent, Desk, Policy
from supportflow.exceptions import PolicyError
from supportflow.policy import CompiledPolicy
from supportflow.policy.presets import preset
from supportflow.triage.lexicon import Lexicon
from supportflow.triage.reading import Pack, Reading, ReadingRule, RuleSet, shipped_packs

SHOP = RuleSet(
    name="shop",
    roles={"gift_card": "a gift card"},
    rules=(
        ReadingRule.model_validate({
            "name": "told to buy gift cards", "category": "scam", "class": "security", "all": ["urged", "gift_card"],
        }),
    ),
)  # fmt: skip
ENGLISH = next(pack for pack in shipped_packs() if pack.tag == "en").load()
GIFTS = ENGLISH.model_copy(update={"roles": {**ENGLISH.roles, "gift_card": ("gift card|cards",)}})
DUTCH = Pack(
    tag="nl",
    name="Nederlands",
    scripts=("Latn",),
    hints=("de, het, een, ik, niet, mijn, en, is",),
    roles={"hacked": ("gehackt",)},
)
TOLD = "He told me to buy gift cards"
HACKED = "mijn account is gehackt en ik weet niet wat ik moet doen"


def classify(policy, text):
    return CompiledPolicy(policy).classifier.classify(text)


def test_a_pack_of_ones_own_replaces_the_shipped_one_and_rules_come_after_those_of_the_lexicons():
    policy = Policy(reading=Reading(packs=(GIFTS,), rules=(SHOP,)))
    assert classify(policy, TOLD).category == "scam"
    assert classify(policy, "my account was hacked").category == "account_takeover"
    assert classify(Policy(), TOLD).priority_class == "general"


def test_a_language_can_be_added():
    assert classify(Policy(), HACKED).priority_class == "general"
    assert classify(Policy(reading=Reading(packs=(DUTCH,))), HACKED).priority_class == "security"


def test_shipped_languages_can_be_left_out():
    policy = Policy(reading=Reading(languages=("zh",)))
    assert classify(policy, "my account was hacked").priority_class == "general"
    assert classify(policy, "账户被黑了").priority_class == "security"


def test_a_lexicon_of_ones_own_can_name_the_shipped_rules():
    policy = Policy(lexicons=[Lexicon(name="mine", reading=("incidents",))])
    assert classify(policy, "my account was hacked").priority_class == "security"
    assert (
        classify(Policy(lexicons=[Lexicon(name="mine")]), "my account was hacked").priority_class == "general"
    )


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        (Policy(reading=Reading(languages=("en", "xx"))), "reading.languages: no pack for 'xx' is shipped"),
        (
            Policy(reading=Reading(packs=(GIFTS,))),
            "reading: en: unknown role 'gift_card'",
        ),
        (
            Policy(reading=Reading(packs=(DUTCH.model_copy(update={"roles": {"hacked": ("@x",)}}),))),
            "reading: nl: hacked: '@x' names the unknown set 'x'",
        ),
        (
            Policy(reading=Reading(rules=(RuleSet(name="r", rules=(ReadingRule(name="x", all=("gone_away",)),)),))),
            "reading: r: rule 'x' names the unknown role 'gone_away'",
        ),
        (
            Policy(lexicons=[Lexicon(name="mine", reading=("incident",))]),
            "lexicons: mine: reading names the unknown rule set 'incident'",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(policy, problem):
    with pytest.raises(PolicyError) as refused:
        CompiledPolicy(policy)
    assert problem in refused.value.problems


UNREAD = [
    "Ik kan mijn geld niet meer opnemen en niemand antwoordt mij al drie dagen",
    "Δεν μπορώ να μπω στον λογαριασμό μου, τι να κάνω;",
    "אני לא מצליח להיכנס לחשבון שלי",
    "আমার অ্যাকাউন্টে ঢুকতে পারছি না",
]


@pytest.mark.parametrize("text", UNREAD)
def test_what_no_pack_reads_says_so_and_never_waits_on_a_bot(text):
    desk = Desk(preset("exchange"))
    ticket = desk.open(subject=text, requester="ana", channel="chat").ticket
    assert "unread" in ticket.flags
    assert ticket.routing.requirement.tier == "expert"


@pytest.mark.parametrize(
    "text",
    [
        "what is the fee for a withdrawal",
        "手续费是多少",
        "ok",
        "20394857203948572",
        "?",
        "cuál es la comisión",
    ],
)
def test_what_a_pack_is_for_is_not_unread(text):
    assert (
        "unread"
        not in Desk(preset("exchange")).open(subject=text, requester="ana", channel="chat").ticket.flags
    )


def test_a_report_in_a_language_without_a_pack_is_no_less_a_report():
    ticket = (
        Desk(preset("exchange"))
        .open(subject="mijn account is hacked", requester="ana", channel="chat")
        .ticket
    )
    assert ticket.priority_class == "security"


def test_a_policy_without_reading_calls_nothing_unread():
    policy = Policy(lexicons=[Lexicon(name="mine")])
    assert Desk(policy).open(subject=UNREAD[0], requester="ana").ticket.flags == ()


def test_agents_see_why():
    desk = Desk(preset("exchange"))
    desk.enrol(Agent("sam"))
    ticket = desk.open(subject=UNREAD[0], requester="ana", channel="chat").ticket
    assert desk.history(ticket)[0].flags == ("unread",)
