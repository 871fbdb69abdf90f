"""What the policy asks of the host by itself: two things must speak for it, and a text is one of them at most."""

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow import ActionSignal, Agent, Authority, Desk, HostAction, MemoryActions, Policy
from supportflow.exceptions import NotVerified, PolicyError
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

PRESET = preset("exchange")
PHRASES = Path(__file__).parents[1] / "triage" / "phrases"
ACTIONS = [name for name, rule in PRESET.authority.host.items() if rule.when is not None]
THEFT = "Somebody logged in to my account and withdrew everything, it was not me"


def phrases():
    for path in sorted(PHRASES.glob("*.toml")):
        for key, texts in tomllib.loads(path.read_text("utf-8")).items():
            if key in {"incident", "dispute", "security_question", "frightening_harmless", "general"}:
                yield from texts


TEXTS = list(phrases())
written = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).filter(str.strip)


@pytest.fixture
def desk():
    return Desk(PRESET, actions=MemoryActions(), clock=ManualClock("2026-03-02T09:00:00Z"), ids=CountingIds())


def asked(ticket):
    return [one.action for one in ticket.actions]


@pytest.mark.parametrize("action", ACTIONS)
@given(
    texts=st.lists(st.sampled_from(TEXTS) | written, min_size=1, max_size=4),
    join=st.sampled_from(["\n", " ", ". "]),
)
def test_no_text_alone_fires_an_action(action, texts, join):
    desk = Desk(PRESET, clock=ManualClock("2026-03-02T09:00:00Z"), ids=CountingIds())
    ticket = desk.open(subject="x", body=join.join(texts), requester="ana", channel="chat").ticket
    for text in texts:
        ticket = desk.receive(ticket, body=text, by="ana").ticket
    assert action not in asked(ticket)


def test_a_preset_that_acts_by_itself_needs_two_signals():
    assert ACTIONS == ["freeze"]
    assert PRESET.authority.host["freeze"].threshold == 2


def test_one_signal_is_held_back_for_a_person_within_minutes(desk):
    ticket = desk.open(subject=THEFT, requester="ana", channel="chat").ticket
    assert asked(ticket) == []
    assert (ticket.held_back, ticket.review) == (("freeze",), True)
    [held] = [event for event in desk.history(ticket) if event.kind == "action_held_back"]
    assert (held.action, held.signals, held.lacks) == ("freeze", ("told_by_text",), 1)
    due = {reading.target: reading.due_at for reading in desk.clocks(ticket)}
    assert due["first_response"] - ticket.opened_at == timedelta(minutes=5)
    assert any(event.kind == "evidence_requested" for event in desk.history(ticket))


def test_where_nothing_speaks_for_it_nothing_is_held_back(desk):
    ticket = desk.open(subject="-", requester="ana", channel="email", category="account_takeover").ticket
    assert (asked(ticket), ticket.held_back, ticket.review) == ([], (), False)


def test_it_is_held_back_once(desk):
    ticket = desk.open(subject=THEFT, requester="ana", channel="chat").ticket
    ticket = desk.receive(ticket, body=THEFT, by="ana").ticket
    assert [event.kind for event in desk.history(ticket)].count("action_held_back") == 1


@pytest.mark.parametrize("text", [THEFT, "My account was hacked", "币没了", "帮我冻结账户", "手机丢了"])
def test_the_apps_own_channel_and_a_report_are_two(desk, text):
    assert asked(desk.open(subject=text, requester="ana", channel="security").ticket) == ["freeze"]


@pytest.mark.parametrize("text", ["How do I set up 2FA?", "hello", "如何识别诈骗", "what is the fee"])
def test_the_apps_own_channel_alone_is_security_and_freezes_nothing(desk, text):
    ticket = desk.open(subject=text, requester="ana", channel="security").ticket
    assert ticket.priority_class == "security"
    assert asked(ticket) == []


def test_a_verification_that_comes_later_is_the_second_signal(desk):
    ticket = desk.open(subject=THEFT, requester="ana", channel="chat").ticket
    ticket = desk.verify(
        ticket, level="contact", valid_for=timedelta(hours=1), method="mail", by="kim"
    ).ticket
    assert (asked(ticket), ticket.held_back) == (["freeze"], ())


def test_a_session_is_no_proof_of_who_writes(desk):
    ticket = desk.open(subject=THEFT, requester="ana", channel="chat").ticket
    ticket = desk.verify(
        ticket, level="session", valid_for=timedelta(hours=1), method="cookie", by="kim"
    ).ticket
    assert asked(ticket) == []


def test_a_verification_that_has_ended_speaks_for_nothing():
    clock = ManualClock("2026-03-02T09:00:00Z")
    desk = Desk(PRESET, clock=clock, ids=CountingIds())
    ticket = desk.open(subject="hello", requester="ana", channel="chat").ticket
    desk.verify(ticket, level="contact", valid_for=timedelta(minutes=5), method="mail", by="kim")
    clock.advance(minutes=6)
    assert asked(desk.receive(ticket, body=THEFT, by="ana").ticket) == []


def test_the_hosts_own_risk_flag_is_a_signal(desk):
    ticket = desk.open(subject=THEFT, requester="ana", channel="chat", attributes={"risk_flag": True}).ticket
    assert asked(ticket) == ["freeze"]
    quiet = desk.open(
        subject="what is the fee", requester="bo", channel="chat", attributes={"risk_flag": True}
    ).ticket
    assert asked(quiet) == []


def test_what_a_stranger_writes_says_nothing_of_the_requesters_will(desk):
    ticket = desk.open(subject="hello", requester="ana", channel="chat").ticket
    assert not desk.receive(ticket, body=THEFT, by="mallory").ticket.agency


def test_a_wrong_freeze_is_lifted_by_one_person_at_once(desk):
    desk.enrol(Agent("sam"))
    ticket = desk.open(subject=THEFT, requester="ana", channel="security").ticket
    desk.run_due()
    with pytest.raises(NotVerified):
        desk.request_action(ticket, action="lift_freeze", by="sam")
    desk.verify(ticket, level="contact", valid_for=timedelta(hours=1), method="call back", by="sam")
    [lifted] = desk.request_action(ticket, action="lift_freeze", by="sam").events
    assert not lifted.waits
    desk.run_due()
    assert [(one.action, one.state) for one in desk.get(ticket).actions] == [
        ("freeze", "done"),
        ("lift_freeze", "done"),
    ]


def policy(threshold=2, **signals):
    freeze = HostAction(
        limits={"expert": -1},
        when={"field": "priority_class", "eq": "security"},
        signals={name: ActionSignal.model_validate(signal) for name, signal in signals.items()},
        threshold=threshold,
    )
    return Policy(authority=Authority(host={"freeze": freeze}))


TEXT = {"when": {"field": "by_others", "eq": True}}
CATEGORY = {"when": {"field": "category", "eq": "account_takeover"}}
CHANNEL = {"when": {"field": "channel", "eq": "app"}}


def test_however_many_signals_a_text_gives_they_are_one():
    desk = Desk(policy(text=TEXT, category=CATEGORY, app=CHANNEL))
    assert asked(desk.open(subject="my account was hacked", requester="ana").ticket) == []
    assert asked(desk.open(subject="my account was hacked", requester="ana", channel="app").ticket) == [
        "freeze"
    ]


def test_a_weight_is_a_confidence_that_the_policy_names():
    desk = Desk(policy(text=TEXT, app={**CHANNEL, "weight": 2}))
    ticket = desk.open(subject="help me", requester="ana", channel="app", priority_class="security").ticket
    assert asked(ticket) == ["freeze"]


def test_without_signals_an_action_is_asked_for_by_its_condition_alone():
    desk = Desk(policy())
    assert asked(desk.open(subject="my account was hacked", requester="ana").ticket) == ["freeze"]


@pytest.mark.parametrize(
    ("signals", "threshold", "problem"),
    [
        ({"text": TEXT}, 2, "authority.host.freeze.threshold: all signals together say 1, which is less"),
        (
            {"text": TEXT, "app": CHANNEL},
            1,
            "authority.host.freeze.threshold: a text alone says 1; nobody but its writer would have spoken",
        ),
        (
            {"text": {**TEXT, "weight": 2}, "app": CHANNEL},
            2,
            "authority.host.freeze.threshold: a text alone says 2; nobody but its writer would have spoken",
        ),
    ],
)
def test_a_threshold_that_a_text_can_reach_or_nothing_can_is_refused(signals, threshold, problem):
    with pytest.raises(PolicyError) as refused:
        Desk(policy(threshold, **signals))
    assert refused.value.problems == (problem,)


def test_signals_without_a_condition_are_refused():
    freeze = HostAction(signals={"app": ActionSignal.model_validate({**CHANNEL, "weight": 2})})
    with pytest.raises(PolicyError) as refused:
        Desk(Policy(authority=Authority(host={"freeze": freeze})))
    assert refused.value.problems == (
        "authority.host.freeze.signals: speak for nothing; name in when what the action is asked for",
    )
