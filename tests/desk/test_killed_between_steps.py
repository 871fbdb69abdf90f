"""Whoever is killed between two steps of a watch, or of a problem and its incidents, leaves nothing undone or done twice."""

from contextlib import suppress

import pytest

from supportflow import Desk, MemoryStore, Policy
from supportflow.events import WatchTripped
from supportflow.exceptions import StoreUnavailable
from supportflow.testing import CountingIds, ManualClock

RULES = Policy.model_validate(
    {
        "surges": {"crash": {"targets": 2, "lasts_for": "PT2H"}},
        "announcements": {
            "ready": {"crash": {"subject": "The market falls", "texts": {"en": "It moves fast."}}},
            "audiences": {"outage": {"field": "category", "eq": "outage"}},
        },
        "watches": {
            "fall": {
                "measure": "btc",
                "falls_by": 2000,
                "within": "PT10M",
                "declares": "crash",
                "proposes": "crash",
            },
        },
        "sla": [{"name": "all", "targets": [{"metric": "resolution", "hours": 1}]}],
    }
)


class Killed(MemoryStore):
    """A store whose process is killed at a commit: before it is made, or after it and before anybody hears of that.

    Attributes:
        made: How many commits there were.
        dies_at: At which it is killed.
        before: Whether that commit is lost.
    """

    def __init__(self):
        super().__init__()
        self.made, self.dies_at, self.before, self.dead = 0, 0, True, False

    def commit(self, commit):
        if self.dead:
            raise StoreUnavailable
        self.made += 1
        self.dead = self.made == self.dies_at
        if self.dead and self.before:
            raise StoreUnavailable
        answer = super().commit(commit)
        if self.dead:
            raise StoreUnavailable
        return answer


class Office:
    def __init__(self):
        self.clock, self.store, self.ids = ManualClock("2026-03-25T10:00:00Z"), Killed(), CountingIds()

    def process(self):
        return Desk(RULES, store=self.store, clock=self.clock, ids=self.ids)

    def killed_in(self, deed, dies_at, *, before):
        """Let a process do something until it is killed; True if that came to pass."""
        self.store.made, self.store.dies_at, self.store.before = 0, dies_at, before
        with suppress(StoreUnavailable):
            deed(self.process())
        died, self.store.dead, self.store.dies_at = self.store.dead, False, 0
        return died


def steps(prepare, deed):
    """How many commits something takes when nobody is killed."""
    office = Office()
    prepare(office)
    office.killed_in(deed, 0, before=True)
    return office.store.made


def places(prepare, deed):
    """Each commit, lost and unheard of."""
    return [(at + 1, before) for at in range(steps(prepare, deed)) for before in (True, False)]


# --- a watch ---------------------------------------------------------------------------------------------


def no_preparation(office):
    office.process().run_due()


def falls(desk):
    desk.measure("btc", 61_000)
    desk.measure("btc", 50_000)


@pytest.mark.parametrize(("dies_at", "before"), places(no_preparation, falls))
@pytest.mark.parametrize("afterwards", ["a worker comes round", "fed again"])
def test_what_a_watch_has_set_off_is_done_once_wherever_its_process_is_killed(dies_at, before, afterwards):
    office = Office()
    no_preparation(office)
    assert office.killed_in(falls, dies_at, before=before)
    office.clock.advance(minutes=1)
    for _ in range(2):
        process = office.process()
        if afterwards == "fed again":
            process.measure("btc", 70_000)
        process.run_due()
    desk = office.process()
    tripped = [one for one in desk.feed(limit=500) if isinstance(one.event, WatchTripped)]
    assert [surge.name for surge in desk.surges()] == ["crash"] * len(tripped)
    problems = list(desk.find())
    assert len(problems) == len(tripped)
    for problem in problems:
        (waiting,) = desk.announcements(problem.id)
        assert (waiting.state, waiting.texts) == ("waiting", {"en": "It moves fast."})


# --- a problem and its incidents ---------------------------------------------------------------------------


def incidents(office):
    """A problem, two incidents of it, and two other tickets."""
    desk = office.process()
    desk.open(subject="It is down", requester="ops", by="lena", type="problem", private=True, ref="P")
    for ref in ("1", "2", "whole", "further"):
        desk.open(subject=f"Case {ref}", requester=f"r{ref}", ref=ref)
    for ref in ("1", "2"):
        desk.link_incident(ref=ref, problem_ref="P", by="lena")


def merged_and_solved(desk):
    """The incidents go on as others, one twice over; then the problem is solved. What is done already stays so."""
    for ref, into in (("1", "whole"), ("2", "further"), ("further", "whole")):
        if desk.get(ref=ref).is_open:
            desk.merge(ref=ref, into_ref=into, by="sam")
    if desk.get(ref="P").is_open:
        desk.solve_problem(ref="P", by="lena")
    desk.run_due()


@pytest.mark.parametrize(("dies_at", "before"), places(incidents, merged_and_solved))
def test_what_took_up_an_incident_is_resolved_with_the_problem_wherever_its_process_is_killed(
    dies_at, before
):
    office = Office()
    incidents(office)
    assert office.killed_in(merged_and_solved, dies_at, before=before)
    office.clock.advance(minutes=1)
    desk = office.process()
    for ref in ("1", "2", "further"):
        if not desk.get(ref=ref).is_open:  # whoever is killed leaves no ticket that has forgotten its problem
            assert desk.get(ref="whole" if ref != "2" else "further").spread.problem is not None
    merged_and_solved(desk)
    office.process().run_due()
    whole = office.process().get(ref="whole")
    assert whole.status == "resolved"
    assert whole.spread.problem == office.process().get(ref="P").id
    resolved = [event for event in office.process().history(ref="whole") if event.kind == "status_changed"]
    assert len(resolved) == 1


def told_and_merged(desk):
    """A notice that makes incidents of whom it is sent to; one of them is merged while it is being sent."""
    problem = desk.get(ref="P")
    if not desk.announcements(problem):
        desk.propose_announcement(
            problem, texts={"en": "We are on it."}, audience="outage", links=True, by="lena", key="notice"
        )
    if desk.announcements(problem)[0].state == "waiting":
        desk.decide_announcement(problem, number="1", approve=True, by="sam")
    desk.run_due()
    if desk.get(ref="a").is_open:
        desk.merge(ref="a", into_ref="whole", by="sam")
    desk.run_due()


def hit(office):
    desk = office.process()
    desk.open(subject="It is down", requester="ops", by="lena", type="problem", private=True, ref="P")
    for ref in "ab":
        desk.open(subject=f"Case {ref}", requester=f"r{ref}", ref=ref, category="outage")
    desk.open(subject="Whole", requester="ra", ref="whole")


@pytest.mark.parametrize(("dies_at", "before"), places(hit, told_and_merged))
def test_nobody_is_told_twice_and_all_stay_incidents_wherever_the_process_is_killed(dies_at, before):
    office = Office()
    hit(office)
    assert office.killed_in(told_and_merged, dies_at, before=before)
    office.clock.advance(minutes=1)
    told_and_merged(office.process())
    desk = office.process()
    desk.run_due()
    problem = desk.get(ref="P").id
    for ref in ("a", "b"):
        said = [one for one in desk.messages(ref=ref) if one.body == "We are on it."]
        assert len(said) == 1
    assert desk.get(ref="b").spread.problem == problem
    assert desk.get(ref="whole").spread.problem == problem
    desk.solve_problem(ref="P", by="lena")
    office.process().run_due()
    assert [office.process().get(ref=ref).is_open for ref in ("b", "whole")] == [False, False]
