"""A problem and its incidents: linked, told, and resolved together, each clock judged by itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Agent, Desk, MemoryStore, Policy, Requester, SlaPolicy, Target
from supportflow.exceptions import InvalidInput, Refused
from supportflow.testing import CountingIds, ManualClock

SLA = [
    SlaPolicy(
        name="mail",
        when={"field": "channel", "eq": "email"},
        targets=[Target.resolution(hours=3, warn_at=[0.5])],
    ),
    SlaPolicy(
        name="all",
        targets=[
            Target.first_response(minutes=40),
            Target.resolution(hours=1),
            Target(metric="periodic_update", minutes=50),
        ],
    ),
]
POLICY = Policy(
    sla=SLA,
    announcements={"audiences": {"outage": {"field": "category", "eq": "outage"}}},
    procedures={
        "careful": {"steps": [{"name": "call"}]},
        "outage": {"steps": [{"name": "restart", "shared": True}, {"name": "say", "shared": True}]},
    },
)


class Case:
    """A desk with a problem."""

    def __init__(self, policy=POLICY):
        self.clock, self.store, self.policy = ManualClock("2026-03-25T10:00:00Z"), MemoryStore(), policy
        self.ids = CountingIds()
        self.desk = self.process()
        self.desk.open(
            subject="It is down", requester="ops", by="lena", type="problem", private=True, ref="P"
        )

    def process(self):
        return Desk(self.policy, store=self.store, clock=self.clock, ids=self.ids)

    def incident(self, ref, link=True, **given):
        ticket = self.desk.open(subject=f"Case {ref}", requester=f"r{ref}", ref=ref, **given).ticket
        if link:
            self.desk.link_incident(ticket, problem_ref="P", by="lena")
        return ticket


def test_incidents_are_resolved_with_their_problem_and_nothing_else_is():
    case = Case()
    case.incident("1")
    case.incident("2")
    case.incident("own", link=False)
    case.incident("freed")
    case.desk.unlink_incident(ref="freed", by="sam")

    case.desk.solve_problem(ref="P", by="lena", reason="The cable is back.")
    case.desk.run_due()

    states = {ref: case.desk.get(ref=ref).status for ref in ("P", "1", "2", "own", "freed")}
    assert states == {"P": "resolved", "1": "resolved", "2": "resolved", "own": "new", "freed": "new"}
    changed = [one for one in case.desk.history(ref="1") if one.kind == "status_changed"][-1]
    assert (changed.cause, changed.by.id) == ("problem", "lena")
    assert case.desk.get(ref="1").spread.problem == case.desk.get(ref="P").id


def test_however_late_a_worker_comes_round_each_clock_ends_at_the_instant_of_the_solution():
    case = Case()
    case.incident("1")
    case.clock.advance(minutes=59)
    case.desk.solve_problem(ref="P", by="lena")
    case.clock.advance(hours=5)
    case.process().run_due()

    ticket = case.desk.get(ref="1")
    assert str(ticket.resolved_at) == "2026-03-25 10:59:00+00:00"
    assert ticket.clock("resolution").state == "met"
    assert ticket.clock("first_response").breached_us is not None  # nobody had answered after forty minutes


def test_who_wrote_after_the_solution_is_left_for_a_person():
    case = Case()
    case.incident("1")
    case.incident("2")
    case.desk.solve_problem(ref="P", by="lena")
    case.clock.advance(minutes=1)
    case.desk.receive(ref="1", body="It still fails.", by=Requester("r1"))
    case.desk.run_due()

    assert [case.desk.get(ref=ref).is_open for ref in "12"] == [True, False]


def test_an_incident_with_steps_to_do_stays_open_and_holds_nobody_up():
    case = Case()
    case.incident("1", category="careful")
    case.incident("2")
    case.desk.solve_problem(ref="P", by="lena")
    case.desk.run_due()
    case.desk.run_due()

    assert [case.desk.get(ref=ref).is_open for ref in "12"] == [True, False]


def test_a_step_that_is_shared_is_done_for_all_incidents_once_it_is_done_on_the_problem():
    case = Case()
    case.desk.update(ref="P", category="outage", by="lena")
    case.incident("1", category="outage")
    case.incident("2", category="careful")
    for step in ("restart", "say"):
        case.desk.complete_step(ref="P", step=step, by="lena")
    case.desk.complete_step(ref="1", step="restart", by="sam")
    case.desk.solve_problem(ref="P", by="lena")
    case.desk.run_due()

    assert [case.desk.get(ref=ref).is_open for ref in "12"] == [False, True]
    assert case.desk.get(ref="1").case.steps == ("restart", "say")
    assert case.desk.get(ref="2").case.steps == ()


def test_a_step_of_the_same_name_that_is_not_shared_is_done_on_each_ticket():
    case = Case()
    case.desk.update(ref="P", category="careful", by="lena")
    case.incident("1", category="careful")
    case.desk.complete_step(ref="P", step="call", by="lena")
    case.desk.solve_problem(ref="P", by="lena")
    case.desk.run_due()

    assert case.desk.get(ref="1").is_open
    assert case.desk.get(ref="1").case.steps == ()


def test_one_that_comes_after_the_solution_is_no_incident_of_it():
    case = Case()
    case.desk.solve_problem(ref="P", by="lena")
    with pytest.raises(Refused, match="the problem is resolved"):
        case.incident("1")


def test_a_problem_that_comes_back_is_solved_again():
    case = Case()
    case.incident("1")
    case.desk.solve_problem(ref="P", by="lena")
    case.desk.run_due()
    case.clock.advance(minutes=10)
    for ref in ("P", "1"):
        case.desk.reopen(ref=ref, by="sam")
    case.incident("2")
    case.clock.advance(minutes=10)
    case.desk.solve_problem(ref="P", by="sam")
    case.desk.run_due()

    assert [str(case.desk.get(ref=ref).resolved_at)[11:16] for ref in "12"] == ["10:20", "10:20"]


def test_a_problem_that_comes_back_before_a_worker_comes_round_resolves_nothing():
    case = Case()
    case.incident("1")
    case.desk.solve_problem(ref="P", by="lena")
    case.clock.advance(minutes=1)
    case.desk.reopen(ref="P", by="lena")
    case.clock.advance(minutes=1)
    case.desk.run_due()
    case.desk.note(ref="1", body="Seen.", by="sam")
    assert case.desk.get(ref="1").is_open

    case.clock.advance(minutes=1)
    case.desk.solve_problem(ref="P", by="lena")
    case.desk.run_due()
    assert str(case.desk.get(ref="1").resolved_at)[11:16] == "10:03"


@pytest.mark.parametrize("goes_on", ["the same process", "another one"])
def test_what_is_broken_off_between_two_incidents_is_gone_on_with(goes_on):
    case = Case()
    for ref in "123":
        case.incident(ref)
    case.desk.solve_problem(ref="P", by="lena")
    left = iter(range(3))
    case.desk.run_due(stop=lambda: next(left, None) is None)
    assert 0 < sum(case.desk.get(ref=ref).is_open for ref in "123") < 3

    (case.desk if goes_on == "the same process" else case.process()).run_due()

    assert not any(case.desk.get(ref=ref).is_open for ref in "123")


@pytest.mark.parametrize("channel", ["web", "email"])
@pytest.mark.parametrize(
    "deed",
    [
        lambda desk: desk.note(ref="1", body="Seen.", by="sam"),
        lambda desk: desk.reply(ref="1", body="It is back.", by="sam"),
        lambda desk: desk.update(ref="1", language="de", by="sam"),
        lambda desk: desk.unlink_incident(ref="1", by="sam"),
    ],
    ids=["note", "reply", "update", "unlink"],
)
def test_what_is_done_to_an_incident_before_a_worker_comes_round_comes_after_the_solution(deed, channel):
    case = Case()
    case.incident("1", channel=channel)
    case.clock.advance(minutes=59)
    case.desk.solve_problem(ref="P", by="lena")
    case.clock.advance(hours=4)
    deed(case.process())
    case.desk.run_due()

    ticket = case.desk.get(ref="1")
    assert str(ticket.resolved_at) == "2026-03-25 10:59:00+00:00"
    assert ticket.clock("resolution").state == "met"


def test_what_an_incident_that_is_resolved_with_its_problem_cannot_do_is_refused():
    case = Case()
    case.incident("1")
    case.desk.solve_problem(ref="P", by="lena")
    case.clock.advance(minutes=1)
    with pytest.raises(Refused, match="resolved"):
        case.desk.escalate(ref="1", by="sam", reason="x")
    assert case.desk.get(ref="1").status == "resolved"


def test_an_incident_that_somebody_opened_again_is_not_resolved_by_the_next_worker():
    case = Case()
    case.incident("1")
    case.desk.solve_problem(ref="P", by="lena")
    case.desk.run_due()
    case.clock.advance(minutes=5)
    case.desk.reopen(ref="1", by="sam")
    case.clock.advance(minutes=1)
    case.process().run_due()
    case.desk.note(ref="1", body="It still fails here.", by="sam")

    assert case.desk.get(ref="1").is_open


def test_one_that_waits_for_a_step_is_not_resolved_by_whoever_does_that_step():
    case = Case()
    case.incident("1", category="careful")
    case.desk.solve_problem(ref="P", by="lena")
    case.clock.advance(minutes=5)
    case.desk.complete_step(ref="1", step="call", by="sam")
    case.desk.note(ref="1", body="Called.", by="sam")
    case.process().run_due()

    assert case.desk.get(ref="1").is_open


@pytest.mark.parametrize("worker", ["the same process", "another one"])
def test_a_ticket_that_takes_up_an_incident_is_an_incident_and_is_resolved_with_the_problem(worker):
    case = Case()
    for ref in ("told", "joined", "twice"):
        case.incident(ref)
    for ref in ("whole", "further", "own"):
        case.incident(ref, link=False)
    case.desk.merge(ref="told", into_ref="whole", by="sam")
    case.desk.merge(ref="joined", into_ref="further", by="sam")
    case.desk.merge(ref="further", into_ref="twice", by="sam")
    assert case.desk.get(ref="whole").spread.problem == case.desk.get(ref="P").id

    case.desk.solve_problem(ref="P", by="lena")
    case.clock.advance(minutes=5)
    (case.desk if worker == "the same process" else case.process()).run_due()

    assert {ref: case.desk.get(ref=ref).status for ref in ("whole", "twice", "own")} == {
        "whole": "resolved", "twice": "resolved", "own": "new",
    }  # fmt: skip


def test_an_incident_that_takes_up_another_ticket_after_the_solution_was_resolved_at_its_instant():
    case = Case()
    case.incident("1")
    case.incident("2", link=False)
    case.clock.advance(minutes=59)
    case.desk.solve_problem(ref="P", by="lena")
    case.clock.advance(hours=4)
    case.desk.merge(ref="2", into_ref="1", by="sam")

    assert str(case.desk.get(ref="1").resolved_at)[11:16] == "10:59"
    assert case.desk.get(ref="1").clock("resolution").state == "met"


def test_a_ticket_that_takes_up_an_incident_of_another_problem_stays_with_its_own():
    case = Case()
    case.desk.open(subject="Another", requester="ops", by="lena", type="problem", private=True, ref="Q")
    case.incident("1")
    case.incident("2", link=False)
    case.desk.link_incident(ref="2", problem_ref="Q", by="lena")
    case.desk.merge(ref="1", into_ref="2", by="sam")
    case.desk.solve_problem(ref="P", by="lena")
    case.desk.run_due()

    assert case.desk.get(ref="2").spread.problem == case.desk.get(ref="Q").id
    assert case.desk.get(ref="2").is_open


def test_what_cannot_be_linked_is_one_clear_error_and_changes_nothing():
    case = Case()
    case.incident("1", link=False)
    before = case.desk.history(ref="1")
    problem = case.desk.get(ref="P")
    for wrong, error in (
        ({"ref": "1", "problem_ref": "1"}, InvalidInput),
        ({"ref": "P", "problem": problem}, InvalidInput),
        ({"ref": "1", "problem_ref": "1", "problem": problem}, InvalidInput),
        ({"ref": "1", "problem": problem, "by": Requester("r1")}, Refused),
    ):
        with pytest.raises(error):
            case.desk.link_incident(**{"by": "lena", **wrong})
    case.incident("2", link=False)
    with pytest.raises(Refused, match="of the type problem"):
        case.desk.link_incident(ref="1", problem_ref="2", by="lena")
    with pytest.raises(Refused, match="only a problem"):
        case.desk.solve_problem(ref="1", by="lena")
    with pytest.raises(Refused, match="no problem"):
        case.desk.unlink_incident(ref="1", by="lena")
    assert case.desk.history(ref="1") == before
    assert case.desk.get(ref="P").spread == problem.spread


def test_four_eyes_hold_for_incidents_too():
    routing = {"tiers": ["law"], "routes": [{"name": "all", "tier": "law"}], "four_eyes": ["law"]}
    case = Case(Policy(routing=routing, sla=SLA))
    case.desk.enrol(Agent("lena", tiers=["law"]))
    case.incident("mine")
    case.incident("hers")
    case.desk.assign(ref="mine", agent="lena")
    case.desk.solve_problem(ref="P", by="lena")
    case.desk.run_due()

    assert [case.desk.get(ref=ref).is_open for ref in ("mine", "hers")] == [True, False]


# --- each clock judged by itself ----------------------------------------------------------------------

ACTS = st.sampled_from(["reply", "wait", "resume", "write", "note", "hold", "resolve", "reopen"])
HISTORY = st.lists(st.tuples(st.integers(1, 50), ACTS), max_size=4)


def act(desk, ref, what):
    try:
        if what == "reply":
            desk.reply(ref=ref, body="We look.", by="sam")
        elif what == "write":
            desk.receive(ref=ref, body="Any news?", by=Requester(f"r{ref}"))
        elif what == "note":
            desk.note(ref=ref, body="Seen.", by="sam")
        else:
            getattr(desk, {"wait": "wait_for_requester"}.get(what, what))(ref=ref, by="sam")
    except Refused:
        pass


def lived(histories, channels, solved_after, late, *, together):
    """The verdicts of incidents that had these histories: resolved through their problem, or each alone at that instant.

    What its requester writes after the solution is left out: such an incident stays open for a person.
    """
    case = Case()
    timeline = [(0, place, "open") for place in range(len(histories))]
    for place, history in enumerate(histories):
        at = 0
        for pause, what in history:
            at += pause
            timeline.append((at, place, what))
    begun = case.clock.now()
    for at, place, what in sorted(one for one in timeline if one[0] <= solved_after):
        case.clock.advance((begun.add(minutes=at) - case.clock.now()).as_timedelta())
        if what == "open":
            case.incident(str(place), channel=channels[place])
        else:
            act(case.desk, str(place), what)
    case.clock.advance((begun.add(minutes=solved_after) - case.clock.now()).as_timedelta())
    if together:
        case.desk.solve_problem(ref="P", by="lena")
    else:
        for place in range(len(histories)):
            if case.desk.get(ref=str(place)).is_open:
                case.desk.resolve(ref=str(place), by="lena")
    for at, place, what in sorted(one for one in timeline if one[0] > solved_after and one[2] != "write"):
        case.clock.advance((begun.add(minutes=at) - case.clock.now()).as_timedelta())
        act(case.desk, str(place), what)
    case.clock.advance(minutes=late)
    case.desk.run_due()
    case.clock.advance(minutes=500)
    case.desk.run_due()
    return [
        [
            (clock.key, clock.state, clock.breached_us, clock.verdict)
            for clock in case.desk.get(ref=str(place)).clocks
        ]
        for place in range(len(histories))
    ]


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.tuples(HISTORY, st.sampled_from(["web", "email"])), min_size=1, max_size=3),
    st.integers(1, 200),
    st.integers(0, 300),
)
def test_each_clock_gets_the_verdict_that_it_would_have_had_alone(incidents, solved_after, late):
    histories, channels = [one for one, _ in incidents], [one for _, one in incidents]
    together, alone = (
        lived(histories, channels, solved_after, late, together=which) for which in (True, False)
    )
    assert together == alone


@pytest.mark.parametrize("worker", ["the same process", "another one"])
def test_the_incidents_of_a_problem_that_is_merged_into_another_are_resolved_with_that(worker):
    case = Case()
    for ref in ("Q", "R"):
        case.desk.open(subject=ref, requester="ops", by="lena", type="problem", private=True, ref=ref)
    case.incident("of P")
    case.incident("of Q", link=False)
    case.incident("merged")
    case.incident("whole", link=False)
    case.desk.link_incident(ref="of Q", problem_ref="Q", by="lena")
    case.desk.merge(ref="P", into_ref="Q", by="lena")
    case.desk.merge(ref="Q", into_ref="R", by="lena")
    case.desk.merge(ref="merged", into_ref="whole", by="sam")
    case.clock.advance(minutes=50)
    case.desk.solve_problem(ref="R", by="lena")
    case.clock.advance(hours=3)
    (case.desk if worker == "the same process" else case.process()).run_due()

    for ref in ("of P", "of Q", "whole"):
        assert case.desk.get(ref=ref).status == "resolved", ref
        assert str(case.desk.get(ref=ref).resolved_at) == "2026-03-25 10:50:00+00:00"


def test_what_is_done_to_an_incident_of_a_merged_problem_comes_after_the_solution():
    case = Case()
    case.desk.open(subject="Q", requester="ops", by="lena", type="problem", private=True, ref="Q")
    case.incident("1")
    case.desk.merge(ref="P", into_ref="Q", by="lena")
    case.clock.advance(minutes=50)
    case.desk.solve_problem(ref="Q", by="lena")
    case.clock.advance(hours=3)
    case.process().note(ref="1", body="Seen.", by="sam")

    assert str(case.desk.get(ref="1").resolved_at) == "2026-03-25 10:50:00+00:00"


def test_the_incidents_of_a_merged_problem_hear_what_the_other_announces():
    case = Case()
    case.desk.open(subject="Q", requester="ops", by="lena", type="problem", private=True, ref="Q")
    case.incident("1")
    case.desk.merge(ref="P", into_ref="Q", by="lena")
    case.desk.propose_announcement(ref="Q", texts={"en": "It is the bank."}, by="lena")
    case.desk.decide_announcement(ref="Q", number="1", approve=True, by=Agent("sam"))
    case.desk.run_due()

    assert [one.body for one in case.desk.messages(ref="1")][-1] == "It is the bank."


def test_a_problem_with_incidents_is_not_merged_into_what_is_none():
    case = Case()
    case.incident("1")
    case.incident("2", link=False)
    with pytest.raises(Refused, match="into another problem"):
        case.desk.merge(ref="P", into_ref="2", by="lena")
    assert case.desk.get(ref="P").is_open
    case.desk.open(subject="Q", requester="ops", by="lena", type="problem", private=True, ref="Q")
    case.desk.merge(ref="Q", into_ref="2", by="lena")  # nobody waits for that one
