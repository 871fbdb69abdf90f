"""What is not on one ticket: people, policies, and what is delivered."""

from collections.abc import Mapping
from typing import Literal

from supportflow._time import Instant
from supportflow.model.base import Id, KeptName
from supportflow.model.events.base import DeskEvent, RequesterEvent

__all__ = [
    "ClocksRecomputed",
    "PolicyPublished",
    "RequesterLinked",
    "RequesterUnlinked",
    "SpreadBegun",
    "SpreadEnded",
    "SurgeDeclared",
    "SurgeEnded",
    "TicketsMoved",
    "TopicsSubscribed",
    "TopicsUnsubscribed",
    "WatchTripped",
    "ZoneDataChanged",
]


class RequesterLinked(RequesterEvent):
    """Another id is the same person's."""

    kind: Literal["requester_linked"] = "requester_linked"
    other: Id


class RequesterUnlinked(RequesterEvent):
    """Another id is not the same person's after all."""

    kind: Literal["requester_unlinked"] = "requester_unlinked"
    other: Id


class PolicyPublished(DeskEvent):
    """The desk took a policy version into use.

    Attributes:
        fingerprint: The version.
        name: The policy's name.
        zone_data: The versions of tzdata by which the process that published it counts, as in `ZoneDataChanged`: none, if
            nothing in the policy depends on them. None if it was not recorded.
    """

    kind: Literal["policy_published"] = "policy_published"
    fingerprint: str
    name: KeptName
    zone_data: Mapping[KeptName, Id] | None = None


class ZoneDataChanged(DeskEvent):
    """A process of the desk reads other zone data than was recorded before.

    Attributes:
        zone_data: What the policy asks for (`"newest"`, `"system"` or `"package"`) → the version of tzdata that the
            process has.
    """

    kind: Literal["zone_data_changed"] = "zone_data_changed"
    zone_data: Mapping[KeptName, Id]


class ClocksRecomputed(DeskEvent):
    """Every open ticket's wake-up and due time were set anew after the zone data had changed.

    Attributes:
        zone_data: By these versions, as in `ZoneDataChanged`.
    """

    kind: Literal["clocks_recomputed"] = "clocks_recomputed"
    zone_data: Mapping[KeptName, Id]


class TopicsSubscribed(DeskEvent):
    """Deliveries are wanted from now on: of these kinds of events, to these channels.

    Attributes:
        topics: `"event:<kind>"`, `"past:<kind>"`, `"channel:<name>"` or `"bot"`, sorted.
    """

    kind: Literal["topics_subscribed"] = "topics_subscribed"
    topics: tuple[Id, ...]


class TopicsUnsubscribed(DeskEvent):
    """Deliveries are wanted no longer.

    Attributes:
        topics: As in `TopicsSubscribed`.
    """

    kind: Literal["topics_unsubscribed"] = "topics_unsubscribed"
    topics: tuple[Id, ...]


class SurgeDeclared(DeskEvent):
    """A surge is in force from now on; or, if it was already, for longer.

    Attributes:
        name: The surge.
        base: Fingerprint of the policy version that it was declared on.
        policy: Fingerprint of the version that new tickets get now: the base with every surge in force.
        reaches: Whether it is laid over the open tickets too.
        until: The last instant at which it is in force, if nothing else is recorded.
        reason: Why, if somebody said so: one line that names no person, for it is kept for ever.
        arrivals: The number of tickets that declared it, if they did.
    """

    kind: Literal["surge_declared"] = "surge_declared"
    name: KeptName
    base: str
    policy: str
    reaches: Literal["new", "open"]
    until: Instant
    reason: Id | None = None
    arrivals: int | None = None


class SurgeEnded(DeskEvent):
    """A surge is over.

    Attributes:
        name: The surge.
        cause: Somebody said so; its time was up, at the very instant at which this event stands; or another policy came into
            use that has no such surge.
    """

    kind: Literal["surge_ended"] = "surge_ended"
    name: KeptName
    cause: Literal["command", "expired", "policy"]


class SpreadBegun(DeskEvent):
    """A ticket concerns others from now on: an announcement is said on it, or its incidents are resolved with it.

    Attributes:
        ticket: Its id.
    """

    kind: Literal["spread_begun"] = "spread_begun"
    ticket: Id


class SpreadEnded(DeskEvent):
    """Everybody whom a ticket concerned was told, and nobody else will be.

    Attributes:
        ticket: Its id.
    """

    kind: Literal["spread_ended"] = "spread_ended"
    ticket: Id


class TicketsMoved(DeskEvent):
    """Every open ticket was looked at since the last surge began or ended, and lives under the version that it ought to."""

    kind: Literal["tickets_moved"] = "tickets_moved"


class WatchTripped(DeskEvent):
    """A measure that the host feeds has gone too far.

    Attributes:
        watch: The rule, by the policy's name.
        measure: The measure.
        value: What it was.
        declares: The surge that the rule declares.
        proposes: The announcement that it proposes.
    """

    kind: Literal["watch_tripped"] = "watch_tripped"
    watch: KeptName
    measure: KeptName
    value: Id
    declares: KeptName | None = None
    proposes: KeptName | None = None
