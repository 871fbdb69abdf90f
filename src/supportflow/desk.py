"""`Desk`: the flows, driven with plain calls."""

import time
from collections.abc import Callable, Collection, Mapping
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from types import TracebackType
from typing import Any, Self, TypeVar

from supportflow import _forks
from supportflow.driving import call_within, make_known
from supportflow.exceptions import DeskClosed, InvalidInput
from supportflow.flows import (
    Call,
    Environment,
    Flow,
    Tick,
    Verbs,
    desk_stream,
    handle,
    idle_for,
    keeping,
    policies,
    queries,
    reading,
    surges,
    tick,
)
from supportflow.flows.agents import all_agents, get_agent
from supportflow.flows.delivering import never
from supportflow.flows.dispatching import Dispatched, Dispatcher, dispatch, resign, why_not
from supportflow.flows.handlers import kinds_of, past_of
from supportflow.flows.placing import PlaceIndex, queue_position
from supportflow.flows.rechecking import Misplaced, link, misplaced
from supportflow.flows.recomputing import Recomputed, recompute
from supportflow.flows.results import Row, Rows
from supportflow.flows.retention import Retained, RetainedKind, apply_retention
from supportflow.flows.screen import screen
from supportflow.flows.setup import (
    OPTIONAL,
    channels_of,
    new_environment,
    plain_only,
    ports_of,
    span_us,
    topics_of,
)
from supportflow.flows.telling import tell
from supportflow.flows.verbs import By, TicketName, named
from supportflow.flows.verbs_actions import ActionVerbs
from supportflow.flows.verbs_reading import ReadingVerbs
from supportflow.flows.verbs_routing import RoutingVerbs, agent_id
from supportflow.flows.zone_data import ZoneData, zone_data
from supportflow.kernel.explain import Explanation
from supportflow.model.commands import AgentCommand, CommandBase
from supportflow.model.events import EventBase
from supportflow.model.feed import Feed
from supportflow.model.people import Agent, actor
from supportflow.model.routing import AgentState
from supportflow.model.storage import DeadLetter
from supportflow.model.surges import ActiveSurge
from supportflow.model.ticket import Evidence, Message, Outcome, Page, Ticket
from supportflow.model.turns import Screen
from supportflow.policy import Policy
from supportflow.ports import (
    Channel,
    Classifier,
    Clock,
    ContextProvider,
    HostActions,
    Ids,
    KnowledgeSource,
    LanguageDetector,
    Pauses,
    Responder,
    Store,
    Suggester,
)
from supportflow.routing.whynot import Reason
from supportflow.sla.reading import ClockReading
from supportflow.stores.memory import MemoryStore
from supportflow.system import SystemClock, SystemIds
from supportflow.triage.official import AddressCheck

__all__ = ["Desk", "Handler"]

T = TypeVar("T")
Handler = Callable[[Any], object]
"""Takes one event."""


class Desk(
    Verbs[Outcome],
    ActionVerbs[Outcome],
    RoutingVerbs[Outcome, AgentState],
    ReadingVerbs[Feed, str, Row, Rows, Mapping[str, Ticket]],
    _forks.Fork,
):
    """A support desk of one tenant. Thread-safe.

    Args:
        policy: How it works; a plain desk without an SLA if not given.
        store: Where it keeps everything; in memory if not given.
        channels: Name → channel by which replies leave. A ticket's replies leave by the channel that it came in by.
        on: Event class → handler, called by `run_due` at least once for each event. Of the past it hears only as
            `WithPast(handler)`.
        classifier: A model of the host's that reads texts besides the policy's rules.
        responder: Answers for the bot in the policy's first line, in `run_due`.
        knowledge: Where articles come from, for the bot and for the agent's screen.
        context: What is known of a requester, for the bot and for the agent's screen.
        suggester: Drafts replies for the agent's screen.
        languages: Tells the language of texts that the shipped detection is undecided about, such as `LangidDetector()`.
        actions: Does what tickets ask of the host: freezes, unlocks, pays.
        clock: Tells the time.
        ids: Gives ids, salts and chance.
        tenant: Whose tickets these are.
        secret: Key for fingerprints of idempotent requests: with it, the same key for another text is noticed.

    Raises:
        PolicyError: If the policy is wrong.
    """

    def __init__(
        self,
        policy: Policy | None = None,
        *,
        store: Store | None = None,
        channels: Mapping[str, Channel] | None = None,
        on: Mapping[type[EventBase], Handler] | None = None,
        classifier: Classifier | None = None,
        responder: Responder | None = None,
        knowledge: KnowledgeSource | None = None,
        context: ContextProvider | None = None,
        suggester: Suggester | None = None,
        languages: LanguageDetector | None = None,
        actions: HostActions | None = None,
        clock: Clock | None = None,
        ids: Ids | None = None,
        tenant: str = "default",
        secret: bytes | None = None,
    ) -> None:
        self._ports: dict[str, Any] = {
            "store": MemoryStore() if store is None else store,
            "clock": SystemClock() if clock is None else clock,
            "ids": SystemIds() if ids is None else ids,
            "classifier": classifier,
            **ports_of(
                plain=True,
                responder=responder,
                knowledge=knowledge,
                context=context,
                suggester=suggester,
                languages=languages,
            ),
            "actions": actions,
        }
        clock = self._ports["clock"]
        self._pause: Callable[[float], object] = clock.pause if isinstance(clock, Pauses) else time.sleep
        self._channels = channels_of(channels)
        self._handlers = kinds_of({} if on is None else on)
        plain_only(self._handlers, self._channels)
        self._known: Environment = new_environment(
            policy,
            tenant,
            self._handlers,
            self._channels,
            secret,
            asks_model=classifier is not None,
            ports={name: self._ports[name] for name in OPTIONAL},
            acts=actions is not None,
            past=past_of({} if on is None else on),
        )
        self._closed = False
        self._after_fork_in_child()
        _forks.watch(self)

    def _after_fork_in_child(self) -> None:
        """Dispatch under a name of its own: what the parent leads in, this process does not."""
        self._dispatcher = Dispatcher()
        self._known.running = {}  # the parent's threads are not here
        self._dispatching = Lock()
        self._places, self._placing = PlaceIndex(), Lock()

    # --- the driver ----------------------------------------------------------------------------

    @property
    def _env(self) -> Environment:
        """What a flow works with; drawn anew for each, where what it writes may be undone."""
        tentative = getattr(self._ports["store"], "tentative", False) is True
        return self._known.drawn() if tentative else self._known

    def _call(self, call: Call) -> Any:
        if call.port == "pause":
            return self._pause(*call.args)
        if call.port == "running":
            return call.args[0].wait(call.args[1])
        if call.within_s is not None:
            return call_within(call.within_s, partial(self._make, call), detach=call.detach)
        return self._make(call)

    def _make(self, call: Call) -> Any:
        if call.port == "handler":
            return self._handlers[call.method](*call.args)
        if call.port == "channel":
            return self._channels[call.method].send(*call.args)
        return getattr(self._ports[call.port], call.method)(*call.args, **(call.named or {}))

    def _run(self, flow: Flow[T]) -> T:
        if self._closed:
            flow.close()
            raise DeskClosed
        try:
            call = next(flow)
            while True:
                try:
                    answer = self._call(call)
                except Exception as error:  # noqa: BLE001 - thrown into the flow, which decides what it means
                    call = flow.throw(error)
                else:
                    call = flow.send(answer)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]
        finally:
            flow.close()
            make_known(self._known.noticed)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the desk and its store. A ticket is closed by `close_ticket`."""
        if not self._closed:
            self._closed = True
            self._ports["store"].close()

    def within(self, connection: Any, /) -> Self:
        """This desk inside a transaction that the host has open: the host's rows and the desk's commit together, or neither.

        Each command is a savepoint of it. A conflict with others is not tried again: it raises `ConflictError`.

        Args:
            connection: An SQLAlchemy connection or session; a `sqlite3` or `psycopg` connection; or Django's `connection`.

        Raises:
            InvalidInput: If the desk's store or the connection cannot do that, or no transaction is open.
        """
        store = self._ports["store"]
        if not hasattr(store, "within"):
            raise InvalidInput("store", "keeps nothing in a database that a host could have a transaction on")
        joined = copy(self)
        joined._ports = {**self._ports, "store": store.within(connection)}  # noqa: SLF001 - of this very class
        # Its own: a policy that is taken into use in there is this desk's only if the host goes on with it.
        joined._known = replace(self._known)  # noqa: SLF001 - the same
        joined._after_fork_in_child()  # noqa: SLF001 - the same
        return joined

    # --- commands ------------------------------------------------------------------------------

    def handle(self, command: CommandBase) -> Outcome:
        """Carry out any command.

        Raises:
            SupportflowError: If it is refused, wrong, or cannot be stored; nothing was changed then.
        """
        return self._run(handle(self._env, command))

    def handle_agent(self, command: AgentCommand) -> AgentState:
        """Carry out any command on an agent.

        Raises:
            SupportflowError: If it is wrong, or cannot be stored; nothing was changed then.
        """
        return self._run(tell(self._env, command))

    def run_due(
        self, *, limit: int = 1_000, stop: Callable[[], bool] | None = None, wait: bool = True
    ) -> Tick:
        """Let happen all that is due (warnings, breaches, steps of ladders, automatic closing), then deliver what waits.

        Call it every few seconds, from any number of processes. How often changes nothing but how soon people hear of it.

        Args:
            limit: How many tickets, and how many deliveries, at most; call again while it reports that many.
            stop: Asked before each ticket and each delivery. True ends it soon, and gives back what was claimed.
            wait: Whether to wait in the end for deliveries that take longer than a second: the others go on beside them. One
                that takes longer than half a minute counts as failed.
        """
        return self._run(tick(self._env, limit, never if stop is None else stop, wait=wait))

    def tick(self, *, limit: int = 1_000, stop: Callable[[], bool] | None = None) -> Tick:
        """The same as `run_due`."""
        return self.run_due(limit=limit, stop=stop)

    def idle_for(self, *, at_most: timedelta) -> timedelta:
        """How long no ticket will be due, at most so long; zero if one is due now. For whoever calls `run_due` in a loop.

        Deliveries, and what other processes do meanwhile, are not known ahead: so do not wait longer than they may.

        Args:
            at_most: The longest answer, up to a day.

        Raises:
            InvalidInput: If that is no such duration.
        """
        return timedelta(microseconds=self._run(idle_for(self._env, span_us(at_most))))

    def dispatch(self, *, limit: int = 1_000) -> Dispatched:
        """Offer what waits to the agents who can take it, the most urgent first.

        Call it often, after `run_due`: every second, or whenever something has happened. It costs what has changed, not what
        waits. One desk object of a tenant leads; the others do nothing until it has not been heard of for half a minute.

        Args:
            limit: How many offers at most.

        Raises:
            Refused: If the policy has no routing.
        """
        with self._dispatching:
            return self._run(dispatch(self._env, self._dispatcher, limit))

    def resign(self) -> None:
        """Stop leading, if this desk dispatches: another one takes over at once, not only after half a minute."""
        with self._dispatching:
            self._run(resign(self._env, self._dispatcher))

    def use(self, policy: Policy, *, progress: policies.Progress | None = None) -> int:
        """Take another policy version into use. New tickets get it; open ones as its `edits` says.

        Args:
            policy: The version.
            progress: Called with the number of tickets looked at so far.

        Returns:
            How many open tickets moved to it at once.

        Raises:
            PolicyError: If the policy is wrong; nothing was changed then.
        """
        return self._run(policies.use(self._env, policy, progress))

    def zone_data(self) -> ZoneData:
        """The zone data that this process goes by, what it differs from, and what of the policy hangs on that."""
        return self._run(zone_data(self._env))

    def recompute(self, *, cursor: str | None = None, limit: int = 200) -> Recomputed:
        """Set the wake-ups and due times of one batch of tickets anew, after an update of time zone data or of supportflow.

        Go on with the answer's `cursor` until that is None. Broken off, it can begin anywhere: what is right already stays.

        Args:
            cursor: From the batch before.
            limit: How many tickets at most, up to 1,000.

        Raises:
            InvalidInput: If the limit or the cursor cannot be used.
        """
        return self._run(recompute(self._env, cursor, limit))

    # --- questions -----------------------------------------------------------------------------

    @property
    def policy(self) -> Policy:
        """The policy version that new tickets get."""
        return self._known.policy

    @property
    def tenant(self) -> str:
        """Whose tickets these are."""
        return self._known.tenant

    @property
    def unreadable(self) -> Mapping[str, str]:
        """What this desk has met, could not read, and has not read since: stream → class of the error.

        Such as `"ticket:<id>"` → `"DamagedRow"`. It is logged when it is met; everything else goes on without it.
        """
        return self._known.noticed.skipped

    def agent(self, agent: Agent | str) -> AgentState:
        """An agent as the desk knows them: presence, shifts, and the work that they hold.

        Raises:
            InvalidInput: If the desk does not know them.
        """
        return self._run(get_agent(self._env, agent_id(agent)))

    def agents(self) -> tuple[AgentState, ...]:
        """Every agent whom the desk knows, in the order of their ids."""
        return self._run(all_agents(self._env))

    def get(self, ticket: TicketName = None, *, ref: str | None = None) -> Ticket:
        """A ticket as it stands.

        Raises:
            TicketNotFound: If there is none.
        """
        name = named(ticket, ref)
        return self._run(queries.lookup(self._env, name.get("ticket_id"), name.get("ref")))

    def find(
        self,
        *,
        order: queries.Order = "priority",
        limit: int = 50,
        cursor: str | None = None,
        **filters: Any,
    ) -> Page:
        """One page of the tickets that match.

        Args:
            order: `"priority"` (the queue's order), `"opened"`, `"due"`, or `"updated"`: what somebody last did something
                to comes first.
            limit: How many at most, up to 1,000.
            cursor: From the page before.
            **filters: `open`, `status`, `status_category`, `group`, `assignee`, `requester`, `channel`, `category`,
                `priority_class`, `level`: the value that it must have; `assignee=""` finds what nobody has.
        """
        equal = queries.read_filters(filters)
        return self._run(queries.find(self._env, equal=equal, order=order, limit=limit, cursor=cursor))

    def history(self, ticket: TicketName = None, *, ref: str | None = None) -> tuple[EventBase, ...]:
        """Every event of a ticket, in order."""
        name = named(ticket, ref)
        return self._run(queries.history(self._env, name.get("ticket_id"), name.get("ref")))

    def messages(
        self, ticket: TicketName = None, *, ref: str | None = None, seen_by: reading.Reader | None = None
    ) -> tuple[Message, ...]:
        """The messages of a ticket with their texts, in order.

        Args:
            ticket: The ticket; or name it by `ref`.
            ref: The host's own id of the ticket.
            seen_by: The requester or a party of the case: only what they wrote, and what the desk wrote to them.

        Raises:
            InvalidInput: If the reader is neither the requester nor a party of the case.
        """
        name = named(ticket, ref)
        return self._run(reading.messages(self._env, name.get("ticket_id"), name.get("ref"), seen_by))

    def evidence(self, ticket: TicketName = None, *, ref: str | None = None) -> tuple[Evidence, ...]:
        """The evidence that the ticket's category needs, given and missing, and whatever else came."""
        name = named(ticket, ref)
        return self._run(reading.evidence(self._env, name.get("ticket_id"), name.get("ref")))

    def screen(self, ticket: TicketName = None, *, ref: str | None = None) -> Screen:
        """What an agent should see of a ticket at once: messages, the last summary, context, articles and draft replies.

        Nothing is sent: a draft leaves when somebody passes it to `reply`. A port that fails costs its part only.

        Raises:
            TicketNotFound: If there is none.
        """
        name = named(ticket, ref)
        return self._run(screen(self._env, name.get("ticket_id"), name.get("ref")))

    def permitted(self, ticket: TicketName = None, *, ref: str | None = None) -> tuple[str, ...]:
        """The triggers that the lifecycle would accept now, sorted."""
        name = named(ticket, ref)
        return self._run(queries.permitted(self._env, name.get("ticket_id"), name.get("ref")))

    def clocks(self, ticket: TicketName = None, *, ref: str | None = None) -> tuple[ClockReading, ...]:
        """The latest cycle of each SLA clock: elapsed, remaining, due, and why."""
        name = named(ticket, ref)
        return self._run(queries.clocks(self._env, name.get("ticket_id"), name.get("ref")))

    def explain(self, ticket: TicketName = None, *, ref: str | None = None) -> Explanation:
        """Why the ticket has this class, this status, these due times; `str()` of it is text for people."""
        name = named(ticket, ref)
        return self._run(queries.explained(self._env, name.get("ticket_id"), name.get("ref")))

    def misplaced(self) -> tuple[Misplaced, ...]:
        """Every open ticket whose agent lacks what it needs now: a tier, a certificate, a language that was taken away.

        It looks at every open ticket that an agent has: a question for people, not for a loop. What the policy takes away by
        itself is in `RoutingPolicy.requeue_lost`.
        """
        return self._run(misplaced(self._env))

    def why_not(
        self, ticket: TicketName = None, *, agent: Agent | str, ref: str | None = None
    ) -> tuple[Reason, ...]:
        """Why an agent does not get a ticket now: every reason, and what would change it. Empty if they are offered it.

        It looks at everything that waits: a question for people, not for a loop.

        Raises:
            TicketNotFound: If there is no such ticket.
            Refused: If the policy has no routing.
        """
        name = named(ticket, ref)
        asked = why_not(self._env, name.get("ticket_id"), name.get("ref"), agent_id(agent))
        return self._run(asked)

    def queue_position(self, ticket: TicketName = None, *, ref: str | None = None) -> int | None:
        """The place of a ticket among those that the same agents could take, from 1; None if it does not wait.

        The first question looks at everything that waits, and one now and then; the others at what has happened since.

        Raises:
            TicketNotFound: If there is no such ticket.
            Refused: If the policy has no routing.
        """
        name = named(ticket, ref)
        with self._placing:
            return self._run(queue_position(self._env, self._places, name.get("ticket_id"), name.get("ref")))

    def is_official(self, text: str) -> AddressCheck:
        """Was this you? The addresses in a text (mail, links, domains, phones), sorted into official and unknown ones.

        The answer is true if there is an address in it, and all of them are the policy's official ones.
        """
        return self._known.book.current.cases.official.check(text)

    # --- surges --------------------------------------------------------------------------------

    def declare_surge(
        self, name: str, *, for_: timedelta | None = None, by: By, reason: str | None = None
    ) -> ActiveSurge:
        """Have a surge of the policy in force from now on, in every process; it ends by itself.

        If it is in force already, it lasts until then, or as long as it was to last, whichever is longer. Open tickets that
        it reaches move at once.

        Args:
            name: The surge.
            for_: How long; as the policy says, if not given.
            by: Who declares it.
            reason: Why, in one line that names no person.

        Raises:
            InvalidInput: If the policy has no such surge, or the duration or the reason cannot be used.
            Refused: If somebody outside asks for it.
            PolicyError: If it does not go together with those that are in force.
        """
        return self._run(surges.declare(self._env, name, for_, actor(by), reason))

    def end_surge(self, name: str, *, by: By) -> bool:
        """End a surge before its time. Open tickets that are under it go back at once.

        Returns:
            False if it was not in force.

        Raises:
            InvalidInput: If that is no name.
            Refused: If somebody outside asks for it.
        """
        return self._run(surges.end(self._env, name, actor(by)))

    def surges(self) -> tuple[ActiveSurge, ...]:
        """The surges in force, in the order in which they were declared."""
        return self._run(surges.in_force(self._env))

    def greeting(self, language: str | None = None) -> str | None:
        """What is said now to somebody who begins a contact in a language, such as `"zh-Hans"`; None if nothing is.

        Without a greeting in that language, it is the one in the fallback language of the policy's routing.
        """
        return self._run(surges.greeting(self._env, language))

    # --- people and deliveries -----------------------------------------------------------------

    def link_requester(self, requester: str, other: str, *, by: By) -> frozenset[str]:
        """Record that two requester ids are one person's: the words of both are the requester's, their contacts one case.

        Returns:
            All other ids of the person.

        Raises:
            InvalidInput: If the two are the same id, or look like an address.
            Refused: If somebody outside asks for it.
        """
        return self._run(link(self._env, requester, other, actor(by), linked=True))

    def unlink_requester(self, requester: str, other: str, *, by: By) -> frozenset[str]:
        """Record that two requester ids are not one person's after all. What they did until now stays as it is.

        Returns:
            All other ids of the person that remain.
        """
        return self._run(link(self._env, requester, other, actor(by), linked=False))

    def erase(self, subject: str) -> int:
        """Erase every text of a person, by requester or agent id: value and salt. Events and folds stay as they are.

        Returns:
            How many texts were erased.
        """
        return self._run(queries.erase(self._env, subject))

    def subscribe(
        self,
        *events: type[EventBase],
        channels: Collection[str] = (),
        bot: bool = False,
        past: Collection[type[EventBase]] = (),
    ) -> None:
        """Have deliveries written for these kinds of events and these channels, from now on, by every process.

        A desk subscribes by itself what it has handlers and channels for, with its first command or tick. Call this to be
        sure before the first worker has ever run. Another process sees it within five seconds; with a tick at once.

        Args:
            *events: Event classes.
            channels: Names of channels.
            bot: The bot's turns, too.
            past: Event classes of which those of the past are meant, too or alone: see `WithPast`.

        Raises:
            InvalidInput: If something is not an event of tickets, or not a name.
        """
        self._run(desk_stream.subscribe(self._env, topics_of(events, channels, bot=bot, past=past)))

    def unsubscribe(
        self,
        *events: type[EventBase],
        channels: Collection[str] = (),
        bot: bool = False,
        past: Collection[type[EventBase]] = (),
        drop_waiting: bool = False,
    ) -> int:
        """Have deliveries written no longer. Nothing else ends a subscription: a process that stops leaves its own in place.

        Stop the processes that serve them first: one that starts subscribes again.

        Args:
            *events: Event classes.
            channels: Names of channels.
            bot: The bot's turns, too.
            past: Event classes of which those of the past are meant, too or alone: see `WithPast`.
            drop_waiting: Forget the deliveries that wait already; dead letters stay.

        Returns:
            How many deliveries were forgotten.

        Raises:
            InvalidInput: If something is not an event of tickets, or not a name.
        """
        topics = topics_of(events, channels, bot=bot, past=past)
        return self._run(desk_stream.unsubscribe(self._env, topics, drop_waiting=drop_waiting))

    def subscriptions(self) -> tuple[str, ...]:
        """What is delivered by some process, sorted: `"event:<kind>"`, `"past:<kind>"`, `"channel:<name>"`, `"bot"`."""
        return self._run(desk_stream.subscriptions(self._env))

    def archive(self, *, before: datetime | str, limit: int = 1_000) -> int:
        """Put away tickets that are closed or cancelled, and last changed before an instant.

        `get`, `history` and `messages` still find them, `find` does not; a message or a command brings one back.

        Args:
            before: The instant.
            limit: How many at most; call again while it answers that many.

        Returns:
            How many.

        Raises:
            InvalidInput: If the instant is not in the past, or the limit cannot be used.
        """
        return self._run(keeping.archive(self._env, before, limit))

    def forget_keys(self, *, before: datetime | str, limit: int = 1_000) -> int:
        """Forget the idempotency keys of commands from before an instant. The same command with such a key is a new one.

        Args:
            before: The instant: longer ago than anything is ever sent again.
            limit: How many at most; call again while it answers that many.

        Returns:
            How many.

        Raises:
            InvalidInput: If the instant is not in the past, or the limit cannot be used.
        """
        return self._run(keeping.forget_keys(self._env, before, limit))

    def apply_retention(
        self,
        *,
        kinds: Collection[RetainedKind] = (),
        cursor: str | None = None,
        limit: int = 200,
        dry_run: bool = False,
    ) -> Retained:
        """Do to one batch of ended tickets what the policy's `retention` says: erase texts, put tickets away, forget keys.

        Go on with the answer's `cursor` until that is None. Broken off, it can begin anywhere: nothing is done twice, and
        others may do it at the same time. What is open, held, or a part of a case that is, is kept; so is a text that
        another ticket shares, until both keep it no longer. Events stay as they are.

        Args:
            kinds: Which kinds of content, `"ticket"` for what goes to the archive, `"key"` for idempotency keys; all, if
                none is given. A text that is two things is erased once it may be kept as neither.
            cursor: From the batch before.
            limit: How many tickets, and how many keys, at most, up to 1,000.
            dry_run: Count, and change nothing. Keys are not counted.

        Raises:
            InvalidInput: If a kind, the cursor or the limit cannot be used.
            Refused: If the desk's policy has no retention.
        """
        return self._run(apply_retention(self._env, kinds, cursor, limit, dry_run=dry_run))

    def dead_letters(self, *, limit: int = 100) -> tuple[DeadLetter, ...]:
        """Deliveries that were given up, oldest first."""
        return self._run(queries.dead_letters(self._env, limit))

    def retry_delivery(self, key: str) -> None:
        """Make a dead delivery due again.

        Raises:
            DeliveryNotFound: If there is no such dead letter.
        """
        self._run(queries.retry_delivery(self._env, key))

    def drop_delivery(self, key: str) -> None:
        """Forget a dead delivery.

        Raises:
            DeliveryNotFound: If there is no such dead letter.
        """
        self._run(queries.drop_delivery(self._env, key))
