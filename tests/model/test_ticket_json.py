"""A snapshot that is written field by field is what pydantic writes of the whole ticket, to the byte."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.office import desk
from supportflow.model.base import StatusCategory
from supportflow.model.records import Clock
from supportflow.model.ticket import Ticket
from supportflow.model.ticket_json import TICKET, joined
from supportflow.model.written import written
from supportflow.testing.strategies import values

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(values(Ticket))
@settings(max_examples=60)
def test_any_ticket(ticket):
    assert joined(TICKET.parts(ticket)) == written(ticket)


@given(values(Ticket), values(Ticket), st.sets(st.sampled_from(sorted(Ticket.model_fields))))
@settings(max_examples=40)
def test_any_ticket_after_any_other(before, other, changed):
    after = before.model_copy(update={name: getattr(other, name) for name in changed})
    parts = TICKET.parts(before)
    assert joined(TICKET.parts(after, (before, parts))) == written(after)
    assert joined(TICKET.parts(other, (before, parts))) == written(other)
    assert joined(parts) == written(before)  # and they are as they were


@given(TEXTS)
@settings(max_examples=50)
def test_any_characters(text):
    ticket = (
        desk()
        .open(subject="s", requester="ana")
        .ticket.model_copy(
            update={
                "tenant": text,
                "group": text,
                "flags": (text, "\x7f\u2028\x00"),
                "attributes": {text: text},
            }
        )
    )
    assert joined(TICKET.parts(ticket)) == written(ticket)


@given(values(Clock), st.sampled_from(StatusCategory))
@settings(max_examples=30)
def test_fields_that_go_back_to_their_defaults_are_left_out_again(clock, category):
    fresh = desk().open(subject="s", requester="ana").ticket
    full = fresh.model_copy(
        update={"clocks": (clock,), "status_category": category, "review": True, "notes": 3}
    )
    parts = TICKET.parts(full, (fresh, TICKET.parts(fresh)))
    assert joined(parts) == written(full)
    assert joined(TICKET.parts(fresh, (full, parts))) == written(fresh)


@pytest.mark.parametrize("value", [True, 1, 1.5, 1e300, -0.0, "x", frozenset({"b", "a"}), None])
def test_attributes_of_every_kind_which_can_change(value):
    ticket = desk().open(subject="s", requester="ana").ticket
    parts = TICKET.parts(ticket)
    ticket.attributes["vip"] = value  # a dictionary is a host's own
    changed = ticket.model_copy(update={"attributes": {"vip": value}})
    assert joined(TICKET.parts(changed, (ticket, parts))) == written(changed)
