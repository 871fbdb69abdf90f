"""What is remembered of clocks that run: by whom it is kept, and that it is what the clocks say under that very policy."""

import copy
import gc
import weakref

import pytest

from kernel.scene import SAM, TIMED, Scene, at, book
from supportflow import BusinessCalendar, Policy, SlaPolicy, Target
from supportflow._time import to_us
from supportflow.kernel.due.next import next_due, of_running
from supportflow.kernel.due.queue import earliest_due_us
from supportflow.model.commands import Advance, WaitForRequester
from supportflow.policy import CompiledPolicy


def by_office(opens: str, closes: str) -> Policy:
    """One target, on working days between these."""
    calendar = BusinessCalendar.weekdays(opens, closes, tz="UTC")
    return Policy(
        calendars={"office": calendar},
        sla=[SlaPolicy(name="gold", calendar="office", targets=[Target.resolution(hours=4, warn_at=[0.5])])],
    )


def test_the_same_clocks_are_due_at_other_times_under_another_policy():
    early, late = by_office("09:00", "17:00"), by_office("11:00", "17:00")
    scene = Scene(book(early))
    ticket = scene.tickets[scene.open()]
    policies = [CompiledPolicy(one) for one in (early, late)]

    for _ in range(2):
        dues = [earliest_due_us(ticket, policy) for policy in policies]
        assert dues == [to_us(at(4 * 60)), to_us(at(6 * 60))]
        first = [next_due(ticket, policy) for policy in policies]
        assert [due.at_us for due in first if due is not None] == [to_us(at(2 * 60)), to_us(at(4 * 60))]


def test_other_clocks_of_the_same_policy_are_told_apart_and_so_are_copies_of_what_was_remembered():
    scene = Scene(book(by_office("09:00", "17:00")))
    policy = scene.book.current
    for minutes in range(0, 120, 30):
        ticket = scene.tickets[scene.open(minutes)]
        assert earliest_due_us(ticket, policy) == to_us(at(minutes + 4 * 60))
    # Under the id of other clocks, as in a policy that was copied or pickled.
    policy.of_clocks = dict.fromkeys(
        map(id, [ticket.clocks]), of_running(copy.deepcopy(ticket.clocks)[:0], policy)
    )
    assert earliest_due_us(ticket, policy) == to_us(at(90 + 4 * 60))


def test_the_first_of_several_is_told_before_and_behind_its_breach():
    scene = Scene(book(TIMED))
    name, policy = scene.open(), scene.book.current
    seen = []
    for minutes in (0, 16, 31, 181, 241):
        scene.do(Advance(ticket_id=name), minutes, ticket=name)
        ticket = scene.tickets[name]
        due = next_due(ticket, policy)
        seen.append((earliest_due_us(ticket, policy), None if due is None else due.at_us))
    first = to_us(at(30))
    assert seen == [
        (first, to_us(at(15))),
        (first, to_us(at(30))),
        (first, to_us(at(180))),
        (first, to_us(at(240))),
        (first, None),
    ]


def test_of_clocks_of_which_one_is_paused_nothing_is_remembered():
    scene = Scene(book(TIMED))
    name = scene.open()
    scene.do(WaitForRequester(by=SAM, ticket_id=name), 10, ticket=name)
    clocks = scene.tickets[name].clocks

    assert {clock.state for clock in clocks} >= {"paused"}
    assert of_running(clocks, scene.book.current) is None


@pytest.mark.parametrize("policy", [TIMED, Policy(), by_office("09:00", "17:00")])
def test_a_policy_that_nobody_has_any_more_is_not_kept(policy):
    scene = Scene(book(policy))
    ticket = scene.tickets[scene.open()]
    earliest_due_us(ticket, scene.book.current)
    kept = weakref.ref(scene.book.current)
    del scene
    gc.collect()

    assert kept() is None
