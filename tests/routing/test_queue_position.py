"""A customer's place in the queue: exact after whatever happened in whichever process, at the cost of what happened."""

import threading
from datetime import timedelta

import pytest

from routing.desks import START, agent, ask, desk_of, policy
from supportflow import Agent, Desk, MemoryStore, Policy, Skill, SqlStore
from supportflow.exceptions import Refused, StoreUnavailable, TicketNotFound
from supportflow.flows.routing import places
from supportflow.testing import CountingIds, ManualClock


class Counting(MemoryStore):
    """Counts the calls of the port."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def __getattribute__(self, name):
        if not name.startswith("_") and name not in {"calls", "tentative"}:
            self.calls.append(name)
        return super().__getattribute__(name)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request, tmp_path):
    if request.param == "memory":
        made = MemoryStore()
    elif request.param == "sqlite":
        made = SqlStore(f"sqlite:///{tmp_path / 'desk.db'}")
    else:
        made = SqlStore(request.getfixturevalue("emptied"))
    yield made
    made.close()


def two_desks(store, **fields):
    """One where people work, one that is asked."""
    clock = ManualClock(START)
    return [Desk(policy(**fields), store=store, clock=clock, ids=CountingIds(name)) for name in "xy"], clock


def test_it_is_exact_after_what_others_did(store):
    (one, asked), clock = two_desks(store)
    one.enrol(agent("ann"))
    first, second, third = (ask(one, requester=f"r{number}") for number in range(3))
    assert [asked.queue_position(ticket) for ticket in (first, second, third)] == [1, 2, 3]
    clock.advance(seconds=1)
    one.set_priority(third, level=1, by="lead")
    assert [asked.queue_position(ticket) for ticket in (first, second, third)] == [2, 3, 1]
    one.resolve(first, by="lead")
    assert [asked.queue_position(ticket) for ticket in (first, second, third)] == [None, 2, 1]
    one.set_presence("ann", "available")
    one.dispatch()
    assert [asked.queue_position(ticket) for ticket in (second, third)] == [None, None], "both are offered"
    one.decline(second, by="ann")
    assert asked.queue_position(second) == 1
    fourth, fifth = (ask(asked, requester=f"r{number}") for number in (4, 5))
    assert asked.queue_position(fourth) == 1, "whom the only agent has declined is not before it"
    assert one.queue_position(fifth) == asked.queue_position(fifth) == 2, "its own commands, too"


def test_somebody_free_who_could_take_it_does_not_make_it_wait_no_longer(store):
    """What has not been offered waits: it is first."""
    (one, asked), _ = two_desks(store)
    one.enrol(agent("ann"))
    one.set_presence("ann", "available")
    assert asked.queue_position(ask(one)) == 1


def test_only_those_count_whom_the_same_people_could_take(store):
    (one, asked), _ = two_desks(store)
    one.enrol(agent("ann"))
    one.enrol(agent("zoe", languages=("zh",)))
    english, chinese = ask(one), ask(one, language="zh")
    assert [asked.queue_position(ticket) for ticket in (english, chinese)] == [1, 1]
    one.enrol(agent("bea", languages=("en", "zh")))
    assert [asked.queue_position(ticket) for ticket in (english, chinese)] == [1, 2]
    one.enrol(agent("bea", languages=("zh",)))
    assert [asked.queue_position(ticket) for ticket in (english, chinese)] == [1, 1]


def test_a_certificate_that_lapses_is_noticed_when_it_is(store):
    (one, asked), clock = two_desks(store)
    ends = clock.now() + timedelta(minutes=10)
    one.enrol(Agent("ann", languages=("en",), skills={"c2c": Skill(level=2, valid_until=ends)}))
    plain, skilled = ask(one), ask(one, category="c2c")
    assert asked.queue_position(skilled) == 2
    clock.set(ends - timedelta(microseconds=1))
    assert asked.queue_position(skilled) == 2
    clock.set(ends)
    assert asked.queue_position(skilled) == 1, "nobody can take both any more"
    assert asked.queue_position(plain) == 1
    clock.set(ends - timedelta(minutes=5))
    assert asked.queue_position(skilled) == 2, "the clock was set back"


def test_a_question_costs_what_has_happened():
    store = Counting()
    (one, asked), _ = two_desks(store)
    one.enrol(agent("ann"))
    tickets = [ask(one, requester=f"r{number}") for number in range(30)]
    assert asked.queue_position(tickets[-1]) == 30
    store.calls.clear()
    assert asked.queue_position(tickets[5]) == 6
    assert store.calls == ["load", "feed"], "nothing has happened"
    one.resolve(tickets[0], by="lead")
    store.calls.clear()
    assert asked.queue_position(tickets[5]) == 5
    assert store.calls == ["load", "feed", "load_many"]
    one.enrol(agent("bea"))
    store.calls.clear()
    assert asked.queue_position(tickets[5]) == 5
    assert store.calls == ["load", "feed", "load_agent"]


def test_what_is_not_in_the_feed_is_read_after_a_while():
    store = Counting()
    (one, asked), clock = two_desks(store)
    one.enrol(agent("ann"))
    ticket = ask(one)
    assert asked.queue_position(ticket) == 1
    clock.advance(minutes=59)
    store.calls.clear()
    assert asked.queue_position(ticket) == 1
    assert "search" not in store.calls
    clock.advance(minutes=1)
    assert asked.queue_position(ticket) == 1
    assert "search" in store.calls


def test_after_much_has_happened_it_is_read_anew(monkeypatch):
    monkeypatch.setattr(places, "PAGE", 10)
    store = Counting()
    (one, asked), _ = two_desks(store)
    one.enrol(agent("ann"))
    first = ask(one)
    assert asked.queue_position(first) == 1
    some = [ask(one, requester=f"s{number}") for number in range(12)]
    store.calls.clear()
    assert asked.queue_position(some[-1]) == 13
    assert "search" not in store.calls
    assert store.calls.count("feed") > 1
    for number in range(60):
        last = ask(one, requester=f"r{number}")
    store.calls.clear()
    assert asked.queue_position(last) == 73
    assert store.calls.count("feed") == places.MOST
    assert "search" in store.calls


def test_an_outage_in_the_middle_loses_nothing():
    store = Counting()
    (one, asked), _ = two_desks(store)
    one.enrol(agent("ann"))
    first, second = ask(one), ask(one, requester="r2")
    assert asked.queue_position(second) == 2
    one.resolve(first, by="lead")
    real = store.load_many

    def broken(*_):
        raise StoreUnavailable

    store.load_many = broken
    with pytest.raises(StoreUnavailable):
        asked.queue_position(second)
    store.load_many = real
    assert asked.queue_position(second) == 1


def test_inside_a_host_s_transaction_it_sees_what_that_has_written(tmp_path):
    from sqlalchemy import create_engine

    url = f"sqlite:///{tmp_path / 'desk.db'}"
    (one, _), _ = two_desks(SqlStore(url))
    one.enrol(agent("ann"))
    first = ask(one)
    assert one.queue_position(first) == 1
    engine = create_engine(url)
    with engine.connect() as connection:
        joined = one.within(connection)
        urgent = joined.open(
            subject="s", requester="ben", language="en", level=1, priority_class="general"
        ).ticket
        assert [joined.queue_position(ticket.id) for ticket in (urgent, first)] == [1, 2]
        connection.rollback()
    assert one.queue_position(first) == 1
    engine.dispose()
    one.close()


def test_threads_ask_at_once_while_others_work():
    store = MemoryStore()
    (one, asked), _ = two_desks(store)
    one.enrol(agent("ann"))
    tickets = [ask(one, requester=f"r{number}") for number in range(20)]
    wrong = []

    def question():
        for _ in range(40):
            place = asked.queue_position(tickets[-1])
            if place is None or not 1 <= place <= 20:
                wrong.append(place)

    threads = [threading.Thread(target=question) for _ in range(4)]
    for thread in threads:
        thread.start()
    for ticket in tickets[:-1]:
        one.resolve(ticket, by="lead")
    for thread in threads:
        thread.join()
    assert wrong == []
    assert asked.queue_position(tickets[-1]) == 1


def test_who_is_not_there_and_where_nobody_routes():
    desk, _ = desk_of(policy(), agent("ann"))
    with pytest.raises(TicketNotFound):
        desk.queue_position("nobody")
    with pytest.raises(TicketNotFound):
        desk.queue_position(ref="nobody")
    plain = Desk(Policy())
    ticket = plain.open(subject="s", requester="ana").ticket
    with pytest.raises(Refused):
        plain.queue_position(ticket)
