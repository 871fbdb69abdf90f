"""A liquidated customer is upset: the distress is seen, a person is offered, the words are chosen, security goes on.

Run it: python examples/exchange/s12_liquidated_and_upset.py
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from supportflow import Agent, Desk, MemoryChannel
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

MESSAGES = {
    "en": "I was liquidated and lost everything. I am desperate. Let me speak to a human!",
    "zh": "我被强平爆仓了，所有的钱都没了，我真的崩溃了，转人工！",
}
# Templates are the host's: a flag chooses among them.
ANSWERS = {
    ("en", True): "I am so sorry. My name is Sam, I am a person, and I have time for you. Shall I call you?",
    ("en", False): "Here is how a liquidation comes about.",
    ("zh", True): "非常理解您的心情。我是人工客服小林，会一直陪您处理。需要我给您回电话吗？",
    ("zh", False): "强平的规则如下。",
}


def main() -> None:
    clock = ManualClock("2026-06-01T21:00:00+08:00")
    chat = MemoryChannel()
    desk = Desk(preset("exchange"), clock=clock, ids=CountingIds(), channels={"chat": chat})
    theft = desk.open(subject="My account was hacked", requester="u1", channel="chat").ticket
    for language, message in MESSAGES.items():
        ticket = desk.open(subject="", body=message, requester=f"u12-{language}", channel="chat").ticket
        print(language, ticket.priority_class, ticket.category, ticket.status, ", ".join(ticket.flags))
        offered = "wants_person" in ticket.flags or "distress" in ticket.flags
        desk.assign(ticket, agent="sam" if offered else "bot-1", by="bot-1")
        reply = desk.reply(ticket, body=ANSWERS[language, "distress" in ticket.flags], by=Agent("sam"))
        print("  said:", desk.messages(ticket)[-1].body)
        print("  a person, first response:", reply.ticket.clock("first_response").state)
        queue = [one.id for one in desk.find(open=True)]
        print("  behind the theft in the queue:", queue.index(theft.id) < queue.index(ticket.id))
        clock.advance(minutes=25)
        desk.resolve(ticket, by=Agent("sam"))
        desk.run_due()
        print("  asked:", chat.sent[-1].body.splitlines()[0])
        desk.receive(ticket, body="1", by=f"u12-{language}", channel="chat")
        [task] = [one for one in desk.find(open=True, group="supervisors") if one.review_of == ticket.id]
        print("  one star is work for", task.group, "about", desk.get(ticket).rating.agent)


if __name__ == "__main__":
    main()
