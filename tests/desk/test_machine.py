"""Any commands in any order at any time, against a naive desk written without the library.

The naive desk is a dictionary of tickets. Statuses come from a table written out by hand, elapsed time is counted minute by
minute on a weekday calendar, and every instant is a whole number of minutes.
"""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from desk.office import START, clock_of, contents, desk, store_of
from supportflow import BusinessCalendar, MemoryStore, Policy, SlaPolicy, Target, fold
from supportflow.events import MessageReceived, SlaBreached, StatusChanged
from supportflow.exceptions import IdempotencyMismatch, Refused, SupportflowError, TransitionRefused
from supportflow.model.people import Actor

FIRST, FINAL = 60, 240  # minutes of working time until the first response and the resolution are due
WINDOW, CLOSING = 2 * 24 * 60, 3 * 24 * 60
POLICY = Policy(
    reopen_within=timedelta(minutes=WINDOW),
    auto_close_after=timedelta(minutes=CLOSING),
    sla=[
        SlaPolicy(
            name="g",
            calendar=BusinessCalendar.weekdays("09:00", "17:00", tz="UTC"),
            targets=[Target.first_response(minutes=FIRST), Target.resolution(minutes=FINAL)],
        )
    ],
)
WORKING = ("new", "open", "pending", "on_hold")
TABLE = {
    "wait_for_requester": ({"new", "open", "on_hold"}, "pending"),
    "hold": ({"new", "open", "pending"}, "on_hold"),
    "resume": ({"pending", "on_hold"}, "open"),
    "resolve": (set(WORKING), "resolved"),
    "reopen": ({"resolved"}, "open"),
    "close_ticket": ({"resolved"}, "closed"),
    "cancel": (set(WORKING), "cancelled"),
}
RANK = {"security": 0, "dispute": 1, "general": 2}


def is_working(minute: int) -> bool:
    """Whether the minute that begins then counts."""
    day, time = divmod(minute + 9 * 60, 24 * 60)  # minute 0 is a Monday at nine
    return day % 7 < 5 and 9 * 60 <= time < 17 * 60


class Naive:
    """A ticket as a child would keep it."""

    def __init__(self, number: int, now: int, **fields) -> None:
        self.number = number
        self.status = "new"
        self.group = self.agent = None
        self.level, self.priority_class = 3, "general"
        self.opened = self.recorded = now
        self.received = self.replies = self.notes = self.reopens = 0
        self.bodies: list[str] = []
        self.first_reply = self.resolved = None
        self.merged_into = self.followed_by = None
        # Status from minute to minute: (minute, status), to count clocks by hand.
        self.past = [(now, "new")]
        self.replied_at: int | None = None
        for name, value in fields.items():
            setattr(self, name, value)

    def go(self, status: str, now: int) -> None:
        if self.status == "resolved" and status == "open":
            self.reopens += 1
        self.status = status
        self.resolved = now if status == "resolved" else (None if status == "open" else self.resolved)
        self.past.append((now, status))

    @property
    def is_open(self) -> bool:
        return self.status in WORKING

    def counted(self, until: int, stop: int | None, pausing: set[str]) -> int:
        """Working minutes from the opening on, without those spent in a pausing status."""
        return sum(map(is_working, self.running(until, stop, pausing)))

    def running(self, until: int, stop: int | None, pausing: set[str]) -> list[int]:
        """Every minute from the opening on that is not spent in a pausing status, working or not."""
        end = until if stop is None else min(stop, until)
        spans = [(at, status) for at, status in self.past if at <= end] + [(end, "")]
        return [
            minute
            for (start, status), (finish, _) in pairwise(spans)
            if status not in pausing
            for minute in range(start, finish)
        ]

    def in_time(self, until: int, pausing: set[str], limit: int) -> bool:
        """No minute ran after the limit was used up: what is used up at closing is due at closing."""
        used = 0
        for minute in self.running(until, None, pausing):
            if used == limit:
                return False
            used += is_working(minute)
        return True


class DeskMachine(RuleBasedStateMachine):
    """The desk and its naive twin, step by step."""

    make_store = MemoryStore
    tickets = Bundle("tickets")
    used_keys = Bundle("used_keys")

    def __init__(self) -> None:
        super().__init__()
        self.handled, self.attempts, self.sent, self.sends = [], [], [], []
        self.fail_next = 0
        self.desk = desk(
            POLICY,
            store=self.make_store(),
            on={StatusChanged: self.handler, MessageReceived: self.handler, SlaBreached: self.handler},
            channels={"web": self},
        )
        self.desk.run_due()
        self.now = self.latest = 0
        self.naive: dict[str, Naive] = {}
        self.count = 0

    # --- what is delivered to ------------------------------------------------------------------

    def failing(self) -> bool:
        self.fail_next = max(self.fail_next - 1, 0) if (fails := self.fail_next > 0) else 0
        return fails

    def handler(self, event) -> None:
        self.attempts.append(event)
        if self.failing():
            raise ConnectionError
        self.handled.append(event)

    def send(self, message) -> None:
        self.sends.append(message)
        if self.failing():
            raise ConnectionError
        self.sent.append(message)

    # --- helpers -------------------------------------------------------------------------------

    def advance(self, ticket: Naive) -> int:
        """Let the ticket close itself; the minute at which a command on it is recorded."""
        if ticket.status == "resolved" and ticket.resolved + CLOSING < max(self.now, ticket.recorded):
            closed = max(ticket.resolved + CLOSING, ticket.recorded)
            ticket.go("closed", closed)
            ticket.recorded = closed
        return max(self.now, ticket.recorded)

    def begin(self, ticket: Naive, now: int) -> None:
        if ticket.status == "new":
            ticket.go("open", now)

    def refused(self, call, error=Refused) -> None:
        """Nothing in the store changes when a command is refused."""
        before = contents(store_of(self.desk))
        with pytest.raises(error):
            call()
        assert contents(store_of(self.desk)) == before

    def tracked(self, name: str) -> Naive:
        return self.naive[name]

    # --- time ----------------------------------------------------------------------------------

    @rule(
        minutes=st.one_of(
            st.integers(1, 120), st.sampled_from([FIRST, FINAL, 1_440, WINDOW, CLOSING, 10_080])
        )
    )
    def time_passes(self, minutes):
        self.now += minutes
        self.latest = max(self.latest, self.now)
        clock_of(self.desk).set(START + timedelta(minutes=self.now))

    @rule(minutes=st.integers(1, 300))
    def clock_is_set_back(self, minutes):
        self.now -= minutes
        clock_of(self.desk).set(START + timedelta(minutes=self.now))

    @rule(limit=st.sampled_from([1, 1_000, 1_000]), failures=st.sampled_from([0, 1, 2, 5]))
    def run_due(self, limit, failures):
        self.fail_next = failures
        tick = self.desk.run_due(limit=limit)
        self.fail_next = 0
        assert tick.failed == ()

    # --- commands ------------------------------------------------------------------------------

    @initialize(target=tickets)
    def one_to_begin_with(self):
        return self.open_one(3, None, None, 0)

    @precondition(lambda self: len(self.naive) < 4)
    @rule(
        target=tickets,
        level=st.sampled_from([1, 3]),
        priority_class=st.sampled_from([None, "security", "dispute"]),
        agent=st.sampled_from([None, "sam"]),
        ago=st.sampled_from([0, 0, 30, 500]),
    )
    def open(self, level, priority_class, agent, ago):
        return self.open_one(level, priority_class, agent, ago)

    def open_one(self, level, priority_class, agent, ago):
        self.count += 1
        opened_at = START + timedelta(minutes=self.now - ago)
        ticket = self.desk.open(
            subject="s", body=f"body {self.count}", requester="ana", level=level, priority_class=priority_class,
            assignee=agent, opened_at=opened_at,
        ).ticket  # fmt: skip
        naive = Naive(
            self.count, self.now - ago, level=level, priority_class=priority_class or "general", agent=agent,
            recorded=self.now, received=1, bodies=[f"body {self.count}"],
        )  # fmt: skip
        if agent:
            self.begin(naive, self.now)
        self.naive[ticket.id] = naive
        return ticket.id

    @rule(name=tickets, trigger=st.sampled_from(sorted(TABLE)))
    def any_trigger(self, name, trigger):
        self.trigger(name, trigger)

    @rule(name=tickets, data=st.data())
    def a_trigger_that_fits(self, name, data):
        fitting = [one for one, (sources, _) in sorted(TABLE.items()) if self.naive[name].status in sources]
        if fitting:
            self.trigger(name, data.draw(st.sampled_from(fitting)))

    @rule(name=tickets)
    def resolve(self, name):
        self.trigger(name, "resolve")

    def trigger(self, name, trigger):
        ticket = self.tracked(name)

        def call():
            return getattr(self.desk, trigger)(name, by="sam")

        if ticket.status == "resolved" and ticket.resolved + CLOSING < max(self.now, ticket.recorded):
            # The refusal leaves even the closing that was due for the next look.
            if trigger == "close_ticket":
                call()
                ticket.recorded = self.advance(ticket)
            else:
                self.refused(call, TransitionRefused)
            return
        now = self.advance(ticket)
        sources, target = TABLE[trigger]
        late = trigger == "reopen" and ticket.status == "resolved" and now - ticket.resolved > WINDOW
        if ticket.status in sources and not late:
            call()
            ticket.go(target, now)
        elif ticket.status == target:
            call()
        else:
            self.refused(call, TransitionRefused)
            return
        ticket.recorded = now

    @rule(name=tickets, bot=st.booleans())
    def reply(self, name, bot):
        ticket = self.tracked(name)
        self.count += 1
        by = Actor(kind="bot" if bot else "agent", id="x")

        def call():
            return self.desk.reply(name, body=f"body {self.count}", by=by)

        due = ticket.status == "resolved" and ticket.resolved + CLOSING < max(self.now, ticket.recorded)
        if due or ticket.status in {"closed", "cancelled"}:
            self.refused(call)
            return
        now = self.advance(ticket)
        call()
        ticket.replies += 1
        ticket.bodies.append(f"body {self.count}")
        if not bot and ticket.replied_at is None:
            ticket.replied_at = now
        self.begin(ticket, now)
        ticket.recorded = now

    @rule(name=tickets)
    def note(self, name):
        ticket = self.tracked(name)
        self.count += 1
        now = self.advance(ticket)
        self.desk.note(name, body=f"body {self.count}", by="sam")
        ticket.notes += 1
        ticket.bodies.append(f"body {self.count}")
        ticket.recorded = now

    def where(self, name: str) -> str:
        """Where a message for a ticket goes."""
        while not self.naive[name].is_open:
            onward = self.naive[name].merged_into or self.naive[name].followed_by
            if onward is None:
                break
            name = onward
        return name

    @rule(target=tickets, name=tickets, who=st.sampled_from(["ana", "ana", "bob"]))
    def receive(self, name, who):
        found = self.where(name)
        ticket = self.tracked(found)
        self.count += 1
        body = f"body {self.count}"
        now = self.advance(ticket)
        outcome = self.desk.receive(name, body=body, by=who)
        ticket.recorded = now
        reopens = ticket.status == "resolved" and now - ticket.resolved <= WINDOW
        if who == "ana" and not ticket.is_open and not reopens:
            follow_up = Naive(
                self.count,
                now,
                level=ticket.level,
                priority_class=ticket.priority_class,
                received=1,
                bodies=[body],
            )
            ticket.followed_by = outcome.ticket.id
            self.naive[outcome.ticket.id] = follow_up
            return outcome.ticket.id
        ticket.received += 1
        ticket.bodies.append(body)
        if who == "ana" and (ticket.status == "pending" or reopens):
            ticket.go("open", now)
        assert outcome.ticket.id == found
        return multiple()

    @rule(
        name=tickets,
        agent=st.sampled_from([None, "", "sam", "kim"]),
        group=st.sampled_from([None, "", "desk"]),
    )
    def assign(self, name, agent, group):
        if agent is None and group is None:
            return
        ticket = self.tracked(name)

        def call():
            return self.desk.assign(name, agent=agent, group=group)

        due = ticket.status == "resolved" and ticket.resolved + CLOSING < max(self.now, ticket.recorded)
        if due or ticket.status in {"closed", "cancelled"}:
            self.refused(call)
            return
        now = self.advance(ticket)
        changed = call().events
        after = (
            ticket.agent if agent is None else agent or None,
            ticket.group if group is None else group or None,
        )
        if after != (ticket.agent, ticket.group):
            assert changed
            ticket.agent, ticket.group = after
            ticket.recorded = now
        if ticket.agent is not None and ticket.status == "new":
            self.begin(ticket, now)
            ticket.recorded = now
        ticket.recorded = max(ticket.recorded, self.recorded(name))

    def recorded(self, name: str) -> int:
        """The minute of the latest event: what passed by itself is checked against the naive clocks elsewhere."""
        return round((self.desk.get(name).recorded_at - START).total_seconds() / 60)

    @rule(name=tickets, level=st.integers(1, 4))
    def set_level(self, name, level):
        ticket = self.tracked(name)
        now = self.advance(ticket)
        if self.desk.set_priority(name, level=level, by="sam").events:
            ticket.recorded = max(self.recorded(name), ticket.recorded)
        if level != ticket.level:
            ticket.recorded = now
        ticket.level = level

    @rule(one=tickets, two=tickets)
    def merge(self, one, two):
        source, into = self.tracked(one), self.tracked(two)

        def call():
            return self.desk.merge(one, into=two, by="sam")

        moment = max(self.now, source.recorded)
        gone = [
            t.status == "resolved" and t.resolved + CLOSING < max(moment, t.recorded) for t in (source, into)
        ]
        if (
            one == two
            or any(gone)
            or into.status in {"closed", "cancelled"}
            or source.status in {"closed", "cancelled"}
        ):
            self.refused(call, SupportflowError)
            return
        now = self.advance(source)
        call()
        source.go("closed", now)
        source.merged_into = two
        source.recorded, into.recorded = now, max(now, into.recorded)
        # The one that goes on stands where the more urgent of the two stood.
        into.priority_class, into.level = min(
            ((one.priority_class, one.level) for one in (source, into)),
            key=lambda place: (["security", "dispute", "general"].index(place[0]), place[1]),
        )

    # --- the same again ------------------------------------------------------------------------

    @rule(target=used_keys, name=tickets)
    def keyed_note(self, name):
        self.count += 1
        key, body = f"key {self.count}", f"body {self.count}"
        ticket = self.tracked(name)
        ticket.recorded = self.advance(ticket)
        outcome = self.desk.note(name, body=body, by="sam", key=key)
        assert not outcome.duplicate
        ticket.notes += 1
        ticket.bodies.append(body)
        return key, name, body, outcome.events

    @rule(used=used_keys)
    def the_same_note_again(self, used):
        key, name, body, events = used
        before = contents(store_of(self.desk))
        outcome = self.desk.note(name, body=body, by="sam", key=key)
        assert outcome.duplicate
        assert outcome.events == events
        assert contents(store_of(self.desk)) == before

    @rule(used=consumes(used_keys))
    def the_key_for_something_else(self, used):
        key, name, _, _ = used
        self.refused(lambda: self.desk.resolve(name, by="sam", key=key), IdempotencyMismatch)

    # --- what is always true -------------------------------------------------------------------

    @invariant()
    def every_ticket_is_as_its_twin_says(self):
        for name, naive in self.naive.items():
            ticket, history = self.desk.get(name), self.desk.history(name)
            assert fold(history) == ticket
            rows = store_of(self.desk).events("default", f"ticket:{name}")
            assert [row.seq for row in rows] == list(range(1, ticket.version + 1))
            recorded = [event.recorded_at for event in history]
            assert recorded == sorted(recorded)
            naive.recorded = max(naive.recorded, self.recorded(name))
            if ticket.status == "closed" and naive.status == "resolved":
                naive.go("closed", naive.resolved + CLOSING)  # a tick was faster than the next command
                last = [event for event in history if event.kind == "status_changed"][-1]
                assert (last.cause, last.trigger) == ("auto_close", "close")
            assert (ticket.status, ticket.group, ticket.assignee) == (naive.status, naive.group, naive.agent)
            assert (ticket.level, ticket.priority_class) == (naive.level, naive.priority_class)
            counters = (ticket.received, ticket.replies, ticket.notes, ticket.reopens)
            assert counters == (naive.received, naive.replies, naive.notes, naive.reopens)
            assert (ticket.merged_into, ticket.followed_by) == (naive.merged_into, naive.followed_by)
            assert [message.body for message in self.desk.messages(name)] == naive.bodies

    @invariant()
    def the_clocks_count_what_a_child_would_count(self):
        for name, naive in self.naive.items():
            readings = {clock.target: clock for clock in self.desk.get(name).clocks}
            first = readings["first_response"]
            pausing = {"resolved", "closed"}
            breached = self.breached(name, "first_response", FIRST, pausing)
            if first.verdict is not None:
                counted = naive.counted(naive.replied_at, None, pausing)
                assert (first.verdict.elapsed_us, first.verdict.met) == (
                    counted * 60_000_000,
                    naive.in_time(naive.replied_at, pausing, FIRST) and not breached,
                )
            final = readings["resolution"]
            pausing = {"pending", "resolved"}
            breached = self.breached(name, "resolution", FINAL, pausing)
            if final.verdict is not None and naive.status == "resolved":
                counted = naive.counted(naive.resolved, None, pausing)
                assert (final.verdict.elapsed_us, final.verdict.met) == (
                    counted * 60_000_000,
                    naive.in_time(naive.resolved, pausing, FINAL) and not breached,
                )
            assert (first.verdict is None) == (naive.replied_at is None)

    def breached(self, name: str, target: str, limit: int, pausing: set[str]) -> bool:
        """Whether a breach was noticed. It stays, even if the clock is set back and a stop is stamped at the due time.

        It was noticed rightly: the time was used up, and a clock has shown a later one.
        """
        breaches = [
            event
            for event in self.desk.history(name)
            if event.kind == "sla_breached" and event.target == target
        ]
        for event in breaches:
            minute = round((event.reached_at - START).total_seconds() / 60)
            assert self.naive[name].counted(minute, None, pausing) == limit
            assert event.reached_at < event.detected_at <= START + timedelta(minutes=self.latest)
        return bool(breaches)

    @invariant()
    def find_gives_the_queue_in_order(self):
        self.check_pages([{}, {"open": True}], [2])

    def check_pages(self, searches, limits):
        """Pages of any size, put together, are the queue: nothing is skipped or repeated."""
        rows = {name: store_of(self.desk).load("default", name) for name in self.naive}
        for filters in searches:
            wanted = [
                name
                for name, naive in self.naive.items()
                if ("open" not in filters or naive.is_open)
                and ("status" not in filters or naive.status == "resolved")
                and ("assignee" not in filters or naive.agent is None)
            ]
            wanted.sort(
                key=lambda n: (RANK[self.naive[n].priority_class], self.naive[n].level, rows[n].order_us, n)
            )
            for limit in limits:
                found, cursor = [], None
                while True:
                    page = self.desk.find(order="priority", limit=limit, cursor=cursor, **filters)
                    found += [ticket.id for ticket in page]
                    cursor = page.cursor
                    if cursor is None:
                        break
                assert found == wanted

    @precondition(lambda self: len(self.naive) < 6)
    @invariant()
    def the_other_orders(self):
        for order, key, reverse in (
            ("opened", lambda t: (t.opened_at, t.id), False),
            ("updated", lambda t: (t.touched_at, t.id), True),
        ):
            found = list(self.desk.find(order=order))
            assert found == sorted(found, key=key, reverse=reverse)

    def teardown(self):
        """In the end everything is delivered at least once, in order, with one key each."""
        self.check_pages([{}, {"open": True}, {"status": "resolved"}, {"assignee": ""}], [1, 3, 50])
        self.fail_next = 0
        clock_of(self.desk).set(START + timedelta(minutes=self.latest))
        for _ in range(40):
            clock_of(self.desk).advance(hours=2)
            tick = self.desk.run_due()
            if not (tick.delivered or tick.retried or tick.tickets):
                break
        assert self.desk.dead_letters() == ()
        for name in self.naive:
            history = self.desk.history(name)
            for kind in ("status_changed", "message_received", "sla_breached"):
                wanted = [event for event in history if event.kind == kind]
                assert [
                    event for event in self.handled if event.ticket_id == name and event.kind == kind
                ] == wanted
            replies = [event for event in history if event.kind == "reply_sent"]
            sent = [message for message in self.sent if message.ticket_id == name]
            assert [message.recorded_at for message in sent] == [event.recorded_at for event in replies]
            keys = [message.key for message in sent]
            assert len(set(keys)) == len(keys)
            for message in self.sends:
                assert message.ticket_id != name or message in sent


TestDesk = DeskMachine.TestCase
TestDesk.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.parametrize(("ago", "back"), [(500, 300), (290, 280), (290, 500), (290, 1), (61, 60)])
@pytest.mark.parametrize("polled", [False, True])
def test_nothing_is_noticed_before_the_desk_knew_of_the_ticket(ago, back, polled):
    """Opened late, and overdue at once; then the clock is set back, to before the due time and before the opening, too."""
    machine = DeskMachine()
    machine.time_passes(minutes=300)
    name = machine.open_one(3, None, None, ago)
    known = machine.desk.get(name).recorded_at
    machine.clock_is_set_back(minutes=back)
    if polled:
        machine.time_passes(minutes=back + 1)
        machine.run_due(limit=1_000, failures=0)
    else:
        machine.note(name=name)
    breaches = [event for event in machine.desk.history(name) if event.kind == "sla_breached"]
    assert breaches
    for event in breaches:
        assert event.reached_at < known <= event.recorded_at <= event.detected_at
    machine.the_clocks_count_what_a_child_would_count()


def test_a_breach_that_was_noticed_stays_though_the_clock_is_set_back():
    """The reply is then stamped exactly at the due time: in time by the clock, too late by the record."""
    machine = DeskMachine()
    name = machine.one_to_begin_with()
    machine.time_passes(minutes=FIRST + 1)
    machine.run_due(limit=1_000, failures=0)
    machine.every_ticket_is_as_its_twin_says()
    machine.clock_is_set_back(minutes=30)
    machine.reply(name=name, bot=False)
    assert machine.naive[name].replied_at == FIRST
    first = {clock.target: clock for clock in machine.desk.get(name).clocks}["first_response"]
    assert not first.verdict.met
    machine.the_clocks_count_what_a_child_would_count()
    machine.teardown()
