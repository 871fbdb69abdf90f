"""A desk under a policy that was taken over, and the due times that it gives."""

from datetime import datetime

from supportflow import Desk, Policy
from supportflow.testing import CountingIds, ManualClock


def due(
    policy: Policy, slot: str, opened_at: str, *steps: tuple[str, str, dict], **fields: object
) -> str | None:
    """When a clock of a ticket is due after some steps: `(instant, verb, keywords)`."""
    clock = ManualClock(opened_at)
    desk = Desk(policy, clock=clock, ids=CountingIds())
    ticket = desk.open(subject="x", requester="ana", **fields).ticket
    for at, verb, keywords in steps:
        clock.set(at)
        getattr(desk, verb)(ticket, **keywords)
    reading = [one for one in desk.clocks(ticket) if one.target == slot][-1]
    return (
        None
        if reading.due_at is None
        else f"{datetime.fromisoformat(str(reading.due_at)):%Y-%m-%dT%H:%M:%SZ}"
    )
