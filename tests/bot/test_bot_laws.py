"""What holds for every conversation, whatever is written, in whatever order, whatever the responder does."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bots import Scripted, ask, desk_of, policy
from supportflow import Act, Answer, Ask, Guide, HandOver, KnowledgeResponder, Requester

WORDS = st.sampled_from(
    [
        "fees?", "my withdrawal is delayed", "I forgot my password", "app", "web", "612", "order 99", "please resubmit",
        "qwertz", "转人工", "忘记密码", "my account was hacked, they stole my coins", "", "\U0001f600", "thanks",
    ]
)  # fmt: skip
RESPONSES = st.sampled_from(
    [
        None, Answer("Here."), Answer("There.", ("late",)), Ask("Which?", "which"), Guide("password"), Guide("nowhere"),
        Guide("password", "version"), HandOver("tired"), Act("resubmit", "Again."), Act("pay", "Paid.", 3),
        Answer("Please send your password."), Answer(""), RuntimeError("broken"), "nonsense",
    ]
)  # fmt: skip
MOVES = st.one_of(
    WORDS.map(lambda words: ("say", words)),
    st.sampled_from([("run", 0), ("run", 3), ("run", 61), ("back", 0), ("take", 0), ("reply", 0)]),
)


@settings(max_examples=60, deadline=None)
@given(
    moves=st.lists(MOVES, max_size=12),
    responses=st.lists(RESPONSES, min_size=1, max_size=6),
    real=st.booleans(),
)
def test_every_conversation_ends_in_an_answer_or_a_person(moves, responses, real):
    desk, clock = desk_of(responder=KnowledgeResponder() if real else Scripted(*responses))
    ticket = ask(desk, "hello there")
    for what, value in moves:
        _move(desk, clock, ticket, what, value)
    for _ in range(6):
        clock.advance(seconds=30)
        desk.run_due()
    _laws(desk, desk.history(ticket))
    after = desk.get(ticket)
    assert after.bot.answered == after.bot.heard or after.tier != "bot" or after.assignee, (
        "nobody waits on a bot"
    )
    assert desk.dead_letters() == ()
    if after.priority_class == "security":
        assert after.tier != "bot"


def _move(desk, clock, ticket, what, value):
    if what == "say":
        desk.receive(ticket, body=value or "?", by=Requester("ana"))
    elif what == "run":
        clock.advance(seconds=value)
        desk.run_due()
    elif what == "back":
        now = desk.get(ticket)
        if now.tier == "expert" and now.priority_class != "security":
            desk.hand_over(ticket, tier="bot", by="sam")
    elif what == "take" and desk.get(ticket).assignee is None:
        desk.assign(ticket, agent="sam", by="sam")
    elif what == "reply":
        desk.reply(ticket, body="It is sam.", by="sam")


def _laws(desk, events):
    """At most one turn and one reply for each message; none outside of the bot's tier, to whom somebody else has, or with a
    request for a secret."""
    heard, tier, assignee, replied, turns = 0, None, None, set(), []
    for number, event in enumerate(events, 1):
        is_bots = event.kind == "reply_sent" and event.by.kind == "bot"
        if event.kind in {"ticket_opened", "message_received"}:
            heard = number
        elif event.kind == "ticket_routed":
            tier = event.tier
        elif event.kind == "assignment_changed":
            assignee = event.assignee
        elif is_bots or event.kind == "bot_answered":
            assert tier == "bot"
            assert assignee is None
        if is_bots:
            assert heard not in replied
            replied.add(heard)
        if event.kind == "bot_answered":
            assert event.turn == heard, "the latest message, and no other"
            turns.append(event.turn)
    assert len(set(turns)) == len(turns)
    assert not any("send your password" in (one.body or "") for one in desk.messages(events[0].ticket_id))


@settings(max_examples=30, deadline=None)
@given(words=st.lists(WORDS, min_size=1, max_size=30), patience=st.integers(1, 4), longest=st.integers(1, 8))
def test_no_conversation_is_longer_than_the_policy_says(words, patience, longest):
    desk, _ = desk_of(policy(patience=patience, longest=longest))
    ticket = ask(desk, "hello there")
    desk.run_due()
    for one in words:
        desk.receive(ticket, body=one or "?", by=Requester("ana"))
        desk.run_due()
        state = desk.get(ticket).bot
        assert state.turns <= longest
        assert state.missed < patience
    if len(words) >= longest:
        assert desk.get(ticket).tier == "expert"
