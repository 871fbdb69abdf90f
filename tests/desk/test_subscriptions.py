"""What one process waits for, every process writes: subscriptions are in the store, not in a process."""

import pytest

from desk.office import clock_of, desk, store_of
from supportflow import Desk, MemoryChannel, MemoryStore, Policy, SlaPolicy, Target
from supportflow.events import MessageReceived, PolicyPublished, SlaBreached, TopicsSubscribed
from supportflow.exceptions import ConflictError, InvalidInput
from supportflow.flows.desk_stream import LOOK_US
from supportflow.flows.rows import read_row
from supportflow.model.storage import Conflict

TIMED = Policy(sla=[SlaPolicy(name="g", targets=[Target.first_response(minutes=30)])])
SECOND_US = 1_000_000


class Counting(MemoryStore):
    """Counts the readings of the desk's stream."""

    looks = 0

    def events(self, tenant, stream, /, after=0, limit=None):
        self.looks += stream == "desk"
        return super().events(tenant, stream, after=after, limit=limit)


def pair(**worker):
    """A web desk without handlers, and a worker's desk on the same store and clock."""
    web = desk(TIMED, store=Counting())
    return web, beside(web, **worker)


def beside(one: Desk, **ports) -> Desk:
    """Another process: a desk on the same store, clock and ids."""
    return Desk(one.policy, **{**one._ports, **ports})


def desk_events(one: Desk):
    return [read_row(row) for row in store_of(one).events("default", "desk")]


def test_a_command_in_one_process_reaches_the_handler_of_another():
    heard = []
    web, worker = pair(on={MessageReceived: heard.append})
    worker.run_due()
    ticket = web.open(subject="s", requester="ana").ticket
    web.receive(ticket, body="hello", by="ana")
    assert web.run_due().delivered == 0, "the web process has no handler of its own"
    assert worker.run_due().delivered == 1
    assert [event.ticket_id for event in heard] == [ticket.id]


def test_a_reply_in_one_process_leaves_by_the_channel_of_another():
    mail = MemoryChannel()
    web, worker = pair(channels={"email": mail})
    worker.run_due()
    ticket = web.open(subject="s", requester="ana", channel="email").ticket
    web.reply(ticket, body="hi", by="sam")
    assert web.run_due().delivered == 0
    assert worker.run_due().delivered == 1
    assert [message.body for message in mail.sent] == ["hi"]


def test_a_breach_found_by_a_tick_without_handlers_is_heard_elsewhere():
    heard = []
    web, worker = pair(on={SlaBreached: heard.append})
    worker.run_due()
    web.open(subject="s", requester="ana")
    clock_of(web).advance(minutes=31)
    assert [event.kind for event in web.run_due()] == ["sla_breached"]
    worker.run_due()
    assert len(heard) == 1


def test_what_was_subscribed_outlives_the_process_that_did():
    heard = []
    web, worker = pair(on={MessageReceived: heard.append})
    worker.run_due()
    ticket = web.open(subject="s", requester="ana").ticket
    web.receive(ticket, body="while nobody listens", by="ana")
    beside(web, on={MessageReceived: heard.append}).run_due()
    assert len(heard) == 1


def test_it_is_recorded_once_however_often_processes_start():
    web, worker = pair(on={MessageReceived: print, SlaBreached: print}, channels={"email": MemoryChannel()})
    for one in (worker, beside(worker, on={MessageReceived: print}), beside(worker), worker):
        one.run_due()
    assert [event.topics for event in desk_events(web) if isinstance(event, TopicsSubscribed)] == [
        ("channel:email", "event:message_received", "event:sla_breached")
    ]
    beside(worker, channels={"email": MemoryChannel(), "web": MemoryChannel()}).run_due()
    assert desk_events(web)[-1].topics == ("channel:web",)
    assert web.subscriptions() == (
        "channel:email",
        "channel:web",
        "event:message_received",
        "event:sla_breached",
    )


def test_a_desk_that_runs_already_sees_it_within_the_bound():
    web, worker = pair(on={MessageReceived: print})
    ticket = web.open(subject="s", requester="ana").ticket
    worker.run_due()
    clock_of(web).advance(seconds=LOOK_US / SECOND_US)
    web.receive(ticket, body="counts", by="ana")
    assert worker.run_due().delivered == 1


def test_a_tick_sees_it_at_once():
    web, worker = pair(on={SlaBreached: print})
    web.open(subject="s", requester="ana")
    worker.run_due()
    clock_of(web).advance(minutes=30, seconds=1)
    web.run_due()
    assert worker.run_due().delivered == 1


def test_commands_look_no_oftener_than_the_bound_says():
    web, _ = pair()
    store = store_of(web)
    web.open(subject="s", requester="ana", ref="1")
    looked = store.looks
    for _ in range(20):
        web.note(ref="1", body="b", by="sam")
    assert store.looks == looked
    clock_of(web).advance(seconds=LOOK_US / SECOND_US)
    for _ in range(20):
        web.note(ref="1", body="b", by="sam")
    assert store.looks == looked + 1


def test_a_clock_that_goes_back_does_not_blind_a_desk():
    web, worker = pair(on={MessageReceived: print})
    web.open(subject="s", requester="ana", ref="1")
    worker.run_due()
    clock_of(web).advance(hours=-2)
    web.receive(ref="1", body="b", by="ana")
    clock_of(web).advance(hours=2)
    assert worker.run_due().delivered == 1


def test_subscribing_before_any_worker_has_run():
    web, worker = pair(on={MessageReceived: print})
    web.subscribe(MessageReceived, channels=["email"])
    assert web.subscriptions() == ("channel:email", "event:message_received")
    ticket = web.open(subject="s", requester="ana").ticket
    web.receive(ticket, body="b", by="ana")
    assert worker.run_due().delivered == 1


def test_unsubscribing_is_explicit_and_keeps_what_waits():
    web, worker = pair(on={MessageReceived: print})
    worker.run_due()
    ticket = web.open(subject="s", requester="ana").ticket
    web.receive(ticket, body="waits", by="ana")
    assert web.unsubscribe(MessageReceived) == 0
    web.receive(ticket, body="not for anybody", by="ana")
    assert web.subscriptions() == ()
    assert worker.run_due().delivered == 1
    assert worker.run_due().delivered == 0
    web.unsubscribe(MessageReceived)
    assert len(desk_events(web)) == 3, "what is so already is not recorded again"


def test_unsubscribing_can_drop_what_waits():
    web, worker = pair(on={MessageReceived: print, SlaBreached: print})
    worker.run_due()
    for ref in "12":
        web.open(subject="s", requester="ana", ref=ref)
        for _ in range(60):
            web.receive(ref=ref, body="b", by="ana")
    clock_of(web).advance(hours=1)
    web.run_due()
    assert web.unsubscribe(MessageReceived, drop_waiting=True) == 120
    assert worker.run_due().delivered == 2, "other topics wait on"


def test_a_process_that_starts_subscribes_again():
    web, worker = pair(on={MessageReceived: print})
    worker.run_due()
    web.unsubscribe(MessageReceived)
    worker.run_due()
    assert web.subscriptions() == (), "one that runs already does not"
    beside(worker, on={MessageReceived: print}).run_due()
    assert web.subscriptions() == ("event:message_received",)


@pytest.mark.parametrize("wrong", [PolicyPublished, str, "sla_breached", None])
def test_only_events_of_tickets_can_be_subscribed(wrong):
    for method in (desk().subscribe, desk().unsubscribe):
        with pytest.raises(InvalidInput):
            method(wrong)


@pytest.mark.parametrize("wrong", ["email", [""], [7], 7, ["a" * 101]])
def test_channels_are_named(wrong):
    for method in (desk().subscribe, desk().unsubscribe):
        with pytest.raises(InvalidInput):
            method(channels=wrong)


def test_two_that_start_at_the_same_time_both_get_theirs():
    store = MemoryStore()
    one = desk(store=store, on={MessageReceived: print})
    two = desk(store=store, on={SlaBreached: print})
    commit, first = store.commit, []

    def meanwhile(change):
        if not first:
            first.append(True)
            two.run_due()
        return commit(change)

    store.commit = meanwhile
    one.run_due()
    assert one.subscriptions() == two.subscriptions() == ("event:message_received", "event:sla_breached")
    assert [row.seq for row in store.events("default", "desk")] == [1, 2, 3]


def test_a_desk_stream_that_is_always_contested_ends_in_an_error():
    class Contested(MemoryStore):
        def commit(self, commit, /):
            return Conflict(commit.changes[0].stream)

    with pytest.raises(ConflictError) as contested:
        desk(store=Contested()).run_due()
    assert contested.value.stream == "desk"


def test_subscriptions_of_tenants_are_apart():
    web, worker = pair(on={MessageReceived: print}, tenant="other")
    worker.run_due()
    assert web.subscriptions() == ()
    assert worker.subscriptions() == ("event:message_received",)
