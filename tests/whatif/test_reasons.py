"""Every way in which two policies can part, and the reason that is given for it."""

import pytest

from supportflow._time import iso
from supportflow.calendars import BusinessCalendar
from supportflow.policy import Policy
from supportflow.sla.policy import SlaPolicy, Target
from supportflow.triage.priority import PriorityRule
from supportflow.whatif import difference_text

HOUR = 3_600_000_000
OFFICE = BusinessCalendar.weekdays("09:00", "17:00", tz="UTC", name="office")
WITH_HOLIDAY = BusinessCalendar(
    tz="UTC", weekly=OFFICE.weekly, holidays={"2026-03-03": "Founders' Day"}, name="office"
)


def only(found, case="1"):
    [clock] = found[case].clocks
    return clock


def at(moment):
    return iso(moment)[:16]


def test_a_policy_against_itself_differs_nowhere(compared, policy, rows_at):
    four = policy("four", Target.resolution(hours=4))
    result, found = compared(rows_at(("09:00", "New"), ("15:00", "Done")), four, four)

    assert (result.cases, result.differing, found) == (1, 0, {})
    assert (result.counts, result.verdicts, result.reasons, result.telling, result.edits) == (
        {},
        {},
        {},
        (),
        (),
    )
    assert result.fingerprint == result.against_fingerprint == four.fingerprint
    [total] = result.targets
    assert (total.target, total.ended, total.against) == ("resolution", {"missed": 1}, {"missed": 1})


def test_duration(compared, policy, rows_at):
    result, found = compared(
        rows_at(("09:00", "New"), ("15:00", "Done")),
        policy("four", Target.resolution(hours=4)),
        policy("eight", Target.resolution(hours=8)),
    )
    clock = only(found)
    [why] = clock.reasons

    assert (clock.ended, clock.against, clock.shift_us) == ("missed", "met", 4 * HOUR)
    assert (why.kind, why.before, why.after) == ("duration", "4h by 'all'", "8h by 'all'")
    assert result.verdicts == {"resolution: missed -> met": 1}
    assert result.counts == {"due": 1, "verdict": 1}
    assert [(one.path, one.before, one.after) for one in result.edits] == [
        ("name", "four", "eight"),
        ("sla.all.targets.resolution.duration", "PT4H", "PT8H"),
    ]
    assert (
        "resolution: missed -> met, due 2026-03-02 13:00Z -> 2026-03-02 17:00Z (4h later)"
        in difference_text(found["1"])
    )


def test_a_closed_stretch(compared, policy, rows_at):
    target = Target.resolution(hours=4)
    _, found = compared(
        rows_at(("02T15:00", "New"), ("03T08:00", "Done")),
        policy("always", target),
        policy("office", target, sla={"calendar": "office"}, calendars={"office": OFFICE}),
    )
    clock = only(found)
    [why] = clock.reasons

    assert (at(clock.due_at), at(clock.against_due_at)) == ("2026-03-02T19:00", "2026-03-03T11:00")
    assert (why.kind, why.stretches, why.net_us) == ("interval", 1, -2 * HOUR)
    one = why.longest
    assert (at(one.start_at), at(one.end_at)) == ("2026-03-02T17:00", "2026-03-02T19:00")
    assert (one.counted_us, one.reason, one.against_us, one.against) == (2 * HOUR, "running", 0, "closed")
    assert why.first == one


def test_a_holiday_is_called_by_its_name_even_after_the_clock_stopped(compared, policy, rows_at):
    target = Target.resolution(hours=12)
    first, second = (
        policy(name, target, sla={"calendar": "office"}, calendars={"office": calendar})
        for name, calendar in (("without", OFFICE), ("with", WITH_HOLIDAY))
    )
    _, found = compared(rows_at(("02T09:00", "New"), ("02T10:00", "Done")), first, second)
    clock = only(found)
    [why] = clock.reasons

    assert (clock.ended, clock.against) == ("met", "met")
    assert (at(clock.due_at), at(clock.against_due_at)) == ("2026-03-03T13:00", "2026-03-04T13:00")
    assert (why.kind, why.longest.against, why.net_us) == ("interval", "Founders' Day", -4 * HOUR)


@pytest.mark.parametrize(
    ("moments", "stretch"),
    [
        ((("09:00", "New"), ("10:00", "Wait"), ("12:00", "Work"), ("15:00", "Done")), ("10:00", "12:00")),
        # It stops while it is paused.
        ((("09:00", "New"), ("10:00", "Wait"), ("15:00", "Done")), ("10:00", "14:00")),
        # It still waits at the log's end.
        ((("09:00", "New"), ("10:00", "Wait"), ("15:00", "Wait")), ("10:00", "14:00")),
    ],
)
def test_a_pause(compared, policy, rows_at, moments, stretch):
    _, found = compared(
        rows_at(*moments),
        policy("pausing", Target.resolution(hours=5)),
        policy("not", Target.resolution(hours=5, pause_on=[])),
    )
    clock = only(found)
    [why] = [one for one in clock.reasons if one.kind == "interval"]

    assert (why.before, why.after) == ("paused: pending", "running")
    assert (at(why.longest.start_at), at(why.longest.end_at)) == tuple(f"2026-03-02T{t}" for t in stretch)
    assert why.net_us == why.longest.against_us > 0


def test_many_stretches_the_longest_is_told_and_the_sum(compared, policy, rows_at):
    target = Target.resolution(hours=80)
    result, found = compared(
        rows_at(("05T12:00", "New"), ("10T12:00", "Done")),  # Thursday to Tuesday
        policy("always", target),
        policy("office", target, sla={"calendar": "office"}, calendars={"office": OFFICE}),
    )
    [why] = only(found).reasons

    assert why.stretches == 2
    assert (at(why.first.start_at), at(why.first.end_at)) == ("2026-03-05T17:00", "2026-03-06T09:00")
    # Around the clock it is due on Sunday at 20:00: from Friday evening on nothing counts in the office.
    assert (at(why.longest.start_at), at(why.longest.end_at)) == ("2026-03-06T17:00", "2026-03-08T20:00")
    assert why.net_us == -(16 + 51) * HOUR
    assert result.reasons == {"interval: running -> closed": 1}


def test_only_one_policy_has_the_target(compared, policy, rows_at):
    rows = rows_at(("09:00", "New"), ("15:00", "Done"))
    four, none = policy("four", Target.resolution(hours=4)), Policy(name="none")
    result, found = compared(rows, four, none)
    clock = only(found)
    [why] = clock.reasons

    assert (clock.ended, clock.against, clock.against_due_at, clock.shift_us) == ("missed", None, None, 0)
    assert (why.kind, why.before, why.after) == ("target", "'all' has it", "no SLA policy matched")
    assert result.counts == {"due": 1, "target": 1, "verdict": 1}
    other = policy("other", Target.first_response(hours=4))
    _, found = compared(rows, other, four)
    assert [(one.target, one.reasons[0].before) for one in found["1"].clocks] == [
        ("first_response", "'all' has it"),
        ("resolution", "'all' has none"),
    ]


def test_another_rule_another_class_another_target(compared, rows_at):
    header = ("id", "at", "state", "who", "topic")
    rows = [(*row, "login") for row in rows_at(("09:00", "New"), ("15:00", "Done"))]
    fields = {"topic": {"kind": "text"}}
    sla = (
        SlaPolicy(
            name="urgent",
            when={"field": "priority_class", "eq": "security"},
            targets=(Target.resolution(hours=1),),
        ),
        SlaPolicy(name="usual", targets=(Target.resolution(hours=8),)),
    )
    rule = PriorityRule(
        name="logins", when={"field": "topic", "eq": "login"}, priority_class="security", level=1
    )
    first = Policy(name="before", fields=fields, sla=sla)
    second = Policy(name="after", fields=fields, sla=sla, rules=(rule,))
    result, found = compared(
        rows, first, second, header=header, attributes={"topic": {"column": "topic", "kind": "text"}}
    )
    changes = {one.what: one for one in found["1"].changes}

    assert (changes["class"].before, changes["class"].after) == ("general", "security")
    assert changes["class"].reason.kind == changes["level"].reason.kind == "rule"
    assert "rule 'logins'" in changes["class"].reason.after
    assert "logins" not in changes["class"].reason.before
    assert only(found).reasons[0].after == "1h by 'urgent'"
    assert result.counts["class"] == result.counts["level"] == 1


def test_a_ticket_that_closes_by_itself_under_one_policy(compared, rows_at):
    rows = [
        *rows_at(("02T09:00", "New"), ("02T10:00", "Done")),
        *rows_at(("09T09:00", "New"), case="later"),
    ]
    result, found = compared(rows, Policy(name="never"), Policy(name="days", auto_close_after="P3D"))
    [change] = found["1"].changes

    assert (change.what, change.before, change.after) == (
        "status",
        "resolved",
        "closed at 2026-03-05 10:00Z",
    )
    assert change.reason.kind == "course"
    assert change.reason.before == "nothing more"
    assert change.reason.after == "resolved -> closed (auto_close) at 2026-03-05 10:00Z"
    assert (result.differing, result.counts) == (1, {"status": 1})


def test_a_clock_that_ends_with_its_ticket(compared, policy, rows_at):
    """Nobody ever answered; under one policy the ticket closes, and with it the clock."""
    rows = [*rows_at(("02T09:00", "New"), ("02T10:00", "Done")), *rows_at(("09T09:00", "New"), case="later")]
    target = Target.first_response(hours=300)
    result, found = compared(
        rows,
        policy("never", target),
        policy("days", target, auto_close_after="P3D"),
        until="2026-03-09T09:00Z",
    )
    clock = only(found)
    [why] = clock.reasons

    assert (clock.ended, clock.against) == ("undecided", "cancelled")
    assert (why.kind, why.before, why.after) == (
        "stop",
        "not",
        "cancelled at 2026-03-05 10:00Z: the ticket ended",
    )
    assert result.reasons == {"stop": 1}


def test_the_breach_of_an_earlier_target_stands(compared):
    header = ("id", "at", "state", "who", "level")
    rows = [
        ("1", "2026-03-02T09:00:00Z", "New", "sam", "high"),
        ("1", "2026-03-02T10:00:00Z", "Wait", "sam", "high"),
        ("1", "2026-03-02T16:00:00Z", "Wait", "sam", "low"),
        ("1", "2026-03-02T18:00:00Z", "Done", "sam", "low"),
    ]
    levels = {"priority": {"column": "level", "levels": {"high": 1, "low": 4}}}

    def promise(name, **target):
        targets = (
            Target.resolution(hours=4, when={"field": "level", "eq": 1}, **target),
            Target.resolution(hours=30, when={"field": "level", "eq": 4}, **target),
        )
        return Policy(name=name, sla=(SlaPolicy(name="all", targets=targets),))

    _, found = compared(rows, promise("pausing"), promise("not", pause_on=[]), header=header, **levels)
    clock = only(found)
    kinds = {one.kind: one for one in clock.reasons}

    assert (clock.ended, clock.against) == ("met", "missed")
    assert at(clock.against_due_at) == "2026-03-02T13:00"
    assert kinds["breach"].before == "no earlier breach decides"
    assert "2026-03-02 13:00Z" in kinds["breach"].after


def test_earlier_cycles_are_compared_too(compared, policy, rows_at):
    """The last cycle ends alike; an earlier one does not."""
    state = {
        "column": "state",
        "statuses": {"Ask": "open", "Answer": "open", "Done": "resolved"},
        "requester_wrote": ["Ask"],
        "replied": ["Answer"],
    }
    rows = rows_at(
        ("09:00", "Ask"),
        ("09:10", "Answer"),
        ("09:30", "Ask"),
        ("12:30", "Answer"),
        ("13:00", "Ask"),
        ("13:30", "Answer"),
    )
    result, found = compared(
        rows,
        policy("four", Target.next_response(hours=4)),
        policy("two", Target.next_response(hours=2)),
        state=state,
    )
    clocks = {one.name: (one.ended, one.against) for one in found["1"].clocks}

    assert clocks["next_response"] == ("met", "missed")
    assert clocks["next_response#2"] == ("met", "met")
    assert result.verdicts == {"next_response: met -> missed": 1}


def test_another_place(compared, rows_at):
    def routed(name, skill):
        return Policy(
            name=name,
            routing={
                "tiers": ["one"],
                "routes": [{"name": f"to {skill}", "tier": "one", "skills": {skill: 2}}],
            },
        )

    result, found = compared(rows_at(("09:00", "New")), routed("a", "mail"), routed("b", "phone"))
    [change] = found["1"].changes

    assert (change.what, change.before, change.after) == (
        "place",
        "no group, tier one, mail 2",
        "no group, tier one, phone 2",
    )
    assert (change.reason.kind, change.reason.before, change.reason.after) == (
        "route",
        "route 'to mail'",
        "route 'to phone'",
    )
    assert result.counts == {"place": 1}


@pytest.mark.parametrize(
    ("first", "second", "before", "after"),
    [
        (("one", {}), ("two", {}), "tier one", "tier two"),
        (("one", {"mail": 1}), ("one", {"mail": 2}), "tier one, mail 1", "tier one, mail 2"),
        (("one", {"mail": 1}), ("one", {}), "tier one, mail 1", "tier one"),
    ],
)
def test_another_place_by_a_route_of_the_same_name(compared, rows_at, first, second, before, after):
    def routed(name, tier, skills):
        return Policy(
            name=name,
            routing={
                "tiers": ["one", "two"],
                "routes": [{"name": "mail", "tier": tier, "skills": skills}],
            },
        )

    _, found = compared(rows_at(("09:00", "New")), routed("a", *first), routed("b", *second))
    [change] = found["1"].changes

    assert (change.reason.kind, change.reason.before, change.reason.after) == (
        "route",
        f"route 'mail': no group, {before}",
        f"route 'mail': no group, {after}",
    )


def test_where_there_is_no_clock_it_says_so(compared, policy, rows_at):
    rows = rows_at(("09:00", "New"), ("15:00", "Done"))
    four, none = policy("four", Target.resolution(hours=4)), Policy(name="none")
    for first, second, turn in ((four, none, ("missed", "no clock")), (none, four, ("no clock", "missed"))):
        result, found = compared(rows, first, second)
        assert only(found).turn == turn
        assert result.verdicts == {f"resolution: {' -> '.join(turn)}": 1}
        assert f"resolution: {' -> '.join(turn)}" in difference_text(found["1"])


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("refused", [0, 1, 2])
def test_a_row_that_only_one_policy_refuses_is_not_what_the_policy_does(compared, rows_at, refused, swapped):
    """One policy takes small sizes only: under it the ticket is another one, for no reason of its own."""
    header = ("id", "at", "state", "who", "size")
    moments = (("09:00", "New"), ("10:00", "Work"), ("15:00", "Done"))
    rows = [
        (*row, "1000" if place == refused else "1") for place, row in enumerate(rows_at(*moments, case="odd"))
    ]
    rows += [(*row, "1") for row in rows_at(("09:00", "New"), ("15:00", "Done"), case="plain")]
    sla = (SlaPolicy(name="all", targets=(Target.resolution(hours=4),)),)
    policies = [
        Policy(name="wide", fields={"size": {"kind": "integer"}}, sla=sla),
        Policy(name="narrow", fields={"size": {"kind": "integer", "maximum": 9}}, sla=sla),
    ]
    result, found = compared(
        rows,
        *(reversed(policies) if swapped else policies),
        header=header,
        attributes={"size": {"column": "size", "kind": "integer"}},
    )

    assert (found, result.counts, result.verdicts) == ({}, {}, {})
    assert (result.cases, result.unusable) == (1, 1)
    [total] = result.targets
    assert total.ended == total.against == {"missed": 1}
