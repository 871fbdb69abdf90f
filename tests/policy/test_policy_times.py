"""Targets against calendars: every fault that is reported is one, every instant shows it, and none is missed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import BusinessCalendar, Condition, FieldSpec, Group, Policy, SlaPolicy, Target
from supportflow._time import from_us, to_us
from supportflow.conditions import evaluate
from supportflow.policy import CompiledPolicy
from supportflow.policy.verify.due_times import DueTimes, Span
from supportflow.policy.verify.policy import verify

OFFICE = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin", name="office")
FAIR = BusinessCalendar(tz="UTC", overrides={date(2026, 3, 2): [("09:00", "12:00")]}, name="fair")
VIP = Condition(field="vip", eq=True)
FIELDS = {"vip": FieldSpec.boolean()}


def found(*targets, fields=FIELDS, groups=(), **more):
    policy = Policy(fields=fields, groups=groups, sla=[SlaPolicy(name="a", targets=targets, **more)])
    return [finding for finding in verify(policy).findings if finding.kind != "uncovered"]


def kinds(*targets, **more):
    return [(finding.severity, finding.kind, finding.path) for finding in found(*targets, **more)]


# --- response and resolution ---------------------------------------------------------------------


def test_a_response_longer_than_the_resolution():
    [finding] = found(Target.first_response(hours=8), Target.resolution(hours=4), calendar=OFFICE)
    assert (finding.severity, finding.kind) == ("error", "response_after_resolution")
    assert finding.path == "sla.0.targets.0"
    assert finding.message == "first_response (8h) is due after resolution (4h)"
    assert finding.witness == {"private": False}


def test_only_for_tickets_that_get_both():
    long, short = Target.first_response(hours=8, when=VIP), Target.resolution(hours=4, when=~VIP)
    assert found(long, short) == []
    # A ticket that an agent opens for internal work owes nobody an answer.
    assert (
        found(
            Target.first_response(hours=8),
            Target.resolution(hours=4),
            when=Condition(field="private", eq=True),
        )
        == []
    )
    [finding] = found(
        Target.first_response(hours=1, when=~VIP), Target.first_response(hours=8), Target.resolution(hours=4)
    )
    assert finding.path == "sla.0.targets.1"
    assert finding.witness == {"vip": True, "private": False}


def test_only_for_tickets_of_the_policy():
    bad = (Target.first_response(hours=8), Target.resolution(hours=4, when=VIP))
    policy = Policy(fields=FIELDS, sla=[SlaPolicy(name="vip", when=VIP), SlaPolicy(name="all", targets=bad)])
    assert [finding.kind for finding in verify(policy).findings] == ["shadowed"]


def test_other_pairs_are_not_compared():
    # To take a ticket on may last longer than to answer it, and the next answer has nothing to do with the resolution.
    assert found(Target.of("time_to_own", hours=1), Target.first_response(hours=2)) == []
    assert found(Target.next_response(hours=9), Target.resolution(hours=4)) == []


def test_a_resolution_around_the_clock_may_come_before_a_response_in_office_hours():
    [finding] = found(
        Target.first_response(hours=4), Target.resolution(hours=24, calendar="24x7"), calendar=OFFICE
    )
    assert (finding.severity, finding.kind) == ("warning", "response_after_resolution")
    assert finding.message.endswith("at times")
    first, second = OFFICE.add(finding.at, hours=4), finding.at + timedelta(hours=24)
    assert first > second
    # Within an hour of it, none is worse.
    for minutes in range(-60, 61):
        at = finding.at + timedelta(minutes=minutes)
        assert OFFICE.add(at, hours=4) - (at + timedelta(hours=24)) <= first - second


def test_never_later_is_not_reported():
    assert (
        found(
            Target.first_response(hours=4), Target.resolution(hours=24 * 7, calendar="24x7"), calendar=OFFICE
        )
        == []
    )


def test_working_days():
    assert kinds(Target.first_response(hours=8), Target.resolution(working_days=1), calendar=OFFICE) == [
        ("warning", "response_after_resolution", "sla.0.targets.0")
    ]
    assert kinds(Target.first_response(end_of_day=2), Target.resolution(end_of_day=0), calendar=OFFICE) == [
        ("error", "response_after_resolution", "sla.0.targets.0")
    ]
    # At the weekend, the first working day is the same for both.
    assert kinds(Target.first_response(end_of_day=1), Target.resolution(end_of_day=0), calendar=OFFICE) == [
        ("warning", "response_after_resolution", "sla.0.targets.0")
    ]
    assert kinds(Target.first_response(end_of_day=0), Target.resolution(end_of_day=1), calendar=OFFICE) == []


def test_the_calendar_of_a_group():
    targets = (
        Target.first_response(hours=4, calendar_of="group"),
        Target.resolution(hours=24, calendar="24x7"),
    )
    groups = [Group(name="day", calendar="office"), Group(name="night")]
    policy = Policy(calendars={"office": OFFICE}, groups=groups, sla=[SlaPolicy(name="a", targets=targets)])
    [finding] = verify(policy).findings
    assert (finding.severity, finding.witness) == ("warning", {"group": "day", "private": False})
    elsewhere = policy.model_copy(
        update={"sla": (SlaPolicy(name="a", when=Condition(field="group", eq="night"), targets=targets),)}
    )
    assert [finding.kind for finding in verify(elsewhere).findings] == ["uncovered"]


SHIFTS = st.sampled_from(
    [
        BusinessCalendar.always(name="always"),
        BusinessCalendar.weekdays("09:00", "17:00", tz="UTC", name="day"),
        BusinessCalendar.weekdays("22:00", "06:00", tz="UTC", name="night"),
        BusinessCalendar(
            tz="UTC", weekly={"mon": [("08:00", "12:00")], "thu": [("10:00", "20:00")]}, name="rare"
        ),
        BusinessCalendar.weekdays("09:00", "12:00", tz="UTC", name="xmas", holidays=[date(2026, 1, 5)]),
    ]
)
DURATIONS = st.fixed_dictionaries({"hours": st.integers(1, 40)}) | st.fixed_dictionaries(
    {"working_days": st.integers(1, 3)}
)


@given(SHIFTS, DURATIONS, SHIFTS, DURATIONS, st.sampled_from(["close", "open"]))
@settings(max_examples=25, deadline=None)
def test_every_half_hour_of_two_weeks_agrees(one, first, other, second, edge):
    """The oracle opens a ticket every half hour, and asks the calendars."""
    response = Target.first_response(**first, calendar=one, edge=edge)
    resolution = Target.resolution(**second, calendar=other, edge=edge)
    policy = Policy(sla=[SlaPolicy(name="a", targets=[response, resolution])])

    def due(target, at):
        if target.working_days is not None:
            return target.calendar.add_days(at, target.working_days)
        return target.calendar.add(at, target.duration, edge=edge)

    start = datetime(2026, 1, 1, tzinfo=UTC)
    times = [start + timedelta(minutes=30 * n) for n in range(2 * 24 * 14)]
    later = [due(response, at) - due(resolution, at) for at in times]
    faults = [finding for finding in verify(policy).findings if finding.kind == "response_after_resolution"]
    if max(later) > timedelta(0):
        [fault] = faults
        worst = due(response, fault.at) - due(resolution, fault.at)
        if fault.severity == "error":
            assert min(later) > timedelta(0)
            assert worst > timedelta(0)
        else:
            assert worst >= max(later)
    for fault in faults:
        assert due(response, fault.at) > due(resolution, fault.at)


DAY = BusinessCalendar.weekdays("09:00", "17:00", tz="UTC", name="day")
TWIN = BusinessCalendar.weekdays("09:00", "17:00", tz="UTC", name="twin", holidays=[date(2026, 8, 3)])
SHORT = BusinessCalendar.weekdays("09:00", "10:00", tz="UTC", name="short", holidays=[date(2026, 8, 3)])
LATER = BusinessCalendar.weekdays("09:45", "17:30", tz="UTC", name="later")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # Worst from ten, when the response goes over to the next day, until one, when the resolution does.
        ((DAY, 7 * 60, "close"), (TWIN, 4 * 60, "close")),
        ((DAY, 7 * 60, "open"), (TWIN, 4 * 60, "open")),
        # The same, without the first and the last instant.
        ((DAY, 7 * 60, "close"), (TWIN, 4 * 60, "open")),
        # Worst from a quarter to ten, when one calendar opens, until ten, when the other closes.
        ((SHORT, 20 * 60 + 30, "close"), (LATER, 60, "close")),
    ],
)
def test_the_worst_instant_is_found(first, second):
    """The oracle opens a ticket every minute of a week in March, and a microsecond before and after."""
    spans = []
    for calendar, minutes, edge in (first, second):
        spans.append(Span(calendar.name, minutes * 60_000_000, None, end_of_day=False, edge=edge))
    times = DueTimes(
        CompiledPolicy(Policy(calendars={one[0].name: one[0] for one in (first, second)})), date(2026, 3, 1)
    )
    times.end_us = times.start_us + 7 * 24 * 3_600_000_000

    def excess(opened_us):
        return times.due_us(spans[0], opened_us) - times.due_us(spans[1], opened_us)

    minutes = range(times.start_us, times.end_us, 60_000_000)
    worst = max(excess(at + step) for at in minutes for step in (-1, 0, 1))
    found, always = times.later(*spans)
    assert excess(found) >= worst > 0
    assert always is all(excess(at) > 0 for at in minutes)


# --- warnings ------------------------------------------------------------------------------------


def test_a_warning_before_the_start():
    assert kinds(Target.first_response(minutes=30, warn_at=[0.5, timedelta(hours=1)])) == [
        ("error", "early_warning", "sla.0.targets.0.warn_at.1")
    ]
    assert kinds(Target.first_response(minutes=60, warn_at=[timedelta(hours=1)])) == []


def test_a_warning_before_the_end_of_a_day():
    # The longest that a ticket has until the close of its day is the whole day, of eight hours.
    assert kinds(Target.first_response(end_of_day=0, warn_at=[timedelta(hours=8)]), calendar=OFFICE) == []
    assert kinds(Target.first_response(end_of_day=0, warn_at=[timedelta(hours=9)]), calendar=OFFICE) == [
        ("error", "early_warning", "sla.0.targets.0.warn_at.0")
    ]


# --- calendars that end --------------------------------------------------------------------------


def test_a_calendar_without_that_much_time():
    [finding] = found(Target.resolution(hours=4), calendar=FAIR)
    assert (finding.severity, finding.kind) == ("error", "never_counts")
    assert finding.at == datetime(2026, 1, 1, tzinfo=UTC)
    [finding] = found(Target.resolution(working_days=2), calendar=FAIR)
    assert finding.severity == "error"


def test_a_calendar_that_comes_to_an_end():
    [finding] = found(Target.resolution(hours=3), calendar=FAIR)
    assert (finding.severity, finding.kind) == ("warning", "never_counts")
    assert finding.at == datetime(2027, 1, 1, tzinfo=UTC)
    closing = BusinessCalendar.weekdays(
        "09:00",
        "17:00",
        tz="UTC",
        versions=[{"effective_from": date(2028, 7, 1), "weekly": {}, "overrides": {}}],
    )
    [finding] = found(Target.resolution(hours=3), calendar=closing)
    assert (finding.severity, finding.at) == ("warning", datetime(2029, 1, 1, tzinfo=UTC))


def test_an_impossible_target_is_compared_with_nothing():
    assert kinds(Target.first_response(hours=9), Target.resolution(hours=4), calendar=FAIR) == [
        ("error", "never_counts", "sla.0.targets.0"),
        ("error", "never_counts", "sla.0.targets.1"),
    ]


def test_the_year_is_the_callers():
    policy = Policy(sla=[SlaPolicy(name="a", calendar=FAIR, targets=[Target.resolution(hours=3)])])
    assert [finding.severity for finding in verify(policy, since=date(2025, 6, 1)).findings] == ["warning"]
    assert [finding.severity for finding in verify(policy, since=date(2026, 6, 1)).findings] == ["error"]


def test_holidays_past_their_horizon_are_no_fault():
    berlin = BusinessCalendar.from_country(
        "DE", tz="Europe/Berlin", beyond="fail", vouched_until=date(2026, 3, 1)
    )
    assert found(Target.first_response(hours=4), Target.resolution(hours=40), calendar=berlin) == []


@given(SHIFTS, st.integers(1, 60), st.sampled_from(["close", "open"]), st.integers(0, 364 * 24 * 60))
@settings(max_examples=60, deadline=None)
def test_due_times_are_those_of_the_calendar(calendar, hours, edge, minute):
    times = DueTimes(CompiledPolicy(Policy(calendars={"c": calendar})), date(2026, 1, 1))
    opened_us = times.start_us + minute * 60_000_000
    span = Span("c", hours * 3_600_000_000, None, end_of_day=False, edge=edge)
    assert from_us(times.due_us(span, opened_us)) == calendar.add(from_us(opened_us), hours=hours, edge=edge)
    days = Span("c", 0, 1, end_of_day=True, edge=edge)
    assert times.due_us(days, opened_us) == to_us(calendar.add_days(from_us(opened_us), 1, at="end"))


def test_witnesses_are_tickets_of_the_policy():
    """A witness is asked plainly: its SLA policy is the first that matches, and both targets apply."""
    gold = Condition(field="tier", eq="gold")
    fields = {"vip": FieldSpec.boolean(), "tier": FieldSpec.choice("gold", "iron", "tin", nullable=True)}
    targets = (
        Target.first_response(hours=1, when=gold),
        Target.first_response(hours=9, when=~VIP),
        Target.first_response(hours=2),
        Target.resolution(hours=4, when=~gold),
        Target.resolution(hours=1),
    )
    policy = Policy(
        fields=fields, sla=[SlaPolicy(name="vip", when=VIP & gold), SlaPolicy(name="all", targets=targets)]
    )
    faults = [finding for finding in verify(policy).findings if finding.kind == "response_after_resolution"]
    assert [(finding.path, finding.message.split(" is ")[1]) for finding in faults] == [
        ("sla.1.targets.1", "due after resolution (4h)"),
    ]
    for finding in faults:
        ticket = finding.witness
        assert not evaluate(policy.sla[0].when, ticket)
        applies = {}
        for target in targets:
            if target.when is None or evaluate(target.when, ticket):
                applies.setdefault(target.slot, target)
        assert applies["first_response"] is targets[int(finding.path.rpartition(".")[2])]
        assert applies["first_response"].duration > applies["resolution"].duration
