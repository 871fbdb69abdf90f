"""A day at the desk of an exchange: who writes, who answers, and a crash of the market at noon.

The desk is a real one, under the shipped preset; only the people and the time are made up. Everything that happens stands in
a heap by its instant, and chance comes from one seed: so a day is the same every time.
"""

import heapq
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from supportflow._time import from_us, instant, to_us
from supportflow.channels import MemoryActions
from supportflow.cli.demo.board import Board
from supportflow.cli.demo.tally import Tally
from supportflow.cli.demo.team import BOT, team
from supportflow.cli.demo.words import written
from supportflow.desk import Desk
from supportflow.exceptions import Refused
from supportflow.model.events import EventBase, OfferMade
from supportflow.model.people import Actor
from supportflow.model.ticket import Outcome, Ticket
from supportflow.policy.presets import preset
from supportflow.ports import Store
from supportflow.testing import CountingIds, ManualClock

__all__ = ["CRASH", "ExchangeDay"]

CRASH = range(12, 14)
"""Hours (UTC) in which ten times as many people write."""
_CRASH_FACTOR = 10
# Arrivals by hour, UTC: seven of ten customers live in Asia.
_BY_HOUR = (9, 10, 11, 12, 12, 11, 11, 10, 10, 9, 9, 9, 10, 10, 9, 8, 7, 6, 5, 5, 5, 6, 7, 8)
_HOUR_US = 3_600_000_000
_MINUTE_US = 60_000_000
_SECOND_US = 1_000_000
_SLOT_US = 5 * _SECOND_US
_MINUTES = 24 * 60
# Minutes of work with a ticket, from its acceptance to its end: half of them take longer.
_WORK = {"security": 16.0, "dispute": 30.0, "general": 11.0}
_BOT_SOLVES = 0.55
_THE_BOT = Actor(kind="bot", id=BOT)


class ExchangeDay:
    """The day.

    Args:
        tickets: How many come in.
        seed: Of all chance.
        board: Shows how it goes.
        store: Where the desk keeps everything; in memory if not given.
    """

    def __init__(self, tickets: int, seed: int, board: Board, store: Store | None = None) -> None:
        self._chance = Random(seed)  # noqa: S311 - people, not secrets
        self._board = board
        self._start_us = to_us(instant("2026-06-01T00:00:00Z", "start"))
        self._clock = ManualClock("2026-06-01T00:00:00Z")
        # Everybody writes once: looking for other cases of the same person would find none, and take its time.
        # The bot is one of the made-up people, too.
        policy = preset("exchange").model_copy(update={"identity": None, "bot": None})
        self.desk = Desk(policy, store=store, clock=self._clock, ids=CountingIds(), actions=MemoryActions())
        self.tally = Tally()
        self._heap: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._number = 0
        self._now_us = self._start_us
        self._open: dict[str, Ticket] = {}
        self._compliance: list[str] = []
        self._steps = {name: procedure.steps for name, procedure in policy.procedures.items()}
        for agent in team(tickets):
            self.desk.enrol(agent)
            self.desk.set_presence(agent, "available")
            if "compliance" in agent.tiers:
                self._compliance.append(agent.id)
        self._customers(tickets)

    def run(self) -> None:
        """Let the day go by."""
        for minute in range(_MINUTES):
            end_us = self._start_us + (minute + 1) * _MINUTE_US
            while self._heap and self._heap[0][0] < end_us:
                self._slot(self._heap[0][0])
            self._set(end_us)
            self._look_after()
            if (minute + 1) % self._board.every_minutes == 0:
                self._board.show(minute + 1, end_us, self.tally, crash=minute // 60 in CRASH)
        for ticket_id in self._open:
            ticket = self.desk.get(ticket_id)
            self.tally.classes[ticket.priority_class].judge(ticket)

    # --- time ----------------------------------------------------------------------------------

    def _customers(self, tickets: int) -> None:
        weights = [weight * (_CRASH_FACTOR if hour in CRASH else 1) for hour, weight in enumerate(_BY_HOUR)]
        for hour in self._chance.choices(range(24), weights, k=tickets):
            at_us = self._start_us + hour * _HOUR_US + self._chance.randrange(_HOUR_US)
            self._at(at_us, self._write)

    def _at(self, at_us: int, what: Callable[..., None], *told: Any) -> None:
        self._number += 1
        heapq.heappush(self._heap, (at_us, self._number, what, told))

    def _in(self, seconds: float, what: Callable[..., None], *told: Any) -> None:
        self._at(self._now_us + int(seconds * _SECOND_US), what, *told)

    def _set(self, at_us: int) -> None:
        self._now_us = at_us
        self._clock.set(from_us(at_us))

    def _slot(self, first_us: int) -> None:
        """Everything of a few seconds, each at its own instant; then the desk offers what waits."""
        end_us = first_us + _SLOT_US
        while self._heap and self._heap[0][0] < end_us:
            at_us, _, what, told = heapq.heappop(self._heap)
            self._set(at_us)
            what(*told)
        self._dispatch()

    def _look_after(self) -> None:
        """What a worker does every few seconds."""
        tick = self.desk.run_due()
        self._noted(tick.events)
        self._dispatch()

    def _dispatch(self) -> None:
        done = self.desk.dispatch()
        self._noted(done.events)
        for event in done.events:
            if isinstance(event, OfferMade):
                self._asked(event)

    def _noted(self, events: tuple[EventBase, ...]) -> None:
        self.tally.note(events)
        for event in events:
            # A ladder or an agent's leave can move a ticket; what it is now, only the desk knows.
            if event.kind in {"handed_over", "priority_changed"}:
                self._waits(self.desk.get(event.ticket_id))  # type: ignore[attr-defined]

    def _did(self, outcome: Outcome) -> Ticket:
        self.tally.note(outcome.events)
        return outcome.ticket

    # --- customers -----------------------------------------------------------------------------

    def _write(self) -> None:
        message = written(self._chance)
        self._number += 1
        ticket = self._did(
            self.desk.open(
                subject=message.text,
                requester=f"customer-{self._number}",
                channel=message.channel,
                language=message.language,
                category=message.category,
            )
        )
        self.tally.classes[ticket.priority_class].arrived += 1
        self._open[ticket.id] = ticket
        if ticket.status == "pending":
            self._in(self._chance.uniform(90, 2_400), self._answer, ticket.id)
        self._waits(ticket)

    def _answer(self, ticket_id: str) -> None:
        ticket = self.desk.get(ticket_id)
        if ticket.status == "pending":
            self._waits(self._did(self.desk.receive(ticket, body="...", by=ticket.requester)))

    def _waits(self, ticket: Ticket) -> None:
        """Note that a ticket waits for a person, if it does."""
        for count in self.tally.classes.values():
            since = count.waiting.pop(ticket.id, None)
            if since is not None:
                break
        else:
            since = None
        needs = ticket.routing.requirement
        if ticket.assignee is None and ticket.status in {"new", "open"} and needs and needs.tier != BOT:
            self.tally.classes[ticket.priority_class].waiting[ticket.id] = since or self._now_us

    # --- whoever is asked ----------------------------------------------------------------------

    def _asked(self, event: OfferMade) -> None:
        if event.agent == BOT:
            self._in(1, self._bot_takes, event.ticket_id)
            return
        mood = self._chance.random()
        if mood < 0.03:  # noqa: PLR2004 - three of a hundred
            self._in(self._chance.uniform(3, 15), self._declines, event.ticket_id, event.agent)
        elif mood < 0.98:  # noqa: PLR2004 - two of a hundred look elsewhere until the offer has passed
            self._in(self._chance.uniform(2, 20), self._takes, event.ticket_id, event.agent)

    def _declines(self, ticket_id: str, agent: str) -> None:
        try:
            self._did(self.desk.decline(ticket_id, by=agent, reason="busy"))
        except Refused:
            self.tally.kinds["overtaken"] += 1

    def _takes(self, ticket_id: str, agent: str) -> None:
        try:
            ticket = self._did(self.desk.accept(ticket_id, by=agent))
        except Refused:  # withdrawn meanwhile: the ticket waits for its customer, or for somebody else
            self.tally.kinds["overtaken"] += 1
            return
        count = self.tally.classes[ticket.priority_class]
        count.waits_us.append(self._now_us - count.waiting.pop(ticket_id, self._now_us))
        minutes = self._chance.lognormvariate(0, 0.5) * _WORK[ticket.priority_class]
        self._in(min(minutes * 12, 90), self._replies, ticket_id, agent)
        self._in(minutes * 60 + 90, self._ends, ticket_id, agent)

    def _replies(self, ticket_id: str, agent: str) -> None:
        self._did(self.desk.reply(ticket_id, body="We are looking into it.", by=agent))

    def _ends(self, ticket_id: str, agent: str) -> None:
        ticket = self.desk.get(ticket_id)
        other = next(one for one in self._compliance if one != agent)
        self._unfreeze(ticket, agent, other)
        for step in self._steps.get(ticket.category or "", ()):
            if step.mandatory:
                by = other if step.name in {"risk_check", "second_review"} else agent
                self._did(self.desk.complete_step(ticket, step=step.name, by=by))
        done = self._did(self.desk.resolve(ticket, by=other if ticket.tier == "compliance" else agent))
        self._over(done).resolved += 1

    def _unfreeze(self, ticket: Ticket, agent: str, other: str) -> None:
        """What was frozen at once is released after a look at the customer's face, and when a second person agrees."""
        frozen = [one for one in ticket.actions if one.action == "freeze" and one.state == "done"]
        if frozen:
            valid = timedelta(hours=1)
            self._did(self.desk.verify(ticket, level="liveness", valid_for=valid, method="video", by=agent))
            asked = self._did(self.desk.undo_action(ticket, number=frozen[0].id, by=agent))
            self._did(self.desk.decide_action(ticket, number=asked.actions[-1].id, approve=True, by=other))

    # --- the bot -------------------------------------------------------------------------------

    def _bot_takes(self, ticket_id: str) -> None:
        try:
            ticket = self._did(self.desk.accept(ticket_id, by=_THE_BOT))
        except Refused:
            self.tally.kinds["overtaken"] += 1
            return
        self._did(self.desk.reply(ticket, body="Here is what helps in most cases.", by=_THE_BOT))
        knows = ticket.category not in self._steps and self._chance.random() < _BOT_SOLVES
        self._in(self._chance.uniform(30, 240), self._bot_ends if knows else self._bot_hands_over, ticket_id)

    def _bot_ends(self, ticket_id: str) -> None:
        self._over(self._did(self.desk.resolve(ticket_id, by=_THE_BOT))).by_bot += 1

    def _bot_hands_over(self, ticket_id: str) -> None:
        said = "the article did not help"
        self._waits(self._did(self.desk.hand_over(ticket_id, tier="expert", by=_THE_BOT, summary=said)))

    def _over(self, ticket: Ticket) -> Any:
        del self._open[ticket.id]
        count = self.tally.classes[ticket.priority_class]
        count.judge(ticket)
        return count
