"""Every event of a ticket says by which name the host knows the ticket."""

from datetime import timedelta

import pytest

from supportflow import (
    Agent,
    Desk,
    MemoryStore,
    Policy,
    Requester,
    Route,
    RoutingPolicy,
    SlaPolicy,
    SqlStore,
    Target,
)
from supportflow.events import ContactJoined, ReplySent, SlaBreached
from supportflow.flows.rows import read_row
from supportflow.testing import CountingIds, ManualClock

START = "2026-03-02T09:00:00Z"


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    kept = MemoryStore() if request.param == "memory" else SqlStore(f"sqlite:///{tmp_path / 'desk.db'}")
    yield kept
    kept.close()


def stored(store, stream):
    return [read_row(row) for row in store.events("default", stream)]


def test_events_of_clocks_routing_work_and_time_have_the_ref(store):
    policy = Policy(
        auto_close_after=timedelta(days=1),
        routing=RoutingPolicy(languages=["en"], fallback_language="en", routes=[Route(name="all")]),
        sla=[
            SlaPolicy(
                name="g", targets=[Target.first_response(hours=1, warn_at=[0.5]), Target.resolution(hours=4)]
            )
        ],
    )
    clock, heard = ManualClock(START), []
    desk = Desk(
        policy,
        store=store,
        clock=clock,
        ids=CountingIds(),
        on={SlaBreached: heard.append, ReplySent: heard.append},
    )
    desk.enrol(Agent("x", languages=["en"]))
    desk.set_presence("x", "available")
    outcome = desk.open(subject="s", requester="ana", ref="7", language="en")
    desk.dispatch()
    desk.accept(ref="7", by="x")
    clock.advance(hours=2)
    desk.run_due()
    desk.reply(ref="7", body="b", by="x")
    desk.wait_for_requester(ref="7", by="x")
    desk.receive(ref="7", body="b", by="ana")
    desk.resolve(ref="7", by="x")
    clock.advance(days=2)
    desk.run_due()
    history = stored(store, f"ticket:{outcome.ticket.id}")
    assert {event.kind for event in history} >= {
        "ticket_opened", "ticket_routed", "offer_made", "offer_accepted", "clocks_moved", "sla_warned", "sla_breached",
        "sla_judged", "reply_sent", "status_changed", "message_received",
    }  # fmt: skip
    assert {event.ref for event in history} == {"7"}
    loads = [event for event in stored(store, "agent:x") if event.kind.startswith("load_")]
    assert loads
    assert {event.ref for event in loads} == {"7"}
    assert [event.ref for event in heard] == ["7", "7"]
    desk.open(subject="s", requester="ana", language="en")
    assert {event.ref for event in desk.history(desk.find(open=True).tickets[0])} == {None}


def test_events_on_several_tickets_have_each_its_own(store):
    desk = Desk(store=store, clock=ManualClock(START), ids=CountingIds())
    for ref in ("1", "2"):
        desk.open(subject="s", requester="ana", ref=ref)
    outcome = desk.merge(ref="1", into_ref="2", by="sam")
    assert {(event.ticket_id, event.ref) for event in outcome.events} == {
        (desk.get(ref=ref).id, ref) for ref in ("1", "2")
    }
    split = desk.split(ref="2", new_ref="3", subject="s", by="sam")
    refs = {event.ticket_id: event.ref for event in split.events}
    assert refs == {desk.get(ref=ref).id: ref for ref in ("2", "3")}


def test_a_contact_that_joined_has_a_ref_of_its_own(store):
    policy = Policy.model_validate({"identity": {"window": timedelta(days=3), "join_unknown": True}})
    desk = Desk(policy, store=store, clock=ManualClock(START), ids=CountingIds())
    desk.open(subject="s", requester=Requester("ana"), ref="mail-1")
    joined = desk.open(subject="s", requester=Requester("ana"), ref="chat-1").events
    assert [event.ref for event in joined if isinstance(event, ContactJoined)] == ["chat-1"]
    assert {event.ref for event in joined if not isinstance(event, ContactJoined)} == {"mail-1"}


def test_recordings_of_events_without_a_ref_are_read_with_it(store):
    desk = Desk(store=store, clock=ManualClock(START), ids=CountingIds())
    ticket = desk.open(subject="s", requester="ana", ref="7").ticket
    desk.note(ticket, body="b", by="sam")
    rows = store.events("default", f"ticket:{ticket.id}")
    old = [row._replace(data=row.data.replace(b'"ref":"7",', b"")) for row in rows]
    assert [read_row(row).ref for row in old[1:]] == [None]

    class Old:
        def __getattr__(self, name):
            return getattr(store, name)

        def events(self, *_args, **_named):
            return [rows[0], *old[1:]]

    history = Desk(store=Old(), clock=ManualClock(START)).history(ref="7")
    assert [event.ref for event in history] == ["7", "7"]
    assert history == desk.history(ref="7")
