"""After any history: every target that applies has the clock that it would have, and what was undone at once never was.

The oracle counts minute by minute, on paper: it knows what the ticket is and whether the targets apply in each minute, and
nothing of moves, segments or signals.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sla_desk import SlaDesk
from supportflow import BusinessCalendar, Policy, SlaPolicy, Target
from supportflow._time import instant
from supportflow.exceptions import Refused
from supportflow.kernel import fold
from supportflow.policy.document.surges import Surge
from supportflow.sla import shipped_metrics

NINE = "2026-06-01T09:00:00Z"
URGENT = {"field": "level", "le": 1}
FIRST, WHOLE = 45, 90  # minutes of the two targets
OPEN = ("open", "pending")
WAITS = st.one_of(st.just(0), st.integers(1, 40))


@dataclass
class Minute:
    """What held in one minute."""

    status: str
    applies: bool


@dataclass
class Paper:
    """The oracle.

    Attributes:
        choice: `on_change`.
        gap: `gap`.
        minutes: What held in each minute so far.
        replies: The minutes of the answers.
        status: What the ticket is now.
        applies: Whether the target applies now.
        since: The minute from which it counts; None until the target applied to the open ticket.
        returns: The minutes at which it came back.
        off: The minute at which it went last.
    """

    choice: str
    gap: str
    minutes: list[Minute] = field(default_factory=list)
    replies: list[int] = field(default_factory=list)
    status: str = "open"
    applies: bool = True
    since: int | None = None
    returns: list[int] = field(default_factory=list)
    off: int = 0

    @property
    def now(self) -> int:
        return len(self.minutes)

    def pass_(self, minutes: int) -> None:
        """Time passes: only what holds for at least a minute was so."""
        for _ in range(minutes):
            if self.since is None and self.applies and self.status in OPEN:
                self.since = self.now
            self.minutes.append(Minute(self.status, self.applies))

    def apply(self, applies: bool) -> None:
        """The target applies, or does not. It was away if the ticket was open without it."""
        if applies and not self.applies and self.since is not None:
            away = self.minutes[self.off :]
            if any(one.status in OPEN for one in away):
                self.returns.append(self.now)
        elif self.applies and not applies:
            self.off = self.now
        self.applies = applies

    def counts(self, minute: int) -> bool:
        """True if that clock counts a minute."""
        held = self.minutes[minute]
        if held.status != "open":
            return False
        if self.choice == "retroactive":
            return True
        assert self.since is not None
        start = max(self.since, self.returns[-1] if self.returns and self.choice == "restart" else 0)
        return minute >= start and (held.applies or self.gap == "counts")

    def elapsed(self) -> int:
        """Minutes that the clock of the resolution has counted."""
        return sum(map(self.counts, range(self.now)))


class AnyHistory(RuleBasedStateMachine):
    """One ticket, two targets that apply while it is urgent; everything that can happen to them, at whole minutes."""

    @initialize(
        choice=st.sampled_from(["keep_elapsed", "restart", "retroactive"]),
        gap=st.sampled_from(["counts", "pauses"]),
        edits=st.booleans(),
        level=st.sampled_from([1, 1, 3]),
    )
    def opens(self, choice, gap, edits, level):
        self.paper = Paper(choice, gap)
        targets = [Target.first_response(minutes=FIRST), Target.resolution(minutes=WHOLE)]
        vip = SlaPolicy(name="vip", when=URGENT, targets=targets, on_change=choice, gap=gap)
        none = SlaPolicy(name="none")
        self.on = Policy(edits="now", sla=[vip, none])
        self.off = Policy(edits="now", sla=[none])
        self.published = True
        self.level = level
        self.paper.applies = level == 1
        self.paper.since = 0 if level == 1 else None
        self.by_edits = edits
        self.run = SlaDesk(NINE, document=self.on, opening={"level": level})
        self.run.desk.assign(
            self.run.ticket, agent="sam", by="lead"
        )  # open, so that every status is left for another

    def _later(self, minutes):
        self.paper.pass_(minutes)
        self.run.at(instant(NINE) + timedelta(minutes=self.paper.now))

    @rule(minutes=WAITS)
    def polls(self, minutes):
        self._later(minutes)
        self.run.desk.run_due()

    @rule(minutes=WAITS)
    def changes_the_level(self, minutes):
        """By hand, or by an edit of the policy."""
        self._later(minutes)
        self.level = 4 - self.level
        self.run.desk.set_priority(self.run.ticket, level=self.level, by="lead")
        self._applied()

    @precondition(lambda self: self.by_edits and self.paper.status in OPEN)
    @rule(minutes=WAITS)
    def edits_the_policy(self, minutes):
        self._later(minutes)
        self.published = not self.published
        self.run.desk.use(self.on if self.published else self.off)
        self._applied()

    def _applied(self):
        # An edit reaches open tickets only.
        self.paper.apply(self.level == 1 and self.published)

    @rule(minutes=WAITS)
    def changes_its_mind(self, minutes):
        """Away and back within one instant."""
        self._later(minutes)
        for level in (4 - self.level, self.level):
            self.run.desk.set_priority(self.run.ticket, level=level, by="lead")

    @precondition(lambda self: self.paper.status == "open")
    @rule(minutes=WAITS)
    def is_cancelled_for_no_time(self, minutes):
        self._later(minutes)
        for status in ("cancelled", "open"):
            self.run.desk.observe(self.run.ticket, status=status)

    @precondition(lambda self: self.paper.status == "open")
    @rule(minutes=WAITS)
    def asks_the_requester(self, minutes):
        self._later(minutes)
        self.run.desk.wait_for_requester(self.run.ticket, by="sam")
        self.paper.status = "pending"

    @precondition(lambda self: self.paper.status == "pending")
    @rule(minutes=WAITS)
    def hears_the_requester(self, minutes):
        self._later(minutes)
        self.run.desk.receive(self.run.ticket, body="here", by="ana")
        self.paper.status = "open"

    @precondition(lambda self: self.paper.status == "open")
    @rule(minutes=WAITS)
    def cancels(self, minutes):
        self._later(minutes)
        self.run.desk.observe(self.run.ticket, status="cancelled")
        self.paper.status = "cancelled"

    @precondition(lambda self: self.paper.status == "cancelled")
    @rule(minutes=WAITS)
    def takes_the_end_back(self, minutes):
        self._later(minutes)
        self.run.desk.observe(self.run.ticket, status="open")
        self.paper.status = "open"

    @precondition(lambda self: self.paper.status in OPEN)
    @rule(minutes=WAITS)
    def resolves(self, minutes):
        self._later(minutes)
        self.run.desk.resolve(self.run.ticket, by="sam")
        self.paper.status = "resolved"

    @precondition(lambda self: self.paper.status == "resolved")
    @rule(minutes=WAITS)
    def reopens(self, minutes):
        self._later(minutes)
        self.run.desk.reopen(self.run.ticket, by="ana")
        self.paper.status = "open"

    @precondition(lambda self: self.paper.status in OPEN)
    @rule(minutes=WAITS)
    def replies(self, minutes):
        self._later(minutes)
        self.run.desk.reply(self.run.ticket, body="try this", by="sam")
        self.paper.replies.append(self.paper.now)

    def teardown(self):
        if hasattr(self, "run"):
            assert fold(self.run.desk.history(self.run.ticket)) == self.run.desk.get(self.run.ticket)

    def _clocks(self):
        return {one.target: one for one in self.run.desk.clocks(self.run.ticket)}

    @invariant()
    def every_target_that_applies_has_its_clock(self):
        if not hasattr(self, "run") or not self.paper.applies or self.paper.status not in OPEN:
            return
        clocks = self._clocks()
        state = "paused" if self.paper.status == "pending" else "running"
        assert clocks["resolution"].state == state
        first = clocks["first_response"]
        if self.paper.replies:  # a verdict that comes with a change stands once the instant is over
            assert first.state in {"met", "missed"} or first.clock.over_us is not None
        else:
            assert first.state == "running"

    @invariant()
    def it_has_counted_what_the_choice_says(self):
        if not hasattr(self, "run") or self.paper.since is None or not self.paper.applies:
            return
        if self.paper.status not in OPEN:
            return
        reading = self._clocks()["resolution"]
        assert reading.elapsed == timedelta(minutes=self.paper.elapsed())
        account = reading.explain()
        assert account.elapsed_us == reading.elapsed / timedelta(microseconds=1)

    @invariant()
    def nothing_is_told_twice(self):
        if not hasattr(self, "run"):
            return
        told = [
            (event.clock, event.milestone)
            for event in self.run.desk.history(self.run.ticket)
            if event.kind == "sla_breached" and not event.late
        ]
        if self.paper.choice == "keep_elapsed":
            assert len(told) == len(set(told))

    @invariant()
    def what_is_used_up_is_breached(self):
        if not hasattr(self, "run") or not self.paper.applies or self.paper.status != "open":
            return
        if self.paper.since is None or self.paper.returns[-1:] == [self.paper.now]:
            return  # it came, or came back, at this very instant: what is due then comes after what is done in it
        self.run.desk.run_due()
        reading = self._clocks()["resolution"]
        if reading.elapsed != timedelta(
            minutes=WHOLE
        ):  # at the very instant, what is due comes after what is done
            assert (reading.breached_at is not None) == (reading.elapsed > timedelta(minutes=WHOLE))


AnyHistory.TestCase.settings = settings(stateful_step_count=20, max_examples=60)
TestAnyHistory = AnyHistory.TestCase


# --- every metric at once, with warnings, office hours and a cap on pauses ------------------------

OFFICE = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin", name="office")
METRICS = [
    ("first_response", {"minutes": 30, "warn_at": [0.5]}),
    ("next_response", {"minutes": 45, "warn_at": [0.75]}),
    ("periodic_update", {"hours": 5}),
    ("pausable_update", {"hours": 5}),
    ("requester_wait", {"hours": 6, "warn_at": [0.5]}),
    ("agent_work", {"hours": 4, "overdue": {"every": timedelta(hours=1), "times": 2}}),
    ("time_to_own", {"working_days": 1}),
    ("group_ownership", {"hours": 3}),
    ("underpinning", {"hours": 6, "edge": "open"}),
    ("first_resolution", {"hours": 9}),
    ("total_resolution", {"hours": 9, "warn_at": [0.5], "max_pause": timedelta(hours=30)}),
]


def everything(choice, gap):
    """All metrics, for urgent tickets; for others one of them with another duration, and the rest not at all."""
    urgent = [Target.of(name, when=URGENT, **fields) for name, fields in METRICS]
    slow = Target.of("requester_wait", hours=30)
    return Policy(
        edits="now",
        sla=[SlaPolicy(name="all", calendar=OFFICE, targets=[*urgent, slow], on_change=choice, gap=gap)],
        surges={"rush": Surge(targets=3)},
    )


OUT = Policy(edits="now", sla=[SlaPolicy(name="all")])
ACTIONS = {
    "reply": lambda run: run.desk.reply(run.ticket, body="try this", by="sam"),
    "message": lambda run: run.desk.receive(run.ticket, body="still broken", by="ana"),
    "wait": lambda run: run.desk.wait_for_requester(run.ticket, by="sam"),
    "hold": lambda run: run.desk.hold(run.ticket, by="sam"),
    "resume": lambda run: run.desk.resume(run.ticket, by="sam"),
    "resolve": lambda run: run.desk.resolve(run.ticket, by="sam"),
    "reopen": lambda run: run.desk.reopen(run.ticket, by="ana"),
    "cancel": lambda run: run.desk.observe(run.ticket, status="cancelled"),
    "back": lambda run: run.desk.observe(run.ticket, status="open"),
    "group": lambda run: run.desk.assign(run.ticket, group="second", by="lead"),
    "owner": lambda run: run.desk.assign(run.ticket, agent="kim", by="lead"),
    "nobody": lambda run: run.desk.assign(run.ticket, agent="", by="lead"),
    "urgent": lambda run: run.desk.set_priority(run.ticket, level=1, by="lead"),
    "calm": lambda run: run.desk.set_priority(run.ticket, level=3, by="lead"),
}


def mind(run, _document):
    level = run.desk.get(run.ticket).level
    for value in (4 - level, level):
        run.desk.set_priority(run.ticket, level=value, by="lead")


def edit(run, document):
    for one in (OUT, document):
        run.desk.use(one)


def rush(run, _document):
    run.desk.declare_surge("rush", by="lead")
    run.desk.end_surge("rush", by="lead")


CHANGES = {"mind": mind, "edit": edit, "rush": rush}
STEPS = st.lists(
    st.tuples(
        st.one_of(st.just(0), st.integers(1, 90), st.integers(0, 4_000)),
        st.sampled_from(sorted(ACTIONS)),
        st.lists(st.sampled_from(sorted(CHANGES)), max_size=2),
    ),
    max_size=12,
)


def lived(document, steps, level, *, changing):
    """A ticket's life; with changes that are undone at once, or without them."""
    run = SlaDesk("2026-03-27T10:00:00+01:00", document=document, opening={"level": level})
    at = 0
    for minutes, action, changes in steps:
        at += minutes
        run.at(instant("2026-03-27T09:00:00Z") + timedelta(minutes=at))
        for change in changes if changing else ():
            CHANGES[change](run, document)
        with suppress(Refused):
            ACTIONS[action](run)
    run.at(instant("2026-03-27T09:00:00Z") + timedelta(minutes=at + 3_000))
    run.desk.run_due()
    return run


def clocks(run):
    """Its clocks by target, without stretches of no time: something that stays can have happened at the instant of a change.

    In which order they stand on the ticket is no part of what they are.
    """
    return {
        clock.target: clock._replace(
            segments=tuple(one for one in clock.segments if one.start_us != one.end_us)
        )
        for clock in run.desk.get(run.ticket).clocks
    }


def told(run):
    """What was said of its clocks, and when; what several clocks said at one instant is put in the order of their names."""
    kinds = {"sla_warned", "sla_breached", "sla_overdue", "sla_judged"}
    left_out = {"detected_at", "by"}
    said = [one.model_dump(exclude=left_out) for one in run.desk.history(run.ticket) if one.kind in kinds]
    return sorted(said, key=lambda one: (one["recorded_at"], one["target"]))


@settings(max_examples=50)
@given(
    STEPS,
    st.sampled_from([1, 3]),
    st.sampled_from(["keep_elapsed", "restart", "retroactive"]),
    st.sampled_from(["counts", "pauses"]),
)
@example([(0, "calm", []), (0, "owner", []), (0, "back", ["mind"])], 1, "keep_elapsed", "counts")
@example([(0, "calm", []), (0, "cancel", []), (0, "back", ["mind"])], 1, "keep_elapsed", "counts")
@example(
    [(0, "hold", []), (8, "cancel", []), (757, "back", []), (0, "hold", ["edit"])], 1, "restart", "counts"
)
@example(
    [(0, "calm", []), (1, "cancel", []), (0, "urgent", []), (0, "back", []), (0, "reopen", ["edit"])],
    1,
    "keep_elapsed",
    "counts",
)
@example([(0, "wait", []), (2_048, "reopen", ["rush"])], 1, "restart", "counts")
def test_whatever_was_undone_at_once_never_was(steps, level, choice, gap):
    document = everything(choice, gap)
    changed, plain = (lived(document, steps, level, changing=one) for one in (True, False))

    assert clocks(changed) == clocks(plain)
    assert told(changed) == told(plain)
    assert fold(changed.desk.history(changed.ticket)) == changed.desk.get(changed.ticket)


@given(
    STEPS,
    st.sampled_from(["keep_elapsed", "restart", "retroactive"]),
    st.sampled_from(["counts", "pauses"]),
)
def test_the_phase_of_every_clock_is_that_of_a_ticket_that_was_always_urgent(steps, choice, gap):
    """Whatever the level was meanwhile: what is urgent now has the clocks of what always was, but for what they counted."""
    document = everything(choice, gap)
    moved = lived(document, [*steps, (30, "urgent", [])], 1, changing=False)
    always = lived(
        document,
        [(*step[:1], "urgent" if step[1] == "calm" else step[1], []) for step in steps],
        1,
        changing=False,
    )
    if not moved.desk.get(moved.ticket).is_open:
        return
    phases = [
        {
            clock.target: "judged" if clock.verdict else clock.state
            for clock in run.desk.get(run.ticket).clocks
            # Of a metric that starts again and again, only what is still owed.
            if clock.active or (clock.verdict and shipped_metrics()[clock.metric].cycle != "each")
        }
        for run in (moved, always)
    ]
    assert phases[0] == phases[1]
