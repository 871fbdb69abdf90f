"""One ticket on a ladder: how it starts, climbs, waits and ends."""

# ruff: noqa: E501 - sentences are compared whole

from datetime import date, timedelta

import pytest

from escalation.climbs import GROUPS, HOURS, ladder, moves, policy, reached, share, tells
from kernel.scene import ANA, SAM, Scene, at, book
from supportflow import BusinessCalendar, FieldSpec, Group, Identity, SlaPolicy, Target, evolve, fold, wakeup
from supportflow._time import to_us
from supportflow.exceptions import InvalidInput, Refused
from supportflow.flows.rows import event_row, read_row
from supportflow.kernel.explain.ticket import explain
from supportflow.kernel.facts import CaseFacts
from supportflow.model import commands as c
from supportflow.model.content import ContentRef
from supportflow.model.people import HOST, Actor
from supportflow.routing.rotation import Rotation, RotationLayer
from supportflow.triage.priority import LevelRule, PriorityPolicy

BODY = ContentRef(id="c1", commitment="0" * 64)
REPLY = c.Reply(by=SAM, body=BODY)
LADDER_KINDS = ("ladder_", "ticket_escalated")


def scene(*ladders, **fields) -> Scene:
    return Scene(book(policy(*ladders, **fields)))


def tick(stage: Scene, minutes: float, ticket: str = "t1"):
    return stage.do(c.Advance(), minutes, ticket=ticket)


def told(stage: Scene, ticket: str = "t1") -> list[str]:
    """The kinds of the events of ladders, with the reason of an end."""
    return [
        f"{event.kind}:{event.reason}" if event.kind == "ladder_ended" else event.kind
        for event in stage.streams[ticket]
        if event.kind.startswith(LADDER_KINDS)
    ]


def only(stage: Scene, kind: str, ticket: str = "t1"):
    (event,) = [event for event in stage.streams[ticket] if event.kind == kind]
    return event


# --- steps -------------------------------------------------------------------------------------


def test_steps_fire_in_order_each_at_its_own_instant_however_late_the_tick_is():
    stage = scene(ladder(tells(30), tells(60, "group:risk", repeat={"minutes": 20, "times": 2}), tells(90)))
    stage.open()
    tick(stage, 600)
    assert reached(stage.streams["t1"]) == [
        (1, 0, "09:30"), (2, 0, "10:00"), (2, 1, "10:20"), (3, 0, "10:30"), (2, 2, "10:40"),
    ]  # fmt: skip
    steps = [event for event in stage.streams["t1"] if event.kind == "ladder_step_reached"]
    assert {event.detected_at for event in steps} == {at(600)}
    assert [event.recorded_at for event in steps] == [event.reached_at for event in steps]
    assert {event.by.kind for event in steps} == {"system"}
    assert told(stage)[-1] == "ladder_ended:finished"
    assert stage.tickets["t1"].ladder.rungs == ()


def test_a_step_fires_once_its_instant_has_passed_and_a_command_at_that_instant_comes_before_it():
    stage = scene(ladder(tells(30), until="first_reply"))
    stage.open()
    assert wakeup(stage.tickets["t1"], stage.book.current) == to_us(at(30))
    tick(stage, 30)
    assert reached(stage.streams["t1"]) == []
    stage.do(REPLY, 30, ticket="t1")
    tick(stage, 90)
    assert told(stage) == ["ladder_started", "ladder_ended:first_reply"]


def test_a_step_at_once_fires_with_the_next_tick():
    stage = scene(ladder(tells(0), tells(0, "group:risk")))
    stage.open()
    tick(stage, 1)
    assert reached(stage.streams["t1"]) == [(1, 0, "09:00"), (2, 0, "09:00")]


def test_business_time_and_around_the_clock():
    # From Monday 15:30 in Berlin: an hour and a half is left of the day.
    stage = scene(ladder(tells(60, calendar=HOURS), tells(120, calendar=HOURS), tells(120, "group:risk")))
    stage.open(5.5 * 60)
    tick(stage, 3_000)
    steps = [event for event in stage.streams["t1"] if event.kind == "ladder_step_reached"]
    assert [(event.step, event.reached_at) for event in steps] == [
        (1, at(6.5 * 60)), (3, at(7.5 * 60)), (2, at(23.5 * 60)),
    ]  # fmt: skip


def test_a_share_of_a_target_follows_its_clock():
    stage = scene(
        ladder(tells(**share(0.5)), tells(None, "group:risk", **share(1), repeat={"minutes": 30, "times": 1}))
    )
    stage.open()
    tick(stage, 600)
    assert reached(stage.streams["t1"]) == [(1, 0, "10:00"), (2, 0, "11:00"), (2, 1, "11:30")]
    stage.open(0)
    stage.do(REPLY, 90, ticket="t2")  # the clock stops: what hangs on it has nothing to wait for
    tick(stage, 600, "t2")
    assert reached(stage.streams["t2"]) == [(1, 0, "10:00")]
    assert stage.tickets["t2"].ladder.running
    assert "does not run" in str(explain(stage.tickets["t2"], (), stage.book.current, at(600)))


def test_a_share_waits_while_its_clock_is_paused_and_a_repetition_comes_when_it_goes_on():
    stage = scene(
        ladder(tells(None, "group:risk", **share(0.5, "resolution"), repeat={"minutes": 60, "times": 1}))
    )
    stage.open()
    stage.do(c.WaitForRequester(by=SAM), 60, ticket="t1")
    stage.do(c.Resume(by=SAM), 180, ticket="t1")  # two hours later than planned: half of eight at 15:00
    tick(stage, 370)
    stage.do(c.WaitForRequester(by=SAM), 380, ticket="t1")  # 15:20; the repetition is planned for 16:00
    tick(stage, 500)
    assert reached(stage.streams["t1"]) == [(1, 0, "15:00")]
    stage.do(c.Resume(by=SAM), 510, ticket="t1")
    tick(stage, 511)
    assert reached(stage.streams["t1"]) == [(1, 0, "15:00"), (1, 1, "17:30")]


# --- what a step does --------------------------------------------------------------------------


def test_a_functional_step_hands_the_ticket_over_and_a_repetition_only_tells():
    stage = scene(ladder(moves(30, "risk", level_up=1, repeat={"minutes": 10, "times": 1}), tells(60)))
    stage.open(group="c2c", assignee="sam")
    tick(stage, 31)
    ticket = stage.tickets["t1"]
    assert (ticket.group, ticket.assignee, ticket.level, ticket.rule) == ("risk", None, 2, "escalation")
    changed = only(stage, "assignment_changed")
    assert (changed.previous_group, changed.previous_assignee, changed.recorded_at) == ("c2c", "sam", at(30))
    assert only(stage, "ladder_step_reached").groups == ("risk",)
    stage.do(c.Assign(by=SAM, agent="kim", group="c2c"), 35, ticket="t1")
    tick(stage, 45)
    ticket = stage.tickets["t1"]
    assert (ticket.group, ticket.assignee, ticket.level) == ("c2c", "kim", 2)
    assert reached(stage.streams["t1"]) == [(1, 0, "09:30"), (1, 1, "09:40")]


def test_a_hierarchical_step_leaves_the_ticket_where_it_is():
    stage = scene(ladder(tells(30, level_up=3), tells(40, level_up=1)))
    stage.open(group="c2c", assignee="sam", level=4)
    tick(stage, 31)
    ticket = stage.tickets["t1"]
    assert (ticket.group, ticket.assignee, ticket.level) == ("c2c", "sam", 1)
    tick(stage, 50)
    assert only(stage, "priority_changed").previous_level == 4  # the highest level is not raised again


def test_a_functional_step_to_the_group_that_has_the_ticket_keeps_its_assignee():
    stage = scene(ladder(moves(30, "risk")))
    stage.open(group="risk", assignee="sam")
    tick(stage, 31)
    assert stage.tickets["t1"].assignee == "sam"
    assert "assignment_changed" not in stage.kinds("t1")


def test_a_tier_is_the_first_group_that_works_in_it():
    stage = scene(ladder({"minutes": 5, "kind": "functional", "tier": "compliance"}))
    stage.open()
    tick(stage, 6)
    assert stage.tickets["t1"].group == "risk"
    assert only(stage, "ladder_step_reached").asked == ("group:risk",)


def test_people_are_found_when_the_step_fires_and_nobody_is_recorded_before_the_ladder_goes_on():
    step = ["assignee", "agent:lena", "agent:lena", "group:risk"]
    stage = scene(ladder(tells(10, "assignee"), tells(20, "assignee"), tells(30, *step)))
    stage.open()
    tick(stage, 11)
    stage.do(c.Assign(by=SAM, agent="kim"), 15, ticket="t1")
    tick(stage, 60)
    first, second, third = [event for event in stage.streams["t1"] if event.kind == "ladder_step_reached"]
    assert (first.empty, first.vacant, first.notified, first.groups) == (True, ("assignee",), (), ())
    assert (second.empty, second.vacant, second.notified) == (False, (), ("kim",))
    assert (third.notified, third.groups, third.asked) == (("kim", "lena"), ("risk",), ("assignee", "agent:lena", "group:risk"))  # fmt: skip


# --- starting and ending -----------------------------------------------------------------------


def test_the_first_ladder_that_matches_starts():
    security = ladder(tells(5), name="security", when={"field": "priority_class", "eq": "security"})
    stage = scene(security, ladder(tells(60), name="rest", when={"field": "channel", "eq": "web"}))
    stage.open(priority_class="security")
    stage.open()
    stage.open(channel="chat")
    assert [stage.tickets[name].ladder and stage.tickets[name].ladder.name for name in ("t1", "t2", "t3")] == [
        "security", "rest", None,
    ]  # fmt: skip
    started = only(stage, "ladder_started")
    assert (started.cause, started.run, started.since) == ("opened", 1, at(0))
    assert started.policy == stage.book.current.fingerprint
    assert stage.tickets["t1"].ladder.started_at == at(0)


@pytest.mark.parametrize(
    ("until", "command", "reason"),
    [
        ("first_reply", REPLY, "first_reply"),
        ("assigned", c.Assign(by=SAM, agent="sam"), "assigned"),
        ("resolved", c.Resolve(by=SAM), "resolved"),
        ("first_reply", c.Resolve(by=SAM), "resolved"),
        ("assigned", c.Cancel(by=SAM), "cancelled"),
        ("first_reply", c.Observe(by=HOST, status="closed"), "closed"),
    ],
)
def test_what_ends_a_ladder(until, command, reason):
    stage = scene(ladder(tells(30), until=until))
    stage.open()
    stage.do(command, 10, ticket="t1")
    assert told(stage) == ["ladder_started", f"ladder_ended:{reason}"]
    assert wakeup(stage.tickets["t1"], stage.book.current) != to_us(at(30))
    tick(stage, 60)
    assert reached(stage.streams["t1"]) == []


@pytest.mark.parametrize(
    ("until", "command"),
    [
        ("resolved", REPLY),
        ("resolved", c.Assign(by=SAM, agent="sam")),
        ("first_reply", c.Assign(by=SAM, agent="sam")),
        ("first_reply", c.Reply(by=Actor(kind="bot", id="b"), body=BODY)),
        ("assigned", REPLY),
        ("assigned", c.Assign(by=SAM, group="risk")),
    ],
)
def test_what_does_not_end_a_ladder(until, command):
    stage = scene(ladder(tells(30), until=until))
    stage.open()
    stage.do(command, 10, ticket="t1")
    tick(stage, 60)
    assert reached(stage.streams["t1"]) == [(1, 0, "09:30")]


def test_a_merge_ends_the_ladder_of_the_ticket_that_goes():
    stage = scene(ladder(tells(30)))
    stage.open()
    stage.open()
    stage.do(c.Merge(by=SAM), 10, ticket="t1", other=stage.tickets["t2"])
    assert told(stage) == ["ladder_started", "ladder_ended:closed"]
    assert stage.tickets["t2"].ladder.running


def test_a_ladder_that_what_ends_it_has_happened_to_does_not_start():
    stage = scene(ladder(tells(30), until="assigned"))
    stage.open(assignee="sam")
    assert told(stage) == []
    stage.do(c.Assign(by=SAM, agent=""), 10, ticket="t1")  # now nobody has it: the ladder counts from here
    assert only(stage, "ladder_started").cause == "matched"
    tick(stage, 60)
    assert reached(stage.streams["t1"]) == [(1, 0, "09:40")]


def test_a_reopened_ticket_climbs_again_and_within_one_life_no_ladder_starts_twice():
    stage = scene(ladder(tells(30), until="assigned"))
    stage.open()
    stage.do(c.Assign(by=SAM, agent="sam"), 5, ticket="t1")
    stage.do(c.Assign(by=SAM, agent=""), 6, ticket="t1")
    tick(stage, 50)
    assert told(stage) == ["ladder_started", "ladder_ended:assigned"]
    stage.do(c.Resolve(by=SAM), 60, ticket="t1")
    stage.do(c.Reopen(by=SAM), 70, ticket="t1")
    tick(stage, 200)
    assert told(stage)[2:] == ["ladder_started", "ladder_step_reached", "ladder_ended:finished"]
    again = [event for event in stage.streams["t1"] if event.kind == "ladder_started"][1]
    assert (again.cause, again.run, again.since) == ("reopened", 2, at(70))
    assert reached(stage.streams["t1"]) == [(1, 0, "10:40")]


def test_a_ticket_that_comes_to_match_an_earlier_ladder_changes_over_and_never_back():
    security = ladder(tells(30), name="security", when={"field": "priority_class", "eq": "security"})
    stage = scene(security, ladder(tells(60), name="rest"))
    stage.open()
    stage.do(c.SetPriority(by=SAM, priority_class="security"), 20, ticket="t1")
    assert told(stage) == ["ladder_started", "ladder_ended:superseded", "ladder_started"]
    stage.do(c.SetPriority(by=SAM, priority_class="general"), 25, ticket="t1")
    tick(stage, 200)
    assert reached(stage.streams["t1"]) == [(1, 0, "09:50")]
    assert stage.tickets["t1"].ladder.spent == ("rest", "security")


def test_a_ladder_goes_on_though_its_condition_no_longer_holds():
    security = ladder(tells(30), name="security", when={"field": "priority_class", "eq": "security"})
    stage = scene(security)
    stage.open(priority_class="security")
    stage.do(c.SetPriority(by=SAM, priority_class="general"), 20, ticket="t1")
    tick(stage, 60)
    assert reached(stage.streams["t1"]) == [(1, 0, "09:30")]


def test_of_the_shares_that_are_past_when_a_ladder_comes_only_the_latest_fires():
    shares = [tells(None, **share(of)) for of in (0.1, 0.2, 0.5, 0.9)]
    security = ladder(*shares, name="security", when={"field": "priority_class", "eq": "security"})
    stage = scene(security)
    stage.open()
    stage.do(c.SetPriority(by=SAM, priority_class="security"), 70, ticket="t1")
    assert only(stage, "ladder_started").skipped == 2
    tick(stage, 71)
    assert reached(stage.streams["t1"]) == [(3, 0, "10:10")]  # the ladder was not there before
    tick(stage, 200)
    assert reached(stage.streams["t1"])[1:] == [(4, 0, "10:48")]


def test_shares_that_a_waiting_clock_has_counted_already_are_past_too():
    shares = [tells(None, **share(of, "resolution")) for of in (0.125, 0.25, 0.5)]
    security = ladder(*shares, name="security", when={"field": "priority_class", "eq": "security"})
    stage = scene(security)
    stage.open()
    stage.do(c.WaitForRequester(by=SAM), 120, ticket="t1")
    stage.do(c.SetPriority(by=SAM, priority_class="security"), 130, ticket="t1")
    assert only(stage, "ladder_started").skipped == 1
    stage.do(c.Resume(by=SAM), 150, ticket="t1")
    tick(stage, 151)
    assert reached(stage.streams["t1"]) == [(2, 0, "11:30")]  # with the clock on which it hangs


def test_a_ticket_that_came_in_earlier_counts_from_then_and_is_not_flooded():
    stage = scene(ladder(tells(10), tells(20), tells(30), tells(90)))
    stage.open(opened_at=at(-25))
    tick(stage, 200)
    assert reached(stage.streams["t1"]) == [(2, 0, "09:00"), (3, 0, "09:05"), (4, 0, "10:05")]
    assert only(stage, "ladder_started").skipped == 1


# --- waiting -----------------------------------------------------------------------------------


def test_a_ladder_waits_while_the_ticket_does_and_what_was_missing_is_missing_still():
    stage = scene(ladder(tells(60), tells(120, calendar=HOURS), pause_on=["pending"]))
    stage.open(5 * 60)  # 14:00 UTC is 15:00 in Berlin: two hours are left of the day
    stage.do(c.WaitForRequester(by=SAM), 5 * 60 + 40, ticket="t1")
    assert wakeup(stage.tickets["t1"], stage.book.current) == to_us(at(7 * 60))  # the first response is due
    assert "it waits since 2026-03-02T14:40" in str(
        explain(stage.tickets["t1"], (), stage.book.current, at(345))
    )
    stage.do(
        c.SetPriority(by=SAM, level=2), 6 * 60, ticket="t1"
    )  # what happens meanwhile does not make it wait anew
    tick(stage, 24 * 60)
    stage.do(c.Resume(by=SAM), 24 * 60, ticket="t1")  # Tuesday, 10:00 in Berlin
    tick(stage, 3 * 24 * 60)
    steps = [event for event in stage.streams["t1"] if event.kind == "ladder_step_reached"]
    assert [(event.step, event.reached_at) for event in steps] == [
        (1, at(24 * 60 + 20)),
        (2, at(25 * 60 + 20)),
    ]
    assert told(stage) == [
        "ladder_started", "ladder_paused", "ladder_resumed", "ladder_step_reached", "ladder_step_reached",
        "ladder_ended:finished",
    ]  # fmt: skip


def test_a_ladder_that_does_not_say_so_does_not_wait():
    stage = scene(ladder(tells(60), pause_on=["on_hold"]))
    stage.open()
    stage.do(c.WaitForRequester(by=SAM), 40, ticket="t1")
    tick(stage, 100)
    assert reached(stage.streams["t1"]) == [(1, 0, "10:00")]


def test_a_step_that_falls_on_the_instant_of_the_pause_comes_when_it_ends():
    stage = scene(ladder(tells(40), tells(60), pause_on=["on_hold"]))
    stage.open()
    stage.do(c.Hold(by=SAM), 40, ticket="t1")
    stage.do(c.Resume(by=SAM), 100, ticket="t1")
    tick(stage, 200)
    assert reached(stage.streams["t1"]) == [(1, 0, "10:40"), (2, 0, "11:00")]


# --- frozen, and late --------------------------------------------------------------------------


def test_a_later_version_of_the_policy_does_not_touch_a_ladder_that_started():
    old = policy(ladder(tells(30), moves(60, "risk"), until="assigned"))
    new = policy(
        ladder(tells(1, "agent:max"), name="first"), ladder(tells(2), until="first_reply"), edits="now"
    )
    stage = Scene(book(old))
    stage.open()
    before = stage.tickets["t1"].ladder
    stage.book = book(new, old)
    tick(stage, 5)
    stage.do(c.SetPriority(by=SAM, level=1), 6, ticket="t1")
    assert stage.tickets["t1"].policy == stage.book.current.fingerprint
    assert stage.tickets["t1"].ladder == before
    tick(stage, 90)
    assert reached(stage.streams["t1"]) == [(1, 0, "09:30"), (2, 0, "10:00")]
    assert stage.tickets["t1"].group == "risk"


def test_a_calendar_that_a_later_version_drops_counts_around_the_clock_from_the_next_pause_on():
    old = policy(ladder(tells(8 * 60, calendar="desk"), pause_on=["on_hold"]), calendars={"desk": HOURS})
    stage = Scene(book(old))
    stage.open(-60)  # Monday 09:00 in Berlin
    stage.book = book(policy(edits="now"), old)
    stage.do(c.Hold(by=SAM), 60, ticket="t1")
    stage.do(c.Resume(by=SAM), 120, ticket="t1")
    tick(stage, 3_000)
    assert reached(stage.streams["t1"]) == [(1, 0, "17:00")]


def test_a_ladder_that_another_version_brings_has_one_late_record_for_all_that_it_missed():
    old = policy()
    new = policy(ladder(moves(10, "risk"), tells(20), tells(90), pause_on=["pending"]), edits="now")
    stage = Scene(book(old))
    stage.open(group="c2c", assignee="sam")
    stage.book = book(new, old)
    tick(stage, 60)
    started, late = only(stage, "ladder_started"), only(stage, "ladder_step_reached")
    assert (started.cause, started.since, started.skipped) == ("policy", at(0), 1)
    assert (late.step, late.late, late.empty, late.notified, late.reached_at, late.recorded_at) == (2, True, False, (), at(20), at(60))  # fmt: skip
    assert (stage.tickets["t1"].group, stage.tickets["t1"].assignee) == ("c2c", "sam")
    tick(stage, 200)
    assert reached(stage.streams["t1"]) == [(2, 0, "09:20"), (3, 0, "10:30")]


def test_another_version_brings_a_ladder_to_a_reopened_ticket_that_counts_from_then():
    old = policy()
    stage = Scene(book(old))
    stage.open()
    stage.do(c.Resolve(by=SAM), 30, ticket="t1")
    stage.do(c.Reopen(by=SAM), 600, ticket="t1")
    stage.book = book(policy(ladder(tells(10)), edits="now"), old)
    tick(stage, 700)
    assert (only(stage, "ladder_started").since, only(stage, "ladder_started").skipped) == (at(700), 0)
    tick(stage, 800)
    assert reached(stage.streams["t1"]) == [(1, 0, "20:50")]


def test_looking_back_at_a_history_climbs_no_ladder():
    """A target that applies from the start is counted on what happened, not on what a ladder would have done."""
    groups = [*GROUPS[:1], Group(name="risk", calendar="never-today")]
    closed = BusinessCalendar(tz="UTC", weekly={"sun": [("00:00", "24:00")]})
    sla = [
        SlaPolicy(
            name="back", targets=[Target.resolution(hours=4, calendar_of="group", on_change="retroactive")]
        )
    ]
    fields = {"groups": groups, "sla": sla, "calendars": {"never-today": closed}, "edits": "now"}
    new = policy(ladder(moves(20, "risk"), until="assigned"), **fields)

    untouched = Scene(book(policy(sla=[])))
    untouched.open()
    untouched.book = book(new, policy(sla=[]))
    tick(untouched, 60)
    (clock,) = untouched.tickets["t1"].clocks
    assert [segment.calendar for segment in clock.segments] == ["24x7"]
    assert only(untouched, "ladder_step_reached").late

    by_ladder, by_hand = (
        policy(ladder(moves(10, "risk")), sla=[], groups=groups, calendars=fields["calendars"]),
        policy(sla=[], groups=groups, calendars=fields["calendars"]),
    )
    climbed, assigned = Scene(book(by_ladder)), Scene(book(by_hand))
    for stage, old in ((climbed, by_ladder), (assigned, by_hand)):
        stage.open()
        if stage is assigned:
            stage.do(c.Assign(by=SAM, group="risk"), 10, ticket="t1")
        tick(stage, 30)
        stage.book = book(new, old)
        tick(stage, 60)
    assert climbed.tickets["t1"].clocks == assigned.tickets["t1"].clocks != ()


def test_a_contact_that_joins_asks_for_the_people_of_the_policy_in_use():
    nights = {
        "rotations": [
            Rotation(name="night", tz="UTC", layers=[RotationLayer(people=("lena",), start=date(2026, 3, 1))])
        ]
    }
    days = {
        "rotations": [
            Rotation(name="night", tz="UTC", layers=[RotationLayer(people=("max",), start=date(2026, 3, 1))])
        ]
    }
    old = policy(ladder(tells(30, "rotation:night")), identity=Identity(window=timedelta(days=3)), **nights)
    for how in ("join", "merge"):
        stage = Scene(book(old))
        stage.open(category="login")
        stage.book = book(policy(ladder(tells(1)), identity=Identity(window=timedelta(days=3)), **days), old)
        if how == "join":
            case = CaseFacts(candidates=(stage.tickets["t1"],))
            stage.do(c.OpenTicket(by=ANA, requester="ana", category="login", body=BODY), 60, case=case)
        else:
            stage.open(55, category="other", requester="bob")
            stage.do(c.Merge(by=SAM), 60, ticket="t2", other=stage.tickets["t1"])
        assert only(stage, "ladder_step_reached").notified == ("max",)


def test_an_adopted_ticket_is_not_flooded_with_its_past():
    stage = scene(
        ladder(moves(10, "risk"), tells(20), tells(30, repeat={"minutes": 10, "times": 3}), tells(600))
    )
    stage.do(c.Adopt(by=HOST, ref="4711", requester="ana", opened_at=at(-55), status="open"), 0)
    late = only(stage, "ladder_step_reached")
    assert (late.step, late.round, late.late, late.reached_at) == (3, 2, True, at(-5))
    assert only(stage, "ladder_started").cause == "adopted"
    tick(stage, 1_000)
    assert reached(stage.streams["t1"])[1:] == [(3, 3, "09:05"), (4, 0, "18:05")]
    assert stage.tickets["t1"].group is None


def test_an_adopted_ticket_that_is_past_its_whole_ladder_or_is_over():
    stage = scene(ladder(tells(10)))
    stage.do(c.Adopt(by=HOST, ref="1", requester="ana", opened_at=at(-55), status="open"), 0)
    assert told(stage) == ["ladder_started", "ladder_step_reached", "ladder_ended:finished"]
    stage.do(c.Adopt(by=HOST, ref="2", requester="ana", opened_at=at(-55), status="resolved"), 0)
    assert told(stage, "t2") == []
    answered = scene(ladder(tells(600), until="first_reply"))
    fact = c.Fact(at=at(-5), by=SAM, replied=True)
    answered.do(
        c.Adopt(by=HOST, ref="1", requester="ana", opened_at=at(-55), status="open", history=(fact,)), 0
    )
    assert told(answered) == []


def test_an_adopted_ticket_that_waits_starts_with_a_ladder_that_waits():
    stage = scene(ladder(tells(60), pause_on=["pending"]))
    stage.do(c.Adopt(by=HOST, ref="1", requester="ana", opened_at=at(-20), status="pending"), 0)
    assert told(stage) == ["ladder_started", "ladder_paused"]
    stage.do(c.Resume(by=SAM), 30, ticket="t1")
    tick(stage, 300)
    assert reached(stage.streams["t1"]) == [(1, 0, "10:10")]


# --- by hand -----------------------------------------------------------------------------------


def test_a_person_takes_the_next_step_and_it_does_not_fire_again():
    stage = scene(ladder(moves(30, "risk"), tells(60), tells(None, **share(1))))
    stage.open()
    stage.do(c.Escalate(by=SAM, reason=BODY), 10, ticket="t1")
    by_hand = only(stage, "ladder_step_reached")
    assert (by_hand.step, by_hand.reached_at, by_hand.by, by_hand.late) == (1, at(10), SAM, False)
    assert stage.tickets["t1"].group == "risk"
    asked = only(stage, "ticket_escalated")
    assert (asked.ladder, asked.reason, asked.asked) == ("night", BODY, ())
    stage.do(c.Escalate(by=SAM, ladder="night"), 20, ticket="t1")
    tick(stage, 500)
    assert reached(stage.streams["t1"]) == [(1, 0, "09:10"), (2, 0, "09:20"), (3, 0, "11:00")]
    with pytest.raises(Refused, match="no ladder runs"):
        stage.do(c.Escalate(by=SAM), 501, ticket="t1")


def test_the_next_step_by_hand_may_hang_on_a_clock_that_does_not_run():
    stage = scene(ladder(tells(None, **share(0.5)), tells(None, **share(1))))
    stage.open()
    stage.do(REPLY, 10, ticket="t1")
    stage.do(c.Escalate(by=SAM), 20, ticket="t1")
    assert reached(stage.streams["t1"]) == [(1, 0, "09:20")]


def test_a_person_starts_a_ladder_whatever_its_condition_and_it_stays():
    never = {"field": "channel", "eq": "fax"}
    crisis = ladder(tells(30, "agent:max"), name="crisis", when=never)
    security = ladder(tells(5), name="security", when={"field": "priority_class", "eq": "security"})
    stage = scene(crisis, security, ladder(tells(60)))
    stage.open()
    stage.do(c.Escalate(by=SAM, ladder="crisis"), 10, ticket="t1")
    stage.do(c.SetPriority(by=SAM, priority_class="security"), 11, ticket="t1")
    assert told(stage) == ["ladder_started", "ticket_escalated", "ladder_ended:superseded", "ladder_started"]
    tick(stage, 90)
    assert reached(stage.streams["t1"]) == [(1, 0, "09:40")]
    assert stage.tickets["t1"].ladder.by_hand


def test_a_person_hands_over_and_tells_people_without_a_ladder():
    stage = Scene(book(policy()))
    stage.open(group="c2c", assignee="sam")
    stage.do(
        c.Escalate(by=SAM, tier="compliance", notify=("agent:max", "assignee"), reason=BODY), 10, ticket="t1"
    )
    asked = only(stage, "ticket_escalated")
    assert (asked.group, asked.notified, asked.ladder) == ("risk", ("max", "sam"), None)
    assert (stage.tickets["t1"].group, stage.tickets["t1"].assignee) == ("risk", None)
    stage.do(c.Escalate(by=SAM, group="legal"), 11, ticket="t1")
    assert stage.tickets["t1"].group == "legal"
    stage.do(c.Escalate(by=SAM, notify=("assignee",)), 12, ticket="t1")
    last = [event for event in stage.streams["t1"] if event.kind == "ticket_escalated"]
    assert (last[1].groups, last[2].vacant, last[2].group) == (("legal",), ("assignee",), None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"ladder": "nosuch"}, "ladder"),
        ({"ladder": "night", "group": "risk"}, "ladder"),
        ({"ladder": "night", "notify": ("agent:max",)}, "ladder"),
        ({"group": "risk", "tier": "compliance"}, "tier"),
        ({"tier": "nosuch"}, "tier"),
        ({"notify": ("group:nosuch",)}, "notify"),
        ({"notify": ("rotation:nosuch",)}, "notify"),
    ],
)
def test_what_the_policy_does_not_know_cannot_be_escalated_to(fields, field):
    stage = scene(ladder(tells(30), when={"field": "channel", "eq": "fax"}))
    stage.open()
    with pytest.raises(InvalidInput) as wrong:
        stage.do(c.Escalate(by=SAM, **fields), 10, ticket="t1")
    assert wrong.value.field == field


def test_who_cannot_escalate_and_when():
    stage = scene(ladder(tells(30), until="first_reply", when={"field": "channel", "eq": "fax"}))
    stage.open()
    for kind in ("requester", "party"):
        with pytest.raises(Refused, match=f"a {kind} cannot escalate"):
            stage.do(c.Escalate(by=Actor(kind=kind, id="x"), group="risk"), 5, ticket="t1")
    stage.do(REPLY, 10, ticket="t1")
    with pytest.raises(Refused, match="has happened: first_reply"):
        stage.do(c.Escalate(by=SAM, ladder="night"), 11, ticket="t1")
    stage.do(c.Resolve(by=SAM), 20, ticket="t1")
    with pytest.raises(Refused, match="the ticket is resolved"):
        stage.do(c.Escalate(by=SAM, group="risk"), 30, ticket="t1")


# --- told --------------------------------------------------------------------------------------


def test_explain_says_what_comes_next_when_to_whom_and_what_would_end_it():
    stage = scene(
        ladder(
            moves(
                30, "risk", notify=("assignee", "group:risk"), level_up=1, repeat={"minutes": 5, "times": 1}
            ),
            until="first_reply",
        )
    )
    stage.open()
    told_now = explain(stage.tickets["t1"], (), stage.book.current, at(1))
    assert told_now.escalation == (
        "ladder 'night' runs since 2026-03-02T09:00:00.000000Z; an agent's first public reply, or the end of the ticket ends it",
        "next: step 1 at 2026-03-02T09:30:00.000000Z, tells assignee, group:risk and hands the ticket to risk and raises its level by 1",
        "as things stand, that is group risk; nobody behind assignee",
    )  # fmt: skip
    assert told_now.next_what == "step 1 of ladder 'night'"
    assert all(line in str(told_now) for line in told_now.escalation)
    tick(stage, 31)
    assert (
        "next: step 1, repetition 1 at 2026-03-02T09:35:00.000000Z, tells assignee, group:risk"
        in explain(stage.tickets["t1"], (), stage.book.current, at(32)).escalation
    )
    stage.do(REPLY, 33, ticket="t1")
    assert explain(stage.tickets["t1"], (), stage.book.current, at(34)).escalation == (
        "ladder 'night' is over: first reply",
    )


def test_every_stream_folds_to_its_ticket_also_from_rows():
    stage = scene(ladder(tells(10), moves(20, "risk"), tells(None, **share(1)), pause_on=["pending"]))
    stage.open()
    stage.do(c.WaitForRequester(by=SAM), 15, ticket="t1")
    stage.do(c.Resume(by=SAM), 45, ticket="t1")
    tick(stage, 60)
    for minutes in (61, 500):
        tick(stage, minutes)
        events = stage.streams["t1"]
        assert fold(events) == stage.tickets["t1"]
        assert fold([read_row(event_row(1, event)) for event in events]) == stage.tickets["t1"]


def test_in_the_fold_a_firing_counts_once_and_only_on_its_own_run():
    stage = scene(ladder(tells(10), tells(20), tells(60)))
    stage.open()
    tick(stage, 15)
    step, ticket = only(stage, "ladder_step_reached"), stage.tickets["t1"]
    assert evolve(ticket, step).ladder == ticket.ladder
    stage.do(c.Resolve(by=SAM), 16, ticket="t1")
    stage.do(c.Reopen(by=SAM), 17, ticket="t1")
    again = stage.tickets["t1"]
    assert again.ladder.run == 2
    for event in (step, only(stage, "ladder_ended")):
        assert evolve(again, event).ladder == again.ladder
    without = Scene(book(policy()))
    without.open()
    assert evolve(without.tickets["t1"], step).ladder is None


def test_a_ladder_that_a_person_starts_on_a_ticket_that_waits_waits_too():
    stage = scene(ladder(tells(30), pause_on=["pending"], when={"field": "channel", "eq": "fax"}))
    stage.open()
    stage.do(c.WaitForRequester(by=SAM), 5, ticket="t1")
    stage.do(c.Escalate(by=SAM, ladder="night"), 10, ticket="t1")
    assert told(stage) == ["ticket_escalated", "ladder_started", "ladder_paused"]
    tick(stage, 100)
    stage.do(c.Resume(by=SAM), 100, ticket="t1")
    tick(stage, 200)
    assert reached(stage.streams["t1"]) == [(1, 0, "11:10")]


def test_a_level_that_a_step_raised_is_not_taken_back_by_a_rule():
    raising = PriorityPolicy(levels=[LevelRule(name="pro", when={"field": "plan", "eq": "pro"}, level=2)])
    fields = {"fields": {"plan": FieldSpec.choice("free", "pro")}, "priority": raising}
    stage = scene(ladder(tells(10, level_up=2)), **fields)
    stage.open()
    tick(stage, 11)
    stage.do(c.Update(by=SAM, attributes={"plan": "pro"}), 20, ticket="t1")
    assert stage.tickets["t1"].level == 1
