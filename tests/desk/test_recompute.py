"""Wake-ups set anew, batch by batch."""

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.office import clock_of, desk, store_of
from supportflow import MemoryStore, Policy, SlaPolicy, Target
from supportflow.exceptions import InvalidInput

TIMED = Policy(
    auto_close_after=timedelta(days=7),
    sla=[SlaPolicy(name="g", targets=[Target.first_response(minutes=30, warn_at=[0.5])])],
)


def office(tickets: int):
    one = desk(TIMED)
    for number in range(tickets):
        one.open(subject="s", requester="ana", ref=str(number))
    return one


def wakeups(one):
    return {row.ref: row.wakeup_us for row in store_of(one)._tenants["default"].rows.values()}


def shift(one, *refs, by=77):
    """What another library or time zone version would have written."""
    rows = store_of(one)._tenants["default"].rows
    for row in list(rows.values()):
        if row.ref in refs:
            store_of(one).reschedule(
                "default", row.id, row.version, None if by is None else row.wakeup_us + by
            )


def all_batches(one, limit):
    cursor, batches = None, []
    while True:
        batches.append(one.recompute(cursor=cursor, limit=limit))
        cursor = batches[-1].cursor
        if cursor is None:
            return batches


@pytest.mark.parametrize("limit", [1, 3, 10, 11, 1_000])
def test_what_differs_is_set_and_nothing_else(limit):
    one = office(10)
    right = wakeups(one)
    shift(one, "2", "7")
    shift(one, "4", by=None)
    batches = all_batches(one, limit)
    assert wakeups(one) == right
    assert sum(batch.seen for batch in batches) == 10
    assert sum(batch.moved for batch in batches) == 3
    assert sum(batch.moved for batch in all_batches(one, limit)) == 0


def test_a_wake_up_that_was_missed_fires():
    one = office(1)
    shift(one, "0", by=None)
    clock_of(one).advance(hours=1)
    assert one.run_due().events == ()
    one.recompute()
    assert [event.kind for event in one.run_due()] == ["sla_warned", "sla_breached"]


def test_resolved_tickets_still_close_and_closed_ones_are_not_read():
    one = office(2)
    for ref in "01":
        one.resolve(ref=ref, by="sam")
    one.close_ticket(ref="1", by="sam")
    right = wakeups(one)
    assert right["0"] is not None
    assert right["1"] is None
    shift(one, "0", by=None)
    rows = store_of(one)._tenants["default"].rows
    closed = one.get(ref="1").id
    rows[closed] = replace(rows[closed], snapshot=b"{")
    assert one.recompute()._replace(cursor="") == (2, 1, (), "")
    assert wakeups(one) == right


def test_a_ticket_that_cannot_be_read_is_named_and_left():
    one = office(3)
    broken = one.get(ref="1").id
    rows = store_of(one)._tenants["default"].rows
    rows[broken] = replace(rows[broken], snapshot=b"{", version=99)  # more than it has events
    shift(one, "0", "1", "2")
    done = one.recompute()
    assert (done.seen, done.moved, done.failed) == (3, 2, (broken,))


def test_a_ticket_that_changes_meanwhile_is_left_to_that_change():
    class Racing(MemoryStore):
        def search(self, *arguments):
            found = super().search(*arguments)
            if one.rounds:
                one.rounds.pop()
                one.note(ref="0", body="meanwhile", by="sam")
            return found

    one = desk(TIMED, store=Racing())
    one.rounds = []
    one.open(subject="s", requester="ana", ref="0")
    right = wakeups(one)
    shift(one, "0")
    one.rounds.append(1)
    assert one.recompute().moved == 0
    assert wakeups(one) == right


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": 1_001}, {"cursor": "x"}, {"cursor": 7}])
def test_what_cannot_be_used_is_refused(wrong):
    with pytest.raises(InvalidInput):
        desk().recompute(**wrong)
