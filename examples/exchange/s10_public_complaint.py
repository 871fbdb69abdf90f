"""A complaint on X by somebody whose case is open: one case, raised, answered without personal data, moved to private.

Run it: python examples/exchange/s10_public_complaint.py
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from supportflow import Desk, MemoryChannel
from supportflow.exceptions import Refused
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

KINDS = {"ticket_opened", "contact_joined", "message_received"}
STORIES = {
    "en": (
        "My withdrawal has not arrived, network TRC20",
        "@example my withdrawal has not arrived for three days and nobody answers. Shame on you, everyone should know!",
        "We have written to ana.k@mail.test about your withdrawal 202606010001234567.",
        "We are sorry, and we are on it. Please go on here, in private: https://example.com/case/{token}",
        "Here I am. When does it come?",
    ),
    "zh": (
        "提币还没到账，网络 TRC20",
        "@example 提币三天了还没到账，没人理！垃圾平台，大家避雷！",
        "关于您的提币 202606010001234567，我们已发邮件至 ana.k@mail.test",
        "非常抱歉，我们正在处理。请点击链接私下继续：https://example.com/case/{token}",
        "我来了，什么时候到账？",
    ),
}


def main() -> None:
    clock = ManualClock("2026-06-01T10:00:00+08:00")
    mail, public, chat = MemoryChannel(), MemoryChannel(), MemoryChannel()
    desk = Desk(
        preset("exchange"),
        clock=clock,
        ids=CountingIds(),
        channels={"email": mail, "x": public, "chat": chat},
    )
    for language, (first, rant, careless, careful, back) in STORIES.items():
        ana, handle = f"ana-{language}", f"x-{language}-4411"
        known = desk.open(subject=first, requester=ana, channel="email", language=language).ticket
        desk.link_requester(ana, handle, by="host")
        clock.advance(hours=30)
        joined = desk.open(subject=rant, requester=handle, channel="x", language=language)
        clock.advance(seconds=1)
        desk.run_due()  # as a worker does, every few seconds
        ticket = desk.get(joined.ticket)
        print(
            language,
            "one case:",
            ticket.id == known.id,
            [one.kind for one in joined.events if one.kind in KINDS],
        )
        print(f"  flags: {', '.join(ticket.flags)}; level {known.level} -> {ticket.level}")
        try:
            desk.reply(ticket, body=careless, by="sam", channel="x")
        except Refused as refused:
            print("  refused:", refused.reason)
        clock.advance(minutes=5)
        desk.reply(ticket, body=careful.format(token=f"7KQ2-{language}"), by="sam", channel="x")
        desk.run_due()
        print("  in public:", [message.body for message in public.sent][-1])
        private = desk.receive(ticket, body=back, by=ana, channel="chat").ticket
        desk.reply(private, body="TRC20: 202606010001234567", by="sam", channel="chat")
        desk.run_due()
        print(
            f"  in private, the same case: {private.id == known.id}, {private.received} messages from the customer, "
            f"{len(chat.sent)} answer in chat, {len(public.sent)} in public"
        )
        desk.resolve(private, by="sam")
        desk.run_due()
        asked = [message.body.splitlines()[0] for message in mail.sent if message.ticket_id == known.id][-1]
        print(f"  asked what they think, by mail and never in public: {asked} {len(public.sent)} in public")
        public.sent.clear()
        chat.sent.clear()


if __name__ == "__main__":
    main()
