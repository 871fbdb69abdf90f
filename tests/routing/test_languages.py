"""Who gets a ticket in a language: tags are compared by what they mean, and only a named language stands in for another."""

import pytest

from supportflow import Agent, Desk, Policy, Relaxation, Route, RoutingPolicy
from supportflow.exceptions import DefinitionError, PolicyError
from supportflow.policy.verify.policy import verify
from supportflow.routing.coverage import Promise, serves_until
from supportflow.testing import ManualClock


def offered(ticket, agents, declared=(), fallback=None, text="help"):
    """To whom a ticket in a language is offered; agents are tags, "english" first."""
    routing = RoutingPolicy(languages=declared, fallback_language=fallback, routes=[Route(name="all")])
    desk = Desk(Policy(routing=routing), clock=ManualClock("2026-03-02T09:00:00Z"))
    for tag in agents:
        desk.enrol(Agent(f"agent {tag}", languages=[tag]))
        desk.set_presence(f"agent {tag}", "available")
    opened = desk.open(subject=text, requester="a", language=ticket).ticket
    desk.dispatch()
    agent = desk.get(opened).offered_to
    return None if agent is None else agent.removeprefix("agent ")


@pytest.mark.parametrize(
    ("ticket", "agent"),
    [
        ("SR_latn", "sr-Latn"),
        ("zh-TW", "zh"),
        ("zh-SG", "zh-Hans"),
        ("zh-HK", "zh-TW"),
        ("en-GB", "en-US"),
        ("es-419", "es"),
        ("iw", "he"),
        ("tl", "fil"),
        ("deu", "de"),
        ("yue", "zh-Hant"),
        ("nb-NO", "no"),
        ("pt", "pt-BR"),
    ],
)
@pytest.mark.parametrize("declare", [True, False])
def test_the_agent_who_writes_it_gets_it(ticket, agent, declare):
    declared = ["fi", agent] if declare else []
    assert offered(ticket, ["fi", agent], declared, "fi") == agent


@pytest.mark.parametrize(
    ("ticket", "agent"),
    [("uk", "ru"), ("be", "ru"), ("ca", "es"), ("id", "ms"), ("pa-PK", "pa-IN"), ("hr", "sr")],
)
def test_a_near_language_is_no_fallback_unless_the_policy_names_it(ticket, agent):
    assert offered(ticket, ["en", agent], ["en", agent], "en") == "en"
    assert offered(ticket, [agent], [agent]) is None
    assert offered(ticket, ["en", agent], ["en", agent], agent) == agent


def test_a_region_counts_where_the_policy_tells_it_apart():
    assert offered("pt-br", ["pt-PT"], ["pt-PT"]) == "pt-PT"
    assert offered("pt-br", ["pt-PT"], ["pt-PT", "pt-BR"]) is None
    assert offered("pt-br", ["pt-PT", "pt-BR"], ["pt-PT", "pt-BR"]) == "pt-BR"
    assert offered("pt-AO", ["pt-PT", "pt-BR"], ["pt-PT", "pt-BR"]) == "pt-PT"


def test_what_is_read_out_of_a_text_finds_its_agent():
    assert offered(None, ["en", "zh-TW", "zh-CN"], ["en", "zh-TW", "zh-CN"], "en", "提幣沒到帳") == "zh-TW"
    assert offered(None, ["en", "zh-TW", "zh-CN"], ["en", "zh-TW", "zh-CN"], "en", "提币没到账") == "zh-CN"
    assert offered(None, ["en", "zh"], ["en", "zh"], "en", "我啲錢去咗邊") == "zh"
    assert offered(None, ["en", "de"], ["en", "de"], "en", "die app") == "en"


def test_a_roster_counts_who_writes_it():
    promise = Promise(language="zh-CN")
    assert serves_until(Agent("a", languages=["zh_hans"]), promise) is not None
    assert serves_until(Agent("a", languages=["zh-Hant"]), promise) is None


@pytest.mark.parametrize("twins", [["pt-br", "pt-BR"], ["zh_CN", "zh-cn"]])
def test_a_language_in_two_spellings_is_found(twins):
    with pytest.raises((PolicyError, DefinitionError)) as caught:
        Desk(Policy(routing=RoutingPolicy(languages=twins)))
    assert "is listed twice" in str(caught.value)


def test_a_condition_on_another_spelling_says_the_right_one():
    routing = RoutingPolicy(routes=[Route(name="all", when={"field": "language", "eq": "zh-hans"})])
    with pytest.raises((PolicyError, DefinitionError)) as caught:
        Desk(Policy(routing=routing))
    assert "did you mean 'zh-Hans'?" in str(caught.value)


@pytest.mark.parametrize(
    ("declared", "fallback", "relax", "found"),
    [
        (["en", "ru"], None, [], True),
        (["en", "ru"], "en", [], False),
        (["en", "ru"], None, [Relaxation(after="PT5M", any_language=True)], False),
        ([], None, [], False),
    ],
)
def test_check_finds_that_a_language_has_nobody(declared, fallback, relax, found):
    routing = RoutingPolicy(
        languages=declared, fallback_language=fallback, routes=[Route(name="all", relax=relax)]
    )
    report = verify(Policy(routing=routing))
    assert any("waits for ever" in finding.message for finding in report.warnings) is found
