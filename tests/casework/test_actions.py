"""Actions of the host: authority, approval, what is done, what fails, what takes it back."""

import pytest

from supportflow import Agent, Authority, Desk, MemoryActions, MemoryStore, Policy
from supportflow.exceptions import InvalidInput, NotVerified, PolicyError, Refused
from supportflow.flows.due.deliveries import ATTEMPTS
from supportflow.policy.document.authority import HostAction
from supportflow.testing import CountingIds, ManualClock

AUTHORITY = Authority(
    levels=["basic", "document"],
    host={
        "compensate": HostAction(limits={"expert": 5_000, "compliance": -1}, undone_by="charge_back"),
        "charge_back": HostAction(limits={"compliance": -1}),
        "unlock": HostAction(limits={"expert": 0, "compliance": -1}, needs="document"),
        "freeze": HostAction(
            limits={"expert": -1},
            undone_by="unfreeze",
            when={"all": [{"field": "priority_class", "eq": "security"}, {"field": "level", "le": 2}]},
        ),
        "unfreeze": HostAction(limits={"compliance": -1}),
    },
)


@pytest.fixture
def host():
    return MemoryActions()


@pytest.fixture
def desk(host):
    desk = Desk(
        Policy(authority=AUTHORITY),
        actions=host,
        clock=ManualClock("2026-03-02T09:00:00Z"),
        ids=CountingIds(),
    )
    desk.enrol(Agent("sam"))
    desk.enrol(Agent("kim"))
    desk.enrol(Agent("lin", tiers=("compliance",)))
    desk.clock = desk._ports["clock"]
    return desk


@pytest.fixture
def ticket(desk):
    return desk.open(
        subject="x", body="y", requester="ana", priority_class="general", level=3, ref="4711"
    ).ticket


def kinds(outcome):
    return [event.kind for event in outcome.events]


def state(desk, ticket):
    return [(one.action, one.state) for one in desk.get(ticket).actions]


def test_within_the_limit_the_host_is_asked_at_once_and_recorded(desk, host, ticket):
    asked = desk.request_action(ticket, action="compensate", amount=5_000, by="sam", reason="a late payout")
    assert kinds(asked) == ["action_requested"]
    assert state(desk, ticket) == [("compensate", "approved")]
    assert host.done == {}  # not before it is committed
    desk.run_due()
    (call,) = host.done.values()
    assert (call.action, call.amount, call.requester, call.ref, call.by) == (
        "compensate",
        5_000,
        "ana",
        "4711",
        "sam",
    )
    assert state(desk, ticket) == [("compensate", "done")]
    assert desk.history(ticket)[-1].receipt == "receipt-1"
    assert desk.run_due().delivered == 0


def test_above_the_limit_it_waits_for_somebody_with_more_authority(desk, host, ticket):
    asked = desk.request_action(ticket, action="compensate", amount=5_001, by="sam")
    assert asked.events[0].waits
    assert asked.events[0].tiers == ("compliance",)
    assert desk.run_due().delivered == 0
    assert host.done == {}
    with pytest.raises(Refused, match="only tiers compliance"):
        desk.decide_action(ticket, number="1", approve=True, by="kim")
    with pytest.raises(Refused, match="who asks"):
        desk.decide_action(ticket, number="1", approve=True, by="sam")
    assert kinds(desk.decide_action(ticket, number="1", approve=True, by="lin")) == ["action_approved"]
    with pytest.raises(Refused, match="does not wait"):
        desk.decide_action(ticket, number="1", approve=True, by="lin")
    desk.run_due()
    assert state(desk, ticket) == [("compensate", "done")]


def test_what_is_rejected_is_never_done(desk, host, ticket):
    desk.request_action(ticket, action="compensate", amount=9_000, by="sam")
    desk.decide_action(ticket, number="1", approve=False, by="lin", reason="no damage")
    desk.run_due()
    assert (state(desk, ticket), host.done) == ([("compensate", "rejected")], {})


def test_who_is_not_enrolled_decides_nothing_alone(desk, ticket):
    asked = desk.request_action(ticket, action="compensate", amount=1, by="nobody knows me")
    assert asked.events[0].waits
    assert asked.events[0].tiers == ("expert", "compliance")


def test_somebody_outside_asks_for_nothing(desk, ticket):
    from supportflow import Requester

    with pytest.raises(Refused, match="requester cannot"):
        desk.request_action(ticket, action="compensate", amount=1, by=Requester("ana"))
    with pytest.raises(InvalidInput, match="no action of the host"):
        desk.request_action(ticket, action="dance", by="sam")
    with pytest.raises(InvalidInput, match="number"):
        desk.decide_action(ticket, number="7", approve=True, by="lin")
    assert state(desk, ticket) == []


def test_an_action_names_the_verification_that_it_needs(desk, ticket):
    from datetime import timedelta

    with pytest.raises(NotVerified):
        desk.request_action(ticket, action="unlock", by="sam")
    desk.verify(ticket, level="document", method="passport", valid_for=timedelta(hours=1), by="sam")
    assert not desk.request_action(ticket, action="unlock", by="sam").events[0].waits


def test_a_break_in_is_frozen_within_the_same_command_and_once(desk, host):
    opened = desk.open(
        subject="x", body="y", requester="ana", priority_class="security", level=1, channel="in_app"
    )
    assert kinds(opened)[:2] == ["ticket_opened", "action_requested"]
    assert opened.events[1].cause == "policy"
    desk.reply(opened.ticket, body="we are looking at it", by="sam")
    desk.run_due()
    assert state(desk, opened.ticket) == [("freeze", "done")]
    assert len(host.done) == 1


def test_a_ticket_that_becomes_a_break_in_is_frozen_then(desk, ticket):
    raised = desk.set_priority(ticket, priority_class="security", level=2, by="sam")
    assert kinds(raised) == ["priority_changed", "action_requested"]


def test_what_was_done_is_taken_back_under_its_own_key(desk, host):
    ticket = desk.open(subject="x", body="y", requester="ana", priority_class="security", level=1).ticket
    with pytest.raises(Refused, match="nothing to take back"):
        desk.undo_action(ticket, number="1", by="lin")
    desk.run_due()
    undone = desk.undo_action(ticket, number="1", by="lin", reason="it was the customer")
    assert (undone.events[0].action, undone.events[0].undoes) == ("unfreeze", "1")
    with pytest.raises(Refused, match="asked for already"):
        desk.undo_action(ticket, number="1", by="lin")
    desk.run_due()
    freeze, unfreeze = host.done.values()
    assert unfreeze.undoes == freeze.key
    with pytest.raises(Refused, match="no action takes 'unfreeze' back"):
        desk.undo_action(ticket, number="2", by="lin")


def test_a_host_that_stumbles_is_asked_again_under_the_same_key(desk, host, ticket):
    desk.request_action(ticket, action="compensate", amount=1, by="sam")
    host.fail = 2
    for _ in range(3):
        desk.run_due()
        desk.clock.advance(hours=2)
    assert state(desk, ticket) == [("compensate", "done")]
    assert len(host.done) == 1


def test_what_fails_for_good_is_recorded_and_taken_back_and_leaves_no_dead_letter(desk, host, ticket):
    desk.request_action(ticket, action="compensate", amount=700, by="sam")
    host.fail = ATTEMPTS
    for _ in range(ATTEMPTS):
        desk.run_due()
        desk.clock.advance(hours=2)
    assert desk.dead_letters() == ()
    desk.run_due()
    assert state(desk, ticket) == [("compensate", "failed"), ("charge_back", "done")]
    failed = next(event for event in desk.history(ticket) if event.kind == "action_failed")
    assert failed.error == "ConnectionError"
    assert host.done.popitem()[1].amount == 700


def test_a_desk_without_a_host_leaves_the_asking_to_one_that_has_it(host):
    store, clock = MemoryStore(), ManualClock("2026-03-02T09:00:00Z")
    web = Desk(Policy(authority=AUTHORITY), store=store, clock=clock)
    ticket = web.open(subject="x", body="y", requester="ana", priority_class="security", level=1).ticket
    web.run_due()
    worker = Desk(Policy(authority=AUTHORITY), store=store, clock=clock, actions=host)
    worker.run_due()
    assert state(web, ticket) == [("freeze", "done")]


@pytest.mark.parametrize(
    ("host_action", "problem"),
    [
        ({"needs": "retina"}, "unknown level 'retina'"),
        ({"undone_by": "nothing"}, "unknown action 'nothing'"),
        ({"undone_by": "a"}, "is the action itself"),
        ({"when": {"field": "colour", "eq": "red"}}, "colour"),
    ],
)
def test_wrong_actions_are_found_when_the_policy_is_loaded(host_action, problem):
    with pytest.raises(PolicyError, match=problem):
        Desk(Policy(authority={"host": {"a": host_action}}))
