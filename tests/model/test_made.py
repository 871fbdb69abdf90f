"""What is built without being validated is what validating gives, to the last byte."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made_check import check_made, same
from supportflow.model.base import Value
from supportflow.model.commands import Update
from supportflow.model.events import EVENT_TYPES, TicketUpdated
from supportflow.model.made import checking, made, remade
from supportflow.model.people import HOST, SYSTEM
from supportflow.model.upcast import read_event
from supportflow.testing.strategies import values

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))
KINDS = sorted(EVENT_TYPES)


def parts(event):
    """What an event was made of, in two: a head, and the rest."""
    given = {name: event.__dict__[name] for name in sorted(event.__pydantic_fields_set__)}
    head = {name: given[name] for name in list(given)[::2]}
    return head, {name: value for name, value in given.items() if name not in head}


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_recording_is_made_again_byte_for_byte(path):
    event = _read(path)
    head, rest = parts(event)
    again = made(type(event), head, **rest)
    assert again.model_dump_json() == event.model_dump_json()
    assert again.model_dump_json(exclude_defaults=True) == event.model_dump_json(exclude_defaults=True)
    assert same(again, event)
    assert (again == event, hash(str(again))) == (True, hash(str(event)))


@settings(max_examples=60)
@given(st.sampled_from(KINDS).flatmap(lambda kind: values(EVENT_TYPES[kind])), st.data())
def test_any_event_is_made_and_made_otherwise(event, data):
    head, rest = parts(event)
    again = made(type(event), head, **rest)
    check_made(again, {**head, **rest})
    changes = {"by": data.draw(st.sampled_from([HOST, SYSTEM]))}
    assert same(remade(again, changes), event.model_copy(update=changes))
    assert remade(again, changes).__pydantic_fields_set__ == event.__pydantic_fields_set__ | {"by"}
    assert again == event  # which was left as it was


def test_what_can_change_is_shared_by_no_two():
    head = {"by": HOST, "ticket_id": "1"}
    assert made(Update, head).attributes is not made(Update, head).attributes


class Changing(Value):
    """As a field could be written one day."""

    names: list[str] = []  # noqa: RUF012 - what is tried here
    counts: dict[str, list[int]] = {"": [0]}  # noqa: RUF012 - the same
    pair: tuple[str, ...] = ()


def test_a_default_that_can_change_is_shared_by_no_two_either():
    one, other = made(Changing, {}), made(Changing, {})
    assert same(one, Changing())
    one.names.append("a")
    one.counts[""].append(1)
    for left in (other, made(Changing, {}), Changing()):
        assert (left.names, left.counts, left.pair) == ([], {"": [0]}, ())


def test_fields_go_before_the_head():
    event = made(Update, {"by": HOST, "ticket_id": "1"}, by=SYSTEM)
    assert (event.by, event.ticket_id, event.key) == (SYSTEM, "1", None)


@pytest.mark.parametrize(
    "wrong",
    [{"topic": 7}, {"topic": ""}, {"attributes": []}, {"recorded_at": None}, {"unknown": 1}, {"late": "yes"}],
    ids=str,
)
def test_the_check_finds_what_is_wrong(wrong):
    event = next(one for one in map(_read, GOLDEN) if isinstance(one, TicketUpdated))
    head, rest = parts(event)
    with checking(check_made), pytest.raises((AssertionError, ValueError, KeyError)):
        made(TicketUpdated, head, **{**rest, **wrong})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0.0, -0.0),
        (Decimal("1.0"), Decimal("1.00")),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=timezone(timedelta(hours=1)))),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (made(Changing, {"counts": {"": [1]}}), made(Changing, {"counts": {"": [True]}})),
    ],
    ids=str,
)
def test_what_is_equal_need_not_be_the_same(one, other):
    assert one == other
    assert not same(one, other)
    assert not same((one,), (other,))
    assert same(one, deepcopy(one))


def _read(path):
    row = json.loads(path.read_bytes())
    return read_event(row["kind"], row["version"], row["min_reader"], row["data"].encode())
