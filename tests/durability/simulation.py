"""Several desks over one store, driven call by call from one seed: who goes on, what is killed and lost, what time it is.

A flow asks for one call of a port after the other; between two of them anything can happen to the others. No threads, no
real time, no chance but the seed's: a seed tells the same story each time.
"""

import hashlib
import traceback
from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random

from durability import invariants
from durability.mutants import MUTANTS, Wrapped
from supportflow import Agent, Authority, MemoryStore, Policy, SlaPolicy, Target
from supportflow._time import from_us, to_us
from supportflow.exceptions import (
    ConflictError,
    StoreError,
    StoreUnavailable,
    SupportflowError,
    TicketNotFound,
)
from supportflow.flows import handle, tick
from supportflow.flows.commands.agents import handle_agent
from supportflow.flows.environment import Environment
from supportflow.flows.routing.dispatch import dispatch
from supportflow.flows.routing.floor import Dispatcher
from supportflow.flows.setup import new_environment
from supportflow.model import commands
from supportflow.model.people import HOST, Actor
from supportflow.policy.document.authority import HostAction
from supportflow.routing.policy import RoutingPolicy
from supportflow.testing import ManualClock

TENANT = "acme"
KINDS = {"ticket_opened", "sla_breached"}
TOPICS = ("event:ticket_opened", "event:sla_breached", "channel:web", "action", "floor")
PEOPLE = (Agent("ann", languages=("en",), capacity=2), Agent("bea", languages=("en",), capacity=1))
TIMED = SlaPolicy(name="all", targets=[Target.first_response(minutes=30)])
COMMON = {
    "name": "simulated",
    "routing": RoutingPolicy(
        languages=("en",), fallback_language="en", routes=({"name": "all"},), on_leave="requeue"
    ),
    "authority": Authority(levels=["basic"], host={"compensate": HostAction(limits={"expert": 5_000})}),
}
# Without clocks, too: what a clock records by itself could make good what was missed before.
TEMPLATES = tuple(
    new_environment(Policy(sla=sla, **COMMON), TENANT, sorted(KINDS), ["web"], None, acts=True)
    for sla in ([TIMED], [])
)
START_US = to_us(ManualClock("2026-03-02T09:00:00Z").now())
SECOND_US = 1_000_000
JUMPS_S = (1, 5, 20, 45, 120, 1_900, 1_900, -3, -60)
TRANSIENT = (StoreError, ConflictError)
MOST_STEPS = 20_000


class Killed(BaseException):
    """The process is gone."""


class Line(Wrapped):
    """The line to the store. It can break before a call has arrived, or after: then the reply is lost."""

    def __init__(self, store) -> None:
        super().__init__(store)
        self.fault = None
        self.after_calls = 0

    def __getattr__(self, name):
        method = getattr(self._store, name)

        def call(*values, **named):
            if self.fault is None or self.after_calls > 0:
                self.after_calls -= 1
                return method(*values, **named)
            fault, self.fault = self.fault, None
            if fault.startswith("lost"):
                method(*values, **named)
            raise Killed if fault.endswith("kill") else StoreUnavailable

        return call


@dataclass
class Process:
    """One desk: what it remembers is gone when it is killed."""

    name: str
    skew_us: int
    template: Environment
    flows: list = field(default_factory=list)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        for flow in self.flows:
            flow.steps.close()
        self.flows = []
        self.env = replace(self.template)
        self.dispatcher = Dispatcher()


@dataclass
class Wish:
    """Something that somebody wants done, and asks for until it is answered."""

    command: object
    text: str = ""
    answers: list = field(default_factory=list)
    refused: str = ""
    under_way: int = 0

    @property
    def settled(self) -> bool:
        return bool(self.answers or self.refused)


@dataclass
class Running:
    """A flow, and the call that it waits for."""

    process: Process
    name: str
    steps: object
    wish: Wish | None = None
    call: object = None


class World:
    """All of it.

    Args:
        seed: What happens.
        mutant: The mistake that the store has, by its name.
    """

    def __init__(self, seed: int, mutant: str | None = None) -> None:
        self.random = Random(seed)
        self.memory = MemoryStore()
        self.line = Line(self.memory)
        self.store = MUTANTS[mutant](self.line) if mutant else self.line
        self.now_us = START_US
        self.trace = []
        self.counted = 0
        self.sent, self.performed, self.handled = [], [], []
        self.broken = []
        self.faulty = True
        self.met = Counter()
        self.answered_offers = set()
        skews = (0, -2 * SECOND_US, 3 * SECOND_US)
        self.template = self.random.choice(TEMPLATES)
        self.processes = [Process(f"p{number}", skew, self.template) for number, skew in enumerate(skews)]
        self.wishes = self._wishes()

    # --- what is wanted ------------------------------------------------------------------------

    def _wishes(self):
        wishes = [Wish(commands.Enrol(agent_id=one.id, profile=one, by=HOST)) for one in PEOPLE]
        wishes += [
            Wish(commands.SetPresence(agent_id=one.id, presence="available", by=one.actor)) for one in PEOPLE
        ]
        refs = [str(number) for number in range(self.random.randint(2, 3))]
        wishes += [self._open(ref) for ref in refs]
        later = [self._later(number, self.random.choice(refs)) for number in range(self.random.randint(3, 6))]
        return wishes + later

    def _open(self, ref):
        fields = {"subject": "s", "body": f"body {ref}", "requester": "ana", "ref": ref, "channel": "web"}
        return Wish(
            commands.OpenTicket(by=Actor(kind="requester", id="ana"), key=f"open-{ref}", **fields),
            f"body {ref}",
        )

    def _later(self, number, ref):
        ann, key, text = PEOPLE[0].actor, f"key-{number}", f"text {number}"
        made = self.random.choice(("receive", "reply", "reply", "resolve", "act", "act", "leave", "return"))
        if made == "receive":
            return Wish(
                commands.Receive(ref=ref, body=text, by=Actor(kind="requester", id="ana"), key=key), text
            )
        if made == "reply":
            return Wish(commands.Reply(ref=ref, body=text, by=ann, key=key), text)
        if made == "resolve":
            return Wish(commands.Resolve(ref=ref, by=ann, key=key))
        if made == "act":
            return Wish(commands.RequestAction(ref=ref, by=ann, action="compensate", amount=5, key=key))
        one = self.random.choice(PEOPLE)
        presence = "offline" if made == "leave" else "available"
        return Wish(commands.SetPresence(agent_id=one.id, presence=presence, by=one.actor))

    def _answer_offers(self):
        """Whoever is offered a ticket accepts it, mostly."""
        for ticket in invariants.tickets(self.memory, TENANT):
            offer = ticket.routing.offer
            if offer is None or (ticket.id, offer.made_us) in self.answered_offers:
                continue
            self.answered_offers.add((ticket.id, offer.made_us))
            answer = commands.Accept if not self.faulty or self.random.random() < 0.8 else commands.Decline
            agent = Actor(kind="agent", id=offer.agent)
            key = f"answer-{ticket.id}-{len(self.answered_offers)}"
            self.wishes.append(Wish(answer(ticket_id=ticket.id, by=agent, key=key)))

    # --- what happens --------------------------------------------------------------------------

    def tell(self, text):
        self.trace.append(f"{self.counted} {self.now_us} {text}")

    def begin(self, process, name, steps, wish=None):
        running = Running(process, name, steps, wish)
        if wish is not None:
            wish.under_way += 1
        process.flows.append(running)
        self.tell(f"{process.name} begins {name}")
        self.resume(running, steps.send, None)

    def ask(self, process, wish):
        command = wish.command
        flow = handle_agent if isinstance(command, commands.AgentCommand) else handle
        self.begin(process, f"{command.kind} {getattr(command, 'key', '')}", flow(process.env, command), wish)

    def tick(self, process):
        self.begin(process, "tick", tick(process.env, 10))

    def dispatch(self, process):
        if not any(
            running.name == "dispatch" for running in process.flows
        ):  # as a desk has it: one at a time
            self.begin(process, "dispatch", dispatch(process.env, process.dispatcher, 10))

    def resume(self, running, how, value):
        """Let a flow go on to its next call, or to its end."""
        try:
            running.call = how(value)
        except StopIteration as stop:
            self.end(running, stop.value)
        except SupportflowError as error:
            self.end(running, error)

    def end(self, running, answer):
        running.process.flows.remove(running)
        self.tell(f"{running.process.name} ends {running.name}: {type(answer).__name__}")
        wish = running.wish
        if wish is None:
            if isinstance(answer, SupportflowError) and not isinstance(answer, TRANSIENT):
                self.broken.append(f"{running.name} raised {answer!r}")
            return
        wish.under_way -= 1
        if isinstance(answer, TRANSIENT) or (isinstance(answer, TicketNotFound) and self.faulty):
            return
        if isinstance(answer, SupportflowError):
            wish.refused = repr(answer)
        else:
            wish.answers.append(answer)

    def step(self, running):
        """Make the call that a flow waits for."""
        self.counted += 1
        if self.faulty and running.call.port == "store" and self.random.random() < 0.06:
            self.line.fault = self.random.choice(
                ("kill", "lost kill", "error", "error", "lost error", "lost error")
            )
            self.line.after_calls = self.random.choice((0, 0, 0, 1, 2))
        try:
            answer = self.make(running.process, running.call)
        except Killed:
            self.kill(running.process, "in a call")
        except Exception as error:  # noqa: BLE001 - as a desk does it: the flow decides what it means
            self.tell(
                f"{running.process.name} {running.call.port}.{running.call.method}: {type(error).__name__}"
            )
            self.met[type(error).__name__] += 1
            self.resume(running, running.steps.throw, error)
        else:
            self.tell(
                f"{running.process.name} {running.call.port}.{running.call.method}: {type(answer).__name__}"
            )
            self.met[type(answer).__name__] += 1
            self.resume(running, running.steps.send, answer)
        self.line.fault = None

    def kill(self, process, where):
        self.tell(f"{process.name} is killed {where}")
        self.met["killed"] += 1
        for running in process.flows:
            if running.wish is not None:
                running.wish.under_way -= 1
        process.restart()

    # --- the ports -----------------------------------------------------------------------------

    def make(self, process, call):
        if call.port == "store":
            return getattr(self.store, call.method)(*call.args, **(call.named or {}))
        if call.port == "clock":
            return from_us(self.now_us + process.skew_us)
        if call.port == "ids":
            return self.give(call.method)
        if call.port == "pause":
            return None
        return self.reach(call)

    def give(self, method):
        if method == "chance":
            return self.random.random()
        self.given = getattr(self, "given", 0) + 1
        return f"{self.given:08d}" if method == "new_id" else self.given.to_bytes(32)

    def reach(self, call):
        """The world outside: a channel, a host, a handler. It fails sometimes, and sometimes after it has done it."""
        luck = self.random.random() if self.faulty else 1.0
        if luck < 0.05:
            raise ConnectionError
        (what,) = call.args
        if call.port == "channel":
            self.sent.append(what.key)
        elif call.port == "actions":
            self.performed.append(what.key)
        else:
            self.handled.append((call.method, what.model_dump_json()))
        if luck < 0.1:
            raise TimeoutError
        return "receipt"

    # --- the story -----------------------------------------------------------------------------

    def run(self, steps=250):
        """Chaos for so many steps, then peace until nothing is left to do. What is broken, in words."""
        try:
            for _ in range(steps):
                self.turn()
            self.faulty = False
            self.tell("peace")
            self.settle()
            return self.broken + self.violations()
        except Exception:  # noqa: BLE001 - a flow that fails in a way of its own is broken as well, and its seed is wanted
            return [*self.broken, traceback.format_exc()]

    def turn(self):
        """Something happens."""
        luck, process = self.random.random(), self.random.choice(self.processes)
        if luck < 0.03:
            self.now_us += self.random.choice(JUMPS_S) * SECOND_US
        elif luck < 0.04:
            self.kill(process, "between two calls")
        elif luck < 0.06:
            self.tick(process)
        elif luck < 0.09:
            self.dispatch(process)
        elif luck < 0.11:
            self._answer_offers()
        elif luck < 0.20 or not any(one.flows for one in self.processes):
            open_ = [wish for wish in self.wishes if not wish.settled]
            # Sometimes the same is asked for twice, also at once, also after it was answered.
            again = self.random.random() < 0.15
            wanted = self.wishes if again else [wish for wish in open_ if not wish.under_way]
            if wanted:
                self.ask(process, self.random.choice(wanted) if again else wanted[0])
        else:
            busy = [running for one in self.processes for running in one.flows]
            self.step(self.random.choice(busy))

    def finish(self, process):
        """Let a process end what it does."""
        while process.flows:
            self.step(process.flows[0])
            if self.counted > MOST_STEPS:
                raise AssertionError("it goes on for ever")

    def settle(self):
        """Each process goes on as it is, with what it remembers; until nothing will ever be due."""
        quiet = 0
        while quiet < 2:
            self._answer_offers()
            asked = [wish for wish in self.wishes if not wish.settled]
            for wish in asked:
                self.ask(self.processes[0], wish)
                self.finish(self.processes[0])
            before = self.recorded()
            for process in self.processes:
                self.finish(process)
            self.tick(self.processes[0])
            self.finish(self.processes[0])
            for process in sorted(self.processes, key=self.leads, reverse=True):
                self.dispatch(process)
                self.finish(process)
            if asked or self.recorded() > before or self.wait():
                quiet = 0
            else:
                quiet += 1
                # Long enough for another dispatcher, if the one that led is no more.
                self.now_us = max(self.now_us, *self.leaders().values()) + 5 * SECOND_US

    def recorded(self):
        return sum(row.version for row in (*self.rows(), *self.memory.agents(TENANT)))

    def leaders(self):
        return dict(self.memory._tenants[TENANT].leaders.values())

    def leads(self, process):
        """Who leads stays in time: nobody takes over from them, and makes good what they have missed."""
        return process.dispatcher.holder in self.leaders()

    def rows(self):
        return invariants.ticket_rows(self.memory, TENANT)

    def wait(self):
        """Until the next thing is due; False if nothing will ever be."""
        data = self.memory._tenants[TENANT]
        due = [row.wakeup_us for row in self.rows() if row.wakeup_us is not None]
        due += [waiting.row.next_us for waiting in data.outbox.rows.values() if not waiting.dead]
        due += [until_us for until_us, _ in data.claims.values()]
        due = [at_us for at_us in due if at_us > self.now_us]
        if not due:
            return False
        self.now_us = min(due) + 5 * SECOND_US  # by the slowest of the clocks, too
        return True

    # --- what must be true ---------------------------------------------------------------------

    def violations(self):
        store = self.memory
        found = invariants.violations(store, TENANT, self.template.book.current)
        keyed = [wish for wish in self.wishes if wish.answers and getattr(wish.command, "key", None)]
        found += invariants.spans(store, TENANT, [wish.command.key for wish in keyed])
        for wish in keyed:
            first = wish.answers[0]
            if any((one.ticket.id, one.events) != (first.ticket.id, first.events) for one in wish.answers):
                found.append(f"{wish.command.key} was answered in different ways")
        texts = self.texts()
        for wish in self.wishes:
            if wish.text and texts[wish.text] != bool(wish.answers):
                found.append(
                    f"{wish.text!r} stands {texts[wish.text]} times, {len(wish.answers)} answers: {wish.refused}"
                )
        found += invariants.deliveries(store, TENANT, self.made(), KINDS, {"web"})
        found += invariants.actions(store, TENANT, self.performed)
        found += [f"{one} is due" for one in store.due(TENANT, self.now_us - 10 * SECOND_US, 10)]
        return found + self.overlooked() + invariants.left_over(store, TENANT, TOPICS)

    def texts(self):
        """How often each text stands in the events of some ticket."""
        bodies = []
        for row in self.rows():
            history = invariants.history(self.memory, TENANT, row.id)
            bodies += [event.body.id for event in history if getattr(event, "body", None) is not None]
        contents = self.memory.contents(TENANT, bodies)
        return Counter(contents[body].value for body in bodies)

    def made(self):
        numbers = {
            event.model_dump_json(): (row.id, seq)
            for row in self.rows()
            for seq, event in enumerate(invariants.history(self.memory, TENANT, row.id), 1)
        }
        for key in self.sent:
            ticket_id, seq, _ = key.split(":")
            yield "channel:web", ticket_id, int(seq)
        for kind, event in self.handled:
            yield f"event:{kind}", *numbers[event]

    def overlooked(self):
        """Tickets that wait although somebody could take them."""
        states = [invariants.agent(row) for row in self.memory.agents(TENANT)]
        free = [one.id for one in states if one.presence == "available" and one.used < one.agent.capacity]
        waiting = [invariants.ticket(row) for row in self.rows() if row.queued]
        return [
            f"ticket {ticket.ref} waits, and {name} is free"
            for ticket in waiting
            for name in free
            if name not in {*ticket.routing.declined, *ticket.routing.barred}
        ]

    def digest(self):
        """Of all that has happened, and of all that is stored."""
        stored = [repr((row, self.memory.events(TENANT, f"ticket:{row.id}"))) for row in self.rows()]
        return hashlib.sha256("\n".join(self.trace + stored).encode()).hexdigest()
