"""Surges on a desk: declared, laid over tickets, over; late, twice, in two processes, after a restart."""

from datetime import timedelta

import pendulum
import pytest

from supportflow import Agent, Condition, OrderRule, Requester, RoutingPolicy, Surge
from supportflow.events import SlaBreached, SlaWarned, SurgeDeclared, SurgeEnded, TicketsMoved
from supportflow.exceptions import InvalidInput, Refused
from surge.square import NIGHT, Square, policy

LEAD = Agent("lin")
HOUR = timedelta(hours=1)


def kinds(square: Square) -> list[str]:
    """The kinds of the desk's own events, after its first."""
    return [event.kind for event in square.stream()][1:]


# --- what it changes -----------------------------------------------------------------------


def test_new_tickets_get_the_version_with_the_surge_and_open_ones_go_there():
    square = Square()
    old = square.open()
    assert square.due(old) == 4 * HOUR
    square.after(minutes=10).desk.declare_surge("crash", by=LEAD)
    new = square.open()
    assert square.due(new) == 12 * HOUR
    assert square.due(old) == 12 * HOUR, "the time that was counted stays counted"
    assert square.due(old, "first_response") == 2 * HOUR
    assert square.desk.get(old).policy == square.desk.get(new).policy == square.desk.policy.fingerprint
    assert square.desk.policy.name == "default + crash"
    assert square.store.get_policy("default", square.desk.policy.fingerprint) is not None


def test_a_surge_for_new_tickets_leaves_the_others_alone():
    square = Square()
    old = square.open()
    square.after(minutes=1).desk.declare_surge("night", by=LEAD)
    square.after(minutes=1)
    square.desk.note(old, body="still here", by=LEAD)
    assert square.due(old) == 4 * HOUR
    assert square.due(square.open()) == 2 * HOUR


def test_when_it_ends_every_open_ticket_goes_back_with_what_it_has_counted():
    square = Square()
    old = square.open()
    square.after(minutes=10).desk.declare_surge("crash", by=LEAD)
    square.desk.declare_surge("night", by=LEAD)
    new = square.open()
    base = square.stream()[0].fingerprint
    square.after(minutes=30)
    assert square.desk.end_surge("crash", by=LEAD)
    assert square.desk.end_surge("night", by=LEAD)
    for ticket in (old, new):
        assert square.desk.get(ticket).policy == base
        assert square.due(ticket) == 4 * HOUR
        assert not square.desk.end_surge("crash", by=LEAD), "it is over"
    assert square.desk.surges() == ()


def test_a_breach_that_was_recorded_stays_and_a_target_that_comes_back_is_broken_only_then():
    square = Square()
    ticket = square.open()
    square.desk.declare_surge("crash", by=LEAD)
    square.after(minutes=90)
    assert not [one for one in square.desk.run_due() if isinstance(one, SlaBreached)], (
        "two hours are promised"
    )
    square.desk.end_surge("crash", by=LEAD)
    square.after(microseconds=1).desk.run_due()
    (breach,) = (one for one in square.desk.history(ticket) if isinstance(one, SlaBreached))
    assert breach.reached_at == square.desk.get(ticket).opened_at + timedelta(minutes=90)


def test_weights_and_places_inside_a_class():
    square = Square()
    first, trade = square.open(), square.open("trade")
    safe = square.open("takeover")
    assert [one.id for one in square.desk.find()] == [safe, first, trade]
    square.desk.declare_surge("crash", by=LEAD)
    assert [one.id for one in square.desk.find()] == [safe, trade, first], "security stays before all"
    square.desk.note(first, body="looked at", by=LEAD)
    assert square.desk.get(first).routing.requirement.weight == 1
    square.desk.end_surge("crash", by=LEAD)
    assert [one.id for one in square.desk.find()] == [safe, first, trade]


def test_reserves_are_on_duty_while_it_lasts_and_an_offer_is_shorter():
    square = Square()
    square.desk.enrol(Agent("reserve", tiers=("expert",), shifts=("reserve",), capacity=4))
    square.desk.set_presence("reserve", "available")
    ticket = square.open()
    assert square.desk.dispatch().offered == 0
    assert "duty" in str(square.desk.why_not(ticket, agent="reserve"))
    square.desk.declare_surge("crash", by=LEAD)
    assert square.desk.dispatch().offered == 1
    offer = square.desk.get(ticket).routing.offer
    assert offer.agent == "reserve"
    assert offer.expires_us - offer.made_us == 20_000_000
    square.desk.end_surge("crash", by=LEAD)
    square.after(minutes=1).desk.run_due()
    assert square.desk.dispatch().offered == 0, "they are at home again"


def test_reserves_serve_the_tickets_that_a_surge_for_new_ones_leaves_alone():
    night = NIGHT.model_copy(update={"calls_in": ("reserve",)})
    square = Square(policy(surges={"night": night}))
    square.desk.enrol(Agent("reserve", tiers=("expert",), shifts=("reserve",)))
    square.desk.set_presence("reserve", "available")
    ticket = square.open()
    square.desk.declare_surge("night", by=LEAD)
    assert square.desk.dispatch().offered == 1
    assert square.desk.get(ticket).routing.offer.agent == "reserve"


def test_greetings():
    square = Square()
    desk = square.desk
    assert desk.greeting("zh-Hans-CN") == "您好。"
    desk.declare_surge("crash", by=LEAD)
    assert desk.greeting("zh-Hans") == "今天咨询量很大。"
    assert desk.greeting("de") == "Guten Tag.", "the surge says nothing in German"
    assert desk.greeting() == desk.greeting("fr") == "Many people write to us today."
    square.after(hours=2, microseconds=1)
    assert desk.greeting("zh") == "您好。", "whether or not anybody has noticed yet"
    assert Square(policy(greetings={}, surges={})).desk.greeting("en") is None


# --- its time ------------------------------------------------------------------------------


def test_it_ends_by_itself_strictly_after_its_last_instant():
    square = Square()
    surge = square.desk.declare_surge("crash", by=LEAD, for_=HOUR, reason="the market fell by a tenth")
    assert (surge.name, surge.until - surge.since, surge.reason) == (
        "crash",
        HOUR,
        "the market fell by a tenth",
    )
    square.after(hours=1)
    assert square.due(square.open()) == 12 * HOUR, "a command at its last instant"
    assert square.desk.surges() == (surge,)
    square.after(microseconds=1)
    assert square.due(square.open()) == 4 * HOUR
    assert square.desk.surges() == ()


def test_its_end_is_noticed_late_and_stands_where_it_was():
    square = Square()
    untouched = square.open()
    surge = square.desk.declare_surge("crash", by=LEAD)
    square.after(hours=3, minutes=30)
    tick = square.desk.run_due()
    ended, moved = square.stream()[-2:]
    assert (ended, ended.recorded_at, ended.cause) == (ended, surge.until, "expired")
    assert isinstance(ended, SurgeEnded)
    assert isinstance(moved, TicketsMoved)
    # From 11:00 on the promise was an hour again; it was broken there, and not when somebody looked.
    warned, breached = (
        next(one for one in square.desk.history(untouched) if isinstance(one, kind))
        for kind in (SlaWarned, SlaBreached)
    )
    assert warned.recorded_at == surge.since + HOUR, "half of two hours, under the surge"
    assert breached.recorded_at == surge.until
    assert [one for one in tick if one.kind == "sla_breached"] == [breached]


@pytest.mark.parametrize("looks", [(), (61,), (119, 120), (121,), (1, 60, 125, 180)])
def test_nothing_hangs_on_how_often_somebody_looks(looks):
    square = Square()
    ticket, at = square.open(), 0
    square.desk.declare_surge("crash", by=LEAD)
    for minute in (*looks, 230):
        square.after(minutes=minute - at).desk.run_due()
        at = minute
    events = [
        event.model_dump(exclude={"detected_at"})
        for event in square.desk.history(ticket)
        if event.kind != "clocks_moved" or event.moves
    ]
    seldom = Square()
    seldom.open()
    seldom.desk.declare_surge("crash", by=LEAD)
    seldom.after(minutes=230).desk.run_due()
    assert events == [
        event.model_dump(exclude={"detected_at"})
        for event in seldom.desk.history(ticket)
        if event.kind != "clocks_moved" or event.moves
    ]


def test_declared_again_after_an_end_that_nobody_noticed_it_has_ended_in_between():
    square = Square()
    ticket = square.open()
    surge = square.desk.declare_surge("crash", by=LEAD)
    square.desk.set_priority(ticket, level=2, by=LEAD)
    square.after(hours=2, minutes=30)
    square.desk.declare_surge("crash", by=LEAD)
    (breach,) = (one for one in square.desk.history(ticket) if isinstance(one, SlaBreached))
    assert breach.recorded_at == surge.until
    versions = [
        one.policy for one in square.desk.history(ticket) if one.kind == "clocks_moved" and one.policy
    ]
    base, under = square.stream()[0].fingerprint, square.desk.policy.fingerprint
    assert versions == [under, base, under]


def test_declared_again_it_lasts_longer_and_never_shorter():
    square = Square()
    first = square.desk.declare_surge("crash", by=LEAD)
    square.after(minutes=30)
    assert square.desk.declare_surge("crash", by=LEAD, for_=HOUR) == first
    longer = square.desk.declare_surge("crash", by=LEAD)
    assert (longer.since, longer.until) == (first.since, first.until + timedelta(minutes=30))
    assert kinds(square).count("surge_declared") == 2


@pytest.mark.parametrize(
    "wrong", [3_600, "PT1H", -HOUR, timedelta(0), timedelta(days=32), pendulum.duration(months=1)]
)
def test_a_length_that_cannot_be_used(wrong):
    square = Square()
    with pytest.raises(InvalidInput) as refused:
        square.desk.declare_surge("crash", by=LEAD, for_=wrong)
    assert refused.value.field == "for_"
    assert square.desk.surges() == ()


def test_two_at_a_time_are_laid_over_in_the_order_in_which_they_were_declared():
    square = Square()
    links, trade = square.open("phishing"), square.open("trade")
    square.desk.declare_surge("phishing", by=LEAD)
    square.desk.declare_surge("crash", by=LEAD)
    assert square.desk.policy.name == "default + phishing + crash"
    assert [one.id for one in square.desk.find()] == [trade, links], "the later one's rules come first"
    square.after(hours=1, minutes=1)
    square.desk.run_due()
    assert [one.name for one in square.desk.surges()] == ["crash"]
    assert square.desk.get(trade).policy == square.desk.policy.fingerprint
    assert square.desk.policy.name == "default + crash"


def test_one_for_new_tickets_and_one_for_all():
    square = Square()
    old = square.open()
    square.desk.declare_surge("night", by=LEAD)
    new = square.open()
    square.desk.declare_surge("crash", by=LEAD)
    assert [square.due(one) for one in (old, new, square.open())] == [12 * HOUR, 6 * HOUR, 6 * HOUR]
    square.desk.end_surge("crash", by=LEAD)
    assert [square.due(one) for one in (old, new)] == [4 * HOUR, 2 * HOUR]


def test_a_ticket_that_is_reopened_after_the_surge_is_under_the_policy():
    square = Square()
    ticket = square.open()
    square.desk.declare_surge("crash", by=LEAD)
    square.desk.resolve(ticket, by=LEAD)
    square.desk.end_surge("crash", by=LEAD)
    assert square.desk.get(ticket).policy != square.desk.policy.fingerprint, (
        "a resolved ticket stays where it is"
    )
    square.after(minutes=5).desk.receive(ticket, body="not solved", by=Requester("ana"))
    assert square.desk.get(ticket).policy == square.desk.policy.fingerprint


# --- several processes ---------------------------------------------------------------------


def test_it_reaches_every_process_and_survives_them():
    square = Square(policy(), policy())
    other = square.desks[1]
    square.open("trade")
    surge = square.desk.declare_surge("crash", by=LEAD)
    square.after(seconds=6)
    ticket = other.open(subject="Hello", requester="bo").ticket
    assert ticket.policy == square.desk.policy.fingerprint
    later = square.another(policy())
    assert later.surges() == other.surges() == (surge,)
    assert later.get(ticket.id).policy == ticket.policy
    assert other.end_surge("crash", by=LEAD)
    assert later.surges() == ()
    assert not later.end_surge("crash", by=LEAD)


def test_a_process_that_starts_after_the_end_moves_what_was_left():
    square = Square()
    ticket = square.open()
    surge = square.desk.declare_surge("crash", by=LEAD)
    square.after(hours=5)
    fresh = square.another(policy())
    fresh.run_due()
    assert fresh.get(ticket).policy == fresh.policy.fingerprint
    moved = [
        event for event in fresh.history(ticket) if getattr(event, "policy", None) == fresh.policy.fingerprint
    ]
    assert [event.recorded_at for event in moved] == [square.desk.get(ticket).opened_at, surge.until]


def test_a_process_finds_every_version_that_surges_made_in_the_store():
    square = Square()
    old = square.open()
    square.desk.declare_surge("night", by=LEAD)
    square.desk.declare_surge("crash", by=LEAD)
    fresh = square.another(policy())
    assert fresh.get(old).policy not in {square.stream()[0].fingerprint, fresh.policy.fingerprint}
    assert square.desk.get(old) == fresh.get(old)


def test_a_process_with_another_version_takes_off_what_was_laid_on_the_older_one():
    square = Square()
    ticket = square.open()
    square.desk.declare_surge("crash", by=LEAD)
    base = square.stream()[0].fingerprint
    other = square.another(policy(name="next"))
    other.note(ticket, body="seen", by=LEAD)
    assert other.get(ticket).policy not in {base, other.policy.fingerprint}
    other.end_surge("crash", by=LEAD)
    assert other.get(ticket).policy == base


def test_the_end_is_recorded_once_whoever_notices():
    square = Square(policy(), policy(), policy())
    square.desk.declare_surge("crash", by=LEAD)
    square.after(hours=3)
    for desk in square.desks:
        desk.run_due()
    assert kinds(square) == ["surge_declared", "tickets_moved", "surge_ended", "tickets_moved"]


def test_a_walk_through_the_open_tickets_that_was_broken_off_goes_on():
    square = Square()
    tickets = [square.open() for _ in range(5)]
    square.desk.declare_surge("crash", by=LEAD)
    square.after(hours=2, seconds=1)
    square.desk.run_due(limit=1)
    base = square.desk.policy.fingerprint
    assert sum(square.desk.get(one).policy == base for one in tickets) < 5
    other = square.another(policy())
    for _ in range(3):
        other.run_due(limit=2)
    assert [other.get(one).policy for one in tickets] == [base] * 5
    assert square.stream()[-1].kind == "tickets_moved"


def test_another_version_keeps_the_surges_that_it_has_too():
    square = Square()
    ticket = square.open()
    square.desk.declare_surge("crash", by=LEAD)
    square.desk.declare_surge("night", by=LEAD)
    under = square.desk.get(ticket).policy
    square.desk.use(policy(name="next", surges={"crash": Surge(targets=4.0)}))
    assert square.desk.policy.name == "next + crash"
    assert square.due(square.open()) == 16 * HOUR
    assert [one.name for one in square.desk.surges()] == ["crash"]
    ended = [event for event in square.stream() if isinstance(event, SurgeEnded)]
    assert [(event.name, event.cause) for event in ended] == [("night", "policy")]
    assert square.desk.get(ticket).policy == under, "the version says that it never reaches older tickets"
    square.desk.end_surge("crash", by=LEAD)
    assert square.due(ticket) == 4 * HOUR, "but what is over is taken off"
    assert square.desk.get(ticket).policy == square.stream()[0].fingerprint


def test_a_version_that_takes_over_open_tickets_takes_them_under_the_surge():
    square = Square()
    ticket = square.open()
    square.desk.declare_surge("crash", by=LEAD)
    assert square.desk.use(policy(name="next", edits="now")) == 1
    assert square.desk.get(ticket).policy == square.desk.policy.fingerprint
    assert square.desk.policy.name == "next + crash"


def test_a_version_with_a_surge_is_nobodys_own_policy():
    square = Square()
    square.desk.declare_surge("crash", by=LEAD)
    with pytest.raises(InvalidInput, match="made by a surge"):
        square.desk.use(square.desk.policy)
    with pytest.raises(InvalidInput, match="made by a surge"):
        square.another(square.desk.policy)


def test_what_cannot_be_declared():
    square = Square()
    for wrong in (
        {"name": "flood"},
        {"name": "crash", "for_": timedelta(0)},
        {"name": "crash", "for_": timedelta(days=32)},
        {"name": "crash", "reason": "two\nlines"},
    ):
        with pytest.raises(InvalidInput):
            square.desk.declare_surge(wrong.pop("name"), by=LEAD, **wrong)
    with pytest.raises(Refused):
        square.desk.declare_surge("crash", by=Requester("ana"))
    with pytest.raises(Refused):
        square.desk.end_surge("crash", by=Requester("ana"))
    with pytest.raises(InvalidInput):
        square.desk.end_surge("", by=LEAD)
    assert "surge_declared" not in kinds(square)
    plain = Square(policy(surges={}))
    with pytest.raises(InvalidInput, match="it has none"):
        plain.desk.declare_surge("crash", by=LEAD)


# --- by itself -----------------------------------------------------------------------------


def arrive(square: Square, *minutes: float, category: str = "phishing") -> None:
    """Open a ticket after each of these waits."""
    for wait in minutes:
        square.after(minutes=wait)
        square.open(category)


def test_enough_arrivals_declare_it():
    square = Square()
    arrive(square, 0, 4)
    arrive(square, 1, 1, 1, category="trade")
    square.desk.run_due()
    assert square.desk.surges() == ()
    arrive(square, 3)
    square.desk.run_due()
    (surge,) = square.desk.surges()
    assert (surge.name, surge.arrivals, surge.by.kind) == ("phishing", 3, "system")
    assert square.desk.get(square.open()).policy == square.desk.policy.fingerprint


def test_arrivals_of_another_while_do_not_count():
    square = Square()
    arrive(square, 0, 5, 6)
    square.desk.run_due()
    assert square.desk.surges() == ()


def test_any_ticket_counts_without_a_condition():
    calm = Surge.model_validate({"targets": 2, "when": {"count": 2, "within": "PT1M"}})
    square = Square(policy(surges={"calm": calm}))
    arrive(square, 0, 0, category="trade")
    square.desk.run_due()
    assert [one.name for one in square.desk.surges()] == ["calm"]


def test_what_was_counted_once_or_came_in_the_cooldown_does_not_count_again():
    square = Square()
    arrive(square, 0, 1, 1)
    square.desk.run_due()
    square.desk.end_surge("phishing", by=LEAD)
    square.desk.run_due()
    assert square.desk.surges() == (), "somebody has just said that it is over"
    arrive(square, 1, 27, 1.5, 0.4)
    square.desk.run_due()
    assert square.desk.surges() == ()
    arrive(square, 1, 1)
    square.desk.run_due()
    assert square.desk.surges() == ()
    arrive(square, 1)
    square.desk.run_due()
    assert [one.name for one in square.desk.surges()] == ["phishing"]


def test_two_processes_declare_it_once():
    square = Square(policy(), policy())
    arrive(square, 0, 1, 1)
    for desk in square.desks:
        desk.run_due()
    declared = [event for event in square.stream() if isinstance(event, SurgeDeclared)]
    assert [(event.name, event.arrivals) for event in declared] == [("phishing", 3)]


def test_a_surge_that_orders_nothing_by_class_has_no_way_to():
    assert not {"classes", "rules", "default_class", "tiers"} & set(Surge.model_fields)
    rule = OrderRule(name="all", when=Condition(field="channel", eq="chat"))
    square = Square(policy(surges={"flat": Surge(order=[rule])}, routing=RoutingPolicy()))
    safe, chat = square.open("takeover", channel="app"), square.open()
    square.desk.declare_surge("flat", by=LEAD)
    assert [one.id for one in square.desk.find()] == [safe, chat]
