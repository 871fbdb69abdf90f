"""Each method of a desk is written once; what is seen of it on `Desk` and on `AsyncDesk` is right on each."""

import asyncio
import inspect
import pydoc
from types import FunctionType
from typing import TypeVar, get_args, get_type_hints
from unittest.mock import AsyncMock, create_autospec

import pytest

from desk.test_verbs import KINDS, OWN, Recording, arguments, verb_of
from supportflow import Agent, AsyncDesk, Desk, Outcome, Page, Ticket
from supportflow.exceptions import DeskClosed, InvalidInput, SupportflowError, UnknownKeyword
from supportflow.model.routing import AgentState

AT_ONCE = {"has_similar", "is_official", "meant_for", "policy", "tenant", "unreadable", "within"}
"""What needs no waiting on either desk."""
METHODS = sorted(name for name in dir(Desk) if not name.startswith("_") and name not in AT_ONCE)
VERBS = sorted(verb_of(kind) for kind in KINDS.keys() - OWN)


def mentioned(annotation):
    return {annotation, *(inner for one in get_args(annotation) for inner in mentioned(one))}


@pytest.mark.parametrize("name", METHODS)
def test_a_method_has_one_signature_and_one_docstring_and_is_a_function_of_each_desk(name):
    plain, awaited = getattr(Desk, name), getattr(AsyncDesk, name)

    assert inspect.signature(plain) == inspect.signature(awaited)
    assert inspect.getdoc(plain) == inspect.getdoc(awaited)
    assert inspect.getdoc(plain)
    assert (inspect.iscoroutinefunction(plain), inspect.iscoroutinefunction(awaited)) == (False, True)
    for cls, method in ((Desk, plain), (AsyncDesk, awaited)):
        assert isinstance(vars(cls)[name], FunctionType)
        assert method.__qualname__ == f"{cls.__name__}.{name}"
        answer = inspect.signature(method).return_annotation
        assert get_type_hints(method)["return"] == (type(None) if answer is None else answer)
        assert not any(isinstance(one, TypeVar) or "Generator" in str(one) for one in mentioned(answer))


def test_what_the_methods_answer_with():
    answers = {name: inspect.signature(getattr(Desk, name)).return_annotation for name in METHODS}

    assert {name for name, answer in answers.items() if answer is Outcome} == {"handle", *VERBS} - {
        "enrol",
        "set_presence",
        "override_shift",
    }
    assert {name for name, answer in answers.items() if answer is AgentState} == {
        "agent",
        "enrol",
        "handle_agent",
        "override_shift",
        "set_presence",
    }
    assert (answers["get"], answers["find"], answers["queue_position"]) == (Ticket, Page, int | None)
    assert answers["resign"] is None


@pytest.mark.parametrize("cls", [Desk, AsyncDesk])
def test_help_shows_what_is_to_be_called(cls):
    text = " ".join(pydoc.plain(pydoc.render_doc(cls)).replace("|", " ").split()).replace("( self", "(self")

    said = "async " if cls is AsyncDesk else ""
    assert f"{said}reply(self, ticket: supportflow.model.ticket.Ticket str None = None, *, body: str" in text
    assert "Answer the requester. It leaves by the channel" in text
    assert f"{said}get(self, ticket: supportflow.model.ticket.Ticket str None = None" in text
    assert "Generator[" not in text


def test_a_mock_made_of_a_desk_takes_what_the_desk_takes():
    desk = create_autospec(Desk, instance=True)
    desk.reply.return_value = "sent"

    assert desk.reply(ref="1", body="b", by="sam") == "sent"
    assert desk.find(open=True, limit=3) is desk.find.return_value
    for wrong in (
        lambda: desk.reply(ref="1", boddy="b", by="sam"),
        lambda: desk.reply(ref="1", body="b"),
        lambda: desk.get("1", "2"),
    ):
        with pytest.raises(TypeError):
            wrong()
    assert not inspect.isawaitable(desk.get("1"))


@pytest.mark.parametrize(
    "make",
    [lambda: create_autospec(AsyncDesk, instance=True), lambda: AsyncMock(spec=AsyncDesk)],
    ids=["autospec", "spec"],
)
def test_a_mock_made_of_an_async_desk_has_to_be_awaited_where_the_desk_has(make):
    async def run():
        desk = make()
        for name in METHODS:
            assert isinstance(getattr(desk, name), AsyncMock) or inspect.iscoroutinefunction(
                getattr(desk, name)
            ), name
        assert not inspect.isawaitable(desk.is_official("text"))
        desk.get.return_value = "ticket"
        assert await desk.get("1") == "ticket"
        desk.get.assert_awaited_once_with("1")
        with pytest.raises(AttributeError):
            desk.gte("1")

    asyncio.run(run())


class RecordingAsync(AsyncDesk):
    async def handle(self, command):
        self.command = command

    handle_agent = handle


@pytest.mark.parametrize("verb", VERBS)
def test_who_overrides_handle_sees_every_verb_on_each_desk(verb):
    plain, awaited = Recording(), RecordingAsync()

    getattr(plain, verb)(**arguments(verb))
    asyncio.run(getattr(awaited, verb)(**arguments(verb)))

    assert plain.command == awaited.command


WRONG = {
    "reply": {"ref": "1", "body": "", "by": "sam"},
    "open": {"subject": "s", "requester": ""},
    "accept": {"by": "sam"},
    "enrol": {"agent": "sam"},
    "request_action": {"ref": "1", "action": "freeze", "by": 5},
    "get": {"ticket": 5},
    "find": {"open": "yes"},
    "rows": {"refs": "1"},
    "why_not": {"ref": "1", "agent": ""},
    "queue_position": {},
    "idle_for": {"at_most": 5},
    "subscribe": {"channels": [5]},
    "declare_surge": {"name": "n", "by": 5},
    "link_requester": {"requester": "a", "other": "b", "by": 5},
}
"""Method → what it cannot take."""


@pytest.mark.parametrize("name", WRONG)
def test_bad_input_is_found_at_the_same_moment(name):
    """When it is called, or awaited, and never before: a desk that is closed says it as one that is open."""
    plain, awaited = Desk(), AsyncDesk()

    async def wait():
        answer = getattr(awaited, name)(**WRONG[name])
        with pytest.raises(InvalidInput) as caught:
            await answer
        await awaited.close()
        with pytest.raises(InvalidInput):
            await getattr(awaited, name)(**WRONG[name])
        return str(caught.value)

    with pytest.raises(InvalidInput) as caught:
        getattr(plain, name)(**WRONG[name])
    plain.close()
    with pytest.raises(InvalidInput):
        getattr(plain, name)(**WRONG[name])
    assert asyncio.run(wait()) == str(caught.value)
    with pytest.raises(DeskClosed):
        plain.get("1")


MISSPELT = [
    ("reply", {"ref": "1", "boddy": "b", "by": "sam"}, "body"),
    ("open", {"subject": "s", "requestor": "ana"}, "requester"),
    ("assign", {"ref": "1", "agnet": "sam"}, "agent"),
    ("get", {"reff": "1"}, "ref"),
    ("find", {"asignee": "sam"}, "assignee"),
    ("rows", {"staus": "open"}, "status"),
    ("run_due", {"limt": 5}, "limit"),
    ("why_not", {"ref": "1", "agents": "sam"}, "agent"),
    ("set_presence", {"agent": "sam", "presense": "away"}, "presence"),
    (
        "adopt",
        {"ref": "1", "opened_at": "2026-03-02T09:00:00Z", "status": "open", "categry": "c"},
        "category",
    ),
    ("find", {"xyzzy": 1}, None),
]


@pytest.mark.parametrize(("name", "given", "meant"), MISSPELT)
def test_a_misspelt_keyword_is_an_error_that_suggests(name, given, meant):
    for call in (
        lambda: getattr(Desk(), name)(**given),
        lambda: asyncio.run(getattr(AsyncDesk(), name)(**given)),
    ):
        with pytest.raises(UnknownKeyword) as caught:
            call()
        assert (caught.value.call, caught.value.suggestion) == (name, meant)
        assert caught.value.keyword in given
        assert (f"did you mean {meant!r}?" in str(caught.value)) is (meant is not None)
        # A host that catches what Python raises for this catches it, too.
        assert isinstance(caught.value, TypeError)
        assert isinstance(caught.value, SupportflowError)


def test_a_keyword_from_outside_that_is_far_too_long_is_not_repeated():
    with pytest.raises(UnknownKeyword) as caught:
        Desk().find(**{"x" * 1_000_000: 1})
    assert len(str(caught.value)) < 300
    assert caught.value.suggestion is None


@pytest.mark.parametrize("wrong", [{}, {"body": "b", "by": "sam", "ref": "1", "ticket": "2"}])
def test_other_mistakes_in_a_call_are_python_s_own_or_the_verb_s(wrong):
    with pytest.raises((TypeError, InvalidInput)) as caught:
        Desk().reply(**wrong)
    assert not isinstance(caught.value, UnknownKeyword)


def test_a_type_error_inside_a_method_is_not_taken_for_a_misspelt_keyword():
    def broken():
        yield from ()
        raise TypeError("broken")

    with pytest.raises(TypeError) as caught:
        Desk().note(ref="1", body="b", by="sam", attachments=broken())
    assert (type(caught.value), str(caught.value)) == (TypeError, "broken")


def test_a_host_can_override_a_method_and_call_the_one_below():
    class Mine(Desk):
        def reply(self, ticket=None, **named):
            return super().reply(ticket, **{**named, "body": "Hello. " + named["body"]})

        def find(self, **filters):
            return super().find(group="mine", **filters)

    class MineToo(AsyncDesk):
        async def reply(self, ticket=None, **named):
            return await super().reply(ticket, **{**named, "body": "Hello. " + named["body"]})

    async def run():
        async with MineToo() as desk:
            await desk.open(subject="s", requester="ana", ref="1")
            await desk.reply(ref="1", body="Done.", by="sam")
            return [message.body for message in await desk.messages(ref="1")]

    with Mine() as desk:
        desk.open(subject="s", requester="ana", ref="1")
        desk.reply(ref="1", body="Done.", by=Agent("sam"))
        assert [message.body for message in desk.messages(ref="1")][-1] == "Hello. Done."
        assert desk.find().tickets == ()
    assert asyncio.run(run())[-1] == "Hello. Done."
    assert inspect.signature(Mine.get) == inspect.signature(Desk.get)
