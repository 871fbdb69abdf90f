"""Verification is a recorded fact with a level and an end; actions name the level that they need."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.office import START, clock_of, desk
from supportflow import Actor, Policy, fold
from supportflow.exceptions import InvalidInput, NotVerified, PolicyError, Refused
from supportflow.policy import CompiledPolicy

LEVELS = ["basic", "document", "liveness"]
ACTIONS = {"unlock": "basic", "reset_2fa": "liveness", "release": "document"}
POLICY = Policy.model_validate({"authority": {"levels": LEVELS, "actions": ACTIONS}})
HOUR = timedelta(hours=1)


def opened(one):
    return one.open(subject="Locked out", requester="ana").ticket


def test_an_action_needs_its_level():
    one = desk(POLICY)
    ticket = opened(one)
    with pytest.raises(NotVerified) as nothing:
        one.authorise(ticket, action="release", by="sam")
    assert (nothing.value.action, nothing.value.needs, nothing.value.level) == ("release", "document", None)
    assert not nothing.value.expired

    one.verify(ticket, level="basic", valid_for=HOUR, method="e-mail link", by="sam")
    with pytest.raises(NotVerified) as low:
        one.authorise(ticket, action="release", by="sam")
    assert (low.value.level, low.value.expired) == ("basic", False)

    one.verify(ticket, level="document", valid_for=HOUR, method="id_document", by="kim")
    [event] = one.authorise(ticket, action="release", by="lee").events
    assert (event.action, event.needs, event.level, event.by.id) == ("release", "document", "document", "lee")
    assert event.valid_until == START + HOUR
    # A higher level is good for less, and for every team.
    assert one.authorise(ticket, action="unlock", by="bot-1").events[0].level == "document"
    assert fold(one.history(ticket)) == one.get(ticket)


def test_validity_ends_at_its_instant():
    one = desk(POLICY)
    ticket = opened(one)
    [event] = one.verify(ticket, level="liveness", valid_for=HOUR, method="video", by="sam").events
    assert event.valid_until == START + HOUR
    clock_of(one).advance(HOUR - timedelta(microseconds=1))
    assert one.authorise(ticket, action="reset_2fa", by="sam").events
    clock_of(one).advance(timedelta(microseconds=1))
    with pytest.raises(NotVerified) as ended:
        one.authorise(ticket, action="unlock", by="sam")
    assert (ended.value.expired, ended.value.level) == (True, None)
    one.verify(ticket, level="basic", valid_for=HOUR, method="e-mail link", by="sam")
    assert one.authorise(ticket, action="unlock", by="sam").events[0].level == "basic"
    with pytest.raises(NotVerified) as higher:
        one.authorise(ticket, action="reset_2fa", by="sam")
    assert (higher.value.expired, higher.value.level) == (True, "basic")


def test_what_is_unknown_or_from_outside_is_refused():
    one = desk(POLICY)
    ticket = opened(one)
    with pytest.raises(InvalidInput):
        one.verify(ticket, level="blood", valid_for=HOUR, method="x", by="sam")
    with pytest.raises(InvalidInput):
        one.authorise(ticket, action="fly", by="sam")
    for valid_for in (timedelta(0), -HOUR, timedelta(days=99_999)):
        with pytest.raises(InvalidInput):
            one.verify(ticket, level="basic", valid_for=valid_for, method="x", by="sam")
    for kind in ("requester", "party"):
        by = Actor(kind=kind, id="ana")
        with pytest.raises(Refused):
            one.verify(ticket, level="basic", valid_for=HOUR, method="x", by=by)
        with pytest.raises(Refused):
            one.authorise(ticket, action="unlock", by=by)
    assert one.history(ticket) == one.history(ticket)[:1]


def test_a_level_that_a_later_policy_drops_counts_as_none():
    later = Policy.model_validate(
        {"authority": {"levels": ["basic"], "actions": {"unlock": "basic"}}, "edits": "now"}
    )
    one = desk(POLICY)
    ticket = opened(one)
    one.verify(ticket, level="liveness", valid_for=HOUR, method="video", by="sam")
    one.use(later)
    assert one.get(ticket).policy == later.fingerprint
    with pytest.raises(NotVerified) as dropped:
        one.authorise(ticket, action="unlock", by="sam")
    assert not dropped.value.expired


@pytest.mark.parametrize(
    ("authority", "problem"),
    [
        ({"levels": ["a", "a"]}, "authority.levels: 'a' is listed twice"),
        ({"levels": ["a"], "actions": {"go": "b"}}, "authority.actions.go: unknown level 'b'"),
    ],
)
def test_a_wrong_authority_is_named_with_its_path(authority, problem):
    with pytest.raises(PolicyError) as wrong:
        CompiledPolicy(Policy.model_validate({"authority": authority}))
    assert wrong.value.problems == (problem,)


@given(
    st.lists(st.tuples(st.sampled_from(LEVELS), st.integers(1, 9), st.integers(0, 5)), max_size=6),
    st.sampled_from(list(ACTIONS)),
    st.integers(0, 9),
)
def test_authority_is_what_a_naive_reading_of_the_facts_says(verified, action, later):
    one = desk(POLICY)
    ticket = opened(one)
    now = 0
    facts: dict[str, int] = {}
    for level, valid_for, wait in verified:
        now += wait
        clock_of(one).advance(minutes=wait)
        one.verify(ticket, level=level, valid_for=timedelta(minutes=valid_for), method="m", by="sam")
        facts[level] = now + valid_for  # the latest word on a level is the one that counts
    now += later
    clock_of(one).advance(minutes=later)
    needs = LEVELS.index(ACTIONS[action])
    enough = {level for level, until in facts.items() if LEVELS.index(level) >= needs and now < until}
    if enough:
        [event] = one.authorise(ticket, action=action, by="sam").events
        assert event.level == max(enough, key=LEVELS.index)
    else:
        with pytest.raises(NotVerified) as refused:
            one.authorise(ticket, action=action, by="sam")
        assert refused.value.expired == any(LEVELS.index(level) >= needs for level in facts)
    assert fold(one.history(ticket)) == one.get(ticket)
