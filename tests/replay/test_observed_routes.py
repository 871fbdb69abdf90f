"""What an observed change of status is said to be: the trigger that a command could have fired for it."""

import pytest

from supportflow.desk import Desk
from supportflow.events import StatusChanged
from supportflow.exceptions import Refused, TransitionRefused
from supportflow.lifecycle import LifecycleDefinition
from supportflow.policy import Policy
from supportflow.testing import ManualClock


def moved(desk: Desk, ref: str, status: str) -> StatusChanged:
    (event,) = [
        event for event in desk.observe(ref=ref, status=status).events if isinstance(event, StatusChanged)
    ]
    return event


@pytest.fixture
def desk():
    desk = Desk(clock=ManualClock("2026-03-02T09:00:00Z"))
    desk.open(subject="a printer", requester="ana", ref="1")
    return desk


def test_a_closing_that_skips_resolution_is_forced_and_not_a_merge(desk):
    with pytest.raises(TransitionRefused):
        desk.close_ticket(ref="1", by="sam")
    event = moved(desk, "1", "closed")
    assert event.forced
    assert event.trigger is None
    assert event.refusal.reason == "no_transition"


def test_going_on_after_waiting_is_a_resumption_as_nobody_saw_the_requester_write(desk):
    desk.observe(ref="1", status="pending")
    event = moved(desk, "1", "open")
    assert event.trigger == "resume"
    assert not event.forced


def test_a_lifecycle_in_which_only_the_requester_ends_the_waiting_says_so():
    lifecycle = LifecycleDefinition.model_validate(
        {
            "statuses": {"new": "new", "waiting": "pending", "done": "closed"},
            "initial": "new",
            "transitions": [
                {"trigger": "wait_for_requester", "from": ["new"], "to": "waiting"},
                {"trigger": "requester_replied", "from": ["waiting"], "to": "new"},
                {"trigger": "close", "from": ["new", "waiting"], "to": "done"},
            ],
        }
    )
    desk = Desk(Policy(lifecycle=lifecycle), clock=ManualClock("2026-03-02T09:00:00Z"))
    desk.open(subject="a printer", requester="ana", ref="1")
    desk.observe(ref="1", status="waiting")
    assert moved(desk, "1", "new").trigger == "requester_replied"


def test_merging_needs_a_ticket_to_merge_into(desk):
    with pytest.raises(Refused):
        desk.trigger(ref="1", trigger="merge", by="sam")
    assert desk.get(ref="1").status == "new"
