"""A ticket inside a decision reads like the model, and is one again where it leaves."""

import pickle
from datetime import UTC, datetime

import pytest

from supportflow import Desk
from supportflow.kernel import Facts, decided, evolve
from supportflow.model.base import Value
from supportflow.model.commands import Hold, Merge
from supportflow.model.inside import inside, like, outside
from supportflow.model.people import Actor
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy, Policy, PolicyBook
from supportflow.testing import CountingIds, ManualClock

SAM = Actor(kind="agent", id="sam")


def ticket(ref: str = "7") -> Ticket:
    desk = Desk(Policy(name="p"), clock=ManualClock("2026-03-25T10:00:00+01:00"), ids=CountingIds(ref))
    return desk.open(subject="No invoice", requester="ana", ref=ref).ticket


def test_every_field_property_and_method_is_there() -> None:
    model = ticket()
    plain = inside(model)
    own = [name for name in dir(Ticket) if name not in dir(Value) and name not in Ticket.model_fields]
    assert {"is_open", "tier", "clock"} <= set(own)
    for name in Ticket.model_fields:
        assert getattr(plain, name) is getattr(model, name)
    for name in own:
        told = getattr(model, name)
        if callable(told):
            assert getattr(plain, name).__func__ is told.__func__
        else:
            assert getattr(plain, name) == told


def test_what_leaves_is_the_model_that_went_in() -> None:
    # Read back, so that no decision has handed it out.
    model = Ticket.model_validate_json(ticket().model_dump_json(exclude_defaults=True))
    assert {"ref", "level"} <= model.model_fields_set < set(Ticket.model_fields)
    again = outside(inside(model))
    assert type(again) is Ticket
    assert again == model
    assert again.model_fields_set == model.model_fields_set
    assert again.model_dump_json(exclude_unset=True) == model.model_dump_json(exclude_unset=True)
    assert pickle.loads(pickle.dumps(again)) == model


def test_a_model_is_outside_already_and_a_plain_object_inside() -> None:
    model = ticket()
    plain = inside(model)
    assert outside(model) is model
    assert inside(plain) is plain


def test_equal_where_the_fields_are() -> None:
    model = ticket()
    other = inside(model.model_copy(update={"level": 1 if model.level > 1 else 2}))
    assert inside(model) == inside(model)
    assert inside(model) == model
    assert model == inside(model)
    assert inside(model) != other
    assert inside(model) != 7


def test_what_comes_of_a_value_is_on_its_side() -> None:
    model = ticket()
    fields = {**model.__dict__, "level": 1}
    assert type(like(model, dict(fields))) is Ticket
    plain = like(inside(model), dict(fields))
    assert type(plain) is type(inside(model))
    assert outside(plain) == like(model, dict(fields)) != model


def test_a_plain_ticket_does_not_leave_by_pickle() -> None:
    with pytest.raises(TypeError, match="a Ticket inside a decision stays there"):
        pickle.dumps(inside(ticket()))


def test_a_decision_hands_out_models_of_every_ticket_that_it_touches() -> None:
    book = PolicyBook(CompiledPolicy(Policy(name="p")))
    now = datetime(2026, 3, 25, 12, tzinfo=UTC)
    one, other = ticket("7"), ticket("8")
    held = decided(book, one, Hold(by=SAM, ticket_id=one.id), Facts(), now)
    merged = decided(book, one, Merge(by=SAM, ticket_id=one.id, into=other.id), Facts(other=other), now)
    assert [type(found) for found in (*held.tickets, *merged.tickets)] == [Ticket] * 3
    folded = one
    for event in held.events:
        folded = evolve(folded, event)
    assert held.tickets == (folded,)
