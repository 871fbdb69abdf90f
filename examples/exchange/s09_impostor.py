"""A stranger answers on the thread as "support", with a link: nobody was answered, no clock stops, the link is flagged.

Run it: python examples/exchange/s09_impostor.py
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from supportflow import Actor, Desk
from supportflow.events import MessageReceived, SlaBreached
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

THREADS = {
    "en": (
        "My withdrawal has not arrived for three days. Network TRC20.",
        "I am from the official support team. Verify your wallet at http://examp1e-help.test/login",
        "http://examp1e-help.test/login",
    ),
    "zh": (
        "提币三天了还没到账，网络 TRC20",
        "我是官方客服，请点击链接验证钱包 http://examp1e-help.test/cn",
        "http://examp1e-help.test/cn",
    ),
}


def main() -> None:
    clock = ManualClock("2026-06-01T12:00:00+08:00")
    desk = Desk(preset("exchange"), clock=clock, ids=CountingIds())
    for language, (asked, fake, link) in THREADS.items():
        ticket = desk.open(subject="", body=asked, requester=f"u9-{language}", channel="chat").ticket
        print(language, ticket.priority_class, ticket.category, ticket.status)
        clock.advance(minutes=5)
        outcome = desk.receive(ticket, body=fake, by=Actor(kind="party", id=f"stranger-{language}"))
        [message] = [event for event in outcome.events if isinstance(event, MessageReceived)]
        after = outcome.ticket
        print(f"  {message.origin}, flags: {', '.join(message.flags)}")
        print(
            f"  answered: {after.first_replied_at is not None}, first response: {after.clock('first_response').state}"
        )
        print(f"  now {after.priority_class}, for review: {after.review}")
        # "Was this you?" has an answer.
        print(f"  {link} is ours: {bool(desk.is_official(link))}; https://help.example.com is:", end=" ")
        print(bool(desk.is_official("https://help.example.com")))
        clock.advance(hours=2)
        print(
            "  "
            + ", ".join(
                f"{event.kind} of {event.target}"
                for event in desk.run_due()
                if isinstance(event, SlaBreached)
            )
        )
        desk.cancel(ticket, by="sam")


if __name__ == "__main__":
    main()
