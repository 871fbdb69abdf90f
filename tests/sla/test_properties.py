"""What always holds, for any history: inverses, pauses, sums, replay, polling. With a naive count as oracle."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sla_desk import SlaDesk
from supportflow import BusinessCalendar, Group, Policy, SlaPolicy, Target
from supportflow._time import instant, to_us
from supportflow.exceptions import Refused
from supportflow.kernel.replay import rebuild
from supportflow.model.people import Actor
from supportflow.policy import CompiledPolicy, PolicyBook

START = "2026-03-27T10:00:00+01:00"  # Friday; the clocks change on Sunday
OFFICE = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin", name="office")
SPLIT = BusinessCalendar(
    tz="Europe/Berlin",
    weekly={"mon": [("08:00", "12:00"), ("13:00", "19:00")], "sat": [("22:00", "06:00")]},
    name="split",
)
POLICY = Policy(
    groups=[Group(name="first", calendar="office"), Group(name="second", calendar="split")],
    calendars={"office": OFFICE, "split": SPLIT},
    auto_close_after=timedelta(days=3),
    sla=[
        SlaPolicy(
            name="gold",
            calendar="office",
            targets=[
                Target.first_response(minutes=30, warn_at=[0.5, timedelta(minutes=5)]),
                Target.next_response(minutes=45, warn_at=[0.75]),
                Target.resolution(
                    hours=4, warn_at=[0.5], overdue={"every": timedelta(hours=1), "times": 3},
                    when={"field": "level", "le": 2},
                ),
                Target.resolution(hours=9, warn_at=[0.5], max_pause=timedelta(hours=30)),
                Target.of("group_ownership", hours=3, calendar_of="group"),
                Target.of("time_to_own", working_days=1),
                Target.of("underpinning", hours=6, calendar="split", edge="open"),
                Target.of("periodic_update", hours=5),
            ],
        )
    ],
)  # fmt: skip
BOT = Actor(kind="bot", id="bot")
ACTIONS = {
    "reply": lambda desk, ticket: desk.reply(ticket, body="try this", by="sam"),
    "bot": lambda desk, ticket: desk.reply(ticket, body="hello", by=BOT),
    "message": lambda desk, ticket: desk.receive(ticket, body="still broken", by="ana"),
    "stranger": lambda desk, ticket: desk.receive(ticket, body="me too", by="bob"),
    "wait": lambda desk, ticket: desk.wait_for_requester(ticket, by="sam"),
    "hold": lambda desk, ticket: desk.hold(ticket, by="sam"),
    "resume": lambda desk, ticket: desk.resume(ticket, by="sam"),
    "resolve": lambda desk, ticket: desk.resolve(ticket, by="sam"),
    "reopen": lambda desk, ticket: desk.reopen(ticket, by="ana"),
    "first": lambda desk, ticket: desk.assign(ticket, group="first", by="sam"),
    "second": lambda desk, ticket: desk.assign(ticket, group="second", agent="kim", by="sam"),
    "nobody": lambda desk, ticket: desk.assign(ticket, agent="", by="sam"),
    "urgent": lambda desk, ticket: desk.set_priority(ticket, level=1, by="sam"),
    "calm": lambda desk, ticket: desk.set_priority(ticket, level=3, by="sam"),
}
MINUTES = st.one_of(st.integers(0, 90), st.integers(0, 4_000))
HISTORIES = st.lists(st.tuples(MINUTES, st.sampled_from(sorted(ACTIONS))), max_size=14)


def play(history, *, polls=(), document=POLICY):
    """Play a history; `polls` are minutes at which a tick looks in between."""
    run = SlaDesk(START, document=document, opening={"group": "first"})
    at, waiting = 0, sorted(polls)
    for minutes, action in history:
        at += minutes
        while waiting and waiting[0] <= at:
            run.clock.set(instant(START) + timedelta(minutes=waiting.pop(0)))
            run.desk.run_due()
        run.clock.set(instant(START) + timedelta(minutes=at))
        try:
            ACTIONS[action](run.desk, run.ticket)
        except Refused:
            continue
    run.clock.set(instant(START) + timedelta(minutes=at + 20_000))
    run.desk.run_due()
    return run


def told(run):
    """The events, without when they were noticed and where their texts are kept."""
    return [event.model_dump(exclude={"detected_at", "body"}) for event in run.desk.history(run.ticket)]


@given(HISTORIES, st.lists(st.integers(0, 30_000), max_size=12))
def test_no_pattern_of_polling_changes_an_outcome(history, polls):
    assert told(play(history)) == told(play(history, polls=polls))


@given(HISTORIES)
def test_replaying_the_facts_gives_the_live_clocks(history):
    """Every clock, milestone and verdict follows from the facts: made anew, they are the recorded ones."""
    run = play(history)
    recorded = run.desk.history(run.ticket)
    anew = rebuild(recorded, CompiledPolicy(POLICY), "default", to_us(run.clock.now()))

    strip = [event.model_dump(exclude={"detected_at", "by"}) for event in recorded]
    assert strip == [event.model_dump(exclude={"detected_at", "by"}) for event in anew.events]
    assert run.desk.get(run.ticket) == anew.ticket


@given(HISTORIES)
def test_explanations_sum_exactly(history):
    run = play(history)
    for reading in run.desk.clocks(run.ticket):
        account = reading.explain()
        counted = sum(interval.counted_us for interval in account.intervals)

        assert reading.clock.folded_us + counted == account.elapsed_us
        assert timedelta(microseconds=account.elapsed_us) == reading.elapsed
        for one, following in zip(account.intervals, account.intervals[1:], strict=False):
            assert one.end_us == following.start_us


@given(HISTORIES)
def test_banked_time_is_the_sum_of_the_segments(history):
    for clock in play(history).desk.get(play(history).ticket).clocks:
        closed = sum(segment.counted_us or 0 for segment in clock.segments)

        assert clock.banked_us == clock.folded_us + closed


@given(HISTORIES)
def test_every_milestone_is_reached_once_and_in_order(history):
    run = play(history)
    seen = run.milestones()
    recorded = [event.recorded_at for event in run.desk.history(run.ticket)]

    assert recorded == sorted(recorded)
    # A shorter target makes its steps anew; each target of each cycle fires a step once.
    keys = [(clock, milestone) for clock, milestone, _ in seen]
    if not any(action in {"urgent", "calm"} for _, action in history):
        assert len(keys) == len(set(keys))


def naive_minutes(history, until):
    """Minutes of the resolution target, counted one by one: open hours, while nobody waits for the requester."""
    run = SlaDesk(START, Target.resolution(hours=10_000), calendar=OFFICE)
    changes, at, status = [(0, "new")], 0, None
    for minutes, action in history:
        at += minutes
        run.clock.set(instant(START) + timedelta(minutes=at))
        try:
            status = ACTIONS[action](run.desk, run.ticket).ticket.status
        except Refused:
            continue
        changes.append((at, status))
    counted = 0
    for (begin, state), (end, _) in zip(changes, [*changes[1:], (until, "")], strict=True):
        if state in {"new", "open", "on_hold"}:
            counted += sum(
                OFFICE.is_open(instant(START) + timedelta(minutes=minute)) for minute in range(begin, end)
            )
    run.clock.set(instant(START) + timedelta(minutes=until))
    return counted, run.reading().elapsed


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from(sorted(ACTIONS))), max_size=8))
def test_elapsed_is_the_naive_count(history):
    until = sum(minutes for minutes, _ in history) + 300
    counted, elapsed = naive_minutes(history, until)

    assert timedelta(minutes=counted) == elapsed


@given(st.integers(1, 3_000), st.integers(0, 5_000), st.integers(0, 5_000))
def test_a_pause_never_brings_the_due_time_forward(minutes, before, length):
    run = SlaDesk(START, Target.resolution(minutes=minutes), calendar=OFFICE)
    due = run.reading().due_at
    run.clock.advance(minutes=before)
    run.desk.wait_for_requester(run.ticket, by="sam")
    run.clock.advance(minutes=length)
    run.desk.resume(run.ticket, by="sam")

    assert run.reading().due_at >= due
    # Due and elapsed are inverses: at the due time exactly the target is counted (unless it had passed already).
    if run.reading().breached_at is None:
        run.clock.set(max(run.reading().due_at, run.clock.now()))
        assert timedelta(minutes=minutes) == run.reading().elapsed


@given(st.integers(1, 3_000), st.integers(0, 5_000))
def test_splitting_a_run_changes_no_sum(minutes, at):
    """A pause of no length leaves due and elapsed as they were."""
    whole = SlaDesk(START, Target.resolution(minutes=minutes), calendar=OFFICE)
    split = SlaDesk(START, Target.resolution(minutes=minutes), calendar=OFFICE)
    split.clock.advance(minutes=at)
    split.desk.wait_for_requester(split.ticket, by="sam")
    split.desk.resume(split.ticket, by="sam")
    for run in (whole, split):
        run.clock.set(instant(START) + timedelta(minutes=at + 1_000))

    assert whole.reading().elapsed == split.reading().elapsed
    if split.reading().breached_at is None:
        assert whole.reading().due_at == split.reading().due_at


@given(st.permutations(range(4)))
def test_the_order_in_which_versions_are_loaded_decides_nothing(order):
    """Which policy a ticket gets is the order inside the document, whatever else the book holds."""
    versions = [
        CompiledPolicy(
            Policy(
                name=f"version {number}",
                sla=[
                    SlaPolicy(name="mail", when={"field": "channel", "eq": "email"}),
                    SlaPolicy(name="all"),
                ],
            )
        )
        for number in range(4)
    ]
    book = PolicyBook(versions[0], [versions[number] for number in order])

    assert book.current is versions[0]
    assert book.current.sla.match(lambda: {"channel": "email"}).name == "mail"
    assert book.current.sla.match(lambda: {"channel": "web"}).name == "all"
