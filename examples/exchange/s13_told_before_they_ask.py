"""A stuck withdrawal: the customer is told before they ask, and their later message joins the case.

Run it: python examples/exchange/s13_told_before_they_ask.py
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from supportflow import Desk, MemoryChannel
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

CUSTOMERS = {
    "en": "My withdrawal has not arrived, is it lost?",
    "zh": "我的提币还没到账，是不是丢了？",
}


def main() -> None:
    clock, mail = ManualClock("2026-06-01T03:00:00Z"), MemoryChannel()
    desk = Desk(preset("exchange"), clock=clock, ids=CountingIds(), channels={"email": mail})
    for language, words in CUSTOMERS.items():
        opened = desk.open(
            event="withdrawal_stuck",
            requester=f"u13-{language}",
            channel="email",
            language=language,
            ref=f"13-{language}",
            key=f"withdrawal-77-{language}",
        )
        desk.run_due()
        told = [one.body for one in mail.sent if one.requester == f"u13-{language}"]
        print(language, "told:", *told)
        print(
            "  asked by nobody yet: waits", opened.ticket.waiting_since, "clocks", len(opened.ticket.clocks)
        )

        # The event comes again, as events do: one case, told once.
        desk.open(
            event="withdrawal_stuck",
            requester=f"u13-{language}",
            channel="email",
            language=language,
            key=f"withdrawal-77-again-{language}",
        )
        desk.run_due()
        print("  told:", sum(one.requester == f"u13-{language}" for one in mail.sent), "time")

        clock.advance(minutes=40)
        asked = desk.open(
            subject="", body=words, requester=f"u13-{language}", channel="chat", language=language
        )
        print("  their message joins it:", asked.ticket.id == opened.ticket.id)
        clock.advance(minutes=20)
        desk.reply(opened.ticket, body="txid 5f2: 11/20", by="sam")
        answered = desk.get(opened.ticket.id).clock("first_response")
        waited = (answered.verdict.elapsed_us if answered.verdict else 0) // 60_000_000
        print(f"  first response {answered.state}, {waited} min after they wrote")


if __name__ == "__main__":
    main()
