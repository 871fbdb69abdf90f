"""What a requester is told in the policy's own words, made of what an event keeps."""

from supportflow.model.events import RequesterInformed
from supportflow.policy.document.policy import Policy

__all__ = ["informing_text"]


def informing_text(document: Policy, event: RequesterInformed, ticket: str) -> str:
    """The words of an event.

    Args:
        document: The policy that the event names.
        event: The event.
        ticket: What people call the ticket.
    """
    return document.foreseen[event.about].tells[event.language].replace("{ticket}", ticket)
