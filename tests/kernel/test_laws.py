"""Laws of the kernel, for any commands at any instants."""

# ruff: noqa: E501 - a table of commands is read by its rows

from copy import deepcopy
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.scene import Scene, at, book
from supportflow import BusinessCalendar, FieldSpec, Policy, SlaPolicy, Target, evolve, fold, wakeup
from supportflow._time import to_us
from supportflow.exceptions import Refused
from supportflow.flows.rows import event_row, read_row
from supportflow.kernel import Facts, decide, decided
from supportflow.kernel.due.next import next_due
from supportflow.model import commands as c
from supportflow.model.base import StatusCategory
from supportflow.model.content import ContentRef
from supportflow.model.people import HOST, Actor
from supportflow.model.signals import Signals
from supportflow.sla.policy import Repeat

BODY = ContentRef(id="c1", commitment="0" * 64)
SAM, BOT = Actor(kind="agent", id="sam"), Actor(kind="bot", id="bot")
ANA, BOB = Actor(kind="requester", id="ana"), Actor(kind="requester", id="bob")

POLICY = Policy(
    fields={"plan": FieldSpec.choice("free", "pro")},
    auto_close_after=timedelta(days=2),
    reopen_within=timedelta(days=1),
    sla=[
        SlaPolicy(
            name="pro",
            when={"field": "plan", "eq": "pro"},
            calendar=BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin"),
            targets=[
                Target.first_response(minutes=30, warn_at=[0.5]),
                Target.next_response(minutes=45),
                Target.resolution(hours=4, warn_at=[0.5, 0.75], max_pause=timedelta(hours=3)),
            ],
        ),
        SlaPolicy(
            name="any",
            targets=[
                Target.first_response(hours=2, overdue=Repeat(every=timedelta(hours=1), times=3)),
                Target.resolution(hours=9, warn_at=[timedelta(hours=1)]),
            ],
        ),
    ],
)

COMMANDS = st.one_of(
    st.sampled_from([kind(by=SAM) for kind in (c.WaitForRequester, c.Hold, c.Resume, c.Resolve, c.Reopen, c.Close, c.Cancel)]),
    st.builds(c.Reply, by=st.sampled_from([SAM, BOT]), body=st.just(BODY)),
    st.builds(c.Receive, by=st.sampled_from([ANA, BOB]), body=st.just(BODY), automatic=st.sampled_from([None, "bounce"])),
    st.builds(c.Assign, by=st.just(SAM), agent=st.sampled_from(["sam", "kim", "", None]), group=st.sampled_from(["desk", None])),
    st.builds(c.Update, by=st.just(SAM), attributes=st.sampled_from([{"plan": "pro"}, {"plan": "free"}, {"plan": None}])),
    st.builds(c.SetPriority, by=st.just(SAM), level=st.integers(1, 4), priority_class=st.sampled_from([None, "security"])),
    st.builds(c.AddNote, by=st.just(SAM), body=st.just(BODY)),
    st.builds(
        c.Observe,
        by=st.just(HOST),
        status=st.sampled_from([None, *StatusCategory]),
        replied=st.booleans(),
        requester_wrote=st.booleans(),
    ),
)  # fmt: skip
GAPS = st.one_of(st.integers(0, 90), st.sampled_from([0, 15, 30, 120, 540, 1_440, 2_880, 10_000]))
SCRIPTS = st.lists(st.tuples(GAPS, COMMANDS), max_size=8)
OPENINGS = st.fixed_dictionaries(
    {},
    optional={
        "attributes": st.just({"plan": "pro"}),
        "assignee": st.just("sam"),
        "private": st.booleans(),
        "opened_at": st.sampled_from([at(-20), at(-3_000)]),
    },
)
TRIGGERS = [
    "start", "wait_for_requester", "hold", "resume", "requester_replied", "resolve", "reopen", "close", "cancel",
]  # fmt: skip
WORDS = Signals(priority_class="dispute")


def attempt(scene: Scene, command, minutes: float, ticket: str) -> bool:
    """Carry out a command; False, with nothing changed, if it is refused."""
    before = deepcopy(scene.tickets), {name: len(events) for name, events in scene.streams.items()}
    try:
        scene.do(command, minutes, ticket=ticket, signals=WORDS)
    except Refused:
        assert (scene.tickets, {name: len(events) for name, events in scene.streams.items()}) == before
        return False
    return True


@settings(max_examples=120)
@given(OPENINGS, SCRIPTS)
def test_folding_gives_the_ticket_and_the_stream_only_goes_on(opening, script):
    scene, minutes = Scene(book(POLICY)), 0.0
    ticket = scene.open(**opening)
    for gap, command in script:
        minutes += gap
        attempt(scene, command, minutes, ticket)
    for name, events in scene.streams.items():
        now = scene.tickets[name]
        assert fold(events) == now
        assert fold([read_row(event_row(1, event)) for event in events]) == now
        assert now.version == len(events)
        assert now.recorded_at == events[-1].recorded_at
        recorded = [event.recorded_at for event in events]
        assert recorded == sorted(recorded)
        due = wakeup(now, scene.book.current)
        assert due is None or due >= to_us(now.opened_at)
        reached = [(event.clock, event.milestone) for event in events if hasattr(event, "milestone")]
        assert len(set(reached)) == len(reached)


@settings(max_examples=60)
@given(OPENINGS, SCRIPTS, st.sampled_from([None, "merge", "split"]))
def test_a_decision_hands_over_what_folding_its_events_gives(opening, script, last):
    scene, minutes = Scene(book(POLICY)), 0.0
    ticket, other = scene.open(**opening), scene.open()
    commands = [*script, (1, c.Receive(by=ANA, body=BODY))]
    if last is not None:
        commands.append(
            (1, c.Merge(by=SAM, into_id=other) if last == "merge" else c.Split(by=SAM, subject=BODY))
        )
    for number, (gap, command) in enumerate(commands):
        minutes += gap
        given_to = Facts(
            ticket_id=f"new{number}", other=scene.tickets[other], history=tuple(scene.streams[ticket])
        )
        try:
            events, tickets, _ = decided(scene.book, scene.tickets[ticket], command, given_to, at(minutes))
        except Refused:
            continue
        assert events == decide(scene.book, scene.tickets[ticket], command, given_to, at(minutes))
        folded = dict(scene.tickets)
        for event in events:
            folded[event.ticket_id] = evolve(folded.get(event.ticket_id), event)
        handed = {one.id: one for one in tickets}
        assert len(handed) == len(tickets)
        assert {event.ticket_id for event in events} <= set(handed)
        assert all(folded[name] == one for name, one in handed.items())
        scene.tickets = folded
        scene.streams[ticket] += [event for event in events if event.ticket_id == ticket]


@settings(max_examples=80)
@given(OPENINGS, SCRIPTS, st.sampled_from([-(10**9), -1, 0, 1, 10**9]))
def test_what_is_due_before_an_instant_is_what_is_due_next(opening, script, nudge):
    scene, minutes = Scene(book(POLICY)), 0.0
    ticket = scene.open(**opening)
    for gap, command in script:
        minutes += gap
        attempt(scene, command, minutes, ticket)
        policy = scene.book.current
        due = next_due(scene.tickets[ticket], policy)
        before_us = nudge + (to_us(at(minutes)) if due is None else due.at_us)
        soon = next_due(scene.tickets[ticket], policy, before_us=before_us)
        if due is not None and due.at_us < before_us:
            assert soon == due
        else:
            assert soon is None or soon.at_us >= before_us


def told(events) -> list:
    """Events without the time at which they were noticed."""
    return [event.model_dump(exclude={"detected_at"}) for event in events]


@settings(max_examples=120)
@given(OPENINGS, SCRIPTS, st.lists(GAPS, max_size=8), st.integers(0, 30_000))
def test_no_pattern_of_polling_changes_what_happens(opening, script, polls, after):
    plain, polled = Scene(book(POLICY)), Scene(book(POLICY))
    ticket = plain.open(**opening)
    assert polled.open(**opening) == ticket
    minutes, extra = 0.0, list(polls)
    for gap, command in script:
        if extra:
            between = minutes + min(extra.pop(), gap)
            polled.do(c.Advance(), between, ticket=ticket)
        minutes += gap
        accepted = attempt(plain, command, minutes, ticket)
        assert attempt(polled, command, minutes, ticket) == accepted
    for poll in extra:
        minutes += poll
        polled.do(c.Advance(), minutes, ticket=ticket)
    for scene in (plain, polled):
        scene.do(c.Advance(), minutes + after, ticket=ticket)
    assert told(polled.streams[ticket]) == told(plain.streams[ticket])
    assert wakeup(polled.tickets[ticket], POLICY_BOOK.current) == wakeup(
        plain.tickets[ticket], POLICY_BOOK.current
    )


POLICY_BOOK = book(POLICY)


@settings(max_examples=80)
@given(OPENINGS, SCRIPTS, COMMANDS, GAPS)
def test_deciding_is_pure(opening, script, last, gap):
    scene, minutes = Scene(book(POLICY)), 0.0
    ticket = scene.open(**opening)
    for pause, command in script:
        minutes += pause
        attempt(scene, command, minutes, ticket)
    known, now = scene.tickets[ticket], at(minutes + gap)
    facts = Facts(ticket_id="fresh", signals=WORDS, history=tuple(scene.streams[ticket]))
    before = deepcopy((known, last, facts))
    outcomes = []
    # Another book, compiled anew, and another copy of everything: the same bytes.
    for policies, given_ticket, given_facts in (
        (scene.book, known, facts),
        (book(POLICY), *deepcopy((known, facts))),
    ):
        try:
            events = decide(policies, given_ticket, last, given_facts, now)
        except Refused as refused:
            outcomes.append(str(refused))
        else:
            outcomes.append([event_row(1, event).data for event in events])
    assert outcomes[0] == outcomes[1]
    assert (known, last, facts) == before


@settings(max_examples=60)
@given(SCRIPTS, st.lists(st.integers(-2_000, 2_000), min_size=8, max_size=8))
def test_a_clock_that_jumps_never_takes_the_record_back(script, jumps):
    scene = Scene(book(POLICY))
    ticket, minutes = scene.open(), 0.0
    for (gap, command), jump in zip(script, jumps, strict=False):
        minutes += gap + jump
        try:
            before = scene.tickets[ticket].recorded_at
            events = scene.do(command, minutes, ticket=ticket)
        except Refused:
            continue
        for event in events:
            assert event.recorded_at >= before
            # The caller's own time is kept exactly where the record's differs.
            if event.by != Actor(kind="system", id="supportflow") and event.kind not in {
                "clocks_moved",
                "sla_judged",
            }:
                assert event.observed_at == (at(minutes) if at(minutes) < before else None)
    for events in scene.streams.values():
        recorded = [event.recorded_at for event in events]
        assert recorded == sorted(recorded)
        assert fold(events) == scene.tickets[events[0].ticket_id]


@settings(max_examples=60)
@given(OPENINGS, SCRIPTS)
def test_an_observation_of_any_status_is_taken_in_and_marked_by_what_a_command_would_do(opening, script):
    scene, minutes = Scene(book(POLICY)), 0.0
    ticket = scene.open(**opening)
    lifecycle = scene.book.current.lifecycle
    for gap, command in script:
        minutes += gap
        attempt(scene, command, minutes, ticket)
        for status in StatusCategory:
            trial = Scene(scene.book)
            trial.tickets, trial.streams = dict(scene.tickets), {k: list(v) for k, v in scene.streams.items()}
            trial.do(c.Advance(), minutes, ticket=ticket)
            now = trial.tickets[ticket]
            events = trial.do(c.Observe(status=status), minutes, ticket=ticket)
            assert trial.tickets[ticket].status == status
            moved = [event for event in events if event.kind in {"status_changed", "status_kept"}]
            assert len(moved) == 1
            if moved[0].kind == "status_kept":
                assert now.status == status
                continue
            record = {"resolved_for": None}
            if now.resolved_at is not None:
                record["resolved_for"] = max(to_us(at(minutes)) - to_us(now.resolved_at), 0) / 1_000_000
            found = [lifecycle.lookup(now.status, name, lambda record=record: record) for name in TRIGGERS]
            permitted = any(fired is not None and fired.target == status for fired in found)
            assert moved[0].forced == (not permitted)
            assert (moved[0].refusal is None) == permitted
