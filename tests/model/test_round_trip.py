"""What is written as JSON comes back as it was: every event kind, every command, every record, exactly."""

import json
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from supportflow.flows.rows import event_row, read_row
from supportflow.model.base import StatusCategory, TicketType
from supportflow.model.commands import Adopt, Command, OpenTicket, Update, command_adapter
from supportflow.model.events import EVENT_TYPES, Event, TicketUpdated, event_adapter
from supportflow.model.people import HOST
from supportflow.model.records import Clock, ClockMove, Segment, Verdict
from supportflow.model.ticket import Ticket
from supportflow.testing.strategies import attribute_values, values

COMMANDS = get_args(get_args(Command)[0])
FEW = settings(max_examples=25)


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_event_kind(kind):
    @FEW
    @given(values(EVENT_TYPES[kind]))
    def run(event):
        assert event_adapter.validate_json(event.model_dump_json()) == event
        assert event_adapter.validate_python(event.model_dump()) == event
        row = event_row(1, event)
        back = read_row(row)
        assert back == event
        assert type(back) is type(event)
        assert event_row(1, back) == row

    run()


@pytest.mark.parametrize("cls", COMMANDS)
def test_every_command(cls):
    @FEW
    @given(values(cls))
    def run(command):
        text = command.model_dump_json()
        back = command_adapter.validate_json(text)
        assert back == command
        assert type(back) is cls
        assert back.model_dump_json() == text
        assert command_adapter.validate_python(command.model_dump()) == command

    run()


@given(values(Ticket))
@settings(max_examples=100)
def test_a_ticket_as_a_snapshot(ticket):
    assert Ticket.model_validate_json(ticket.model_dump_json(exclude_defaults=True)) == ticket


RECORDS = [Segment, Verdict, ClockMove, Clock]


@pytest.mark.parametrize("cls", RECORDS)
def test_a_named_tuple_is_an_object_with_named_fields(cls):
    adapter = TypeAdapter(cls)

    @FEW
    @given(values(cls))
    def run(record):
        defaults = cls._field_defaults
        told = {
            name for name in cls._fields if name not in defaults or getattr(record, name) != defaults[name]
        }
        brief = json.loads(adapter.dump_json(record, exclude_defaults=True))
        whole = json.loads(adapter.dump_json(record))
        assert list(brief) == [name for name in cls._fields if name in told]
        assert list(whole) == (list(brief) if cls is Clock else list(cls._fields))
        for written in (brief, whole, {**whole, "later": 1}):
            back = adapter.validate_json(json.dumps(written))
            assert back == record
            assert type(back) is cls
        assert adapter.validate_python(adapter.dump_python(record)) == record
        assert adapter.validate_python(record) is record

    run()


@given(attribute_values())
def test_an_attribute_keeps_value_and_type(value):
    command = Update(by=HOST, ref="1", attributes={"a": value})
    back = Update.model_validate_json(command.model_dump_json()).attributes["a"]
    assert (back, type(back)) == (value, type(value))
    assert repr(back) == repr(value) or isinstance(value, frozenset)


@given(
    st.sets(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9), max_size=50
    )
)
def test_tags_are_written_in_one_order(tags):
    event = TicketUpdated(
        ticket_id="t", recorded_at="2026-03-02T09:00:00Z", by=HOST, attributes={"tags": tags}
    )
    assert json.loads(event.model_dump_json())["attributes"]["tags"] == sorted(tags)


def test_the_unions_name_every_class_once():
    kinds = [cls.model_fields["kind"].default for cls in get_args(get_args(Event)[0])]
    assert kinds == list(EVENT_TYPES)
    assert len(set(kinds)) == len(kinds)
    names = [cls.model_fields["kind"].default for cls in COMMANDS]
    assert len(set(names)) == len(names)


def test_lists_become_tuples_so_that_values_are_frozen_all_through():
    opened = OpenTicket(by=HOST, requester="ana", attachments=[{"name": "a"}])
    assert isinstance(opened.attachments, tuple)
    adopted = Adopt(ref="1", opened_at="2026-03-02T09:00:00Z", status="open", history=[])
    assert adopted.history == ()


@pytest.mark.parametrize("category", StatusCategory)
def test_a_category_is_open_resolved_or_final(category):
    assert category.is_open + category.is_final + (category is StatusCategory.RESOLVED) == 1
    assert TicketType("incident") is TicketType.INCIDENT
