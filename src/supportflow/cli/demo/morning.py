"""A short day at a help desk, told by a clock that is set by hand."""

from datetime import date
from typing import Self

from supportflow._time import Instant
from supportflow.calendars import BusinessCalendar
from supportflow.calendars.zones import clock_of
from supportflow.cli import terminal
from supportflow.desk import Desk
from supportflow.events import SlaBreached, SlaWarned, StatusChanged
from supportflow.exceptions import TransitionRefused
from supportflow.model.people import Agent, Requester
from supportflow.policy import Policy
from supportflow.sla.policy import SlaPolicy, Target
from supportflow.testing import CountingIds, ManualClock

__all__ = ["tell"]

_BERLIN = clock_of("Europe/Berlin")
_TODAY = date(2026, 3, 2)
_SAM, _MEI = Agent("sam"), Agent("mei")
_TITLES = {
    "T-1": "How do I change my e-mail address?",
    "T-2": "卖家不放币",
    "T-3": "My account was hacked",
}


def tell() -> None:
    """Tell the day."""
    with _Day() as day:
        day.morning()
        day.queue()
        day.work()
        day.waiting()
        day.why()
        day.evening()


def _policy() -> Policy:
    hours = BusinessCalendar.weekdays("09:00", "18:00", tz="Europe/Berlin", name="office")
    return Policy(
        name="demo",
        sla=(
            SlaPolicy(
                name="standard",
                calendar=hours,
                targets=(
                    Target.first_response(hours=1, warn_at=[0.75]),
                    Target.resolution(hours=8, warn_at=[0.5]),
                ),
            ),
        ),
    )


def _at(moment: Instant) -> str:
    local = moment.astimezone(_BERLIN)
    return f"{local:%H:%M}" if local.date() == _TODAY else f"{local:%a %H:%M}"


class _Day:
    """The day: one desk, one clock, three tickets."""

    def __init__(self) -> None:
        self.clock = ManualClock(f"{_TODAY}T09:05:00+01:00")
        self.desk = Desk(
            _policy(),
            clock=self.clock,
            ids=CountingIds(),
            on={SlaWarned: self.warned, SlaBreached: self.breached},
        )

    def __enter__(self) -> Self:
        terminal.line(f"A day at a help desk in Berlin: {_TODAY:%A %Y-%m-%d}, office hours 09:00 to 18:00.")
        terminal.line("First response within 1 h, resolution within 8 h, counted in office hours.")
        terminal.line()
        return self

    def __exit__(self, *_error: object) -> None:
        self.desk.close()

    # --- telling -------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        terminal.line(f"{_at(self.clock.now())}  {text}")

    def until(self, time: str) -> None:
        """Let time pass; the desk looks at what is due only now."""
        self.clock.set(f"{_TODAY}T{time}:00+01:00")
        self.desk.run_due()

    def warned(self, event: SlaWarned) -> None:
        self.say(
            f"! {self.ref(event.ticket_id)} {event.target}: {event.milestone} at {_at(event.reached_at)}, "
            f"due at {_at(event.due_at)}"
        )

    def breached(self, event: SlaBreached) -> None:
        self.say(
            f"!! {self.ref(event.ticket_id)} {event.target}: breached at {_at(event.breached_at)}, "
            f"noticed at {_at(event.detected_at)}"
        )

    def ref(self, ticket_id: str) -> str:
        return self.desk.get(ticket_id).ref or ticket_id

    # --- the day -------------------------------------------------------------------------------

    def open(self, ref: str, requester: Requester, channel: str, body: str) -> None:
        self.desk.open(subject=_TITLES[ref], body=body, requester=requester, channel=channel, ref=ref)
        self.say(f"{ref} opened by {channel}: {_TITLES[ref]!r} -> {self.desk.explain(ref=ref).priority}")

    def morning(self) -> None:
        self.open("T-1", Requester("u-17", name="Tom"), "web", "I have a new address at work.")
        self.until("09:10")
        self.open(
            "T-2",
            Requester("u-88", name="李娜", language="zh-Hans"),
            "chat",
            "我已经付款，卖家一直不放币，我要申诉。",  # noqa: RUF001 - as it is typed
        )
        self.until("09:20")
        self.open("T-3", Requester("u-5", name="Ana"), "email", "Somebody logged in and I am locked out.")

    def queue(self) -> None:
        self.until("09:21")
        self.say("the queue, whoever came first: security, then disputes, then the rest")
        for place, ticket in enumerate(self.desk.find(open=True, order="priority"), 1):
            opened = _at(ticket.opened_at)
            terminal.line(f"         {place}. {ticket.ref} {ticket.priority_class:<8} opened {opened}")

    def work(self) -> None:
        self.until("09:30")
        ticket = self.desk.reply(ref="T-3", body="Withdrawals are frozen. Is this you?", by=_SAM).ticket
        verdict = ticket.clock("first_response").verdict
        assert verdict is not None
        self.say(
            f"T-3 sam answers: first response {'met' if verdict.met else 'missed'}, due was {_at(verdict.due_at)}"
        )
        self.until("09:40")
        self.desk.reply(ref="T-2", body="请提供订单号。", by=_MEI)
        ticket = self.desk.wait_for_requester(ref="T-2", by=_MEI).ticket
        self.say(f"T-2 mei asks for the order number: {ticket.status}, resolution {self.state('T-2')}")
        # Nobody looks until eleven: what was due stands at its own time all the same.
        self.until("11:00")

    def state(self, ref: str) -> str:
        return self.desk.get(ref=ref).clock("resolution").state

    def waiting(self) -> None:
        self.until("13:40")
        self.desk.receive(ref="T-2", body="订单号是 20260302。", by="u-88")
        self.say(
            f"T-2 the requester answers: {self.desk.get(ref='T-2').status}, resolution {self.state('T-2')}"
        )
        self.until("14:00")
        self.desk.reply(ref="T-1", body="Settings, then Profile.", by=_SAM)
        self.desk.resolve(ref="T-1", by=_SAM)
        self.say("T-1 sam answers and resolves it")
        try:
            self.desk.resume(ref="T-1", by=_SAM)
        except TransitionRefused as refusal:
            self.say(
                f"T-1 {refusal.trigger!r} is refused in {refusal.status!r}; permitted: {', '.join(refusal.permitted)}"
            )

    def why(self) -> None:
        self.until("14:05")
        self.say("why is T-2 where it is?")
        for line in str(self.desk.explain(ref="T-2")).splitlines():
            terminal.line(f"         {line}")

    def evening(self) -> None:
        self.until("16:00")
        self.desk.resolve(ref="T-3", by=_SAM)
        self.say("T-3 resolved")
        self.until("17:30")
        self.desk.resolve(ref="T-2", by=_MEI)
        self.say("T-2 resolved")
        terminal.line()
        terminal.line("The day's verdicts:")
        for ref in _TITLES:
            ticket = self.desk.get(ref=ref)
            verdicts = ", ".join(f"{clock.target} {clock.state}" for clock in ticket.clocks)
            moves = sum(isinstance(event, StatusChanged) for event in self.desk.history(ref=ref))
            terminal.line(
                f"  {ref} {ticket.priority_class:<8} {ticket.status}, {moves} changes of status: {verdicts}"
            )
