"""The bot at work on a desk: it answers, leads, hands over, and never twice."""

import asyncio
from datetime import timedelta

import pytest

from bot.bots import ARTICLES, START, Scripted, ask, desk_of, of_kind, policy, said, say
from supportflow import (
    Act,
    Actor,
    Agent,
    Answer,
    Article,
    Ask,
    AsyncDesk,
    Desk,
    Found,
    Guide,
    HandOver,
    KnowledgeResponder,
    MemoryKnowledge,
    MemoryStore,
    Policy,
    Requester,
    SqlStore,
)
from supportflow.channels import MemoryActions, MemoryChannel
from supportflow.exceptions import InvalidInput, Refused
from supportflow.model.commands import TakeTurn
from supportflow.testing import CountingIds, ManualClock

BOT = Actor(kind="bot", id="bot")


def test_a_question_is_answered_with_evidence_by_the_channel_it_came_in_by():
    chat = MemoryChannel()
    desk, _ = desk_of(channels={"chat": chat})
    ticket = ask(desk, "my withdrawal is delayed")
    assert ticket.tier == "bot"
    desk.run_due()
    [reply] = chat.sent
    assert "The network is congested" in reply.body
    assert reply.body.startswith("Hello"), "it says what it is"
    [answered] = of_kind(desk, ticket, "bot_answered")
    assert (answered.form, answered.articles, answered.turn) == ("answer", ("late",), 1)
    assert answered.evidence == ("articles:late:withdrawal~ * late|delayed|pending|arrived",)
    assert desk.get(ticket).first_replied_at is None, "a machine's answer stops no response clock"
    desk.run_due()
    assert len(chat.sent) == 1


def test_it_answers_in_the_language_that_it_is_asked_in():
    desk, _ = desk_of()
    ticket = ask(desk, "我的提币一直没到账")
    desk.run_due()
    assert said(desk, ticket) == [
        "您好，这里是智能助手。随时回复“转人工”，即可联系人工客服。\n\n网络拥堵，提币会晚一些到账。"
    ]


@pytest.mark.parametrize(
    "words", ["转人工", "human", "agent please", "I want to speak to a human", "人工客服"]
)
def test_who_asks_for_a_person_gets_one_at_once(words):
    responder = Scripted(Answer("never"))
    desk, _ = desk_of(responder=responder)
    ticket = ask(desk, words)
    desk.run_due()
    [handed] = of_kind(desk, ticket, "handed_over")
    assert (handed.tier, handed.cause, handed.by) == ("expert", "asked", BOT)
    assert responder.turns == []
    assert len(said(desk, ticket)) == 1


def test_after_the_hand_over_the_bot_is_silent():
    desk, _ = desk_of()
    ticket = ask(desk, "转人工")
    desk.run_due()
    for words in ("withdrawal delayed", "fees?"):
        assert say(desk, ticket, words).tier == "expert"
    assert len(said(desk, ticket)) == 1


def test_patience_ends_with_a_person_who_knows_everything():
    desk, _ = desk_of()
    ticket = ask(desk, "qwertz")
    desk.run_due()
    assert "in other words" in said(desk, ticket)[-1]
    assert say(desk, ticket, "asdfgh").tier == "expert"
    [handed] = of_kind(desk, ticket, "handed_over")
    assert handed.cause == "patience"
    summary = desk.screen(ticket).summary
    assert "qwertz" in summary
    assert "asdfgh" in summary


def test_the_same_question_again_wears_patience_down():
    desk, _ = desk_of()
    ticket = ask(desk, "What are the fees?")
    desk.run_due()
    first = say(desk, ticket, "what are the FEES")
    assert (first.tier, first.bot.missed) == ("bot", 1)
    assert said(desk, ticket)[-1].endswith('write "human".'), "a person is offered"
    assert say(desk, ticket, "what, are the fees?!").tier == "expert"


def test_an_answer_that_helps_restores_patience():
    desk, _ = desk_of()
    ticket = ask(desk, "qwertz")
    desk.run_due()
    assert say(desk, ticket, "fees?").bot.missed == 0
    assert say(desk, ticket, "asdfgh").tier == "bot"


def test_no_conversation_is_endless():
    responder = Scripted(*(Answer(f"answer {number}") for number in range(50)))
    desk, _ = desk_of(policy(longest=4, patience=100), responder=responder)
    ticket = ask(desk, "question 0")
    desk.run_due()
    tiers = [say(desk, ticket, f"question {number}").tier for number in range(1, 6)]
    assert tiers == ["bot", "bot", "bot", "expert", "expert"]


# --- guided flows ----------------------------------------------------------------------------------


def test_a_flow_checks_answers_branches_and_ends():
    desk, _ = desk_of()
    ticket = ask(desk, "I forgot my password")
    desk.run_due()
    assert said(desk, ticket)[-1].endswith("App or web?")
    say(desk, ticket, "on the web, I think")
    assert said(desk, ticket)[-1] == "Use the link on the page."
    [advanced] = of_kind(desk, ticket, "guide_advanced")
    assert (advanced.flow, advanced.step, advanced.field) == ("password", "which", "place")
    assert desk.screen(ticket).collected == {"place": "web"}
    assert desk.get(ticket).bot.flow is None


def test_an_answer_that_does_not_fit_is_asked_for_again():
    desk, _ = desk_of()
    ticket = ask(desk, "我忘记密码了")
    desk.run_due()
    say(desk, ticket, "app")
    assert desk.get(ticket).bot.step == "version"
    stuck = say(desk, ticket, "最新的")
    assert (stuck.bot.flow, stuck.bot.step, stuck.bot.missed) == ("password", "version", 1)
    assert "版本号是多少？" in said(desk, ticket)[-1]
    done = say(desk, ticket, "是 612 版本")
    assert done.tier == "expert"
    [handed] = of_kind(desk, ticket, "handed_over")
    assert handed.cause == "flow"
    assert desk.screen(ticket).collected == {"place": "app", "version": "612"}
    assert "- version: 612" in desk.screen(ticket).summary


def test_a_question_in_between_is_answered_and_the_flow_goes_on():
    desk, _ = desk_of()
    ticket = ask(desk, "I forgot my password")
    desk.run_due()
    say(desk, ticket, "what about fees")
    assert said(desk, ticket)[-1] == "Fees are listed on the fee page.\n\nApp or web?"
    assert desk.get(ticket).bot.flow == "password"


def test_what_is_known_is_not_asked_for():
    desk, _ = desk_of(responder=Scripted(Ask("Which place?", field="place"), Guide("password")))
    ticket = ask(desk, "hello there")
    desk.run_due()
    say(desk, ticket, "app")
    assert said(desk, ticket)[-1] == "Which version?"
    assert desk.screen(ticket).collected == {"place": "app"}


def test_a_flow_that_ends_in_an_action_asks_the_host():
    actions = MemoryActions()
    desk, _ = desk_of(actions=actions)
    ticket = ask(desk, "please resubmit it")
    desk.run_due()
    say(desk, ticket, "order 123456")
    desk.run_due()
    assert said(desk, ticket)[-1] == "It is sent again."
    assert [(one.action, one.state) for one in desk.get(ticket).actions] == [("resubmit", "done")]


# --- what a responder may and may not ---------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["Please send us your password.", "请提供您的验证码。", "What is your seed phrase? Please send it."],
)
def test_nothing_that_the_bot_says_asks_for_a_secret(text):
    desk, _ = desk_of(responder=Scripted(Answer(text)))
    ticket = ask(desk, "hello there")
    desk.run_due()
    assert all(text not in one for one in said(desk, ticket))
    [handed] = of_kind(desk, ticket, "handed_over")
    assert handed.cause == "refused"


@pytest.mark.parametrize("action", ["unknown_action", "pay"])
def test_an_action_that_is_not_the_bots_ends_with_a_person(action):
    desk, _ = desk_of(responder=Scripted(Act(action, "It is on its way.", amount=5)))
    ticket = ask(desk, "hello there")
    desk.run_due()
    [handed] = of_kind(desk, ticket, "handed_over")
    assert handed.cause == ("approval" if action == "pay" else "refused")
    assert [one.state for one in desk.get(ticket).actions] == (["waiting"] if action == "pay" else [])


def test_a_responder_hands_over_with_its_own_words():
    desk, _ = desk_of(responder=Scripted(HandOver("It is about tax.", "The form is 12-B.")))
    ticket = ask(desk, "hello there")
    desk.run_due()
    summary = desk.screen(ticket).summary
    assert "Why: It is about tax." in summary
    assert "The form is 12-B." in summary


def test_the_responder_gets_everything_but_secrets():
    phrase = "legal winner thank year wave sausage worth useful legal winner thank yellow"
    from supportflow import MemoryContext

    responder = Scripted(Answer("I see."))
    questions = []

    class Source(MemoryKnowledge):
        def find(self, question, /, **asked):
            questions.append(question)
            return super().find(question, **asked)

    context = MemoryContext({"ana": {"note": f"seed {phrase}", "level": 2, "recent": [{"text": phrase}]}})
    desk, _ = desk_of(responder=responder, knowledge=Source(ARTICLES), context=context)
    # Whoever gives a seed phrase away is a security case; so it is one that stands in words that are masked anyway.
    ticket = ask(desk, "the fees? my password is hunter2secret!")
    assert ticket.tier == "bot"
    desk.run_due()
    [turn] = responder.turns
    assert "hunter2secret" not in repr((turn, questions))
    assert phrase not in repr(turn)
    assert turn.context["level"] == 2
    assert [one.article.id for one in turn.articles] == ["fees"]
    assert phrase not in repr(desk.screen(ticket))


# --- what fails --------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", [RuntimeError("x"), "no response", Answer(" "), Guide("nowhere")])
def test_a_broken_responder_is_asked_again_and_then_a_person_goes_on(broken):
    responder = Scripted(broken)
    desk, clock = desk_of(responder=responder)
    ticket = ask(desk, "hello there")
    assert desk.run_due().retried == 1
    assert desk.get(ticket).tier == "bot"
    for _ in range(2):
        clock.advance(seconds=10)
        desk.run_due()
    assert len(responder.turns) == 3
    [handed] = of_kind(desk, ticket, "handed_over")
    assert (handed.tier, handed.cause) == ("expert", "failed")
    assert "hello there" in desk.screen(ticket).summary
    clock.advance(hours=1)
    assert desk.run_due().dead == 0


def test_one_that_recovers_answers():
    desk, clock = desk_of(responder=Scripted(ConnectionError("x"), Answer("Here I am.")))
    ticket = ask(desk, "hello there")
    desk.run_due()
    clock.advance(seconds=10)
    desk.run_due()
    assert said(desk, ticket)[-1].endswith("Here I am.")


def test_nobody_waits_on_a_bot_that_is_not_there():
    desk, clock = desk_of()
    ticket = ask(desk, "fees?")
    other = Desk(desk.policy, store=desk._ports["store"], clock=clock, ids=CountingIds("x"))
    clock.advance(seconds=60)
    other.run_due()
    assert desk.get(ticket).tier == "bot", "not before its time is over"
    clock.advance(timedelta(microseconds=1))
    other.run_due()
    [handed] = of_kind(desk, ticket, "handed_over")
    assert (handed.tier, handed.cause, handed.by.kind) == ("expert", "silent", "system")
    assert "waits for the bot" not in str(desk.explain(ticket))
    desk.run_due()
    assert said(desk, ticket) == [], "a late answer is none"


def test_a_process_that_dies_with_its_turn_does_not_hold_it_for_ever():
    responder = Scripted(Answer("late"))
    desk, clock = desk_of(policy(answer_within="PT1H", tries=2), responder=responder)
    ticket = ask(desk, "hello there")
    store = desk._ports["store"]
    for _ in range(2):
        [lease] = store.lease(
            "default",
            int(clock.now().timestamp() * 1_000_000),
            int(clock.now().timestamp() + 60) * 1_000_000,
            ("bot",),
            5,
        )
        assert lease.row.topic == "bot"
        clock.advance(seconds=61)
    desk.run_due()
    assert responder.turns == []
    assert of_kind(desk, ticket, "handed_over")[0].cause == "failed"


def test_a_crash_between_answer_and_settling_never_answers_twice():
    class Crashing(MemoryStore):
        crash = False

        def settle(self, tenant, key, token, /, **given):
            if self.crash and key.endswith(":bot"):
                self.crash = False
                raise KeyboardInterrupt
            return super().settle(tenant, key, token, **given)

    store = Crashing()
    desk, clock = desk_of(store=store)
    ticket = ask(desk, "fees?")
    store.crash = True
    with pytest.raises(KeyboardInterrupt):
        desk.run_due()
    assert len(said(desk, ticket)) == 1, "the answer was committed"
    clock.advance(minutes=5)
    tick = desk.run_due()
    assert tick.delivered == 1, "the row came again"
    assert len(said(desk, ticket)) == 1
    assert len(of_kind(desk, ticket, "bot_answered")) == 1


def test_two_workers_with_one_turn_say_one_thing():
    desk, _ = desk_of()
    ticket = ask(desk, "fees?")
    turn = TakeTurn(by=BOT, ticket_id=ticket.id, turn=1, form="answer", body="one")
    assert len(desk.handle(turn).events) >= 2
    assert desk.handle(turn.model_copy(update={"body": "two"})).events == ()
    assert said(desk, ticket) == ["one"]


def test_a_message_that_arrives_meanwhile_makes_the_older_turn_void():
    desk, clock = desk_of(responder=Scripted(Answer("to the second")))
    ticket = ask(desk, "first")

    class Interrupted(Scripted):
        def respond(self, turn, /):
            if not self.turns:
                desk.receive(ticket, body="second", by=Requester("ana"))
            return super().respond(turn)

    desk._ports["responder"] = responder = Interrupted(Answer("to the first"), Answer("to the second"))
    desk.run_due()
    clock.advance(seconds=5)
    desk.run_due()
    assert [turn.question for turn in responder.turns] == ["first", "second"]
    assert [one.splitlines()[-1] for one in said(desk, ticket)] == ["to the second"]


def test_whoever_takes_the_ticket_silences_the_bot():
    desk, _ = desk_of()
    ticket = ask(desk, "fees?")
    desk.enrol(Agent("sam", tiers=["bot", "expert"]))
    desk.assign(ticket, agent="sam", by="sam")
    desk.run_due()
    assert said(desk, ticket) == []


def test_only_a_bot_takes_turns():
    desk, _ = desk_of()
    ticket = ask(desk, "fees?")
    with pytest.raises(Refused):
        desk.handle(TakeTurn(by=Agent("sam").actor, ticket_id=ticket.id, turn=1, form="answer", body="x"))


def test_what_the_bot_said_is_erased_with_the_requester():
    desk, _ = desk_of()
    ticket = ask(desk, "I forgot my password")
    desk.run_due()
    say(desk, ticket, "app")
    say(desk, ticket, "转人工")
    desk.erase("ana")
    screen = desk.screen(ticket)
    assert (screen.summary, dict(screen.collected), said(desk, ticket)) == (None, {}, [None, None, None])


@pytest.mark.parametrize(
    ("after", "status"), [("open", "open"), ("pending", "pending"), ("resolved", "resolved")]
)
def test_what_becomes_of_an_answered_ticket(after, status):
    desk, _ = desk_of(policy(after_answer=after))
    ticket = ask(desk, "fees?")
    desk.run_due()
    assert desk.get(ticket).status == status
    again = say(desk, ticket, "withdrawal delayed")
    assert (again.tier, again.status) == ("bot", status)
    assert len(said(desk, ticket)) == 2, "it comes back and is answered again"


def test_a_ticket_that_comes_back_to_the_bot_waits_for_new_words():
    desk, clock = desk_of()
    ticket = ask(desk, "转人工")
    desk.run_due()
    desk.hand_over(ticket, tier="bot", by="sam")
    clock.advance(hours=2)
    desk.run_due()
    assert desk.get(ticket).tier == "bot", "nothing is owed to what was dealt with"
    assert say(desk, ticket, "fees?").bot.turns == 1


def test_without_a_bot_in_the_policy_nothing_is_written():
    clock = ManualClock(START)
    plain = Policy(routing=policy().routing)
    desk = Desk(plain, clock=clock, ids=CountingIds())
    ticket = ask(desk, "fees?")
    clock.advance(hours=5)
    desk.run_due()
    assert desk.get(ticket).tier == "bot"
    with pytest.raises(InvalidInput):
        Desk(plain, responder=KnowledgeResponder())


def test_ports_are_checked():
    with pytest.raises(InvalidInput):
        Desk(policy(), responder=object())

    class Async:
        async def respond(self, turn, /):  # noqa: ARG002 - the port names it
            return None

    with pytest.raises(InvalidInput):
        Desk(policy(), responder=Async())


# --- async -------------------------------------------------------------------------------------------


def test_async_ports_and_one_that_is_too_slow():
    class Slow:
        calls = 0

        async def respond(self, turn, /):  # noqa: ARG002 - the port names it
            self.calls += 1
            await asyncio.sleep(3_600)

    class Source:
        async def find(self, question, /, *, language, topic, limit, now):
            expired = Article(id="old", text="Outdated.", valid_until=now)
            return [
                Found(expired, 1.0),
                *MemoryKnowledge(ARTICLES).find(
                    question, language=language, topic=topic, limit=limit, now=now
                ),
            ]

    async def run(responder):
        clock = ManualClock(START)
        bot = policy(call_within="PT0.01S", tries=2)
        async with AsyncDesk(
            bot, clock=clock, ids=CountingIds(), responder=responder, knowledge=Source()
        ) as desk:
            ticket = (await desk.open(subject="fees", requester="ana")).ticket
            await desk.run_due()
            clock.advance(seconds=10)
            await desk.run_due()
            return list(await desk.history(ticket)), (await desk.screen(ticket)).articles

    slow = Slow()
    events, _ = asyncio.run(run(slow))
    assert slow.calls == 2
    assert [event.cause for event in events if event.kind == "handed_over"] == ["failed"]
    events, articles = asyncio.run(run(KnowledgeResponder()))
    assert [event.articles for event in events if event.kind == "bot_answered"] == [("fees",)]
    assert [one.article.id for one in articles] == ["fees"], (
        "an expired article is never used, whoever gives it"
    )


def test_the_bot_says_no_personal_data_in_public():
    told = "We wrote to ana.example@mail.com about it."
    open_policy = policy().model_copy(update={"public_channels": ("x",)})
    for channel, says in (("x", False), ("chat", True)):
        desk, _ = desk_of(open_policy, responder=Scripted(Answer(told)))
        ticket = ask(desk, "hello there", channel=channel)
        desk.run_due()
        assert any("about it" in body for body in said(desk, ticket)) is says
        assert (desk.get(ticket).tier == "bot") is says


def test_it_works_on_a_database(tmp_path):
    desk, clock = desk_of(store=SqlStore(f"sqlite:///{tmp_path}/desk.db"))
    with desk:
        ticket = ask(desk, "I forgot my password")
        desk.run_due()
        say(desk, ticket, "app")
        desk.receive(ticket, body="612", by=Requester("ana"))
        desk.receive(ticket, body="fees?", by=Requester("ana"))
        clock.advance(seconds=1)
        desk.run_due()
        assert len(said(desk, ticket)) == 3, "of two messages in a row the latest is answered"
        assert say(desk, ticket, "转人工").tier == "expert"
        assert desk.screen(ticket).collected == {"place": "app"}
        assert desk.dead_letters() == ()
