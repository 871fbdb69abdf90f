"""Nobody is on both sides of a case: who takes part in it from outside answers, gets and decides nothing of it."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow import (
    Actor,
    Agent,
    AsyncDesk,
    Authority,
    Desk,
    Metric,
    Party,
    Policy,
    Requester,
    SlaPolicy,
    Target,
)
from supportflow.events import AssignmentChanged, FitnessChanged, MessageReceived, ReplySent
from supportflow.exceptions import InvalidInput, Refused
from supportflow.flows.commands import people
from supportflow.model.people import HOST
from supportflow.model.routing import Lack
from supportflow.policy.document.authority import HostAction
from supportflow.routing.policy import RoutingPolicy
from supportflow.testing import CountingIds, ManualClock

TARGETS = [
    Target.first_response(minutes=30),
    Target.next_response(minutes=30),
    Target(name="periodic_update", metric="periodic_update", duration="PT4H"),
    Target(name="time_to_own", metric="time_to_own", duration="PT1H"),
    Target(name="noted", metric="noted", duration="PT2H"),
]
NOTED = Metric(name="noted", start=("opened",), stop=("internal_note",))
AUTHORITY = Authority(
    levels=["basic"],
    actions={"change_address": "basic"},
    host={"refund": HostAction(limits={"expert": 100, "compliance": -1}, undone_by="charge"),
          "charge": HostAction(limits={"expert": 100})},
)  # fmt: skip
ROUTING = RoutingPolicy.model_validate(
    {"languages": ["en"], "fallback_language": "en", "routes": [
        {"name": "aml", "when": {"field": "category", "eq": "aml"}, "tier": "compliance"}, {"name": "rest"}]}
)  # fmt: skip
PLAIN = Policy(metrics=[NOTED], sla=[SlaPolicy(name="all", targets=TARGETS)], authority=AUTHORITY)
ROUTED = PLAIN.model_copy(update={"routing": ROUTING})
BOTH = ("expert", "compliance")


def a_desk(policy=PLAIN, *agents):
    """A desk with Kim, who asks, and Sam."""
    clock = ManualClock("2026-03-25T10:00:00Z")
    desk = Desk(policy, clock=clock, ids=CountingIds())
    for agent in agents or (*(Agent(name, tiers=BOTH, languages=("en",)) for name in ("kim", "sam")),):
        desk.enrol(agent)
    return desk, clock


def asked(desk, requester="kim", **fields):
    """A ticket of Kim's; where she asks under another id, the two are linked."""
    ticket = desk.open(subject="My laptop is dead", requester=requester, ref="1", **fields).ticket
    if requester != "kim":
        desk.link_requester(requester, "kim", by=HOST)
    return ticket


def clocks(desk):
    return {one.target: one.state for one in desk.get(ref="1").clocks}


def event(outcome, kind):
    return next(one for one in outcome.events if isinstance(one, kind))


# --- what they write -------------------------------------------------------------------------------

WAYS = {
    "as an agent's id": lambda desk: desk.reply(ref="1", body="It is on floor 3", by="kim"),
    "as an agent": lambda desk: desk.reply(ref="1", body="It is on floor 3", by=Agent("kim")),
    "received": lambda desk: desk.receive(ref="1", body="It is on floor 3", by=Actor(kind="agent", id="kim")),
    "observed": lambda desk: desk.observe(ref="1", replied=True, by="kim"),
    "observed with words": lambda desk: desk.observe(ref="1", replied=True, by="kim", body="On floor 3"),
    "observed of the assignee": lambda desk: desk.observe(ref="1", agent="kim", replied=True),
}


@pytest.mark.parametrize("requester", ["kim", "kim-at-home"])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_nobody_answers_themselves(way, requester):
    desk, clock = a_desk()
    asked(desk, requester)
    clock.advance(minutes=5)
    outcome = way(desk)
    said = event(outcome, MessageReceived)
    assert (said.origin, said.by.kind) == ("requester", "requester")
    assert said.by.id in {"kim", requester}
    assert not any(isinstance(one, ReplySent) for one in outcome.events)
    ticket = desk.get(ref="1")
    assert (ticket.first_replied_at, ticket.last_replied_at, ticket.replies) == (None, None, 0)
    assert ticket.waiting_since == ticket.opened_at
    assert clocks(desk) == {"first_response": "running", "time_to_own": "running", "noted": "running"}


def test_what_they_write_as_an_agent_raises_and_reopens_and_is_answered_anew():
    desk, clock = a_desk()
    asked(desk)
    desk.reply(ref="1", body="Which laptop?", by="sam")
    desk.wait_for_requester(ref="1", by="sam")
    clock.advance(minutes=5)
    desk.reply(ref="1", body="My account was hacked and my money is gone", by="kim")
    ticket = desk.get(ref="1")
    assert (ticket.status, ticket.priority_class) == ("open", "security")
    assert (clocks(desk)["first_response"], clocks(desk)["next_response"]) == ("met", "running")
    desk.resolve(ref="1", by="sam")
    desk.reply(ref="1", body="It is dead again", by="kim")
    assert desk.get(ref="1").status == "open"
    desk.resolve(ref="1", by="sam")
    desk.trigger(ref="1", trigger="close", by="sam")
    follow_up = desk.reply(ref="1", body="And again", by="kim").ticket
    assert follow_up.follow_up_of == ticket.id


def test_their_words_are_theirs_to_be_forgotten_and_read_as_theirs():
    desk, _ = a_desk()
    asked(desk, "kim-at-home")
    desk.reply(ref="1", body="It is on floor 3", by="kim", key="k-1")
    assert desk.reply(ref="1", body="It is on floor 3", by="kim", key="k-1").duplicate
    assert [one.origin for one in desk.messages(ref="1")] == ["requester"]
    desk.erase("kim")
    assert desk.messages(ref="1")[-1].body is None


def test_what_is_observed_of_them_raises_the_class():
    desk, _ = a_desk()
    asked(desk, "kim-at-home")
    desk.observe(ref="1", replied=True, by="kim", body="My account was hacked and my money is gone")
    assert desk.get(ref="1").priority_class == "security"
    assert desk.messages(ref="1")[-1].origin == "requester"


def test_others_answer_as_ever():
    desk, _ = a_desk()
    asked(desk)
    desk.reply(ref="1", body="I come by", by="sam")
    assert clocks(desk)["first_response"] == "met"
    desk.open(subject="x", requester="ana", ref="2")
    desk.reply(ref="2", body="I come by", by="kim")
    assert desk.get(ref="2").clock("first_response").state == "met"


def test_a_party_of_the_case_does_not_answer_for_the_desk():
    desk, _ = a_desk()
    asked(desk, "ana")
    desk.unlink_requester("ana", "kim", by=HOST)
    desk.add_party(ref="1", party=Party(role="counterparty", id="kim"), by="sam")
    outcome = desk.reply(ref="1", body="She never paid", by="kim")
    assert event(outcome, MessageReceived).origin == "party"
    assert clocks(desk)["first_response"] == "running"
    with pytest.raises(Refused, match="is a party of the case"):
        desk.assign(ref="1", agent="kim")
    with pytest.raises(Refused, match="does not write to a party"):
        desk.reply(ref="1", body="Pay!", by="kim", to="kim")


def test_a_note_of_theirs_is_no_work_of_the_desk_s():
    desk, _ = a_desk()
    asked(desk)
    desk.note(ref="1", body="I know what it is", by="kim")
    assert (clocks(desk)["noted"], desk.get(ref="1").notes) == ("running", 1)
    desk.note(ref="1", body="She knows what it is", by="sam")
    assert clocks(desk)["noted"] == "met"


@pytest.mark.parametrize("requester", ["kim", "kim-at-home"])
def test_in_an_adopted_past_they_have_not_answered_either(requester):
    desk, clock = a_desk()
    desk.link_requester("kim-at-home", "kim", by=HOST)
    clock.advance(hours=2)
    desk.adopt(
        "1",
        opened_at="2026-03-25T10:00:00Z",
        status="open",
        requester=requester,
        assignee="kim",
        history=[
            {"at": "2026-03-25T10:05:00Z", "replied": True, "by": "kim", "body": "My account was hacked"}
        ],
    )
    ticket = desk.get(ref="1")
    assert (ticket.assignee, ticket.first_replied_at) == ("kim", None)
    assert (ticket.priority_class, ticket.received) == ("security", 1)
    assert clocks(desk)["first_response"] == clocks(desk)["time_to_own"] == "running"
    assert {"first_response", "time_to_own"} <= {
        one.target for one in ticket.clocks if one.breached_us is not None
    }


def test_a_ticket_of_nobody_s_is_answered_by_whoever_it_was():
    desk, _ = a_desk()
    desk.adopt(
        "1",
        opened_at="2026-03-25T10:00:00Z",
        status="open",
        history=[{"at": "2026-03-25T10:00:00Z", "replied": True}],
    )
    assert clocks(desk)["first_response"] == "met"


# --- what they are given ---------------------------------------------------------------------------


@pytest.mark.parametrize("requester", ["kim", "kim-at-home"])
@pytest.mark.parametrize("policy", [PLAIN, ROUTED], ids=["plain", "routed"])
def test_they_are_not_given_it(policy, requester):
    desk, _ = a_desk(policy)
    asked(desk, requester)
    before = desk.get(ref="1")
    with pytest.raises(Refused, match="kim is its requester"):
        desk.assign(ref="1", agent="kim")
    assert desk.get(ref="1") == before
    with pytest.raises(InvalidInput, match="is the requester"):
        desk.open(subject="x", requester=requester, assignee="kim", ref="2")


@pytest.mark.parametrize("requester", ["kim", "kim-at-home"])
def test_what_the_host_reports_is_taken_in_and_stops_no_clock(requester):
    desk, clock = a_desk(ROUTED)
    asked(desk, requester)
    outcome = desk.observe(ref="1", agent="kim")
    assert event(outcome, AssignmentChanged).outside
    assert event(outcome, FitnessChanged).lacks == (Lack("outside", "requester"),)
    assert (desk.get(ref="1").assignee, clocks(desk)["time_to_own"]) == ("kim", "running")
    [found] = desk.misplaced()
    assert (found.agent, found.lacks) == ("kim", (Lack("outside", "requester"),))
    clock.advance(minutes=40)
    assert "sla_breached" in [one.kind for one in desk.run_due().events]
    assert desk.get(ref="1").routing.lacks == (Lack("outside", "requester"),)
    desk.update(ref="1", category="x", by="sam")
    assert desk.get(ref="1").routing.lacks == (Lack("outside", "requester"),)
    desk.observe(ref="1", agent="sam")
    assert (desk.misplaced(), clocks(desk)["time_to_own"]) == ((), "met")


@pytest.mark.parametrize("requester", ["kim", "kim-at-home"])
@pytest.mark.parametrize("acceptance", ["offer", "direct"])
def test_dispatch_passes_them_over_and_why_not_says_it(requester, acceptance):
    policy = PLAIN.model_copy(update={"routing": ROUTING.model_copy(update={"acceptance": acceptance})})
    desk, clock = a_desk(policy)
    desk.set_presence("kim", "available")
    asked(desk, requester)
    desk.dispatch()
    clock.advance(minutes=1)
    desk.dispatch()
    ticket = desk.get(ref="1")
    assert (ticket.offered_to, ticket.assignee) == (None, None)
    assert desk.why_not(ref="1", agent="kim")[0].code == "outside"
    desk.set_presence("sam", "available")
    desk.dispatch()
    ticket = desk.get(ref="1")
    assert (ticket.offered_to or ticket.assignee) == "sam"
    assert desk.why_not(ref="1", agent="sam") == () or ticket.assignee == "sam"
    assert "outside" in [one.code for one in desk.why_not(ref="1", agent="kim")]


def silently(desk, requester):
    """As if the process had crashed right after the link was recorded."""
    desk._run(people.record_link(desk._env, requester, "kim", HOST, linked=True))


def test_who_turns_out_to_be_the_requester_gives_it_back():
    desk, _ = a_desk(ROUTED)
    desk.set_presence("kim", "available")
    ticket = desk.open(subject="x", requester="kim-at-home", ref="1").ticket
    desk.dispatch()
    assert desk.get(ticket).offered_to == "kim"
    silently(desk, "kim-at-home")
    with pytest.raises(Refused, match="is its requester"):
        desk.accept(ticket, by="kim")
    desk.link_requester("kim-at-home", "kim-too", by=HOST)
    assert desk.get(ticket).offered_to is None
    other = desk.open(subject="y", requester="kim-abroad", ref="2", assignee="kim").ticket
    desk.link_requester("kim-abroad", "kim", by=HOST)
    assert desk.get(other).assignee is None
    third = desk.open(subject="z", requester="kim-x", ref="3", assignee="kim").ticket
    silently(desk, "kim-x")
    assert desk.get(third).assignee == "kim"
    desk.receive(third, body="Hello?", by="kim-x")
    assert desk.get(third).assignee is None


# --- what they decide ------------------------------------------------------------------------------


@pytest.mark.parametrize("requester", ["kim", "kim-at-home"])
@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
def test_they_have_no_say_in_their_own_case(requester, private):
    desk, _ = a_desk(ROUTED, Agent("kim", tiers=BOTH), Agent("sam"))
    asked(desk, requester, private=private, by="sam")
    desk.request_action(ref="1", action="refund", amount=500, by="sam")
    for decide in (
        lambda: desk.decide_action(ref="1", number="1", approve=True, by="kim"),
        lambda: desk.decide_action(ref="1", number="1", approve=False, by="kim"),
        lambda: desk.request_action(ref="1", action="refund", amount=5, by="kim"),
        lambda: desk.verify(ref="1", level="basic", method="call", valid_for=timedelta(hours=1), by="kim"),
        lambda: desk.authorise(ref="1", action="change_address", by="kim"),
    ):
        with pytest.raises(Refused):
            decide()
    assert [one.state for one in desk.get(ref="1").actions] == ["waiting"]


def test_two_people_are_not_one_under_two_ids():
    desk, _ = a_desk(ROUTED, *(Agent(name, tiers=BOTH) for name in ("kim", "kim-2", "lin")))
    desk.open(subject="x", requester="ana", ref="1", category="aml")
    desk.link_requester("kim", "kim-2", by=HOST)
    desk.request_action(ref="1", action="refund", amount=500, by=Actor(kind="bot", id="kim"))
    with pytest.raises(Refused, match="who asks for an action does not decide it"):
        desk.decide_action(ref="1", number="1", approve=True, by="kim-2")
    desk.decide_action(ref="1", number="1", approve=True, by="lin")
    desk.assign(ref="1", agent="kim")
    with pytest.raises(Refused, match="four eyes"):
        desk.resolve(ref="1", by="kim-2")
    desk.resolve(ref="1", by="lin")


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
def test_nobody_takes_or_ends_their_own_compliance_case(private):
    desk, _ = a_desk(ROUTED)
    asked(desk, category="aml", private=private, by="sam")
    with pytest.raises(Refused, match="is its requester"):
        desk.assign(ref="1", agent="kim")
    with pytest.raises(Refused, match="only an agent of tier 'compliance'"):
        desk.resolve(ref="1", by="kim")
    assert desk.get(ref="1").is_open


def test_nobody_says_of_themselves_that_they_are_somebody_else():
    desk, _ = a_desk()
    asked(desk, "kim-at-home")
    with pytest.raises(Refused, match="nobody says of themselves"):
        desk.unlink_requester("kim-at-home", "kim", by="kim")


# --- where the rule ends ---------------------------------------------------------------------------


def test_work_of_one_s_own_is_private_and_one_s_own():
    desk, _ = a_desk(ROUTED)
    ticket = asked(desk, private=True, by="kim", assignee="kim")
    desk.note(ticket, body="half done", by="kim")
    assert event(desk.reply(ticket, body="done", by="kim"), ReplySent).by.kind == "agent"
    assert desk.get(ticket).assignee == "kim"
    assert desk.get(ticket).routing.lacks == ()


def test_ids_that_are_numbered_apart_are_two_people():
    desk, _ = a_desk(ROUTED.model_copy(update={"agent_ids": "apart"}), Agent("7"))
    desk.open(subject="x", requester="7", ref="1")
    desk.assign(ref="1", agent="7")
    desk.reply(ref="1", body="Hello", by="7")
    assert clocks(desk)["first_response"] == "met"
    assert desk.misplaced() == ()


def test_the_async_desk_hears_the_same():
    async def told():
        desk = AsyncDesk(PLAIN, clock=ManualClock("2026-03-25T10:00:00Z"), ids=CountingIds())
        await desk.open(subject="x", requester="kim-at-home", ref="1")
        await desk.link_requester("kim-at-home", "kim", by=HOST)
        await desk.reply(ref="1", body="My account was hacked", by="kim")
        return await desk.get(ref="1")

    ticket = asyncio.run(told())
    assert (ticket.clock("first_response").state, ticket.priority_class) == ("running", "security")


# --- the same as from outside ----------------------------------------------------------------------

MOMENTS = st.lists(
    st.tuples(
        st.integers(0, 90),
        st.sampled_from(["words", "hacked", "observed", "note", "answer", "wait", "resolve", "reopen"]),
    ),
    max_size=8,
)


def told(moments, requester, *, as_agent):
    """The ticket after a history in which Kim is named as an agent, or as the requester that she is."""
    desk, clock = a_desk()
    asked(desk, requester)
    kim = "kim" if as_agent else Requester("kim").actor
    for minutes, what in moments:
        clock.advance(minutes=minutes)
        try:
            if what in {"words", "hacked"}:
                body = "My account was hacked" if what == "hacked" else "It is on floor 3"
                (desk.reply if as_agent else desk.receive)(ref="1", body=body, by=kim)
            elif what == "observed":
                desk.observe(ref="1", by=kim, **{"replied" if as_agent else "requester_wrote": True})
            elif what == "note":
                desk.note(ref="1", body="hm", by=kim)
            elif what == "answer":
                desk.reply(ref="1", body="I come by", by="sam")
            elif what == "wait":
                desk.wait_for_requester(ref="1", by="sam")
            elif what == "resolve":
                desk.resolve(ref="1", by=kim)
            else:
                desk.reopen(ref="1", by=kim)
        except Refused:
            continue
    desk.run_due()
    ticket = desk.get(ref="1")
    return ticket.model_copy(update={"tenant": "", "case": None, "bot": None})


@given(MOMENTS, st.sampled_from(["kim", "kim-at-home"]))
def test_it_makes_no_difference_as_whom_they_are_named(moments, requester):
    assert told(moments, requester, as_agent=True) == told(moments, requester, as_agent=False)


PEOPLE = ("kim", "sam", "lin")
LINKED = {"kim": "kim-at-home", "sam": "sam-at-home"}
OPENED = st.lists(st.sampled_from([*PEOPLE, *LINKED.values(), "ana"]), min_size=1, max_size=8)


@given(OPENED, st.sets(st.sampled_from(PEOPLE)), st.sampled_from(["offer", "direct"]))
def test_whoever_asks_and_works_nobody_gets_their_own_and_everything_else_is_served(
    requesters, present, acceptance
):
    """Against an oracle that only looks at who is who."""
    policy = PLAIN.model_copy(update={"routing": ROUTING.model_copy(update={"acceptance": acceptance})})
    agents = [Agent(name, languages=("en",), capacity=20) for name in PEOPLE]
    desk, clock = a_desk(policy, *agents)
    for agent, home in LINKED.items():
        desk.link_requester(agent, home, by=HOST)
    for name in sorted(present):
        desk.set_presence(name, "available")
    for number, requester in enumerate(requesters):
        desk.open(subject="x", requester=requester, ref=str(number))
    desk.dispatch()
    clock.advance(seconds=1)
    desk.dispatch()
    for number, requester in enumerate(requesters):
        ticket = desk.get(ref=str(number))
        person = next((agent for agent, home in LINKED.items() if requester == home), requester)
        gets = ticket.offered_to or ticket.assignee
        assert gets in present - {person} if present - {person} else gets is None
        for name in sorted(present):
            said = "outside" in [one.code for one in desk.why_not(ref=str(number), agent=name)]
            assert said == (name == person)
