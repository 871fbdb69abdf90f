"""A question about a deposit that smells of a scam: raised for review, and the customer is warned before anything else.

Run it: python examples/exchange/s11_led_to_deposit.py
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from supportflow import Agent, Desk
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

QUESTIONS = {
    "en": (
        "A man I met online teaches me to invest. He told me to deposit USDT to his platform. How do I deposit?",
        "Please do not send anything yet. Who asks you to pay before you can earn or withdraw is cheating you.",
    ),
    "zh": (
        "网上认识的老师带我投资，让我充值USDT到他的平台，怎么充值？",
        "请先不要转账。凡是要求您先付款才能赚钱或提现的，都是骗局。",
    ),
}
HARMLESS = {"en": "How do I deposit USDT?", "zh": "怎么充值USDT？"}


def main() -> None:
    clock = ManualClock("2026-06-01T20:00:00+08:00")
    desk = Desk(preset("exchange"), clock=clock, ids=CountingIds())
    for language, (question, warning) in QUESTIONS.items():
        ticket = desk.open(
            subject="",
            body=question,
            requester=f"u11-{language}",
            channel="chat",
            language=language,
            attributes={"experience": "beginner"},
        ).ticket
        plain = desk.open(
            subject="", body=HARMLESS[language], requester=f"u-{language}", channel="chat"
        ).ticket
        print(language, ticket.priority_class, ticket.category, f"review: {ticket.review}")
        print(
            "  the same without the teacher:", plain.priority_class, plain.category, f"review: {plain.review}"
        )
        # The bot or an agent; nobody has to decide first whether it is true.
        desk.reply(ticket, body=warning, by=Agent("sam"))
        print("  a beginner is warned:", (desk.messages(ticket)[-1].body or "").split("\n\n")[1])
        print("  on the record:", desk.get(ticket).warned)
        desk.assign(ticket, group="security", by="sam")
        queue = [one.id for one in desk.find(open=True)]
        print("  before the other in the queue:", queue.index(ticket.id) < queue.index(plain.id))
        print("  explain:", desk.explain(ticket).priority)


if __name__ == "__main__":
    main()
