"""Ticks side by side: claims, early ends, slow channels, tickets and stores that fail."""

from datetime import timedelta

import pytest

from desk.office import clock_of, desk, store_of
from supportflow import Desk, MemoryChannel, MemoryStore, Policy, SlaPolicy, Target
from supportflow.events import MessageReceived
from supportflow.exceptions import InvalidInput, StoreUnavailable
from supportflow.testing import ManualClock

TIMED = Policy(sla=[SlaPolicy(name="g", targets=[Target.first_response(minutes=30)])])


def beside(one: Desk, **ports) -> Desk:
    """Another process: a desk on the same store, clock and ids."""
    return Desk(one.policy, **{**one._ports, **ports})


def overdue(number: int, **ports) -> Desk:
    one = desk(TIMED, **ports)
    for ref in range(number):
        one.open(subject="s", requester="ana", ref=str(ref))
    clock_of(one).advance(hours=1)
    return one


def test_a_slow_channel_does_not_let_its_claims_run_out():
    sent = []

    class Slow:
        def send(self, message, /):
            sent.append(message.body)
            clock_of(one).advance(seconds=40)
            other.run_due()

    one = desk(channels={"web": Slow()})
    for ref in "123":
        one.open(subject="s", requester="ana", ref=ref)
        one.reply(ref=ref, body=ref, by="sam")
    other = beside(one, channels={"web": Slow()})
    other._channels["web"].send = lambda message: sent.append(message.body)
    tick = one.run_due()
    assert sorted(sent) == ["1", "2", "3"], "each once, although three take longer than a claim holds"
    assert tick.delivered == 3


def test_a_clock_that_falls_and_falls_does_not_keep_a_tick_for_ever():
    class Falling(ManualClock):
        looks = 0

        def now(self):
            self.looks += 1
            assert self.looks < 500, "for ever"
            return self.advance(seconds=-1)

    one = desk(channels={"web": MemoryChannel()})
    for ref in "123":
        one.open(subject="s", requester="ana", ref=ref)
        one.reply(ref=ref, body=ref, by="sam")
    mail = MemoryChannel()
    falling = beside(one, clock=Falling(clock_of(one).advance(hours=1)), channels={"web": mail})
    assert falling.run_due().delivered == 3
    assert [message.body for message in mail.sent] == ["1", "2", "3"]


def test_a_tick_that_is_stopped_gives_its_tickets_back():
    one = overdue(5)
    asked = []

    def stop():
        asked.append(True)
        return len(asked) > 3  # before the claim, and before two tickets

    assert one.run_due(stop=stop).tickets == 2
    assert beside(one).run_due().tickets == 3, "nobody has to wait for a claim to run out"


def test_a_tick_that_is_stopped_before_it_began_does_nothing():
    one = overdue(2)
    one.receive(ref="0", body="b", by="ana")
    tick = one.run_due(stop=lambda: True)
    assert (tick.tickets, tick.delivered) == (0, 0)


def test_two_ticks_at_once_take_different_tickets():
    seen = []

    class Watching(MemoryStore):
        def claim_due(self, *arguments):
            found = super().claim_due(*arguments)
            seen.extend(due.ticket_id for due in found)
            if len(seen) == len(found):  # the first of the two
                seen_by_other.append(other.run_due())
            return found

    seen_by_other = []
    one = overdue(40, store=Watching())
    other = beside(one)
    tick = one.run_due(limit=10)
    assert tick.tickets == 10
    assert seen_by_other[0].tickets == 30
    assert len(seen) == len(set(seen)) == 40


def test_whatever_goes_wrong_with_one_ticket_the_others_go_on():
    class Odd(MemoryStore):
        def commit(self, commit, /):
            if commit.changes and commit.changes[0].stream == f"ticket:{odd}":
                raise KeyError("a row with the requester's name")
            return super().commit(commit)

    odd = ""
    one = overdue(3, store=Odd())
    odd = one.get(ref="1").id
    tick = one.run_due()
    assert (tick.tickets, tick.failed, tick.errors) == (3, (odd,), ("KeyError",))
    assert len(tick.events) == 2


def test_a_store_that_goes_down_is_not_blamed_on_the_tickets():
    class Down(MemoryStore):
        def commit(self, _commit, /):
            raise StoreUnavailable

    one = overdue(3)
    store_of(one).commit = Down().commit
    with pytest.raises(StoreUnavailable):
        one.run_due()


def test_a_command_on_a_ticket_ends_its_waiting():
    one = overdue(1)
    whole = store_of(one).commit
    store_of(one).commit = lambda _commit: 1 / 0
    assert one.run_due().errors == ("ZeroDivisionError",)
    store_of(one).commit = whole
    assert one.run_due().tickets == 0, "it is claimed"
    one.note(ref="0", body="b", by="sam")
    assert [event.kind for event in one.history(ref="0")].count("sla_breached") == 1, (
        "a command lets happen what is due"
    )


def test_two_handlers_of_one_kind_in_two_processes_share_the_events():
    heard = []
    one = desk(on={MessageReceived: lambda event: heard.append(("one", event))})
    other = beside(one, on={MessageReceived: lambda event: heard.append(("other", event))})
    ticket = one.open(subject="s", requester="ana").ticket
    for _ in range(6):
        one.receive(ticket, body="b", by="ana")
    one.run_due(limit=2)
    other.run_due()
    assert [who for who, _ in heard] == ["one"] * 2 + ["other"] * 4


class TestIdleFor:
    HOUR = timedelta(hours=1)

    def test_it_ends_with_the_next_wake_up(self):
        one = desk(TIMED)
        assert one.idle_for(at_most=self.HOUR) == self.HOUR, "nothing will ever be due"
        one.open(subject="s", requester="ana")
        clock_of(one).advance(minutes=10)
        one.open(subject="s", requester="ana")
        # A breach at t is one once t has passed.
        assert one.idle_for(at_most=self.HOUR) == timedelta(minutes=20, microseconds=1)
        assert one.idle_for(at_most=timedelta(minutes=5)) == timedelta(minutes=5)

    def test_who_waits_that_long_finds_the_ticket_due(self):
        one = desk(TIMED)
        one.open(subject="s", requester="ana")
        clock_of(one).advance(one.idle_for(at_most=self.HOUR) - timedelta(microseconds=1))
        assert one.run_due().events == ()
        clock_of(one).advance(timedelta(microseconds=1))
        assert [event.kind for event in one.run_due()] == ["sla_breached"]

    def test_it_is_zero_while_something_is_due(self):
        assert overdue(1).idle_for(at_most=self.HOUR) == timedelta()

    @pytest.mark.parametrize("wrong", [timedelta(-1), timedelta(days=1, microseconds=1), 5, None])
    def test_what_is_no_such_duration_is_refused(self, wrong):
        with pytest.raises(InvalidInput):
            desk().idle_for(at_most=wrong)
