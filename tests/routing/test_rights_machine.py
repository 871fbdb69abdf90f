"""Two agents, few tickets, and rights that come and go, against a reader who asks by the plain rules at every instant.

Half of the changes are made as by a process that crashes before it looks at the agent's tickets.
"""

from contextlib import suppress
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from supportflow import Desk, Requester, Skill
from supportflow.exceptions import Refused
from supportflow.flows.commands.agents import execute
from supportflow.model.commands import Enrol
from supportflow.model.people import HOST
from supportflow.testing import CountingIds, ManualClock

from .desks import START, agent, policy

FULL = {
    "tiers": ("expert", "compliance"),
    "skills": {"c2c": 2},
    "groups": ("cards",),
    "languages": ("en", "zh"),
    "capacity": 3,
}
LESS = [
    {},
    {"tiers": ("expert",)},
    {"skills": {}},
    {"skills": {"c2c": 1}},
    {"groups": ()},
    {"languages": ("en",)},
    {"capacity": 0},
]
NEEDS = {
    "aml": lambda person, _: "compliance" in person.tiers,
    "c2c": lambda person, now: (
        "c2c" in person.skills
        and person.skills["c2c"].level == 2
        and (person.skills["c2c"].valid_until is None or person.skills["c2c"].valid_until > now)
    ),
    "cards": lambda person, _: "cards" in person.groups,
    "other": lambda *_: True,
}
ROUTES = (
    {"name": "compliance", "when": {"field": "category", "eq": "aml"}, "tier": "compliance"},
    {"name": "c2c", "when": {"field": "category", "eq": "c2c"}, "skills": {"c2c": 2}},
    {"name": "cards", "when": {"field": "category", "eq": "cards"}, "group": "cards"},
    {"name": "rest"},
)


class Rights(RuleBasedStateMachine):
    @initialize(
        acceptance=st.sampled_from(["offer", "direct"]), requeue=st.sampled_from([("tier",), (), ("skill",)])
    )
    def begin(self, acceptance, requeue):
        self.clock, self.requeue = ManualClock(START), requeue
        given = policy(
            acceptance=acceptance,
            requeue_lost=requeue,
            routes=ROUTES,
            offer_for=None,
            four_eyes=(),
            closed_by_own=(),
        )
        self.desk = Desk(given, clock=self.clock, ids=CountingIds())
        self.tickets = {}
        for who in ("sam", "kim"):
            self.desk.enrol(agent(who, **FULL))
            self.desk.set_presence(who, "available")
        for category in ("aml", "c2c"):
            self.open(category, "en")

    # --- the plain rules

    def may(self, who, ticket_id):
        """Whether somebody has what a ticket needs, as of now."""
        category, language = self.tickets[ticket_id]
        person = self.desk.agent(who).agent
        return (language == "en" or "zh" in person.languages) and NEEDS[category](person, self.clock.now())

    def fits(self, who, ticket_id):
        state = self.desk.agent(who)
        others = sum(load.weight for load in state.load if load.ticket_id != ticket_id)
        return others + 1 <= state.agent.capacity

    def one(self, number):
        return sorted(self.tickets)[number % len(self.tickets)]

    # --- what happens

    @rule(category=st.sampled_from(sorted(NEEDS)), language=st.sampled_from(["en", "zh"]))
    def open(self, category, language):
        opened = self.desk.open(
            subject="x", requester="ana", category=category, language=language, priority_class="general"
        ).ticket
        self.tickets[opened.id] = (category, language)
        self.dispatch()

    @rule(who=st.sampled_from(["sam", "kim"]), less=st.sampled_from(LESS), crash=st.booleans())
    def enrol(self, who, less, crash):
        profile = agent(who, **{**FULL, **less})
        if crash:
            command = Enrol(agent_id=who, profile=profile, by=HOST)
            self.desk._run(execute(self.desk._env, command))
            return
        if self.desk.agent(who).agent == profile:
            return  # nothing is looked at again for what is so already; the next dispatch does it
        self.desk.enrol(profile)
        for ticket_id in self.tickets:
            ticket = self.desk.get(ticket_id)
            if ticket.offered_to == who:
                assert self.may(who, ticket_id)
                assert self.fits(who, ticket_id)
            if ticket.assignee == who and ticket.status == "open" and self.requeue == ("skill",):
                assert (
                    self.tickets[ticket_id][0] != "c2c" or self.may(who, ticket_id) or "zh" in ticket.language
                )

    @rule(who=st.sampled_from(["sam", "kim"]), seconds=st.integers(1, 3))
    def certify(self, who, seconds):
        end = self.clock.now() + timedelta(seconds=seconds)
        self.desk.enrol(agent(who, **{**FULL, "skills": {"c2c": Skill(level=2, valid_until=end)}}))

    @rule(seconds=st.integers(1, 3))
    def wait(self, seconds):
        self.clock.advance(seconds=seconds)

    @rule(number=st.integers(0, 9))
    def accept_what_is_offered(self, number):
        self.dispatch()
        self.accept(number)

    @rule()
    def dispatch(self):
        assert self.desk.dispatch().refused == 0  # nobody else is at work
        for ticket_id in self.tickets:
            who = self.desk.get(ticket_id).offered_to
            assert who is None or (self.may(who, ticket_id) and self.fits(who, ticket_id))

    @rule(number=st.integers(0, 9))
    def accept(self, number):
        ticket_id = self.one(number)
        who = self.desk.get(ticket_id).offered_to
        if not who:
            return
        able = self.may(who, ticket_id) and self.fits(who, ticket_id)
        with suppress(Refused):
            self.desk.accept(ticket_id, by=who)
        assert (self.desk.get(ticket_id).assignee == who) == able

    @rule(number=st.integers(0, 9), verb=st.sampled_from(["wait_for_requester", "hold", "resolve"]))
    def pause(self, number, verb):
        ticket_id = self.one(number)
        if self.desk.get(ticket_id).assignee:
            with suppress(Refused):
                getattr(self.desk, verb)(ticket_id, by=self.desk.get(ticket_id).assignee)

    @rule(number=st.integers(0, 9), verb=st.sampled_from(["receive", "resume", "reopen", "observe"]))
    def come_back(self, number, verb):
        ticket_id = self.one(number)
        before = self.desk.get(ticket_id)
        with suppress(Refused):
            if verb == "receive":
                self.desk.receive(ticket_id, body="here", by=Requester("ana"))
            elif verb == "observe":
                self.desk.observe(ticket_id, status="open")
            else:
                getattr(self.desk, verb)(ticket_id, by="lead")
        after = self.desk.get(ticket_id)
        if before.status in {"pending", "on_hold", "resolved"} and after.status == "open" and before.assignee:
            expected = before.assignee if self.may(before.assignee, ticket_id) else None
            if expected is not None and not self.fits(expected, ticket_id):
                expected = None
            assert after.assignee == expected

    @rule(
        number=st.integers(0, 9),
        verb=st.sampled_from(["wait_for_requester", "hold", "resolve"]),
        less=st.sampled_from(LESS),
        crash=st.booleans(),
        back=st.sampled_from(["receive", "reopen", "observe"]),
    )
    def go_and_come_back(self, number, verb, less, crash, back):
        """What happens most: it waits, its agent becomes somebody else, it comes back."""
        self.accept_what_is_offered(number)
        who = self.desk.get(self.one(number)).assignee
        self.pause(number, verb)
        if who is not None:
            self.enrol(who, less, crash)
        self.come_back(number, "resume" if verb == "hold" else back)

    # --- at every instant

    @invariant()
    def who_lacks_something_is_found(self):
        if not hasattr(self, "desk"):
            return
        lacking = {
            (ticket_id, ticket.assignee)
            for ticket_id in self.tickets
            if (ticket := self.desk.get(ticket_id)).assignee and ticket.is_open
            if not self.may(ticket.assignee, ticket_id)
        }
        assert {(one.ticket_id, one.agent) for one in self.desk.misplaced()} == lacking


TestRights = Rights.TestCase
TestRights.settings = settings(
    max_examples=100,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
