"""Scenarios of an exchange's desk: a delayed withdrawal at night, somebody who is upset, an incident in disguise."""

import pytest

from bot.bots import ARTICLES, Scripted, ask, desk_of, of_kind, policy, said, say
from supportflow import (
    Act,
    Agent,
    Answer,
    KnowledgeResponder,
    KnowledgeSuggester,
    MemoryContext,
    MemoryKnowledge,
    Requester,
)
from supportflow.channels import MemoryActions


class Withdrawals(KnowledgeResponder):
    """A host's own responder: what the article says, and what the host knows of the transaction."""

    def respond(self, turn, /):
        answer = super().respond(turn)
        state = turn.context.get("withdrawal", {}).get("state")
        if isinstance(answer, Answer) and "late-zh" in answer.articles and state == "stuck":
            return Act("resubmit", f"{answer.text}我们已为您重新提交。")
        return answer


def test_s2_a_delayed_withdrawal_at_three_in_the_morning():
    actions = MemoryActions()
    context = MemoryContext({"ana": {"withdrawal": {"state": "stuck", "network": "TRON"}, "risk": []}})
    desk, clock = desk_of(
        responder=Withdrawals(), context=context, suggester=KnowledgeSuggester(), actions=actions
    )
    desk.enrol(Agent("lin", languages=["zh"]))
    desk.set_presence("lin", "available")
    ticket = ask(desk, "我的提币一直没到账，已经三个小时了")
    desk.dispatch()
    assert desk.get(ticket).routing.offer is None, "experts are left in peace"
    desk.run_due()
    assert "网络拥堵" in said(desk, ticket)[-1]
    desk.run_due()
    assert [(one.action, one.state, one.by) for one in desk.get(ticket).actions] == [
        ("resubmit", "done", "bot")
    ]

    clock.advance(minutes=20)
    assert say(desk, ticket, "我还是不放心，转人工").tier == "expert"
    summary = desk.screen(ticket).summary
    for known in ("我的提币一直没到账", "网络拥堵", "resubmit: done", "转人工"):
        assert known in summary
    desk.dispatch()
    desk.accept(ticket, by="lin")
    screen = desk.screen(ticket)
    assert screen.context["withdrawal"]["network"] == "TRON"
    assert screen.messages[0].body.startswith("我的提币")
    desk.reply(ticket, body="链上已确认，请查收。", by="lin")
    clock.advance(minutes=30)
    done = desk.resolve(ticket, by="lin").ticket
    assert (done.resolved_at - done.opened_at).total_seconds() < 2 * 3_600


def test_s12_who_is_upset_hears_other_words_and_is_offered_a_person():
    articles = [
        *ARTICLES,
        {
            "id": "liquidated",
            "text": "A position is closed when the margin is used up.",
            "words": ["liquidated"],
        },
    ]
    desk, _ = desk_of(knowledge=MemoryKnowledge(articles))
    ticket = ask(desk, "I was liquidated, I lost everything, I am desperate")
    assert (ticket.priority_class, ticket.tier) == ("general", "bot")
    assert "distress" in ticket.flags
    desk.run_due()
    [words] = said(desk, ticket)
    assert "I am sorry" in words
    assert "margin" in words
    assert words.endswith('write "human".')


@pytest.mark.parametrize("words", ["my account was hacked and my coins were stolen", "我的账户被盗了"])
def test_a_security_incident_never_waits_on_the_bot(words):
    responder = Scripted(Answer("never"))
    desk, _ = desk_of(responder=responder)
    ticket = ask(desk, words)
    assert (ticket.priority_class, ticket.tier) == ("security", "expert")
    desk.run_due()
    assert (said(desk, ticket), responder.turns) == ([], [])


@pytest.mark.parametrize("handed", [False, True])
def test_an_incident_that_shows_itself_later_leaves_at_once(handed):
    desk, clock = desk_of()
    ticket = ask(desk, "转人工" if handed else "fees?")
    if handed:
        desk.run_due()
        desk.hand_over(ticket, tier="bot", by="sam")
    before = len(said(desk, ticket))
    ticket = desk.receive(
        ticket, body="my account was hacked, somebody stole my coins", by=Requester("ana")
    ).ticket
    assert (ticket.priority_class, ticket.tier) == ("security", "expert")
    clock.advance(seconds=5)
    desk.run_due()
    assert len(said(desk, ticket)) == before, "both turns, the older and the newer, are void"
    causes = [one.cause for one in of_kind(desk, ticket, "handed_over")]
    assert causes == (["asked", None] if handed else []), "the route moved it, nobody had to"


def test_a_question_about_security_may_be_answered():
    article = {"id": "2fa", "text": "Open Security, then Two-factor.", "words": ["set up * 2fa"]}
    desk, _ = desk_of(knowledge=MemoryKnowledge([article]))
    ticket = ask(desk, "How do I set up 2FA?", priority_class="security", level=4)
    assert ticket.tier == "bot"
    desk.run_due()
    assert "Two-factor" in said(desk, ticket)[-1]


def test_a_compliance_case_is_not_the_bots():
    desk, _ = desk_of(policy())
    ticket = ask(desk, "hello", category="aml")
    desk.run_due()
    assert (ticket.tier, said(desk, ticket)) == ("compliance", [])
