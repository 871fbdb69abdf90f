"""A desk with a bot, for tests."""

from supportflow import (
    BotPolicy,
    Desk,
    KnowledgeResponder,
    MemoryKnowledge,
    Policy,
    Requester,
    Route,
    RoutingPolicy,
)
from supportflow.policy.document.authority import Authority
from supportflow.testing import CountingIds, ManualClock

START = "2026-03-02T03:00:00Z"

ARTICLES = (
    {
        "id": "late",
        "topic": "withdrawal",
        "text": "The network is congested; withdrawals take longer.",
        "words": ["withdrawal~ * late|delayed|pending|arrived"],
    },
    {
        "id": "late-zh",
        "language": "zh",
        "text": "网络拥堵，提币会晚一些到账。",
        "words": ["提币…没到账|延迟"],
    },
    {"id": "fees", "text": "Fees are listed on the fee page.", "words": ["fee|fees"]},
    {"id": "old", "text": "Outdated.", "words": ["promotion"], "valid_until": "2026-03-02T03:00:00Z"},
    {"id": "start", "text": "Start small.", "words": ["leverage"], "level": "beginner"},
)

PASSWORD = {
    "name": "password",
    "words": ["forgot|forgotten * password", "忘记…密码"],
    "steps": [
        {
            "name": "which",
            "ask": {"en": "App or web?", "zh": "App 还是网页？"},
            "field": {"name": "place", "kind": "choice", "values": ["app", "web", "网页"]},
            "branches": [{"when": ["web", "网页"], "to": "link"}],
        },
        {
            "name": "version",
            "ask": {"en": "Which version?", "zh": "版本号是多少？"},
            "field": {"name": "version", "kind": "digits", "max_length": 4},
            "to": "person",
        },
    ],
    "ends": [
        {"name": "link", "say": {"en": "Use the link on the page.", "zh": "请使用页面上的链接。"}},
        {
            "name": "person",
            "say": {"en": "This version needs a look.", "zh": "这个版本需要检查。"},
            "hand_over": True,
        },
    ],
}
RESUBMIT = {
    "name": "resubmit",
    "words": ["resubmit|resend"],
    "steps": [
        {"name": "order", "ask": {"en": "Which order?"}, "field": {"name": "order_number", "kind": "digits"}}
    ],
    "ends": [{"say": {"en": "It is sent again."}, "action": "resubmit"}],
}


def policy(*, host=None, routing=None, **bot):
    """A policy in which everything that is no incident goes to the bot."""
    given = {"flows": [PASSWORD, RESUBMIT], **bot}
    return Policy(
        routing=RoutingPolicy(
            routes=[
                Route(name="aml", when={"field": "category", "eq": "aml"}, tier="compliance"),
                Route(name="all", tier="bot"),
            ],
            languages=["en", "zh"],
            fallback_language="en",
            **(routing or {}),
        ),
        authority=Authority.model_validate(
            {
                "host": {"resubmit": {"limits": {"bot": -1}}, "pay": {"limits": {"expert": -1}}}
                if host is None
                else host
            }
        ),
        bot=BotPolicy.model_validate(given),
    )


def desk_of(policy_=None, /, *, responder=None, knowledge=None, **ports):
    """A desk whose bot answers from `ARTICLES`, and its clock."""
    clock = ManualClock(START)
    desk = Desk(
        policy() if policy_ is None else policy_,
        clock=clock,
        ids=CountingIds(),
        responder=KnowledgeResponder() if responder is None else responder,
        knowledge=MemoryKnowledge(ARTICLES) if knowledge is None else knowledge,
        **ports,
    )
    return desk, clock


def ask(desk, body, **fields):
    """A ticket of ana's, by chat."""
    return desk.open(**{"subject": "", "body": body, "requester": "ana", "channel": "chat", **fields}).ticket


def say(desk, ticket, body):
    """Another message of ana's, and the bot's turn."""
    desk.receive(ticket, body=body, by=Requester("ana"))
    desk.run_due()
    return desk.get(ticket)


def said(desk, ticket):
    """What the bot wrote, in order."""
    return [one.body for one in desk.messages(ticket) if one.by.kind == "bot"]


def of_kind(desk, ticket, kind):
    """The events of a kind."""
    return [event for event in desk.history(ticket) if event.kind == kind]


class Scripted:
    """A responder that gives what it was told to give; an exception is raised."""

    def __init__(self, *responses):
        self.responses = list(responses)
        self.turns = []

    def respond(self, turn, /):
        self.turns.append(turn)
        response = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        if isinstance(response, Exception):
            raise response
        return response
