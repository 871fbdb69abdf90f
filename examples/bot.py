"""The first line: a bot that answers from articles, leads through a flow, and hands over with everything it knows.

Run it: python examples/bot.py
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from supportflow import (
    Agent,
    BotPolicy,
    Desk,
    KnowledgeResponder,
    KnowledgeSuggester,
    MemoryContext,
    MemoryKnowledge,
    Policy,
    Requester,
    Route,
    RoutingPolicy,
    Ticket,
)
from supportflow.testing import CountingIds, ManualClock

ARTICLES = [
    {
        "id": "late-en",
        "text": "The network is congested. Withdrawals arrive within two hours.",
        "words": ["withdrawal~ * late|delayed|pending|arrived"],
    },
    {
        "id": "late-zh",
        "language": "zh",
        "text": "网络拥堵，提币将在两小时内到账。",
        "words": ["提币…没到账", "提币…延迟"],
    },
]
RECOVERY = {
    "name": "recover password",
    "words": ["forgot|forgotten * password", "忘记…密码"],
    "steps": [
        {
            "name": "where",
            "ask": {"en": "In the app or on the web?", "zh": "App 还是网页？"},
            "field": {"name": "place", "kind": "choice", "values": ["app", "web", "网页"]},
            "branches": [{"when": ["web", "网页"], "to": "link"}],
        },
        {
            "name": "version",
            "ask": {"en": "Which version of the app?", "zh": "App 是哪个版本？"},
            "field": {"name": "version", "kind": "digits"},
            "to": "person",
        },
    ],
    "ends": [
        {"name": "link", "say": {"en": "Use the link on the page.", "zh": "请使用页面上的链接。"}},
        {"name": "person", "hand_over": True},
    ],
}
POLICY = Policy(
    routing=RoutingPolicy(
        routes=[Route(name="all", tier="bot")], languages=["en", "zh"], fallback_language="en"
    ),
    bot=BotPolicy.model_validate({"flows": [RECOVERY]}),
)


def last_line(desk: Desk, ticket: Ticket) -> str:
    """The last line that the desk wrote to the requester."""
    written = [one for one in desk.messages(ticket) if one.origin == "public_reply"]
    return (written[-1].body or "").splitlines()[-1]


def main() -> None:
    desk = Desk(
        POLICY,
        clock=ManualClock("2026-03-02T03:00:00Z"),
        ids=CountingIds(),
        responder=KnowledgeResponder(),
        knowledge=MemoryKnowledge(ARTICLES),
        context=MemoryContext({"lin": {"level": "VIP 3"}}),
        suggester=KnowledgeSuggester(),
    )
    desk.enrol(Agent("sam", languages=["en", "zh"]))
    desk.set_presence("sam", "available")

    ann = desk.open(subject="My withdrawal is delayed", requester="ann", channel="chat").ticket
    desk.run_due()
    print("ann  <", last_line(desk, ann))

    lin = desk.open(subject="我忘记密码了", requester="lin", channel="chat").ticket
    desk.run_due()
    print("lin  <", last_line(desk, lin))
    for words in ("app", "612", "提币没到账"):
        desk.receive(lin, body=words, by=Requester("lin"))
        desk.run_due()
        print("lin  >", words)
        print("     <", last_line(desk, lin), f"[{desk.get(lin).tier}]")

    desk.dispatch()
    desk.accept(lin, by="sam")
    screen = desk.screen(lin)
    print("sam  :", dict(screen.collected), dict(screen.context))
    print("draft:", screen.suggestions[0].text, screen.suggestions[0].evidence)

    theft = desk.open(subject="我的账户被盗了", requester="wei", channel="chat").ticket
    print("wei  :", theft.priority_class, theft.tier)


if __name__ == "__main__":
    main()
