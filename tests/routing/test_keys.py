"""An idempotency key on what concerns agents and offers: the same again changes nothing, whatever has happened since."""

import pytest

from routing.desks import desk_of, policy
from supportflow import Agent, MemoryStore, SqlStore
from supportflow.events import OfferAccepted, PresenceChanged, ShiftOverridden
from supportflow.exceptions import IdempotencyMismatch, InvalidInput

SAM = Agent("sam", name="Sam Ito", languages=("en",), capacity=3)


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    if request.param == "memory":
        yield MemoryStore()
        return
    kept = SqlStore(f"sqlite:///{tmp_path / 'desk.db'}")
    yield kept
    kept.close()


def happened(desk, kind):
    return sum(isinstance(item.event, kind) for item in desk.feed(limit=1_000))


def test_going_offline_again_takes_nothing_from_who_came_back(store):
    desk, clock = desk_of(policy(on_leave="requeue"), SAM, store=store)
    desk.open(subject="s", requester="ana", ref="1")
    desk.set_presence("sam", "offline", key="leave-1")
    desk.set_presence("sam", "available", key="come-1")
    desk.assign(ref="1", agent="sam")
    clock.advance(minutes=1)

    again = desk.set_presence("sam", "offline", key="leave-1")

    assert again == desk.agent("sam")
    assert (again.presence, [load.ticket_id for load in again.load]) == ("available", [desk.get(ref="1").id])
    assert happened(desk, PresenceChanged) == 3


def test_a_shift_is_overridden_once_even_when_it_is_over_by_the_second_time(store):
    desk, clock = desk_of(policy(), SAM, store=store)
    start, end = clock.now(), clock.now().add(hours=1)
    desk.override_shift("sam", start, end, on_duty=True, key="shift-1")
    clock.advance(hours=2)

    desk.override_shift("sam", start, end, on_duty=True, key="shift-1")

    assert happened(desk, ShiftOverridden) == 1
    with pytest.raises(InvalidInput) as caught:
        desk.override_shift("sam", start, end, on_duty=True, key="shift-2")
    assert caught.value.field == "end"


def test_a_key_is_for_one_thing(store):
    desk, _clock = desk_of(policy(), SAM, store=store)
    desk.open(subject="s", requester="ana", ref="1", key="open-1")
    desk.set_presence("sam", "away", key="away-1")
    desk.enrol(SAM, key="enrol-1")
    before = desk.agent("sam")

    for other in (
        lambda: desk.set_presence("sam", "offline", key="away-1"),
        lambda: desk.set_presence("sam", "offline", key="open-1"),
        lambda: desk.enrol(Agent("sam", languages=("fr",)), key="enrol-1"),
        lambda: desk.note(ref="1", body="b", by="sam", key="away-1"),
    ):
        with pytest.raises(IdempotencyMismatch):
            other()
    assert desk.agent("sam") == before


def test_an_old_enrolment_that_comes_again_does_not_undo_a_newer_one(store):
    desk, _clock = desk_of(policy(), store=store)
    desk.enrol(SAM, key="enrol-1")
    newer = desk.enrol(Agent("sam", languages=("en", "zh")), key="enrol-2")

    assert desk.enrol(SAM, key="enrol-1") == newer


def test_without_a_secret_the_name_is_in_no_fingerprint():
    desk, _clock = desk_of(policy())
    desk.enrol(SAM, key="enrol-1")

    assert desk.enrol(SAM.model_copy(update={"name": "Somebody Else"}), key="enrol-1").id == "sam"


def test_what_changes_nothing_keeps_its_key_too(store):
    desk, _clock = desk_of(policy(), SAM, store=store)
    desk.set_presence("sam", "available", key="come-1")  # as they are already
    away = desk.set_presence("sam", "away")

    assert desk.set_presence("sam", "available", key="come-1") == away


def test_an_offer_and_what_becomes_of_it_happen_once(store):
    desk, clock = desk_of(policy(), SAM, store=store)
    ticket = desk.open(subject="s", requester="ana", ref="1").ticket
    for verb, given in (
        (desk.offer, {"agent": "sam"}),
        (desk.accept, {"by": "sam"}),
        (desk.release, {"by": "sam", "reason": "ill"}),
    ):
        clock.advance(seconds=1)
        first = verb(ticket, **given, key=verb.__name__)
        again = verb(ticket, **given, key=verb.__name__)
        assert (again.events, again.duplicate) == (first.events, True)
    assert happened(desk, OfferAccepted) == 1
