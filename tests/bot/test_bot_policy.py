"""What can be wrong with the bot's section of a policy."""

from copy import deepcopy

import pytest

from bot.bots import PASSWORD, policy
from supportflow import BotPolicy, Desk, Policy, Route, RoutingPolicy
from supportflow.exceptions import PolicyError
from supportflow.texts import phrases
from supportflow.triage.asking import asked_secret


def changed(path, value):
    flow = deepcopy(PASSWORD)
    place = flow
    *before, last = path
    for part in before:
        place = place[part]
    place[last] = value
    return {"flows": [flow]}


WRONG = {
    "bot.flows: 'password' is listed twice": {"flows": [PASSWORD, PASSWORD]},
    "bot.flows.0.steps.1.to: 'which': a flow only leads forward": changed(["steps", 1, "to"], "which"),
    "bot.flows.0.steps.1.to: 'nowhere': unknown step or end": changed(["steps", 1, "to"], "nowhere"),
    "bot.flows.0.steps.0.branches.0.to: 'which': a flow only leads forward": changed(
        ["steps", 0, "branches", 0, "to"], "which"
    ),
    "bot.flows.0.steps.0.branches.0.when: 'fax' is not one of the values of the field": changed(
        ["steps", 0, "branches", 0, "when"], ["fax"]
    ),
    "bot.flows.0: 'which' names two steps or ends": changed(["steps", 1, "name"], "which"),
    "bot.flows.0.steps.0.ask.en: asks for a secret (password)": changed(
        ["steps", 0, "ask"], {"en": "Please send us your password."}
    ),
    "bot.flows.0.steps.0.ask: has no text in 'en', the language of the policy's bot": changed(
        ["steps", 0, "ask"], {"de": "App oder Web?"}
    ),
    "bot.flows.0.steps.0.field.kind: an 'attachment' is nothing that a message says": changed(
        ["steps", 0, "field"], {"name": "file", "kind": "attachment"}
    ),
    "bot.flows.0.steps.0.field.values: are for a 'choice', which needs them": changed(
        ["steps", 0, "field"], {"name": "place", "kind": "choice"}
    ),
    "bot.flows.0.steps.1.field.takes: is for a 'choice'": changed(["steps", 1, "field", "takes"], "last"),
    "bot.flows.0.steps.0.field.weak: is for a 'choice' that takes the last": changed(
        ["steps", 0, "field", "weak"], ["app"]
    ),
    "bot.flows.0.steps.0.field.weak: 'fax' is not among the values": changed(
        ["steps", 0, "field"],
        {
            "name": "place",
            "kind": "choice",
            "values": ["app", "web", "网页"],
            "takes": "last",
            "weak": ["fax"],
        },
    ),
    "bot.flows.0.steps.1.field.min_length: is more than max_length": changed(
        ["steps", 1, "field", "min_length"], 9
    ),
    "bot.flows.0.ends.0.action: unknown action 'fly'": changed(["ends", 0, "action"], "fly"),
    "bot.texts.greeting.zh: asks for a secret (password)": {"texts": {"greeting": {"zh": "请提供您的密码"}}},
    "bot.hand_over_to: unknown tier 'bot'": {"hand_over_to": "bot"},
}


@pytest.mark.parametrize("problem", WRONG)
def test_a_mistake_is_found_when_the_policy_is_loaded(problem):
    with pytest.raises(PolicyError) as error:
        Desk(policy(**WRONG[problem]))
    assert any(found.startswith(problem) for found in error.value.problems), error.value.problems


def test_patterns_that_cannot_be_read():
    with pytest.raises(PolicyError) as error:
        Desk(policy(person=["@nobody"]))
    assert error.value.problems[0].startswith("bot: ")


@pytest.mark.parametrize("tiers", [None, ["expert"], ["expert", "bot"]])
def test_a_bot_needs_a_tier_and_somebody_after_it(tiers):
    routing = (
        None
        if tiers is None
        else RoutingPolicy(
            tiers=tiers, routes=[Route(name="all", tier="expert")], four_eyes=[], closed_by_own=[]
        )
    )
    with pytest.raises(PolicyError):
        Desk(Policy(routing=routing, bot=BotPolicy()))


def test_the_tier_that_goes_on_can_be_named():
    assert Desk(policy(hand_over_to="compliance"))._known.book.current.bot.tier == "compliance"


def test_nothing_that_is_shipped_asks_for_a_secret():
    for texts in phrases("bot", "says").values():
        assert set(texts) == {"en", "zh", "zh-Hant"}
        assert [asked_secret(text) for text in texts.values()] == [None] * 3
