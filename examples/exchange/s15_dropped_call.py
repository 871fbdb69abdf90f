"""A call that drops in the queue: it is counted, a call-back is owed, and that keeps the place of the call.

Run it: python examples/exchange/s15_dropped_call.py
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from datetime import timedelta

from supportflow import Agent, Desk, MemoryChannel
from supportflow.events import CallBackEnded
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

# What the hotline's menu hears, what the desk writes when the line drops, and what is noted of the call-back.
CALLERS = {
    "en": (
        "Can I lose more than my margin with leverage?",
        "The line dropped. We call you back within half an hour, and you keep your place.",
        "Explained margin calls; nothing is borrowed beyond the margin.",
    ),
    "zh": (
        "用杠杆会不会亏得比保证金还多？",
        "电话中断了。我们会在半小时内给您回电，您的排队位置不变。",
        "已说明强平规则，亏损以保证金为限。",
    ),
}


class Hotline:
    """A desk with a telephone: what the telephony tells is told to the desk as it happens."""

    def __init__(self) -> None:
        self.clock, self.mail = ManualClock("2026-06-01T03:00:00Z"), MemoryChannel()
        self.desk = Desk(
            preset("exchange"),
            clock=self.clock,
            ids=CountingIds(),
            channels={"phone": self.mail, "ticket": self.mail},
        )
        self.desk.enrol(
            Agent(
                "lin",
                tiers=["expert"],
                groups=["front"],
                languages=["en", "zh"],
                skills={"trading": 3},
                capacity=5,
            )
        )

    def opens(self, requester: str, channel: str, words: str, language: str, ref: str) -> None:
        """Open a ticket; the menu of the hotline, as the page of the chat, asks for the topic first."""
        self.desk.open(
            subject=words,
            requester=requester,
            channel=channel,
            category="trading",
            language=language,
            ref=ref,
        )

    def drops(self, ref: str, words: str, language: str, sorry: str) -> None:
        """Somebody calls, waits for 90 seconds, and the line drops."""
        self.opens(f"u{ref}", "phone", words, language, ref)
        self.desk.start_call(ref=ref, call=f"tel-{ref}")
        self.clock.advance(seconds=90)
        ticket = self.desk.end_call(ref=ref, call=f"tel-{ref}").ticket
        self.desk.reply(ref=ref, body=sorry, by="lin", channel="ticket")
        owed = ticket.phone.call_back
        assert owed is not None
        print(f"  {ticket.phone.calls[0].outcome} after 90 s, a call is owed until {owed.due_at:%H:%M:%S}")

    def calls_back(self, ref: str, note: str) -> None:
        """The agent calls, asks for the security word, and notes what was said."""
        call = f"back-{ref}"
        self.desk.accept(ref=ref, by="lin")
        self.desk.start_call(ref=ref, call=call, outgoing=True, by="lin")
        self.clock.advance(seconds=12)
        self.desk.answer_call(ref=ref, call=call, by="lin")
        self.desk.verify(
            ref=ref, level="contact", method="security word", valid_for=timedelta(hours=1), by="lin"
        )
        self.clock.advance(minutes=4)
        ticket = self.desk.end_call(ref=ref, call=call, by="lin", body=note).ticket
        made = ticket.phone.calls[-1]
        assert made.ended_at is not None
        print(f"  {made.started_at:%H:%M:%S} to {made.ended_at:%H:%M:%S} {made.outcome}, by {made.agent}")
        print(f"  caller verified: {made.level} by {made.method}")


def main() -> None:
    for language, (words, sorry, note) in CALLERS.items():
        hotline = Hotline()
        desk, clock = hotline.desk, hotline.clock
        ref = f"15-{language}"
        print(language)
        hotline.drops(ref, words, language, sorry)
        # The next two come, and one of them calls as well.
        clock.advance(minutes=1)
        for number, channel in enumerate(("phone", "chat")):
            hotline.opens(f"after-{number}", channel, words, language, f"{ref}-{number}")
        clock.advance(minutes=9)
        desk.set_presence("lin", "available")
        desk.dispatch()
        order = [one.ref for one in desk.find(order="priority")]
        offered = desk.get(ref=ref).offered_to
        print(f"  ten minutes later: place {order.index(ref) + 1} of {len(order)}, offered to {offered}")
        hotline.calls_back(ref, note)
        ended = [event.outcome for event in desk.history(ref=ref) if isinstance(event, CallBackEnded)]
        print(f"  the promise: {', '.join(ended)}")
        print(f"  noted: {desk.messages(ref=ref)[-1].body}")


if __name__ == "__main__":
    main()
