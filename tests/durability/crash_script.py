"""A fixed script of commands, ticks and dispatches. Told again from its beginning by another process, it goes on."""

import json
import os
from pathlib import Path

from supportflow import Agent, Authority, Desk, Policy, SlaPolicy, Target
from supportflow.events import SlaBreached, TicketOpened
from supportflow.model.commands import Accept
from supportflow.policy import CompiledPolicy
from supportflow.policy.document.authority import HostAction
from supportflow.routing.policy import RoutingPolicy
from supportflow.testing import ManualClock

START = "2026-03-02T09:00:00Z"
ROUTES = ({"name": "all", "when": {"field": "category", "eq": "asked"}},)
ROUTING = RoutingPolicy(languages=("en",), fallback_language="en", routes=ROUTES)
POLICY = Policy(
    name="durable",
    sla=[SlaPolicy(name="all", targets=[Target.first_response(minutes=30), Target.resolution(hours=4)])],
    routing=ROUTING,
    authority=Authority(levels=["basic"], host={"compensate": HostAction(limits={"expert": 5_000})}),
)
COMPILED = CompiledPolicy(POLICY)
KINDS = {"ticket_opened", "sla_breached"}
TOPICS = ("event:ticket_opened", "event:sla_breached", "channel:web", "action", "floor")
KEYS = (
    "open-1", "open-2", "open-3", "mail-1", "reply-1", "reply-2", "accept-1", "accept-2", "pay-1", "resolve-1", "reply-3",
)  # fmt: skip


class Journal:
    """What the world outside has seen: lines of a file that a killed process leaves behind."""

    def __init__(self, path: Path, before, after) -> None:
        self._path, self._before, self._after = path, before, after

    def write(self, **line) -> None:
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, f"{json.dumps(line)}\n".encode())
        os.close(file)

    def _heard(self, what, **line) -> None:
        self._before(what)
        self.write(what=what, **line)
        self._after(what)

    def send(self, message, /) -> None:
        _, seq, _ = message.key.rsplit(":", 2)
        self._heard("send", topic="channel:web", ticket=message.ticket_id, seq=int(seq), key=message.key)

    def perform(self, call, /) -> str:
        self._heard("perform", key=call.key)
        return f"receipt of {call.key}"

    def handle(self, event, /) -> None:
        self._heard(
            "handle", topic=f"event:{event.kind}", ticket=event.ticket_id, event=event.model_dump_json()
        )


class Script:
    """The script, on a desk of its own."""

    def __init__(self, store, journal: Journal, tenant: str) -> None:
        self.clock = ManualClock(START)
        self.journal = journal
        self.desk = Desk(
            POLICY,
            store=store,
            clock=self.clock,
            tenant=tenant,
            channels={"web": journal},
            actions=journal,
            on={TicketOpened: journal.handle, SlaBreached: journal.handle},
        )

    def _answered(self, key, outcome) -> None:
        events = [event.model_dump_json() for event in outcome.events]
        self.journal.write(what="answer", key=key, ticket=outcome.ticket.id, events=events)

    def _do(self, verb, *, key, **fields) -> None:
        self._answered(key, getattr(self.desk, verb)(key=key, **fields))

    def _take(self, ref, key) -> None:
        ticket = self.desk.get(ref=ref)
        if ticket.assignee is None and ticket.routing.offer is None:
            # The dispatcher before may still count as the leader, until it has not been heard of for long enough.
            while not self.desk.dispatch().leading:
                self.clock.advance(seconds=31)
        command = Accept(ticket_id=ticket.id, by=Agent("ann").actor, key=key)
        self._answered(key, self.desk.handle(command))

    def run(self) -> None:
        desk, clock = self.desk, self.clock
        desk.enrol(Agent("ann", languages=("en",), capacity=3))
        desk.set_presence("ann", "available")
        # Nobody will ever look at the third: what becomes of it is up to its wake-ups.
        for number, category in (("1", "asked"), ("2", "asked"), ("3", "left alone")):
            opened = {"ref": number, "subject": "s", "body": "b", "requester": "ana", "category": category}
            self._do("open", key=f"open-{number}", **opened)
        for _ in range(2):  # a mail server that did not hear that it arrived
            self._do("receive", key="mail-1", ref="1", body="more", by="ana")
        for key in ("reply-1", "reply-2"):
            self._do("reply", key=key, ref="1", body=key, by="ann")
        self._take("1", "accept-1")
        self._take("2", "accept-2")
        self._do("request_action", key="pay-1", ref="1", action="compensate", amount=700, by="ann")
        desk.run_due()
        clock.advance(minutes=40)
        desk.run_due()
        self._do("resolve", key="resolve-1", ref="1", by="ann")
        self._do("reply", key="reply-3", ref="2", body="late", by="ann")
        desk.run_due()
        desk.dispatch()

    def finish(self) -> None:
        """Until everything that will ever be due has happened."""
        for minutes in (2, 3, 300, 5, 60 * 24 * 60, 5):
            self.clock.advance(minutes=minutes)
            self.desk.run_due()
            self.desk.dispatch()
