"""One run: the real kernel and the real floor on a clock that jumps from event to event. No store, no JSON, no flow.

Whatever happens stands in one heap of (instant, number); two things at one instant happen in the order in which they were
put there. So a run is a function of its plan and its random numbers.
"""

from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from random import Random

from supportflow._time import MINUTE_US, Instant, from_us, to_us
from supportflow.exceptions import Refused, StepsMissing
from supportflow.kernel import Decision, Facts, decided, wakeup
from supportflow.kernel.casework import missing_evidence
from supportflow.model.base import StatusCategory
from supportflow.model.commands import (
    Accept,
    Advance,
    Cancel,
    CommandBase,
    CompleteStep,
    Decline,
    Offer,
    Receive,
    Reopen,
    Reply,
    Resolve,
    WaitForRequester,
)
from supportflow.model.content import ContentRef
from supportflow.model.events import EventBase
from supportflow.model.inside import inside
from supportflow.model.made import made
from supportflow.model.routing import AgentState
from supportflow.model.routing import Offer as Standing
from supportflow.routing.floor import Proposal, Rejected, Waiting
from supportflow.simulation.case import Case, own_events
from supportflow.simulation.crew import Crew
from supportflow.simulation.opening import Openings
from supportflow.simulation.plan import Plan
from supportflow.simulation.reading import Logged
from supportflow.simulation.tally import Follower, Passing, Tally, Waited

__all__ = ["World"]

TENANT = "simulation"
_TEXT = ContentRef.model_construct(id="simulated", commitment="0" * 64)
_TRY_AGAIN_US = 5 * MINUTE_US
"""When work that only a second agent can end, and none is there, is tried again."""
_ENDED = frozenset({StatusCategory.CLOSED, StatusCategory.CANCELLED})


class World:
    """One run.

    Args:
        plan: What happens.
        rng: Where every random number comes from.
        passing: Told how time passes.
        follower: Told what happens to each ticket.
    """

    def __init__(
        self, plan: Plan, rng: Random, passing: Passing | None = None, follower: Follower | None = None
    ) -> None:
        self.plan = plan
        self.tally = Tally(plan)
        # Apart, so that how agents answer changes nothing about the tickets that come.
        self._arriving, self._being, self._acting = (
            Random(rng.getrandbits(128))  # noqa: S311 - dice, not secrets
            for _ in range(3)
        )
        self._passing, self._follower = passing, follower
        self._book, self._policy = plan.book, plan.policy
        self._busy_in = plan.routing.busy_in
        self._cases: dict[int, Case] = {}
        self._history: dict[int, list[EventBase]] = {}
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = 0
        self._now_us = plan.start_us
        self._now: Instant = from_us(plan.start_us)
        self._more_to_come = True
        self._open = self.came = 0
        self._arrivals = plan.arrivals(self._arriving)
        self._openings = Openings()
        self._crew = Crew(plan, self.tally, self._at)

    def run(self) -> Tally:
        """Let it all happen."""
        self._next_arrival()
        heap, tally = self._heap, self.tally
        while heap and (self._more_to_come or self._open):
            at_us, _, happens = heappop(heap)
            if at_us > self.plan.limit_us:
                break
            if at_us > self._now_us:
                self._pass_to(at_us)
            happens()
            while self._crew.proposals:
                self._offer(self._crew.proposals.popleft())
        tally.pass_to(max(self._now_us, self.plan.end_us))
        for case in self._cases.values():
            if case.counts and case.open:
                tally.left_open(case.ticket, waited=case.waited)
        return tally

    def _pass_to(self, at_us: int) -> None:
        self.tally.pass_to(at_us)
        self._now_us, self._now = at_us, from_us(at_us)
        if self._passing is not None:
            self._passing(at_us - self.plan.start_us)

    def _at(self, at_us: int, happens: Callable[[], None]) -> None:
        self._numbers += 1
        heappush(self._heap, (at_us, self._numbers, happens))

    def _after(self, us: int, happens: Callable[[], None]) -> None:
        self._at(self._now_us + us, happens)

    # --- the floor

    def _offer(self, proposal: Proposal) -> None:
        """Offer what the floor proposes; what the kernel refuses is told to the floor, with what is true instead."""
        case = self._cases[int(proposal.ticket_id)]
        command = made(Offer, {}, ticket_id=proposal.ticket_id, agent=proposal.agent_id)
        try:
            self._do(case, command, proposal.agent_id)
        except Refused:
            self.tally.offers["refused"] += 1
            self._crew.tell(Rejected(proposal.ticket_id, proposal.agent_id))
            self._crew.tell(case.change(self._policy))
            self._crew.show(proposal.agent_id)

    # --- tickets

    def _next_arrival(self) -> None:
        row = next(self._arrivals, None)
        if row is None:
            self._more_to_come = False
        else:
            self._at(row.at_us, partial(self._come, row))

    def _come(self, row: Logged) -> None:
        """A ticket comes."""
        self._next_arrival()
        drawn = self.plan.draw(row, self._being)
        number = self.came
        self.came += 1
        requester = f"requester-{number}"
        command = self._openings.of(drawn, requester)
        facts = Facts(tenant=TENANT, ticket_id=f"{number:08d}")
        decision = decided(self._book, None, command, facts, self._now)
        case = Case(number, drawn, inside(decision.tickets[0]), counts=row.at_us >= self.plan.warm_us)
        self._cases[number] = case
        if case.counts:
            self.tally.arrived[case.first_class] += 1
        self._take_in(case, decision)
        if drawn.patient_us is not None and not case.waited:
            self._after(drawn.patient_us, partial(self._give_up, number))

    def _do(self, case: Case, command: CommandBase, *named: str) -> None:
        """Carry out a command on a ticket.

        Args:
            case: The ticket.
            command: The command.
            named: Ids of agents whom it concerns, besides those whom the ticket names.

        Raises:
            Refused: As `decide`.
        """
        ticket, known = case.ticket, self._crew.states
        agents: dict[str, AgentState] = {}
        if ticket.assignee in known:
            agents[ticket.assignee] = known[ticket.assignee]
        standing = ticket.routing.offer
        if standing is not None:
            agents[standing.agent] = known[standing.agent]
        for agent_id in named:
            agents[agent_id] = known[agent_id]
        history = tuple(self._history[case.number]) if self._policy.sla.looks_back else ()
        facts = Facts(tenant=TENANT, history=history, agents=agents)
        decision = decided(self._book, ticket, command, facts, self._now)
        if decision.events:
            self._take_in(case, decision)

    def _take_in(self, case: Case, decision: Decision) -> None:
        """What was decided has happened: count it, tell the floor, and see what follows."""
        for event in decision.events:
            self.tally.recorded(event, counts=case.counts)
        if self._policy.sla.looks_back:
            self._history.setdefault(case.number, []).extend(own_events(decision))
        case.ticket = inside(decision.tickets[0])
        if self._follower is not None:
            self._follower(case.number, decision.tickets[0], own_events(decision))
        self._crew.worked(decision.agents)
        self._count(case)
        seen = case.change(self._policy)
        waits = isinstance(seen, Waiting)
        if waits or case.on_floor:
            case.on_floor = waits
            self._crew.tell(seen)
        for state in decision.agents:
            self._crew.show(state.id)
        self._follow(case)

    def _count(self, case: Case) -> None:
        opened, waiting = case.difference(self._busy_in)
        if opened or waiting:
            self.tally.see(open_=opened, waiting=waiting)
            self._open += opened

    def _follow(self, case: Case) -> None:
        """What a ticket brings about by what it has become: work begins or stops, offers are answered, requesters write."""
        ticket = case.ticket
        wake_us = wakeup(ticket, self._policy)
        if wake_us != case.wake_us:
            case.wake_us = wake_us
            if wake_us is not None and wake_us < self.plan.limit_us:
                # A wake-up fires once its instant has passed.
                self._at(max(wake_us + 1, self._now_us), partial(self._wake, case.number))
        offer = ticket.routing.offer
        if offer is not case.offer and offer != case.offer:
            case.offer = offer
            if offer is not None:
                self._ask(case, offer)
        if ticket.status_category is StatusCategory.PENDING and not case.writes:
            case.writes = True
            self._after(self.plan.pending_answer(self._acting), partial(self._write, case))
        if ticket.status_category in _ENDED and (wake_us is None or wake_us >= self.plan.limit_us):
            self._forget(case)
        worker = ticket.assignee if ticket.status_category in self._busy_in else None
        if worker != case.worker:
            self._hand(case, worker)

    def _forget(self, case: Case) -> None:
        """Nothing will happen to it any more."""
        self._cases.pop(case.number, None)
        self._history.pop(case.number, None)

    def _wake(self, number: int) -> None:
        # By its number: what stands in the heap for hours must not keep a ticket that has long been forgotten.
        case = self._cases.get(number)
        if case is not None and case.wake_us is not None and case.wake_us < self._now_us:
            self._do(case, made(Advance, {}, ticket_id=case.ticket.id))

    # --- offers

    def _ask(self, case: Case, offer: Standing) -> None:
        """An agent is offered a ticket: they accept it, decline it, or do not answer."""
        answers = self.plan.scenario.answers
        roll = self._acting.random()
        delay_us = 0 if self.plan.answer_delay is None else self.plan.answer_delay(self._acting)
        if roll < answers.accept:
            self._after(delay_us, partial(self._answer, case, offer, Accept))
        elif roll >= answers.accept + answers.ignore:
            self._after(delay_us, partial(self._answer, case, offer, Decline))

    def _answer(self, case: Case, offer: Standing, kind: type[Accept] | type[Decline]) -> None:
        if case.ticket.routing.offer != offer:
            return  # it has passed, or was taken back
        by = self._crew.actors[offer.agent]
        try:
            self._do(case, made(kind, {}, ticket_id=case.ticket.id, by=by))
        except Refused:
            # The answer comes too late by the kernel's clock: what is due happens first.
            self._do(case, made(Advance, {}, ticket_id=case.ticket.id))

    # --- work

    def _hand(self, case: Case, worker: str | None) -> None:
        """Work on a ticket stops, and goes on with somebody else or later."""
        if case.worker is not None:
            case.left_us = max(case.ends_us - self._now_us, 1)
        case.worker = worker
        case.token += 1
        if worker is None:
            return
        first = not case.waited
        if first:
            self._wait_ended(case, served=True)
        case.ends_us = self._now_us + case.left_us
        work_us = case.left_us // 2 if case.asks else case.left_us
        self._after(work_us, partial(self._worked, case, case.token))
        if first and self.plan.scenario.first_reply == "start":
            self._reply(case)

    def _wait_ended(self, case: Case, *, served: bool) -> None:
        case.waited = True
        if case.counts:
            waited_us = self._now_us - to_us(case.ticket.opened_at)
            self.tally.wait_ended(case.first_class, Waited(case.number, waited_us, served))

    def _reply(self, case: Case) -> None:
        assert case.worker is not None
        self._do(
            case, made(Reply, {}, ticket_id=case.ticket.id, by=self._crew.actors[case.worker], body=_TEXT)
        )

    def _worked(self, case: Case, token: int) -> None:
        """The agent has come half-way, or to the end."""
        if token != case.token or case.worker is None:
            return
        if case.asks:
            case.asks = False
            if case.ticket.first_replied_at is None and self.plan.scenario.first_reply != "never":
                self._reply(case)
            try:
                self._do(
                    case,
                    made(WaitForRequester, {}, ticket_id=case.ticket.id, by=self._crew.actors[case.worker]),
                )
            except Refused:  # a lifecycle of the policy's own may not know it
                self._after(case.ends_us - self._now_us, partial(self._worked, case, token))
            return
        if case.ticket.first_replied_at is None and self.plan.scenario.first_reply == "end":
            self._reply(case)
        self._resolve(case)

    def _resolve(self, case: Case) -> None:
        assert case.worker is not None
        resolve = made(Resolve, {}, ticket_id=case.ticket.id, by=self._crew.actors[case.worker])
        try:
            try:
                self._do(case, resolve)
            except StepsMissing as undone:
                for step in undone.steps:
                    by = self._crew.doer(case.ticket, case.worker, step)
                    self._do(case, made(CompleteStep, {}, ticket_id=case.ticket.id, by=by, step=step))
                self._do(case, resolve)
        except Refused:
            self._resolve_by_another(case)
            return
        self._resolved(case)

    def _resolve_by_another(self, case: Case) -> None:
        """Four eyes: another agent of the tier ends it; without one it waits for one."""
        for agent_id in self._crew.others(case.ticket.tier, case.worker):
            try:
                resolve = made(Resolve, {}, ticket_id=case.ticket.id, by=self._crew.actors[agent_id])
                self._do(case, resolve, agent_id)
            except Refused:
                continue
            self._resolved(case)
            return
        self.tally.not_ended += 1
        case.ends_us = self._now_us + _TRY_AGAIN_US
        self._after(_TRY_AGAIN_US, partial(self._worked, case, case.token))

    def _resolved(self, case: Case) -> None:
        if not case.resolved:
            case.resolved = True
            if case.counts:
                took_us = self._now_us - to_us(case.ticket.opened_at)
                self.tally.ended(case.first_class, case.number, took_us)
        reopen = self.plan.scenario.reopen.share
        if reopen and self._acting.random() < reopen:
            back_us = self.plan.back_after(self._acting)
            if self._now_us + back_us < self.plan.end_us:
                self._after(back_us, partial(self._reopen, case))
                return
        if case.wake_us is None or case.wake_us >= self.plan.limit_us:
            self._forget(case)

    # --- requesters

    def _give_up(self, number: int) -> None:
        """The requester's patience is at its end, if nobody has the ticket yet."""
        case = self._cases.get(number)
        if case is None or case.waited or not case.ticket.is_open:
            return
        try:
            self._do(case, made(Cancel, {}, ticket_id=case.ticket.id, by=case.requester))
        except Refused:
            return  # only the tier's own agents end its tickets
        self._wait_ended(case, served=False)

    def _write(self, case: Case) -> None:
        """The requester answers what was asked."""
        case.writes = False
        ticket = case.ticket
        if ticket.status_category is StatusCategory.PENDING:
            evidence = dict.fromkeys(missing_evidence(ticket, self._policy), _TEXT)
            by = case.requester
            self._do(case, made(Receive, {}, ticket_id=ticket.id, by=by, body=_TEXT, evidence=evidence))

    def _reopen(self, case: Case) -> None:
        """The requester is back: the answer did not hold."""
        if case.ticket.status_category is not StatusCategory.RESOLVED:
            return
        case.left_us = case.drawn.again(self._acting)
        try:
            self._do(case, made(Reopen, {}, ticket_id=case.ticket.id, by=case.requester))
        except Refused:
            return  # the window for that is over
        if case.counts:
            self.tally.reopened += 1
