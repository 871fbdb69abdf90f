"""A customer sends a seed phrase: it is removed before anything is kept, the customer is warned, the case is security.

Run it: python examples/exchange/s08_seed_phrase.py
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from supportflow import Agent, Desk, MemoryChannel, MemoryStore
from supportflow.exceptions import Refused
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

# Phrases of the standard's own test vectors: they belong to nobody.
MESSAGES = {
    "en": (
        "my seed phrase is: ",
        "legal winner thank year wave sausage worth useful legal winner thank yellow",
    ),
    "zh": ("我的助记词是：", "的 的 的 的 的 的 的 的 的 的 的 在"),
}
WARNINGS = {
    "en": "We removed your seed phrase. Move your coins to a new wallet, and never tell anybody the words.",
    "zh": "我们已删除您的助记词。请尽快把资产转到新钱包，切勿告诉任何人。",
}
ASKING = {"en": "Please send me your seed phrase.", "zh": "请把助记词发给我"}


def main() -> None:
    clock = ManualClock("2026-06-01T03:00:00+08:00")
    store, chat = MemoryStore(), MemoryChannel()
    desk = Desk(preset("exchange"), store=store, clock=clock, ids=CountingIds(), channels={"chat": chat})
    for language, (said, phrase) in MESSAGES.items():
        outcome = desk.open(
            subject="wallet", body=said + phrase, requester=f"u8-{language}", channel="chat", key=phrase[:20]
        )
        ticket = outcome.ticket
        print(language, ticket.priority_class, ticket.category, sorted(outcome.redacted))
        print("  kept:", desk.messages(ticket)[0].body)
        try:
            desk.reply(ticket, body=ASKING[language], by=Agent("sam"))
        except Refused as refused:
            print("  refused:", refused.reason)
        desk.reply(ticket, body=WARNINGS[language], by=Agent("sam"))
        desk.complete_step(ticket, step="warn_customer", by=Agent("sam"))
        desk.run_due()
        everything = [
            str(desk.history(ticket)),
            str(desk.explain(ticket)),
            str(chat.sent),
            str(desk.messages(ticket)),
        ]
        print("  found anywhere:", any(phrase in text for text in everything))


if __name__ == "__main__":
    main()
