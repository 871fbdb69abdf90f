"""Deliveries: at least once, in order, with the same key; retried, given up, revived, dropped."""

from datetime import timedelta

import pytest

from desk.office import clock_of, contents, desk, store_of
from supportflow import Attachment, Desk, MemoryChannel, MemoryStore, Policy, SlaPolicy, Target
from supportflow.events import (
    MessageReceived,
    PolicyPublished,
    ReplySent,
    SlaBreached,
    SlaWarned,
    StatusChanged,
)
from supportflow.exceptions import DeliveryNotFound, InvalidInput
from supportflow.flows.due.deliveries import ATTEMPTS, backoff_us
from supportflow.model.people import Actor

TIMED = Policy(sla=[SlaPolicy(name="g", targets=[Target.first_response(minutes=30, warn_at=[0.5])])])


class Flaky:
    """A handler or channel that fails so many times, and remembers every attempt."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.attempts = []
        self.arrived = []

    def __call__(self, what) -> None:
        self.attempts.append(what)
        if self.failures > 0:
            self.failures -= 1
            raise TimeoutError("the text of this error may hold a secret")
        self.arrived.append(what)

    send = __call__


def test_handlers_get_each_event_of_their_kind_in_order():
    moved, received = Flaky(), Flaky()
    one = desk(on={StatusChanged: moved, MessageReceived: received})
    ticket = one.open(subject="s", requester="ana", assignee="sam").ticket
    one.receive(ticket, body="1", by="ana")
    one.wait_for_requester(ticket, by="sam")
    one.receive(ticket, body="2", by="ana")
    assert moved.attempts == []
    tick = one.run_due()
    assert (tick.delivered, tick.retried, tick.dead, len(tick)) == (5, 0, 0, 0)
    assert [event.target for event in moved.arrived] == ["open", "pending", "open"]
    assert len(received.arrived) == 2
    assert all(event in one.history(ticket) for event in (*moved.arrived, *received.arrived))
    assert one.run_due().delivered == 0


def test_replies_leave_by_the_ticket_s_channel():
    web, mail = MemoryChannel(), MemoryChannel()
    one = desk(channels={"web": web, "email": mail})
    ticket = one.open(subject="Hello", body="b", requester="ana", channel="email", ref="4711").ticket
    one.receive(ticket, body="more", by="ana", channel="web")
    one.reply(ticket, body="first", by="sam", attachments=[Attachment(name="a.png", size=3)])
    one.receive(ticket, body="and more", by="ana")
    one.reply(ticket, body="second", by=Actor(kind="bot", id="helper"))
    one.note(ticket, body="hidden", by="sam")
    one.observe(ticket, replied=True)
    assert one.run_due().delivered == 2
    assert web.sent == []
    first, second = mail.sent
    assert (first.subject, first.body, first.requester, first.by) == ("Hello", "first", "ana", "sam")
    assert (first.ticket_id, first.ref, first.in_reply_to) == (ticket.id, "4711", 2)
    assert (first.attachments[0].size, first.recorded_at) == (3, clock_of(one).now())
    assert (second.body, second.by, second.in_reply_to) == ("second", "helper", 3)
    assert first.key != second.key
    assert first.key.startswith(ticket.id)


def test_a_ticket_of_a_channel_that_the_desk_does_not_have_keeps_its_replies():
    one = desk(channels={"web": MemoryChannel()})
    ticket = one.open(subject="s", requester="ana", channel="phone").ticket
    one.reply(ticket, body="b", by="sam")
    assert one.run_due().delivered == 0


def test_what_fails_is_tried_again_with_the_same_key_and_holds_up_only_what_comes_after_it():
    channel = Flaky(failures=2)
    one = desk(channels={"web": channel})
    a, b = (one.open(subject="s", requester="ana").ticket for _ in "ab")
    for body in ("1", "2"):
        one.reply(a, body=body, by="sam")
    tick = one.run_due()
    assert (tick.delivered, tick.retried) == (0, 1)
    one.reply(b, body="other", by="sam")
    tick = one.run_due()
    assert (tick.delivered, tick.retried) == (0, 1), "the other ticket fails for itself"
    clock_of(one).advance(hours=1)
    assert one.run_due().delivered == 3
    assert [message.body for message in channel.attempts] == ["1", "other", "1", "other", "2"]
    of_a = [message for message in channel.arrived if message.ticket_id == a.id]
    assert [message.body for message in of_a] == ["1", "2"]
    first = [message for message in channel.attempts if message.body == "1"]
    assert first[0] == first[1]


def test_a_delivery_is_given_up_after_enough_attempts_and_the_next_goes_on():
    handler = Flaky(failures=ATTEMPTS)
    one = desk(on={MessageReceived: handler})
    ticket = one.open(subject="s", requester="ana").ticket
    one.receive(ticket, body="1", by="ana")
    one.receive(ticket, body="2", by="ana")
    for attempt in range(1, ATTEMPTS):
        tick = one.run_due()
        assert (tick.delivered, tick.retried, tick.dead) == (0, 1, 0), attempt
        assert one.run_due().retried == 0, "not at once"
        clock_of(one).advance(hours=1)
    tick = one.run_due()
    assert (tick.delivered, tick.retried, tick.dead) == (1, 0, 1)
    (letter,) = one.dead_letters()
    assert (letter.error, letter.row.attempts, letter.row.seq) == ("TimeoutError", ATTEMPTS, 2)
    assert "secret" not in repr(contents(store_of(one)))
    one.retry_delivery(letter.row.key)
    assert one.dead_letters() == ()
    assert one.run_due().delivered == 1
    assert [event.recorded_at for event in handler.arrived] == [
        one.history(ticket)[seq].recorded_at for seq in (2, 1)
    ]
    with pytest.raises(DeliveryNotFound):
        one.retry_delivery(letter.row.key)


def test_a_dead_letter_can_be_dropped():
    handler = Flaky(failures=99)
    one = desk(on={MessageReceived: handler})
    ticket = one.open(subject="s", requester="ana").ticket
    one.receive(ticket, body="1", by="ana")
    for _ in range(ATTEMPTS):
        one.run_due()
        clock_of(one).advance(hours=1)
    (letter,) = one.dead_letters(limit=1)
    one.drop_delivery(letter.row.key)
    assert one.dead_letters() == ()
    with pytest.raises(DeliveryNotFound):
        one.drop_delivery(letter.row.key)


def test_a_worker_that_dies_loses_its_claim_not_the_delivery():
    class Died(BaseException):
        pass

    def die(_event):
        raise Died

    store = MemoryStore()
    one = desk(store=store, on={MessageReceived: die})
    ticket = one.open(subject="s", requester="ana").ticket
    one.receive(ticket, body="1", by="ana")
    with pytest.raises(Died):
        one.run_due()
    handler = Flaky()
    two = desk(store=store, on={MessageReceived: handler}, clock=clock_of(one))
    assert two.run_due().delivered == 0, "still claimed"
    clock_of(one).advance(seconds=61)
    assert two.run_due().delivered == 1
    assert len(handler.arrived) == 1


def test_a_claim_that_ran_out_while_a_handler_took_its_time_is_not_settled_twice():
    store = MemoryStore()
    second = Flaky()

    def slow(_event):
        clock.advance(minutes=2)
        assert other.run_due().delivered == 1

    one = desk(store=store, on={MessageReceived: slow})
    clock = clock_of(one)
    other = desk(store=store, on={MessageReceived: second}, clock=clock)
    ticket = one.open(subject="s", requester="ana").ticket
    one.receive(ticket, body="1", by="ana")
    tick = one.run_due()
    assert (tick.delivered, tick.retried, tick.dead) == (0, 0, 0)
    assert len(second.arrived) == 1
    assert store.dead_letters("default", 9) == ()


def test_a_handler_may_use_the_desk():
    def answer(event):
        one.reply(event.ticket_id, body="we are on it", by="sam")

    channel = MemoryChannel()
    one = desk(on={MessageReceived: answer}, channels={"web": channel})
    ticket = one.open(subject="s", requester="ana").ticket
    one.receive(ticket, body="1", by="ana")
    assert one.run_due().delivered == 2
    assert [message.body for message in channel.sent] == ["we are on it"]
    assert one.get(ticket).replies == 1


def test_late_milestones_of_an_adopted_past_are_not_delivered():
    breached, warned, moved = Flaky(), Flaky(), Flaky()
    one = desk(TIMED, on={SlaBreached: breached, SlaWarned: warned, StatusChanged: moved})
    now = clock_of(one).now()
    one.adopt("1", now - timedelta(hours=3), "new", [{"at": now - timedelta(hours=1), "status": "open"}])
    assert "sla_breached" in [event.kind for event in one.history(ref="1")]
    one.run_due()
    assert (breached.attempts, warned.attempts, moved.attempts) == ([], [], [])
    one.open(subject="s", requester="ana", opened_at=now - timedelta(hours=3))
    clock_of(one).advance(minutes=1)
    one.run_due()
    assert (len(breached.attempts), len(warned.attempts)) == (1, 0)


def test_a_tick_takes_no_more_than_its_limit():
    handler = Flaky()
    one = desk(TIMED, on={SlaWarned: handler})
    for _ in range(5):
        one.open(subject="s", requester="ana")
    clock_of(one).advance(minutes=20)
    tick = one.run_due(limit=2)
    assert (tick.tickets, len(tick.events), tick.delivered) == (2, 2, 2)
    assert (one.run_due(limit=0).tickets, one.run_due().tickets) == (0, 3)
    assert list(tick) == list(tick.events)


def test_a_ticket_that_cannot_be_advanced_holds_up_no_other():
    one = desk(TIMED)
    broken, sound = (one.open(subject="s", requester="ana").ticket.id for _ in "ab")
    tenant = store_of(one)._tenants["default"]
    tenant.rows[broken] = type(tenant.rows[broken])(
        **{name: getattr(tenant.rows[broken], name) for name in tenant.rows[broken].__slots__}
        | {"snapshot": b"{}", "version": 99}
    )
    clock_of(one).advance(minutes=20)
    tick = one.run_due()
    assert tick.failed == (broken,)
    assert [event.ticket_id for event in tick.events] == [sound]
    assert tick.errors == ("DamagedRow",)
    assert one.run_due().failed == (), "not at once"
    tried = []
    for second in range(1, 300):
        clock_of(one).advance(seconds=1)
        tried += [second for _ in one.run_due().failed]
    assert tried == [30, 90, 210], "ever more rarely"


def test_a_wake_up_that_is_out_of_date_is_put_right():
    one = desk(TIMED)
    ticket = one.open(subject="s", requester="ana").ticket
    row = store_of(one).load("default", ticket.id)
    assert store_of(one).reschedule("default", ticket.id, row.version, 0)
    tick = one.run_due()
    assert (tick.tickets, tick.events, tick.failed) == (1, (), ())
    assert store_of(one).load("default", ticket.id).wakeup_us == row.wakeup_us


@pytest.mark.parametrize("attempts", [1, 2, 5, 11, 12, 100])
def test_backoff_grows_up_to_an_hour_with_full_jitter(attempts):
    longest = min(2 * 2**attempts, 3_600) * 1_000_000
    assert backoff_us(attempts, 1.0) == longest
    assert backoff_us(attempts, 0.0) == 0
    assert backoff_us(attempts, 0.5) == longest // 2


def test_the_desk_s_own_events_belong_to_no_ticket_and_are_not_delivered():
    with pytest.raises(InvalidInput) as refused:
        Desk(on={PolicyPublished: print})
    assert refused.value.field == "on"


def test_async_handlers_and_channels_are_for_the_async_desk():
    async def handler(_event):
        pass

    class Channel:
        async def send(self, _message):
            pass

    for ports in ({"on": {ReplySent: handler}}, {"channels": {"web": Channel()}}):
        with pytest.raises(InvalidInput) as refused:
            Desk(**ports)
        assert "AsyncDesk" in refused.value.reason


def test_pictures_need_no_words():
    one = desk()
    ticket = one.open(subject="s", requester="ana").ticket
    one.receive(ticket, body="", by="ana", attachments=[Attachment(name="a.png")])
    (message,) = one.messages(ticket)
    assert (message.body, len(message.attachments)) == (None, 1)
    assert one.get(ticket).received == 1
