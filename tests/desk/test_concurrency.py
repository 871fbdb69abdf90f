"""Many at once: threads on one desk, races at every gap, two flows side by side."""

import sys
import threading
from collections.abc import Callable

import pytest

from desk.office import clock_of, desk, store_of
from supportflow import MemoryStore, Policy, SlaPolicy, Target, fold
from supportflow.exceptions import ConflictError, DuplicateRef, IdempotencyMismatch, TransitionRefused
from supportflow.flows import load
from supportflow.flows.requests import ATTEMPTS
from supportflow.model.storage import Conflict
from supportflow.policy import CompiledPolicy

TIMED = Policy(sla=[SlaPolicy(name="g", targets=[Target.first_response(minutes=30)])])


def run_all(works: list[Callable[[], None]]) -> None:
    """Run every work in a thread of its own, switching as often as the interpreter can."""
    errors: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - collected, and raised below
            errors.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    if errors:
        raise errors[0]


def test_eight_threads_on_three_tickets_lose_nothing():
    one = desk(TIMED)
    tickets = [one.open(subject="s", requester="ana").ticket.id for _ in range(3)]
    each = 12

    def work(worker: int) -> None:
        for number in range(each):
            one.note(tickets[number % 3], body=f"{worker}/{number}", by=f"agent{worker}")
            if number % 4 == 0:
                one.run_due()

    run_all([lambda worker=worker: work(worker) for worker in range(8)])
    bodies = []
    for ticket in tickets:
        history, rows = one.history(ticket), store_of(one).events("default", f"ticket:{ticket}")
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
        assert fold(history) == one.get(ticket)
        assert one.get(ticket).version == len(history)
        bodies += [message.body for message in one.messages(ticket)]
    assert sorted(bodies) == sorted(f"{worker}/{number}" for worker in range(8) for number in range(each))


def test_the_same_mail_from_eight_threads_is_one_ticket():
    one = desk()
    outcomes = []
    works = [
        lambda: outcomes.append(one.open(subject="s", body="b", requester="ana", ref="1", key="mail"))
        for _ in range(8)
    ]
    run_all(works)
    assert sum(not outcome.duplicate for outcome in outcomes) == 1
    assert {outcome.ticket.id for outcome in outcomes} == {one.get(ref="1").id}
    assert len(one.find().tickets) == 1


class Racing(MemoryStore):
    """Between the answer to one call and the next, somebody else gets in."""

    def __init__(self) -> None:
        super().__init__()
        self.after: dict[str, Callable[[], object]] = {}

    def _meanwhile(self, name: str) -> None:
        self.after.pop(name, lambda: None)()

    def load(self, tenant, ticket_id, /):
        found = super().load(tenant, ticket_id)
        self._meanwhile("load")
        return found

    def find_ref(self, tenant, ref, /):
        found = super().find_ref(tenant, ref)
        self._meanwhile("find_ref")
        return found


KEYED = {
    "open": lambda d, **k: d.open(subject="s", requester="ana", ref="9", **k),
    "adopt": lambda d, **k: d.adopt("9", "2026-03-02T08:00:00Z", "open", **k),
    "receive": lambda d, **k: d.receive(ref="1", body="b", by="ana", **k),
    "merge": lambda d, **k: d.merge(ref="1", into_ref="2", by="sam", **k),
    "cancel": lambda d, **k: d.cancel(ref="1", by="sam", **k),
    "hold": lambda d, **k: d.hold(ref="1", by="sam", **k),
    "split": lambda d, **k: d.split(ref="1", by="sam", new_ref="9", **k),
}


GAPS = [
    (verb, gap)
    for verb in KEYED
    for gap in ("find_ref", "load")
    if gap != "load" or verb not in {"open", "adopt"}  # these look at no ticket
]


@pytest.mark.parametrize(("verb", "gap"), GAPS)
def test_a_repeat_that_gets_in_between_is_still_one_command(verb, gap):
    store = Racing()
    one = desk(store=store)
    for ref in "12":
        one.open(subject="s", requester="ana", ref=ref)
    first = []
    store.after[gap] = lambda: first.append(KEYED[verb](one, key="k"))
    outcome = KEYED[verb](one, key="k")
    assert first, "somebody did get in between"
    assert outcome.duplicate
    assert outcome.events == first[0].events
    assert outcome.ticket.id == first[0].ticket.id
    assert outcome.ticket == one.get(outcome.ticket)


def test_another_use_of_the_key_that_gets_in_between_is_noticed():
    store = Racing()
    one = desk(store=store)
    one.open(subject="s", requester="ana", ref="1")
    store.after["find_ref"] = lambda: one.cancel(ref="1", by="sam", key="k")
    with pytest.raises(IdempotencyMismatch):
        one.hold(ref="1", by="sam", key="k")


def test_a_refusal_stays_one_when_nobody_used_the_key():
    one = desk()
    one.open(subject="s", requester="ana", ref="1")
    with pytest.raises(TransitionRefused):
        one.close_ticket(ref="1", by="sam", key="k")
    with pytest.raises(DuplicateRef):
        one.open(subject="s", requester="ana", ref="1", key="k")


def test_a_command_is_decided_again_on_what_others_have_done():
    store = Racing()
    one = desk(store=store)
    one.open(subject="s", requester="ana", ref="1")
    store.after["load"] = lambda: one.cancel(ref="1", by="kim")
    with pytest.raises(TransitionRefused) as refused:
        one.resolve(ref="1", by="sam")
    assert refused.value.status == "cancelled"
    one.open(subject="s", requester="ana", ref="2")
    store.after["load"] = lambda: one.note(ref="2", body="first", by="kim")
    one.note(ref="2", body="second", by="sam")
    assert [message.body for message in one.messages(ref="2")] == ["first", "second"]


def test_a_reference_that_is_taken_in_between():
    store = Racing()
    one = desk(store=store)
    store.after["find_ref"] = lambda: one.open(subject="s", requester="ana", ref="1")
    with pytest.raises(DuplicateRef):
        one.open(subject="s", requester="bob", ref="1")
    assert len(one.find().tickets) == 1


class Contested(MemoryStore):
    """Answers so many commits with a conflict."""

    conflicts = 0

    def commit(self, commit, /):
        if self.conflicts:
            self.conflicts -= 1
            return Conflict("ticket:x")
        return super().commit(commit)


def test_conflicts_are_tried_again_and_given_up_in_the_end():
    store = Contested()
    one = desk(store=store)
    one.open(subject="s", requester="ana", ref="1")
    store.conflicts = ATTEMPTS - 1
    one.note(ref="1", body="b", by="sam")
    store.conflicts = ATTEMPTS
    with pytest.raises(ConflictError) as contested:
        one.note(ref="1", body="b", by="sam")
    assert (contested.value.stream, contested.value.attempts) == ("ticket:x", ATTEMPTS)
    assert one.get(ref="1").notes == 1


def test_two_desks_that_publish_at_the_same_time():
    store = MemoryStore()
    one, two = desk(store=store), desk(TIMED, store=store)
    store_commit, first = store.commit, []

    def commit(change):
        if not first:
            first.append(True)
            two.find()
            two.open(subject="s", requester="ana")
        return store_commit(change)

    store.commit = commit
    one.open(subject="s", requester="ana")
    assert [row.seq for row in store.events("default", "desk")] == [1, 2]


QUESTIONS = {
    "permitted": lambda d, ticket: d.permitted(ticket),
    "explain": lambda d, ticket: d.explain(ticket),
    "note": lambda d, ticket: d.note(ticket, body="b", by="sam"),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_two_threads_that_fetch_policies_at_the_same_time_both_have_theirs(question, monkeypatch):
    store, ids = MemoryStore(), desk()._ports["ids"]
    tickets = [
        desk(Policy(name=name), store=store, ids=ids).open(subject="s", requester="ana").ticket.id
        for name in "ab"
    ]
    one = desk(store=store, ids=ids)
    one.run_due()  # its own policy is published
    both = threading.Barrier(2)

    def compiled(document):
        both.wait(timeout=60)
        policy = CompiledPolicy(document)
        both.wait(timeout=60)
        return policy

    monkeypatch.setattr(load, "CompiledPolicy", compiled)
    run_all([lambda ticket=ticket: QUESTIONS[question](one, ticket) for ticket in tickets])
    for ticket in tickets:
        assert one.permitted(ticket)


def test_a_policy_that_is_taken_into_use_while_another_is_fetched_stays_in_use(monkeypatch):
    store, ids = MemoryStore(), desk()._ports["ids"]
    old = desk(Policy(name="old"), store=store, ids=ids).open(subject="s", requester="ana").ticket.id
    one = desk(store=store, ids=ids)

    def compiled(document):
        one.use(TIMED)
        return CompiledPolicy(document)

    monkeypatch.setattr(load, "CompiledPolicy", compiled)
    one.permitted(old)
    assert one.policy is TIMED
    assert one.open(subject="s", requester="ana").ticket.policy == TIMED.fingerprint


def test_a_clock_that_goes_back_between_two_attempts():
    store = Contested()
    one = desk(TIMED, store=store)
    one.open(subject="s", requester="ana", ref="1")
    clock_of(one).advance(minutes=40)
    store.conflicts = 3
    one.note(ref="1", body="b", by="sam")
    clock_of(one).advance(hours=-1)
    one.note(ref="1", body="c", by="sam")
    history = one.history(ref="1")
    assert [event.recorded_at for event in history] == sorted(event.recorded_at for event in history)
    assert history[-1].observed_at == clock_of(one).now()
