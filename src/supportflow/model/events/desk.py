"""What is not on one ticket: people and policies."""

from typing import Literal

from supportflow.model.base import Id, Name
from supportflow.model.events.base import DeskEvent, RequesterEvent

__all__ = [
    "PolicyPublished",
    "RequesterLinked",
    "RequesterUnlinked",
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
