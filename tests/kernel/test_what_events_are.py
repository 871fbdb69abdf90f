"""What an event is, said at its class: a fact or what follows from facts, and whether somebody says something with it."""

from escalation.climbs import ladder, policy, tells
from kernel.scene import SAM, Scene, at, book
from supportflow import Party
from supportflow._time import to_us
from supportflow.kernel.replay import rebuild
from supportflow.model import commands as c
from supportflow.model.events import EVENT_TYPES


def test_what_follows_from_facts_is_no_fact():
    """Whatever clocks, ladders and deadlines record, and what is said about verdicts. All else is a fact."""
    derived = {kind for kind, event in EVENT_TYPES.items() if not event.IS_FACT}

    clocks = {
        "clocks_moved",
        "sla_warned",
        "sla_breached",
        "sla_overdue",
        "sla_judged",
        "sla_excluded",
        "sla_corrected",
    }
    ladders = {"ladder_started", "ladder_step_reached", "ladder_paused", "ladder_resumed", "ladder_ended"}
    assert derived == clocks | ladders | {"call_back_missed", "party_deadline_passed"}


def test_with_what_somebody_says_something():
    assert {kind for kind, event in EVENT_TYPES.items() if event.SPEAKS} == {
        "contact_joined",
        "evidence_provided",
        "message_received",
        "priority_changed",
        "requester_verified",
        "ticket_absorbed",
        "ticket_updated",
    }


def test_playing_a_past_again_tells_no_ladder_and_each_deadline_once():
    rules = book(policy(ladder(tells(30), tells(60))))
    stage = Scene(rules)
    stage.open()
    stage.do(c.AddParty(by=SAM, party=Party("witness", "bank-2"), due_at=at(45)), 5, ticket="t1")
    stage.do(c.Advance(), 120, ticket="t1")
    told = [event.kind for event in stage.streams["t1"]]
    assert (told.count("party_deadline_passed"), told.count("ladder_step_reached")) == (1, 2)

    again = rebuild(stage.streams["t1"], rules.current, "default", to_us(at(120)))

    assert [event.kind for event in again.events] == [kind for kind in told if not kind.startswith("ladder_")]
