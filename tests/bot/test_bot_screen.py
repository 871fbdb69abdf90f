"""The agent's screen."""

import pytest

from bot.bots import ask, desk_of, said
from supportflow import KnowledgeSuggester, MemoryContext, Suggestion
from supportflow.exceptions import TicketNotFound


def test_everything_at_once():
    context = MemoryContext(
        {"ana": {"experience": "beginner", "positions": [{"pair": "BTC/USDT", "size": 2}]}}
    )
    desk, _ = desk_of(context=context, suggester=KnowledgeSuggester())
    ticket = ask(desk, "what are the fees?", ref="4711")
    desk.note(ticket, body="vip", by="sam")
    screen = desk.screen(ref="4711")
    assert [one.body for one in screen.messages] == ["what are the fees?", "vip"]
    assert screen.context == {"experience": "beginner", "positions": ({"pair": "BTC/USDT", "size": 2},)}
    assert [(one.text, one.articles) for one in screen.suggestions] == [
        ("Fees are listed on the fee page.", ("fees",))
    ]
    assert screen.suggestions[0].evidence == ("articles:fees:fee|fees",)
    assert (screen.failed, screen.summary) == ((), None)
    assert said(desk, ticket) == [], "a draft does not leave by itself"
    draft = screen.suggestions[0]
    desk.reply(ticket, body=draft.text, by="sam")
    assert desk.messages(ticket)[-1].body == draft.text


def test_a_port_that_fails_costs_its_part_and_is_named():
    class Broken:
        def find(self, *_args, **_named):
            raise OSError

        def suggest(self, turn, /):  # noqa: ARG002 - the port names it
            return ["no suggestion"]

    context = MemoryContext()
    context.fail = 1
    desk, _ = desk_of(context=context, knowledge=Broken(), suggester=Broken())
    screen = desk.screen(ask(desk, "fees?"))
    assert screen.failed == ("context", "knowledge", "suggester")
    assert (screen.context, screen.articles, screen.suggestions) == ({}, (), ())
    assert screen.messages[0].body == "fees?"


def test_a_draft_that_asks_for_a_secret_is_left_out():
    class Careless:
        def suggest(self, turn, /):  # noqa: ARG002 - the port names it
            return [Suggestion("Please send us your password."), Suggestion("Hello.")]

    desk, _ = desk_of(suggester=Careless())
    assert [one.text for one in desk.screen(ask(desk, "hello")).suggestions] == ["Hello."]


def test_a_ticket_that_is_not_there():
    desk, _ = desk_of()
    with pytest.raises(TicketNotFound):
        desk.screen("nothing")
