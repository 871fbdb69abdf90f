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
    "en": "Leverage is trading with borrowed money: at 10x a tenth of the position is yours.",
    "zh": "杠杆就是借钱交易：10倍杠杆下，仓位中只有十分之一是您自己的资金。",
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
            language=language,
            attributes={"experience": "beginner"},
        ).ticket
        print(language, call.priority_class, call.category, f"level {call.level}", call.status, call.flags)
        clock.advance(seconds=30)
        desk.reply(call, body=ANSWERS[language], by=Agent("sam"))
        # What beginners are warned of is the policy's: the agent reads it out, and it stands on the record.
        answer, warning = (desk.messages(call)[-1].body or "").split("\n\n")
        print("  said:", answer)
        print("  warned:", warning, desk.get(call).warned)
        clock.advance(minutes=9)
        done = desk.resolve(call, by=Agent("sam")).ticket
        print("  " + ", ".join(f"{clock.target} {clock.state}" for clock in done.clocks))
        print("  escalated:", done.priority_class != "general" or done.review or done.reassignments > 0)


if __name__ == "__main__":
    main()
