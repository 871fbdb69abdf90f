"""A desk that routes, under any commands in any order, against a naive reader who looks at every ticket and every agent.

The reader never asks the floor: it reads tickets and agents from the desk and goes through all pairs by the plain rules.
"""

from contextlib import suppress
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from supportflow import Agent, Desk, MemoryStore, Requester
from supportflow.exceptions import Refused
from supportflow.flows.rows import read_row
from supportflow.kernel.due.queue import queue_place
from supportflow.kernel.fold.agents import fold_agent
from supportflow.policy import CompiledPolicy
from supportflow.testing import CountingIds, ManualClock

from .desks import START, policy

PEOPLE = {
    "ann": Agent("ann", languages=("en",), skills={"c2c": 2}, capacity=2, shifts=("day",)),
    "bea": Agent("bea", languages=("en", "zh"), capacity=3, limits={"chat": 1}, groups=("cards",)),
    "cai": Agent("cai", languages=("zh",), skills={"c2c": 1}, capacity=1, groups=("payments",)),
    "dov": Agent(
        "dov", languages=("en",), capacity=4, reserved=1, tiers=("expert", "compliance"), groups=("payments",)
    ),
    "eli": Agent("eli", languages=("en",), tiers=("bot", "compliance"), capacity=2),
}
WEIGHTS = {"phone": 2}
BUSY = {"new", "open"}


class World(RuleBasedStateMachine):
    acceptance = "offer"

    @initialize(
        pick=st.sampled_from(["longest_idle", "least_loaded"]), leave=st.sampled_from(["keep", "requeue"])
    )
    def begin(self, pick, leave):
        self.policy = policy(acceptance=self.acceptance, pick=pick, on_leave=leave)
        self.compiled = CompiledPolicy(self.policy)
        self.store, self.clock = MemoryStore(), ManualClock(START)
        self.desk = Desk(self.policy, store=self.store, clock=self.clock, ids=CountingIds())
        # Asks for places only: of what the other desk does it hears by the feed.
        self.watcher = Desk(self.policy, store=self.store, clock=self.clock, ids=CountingIds("w"))
        self.tickets: list[str] = []
        self.by_hand: set[str] = set()
        self.fresh = False
        for person in PEOPLE.values():
            self.desk.enrol(person)
            self.desk.set_presence(person, "available")

    # --- what happens

    @rule(
        category=st.sampled_from(["c2c", "cards", "faq", "aml", "other"]),
        language=st.sampled_from(["en", "zh", "fi"]),
        channel=st.sampled_from(["chat", "phone", "web"]),
        priority_class=st.sampled_from(["general", "general", "dispute", "security"]),
    )
    def open(self, **fields):
        opened = self.desk.open(subject="x", requester="ana", body="y", level=2, **fields).ticket
        self.tickets.append(opened.id)
        self.fresh = False

    @rule(seconds=st.sampled_from([0, 1, 30, 61, 240, 900, 3_600, 50_000]))
    def wait(self, seconds):
        self.clock.advance(seconds=seconds)
        self.desk.run_due()
        self.fresh = False

    @rule(who=st.sampled_from(sorted(PEOPLE)), presence=st.sampled_from(["available", "away", "offline"]))
    def come_or_go(self, who, presence):
        self.desk.set_presence(who, presence)
        self.fresh = False

    @rule(who=st.sampled_from(sorted(PEOPLE)), on_duty=st.booleans(), hours=st.integers(1, 5))
    def change_shift(self, who, on_duty, hours):
        now = self.clock.now()
        self.desk.override_shift(who, now, now + timedelta(hours=hours), on_duty=on_duty)
        self.fresh = False

    def _try(self, verb, number, **fields):
        if not self.tickets:
            return
        with suppress(Refused):
            getattr(self.desk, verb)(self.tickets[number % len(self.tickets)], **fields)
        self.fresh = False

    @rule(number=st.integers(0), accepts=st.booleans())
    def answer(self, number, accepts):
        if self.tickets:
            ticket = self.desk.get(self.tickets[number % len(self.tickets)])
            offer = ticket.routing.offer
            if offer is None:
                return
            may = self.may_take(self.agents()[offer.agent], ticket)
            self._try("accept" if accepts else "decline", number, by=offer.agent)
            if accepts and self.clock.now() < ticket.recorded_at + timedelta(days=1):
                assert (self.desk.get(ticket.id).assignee == offer.agent) == may, (ticket.routing, may)

    @rule(
        who=st.sampled_from(sorted(PEOPLE)),
        lost=st.sets(st.sampled_from(["skills", "languages", "groups", "tiers", "capacity"]), max_size=2),
        lapses=st.sampled_from([None, 30, 300]),
    )
    def enrol_again(self, who, lost, lapses):
        """Something is taken away from an agent, given back, or is going to end."""
        person = PEOPLE[who]
        nothing = {"tiers": ("bot",), "capacity": 1}
        given = {name: nothing.get(name, ()) for name in lost - {"skills"}}
        skills = {} if "skills" in lost else dict(person.skills)
        if lapses is not None:
            end = self.clock.now() + timedelta(seconds=lapses)
            skills = {name: skill.model_copy(update={"valid_until": end}) for name, skill in skills.items()}
        if given.get("capacity", person.capacity) < person.reserved:
            return
        self.desk.enrol(person.model_copy(update={**given, "skills": skills}))
        self.fresh = False
        self._offers_suit(who)

    def _offers_suit(self, who):
        """Nobody is offered what they cannot take once it has been taken away from them."""
        state = self.agents()[who]
        for ticket in self.all():
            offer = ticket.routing.offer
            if offer is not None and offer.agent == who:
                assert self.may_take(state, ticket), (state, ticket.routing)

    @rule(
        number=st.integers(0),
        verb=st.sampled_from(["wait_for_requester", "resolve", "cancel", "resume", "release", "reopen"]),
        who=st.sampled_from(sorted(PEOPLE)),
    )
    def work(self, number, verb, who):
        self._returning(number, lambda: self._try(verb, number, by=who))

    def _returning(self, number, act):
        """Whoever has a ticket that comes back has what it needs, but for what a lead passed over."""
        if not self.tickets:
            return
        ticket_id = self.tickets[number % len(self.tickets)]
        before = self.desk.get(ticket_id)
        act()
        after = self.desk.get(ticket_id)
        if before.status in BUSY or after.status not in BUSY or after.assignee is None:
            return
        state = self.agents()[after.assignee]
        assert after.tier is None or after.tier in state.agent.tiers
        assert state.id not in after.routing.barred
        if ticket_id not in self.by_hand:
            assert self.suits(state, before) or before.routing.requirement is None, (before.routing, state)

    @rule(number=st.integers(0))
    def write_again(self, number):
        before = len(self.tickets)
        self._returning(number, lambda: self._try("receive", number, body="again", by=Requester("ana")))
        known = set(self.tickets)
        self.tickets += [one.id for one in self.desk.find(limit=1_000) if one.id not in known]
        assert len(self.tickets) <= before + 1

    @rule(number=st.integers(0), tier=st.sampled_from(["bot", "expert", "compliance"]))
    def hand_over(self, number, tier):
        self._try("hand_over", number, tier=tier, by="dov")

    @rule(number=st.integers(0), who=st.sampled_from(sorted(PEOPLE)))
    def assign(self, number, who):
        if self.tickets:
            ticket_id = self.tickets[number % len(self.tickets)]
            before = self.desk.get(ticket_id).assignee
            self._try("assign", number, agent=who, by="lead")
            if before != who == self.desk.get(ticket_id).assignee:
                self.by_hand.add(ticket_id)

    @rule(number=st.integers(0), category=st.sampled_from(["c2c", "cards", "aml", "other"]))
    def change_topic(self, number, category):
        self._try("update", number, category=category, by="lead")

    @rule()
    def dispatch(self):
        self.desk.run_due()
        done = self.desk.dispatch()
        assert done.leading
        assert done.refused == 0  # nobody else is at work
        self.fresh = True
        self._nobody_was_overtaken(done.events)

    # --- what the naive reader sees

    def agents(self):
        return {state.id: state for state in self.desk.agents()}

    def all(self):
        return [self.desk.get(ticket_id) for ticket_id in self.tickets]

    def on_duty(self, state):
        now = self.clock.now()
        duty = not state.agent.shifts or (now.weekday() == 0 and 8 <= now.hour < 12)
        for override in state.overrides:
            if override.start <= now < override.end:
                duty = override.on_duty
        return duty and state.presence == "available"

    def may_take(self, state, ticket):
        """Whether somebody may take what they are offered: everything but being there, and having declined it."""
        return self.can_take(state, ticket, without=ticket.id, offered=True)

    def has(self, person, name, least):
        skill = person.skills.get(name)
        now = self.clock.now()
        return skill is not None and skill.level >= least and (skill.valid_until or now + timedelta(1)) > now

    def suits(self, state, ticket):
        """Whether somebody is what a ticket asks for, whatever they are doing."""
        needs, person = ticket.routing.requirement, state.agent
        return (
            needs is not None
            and needs.tier in person.tiers
            and (needs.language is None or needs.language in person.languages)
            and all(self.has(person, name, least) for name, least in needs.skills)
            and any(
                group is None or group in person.groups
                for group in (needs.group, ticket.routing.overflow or needs.group)
            )
        )

    def can_take(self, state, ticket, *, without=None, offered=False):
        """Every rule, plainly."""
        needs, routing = ticket.routing.requirement, ticket.routing
        loads = [load for load in state.load if load.ticket_id != without]
        person = state.agent
        keeps = 0 if offered else 1  # an offer was made when there was enough left over

        def suits(group, keep):
            weight = needs.weight + keep + (0 if routing.handed_over else person.reserved)
            return (group is None or group in person.groups) and sum(
                load.weight for load in loads
            ) + weight <= person.capacity

        limit = person.limits.get(needs.channel)
        return (
            (offered or (self.on_duty(state) and state.id not in routing.declined))
            and self.suits(state, ticket)
            and state.id not in routing.barred
            and (limit is None or sum(load.channel == needs.channel for load in loads) < limit)
            and (suits(needs.group, 0) or (routing.overflow is not None and suits(routing.overflow, keeps)))
        )

    def waits(self, ticket):
        return (
            ticket.status in BUSY
            and ticket.assignee is None
            and ticket.routing.offer is None
            and ticket.routing.requirement is not None
        )

    def place(self, ticket):
        return queue_place(ticket, self.compiled)[0]

    def _nobody_was_overtaken(self, events):
        """For each offer: none of those who still wait came before it and could have had the agent instead."""
        agents, waiting = self.agents(), [ticket for ticket in self.all() if self.waits(ticket)]
        for event in events:
            if event.kind != "load_taken":
                continue
            got = self.desk.get(event.ticket_id)
            for ticket in waiting:
                if self.place(ticket) < self.place(got):
                    state = agents[event.agent_id]
                    assert not self.can_take(state, ticket, without=got.id), (ticket, got, state)

    @precondition(lambda self: self.fresh)
    @invariant()
    def nothing_waits_that_somebody_could_take(self):
        agents = self.agents()
        for ticket in self.all():
            if self.waits(ticket):
                takers = [name for name, state in agents.items() if self.can_take(state, ticket)]
                assert takers == [], (ticket.routing, takers)

    @invariant()
    def places_are_what_a_reader_of_all_pairs_counts(self):
        states = self.agents().values()
        waiting = [ticket for ticket in self.all() if self.waits(ticket)]
        able = {
            ticket.id: {state.id for state in states if self.could_take(state, ticket)} for ticket in waiting
        }
        for ticket in waiting:
            first = [
                other
                for other in waiting
                if self.place(other) < self.place(ticket)
                and (able[other.id] & able[ticket.id] or self.alike(other, ticket))
            ]
            assert self.watcher.queue_position(ticket.id) == 1 + len(first)
        for ticket_id in set(self.tickets) - {ticket.id for ticket in waiting}:
            assert self.watcher.queue_position(ticket_id) is None

    def could_take(self, state, ticket):
        """Whatever else they have to do, and whether or not they are there."""
        needs, routing = ticket.routing.requirement, ticket.routing
        groups = {needs.group} | ({routing.overflow} if routing.overflow is not None else set())
        return (
            self.suits(state, ticket)
            and state.id not in routing.barred + routing.declined
            and any(group is None or group in state.agent.groups for group in groups)
        )

    @staticmethod
    def alike(one, other):
        """Taken in the same way, at the same cost, by all but the same people."""

        def same(ticket):
            routing = ticket.routing
            return routing.handed_over, {*routing.barred, *routing.declined}

        def ways(ticket):
            needs = ticket.routing.requirement
            lent = ticket.routing.overflow
            return {(needs, 0)} | ({(needs._replace(group=lent), 1)} if lent is not None else set())

        return same(one) == same(other) and bool(ways(one) & ways(other))

    @invariant()
    def loads_are_what_the_tickets_say(self):
        held = {name: {} for name in PEOPLE}
        for ticket in self.all():
            offer = ticket.routing.offer
            if ticket.status in BUSY:
                weight = WEIGHTS.get(ticket.channel, 1)
                if ticket.assignee in held:
                    held[ticket.assignee][ticket.id] = (ticket.channel, weight, False)
                elif offer is not None:
                    held[offer.agent][ticket.id] = (ticket.channel, weight, True)
            else:
                assert offer is None
        for name, state in self.agents().items():
            assert {load.ticket_id: tuple(load[1:]) for load in state.load} == held[name]

    @invariant()
    def nobody_holds_too_much(self):
        for state in self.agents().values():
            held = sum(load.weight for load in state.load if not load.offered)
            assert state.used <= max(state.agent.capacity, held)
            for channel, most in state.agent.limits.items():
                assert sum(load.channel == channel for load in state.load if load.offered) <= most

    @invariant()
    def a_tier_is_left_by_hand_over_only(self):
        for ticket in self.all():
            tiers = [event.tier for event in self.desk.history(ticket) if event.kind == "handed_over"]
            if tiers and ticket.routing.requirement is not None:
                assert ticket.tier == tiers[-1]
            if ticket.priority_class == "security":
                assert ticket.tier != "bot"

    def teardown(self):
        if not hasattr(self, "store"):
            return
        for name in PEOPLE:
            rows = self.store.events("default", f"agent:{name}")
            folded = fold_agent(map(read_row, rows))
            assert folded == self.desk.agent(name)


class DirectWorld(World):
    acceptance = "direct"


FEW = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestRouting = World.TestCase
TestRouting.settings = FEW
TestDirectRouting = DirectWorld.TestCase
TestDirectRouting.settings = FEW
