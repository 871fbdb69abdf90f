"""What is not on one ticket: people, policies, and what is delivered."""

from typing import Literal

from supportflow.model.base import Id, Name
from supportflow.model.events.base import DeskEvent, RequesterEvent

__all__ = [
    "PolicyPublished",
    "RequesterLinked",
    "RequesterUnlinked",
    "TopicsSubscribed",
    "TopicsUnsubscribed",
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
    """The desk took a policy version into use."""

    kind: Literal["policy_published"] = "policy_published"
    fingerprint: str
    name: Name


class TopicsSubscribed(DeskEvent):
    """Deliveries are wanted from now on: of these kinds of events, to these channels.

    Attributes:
        topics: `"event:<kind>"` or `"channel:<name>"`, sorted.
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
