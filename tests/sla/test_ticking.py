"""What makes a tick cheap changes nothing: the memory store's heaps, and events that no clock is asked about."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

import supportflow.kernel.after.clocks as drafting
from sla_desk import SlaDesk
from supportflow import MemoryStore, Metric, Policy, SlaPolicy, Target
from supportflow._time import instant
from supportflow.exceptions import Refused
from supportflow.model.storage import Commit, Committed, Lease, OutboxRow, StreamChange

# --- deliveries: the heaps against a plain scan --------------------------------------------------

TOPICS = ("event:a", "event:b", "channel:c")


class Scan:
    """The outbox as its port words it: a list that is read from the front."""

    def __init__(self):
        self.rows, self.claimed, self.dead, self.claims = {}, {}, {}, 0

    def add(self, row):
        self.rows.setdefault(row.key, row)

    def lease(self, now_us, until_us, topics, limit):
        heads, seen = [], set()
        for key, row in self.rows.items():
            lane = (row.topic, row.ticket_id)
            if key not in self.dead and row.topic in topics and lane not in seen:
                seen.add(lane)
                heads.append(row)
        due = sorted((row for row in heads if row.next_us <= now_us), key=lambda row: row.next_us)
        for row in due[:limit]:
            self.claims += 1
            self.claimed[row.key] = str(self.claims)
            self.rows[row.key] = row._replace(next_us=until_us, attempts=row.attempts + 1)
        return tuple(Lease(self.rows[row.key], self.claimed[row.key]) for row in due[:limit])

    def settle(self, key, token, retry_us, error):
        if self.claimed.get(key) != token or key not in self.rows:
            return False
        del self.claimed[key]
        if error is None:
            del self.rows[key]
        elif retry_us is None:
            self.dead[key] = error
        else:
            self.rows[key] = self.rows[key]._replace(next_us=retry_us)
        return True

    def revive(self, key, now_us):
        if self.dead.pop(key, None) is None:
            return False
        self.rows[key] = self.rows[key]._replace(next_us=now_us, attempts=0)
        return True

    def drop(self, key):
        if self.dead.pop(key, None) is None:
            return False
        del self.rows[key]
        return True


KEYS = st.integers(0, 11).map(str)
STEPS = st.one_of(
    st.tuples(st.just("add"), KEYS, st.integers(0, 5)),
    st.tuples(st.just("lease"), st.sets(st.sampled_from(TOPICS)), st.integers(1, 4)),
    st.tuples(st.just("settle"), st.integers(0, 9), st.sampled_from(["sent", "retry", "dead"])),
    st.tuples(st.just("revive"), KEYS),
    st.tuples(st.just("drop"), KEYS),
    st.tuples(st.just("wait"), st.integers(0, 20)),
)


@settings(max_examples=400)
@given(st.lists(STEPS, max_size=40))
def test_a_claim_finds_what_a_scan_would(steps):
    store, scan, now, leases = MemoryStore(), Scan(), 0, []
    for step in steps:
        match step:
            case ("add", key, later):
                # Few topics and tickets, so that rows meet in a lane.
                row = OutboxRow(key, TOPICS[int(key) % 3], f"t{int(key) % 2}", int(key), 0, now + later)
                assert store.commit(Commit("x", (), outbox=(row,))) == Committed()
                scan.add(row)
            case ("lease", topics, limit):
                found = store.lease("x", now, now + 10, topics, limit)
                assert found == scan.lease(now, now + 10, topics, limit)
                leases += found
            case ("settle", which, end) if leases:
                row, token = leases[which % len(leases)]
                retry, error = {"sent": (None, None), "retry": (now + 3, "E"), "dead": (None, "E")}[end]
                told = store.settle("x", row.key, token, retry_us=retry, error=error)
                assert told == scan.settle(row.key, token, retry, error)
            case ("revive", key):
                assert store.revive("x", key, now) == scan.revive(key, now)
            case ("drop", key):
                assert store.drop("x", key) == scan.drop(key)
            case ("wait", span):
                now += span
        dead = [letter.row.key for letter in store.dead_letters("x", 100)]
        assert dead == [key for key in scan.rows if key in scan.dead]


# --- wake-ups ------------------------------------------------------------------------------------


def test_wake_ups_that_are_out_of_date_are_swept_out():
    run = SlaDesk("2026-06-01T09:00:00Z", Target.resolution(hours=1))
    store = MemoryStore()
    row = run.desk._ports["store"].load("default", run.ticket)
    for number in range(5_000):
        moved = replace(row, id=f"t{number % 7}", version=number + 1, wakeup_us=10_000 - number)
        change = StreamChange(f"ticket:{moved.id}", 0, (), moved)
        assert store.commit(Commit("x", (change,))) == Committed()

    assert len(store._tenants["x"].wakeups) < 2_000
    assert store.due("x", 20_000, 10) == tuple(f"t{number % 7}" for number in range(4_999, 4_992, -1))


# --- events that no clock is asked about ---------------------------------------------------------

MINUTES = st.one_of(st.integers(0, 90), st.integers(0, 4_000))
ACTIONS = {
    "reply": lambda desk, ticket: desk.reply(ticket, body="try this", by="sam"),
    "note": lambda desk, ticket: desk.note(ticket, body="hm", by="sam"),
    "message": lambda desk, ticket: desk.receive(ticket, body="still broken", by="ana"),
    "wait": lambda desk, ticket: desk.wait_for_requester(ticket, by="sam"),
    "hold": lambda desk, ticket: desk.hold(ticket, by="sam"),
    "resume": lambda desk, ticket: desk.resume(ticket, by="sam"),
    "resolve": lambda desk, ticket: desk.resolve(ticket, by="sam"),
    "reopen": lambda desk, ticket: desk.reopen(ticket, by="ana"),
    "assign": lambda desk, ticket: desk.assign(ticket, agent="sam", group="first", by="sam"),
    "urgent": lambda desk, ticket: desk.set_priority(ticket, level=1, by="sam"),
    "merge": lambda desk, ticket: desk.merge(
        desk.open(subject="the same", requester="ana").ticket.id, into=ticket, by="sam"
    ),
}
TARGETS = [
    Target.first_response(minutes=30),
    Target.next_response(minutes=45),
    Target.resolution(hours=4, max_pause=timedelta(hours=2)),
    Target.of("agent_work", hours=3, pause_on=["pending"]),
    Target.of("first_resolution", hours=3, pause_on=["new"], reopen="new_cycle"),
    Target.of("underpinning", hours=6),
    Target.of("requester_wait", hours=6, when={"not": {"field": "status_category", "eq": "on_hold"}}),
    Target.of("silence", hours=6),
]
SILENCE = Metric.model_validate(
    {
        "name": "silence",
        "start": ["opened"],
        "stop": ["closed"],
        "pause": {"when": {"field": "replies", "ge": 1}},
    }
)


@settings(max_examples=150)
@given(
    st.lists(st.tuples(MINUTES, st.sampled_from(sorted(ACTIONS))), max_size=10),
    st.lists(st.sampled_from(TARGETS), unique_by=lambda target: target.metric, max_size=4),
    st.sampled_from(["own", "earliest"]),
)
def test_clocks_that_are_not_asked_had_nothing_to_say(history, targets, merge_clocks):
    """The same history with every clock asked about every event gives the same events."""
    document = Policy(
        metrics=[SILENCE], merge_clocks=merge_clocks, sla=[SlaPolicy(name="gold", targets=targets)]
    )

    def play():
        run = SlaDesk("2026-06-01T09:00:00Z", document=document)
        at = instant("2026-06-01T09:00:00Z")
        for minutes, action in history:
            at += timedelta(minutes=minutes)
            run.clock.set(at)
            try:
                ACTIONS[action](run.desk, run.ticket)
            except Refused:
                continue
        return run.desk.history(run.ticket)

    told = play()
    asked = drafting.concerned
    drafting.concerned = lambda *_: True
    try:
        assert told == play()
    finally:
        drafting.concerned = asked


def test_a_paused_clock_from_a_merged_ticket_goes_on_at_once():
    """It comes into a ticket whose status pauses nothing."""
    run = SlaDesk("2026-06-01T09:00:00Z", Target.resolution(hours=1), merge_clocks="earliest")
    late = run.at("2026-06-01T09:10:00Z").ticket
    run.at("2026-06-01T10:30:00Z").desk.wait_for_requester(late, by="sam")  # after the breach
    run.ticket = run.desk.open(subject="again", requester="ana").ticket.id
    run.desk.merge(late, into=run.ticket, by="sam")

    assert run.reading().state == "running"
    assert run.reading().breached_at == instant("2026-06-01T10:10:00Z") - timedelta(minutes=10)


def test_a_running_clock_from_a_merged_ticket_waits_where_the_other_waits():
    run = SlaDesk("2026-06-01T09:00:00Z", Target.resolution(hours=1), merge_clocks="earliest")
    early = run.ticket
    run.at("2026-06-01T09:20:00Z")
    run.ticket = run.desk.open(subject="again", requester="ana").ticket.id
    run.desk.wait_for_requester(run.ticket, by="sam")
    run.at("2026-06-01T09:30:00Z").desk.merge(early, into=run.ticket, by="sam")

    assert run.reading().state == "paused"
    assert run.reading().elapsed == timedelta(minutes=30)
