"""The preset `exchange`: where each kind of ticket goes, what is done at once, and who is told when nobody acts."""

from datetime import timedelta

import pytest

from supportflow import Agent, Desk, MemoryActions
from supportflow.events import LadderStepReached
from supportflow.exceptions import NotVerified, Refused
from supportflow.policy.presets import preset
from supportflow.policy.verify.policy import verify
from supportflow.testing import CountingIds, ManualClock

POLICY = preset("exchange")
CONTINENTS = ("asia", "europe", "americas")


@pytest.fixture
def clock():
    return ManualClock("2026-06-01T10:00:00+08:00")


@pytest.fixture
def desk(clock):
    return Desk(POLICY, clock=clock, ids=CountingIds(), actions=MemoryActions())


def test_nothing_is_wrong_with_it():
    report = verify(POLICY)
    assert report.errors == ()
    assert report.warnings == ()


ROUTES = [
    ("My account was hacked", "chat", "security incident", "expert", "security"),
    ("我的账户被盗了", "email", "security incident", "expert", "security"),
    ("How do I set up 2FA?", "chat", "security question", "bot", None),
    ("怎么设置双重验证", "email", "security question", "bot", None),
    ("How do I set up 2FA?", "security", "security incident", "expert", "security"),
    ("卖家不放币", "chat", "dispute", "expert", "disputes"),
    ("我的账户冻结了", "chat", "frozen assets", "compliance", "compliance"),
    ("How are you regulated?", "chat", "compliance", "compliance", "compliance"),
    ("My withdrawal has not arrived", "chat", "bot first", "bot", None),
    ("My withdrawal has not arrived", "email", "deposits and withdrawals", "expert", "payments"),
    ("提币还没到账，转人工！", "chat", "bot first", "bot", None),
    (
        "I will tell the press. My withdrawal has not arrived",
        "chat",
        "deposits and withdrawals",
        "expert",
        "payments",
    ),
    ("My order was not filled", "web", "trading", "expert", "front"),
    ("My KYC was rejected", "web", "account", "expert", "front"),
    ("The app crashes", "web", "technical", "expert", "front"),
    ("Good morning", "web", "the rest", "expert", "front"),
]


@pytest.mark.parametrize(("text", "channel", "route", "tier", "group"), ROUTES)
def test_every_ticket_has_its_route(desk, text, channel, route, tier, group):
    ticket = desk.open(subject=text, requester="ana", channel=channel).ticket
    requirement = ticket.routing.requirement
    assert (ticket.routing.route, requirement.tier, requirement.group) == (route, tier, group)


@pytest.mark.parametrize(
    ("text", "frozen"),
    [
        ("My account was hacked", True),
        ("币没了", True),
        ("帮我冻结账户", True),
        ("手机丢了", True),
        ("How do I set up 2FA?", False),
        ("如何识别诈骗", False),
        ("How can I tell if my account was hacked?", False),
        ("My funds are frozen", False),
        ("I was scammed", False),
    ],
)
def test_only_a_credible_break_in_freezes(desk, text, frozen):
    ticket = desk.open(subject=text, requester="ana", channel="security").ticket
    assert [one.action for one in ticket.actions] == (["freeze"] if frozen else [])
    elsewhere = desk.open(subject=text, requester="bo", channel="chat").ticket
    assert elsewhere.actions == ()  # a text alone is one signal
    assert elsewhere.held_back == (("freeze",) if frozen else ())


def test_a_freeze_is_taken_back_by_compliance_alone_after_a_look_at_the_face(desk):
    desk.enrol(Agent("sam"))
    desk.enrol(Agent("lin", tiers=["compliance"]))
    ticket = desk.open(subject="My account was hacked", requester="ana", channel="security").ticket
    desk.run_due()
    desk.verify(ticket, level="document", valid_for=timedelta(hours=1), method="id_document", by="kim")
    with pytest.raises(NotVerified):
        desk.undo_action(ticket, number="1", by="sam")
    desk.verify(ticket, level="liveness", valid_for=timedelta(hours=1), method="video", by="kim")
    [asked] = desk.undo_action(ticket, number="1", by="sam").events
    assert (asked.action, asked.waits, asked.tiers) == ("unfreeze", True, ("compliance",))
    with pytest.raises(Refused):
        desk.decide_action(ticket, number="2", approve=True, by="sam")
    desk.decide_action(ticket, number="2", approve=True, by="lin")
    desk.run_due()
    assert [one.state for one in desk.get(ticket).actions] == ["done", "done"]


@pytest.mark.parametrize(("amount", "waits"), [(5_000, False), (5_001, True)])
def test_small_compensations_are_the_agents_own_to_decide(desk, amount, waits):
    desk.enrol(Agent("sam"))
    ticket = desk.open(subject="fees", requester="ana").ticket
    desk.verify(ticket, level="contact", valid_for=timedelta(hours=1), method="mail", by="kim")
    [asked] = desk.request_action(ticket, action="compensate", amount=amount, by="sam").events
    assert asked.waits is waits


@pytest.mark.parametrize("day", ["2026-01-14", "2026-03-14", "2026-07-05", "2026-10-28"])
def test_a_security_lead_is_on_call_in_every_hour_of_the_year(day):
    [rotation] = [one for one in POLICY.rotations if one.name == "security lead"]
    start = ManualClock(f"{day}T00:00:00Z").now()
    stretches = rotation.handovers(POLICY.calendars, start, start + timedelta(days=1))
    assert None not in [stretch.agent for stretch in stretches]
    assert {stretch.agent.split("-")[2] for stretch in stretches} == set(CONTINENTS)


def told(clock, text, channel, minutes):
    pages = []
    desk = Desk(POLICY, clock=clock, ids=CountingIds(), on={LadderStepReached: pages.append})
    ticket = desk.open(subject=text, requester="ana", channel=channel).ticket
    clock.advance(minutes=minutes)
    desk.run_due()
    return desk, ticket, pages


def test_a_break_in_that_nobody_answers_reaches_the_lead_at_half_its_time(clock):
    _, ticket, pages = told(clock, "My account was hacked", "security", 31)
    first = pages[0]
    assert first.reached_at - ticket.opened_at == timedelta(minutes=1)  # of two
    assert first.notified[0].startswith("lead-security-asia")
    assert pages[-1].notified[0].startswith("manager")


def test_whom_no_bot_answers_a_person_does(clock):
    desk, ticket, _ = told(clock, "How do I withdraw?", "chat", 3)
    after = desk.get(ticket)
    assert (ticket.tier, after.tier) == ("bot", "expert")
    assert after.routing.requirement.group == "payments"


def test_a_dispute_that_nears_its_target_reaches_its_lead(clock):
    # Three working days of nine hours, from Monday at ten: half of them are over at 14:30 on Tuesday.
    desk, ticket, pages = told(clock, "投诉卖家", "web", 0)
    desk.resume(ticket, by="sam")
    desk.assign(ticket, agent="sam", by="sam")
    clock.advance(days=3, hours=1)
    desk.run_due()
    seen = [(f"{page.reached_at:%a %H:%M}", page.notified) for page in pages]
    assert seen == [
        ("Tue 06:30", ("sam",)),
        ("Wed 04:15", ("sam", "lead-disputes-2")),
        ("Thu 02:00", ("lead-disputes-2", "manager-1")),
    ]
    assert desk.get(ticket).level == ticket.level - 1
