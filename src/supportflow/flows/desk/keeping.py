"""What a desk keeps and forgets: people's texts, old tickets, keys; and what it delivers."""

from collections.abc import Collection
from datetime import datetime

from supportflow.flows import desk_stream, keeping, queries
from supportflow.flows.desk.methods import Shared, asked
from supportflow.flows.desk.verbs import By
from supportflow.flows.rechecking import link
from supportflow.flows.requests import Flow
from supportflow.flows.retention import Retained, RetainedKind, apply_retention
from supportflow.flows.setup import topics_of
from supportflow.model.events import EventBase
from supportflow.model.people import actor
from supportflow.model.storage import DeadLetter

__all__ = ["Keeping"]


class Keeping(Shared):
    """What a desk can be told about people, about what it keeps, and about deliveries."""

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
        """
        return queries.erase(self._env, subject)

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
        return keeping.archive(self._env, before, limit)

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
        return keeping.forget_keys(self._env, before, limit)

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
        return queries.dead_letters(self._env, limit)

    @asked
    def retry_delivery(self, key: str) -> Flow[None]:
        """Make a dead delivery due again.

        Raises:
            DeliveryNotFound: If there is no such dead letter.
        """
        return queries.retry_delivery(self._env, key)

    @asked
    def drop_delivery(self, key: str) -> Flow[None]:
        """Forget a dead delivery.

        Raises:
            DeliveryNotFound: If there is no such dead letter.
        """
        return queries.drop_delivery(self._env, key)
