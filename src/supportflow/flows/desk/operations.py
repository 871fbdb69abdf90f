"""What a desk is to do now and then: what is due, dispatch, deliveries, people, and what is kept for how long."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from supportflow.flows import desk_stream, policies, retention
from supportflow.flows.bot.similar import index_similar
from supportflow.flows.commands.people import link
from supportflow.flows.desk.methods import Shared, asked, in_turn
from supportflow.flows.desk.verbs import By, TicketName, build, sequence, ticket_name
from supportflow.flows.due import deliveries
from supportflow.flows.due.clocks import Recomputed, recompute
from supportflow.flows.due.tick import Tick, idle_for, tick
from supportflow.flows.environment import Environment, never
from supportflow.flows.opening import view
from supportflow.flows.requests import Flow
from supportflow.flows.retention import Retained, RetainedKind, apply_retention
from supportflow.flows.routing.dispatch import Dispatched, dispatch, resign
from supportflow.flows.routing.floor import Dispatcher
from supportflow.flows.setup import span_us, topics_of
from supportflow.flows.zone_data import ZoneData, zone_data
from supportflow.model.commands import ViewContent
from supportflow.model.events import EventBase
from supportflow.model.people import actor
from supportflow.model.storage import DeadLetter
from supportflow.model.ticket import View
from supportflow.policy import Policy

__all__ = ["Operations"]


class Operations(Shared):
    """What a desk does when it is told to."""

    _dispatcher: Dispatcher

    @asked
    def run_due(
        self, *, limit: int = 1_000, stop: Callable[[], bool] | None = None, wait: bool = True
    ) -> Flow[Tick]:
        """Let happen all that is due (warnings, breaches, steps of ladders, automatic closing), then deliver what waits.

        Call it every few seconds, from any number of processes. How often changes nothing but how soon people hear of it.

        Args:
            limit: How many tickets, and how many deliveries, at most; call again while it reports that many.
            stop: Asked before each ticket and each delivery. True ends it soon, and gives back what was claimed.
            wait: Whether to wait in the end for deliveries that take longer than a second: the others go on beside them. One
                that takes longer than half a minute counts as failed.
        """
        return tick(self._env, limit, never if stop is None else stop, wait=wait)

    @asked
    def tick(
        self, *, limit: int = 1_000, stop: Callable[[], bool] | None = None, wait: bool = True
    ) -> Flow[Tick]:
        """The same as `run_due`."""
        return tick(self._env, limit, never if stop is None else stop, wait=wait)

    @asked
    def idle_for(self, *, at_most: timedelta) -> Flow[timedelta]:
        """How long no ticket will be due, at most so long; zero if one is due now. For whoever calls `run_due` in a loop.

        Deliveries, and what other processes do meanwhile, are not known ahead: so do not wait longer than they may.

        Args:
            at_most: The longest answer, up to a day.

        Raises:
            InvalidInput: If that is no such duration.
        """
        return _idle_for(self._env, span_us(at_most))

    @in_turn("dispatch")
    def dispatch(self, *, limit: int = 1_000) -> Flow[Dispatched]:
        """Offer what waits to the agents who can take it, the most urgent first.

        Call it often, after `run_due`: every second, or whenever something has happened. It costs what has changed, not what
        waits. One desk object of a tenant leads; the others do nothing until it has not been heard of for half a minute.

        Args:
            limit: How many offers at most.

        Raises:
            Refused: If the policy has no routing.
        """
        return dispatch(self._env, self._dispatcher, limit)

    @in_turn("dispatch")
    def resign(self) -> Flow[None]:
        """Stop leading, if this desk dispatches: another one takes over at once, not only after half a minute."""
        return resign(self._env, self._dispatcher)

    @asked
    def use(self, policy: Policy, *, progress: policies.Progress | None = None) -> Flow[int]:
        """Take another policy version into use. New tickets get it; open ones as its `edits` says.

        Args:
            policy: The version.
            progress: Called with the number of tickets looked at so far.

        Returns:
            How many open tickets moved to it at once.

        Raises:
            PolicyError: If the policy is wrong; nothing was changed then.
        """
        return policies.use(self._env, policy, progress)

    @asked
    def zone_data(self) -> Flow[ZoneData]:
        """The zone data that this process goes by, what it differs from, and what of the policy hangs on that."""
        return zone_data(self._env)

    @asked
    def index_similar(self, *, limit: int = 500) -> Flow[int]:
        """Put what requesters wrote since the last time into the index of tickets. The worker does it in every round.

        Args:
            limit: How many events are looked at, at most, up to 1,000.

        Returns:
            How many events were looked at; call again while it answers that many.

        Raises:
            InvalidInput: If the desk has no index, or is in a host's transaction.
        """
        return index_similar(self._env, limit)

    @asked
    def recompute(self, *, cursor: str | None = None, limit: int = 200) -> Flow[Recomputed]:
        """Set the wake-ups and due times of one batch of tickets anew, after an update of time zone data or of supportflow.

        Go on with the answer's `cursor` until that is None. Broken off, it can begin anywhere: what is right already stays.

        Args:
            cursor: From the batch before.
            limit: How many tickets at most, up to 1,000.

        Raises:
            InvalidInput: If the limit or the cursor cannot be used.
        """
        return recompute(self._env, cursor, limit)

    @asked
    def view(
        self,
        ticket: TicketName = None,
        *,
        purpose: str,
        by: By,
        kinds: Iterable[str] = (),
        items: Iterable[str] = (),
        ref: str | None = None,
    ) -> Flow[View]:
        """Open what the policy's `access` seals on a ticket. Each view is one event, recorded before anything is read.

        What may be opened is: its rule names the purpose and a role of the agent's, and the person whose it is has
        consented to the purpose. What may not stays sealed.

        Args:
            ticket: The ticket; or name it by `ref`.
            purpose: What for.
            by: The agent who opens it, enrolled at this desk.
            kinds: Kinds of content, such as `"attachment"`; all, if none is given.
            items: Items of evidence; all texts, if none is given.
            ref: The host's own id of the ticket.

        Raises:
            InvalidInput: If the desk is in a host's transaction, or something of this cannot be used.
            Refused: If nothing may be opened: it says whether consent, role or purpose is missing.
            TicketNotFound: If there is no such ticket.
        """
        ticket_id, own_ref = ticket_name(ticket, ref)
        named = {"ticket_id": ticket_id, "ref": own_ref, "by": actor(by), "purpose": purpose}
        chosen = {"kinds": sequence("kinds", kinds), "items": sequence("items", items)}
        return view(self._env, build(ViewContent, {**named, **chosen}))

    # --- people, what is kept, deliveries --------------------------------------------------

    @asked
    def link_requester(self, requester: str, other: str, *, by: By) -> Flow[frozenset[str]]:
        """Record that two requester ids are one person's: the words of both are the requester's, their contacts one case.

        Returns:
            All other ids of the person.

        Raises:
            InvalidInput: If the two are the same id, or look like an address.
            Refused: If somebody outside asks for it.
        """
        return link(self._env, requester, other, actor(by), linked=True)

    @asked
    def unlink_requester(self, requester: str, other: str, *, by: By) -> Flow[frozenset[str]]:
        """Record that two requester ids are not one person's after all. What they did until now stays as it is.

        Returns:
            All other ids of the person that remain.
        """
        return link(self._env, requester, other, actor(by), linked=False)

    @asked
    def erase(self, subject: str) -> Flow[int]:
        """Erase every text of a person, by requester or agent id: value and salt. Events and folds stay as they are.

        Returns:
            How many texts were erased.

        Raises:
            InvalidInput: If it is not an id.
            Refused: If the policy's `hold` is true of a ticket whose requester they are, or that has a text of theirs: it
                names the ticket, and why. To find that out, every ticket is looked at.
        """
        return retention.erase(self._env, subject)

    @asked
    def archive(self, *, before: datetime | str, limit: int = 1_000) -> Flow[int]:
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
        return retention.archive(self._env, before, limit)

    @asked
    def forget_keys(self, *, before: datetime | str, limit: int = 1_000) -> Flow[int]:
        """Forget the idempotency keys of commands from before an instant. The same command with such a key is a new one.

        Args:
            before: The instant: longer ago than anything is ever sent again.
            limit: How many at most; call again while it answers that many.

        Returns:
            How many.

        Raises:
            InvalidInput: If the instant is not in the past, or the limit cannot be used.
        """
        return retention.forget_keys(self._env, before, limit)

    @asked
    def subscribe(
        self,
        *events: type[EventBase],
        channels: Collection[str] = (),
        bot: bool = False,
        past: Collection[type[EventBase]] = (),
    ) -> Flow[None]:
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
        return desk_stream.subscribe(self._env, topics_of(events, channels, bot=bot, past=past))

    @asked
    def unsubscribe(
        self,
        *events: type[EventBase],
        channels: Collection[str] = (),
        bot: bool = False,
        past: Collection[type[EventBase]] = (),
        drop_waiting: bool = False,
    ) -> Flow[int]:
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
        return desk_stream.unsubscribe(self._env, topics, drop_waiting=drop_waiting)

    @asked
    def subscriptions(self) -> Flow[tuple[str, ...]]:
        """What is delivered by some process, sorted: `"event:<kind>"`, `"past:<kind>"`, `"channel:<name>"`, `"bot"`."""
        return desk_stream.subscriptions(self._env)

    @asked
    def apply_retention(
        self,
        *,
        kinds: Collection[RetainedKind] = (),
        cursor: str | None = None,
        limit: int = 200,
        dry_run: bool = False,
    ) -> Flow[Retained]:
        """Do to one batch of ended tickets what the policy's `retention` says: erase texts, put tickets away, forget keys.

        Go on with the answer's `cursor` until that is None. Broken off, it can begin anywhere: nothing is done twice, and
        others may do it at the same time. What is open, held, or a part of a case that is, is kept; so is a text that
        another ticket shares, until both keep it no longer. Events stay as they are.

        Args:
            kinds: Which kinds of content, `"ticket"` for what goes to the archive, `"key"` for idempotency keys; all, if
                none is given. A text that is two things is erased once it may be kept as neither.
            cursor: From the batch before.
            limit: How many tickets, and how many keys, at most, up to 1,000.
            dry_run: Count, and change nothing. Keys are counted all at once, in the last batch.

        Raises:
            InvalidInput: If a kind, the cursor or the limit cannot be used.
            Refused: If the desk's policy has no retention.
        """
        return apply_retention(self._env, kinds, cursor, limit, dry_run=dry_run)

    @asked
    def dead_letters(self, *, limit: int = 100) -> Flow[tuple[DeadLetter, ...]]:
        """Deliveries that were given up, oldest first."""
        return deliveries.dead_letters(self._env, limit)

    @asked
    def retry_delivery(self, key: str) -> Flow[None]:
        """Make a dead delivery due again.

        Raises:
            DeliveryNotFound: If there is no such dead letter.
        """
        return deliveries.retry_delivery(self._env, key)

    @asked
    def drop_delivery(self, key: str) -> Flow[None]:
        """Forget a dead delivery.

        Raises:
            DeliveryNotFound: If there is no such dead letter.
        """
        return deliveries.drop_delivery(self._env, key)


def _idle_for(env: Environment, at_most_us: int) -> Flow[timedelta]:
    return timedelta(microseconds=(yield from idle_for(env, at_most_us)))
