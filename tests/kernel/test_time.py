"""What time does: advance is strict, polling changes nothing, recorded time never goes back."""

from datetime import timedelta

import pytest

from kernel.scene import ANA, SAM, TIMED, Scene, at, book
from supportflow import (
    Condition,
    FieldSpec,
    LifecycleDefinition,
    Policy,
    SlaPolicy,
    Target,
    Transition,
    fold,
    wakeup,
)
from supportflow._time import to_us
from supportflow.exceptions import InvalidInput, Refused, StoreError, TransitionRefused
from supportflow.kernel import evolve
from supportflow.kernel.explain.ticket import explain
from supportflow.model import commands as c
from supportflow.model.base import StatusCategory
from supportflow.model.content import ContentRef
from supportflow.model.events import FollowUpOpened, PolicyPublished, SlaBreached
from supportflow.model.people import HOST, SYSTEM, Actor
from supportflow.model.signals import Evidence, Signals

BODY = ContentRef(id="c1", commitment="0" * 64)
TICK = c.Advance()
SECOND = 1 / 60
MICRO = SECOND / 1_000_000


def timed(scene: Scene, ticket: str) -> list[tuple[str, float]]:
    """Kind and minute of what happened by itself."""
    start = to_us(at())
    return [
        (getattr(event, "milestone", None) or event.kind, (to_us(event.recorded_at) - start) / 60_000_000)
        for event in scene.streams[ticket]
        if event.by == SYSTEM and event.kind != "clocks_moved"
    ]


class TestAdvance:
    def test_what_is_due_happens_strictly_after_its_instant(self):
        scene = Scene(book(TIMED))
        ticket = scene.open()
        assert wakeup(scene.tickets[ticket], scene.book.current) == to_us(at(15))
        assert scene.do(TICK, 15, ticket=ticket) == ()
        (warned,) = scene.do(TICK, 15 + MICRO, ticket=ticket)
        assert (warned.kind, warned.recorded_at, warned.reached_at) == ("sla_warned", at(15), at(15))
        assert (warned.detected_at, warned.due_at, warned.by) == (at(15 + MICRO), at(30), SYSTEM)

    def test_a_command_at_the_very_instant_comes_first(self):
        scene = Scene(book(TIMED))
        ticket = scene.open()
        scene.do(c.Reply(by=SAM, body=BODY), 30, ticket=ticket)
        assert timed(scene, ticket) == [("warn:0.5", 15)]
        assert scene.tickets[ticket].clock("first_response").verdict.met

    def test_a_command_just_after_it_comes_second(self):
        scene = Scene(book(TIMED))
        ticket = scene.open()
        scene.do(c.Reply(by=SAM, body=BODY), 30 + MICRO, ticket=ticket)
        assert timed(scene, ticket) == [("warn:0.5", 15), ("breach", 30)]
        assert not scene.tickets[ticket].clock("first_response").verdict.met

    def test_everything_that_is_due_happens_in_order_each_at_its_own_instant(self):
        scene = Scene(book(TIMED))
        ticket = scene.open()
        scene.do(TICK, 100_000, ticket=ticket)
        assert timed(scene, ticket) == [("warn:0.5", 15), ("breach", 30), ("warn:0.75", 180), ("breach", 240)]
        assert wakeup(scene.tickets[ticket], scene.book.current) is None

    def test_advancing_alone_records_nothing(self):
        scene = Scene()
        ticket = scene.open()
        assert scene.do(TICK, 1_000_000, ticket=ticket) == ()
        assert wakeup(scene.tickets[ticket], scene.book.current) is None


class TestAutoClose:
    WEEK = 7 * 24 * 60

    def test_a_resolved_ticket_closes_itself(self):
        scene = Scene(book(TIMED))
        ticket = scene.open()
        scene.do(c.Resolve(by=SAM), 10, ticket=ticket)
        assert wakeup(scene.tickets[ticket], scene.book.current) == to_us(at(10 + self.WEEK))
        assert scene.do(TICK, 10 + self.WEEK, ticket=ticket) == ()
        (closed,) = [
            event
            for event in scene.do(TICK, 10 + self.WEEK + 1, ticket=ticket)
            if event.kind != "clocks_moved"
        ]
        assert (closed.trigger, closed.cause, closed.by) == ("close", "auto_close", SYSTEM)
        assert closed.recorded_at == at(10 + self.WEEK) == scene.tickets[ticket].closed_at

    def test_a_reopened_ticket_does_not_and_a_second_resolution_counts_anew(self):
        scene = Scene(book(TIMED))
        ticket = scene.open()
        scene.do(c.Resolve(by=SAM), 10, ticket=ticket)
        scene.do(c.Reopen(by=SAM), 20, ticket=ticket)
        assert scene.tickets[ticket].resolved_at is None
        scene.do(TICK, self.WEEK * 2, ticket=ticket)
        assert scene.tickets[ticket].status == "open"
        scene.do(c.Resolve(by=SAM), self.WEEK * 2, ticket=ticket)
        scene.do(TICK, self.WEEK * 3, ticket=ticket)
        assert scene.tickets[ticket].status == "resolved"
        scene.do(TICK, self.WEEK * 3 + 1, ticket=ticket)
        assert scene.tickets[ticket].status == "closed"

    def test_a_guard_can_keep_it_from_closing(self):
        flagged = LifecycleDefinition(
            statuses={"new": "new", "done": "resolved", "closed": "closed"},
            initial="new",
            transitions=(
                Transition(trigger="resolve", source=("new",), target="done"),
                Transition(trigger="close", source=("done",), target="closed", guards=("may_close",)),
            ),
            guards={
                "may_close": {
                    "all": [{"field": "ok", "eq": True}, {"field": "resolved_for", "le": 8 * 24 * 3_600}]
                }
            },
        )
        policy = Policy(
            lifecycle=flagged,
            auto_close_after=timedelta(days=7),
            fields={"ok": FieldSpec.boolean(nullable=True)},
        )
        scene = Scene(book(policy))
        late, early = scene.open(), scene.open()
        for ticket in (late, early):
            scene.do(c.Resolve(by=SAM), 0, ticket=ticket)
            assert wakeup(scene.tickets[ticket], scene.book.current) is None
        scene.do(c.Update(by=SAM, attributes={"ok": True}), 1, ticket=early)
        # The flag comes when the guard's window has passed: nothing happens, and nothing is refused for it.
        scene.do(c.Update(by=SAM, attributes={"ok": True}), 9 * 24 * 60, ticket=late)
        for ticket in (late, early):
            scene.do(TICK, 30 * 24 * 60, ticket=ticket)
        assert (scene.tickets[late].status, scene.tickets[early].status) == ("done", "closed")
        assert wakeup(scene.tickets[late], scene.book.current) is None

    def test_never_without_a_policy_for_it(self):
        scene = Scene()
        ticket = scene.open()
        scene.do(c.Resolve(by=SAM), 10, ticket=ticket)
        assert wakeup(scene.tickets[ticket], scene.book.current) is None

    def test_into_a_ticket_that_has_closed_itself_nothing_is_merged(self):
        scene = Scene(book(TIMED))
        one, two = scene.open(), scene.open()
        scene.do(c.Resolve(by=SAM), 10, ticket=two)
        with pytest.raises(Refused):
            scene.do(c.Merge(by=SAM, into_id=two), 11 + self.WEEK, ticket=one, other=scene.tickets[two])
        events = scene.do(c.Merge(by=SAM, into_id=two), 10 + self.WEEK, ticket=one, other=scene.tickets[two])
        assert events[-1].kind == "ticket_absorbed"


class TestReopening:
    def test_within_the_window(self):
        scene = Scene(book(Policy(reopen_within=timedelta(hours=1))))
        ticket = scene.open()
        scene.do(c.Resolve(by=SAM), 0, ticket=ticket)
        reopened = scene.do(c.Receive(by=ANA, body=BODY), 60, ticket=ticket)
        assert [event.kind for event in reopened] == ["message_received", "status_changed"]
        assert scene.tickets[ticket].reopens == 1

    @pytest.mark.parametrize(
        "window", [timedelta(hours=1), timedelta(days=14), timedelta(0), timedelta(seconds=0.25)]
    )
    def test_it_ends_at_its_instant(self, window):
        minutes = window.total_seconds() / 60
        for late, kinds in [
            (0, ["message_received", "status_changed"]),
            (MICRO, ["follow_up_opened", "ticket_opened"]),
            (SECOND / 2, ["follow_up_opened", "ticket_opened"]),
        ]:
            scene = Scene(book(Policy(reopen_within=window)))
            ticket = scene.open()
            scene.do(c.Resolve(by=SAM), 1, ticket=ticket)
            events = scene.do(c.Receive(by=ANA, body=BODY), 1 + minutes + late, ticket=ticket)
            assert [event.kind for event in events] == kinds
            seen = Scene(scene.book)
            ticket = seen.open()
            seen.do(c.Resolve(by=SAM), 1, ticket=ticket)
            [moved] = seen.do(c.Observe(status="open"), 1 + minutes + late, ticket=ticket)
            assert moved.forced == (late > 0)

    def test_after_it_a_message_opens_a_follow_up_and_the_trigger_is_refused(self):
        scene = Scene(book(Policy(reopen_within=timedelta(hours=1))))
        ticket = scene.open(priority_class="dispute", level=2, category="login")
        scene.do(c.Resolve(by=SAM), 0, ticket=ticket)
        with pytest.raises(TransitionRefused) as refused:
            scene.do(c.Reopen(by=SAM), 61, ticket=ticket)
        assert refused.value.unmet_guards == ("within_reopen_window",)
        followed, opened = scene.do(c.Receive(by=ANA, body=BODY, channel="chat"), 61, ticket=ticket)
        assert (followed.kind, followed.into) == ("follow_up_opened", opened.ticket_id)
        follow_up = scene.tickets[opened.ticket_id]
        assert (follow_up.follow_up_of, follow_up.channel, follow_up.requester) == (ticket, "chat", "ana")
        assert (follow_up.priority_class, follow_up.level, follow_up.category) == ("dispute", 2, "login")
        assert (follow_up.received, follow_up.last_received_at) == (1, at(61))
        assert scene.tickets[ticket].status == "resolved"

    def test_what_the_new_policy_does_not_know_stays_behind(self):
        old = Policy(classes=("hot", "cold"), fields={"plan": FieldSpec.text(), "vip": FieldSpec.boolean()})
        new = Policy(fields={"vip": FieldSpec.boolean()})
        scene = Scene(book(old))
        whole = scene.open(priority_class="hot", attributes={"plan": "pro", "vip": True})
        scene.book = book(new, old)
        (_, part) = scene.do(c.Split(by=SAM), 1, ticket=whole)
        assert scene.tickets[part.ticket_id].attributes == {"vip": True}
        assert scene.tickets[part.ticket_id].priority_class == "general"
        scene.do(c.Cancel(by=SAM), 2, ticket=whole)
        (_, opened) = scene.do(c.Receive(by=ANA, body=BODY), 3, ticket=whole)
        assert scene.tickets[opened.ticket_id].attributes == {"vip": True}
        assert scene.tickets[opened.ticket_id].policy == new.fingerprint


class TestRecordedTime:
    def test_it_never_goes_back_and_the_caller_s_time_is_kept(self):
        scene = Scene(book(TIMED))
        ticket = scene.open(10)
        (note,) = scene.do(c.AddNote(by=SAM, body=BODY), 5, ticket=ticket)
        assert (note.recorded_at, note.observed_at) == (at(10), at(5))
        (note,) = scene.do(c.AddNote(by=SAM, body=BODY), 11, ticket=ticket)
        assert (note.recorded_at, note.observed_at) == (at(11), None)

    def test_on_the_other_ticket_of_a_merge_too(self):
        scene = Scene()
        one, two = scene.open(0), scene.open(10)
        merged, absorbed = scene.do(c.Merge(by=SAM, into_id=two), 5, ticket=one, other=scene.tickets[two])
        assert (merged.recorded_at, merged.observed_at) == (at(5), None)
        assert (absorbed.recorded_at, absorbed.observed_at) == (at(10), at(5))

    def test_on_a_ticket_that_is_opened_by_another_s_command(self):
        scene = Scene()
        one = scene.open(10)
        split, part = scene.do(c.Split(by=SAM), 5, ticket=one)
        assert (split.observed_at, part.recorded_at, part.observed_at) == (at(5), at(10), at(5))
        scene.do(c.Cancel(by=SAM), 11, ticket=one)
        followed, opened = scene.do(c.Receive(by=ANA, body=BODY), 5, ticket=one)
        assert (followed.observed_at, opened.recorded_at, opened.observed_at) == (at(5), at(11), at(5))

    def test_an_opening_in_the_past(self):
        scene = Scene(book(TIMED))
        ticket = scene.open(100, opened_at=at(0))
        opened = scene.tickets[ticket]
        assert (opened.opened_at, opened.recorded_at, opened.waiting_since) == (at(0), at(100), at(0))
        assert opened.clock("first_response").started_at == at(0)
        assert wakeup(opened, scene.book.current) == to_us(at(15))
        warned, breached = scene.do(TICK, 101, ticket=ticket)
        assert (warned.recorded_at, warned.reached_at) == (at(100), at(15))
        assert (breached.recorded_at, breached.reached_at, breached.late) == (at(100), at(30), False)
        assert breached.breached_at == at(30) == scene.tickets[ticket].clock("first_response").breached_at


class TestObserving:
    def test_is_never_refused_and_says_what_a_command_would_have_been_told(self):
        scene = Scene()
        ticket = scene.open()

        def seen(status: str, minutes: float):
            event = scene.do(c.Observe(status=status), minutes, ticket=ticket)[-1]
            return (
                event.trigger,
                event.forced,
                event.refusal and (event.refusal.reason, event.refusal.unmet_guards),
            )

        assert seen("open", 1) == ("start", False, None)
        assert seen("new", 2) == (None, True, ("no_transition", ()))
        assert seen("resolved", 3) == ("resolve", False, None)
        late = 3 + 14 * 24 * 60 + 1
        assert seen("open", late) == ("reopen", True, ("guard", ("within_reopen_window",)))
        assert seen("closed", late + 1) == (None, True, ("no_transition", ()))
        assert seen("open", late + 2) == (None, True, ("final", ()))
        assert seen("cancelled", late + 3) == ("cancel", False, None)
        (kept,) = scene.do(c.Observe(status="cancelled"), late + 4, ticket=ticket)
        assert (kept.kind, kept.cause, kept.trigger) == ("status_kept", "observation", None)
        assert fold(scene.streams[ticket]) == scene.tickets[ticket]
        assert scene.tickets[ticket].reopens == 2

    def test_a_late_report_stands_where_it_can_and_keeps_its_time(self):
        scene = Scene(book(TIMED))
        ticket = scene.open()
        events = scene.do(c.Observe(status="resolved", replied=True, at=at(5)), 60, ticket=ticket)
        assert {event.recorded_at for event in events} == {at(5)}
        assert scene.tickets[ticket].clock("first_response").verdict.met
        other = scene.open()
        scene.do(TICK, 20, ticket=other)
        events = scene.do(c.Observe(status="open", at=at(5)), 60, ticket=other)
        assert (events[0].recorded_at, events[0].observed_at) == (at(15), at(5))
        # After the report, time goes on to the present.
        assert timed(scene, other) == [("warn:0.5", 15), ("breach", 30)]
        assert events[-1].observed_at is None

    def test_the_future_is_refused(self):
        scene = Scene()
        ticket = scene.open()
        with pytest.raises(InvalidInput):
            scene.do(c.Observe(status="open", at=at(2)), 1, ticket=ticket)

    def test_everything_at_once(self):
        scene = Scene(book(Policy(fields={"plan": FieldSpec.text()})))
        ticket = scene.open()
        events = scene.do(
            c.Observe(
                by=SAM, status="pending", agent="kim", group="desk", priority_class="security", level=1,
                attributes={"plan": "pro"}, replied=True, requester_wrote=True,
            ),
            1,
            ticket=ticket,
        )  # fmt: skip
        assert [event.kind for event in events] == [
            "message_received", "assignment_changed", "priority_changed", "ticket_updated", "reply_sent",
            "status_changed",
        ]  # fmt: skip
        assert (events[0].by, events[4].by) == (ANA, SAM)
        again = scene.do(c.Observe(agent="kim", group="desk", replied=True), 2, ticket=ticket)
        assert [(event.kind, event.by.id) for event in again] == [("reply_sent", "kim")]
        scene.do(c.Observe(agent=""), 3, ticket=ticket)
        assert scene.do(c.Observe(replied=True), 4, ticket=ticket)[0].by.id == "unknown"

    def test_an_end_that_is_taken_back_leaves_no_trace_of_it(self):
        scene = Scene()
        ticket = scene.open()
        scene.do(c.Cancel(by=SAM), 1, ticket=ticket)
        assert scene.tickets[ticket].closed_at == at(1)
        scene.do(c.Observe(status="resolved"), 2, ticket=ticket)
        now = scene.tickets[ticket]
        assert (now.status, now.resolved_at, now.closed_at) == ("resolved", at(2), None)
        assert now.reopens == 0
        scene.do(c.Observe(status="closed"), 3, ticket=ticket)
        now = scene.tickets[ticket]
        assert (now.resolved_at, now.closed_at) == (at(2), at(3))

    def test_a_merged_ticket_that_is_reopened_is_its_own_again(self):
        scene = Scene()
        one, two = scene.open(), scene.open()
        scene.do(c.Merge(by=SAM, into_id=two), 1, ticket=one, other=scene.tickets[two])
        scene.do(c.Observe(status="open"), 2, ticket=one)
        assert scene.tickets[one].merged_into is None

    def test_moving_between_resolved_statuses_does_not_resolve_again(self):
        two_ends = LifecycleDefinition(
            statuses={"new": "new", "done": "resolved", "checked": "resolved", "closed": "closed"},
            initial="new",
            transitions=(
                Transition(trigger="resolve", source=("new",), target="done"),
                Transition(trigger="check", source=("done",), target="checked"),
                Transition(trigger="close", source=("checked", "done"), target="closed"),
            ),
        )
        scene = Scene(book(Policy(lifecycle=two_ends)))
        ticket = scene.open()
        scene.do(c.Resolve(by=SAM), 1, ticket=ticket)
        scene.do(c.Trigger(by=SAM, trigger="check"), 9, ticket=ticket)
        assert scene.tickets[ticket].status == "checked"
        assert scene.tickets[ticket].resolved_at == at(1)


class TestAdopting:
    HISTORY = (
        c.Fact(at=at(90), status="pending"),
        c.Fact(at=at(20), status="open", agent="kim"),
        c.Fact(at=at(80), replied=True, by=SAM),
    )

    def test_with_history_clocks_run_through_the_past_and_milestones_are_late(self):
        scene = Scene(book(TIMED))
        events = scene.do(c.Adopt(ref="9", opened_at=at(0), status="new", history=self.HISTORY), 100)
        ticket = events[0].ticket_id
        adopted = scene.tickets[ticket]
        assert (events[0].adopted_at, adopted.opened_at, adopted.recorded_at) == (at(100), at(0), at(90))
        assert (adopted.ref, adopted.status, adopted.assignee, adopted.requester) == (
            "9",
            "pending",
            "kim",
            "unknown",
        )
        assert timed(scene, ticket) == [("warn:0.5", 15), ("breach", 30)]
        assert all(event.late for event in events if event.kind in {"sla_warned", "sla_breached"})
        assert adopted.first_replied_at == at(80)
        (verdict,) = [event.verdict for event in events if event.kind == "sla_judged"]
        assert not verdict.met
        assert fold(scene.streams[ticket]) == adopted
        assert [event.recorded_at for event in events] == sorted(event.recorded_at for event in events)
        # What is reached later is no longer late.
        scene.do(c.Observe(status="open"), 100, ticket=ticket)
        later = scene.do(TICK, 1_000, ticket=ticket)
        assert [event.late for event in later] == [False, False]

    @pytest.mark.parametrize("status", ["resolved", "closed", "cancelled", "open"])
    def test_a_status_without_a_history(self, status):
        scene = Scene(book(TIMED))
        ticket = scene.do(c.Adopt(ref="9", opened_at=at(0), status=status), 10)[0].ticket_id
        adopted = scene.tickets[ticket]
        assert adopted.status == status
        assert (adopted.closed_at is not None) == adopted.status_category.is_final
        assert (adopted.resolved_at is not None) == (status in {"resolved", "closed"})

    def test_an_old_resolution_closes_itself_in_the_past(self):
        scene = Scene(book(TIMED))
        ticket = scene.do(c.Adopt(ref="9", opened_at=at(0), status="resolved"), 8 * 24 * 60)[0].ticket_id
        assert scene.tickets[ticket].closed_at == at(7 * 24 * 60)

    def test_the_words_of_its_subject_count(self):
        scene = Scene()
        signals = Signals(
            priority_class="security",
            evidence=(Evidence(entry="hacked", priority_class="security", start=0, end=1),),
        )
        event = scene.do(c.Adopt(ref="9", opened_at=at(0), status="open"), 1, signals=signals)[0]
        assert (event.priority_class, event.evidence) == ("security", ("hacked",))


class TestMachines:
    """What a machine writes answers nobody and asks nothing."""

    def test_a_bot_s_reply_answers_nobody(self):
        scene = Scene(book(TIMED))
        ticket = scene.open()
        scene.do(c.Reply(by=Actor(kind="bot", id="b"), body=BODY), 1, ticket=ticket)
        now = scene.tickets[ticket]
        assert (now.replies, now.last_replied_at, now.first_replied_at) == (1, at(1), None)
        assert now.waiting_since == at(0)
        assert now.clock("first_response").running
        scene.do(c.Reply(by=SAM, body=BODY), 2, ticket=ticket)
        assert scene.tickets[ticket].waiting_since is None

    @pytest.mark.parametrize("automatic", ["auto_reply", "bounce"])
    def test_the_words_of_a_machine_raise_no_class(self, automatic):
        # A bounce quotes what the desk itself wrote.
        scene = Scene()
        ticket = scene.open()
        said = Signals(
            priority_class="security",
            evidence=(Evidence(entry="hacked", priority_class="security", start=0, end=1),),
        )
        scene.do(c.Receive(by=ANA, body=BODY, automatic=automatic), 1, ticket=ticket, signals=said)
        assert scene.tickets[ticket].priority_class == "general"
        scene.do(c.Receive(by=Actor(kind="party", id="bob"), body=BODY), 2, ticket=ticket, signals=said)
        assert scene.tickets[ticket].priority_class == "security"

    def test_a_reply_knows_which_message_it_answers(self):
        scene = Scene()
        ticket = scene.open(body=BODY)
        scene.do(c.Receive(by=ANA, body=BODY), 1, ticket=ticket)
        (replied, *_) = scene.do(c.Reply(by=SAM, body=BODY), 2, ticket=ticket)
        assert replied.in_reply_to == 2


class TestAttributes:
    POLICY = Policy(
        fields={"plan": FieldSpec.text(), "tags": FieldSpec.tags()},
        sla=[
            SlaPolicy(name="pro", when=Condition(field="plan", eq="pro"), targets=[Target.first_response(minutes=5)]),
        ],
    )  # fmt: skip

    def test_only_what_changed_is_recorded_and_none_clears(self):
        scene = Scene(book(self.POLICY))
        ticket = scene.open(attributes={"plan": "free", "tags": {"a"}})
        (changed,) = scene.do(c.Update(by=SAM, attributes={"plan": "free", "tags": {"b"}}), 1, ticket=ticket)
        assert changed.attributes == {"tags": frozenset({"b"})}
        (changed,) = scene.do(
            c.Update(by=SAM, attributes={"plan": None}, language="zh", category="x"), 2, ticket=ticket
        )
        assert scene.tickets[ticket].attributes == {"tags": frozenset({"b"})}
        assert (scene.tickets[ticket].language, scene.tickets[ticket].category) == ("zh", "x")
        assert scene.do(c.Update(by=SAM, attributes={"plan": None}), 3, ticket=ticket) == ()

    def test_none_at_the_opening_is_nothing(self):
        scene = Scene(book(self.POLICY))
        ticket = scene.open(attributes={"plan": None})
        assert scene.tickets[ticket].attributes == {}

    def test_they_choose_the_sla(self):
        scene = Scene(book(self.POLICY))
        ticket = scene.open()
        assert scene.tickets[ticket].sla is None
        scene.do(c.Update(by=SAM, attributes={"plan": "pro"}), 1, ticket=ticket)
        assert scene.tickets[ticket].sla == "pro"
        scene.do(c.Update(by=SAM, attributes={"plan": None}), 2, ticket=ticket)
        assert scene.tickets[ticket].sla is None
        assert scene.tickets[ticket].clocks[0].state == "cancelled"


class TestFolding:
    def test_a_stream_begins_with_an_opening(self):
        with pytest.raises(StoreError):
            fold([])
        with pytest.raises(StoreError):
            fold([FollowUpOpened(ticket_id="t", recorded_at=at(), by=HOST, into="x")])

    def test_the_desk_s_events_do_not_belong(self):
        scene = Scene()
        ticket = scene.tickets[scene.open()]
        with pytest.raises(StoreError):
            evolve(ticket, PolicyPublished(recorded_at=at(), by=HOST, fingerprint="f", name="n"))

    def test_exclusion_and_correction_stand_beside_the_verdict(self):
        scene = Scene(book(TIMED))
        ticket = scene.open()
        scene.do(c.Reply(by=SAM, body=BODY), 31, ticket=ticket)
        key = scene.tickets[ticket].clock("first_response").key
        verdict = scene.tickets[ticket].clock("first_response").verdict
        scene.do(c.Exclude(by=SAM, clock=key, reason=BODY), 32, ticket=ticket)
        (corrected,) = scene.do(c.Correct(by=SAM, clock=key, met=True, reason=BODY), 33, ticket=ticket)
        assert (corrected.original, corrected.met) == (verdict, True)
        assert scene.tickets[ticket].clock("first_response").verdict == verdict
        assert scene.tickets[ticket].clock("first_response").excluded
        running = scene.tickets[ticket].clock("resolution").key
        for key in ("nonsense", running):
            with pytest.raises(InvalidInput):
                scene.do(c.Correct(by=SAM, clock=key, met=True, reason=BODY), 34, ticket=ticket)


class TestExplaining:
    def explained(self, scene: Scene, ticket: str, minutes: float = 0):
        return explain(scene.tickets[ticket], scene.streams[ticket], scene.book.current, at(minutes))

    def test_a_ticket_s_reasons(self):
        scene = Scene(book(TIMED))
        ticket = scene.open(words="security")
        why = self.explained(scene, ticket, 1)
        assert why.priority == "security, level 3 (the text says: w)"
        assert why.status == "new (since it was opened)"
        assert why.assignment == (
            "not assigned to an agent, in no group (by requester ana at 2026-03-02T09:00:00.000000Z): "
            "the policy routes no tickets, so somebody has to assign it"
        )
        assert (why.next_at, why.next_what) == (at(15), "warn:0.5 of gold/first_response#1")
        assert [clock.elapsed_us for clock in why.clocks] == [60_000_000] * 2
        assert "next: warn:0.5" in str(why)
        scene.do(c.SetPriority(by=SAM, level=1), 2, ticket=ticket)
        scene.do(c.Assign(by=SAM, agent="sam", group="desk"), 2, ticket=ticket)
        why = self.explained(scene, ticket)
        assert why.at == at(2)
        assert why.priority == "security, level 1 (given by hand)"
        assert why.status == "open (assignment by 'start' of agent sam at 2026-03-02T09:02:00.000000Z)"
        assert (
            why.assignment == "assigned to sam, in group desk (by agent sam at 2026-03-02T09:02:00.000000Z)"
        )
        scene.do(c.Observe(status="new"), 3, ticket=ticket)
        assert "a command would have been refused" in self.explained(scene, ticket, 3).status
        scene.do(c.Resolve(by=SAM), 4, ticket=ticket)
        assert "closes by itself" in str(self.explained(scene, ticket, 100_000 // 10))
        scene.do(c.Close(by=SAM), 5, ticket=ticket)
        why = self.explained(scene, ticket, 5)
        assert "permitted now: nothing" in str(why)
        assert (why.next_at, why.next_what) == (None, None)

    def test_a_merged_ticket_says_where_it_went_whatever_happened_before(self):
        scene = Scene()
        one, two = scene.open(assignee="sam"), scene.open()
        scene.do(c.Hold(by=SAM), 1, ticket=one)
        scene.do(c.Merge(by=SAM, into_id=two), 2, ticket=one, other=scene.tickets[two])
        assert self.explained(scene, one).status == f"closed (merged into {two})"
        scene.do(c.Observe(status="open"), 3, ticket=one)
        assert self.explained(scene, one).status.startswith("open (observation")

    def test_a_rule_and_a_default(self):
        policy = Policy(
            rules=[{"name": "chat first", "when": {"field": "channel", "eq": "chat"}, "class": "dispute"}]
        )
        scene = Scene(book(policy))
        assert (
            "(rule 'chat first': channel eq 'chat')"
            in self.explained(scene, scene.open(channel="chat")).priority
        )
        assert "(no rule and no word said otherwise)" in self.explained(scene, scene.open()).priority

    def test_a_pause_that_is_capped(self):
        capped = SlaPolicy(name="g", targets=[Target.resolution(hours=4, max_pause=timedelta(hours=1))])
        scene = Scene(book(Policy(sla=[capped])))
        ticket = scene.open()
        scene.do(c.WaitForRequester(by=SAM), 10, ticket=ticket)
        assert self.explained(scene, ticket).next_what == "g/resolution#1 goes on, its pause is used up"
        assert wakeup(scene.tickets[ticket], scene.book.current) == to_us(at(70))
        scene.do(TICK, 71, ticket=ticket)
        assert scene.tickets[ticket].clock("resolution").running
        assert scene.tickets[ticket].status_category is StatusCategory.PENDING
        (breach,) = [
            event for event in scene.do(TICK, 1_000, ticket=ticket) if isinstance(event, SlaBreached)
        ]
        assert breach.reached_at == at(240 + 60)
