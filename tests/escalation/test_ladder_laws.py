"""Laws of ladders, for any ladders, commands and instants; and the instants held against counting minute by minute."""

# ruff: noqa: E501 - a table of commands is read by its rows

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.climbs import ladder, moves, policy, share, tells
from kernel.scene import SAM, Scene, at, book
from supportflow import BusinessCalendar, Ladder, SlaPolicy, Target, fold, wakeup
from supportflow._time import from_us, instant, to_us
from supportflow.exceptions import Refused
from supportflow.flows.rows import event_row, read_row
from supportflow.kernel import Facts, decide, evolve
from supportflow.model import commands as c
from supportflow.model.content import ContentRef
from supportflow.model.people import HOST, Actor
from supportflow.model.ticket import Ticket
from supportflow.routing.policy import Relaxation, Route, RoutingPolicy
from supportflow.routing.rotation import Rotation, RotationLayer

BODY = ContentRef(id="c1", commitment="0" * 64)
ANA = Actor(kind="requester", id="ana")
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin", name="office")
NIGHTS = BusinessCalendar(
    name="nights", tz="Europe/Berlin", weekly={day: [("00:30", "04:00"), ("22:00", "24:00")] for day in ("sat", "sun", "mon")}
)  # fmt: skip
CALENDARS = st.sampled_from([None, OFFICE, NIGHTS])
SPANS = st.sampled_from([0, 1, 15, 30, 45, 60, 120, 480, 1_500])
REPEATS = st.none() | st.builds(
    lambda every, times: {"minutes": every, "times": times}, st.sampled_from([5, 30, 600]), st.integers(1, 3)
)
WHENS = st.sampled_from(
    [
        None,
        {"field": "priority_class", "eq": "security"},
        {"field": "received", "ge": 2},
        {"field": "group", "eq": "risk"},
    ]
)


@st.composite
def steps(draw) -> dict:
    """Any step."""
    timed = draw(st.booleans())
    when = (
        {}
        if timed
        else share(
            draw(st.sampled_from([0.25, 0.5, 1, 1.5])),
            draw(st.sampled_from(["first_response", "resolution"])),
        )
    )
    fields = {
        "calendar": draw(CALENDARS),
        "repeat": draw(REPEATS),
        "level_up": draw(st.integers(0, 1)),
        **when,
    }
    minutes = draw(SPANS) if timed else None
    if draw(st.booleans()):
        return moves(minutes, draw(st.sampled_from(["risk", "legal"])), **fields)
    return tells(
        minutes, *draw(st.sampled_from([("agent:lena",), ("assignee",), ("group:c2c", "assignee")])), **fields
    )


@st.composite
def ladders(draw, name: str = "one", **fields) -> Ladder:
    """Any ladder."""
    return ladder(
        *draw(st.lists(steps(), min_size=1, max_size=4)),
        name=name,
        until=draw(st.sampled_from(["first_reply", "assigned", "resolved"])),
        pause_on=draw(st.sampled_from([(), ("pending",), ("pending", "on_hold")])),
        **fields,
    )


ROUTING = RoutingPolicy(
    routes=[
        Route(name="grave", when={"field": "level", "le": 1}, skills={"care": 3}),
        Route(
            name="any",
            skills={"c2c": 2},
            relax=[
                Relaxation(after=timedelta(minutes=25), lower={"c2c": 1}),
                Relaxation(after=timedelta(hours=2), drop=("c2c",)),
            ],
        ),
    ],
    four_eyes=("compliance",),
)
ROTATION = Rotation(
    name="night",
    tz="Europe/Berlin",
    layers=[
        RotationLayer(
            people=("lena", "max"),
            start=date(2026, 3, 1),
            turn_for=timedelta(days=1),
            restrict=("nights", "office"),
        )
    ],
)


@st.composite
def policies(draw):
    """A policy with two ladders, the first of which is not for all tickets; with routing or without."""
    return policy(
        draw(ladders("one", when=draw(WHENS))),
        draw(ladders("two")),
        routing=draw(st.sampled_from([None, ROUTING])),
        rotations=[ROTATION],
        calendars={"office": OFFICE, "nights": NIGHTS},
    )


COMMANDS = st.one_of(
    st.sampled_from([kind(by=SAM) for kind in (c.WaitForRequester, c.Hold, c.Resume, c.Resolve, c.Reopen)]),
    st.just(c.Reply(by=SAM, body=BODY)),
    st.just(c.Receive(by=ANA, body=BODY)),
    st.builds(c.Assign, by=st.just(SAM), agent=st.sampled_from(["sam", "", None]), group=st.sampled_from(["c2c", "risk", None])),
    st.builds(c.SetPriority, by=st.just(SAM), priority_class=st.sampled_from(["security", "general"])),
    st.builds(c.Escalate, by=st.just(SAM), ladder=st.sampled_from([None, "one", "two"])),
    st.builds(c.Observe, by=st.just(HOST), status=st.sampled_from([None, "open", "pending", "resolved"]), replied=st.booleans()),
)  # fmt: skip
GAPS = st.integers(0, 90) | st.sampled_from([0, 15, 30, 120, 480, 1_440, 10_000])
SCRIPTS = st.lists(st.tuples(GAPS, COMMANDS), max_size=8)
OPENINGS = st.fixed_dictionaries(
    {}, optional={"assignee": st.just("sam"), "opened_at": st.sampled_from([at(-40), at(-3_000)]), "group": st.just("c2c")}
)  # fmt: skip


def attempt(scene: Scene, command, minutes: float) -> bool:
    """Carry out a command; False, with nothing changed, if it is refused."""
    try:
        scene.do(command, minutes, ticket="t1")
    except Refused:
        return False
    return True


def told(events) -> list:
    """Events without the time at which they were noticed."""
    return [event.model_dump(exclude={"detected_at"}) for event in events]


def fired(events) -> list[tuple[int, int, int]]:
    """Run, step and round of every step that was reached."""
    return [(event.run, event.step, event.round) for event in events if event.kind == "ladder_step_reached"]


@settings(max_examples=60)
@given(policies(), OPENINGS, SCRIPTS, st.lists(GAPS, max_size=8), st.integers(0, 30_000))
def test_no_pattern_of_polling_changes_what_happens(document, opening, script, polls, after):
    plain, polled, eager = (Scene(book(document)) for _ in range(3))
    for scene in (plain, polled, eager):
        scene.open(**opening)
    minutes, extra = 0.0, list(polls)
    for gap, command in script:
        if extra:
            polled.do(c.Advance(), minutes + min(extra.pop(), gap), ticket="t1")
        at_each_wakeup(eager, minutes + gap)
        minutes += gap
        assert len({attempt(scene, command, minutes) for scene in (plain, polled, eager)}) == 1
    at_each_wakeup(eager, minutes + after)
    for scene in (plain, polled, eager):
        scene.do(c.Advance(), minutes + after, ticket="t1")
    assert told(polled.streams["t1"]) == told(plain.streams["t1"]) == told(eager.streams["t1"])


def at_each_wakeup(scene: Scene, until: float) -> None:
    """Tick a microsecond after every wake-up before an instant."""
    while (due := wakeup(scene.tickets["t1"], scene.book.current)) is not None and due < to_us(at(until)) - 1:
        now_us = max(due, to_us(scene.tickets["t1"].recorded_at)) + 1
        if now_us >= to_us(at(until)):
            return
        events = decide(scene.book, scene.tickets["t1"], c.Advance(), Facts(), from_us(now_us))
        assert events, "a wake-up at which nothing happens would be one for ever"
        for event in events:
            scene.tickets["t1"] = evolve(scene.tickets["t1"], event)
            scene.streams["t1"].append(event)


@settings(max_examples=60)
@given(policies(), OPENINGS, SCRIPTS, st.integers(0, 30_000))
def test_no_step_fires_twice_and_the_stream_folds(document, opening, script, after):
    scene, minutes = Scene(book(document)), 0.0
    scene.open(**opening)
    for gap, command in script:
        minutes += gap
        attempt(scene, command, minutes)
    scene.do(c.Advance(), minutes + after, ticket="t1")
    events, ticket = scene.streams["t1"], scene.tickets["t1"]
    steps_fired = fired(events)
    assert len(set(steps_fired)) == len(steps_fired)
    runs = [event.run for event in events if event.kind == "ladder_started"]
    assert runs == list(range(1, len(runs) + 1))
    ended = [event.run for event in events if event.kind == "ladder_ended"]
    assert ended == runs[: len(ended)]
    assert len(runs) - len(ended) == (1 if ticket.ladder is not None and ticket.ladder.running else 0)
    by_itself = [event for event in events if event.kind == "ladder_started" and event.cause != "command"]
    assert len(by_itself) <= 2 * (
        1 + ticket.reopens
    )  # each of the two once in a life: no ladder feeds another for ever
    assert fold(events) == ticket
    assert fold([read_row(event_row(1, event)) for event in events]) == ticket
    recorded = [event.recorded_at for event in events]
    assert recorded == sorted(recorded)


@settings(max_examples=60)
@given(policies(), policies(), SCRIPTS, st.sampled_from(["never", "on_next_event", "now"]))
def test_a_ladder_that_started_does_as_it_was_frozen(old, new, script, edits):
    """Whatever the later version says: each firing is a rung of its own start, done as the plan of its start says."""
    scene, minutes = Scene(book(old)), 0.0
    scene.open()
    scene.book = book(new.model_copy(update={"edits": edits}), old)
    for gap, command in script:
        minutes += gap
        attempt(scene, command, minutes)
    scene.do(c.Advance(), minutes + 5_000, ticket="t1")
    starts = {event.run: event for event in scene.streams["t1"] if event.kind == "ladder_started"}
    for event in scene.streams["t1"]:
        if event.kind == "ladder_step_reached":
            start = starts[event.run]
            assert (event.step, event.round) in {(rung.step, rung.round) for rung in start.rungs}
            plan = start.steps[event.step - 1]
            assert (event.ladder, event.escalation, event.asked) == (start.ladder, plan.kind, plan.notify)
    for start in starts.values():
        assert start.policy in {old.fingerprint, scene.book.current.fingerprint}


@settings(max_examples=60)
@given(policies(), SCRIPTS, COMMANDS, GAPS)
def test_deciding_is_pure(document, script, last, gap):
    scene, minutes = Scene(book(document)), 0.0
    scene.open()
    for pause, command in script:
        minutes += pause
        attempt(scene, command, minutes)
    answers = []
    for given_book, ticket in (
        (scene.book, scene.tickets["t1"]),
        (book(document), deepcopy(scene.tickets["t1"])),
    ):
        try:
            events = decide(given_book, ticket, last, Facts(), at(minutes + gap))
        except Refused as refused:
            answers.append(str(refused))
        else:
            answers.append([event_row(1, event).data for event in events])
    assert answers[0] == answers[1]


# --- the naive oracle --------------------------------------------------------------------------


def is_open(calendar: BusinessCalendar | None, minute: datetime) -> bool:
    """Whether the wall clock shows an hour of the calendar: read off its definition, minute by minute."""
    if calendar is None:
        return True
    local = minute.astimezone(BERLIN)
    clock = local.hour * 60 + local.minute
    if calendar is OFFICE:
        return local.weekday() < 5 and 540 <= clock < 1_020
    return local.weekday() in {5, 6, 0} and (30 <= clock < 240 or clock >= 1_320)


def by_counting(plan: list[dict], start: datetime, pauses: list[tuple[int, int]], minutes: int) -> dict:
    """Step and round → the instant, found by counting open minutes one by one; minutes of a pause do not count.

    `plan` has the minutes, the calendar and the repetitions of each step.
    """
    left = {
        (number, turn): step["minutes"] + turn * step["every"]
        for number, step in enumerate(plan, 1)
        for turn in range(step["times"] + 1)
    }
    found = {key: start for key, missing in left.items() if missing == 0}
    for passed in range(minutes):
        if any(begin <= passed < end for begin, end in pauses):
            continue
        minute = start + timedelta(minutes=passed)
        for key, missing in left.items():
            if missing and is_open(plan[key[0] - 1]["calendar"], minute):
                left[key] = missing - 1
                if missing == 1:
                    found[key] = minute + timedelta(minutes=1)
    return found


PLANS = st.lists(
    st.fixed_dictionaries(
        {
            "minutes": st.integers(0, 400),
            "calendar": CALENDARS,
            "every": st.integers(1, 90),
            "times": st.integers(0, 2),
        }
    ),
    min_size=1,
    max_size=3,
)
AROUND_THE_CHANGES = st.sampled_from(
    [datetime(2026, 3, 27, 15, 3, tzinfo=UTC), datetime(2026, 3, 28, 20, 30, tzinfo=UTC), datetime(2026, 3, 29, 0, 59, tzinfo=UTC),
     datetime(2026, 10, 23, 14, 0, tzinfo=UTC), datetime(2026, 10, 24, 21, 59, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]
)  # fmt: skip
PAUSES = st.lists(st.integers(1, 1_500), max_size=4, unique=True).map(sorted)
HORIZON = 6 * 1_440


@settings(max_examples=40, deadline=None)
@given(PLANS, AROUND_THE_CHANGES, PAUSES)
def test_instants_are_those_of_counting_minute_by_minute_also_when_the_clocks_change(plan, start, cuts):
    pauses = list(zip(cuts[::2], cuts[1::2], strict=False))
    document = policy(
        ladder(
            *(
                tells(
                    step["minutes"],
                    calendar=step["calendar"],
                    repeat={"minutes": step["every"], "times": step["times"]} if step["times"] else None,
                )
                for step in plan
            ),
            pause_on=["pending"],
        ),
        sla=[],
    )
    scene = Scene(book(document))
    offset = (instant(start) - at()).total_seconds() / 60
    scene.open(offset)
    for begin, end in pauses:
        scene.do(c.WaitForRequester(by=SAM), offset + begin, ticket="t1")
        scene.do(c.Resume(by=SAM), offset + end, ticket="t1")
    scene.do(c.Advance(), offset + HORIZON, ticket="t1")
    reached = {
        (event.step, event.round): event.reached_at
        for event in scene.streams["t1"]
        if event.kind == "ladder_step_reached"
    }
    expected = by_counting(plan, start, pauses, HORIZON)
    # What falls on the very beginning of a pause comes when that is over: the command precedes it.
    ends = {start + timedelta(minutes=begin): start + timedelta(minutes=end) for begin, end in pauses}
    assert reached == {
        key: ends.get(moment, moment)
        for key, moment in expected.items()
        if moment < start + timedelta(minutes=HORIZON)
    }


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from([1, 25, 50, 99, 100, 150]), min_size=1, max_size=4), st.integers(1, 500), PAUSES
)
def test_shares_are_those_of_counting_the_clock_minute_by_minute(percents, duration, cuts):
    pauses = list(zip(cuts[::2], cuts[1::2], strict=False))
    sla = [SlaPolicy(name="s", targets=[Target.resolution(minutes=duration * 100)])]
    document = policy(
        ladder(*(tells(None, **share(percent / 100, "resolution")) for percent in percents)), sla=sla
    )
    scene = Scene(book(document))
    scene.open()
    for begin, end in pauses:
        scene.do(c.WaitForRequester(by=SAM), begin, ticket="t1")
        scene.do(c.Resume(by=SAM), end, ticket="t1")
    last = duration * 150 + 10_000
    scene.do(c.Advance(), last, ticket="t1")
    for number, percent in enumerate(percents, 1):
        left, moment = duration * percent, 0
        while left:
            if not any(begin <= moment < end for begin, end in pauses):
                left -= 1
            moment += 1
        moment = next((end for begin, end in pauses if begin == moment), moment)
        found = [
            event.reached_at
            for event in scene.streams["t1"]
            if event.kind == "ladder_step_reached" and event.step == number
        ]
        assert found == [at(moment)]


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        # The night in which 02:00 becomes 03:00: an hour of the wall clock is missing.
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), 150, datetime(2026, 3, 29, 2, 0, tzinfo=UTC)),
        # The night in which 03:00 becomes 02:00: an hour is shown twice, and counts twice.
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), 270, datetime(2026, 10, 25, 3, 0, tzinfo=UTC)),
    ],
)
def test_business_hours_of_the_nights_in_which_the_clocks_change(start, minutes, expected):
    scene = Scene(book(policy(ladder(tells(minutes, calendar=NIGHTS)))))
    offset = (instant(start) - at()).total_seconds() / 60
    scene.open(offset)
    scene.do(c.Advance(), offset + 5_000, ticket="t1")
    (step,) = [event for event in scene.streams["t1"] if event.kind == "ladder_step_reached"]
    assert step.reached_at == expected


def test_a_ticket_keeps_its_ladder_as_long_as_it_runs_and_no_longer():
    many = [tells(minutes, repeat={"minutes": 1, "times": 10}) for minutes in range(20)]
    scene = Scene(book(policy(ladder(*many))))
    scene.open()
    assert len(scene.tickets["t1"].ladder.rungs) == 220
    scene.do(c.Advance(), 100, ticket="t1")
    ticket: Ticket = scene.tickets["t1"]
    assert (ticket.ladder.rungs, ticket.ladder.steps, ticket.ladder.ended) == ((), (), "finished")
    assert len(fired(scene.streams["t1"])) == 220
