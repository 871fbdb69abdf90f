"""Nothing of the past calls anybody who did not ask; and what came late tells each breach of a target once at most."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bots import Scripted
from bot.bots import policy as bot_policy
from desk.office import START, Awaited, clock_of, desk, store_of
from escalation.climbs import ladder, tells
from supportflow import (
    Actor,
    Answer,
    AsyncDesk,
    Desk,
    Escalation,
    Group,
    MemoryActions,
    MemoryChannel,
    MemoryStore,
    Policy,
    SlaPolicy,
    SqlStore,
    Target,
    WithPast,
    evolve,
    fold,
)
from supportflow._time import instant
from supportflow.events import (
    ActionHeldBack,
    AssignmentChanged,
    HandedOver,
    LadderStepReached,
    MessageReceived,
    PriorityChanged,
    ReplySent,
    SlaBreached,
    SlaOverdue,
    SlaWarned,
    StatusChanged,
    TicketAdopted,
    TicketOpened,
)
from supportflow.exceptions import InvalidInput
from supportflow.model.events import EVENT_TYPES, TicketEvent
from supportflow.policy.presets import preset
from supportflow.stores.sql.migration import migrate
from supportflow.testing import CountingIds, ManualClock

OF_TICKETS = [cls for cls in EVENT_TYPES.values() if issubclass(cls, TicketEvent)]
NAGS = (SlaWarned, SlaBreached, SlaOverdue)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
HOURLY = {"every": timedelta(hours=1), "times": 20}
TARGETS = [
    Target.first_response(minutes=30, warn_at=[0.5], overdue=HOURLY),
    Target.next_response(hours=2, warn_at=[0.25, 0.75], overdue=HOURLY),
    Target.resolution(hours=8, warn_at=[timedelta(hours=1)], overdue=HOURLY),
]
LADDER = ladder(
    tells(30),
    tells(60, "assignee", repeat={"minutes": 30, "times": 10}),
    {"minutes": 300, "kind": "functional", "group": "risk", "notify": ["agent:lead"], "level_up": 1},
)
NAGGING = Policy(
    auto_close_after=timedelta(days=5),
    sla=[SlaPolicy(name="g", targets=TARGETS)],
    groups=[Group(name="desk"), Group(name="risk")],
    escalation=Escalation(ladders=[LADDER]),
)


class Ear:
    """Handlers of every event of tickets, and what they heard."""

    def __init__(self, wrap=lambda handler: handler) -> None:
        self.heard = []
        self.on = {cls: wrap(self.heard.append) for cls in OF_TICKETS}

    def of(self, *classes):
        return [event for event in self.heard if isinstance(event, classes)]


def drained(one) -> None:
    while one.run_due().delivered:
        pass


FACTS = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["new", "open", "pending", "on_hold", "resolved", "closed", "cancelled"]),
        "agent": st.sampled_from(["sam", "kim", ""]),
        "group": st.sampled_from(["desk", "risk", ""]),
        "level": st.integers(1, 4),
        "priority_class": st.sampled_from(["security", "dispute", "general"]),
    },
) | st.sampled_from(
    [
        {"replied": True, "by": "sam", "body": "We are on it."},
        {"replied": True, "status": "pending"},
        {"requester_wrote": True, "body": "My account was hacked"},
        {"requester_wrote": True, "body": "Still waiting", "status": "open"},
        {"by": Actor(kind="party", id="seller"), "body": "I have not been paid"},
    ]
)
AGO = st.integers(1, 60 * 24 * 60)  # minutes
HISTORIES = st.lists(st.tuples(AGO, FACTS), max_size=8)


@settings(max_examples=80, deadline=None)
@given(
    HISTORIES, AGO, st.sampled_from(["new", "open", "resolved"]), st.lists(st.integers(1, 4_000), max_size=3)
)
def test_an_adopted_past_is_heard_by_nobody_and_by_whoever_asks_once(history, ago, status, ticks):
    ear, keen, mail = Ear(), Ear(WithPast), MemoryChannel()
    store, clock, ids = MemoryStore(), ManualClock(START), CountingIds()
    ports = {"store": store, "clock": clock, "ids": ids}
    one = Desk(NAGGING, on=ear.on, channels={"web": mail}, **ports)
    two = Desk(NAGGING, on=keen.on, **ports)
    two.run_due()
    opened = max([ago, *(minutes for minutes, _ in history)])
    facts = [{"at": START - minutes * MINUTE, **fact} for minutes, fact in history]
    one.adopt("1", START - opened * MINUTE, status, facts, requester="ana", subject="s", group="desk")
    recorded = one.history(ref="1")
    drained(one)
    assert [event for event in ear.heard if event.recorded_at < START or event.late] == []
    assert ear.of(*NAGS) == []
    assert all(
        event.late == (event.recorded_at < START)
        for event in recorded
        if not isinstance(event, LadderStepReached)
    )
    assert mail.sent == []
    for minutes in ticks:
        clock.advance(minutes=minutes)
        drained(one)
    drained(two)
    everything = one.history(ref="1")
    assert [event for event in ear.heard if event.recorded_at < START or event.late] == []
    breaches = Counter(event.clock for event in ear.of(SlaBreached))
    assert all(count == 1 for count in breaches.values())
    # Whoever asks hears all the past, once and in order; the feed has it, too.
    past = [event for event in keen.heard if event.late]
    for cls in OF_TICKETS:
        of_kind = [event for event in everything if event.late and type(event) is cls]
        assert [event for event in past if type(event) is cls] == of_kind
    assert [item.event for item in one.feed(limit=1_000) if item.stream.startswith("ticket:")] == list(
        everything
    )
    assert fold(everything) == one.get(ref="1")


HISTORY = {
    "replies and statuses": [
        {"at": START - 400 * DAY, "replied": True, "status": "open", "by": "sam"},
        {"at": START - 398 * DAY, "status": "resolved"},
    ],
    "assignments and priorities": [
        {"at": START - 3 * DAY, "agent": "sam", "group": "desk"},
        {"at": START - 2 * DAY, "level": 1},
        {"at": START - 1 * DAY, "priority_class": "security"},
    ],
    "words": [
        {"at": START - 9 * DAY, "requester_wrote": True, "body": "我的账号被盗了"},
        {"at": START - 8 * DAY, "replied": True, "body": "We look", "by": "sam"},
        {"at": START - 7 * DAY, "by": Actor(kind="party", id="seller"), "body": "not me"},
    ],
    "resolved long ago": [{"at": START - 40 * DAY, "status": "resolved"}],
    "nothing": [],
}


@pytest.fixture(params=["memory", "sqlite", "async"])
def new_desk(request, tmp_path):
    """Makes desks of every kind, on every kind of store that needs no server."""
    made = []

    def make(policy=None, **ports):
        ports = {"clock": ManualClock(START), "ids": CountingIds(), **ports}
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path / 'desk.db'}"
            migrate(url)
            ports["store"] = SqlStore(url)
        made.append(
            Awaited(AsyncDesk(policy, **ports)) if request.param == "async" else Desk(policy, **ports)
        )
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize("name", HISTORY)
def test_handlers_of_ordinary_events_hear_no_history(name, new_desk):
    ear = Ear()
    one = new_desk(NAGGING, on=ear.on)
    one.adopt("1", START - 420 * DAY, "new", HISTORY[name], requester="ana")
    drained(one)
    assert [event for event in ear.heard if event.recorded_at < START] == []
    assert [event.late for event in one.history(ref="1") if event.recorded_at < START].count(False) == 0


@pytest.mark.parametrize("name", HISTORY)
def test_a_handler_that_asks_hears_history(name, new_desk):
    ear = Ear(WithPast)
    one = new_desk(NAGGING, on=ear.on)
    one.adopt("1", START - 420 * DAY, "new", HISTORY[name], requester="ana")
    drained(one)
    assert sorted(ear.heard, key=str) == sorted(one.history(ref="1"), key=str)
    assert any(isinstance(event, TicketAdopted) and event.late for event in ear.heard)


def test_what_happens_after_an_adoption_is_heard_as_ever():
    ear = Ear()
    one = desk(NAGGING, on=ear.on)
    one.adopt(
        "1", START - 2 * DAY, "new", [{"at": START - DAY, "replied": True, "by": "sam"}], requester="ana"
    )
    drained(one)
    ear.heard.clear()
    clock_of(one).advance(minutes=1)
    one.receive(ref="1", body="hello", by="ana")
    clock_of(one).advance(hours=3)
    drained(one)
    heard = Counter(type(event) for event in ear.heard if event.kind != "clocks_moved")
    assert (heard[MessageReceived], heard[SlaBreached], heard[SlaWarned], heard[SlaOverdue]) == (
        1,
        1,
        2,
        0,
    )
    assert not any(event.late for event in ear.heard)


def test_one_that_is_adopted_as_it_is_opened_has_no_past():
    ear = Ear()
    one = desk(NAGGING, on=ear.on)
    one.adopt("1", START, "open", requester="ana")
    drained(one)
    assert [type(event) for event in ear.of(TicketAdopted)] == [TicketAdopted]
    assert not ear.of(TicketAdopted)[0].late


@pytest.mark.parametrize("ago", [timedelta(minutes=20), timedelta(hours=5), 3 * DAY, 400 * DAY])
def test_what_is_opened_late_is_overdue_once(ago, new_desk):
    ear = Ear()
    one = new_desk(Policy(sla=[SlaPolicy(name="g", targets=TARGETS)]), on=ear.on)
    one.open(subject="x", requester="ana", ref="1", opened_at=START - ago)
    drained(one)
    past = {event.clock for event in one.history(ref="1") if isinstance(event, SlaBreached)}
    assert sorted(event.clock for event in ear.of(*NAGS)) == sorted(past)
    assert all(isinstance(event, SlaBreached) and not event.late for event in ear.of(*NAGS))
    assert len(ear.of(TicketOpened)) == 1


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 5 * 24 * 60), st.lists(st.integers(1, 2_000), min_size=1, max_size=4))
def test_each_clock_of_what_is_opened_late_breaches_once_and_goes_on_nagging_from_now(ago, gaps):
    ear, clock = Ear(), ManualClock(START)
    one = Desk(Policy(sla=[SlaPolicy(name="g", targets=TARGETS)]), on=ear.on, clock=clock, ids=CountingIds())
    opened = START - ago * MINUTE
    one.open(subject="x", requester="ana", ref="1", opened_at=opened)
    for gap in gaps:
        drained(one)
        clock.advance(minutes=gap)
    drained(one)
    now = clock.now()
    heard = sorted((event.clock, event.milestone) for event in ear.of(*NAGS))
    expected = []
    for target, minutes, warnings in (("first_response", 30, [15]), ("resolution", 480, [420])):
        key = f"g/{target}#1"
        expected += [(key, "breach")] * (opened + minutes * MINUTE < now)
        expected += [
            (key, f"overdue:{step}")
            for step in range(1, 21)
            if START <= opened + (minutes + 60 * step) * MINUTE < now
        ]
        expected += [
            (key, "warn:0.5" if minutes == 30 else "warn:-1h")
            for warning in warnings
            if START <= opened + warning * MINUTE < now
        ]
    assert heard == sorted(expected)


@pytest.mark.parametrize("days", [0, 1, 3, 30])
def test_a_worker_that_was_down_is_no_import(days):
    ear = Ear()
    one = desk(Policy(sla=[SlaPolicy(name="g", targets=[TARGETS[0]])]), on=ear.on)
    one.open(subject="x", requester="ana")
    clock_of(one).advance(days=days, hours=4)
    drained(one)
    heard = Counter(type(event) for event in ear.of(*NAGS))
    assert heard == {SlaWarned: 1, SlaBreached: 1, SlaOverdue: min(3 + 24 * days, 20)}
    assert not any(event.late for event in ear.heard)


REPORTS = {
    "the requester wrote": {"requester_wrote": True, "body": "hello?"},
    "work goes on": {"status": "open"},
    "it is reopened": {"status": "new"},
    "it is urgent": {"priority_class": "security", "level": 1},
}


@pytest.mark.parametrize("name", REPORTS)
def test_what_follows_from_a_late_report_pages_once(name):
    urgent = ladder(
        *(tells(minutes) for minutes in range(10, 100, 10)),
        tells(100, repeat={"minutes": 30, "times": 10}),
        name="urgent", when={"field": "priority_class", "eq": "security"},
    )  # fmt: skip
    targets = [
        Target.next_response(hours=2, warn_at=[0.25], overdue=HOURLY),
        Target.resolution(hours=40, warn_at=[0.5], overdue=HOURLY),
        Target.resolution(hours=1, name="fast", overdue=HOURLY, when={"field": "level", "eq": 1}),
    ]
    ear = Ear()
    one = desk(
        Policy(sla=[SlaPolicy(name="g", targets=targets)], escalation=Escalation(ladders=[urgent])), on=ear.on
    )
    one.open(subject="x", requester="ana", ref="1")
    one.reply(ref="1", body="wait", by="sam")
    one.wait_for_requester(ref="1", by="sam")
    if name == "it is reopened":
        one.resolve(ref="1", by="sam")
    clock_of(one).advance(days=5)
    drained(one)
    ear.heard.clear()
    one.observe(ref="1", at=START + 2 * DAY, **REPORTS[name])
    drained(one)
    heard = Counter((event.kind, getattr(event, "clock", None)) for event in ear.of(*NAGS, LadderStepReached))
    assert heard
    assert set(heard.values()) == {1}
    assert {kind for kind, _ in heard} <= {"sla_breached", "ladder_step_reached"}
    reached = [event for event in one.history(ref="1") if isinstance(event, SlaWarned | SlaOverdue)]
    assert all(event.late for event in reached if event.reached_at > START + 2 * DAY)
    ear.heard.clear()
    clock_of(one).advance(hours=2)
    drained(one)
    assert not any(event.reached_at < START + 5 * DAY for event in ear.of(*NAGS, LadderStepReached))


def test_a_ladder_that_a_late_report_wakes_tells_the_latest_step_alone():
    steps = ladder(*(tells(minutes) for minutes in range(60, 660, 60)), tells(6_000), pause_on=["pending"])
    ear = Ear()
    one = desk(Policy(escalation=Escalation(ladders=[steps])), on=ear.on)
    one.open(subject="x", requester="ana", ref="1")
    one.wait_for_requester(ref="1", by="sam")
    clock_of(one).advance(days=2)
    one.observe(ref="1", at=START + DAY, status="open")
    drained(one)
    [step] = ear.of(LadderStepReached)
    assert (step.step, step.reached_at) == (10, START + DAY + timedelta(hours=10))
    clock_of(one).advance(days=10)
    drained(one)
    assert [event.step for event in ear.of(LadderStepReached)] == [10, 11]


def test_a_report_of_a_moment_ago_is_heard():
    """A helpdesk that is asked every few minutes reports a little late, and that is no past."""
    ear = Ear()
    one = desk(NAGGING, on=ear.on)
    one.open(subject="x", requester="ana", ref="1")
    clock_of(one).advance(minutes=10)
    one.observe(ref="1", at=START + 5 * MINUTE, replied=True, by="sam", status="open", agent="sam")
    drained(one)
    assert [len(ear.of(cls)) for cls in (ReplySent, StatusChanged, AssignmentChanged)] == [1, 1, 1]


@pytest.mark.parametrize("begun", ["adopted", "opened"])
def test_a_report_from_before_the_desk_knew_the_ticket_is_of_the_past(begun):
    ear = Ear()
    one = desk(NAGGING, on=ear.on)
    if begun == "adopted":
        one.adopt("1", START - 9 * DAY, "new", requester="ana")
    else:
        one.open(subject="x", requester="ana", ref="1", opened_at=START - 9 * DAY)
    drained(one)
    ear.heard.clear()
    clock_of(one).advance(minutes=1)
    outcome = one.observe(
        ref="1", at=START - 8 * DAY, replied=True, by="sam", status="open", agent="sam", level=1, body="hi"
    )
    drained(one)
    told = (ReplySent, StatusChanged, AssignmentChanged, PriorityChanged)
    assert ear.of(*told) == []
    assert [event.late for event in outcome.events if isinstance(event, told)] == [True] * 4
    one.observe(ref="1", replied=True, by="sam")
    drained(one)
    assert len(ear.of(ReplySent)) == 1


@pytest.mark.parametrize("on_change", ["keep_elapsed", "restart", "retroactive"])
def test_a_shorter_target_on_an_old_ticket_breaches_once(on_change):
    targets = [
        Target.resolution(days=30, name="done", when={"field": "level", "ge": 2}),
        Target.resolution(
            hours=1, name="done", warn_at=[0.5], overdue=HOURLY, when={"field": "level", "eq": 1}
        ),
    ]
    ear = Ear()
    one = desk(Policy(sla=[SlaPolicy(name="g", targets=targets, on_change=on_change)]), on=ear.on)
    one.open(subject="x", requester="ana", ref="1")
    clock_of(one).advance(days=3)
    one.set_priority(ref="1", level=1, by="sam")
    clock_of(one).advance(minutes=1)
    drained(one)
    heard = [event.milestone for event in ear.of(*NAGS)]
    assert heard == {"keep_elapsed": ["breach"], "restart": [], "retroactive": []}[on_change]
    clock_of(one).advance(minutes=60)
    drained(one)
    assert "breach" in heard or len(ear.of(SlaBreached)) == (on_change == "restart")
    assert len(ear.of(SlaOverdue)) <= 1


CHOICES = [
    Target.first_response(minutes=30, warn_at=[0.5], overdue=HOURLY),
    Target.next_response(hours=2, warn_at=[0.25, 0.75], overdue=HOURLY),
    Target.resolution(hours=1, name="done", warn_at=[0.5], overdue=HOURLY, when={"field": "level", "eq": 1}),
    Target.resolution(hours=8, name="done", warn_at=["PT1H"], overdue=HOURLY, max_pause="PT2H"),
]
STEPS = st.lists(
    st.tuples(
        st.integers(1, 400),  # minutes until then
        st.integers(0, 1_500),  # minutes ago that it was
        st.fixed_dictionaries(
            {},
            optional={
                "status": st.sampled_from(["open", "pending", "on_hold", "resolved", "closed"]),
                "level": st.sampled_from([1, 3]),
                "priority_class": st.sampled_from(["security", "general"]),
                "replied": st.booleans(),
                "requester_wrote": st.booleans(),
            },
        ),
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 3_000),
    STEPS,
    st.sampled_from(["keep_elapsed", "restart", "retroactive"]),
    st.booleans(),
)
def test_where_a_worker_keeps_up_nothing_is_told_that_was_reached_before_it_looked_last(
    ago, steps, on_change, adopts
):
    """Whatever is reported late: but for each breach, and the latest step of each ladder, once."""
    security = ladder(
        tells(30), tells(60, repeat={"minutes": 20, "times": 10}),
        name="security", when={"field": "priority_class", "eq": "security"}, pause_on=["pending"],
    )  # fmt: skip
    ear, clock = Ear(), ManualClock(START)
    policy = Policy(
        sla=[SlaPolicy(name="g", targets=CHOICES, on_change=on_change)],
        escalation=Escalation(
            ladders=[security, ladder(tells(90), tells(240), name="rest", pause_on=["on_hold"])]
        ),
    )
    one = Desk(policy, on=ear.on, clock=clock, ids=CountingIds())
    if adopts:
        one.adopt("1", START - ago * MINUTE, "open", requester="ana")
    else:
        one.open(subject="x", requester="ana", ref="1", opened_at=START - ago * MINUTE)
    looked, breaches = START, []
    for gap, before, fact in [(0, 0, None), *steps]:
        clock.advance(minutes=gap)
        drained(one)
        looked = clock.now()
        breaches.extend(ear.of(SlaBreached))
        ear.heard.clear()
        if fact is not None:
            one.observe(ref="1", at=max(looked - before * MINUTE, START - ago * MINUTE), **fact)
        clock.advance(minutes=1)
        drained(one)
        told = [event for event in ear.of(*NAGS, LadderStepReached) if event.reached_at < looked]
        assert not [event for event in told if isinstance(event, SlaWarned | SlaOverdue)]
        assert (
            max(
                Counter(event.run for event in told if isinstance(event, LadderStepReached)).values(),
                default=0,
            )
            <= 1
        )
        breaches.extend(ear.of(SlaBreached))
        if adopts and fact is None:
            assert told == []
        ear.heard.clear()
    # A longer target that runs out after a shorter one is a breach of its own.
    promised = _promised(one)
    told = Counter((event.clock, promised[event.clock, event.reached_at]) for event in breaches)
    assert on_change == "restart" or max(told.values(), default=0) <= 1


def _promised(one: Desk) -> dict[tuple[str, datetime], int]:
    """How long the target was that a clock breached, by the clock and when it did."""
    found, ticket = {}, None
    for event in one.history(ref="1"):
        if isinstance(event, SlaBreached):
            (clock,) = [clock for clock in ticket.clocks if clock.key == event.clock]
            found[event.clock, event.reached_at] = clock.duration_us
        ticket = evolve(ticket, event)
    return found


@pytest.mark.parametrize("on_change", ["keep_elapsed", "retroactive"])
def test_a_longer_target_that_runs_out_after_a_shorter_one_is_another_breach(on_change):
    targets = [
        Target.resolution(hours=1, name="done", when={"field": "level", "eq": 1}),
        Target.resolution(hours=8, name="done"),
    ]
    ear = Ear()
    one = desk(Policy(sla=[SlaPolicy(name="g", targets=targets, on_change=on_change)]), on=ear.on)
    one.open(subject="x", requester="ana", ref="1", level=1)
    for minutes, level in [(90, 3), (600, 1), (600, 3), (600, 1)]:
        clock_of(one).advance(minutes=minutes)
        drained(one)
        one.set_priority(ref="1", level=level, by="sam")
        drained(one)
    assert [event.reached_at for event in ear.of(SlaBreached)] == [
        START + timedelta(hours=1), START + timedelta(hours=8),
    ]  # fmt: skip


# --- what leaves the desk ------------------------------------------------------------------------


def test_no_customer_is_written_to_about_history(new_desk):
    mail = MemoryChannel()
    one = new_desk(NAGGING, channels={"web": mail, "email": mail})
    for number, history in enumerate(HISTORY.values()):
        one.adopt(str(number), START - 420 * DAY, "new", history, requester="ana", channel="email")
    drained(one)
    assert mail.sent == []


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "Somebody withdrew everything, it was not me", "channel": "security"},
        {"subject": "我的账号被盗了，币被人转走了", "channel": "security"},
        {
            "subject": "s",
            "channel": "security",
            "category": "account_takeover",
            "history": [
                {"at": START - DAY, "requester_wrote": True, "body": "My account was hacked, not by me"}
            ],
        },
    ],
)
def test_nothing_old_freezes_an_account(fields):
    actions = MemoryActions()
    one = desk(preset("exchange"), actions=actions)
    ticket = one.adopt("1", START - 30 * DAY, "open", requester="ana", **fields).ticket
    drained(one)
    [held] = [event for event in one.history(ref="1") if isinstance(event, ActionHeldBack)]
    assert (held.action, held.lacks, ticket.held_past, ticket.review) == ("freeze", 0, ("freeze",), True)
    one.assign(ref="1", agent="sam")
    one.note(ref="1", body="an old one", by="sam")
    one.observe(ref="1", at=START - 20 * DAY, requester_wrote=True, body="My account was hacked")
    drained(one)
    assert (list(actions.done), one.get(ref="1").actions) == ([], ())
    # What is said now counts.
    clock_of(one).advance(minutes=1)
    ticket = one.receive(
        ref="1", body="Somebody logged in to my account again, it was not me!", by="ana"
    ).ticket
    assert [action.action for action in ticket.actions] == ["freeze"]
    assert (ticket.held_back, ticket.held_past) == ((), ())
    drained(one)
    assert [call.action for call in actions.done.values()] == ["freeze"]


def test_what_comes_in_late_and_is_a_break_in_freezes():
    one = desk(preset("exchange"), actions=MemoryActions())
    fields = {"subject": "Somebody withdrew everything, it was not me", "channel": "security"}
    ticket = one.open(requester="ana", opened_at=START - 3 * DAY, **fields).ticket
    assert [action.action for action in ticket.actions] == ["freeze"]


@pytest.mark.parametrize(
    "history", [[], [{"at": START - DAY, "requester_wrote": True, "body": "what is the fee?"}]]
)
def test_no_bot_answers_what_was_written_then_and_a_person_goes_on(history):
    responder = Scripted(Answer("The fee is …"))
    one = desk(bot_policy(), responder=responder, channels={"chat": MemoryChannel()})
    one.run_due()
    one.adopt("1", START - 2 * DAY, "open", history, requester="ana", subject="Fees", channel="chat")
    drained(one)
    [handed] = [event for event in one.history(ref="1") if isinstance(event, HandedOver)]
    assert (responder.turns, handed.cause, one.get(ref="1").tier) == (
        [],
        "adopted",
        "expert",
    )
    clock_of(one).advance(days=3)
    drained(one)
    assert responder.turns == []
    one.open(subject="", body="what is the fee?", requester="bo", channel="chat")
    drained(one)
    assert len(responder.turns) == 1


def test_no_bot_answers_what_is_reported_from_before_the_desk_knew_the_ticket():
    responder = Scripted(Answer("The fee is …"))
    one = desk(bot_policy(), responder=responder)
    one.open(ref="1", subject="", body="fees?", requester="bo", channel="chat", opened_at=START - 3 * DAY)
    drained(one)
    assert len(responder.turns) == 1
    clock_of(one).advance(minutes=1)
    one.observe(ref="1", at=START - 2 * DAY, requester_wrote=True, body="what is the fee?")
    drained(one)
    assert len(responder.turns) == 1
    one.observe(ref="1", requester_wrote=True, body="and now?")
    drained(one)
    assert len(responder.turns) == 2


# --- asking for the past -------------------------------------------------------------------------


def test_one_process_asks_for_the_past_and_another_does_not():
    plain, keen = [], []
    store, clock, ids = MemoryStore(), ManualClock(START), CountingIds()
    ports = {"store": store, "clock": clock, "ids": ids}
    web = Desk(**ports)
    one = Desk(on={StatusChanged: plain.append}, **ports)
    two = Desk(on={StatusChanged: WithPast(keen.append)}, **ports)
    one.run_due()
    two.run_due()
    web.run_due()
    assert one.subscriptions() == ("event:status_changed", "past:status_changed")
    web.adopt("1", START - 9 * DAY, "new", [{"at": START - DAY, "status": "open"}], requester="ana")
    one.run_due()
    two.run_due()
    assert ([], [True]) == (plain, [event.late for event in keen])
    web.observe(ref="1", status="resolved")
    one.run_due()
    assert [event.target for event in plain] == ["resolved"]
    assert two.unsubscribe(StatusChanged, past=[StatusChanged]) == 0
    web.run_due()
    web.adopt("2", START - 9 * DAY, "new", [{"at": START - DAY, "status": "open"}], requester="ana")
    web.observe(ref="2", status="resolved")
    assert (one.run_due().delivered, two.run_due().delivered, two.subscriptions()) == (0, 0, ())


def test_a_process_can_subscribe_the_past_for_another_that_comes_later():
    heard = []
    one = desk()
    one.subscribe(past=[ReplySent])
    one.adopt(
        "1", START - 9 * DAY, "new", [{"at": START - DAY, "replied": True, "by": "sam"}], requester="ana"
    )
    assert one.run_due().delivered == 0
    later = Desk(on={ReplySent: WithPast(heard.append)}, store=store_of(one), clock=clock_of(one))
    assert later.run_due().delivered == 1
    assert [event.late for event in heard] == [True]
    for wrong in ("reply_sent", 5, [5], ["reply_sent"]):
        with pytest.raises(InvalidInput):
            one.subscribe(past=wrong)


def test_an_async_handler_can_ask_for_the_past():
    heard = []

    async def hear(event):
        heard.append(event)

    with pytest.raises(InvalidInput):
        desk(on={StatusChanged: WithPast(hear)})
    one = Awaited(AsyncDesk(on={StatusChanged: WithPast(hear)}, clock=ManualClock(START), ids=CountingIds()))
    one.adopt("1", START - 9 * DAY, "new", [{"at": START - DAY, "status": "open"}], requester="ana")
    one.run_due()
    one.close()
    assert [event.late for event in heard] == [True]
    WithPast(heard.append)(None)
    assert heard[-1] is None
    with pytest.raises(InvalidInput):
        desk(on={StatusChanged: WithPast(5)})


def test_late_is_written_where_it_always_was():
    one = desk(NAGGING)
    one.adopt("1", START - 2 * DAY, "open", [{"at": START - DAY, "status": "pending"}], requester="ana")
    rows = {row.kind: row.data for row in store_of(one).events("default", f"ticket:{one.get(ref='1').id}")}
    assert rows["sla_breached"].endswith(b'"late":true}')
    assert b'"late":true,"due_at":' in rows["sla_warned"]
    assert instant(one.get(ref="1").known_at) == START
