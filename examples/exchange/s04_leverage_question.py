"""A beginner asks by phone what leverage is: an ordinary question, answered with a warning, and nothing escalates.

Run it: python examples/exchange/s04_leverage_question.py
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from supportflow import Agent, Desk
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

CALLS = {
    "en": (
        "What is leverage?",
        "I am new. If I trade with 10x leverage, can I lose more than my margin?",
    ),
    "zh": ("什么是杠杆？", "我是新手，用10倍杠杆会不会亏得比保证金还多？"),
}
# The host chooses the words by the customer's experience, which is an attribute of the ticket.
ANSWERS = {
    (
        "en",
        "beginner",
    ): "Leverage is trading with borrowed money. Careful: you can lose all of your margin in minutes.",
    ("zh", "beginner"): "杠杆就是借钱交易。请注意风险：保证金可能在几分钟内全部亏光。",
}


def main() -> None:
    clock = ManualClock("2026-06-01T15:00:00+08:00")
    desk = Desk(preset("exchange"), clock=clock, ids=CountingIds())
    for language, (subject, body) in CALLS.items():
        call = desk.open(
            subject=subject,
            body=body,
            requester=f"u4-{language}",
            channel="phone",
            attributes={"experience": "beginner"},
        ).ticket
        print(language, call.priority_class, call.category, f"level {call.level}", call.status, call.flags)
        clock.advance(seconds=30)
        answer = ANSWERS[language, str(call.attributes["experience"])]
        desk.reply(call, body=answer, by=Agent("sam"))
        clock.advance(minutes=9)
        done = desk.resolve(call, by=Agent("sam")).ticket
        print("  " + ", ".join(f"{clock.target} {clock.state}" for clock in done.clocks))
        print("  escalated:", done.priority_class != "general" or done.review or done.reassignments > 0)


if __name__ == "__main__":
    main()
