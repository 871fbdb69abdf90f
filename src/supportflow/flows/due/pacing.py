"""Rates of channels that hold across workers: each message takes one of a few slots, which nobody else has for a while.

A slot is a role that is led for a span of time. Whoever gets none waits; so in no span are there more messages than slots.
"""

import hashlib

from supportflow.flows import requests
from supportflow.flows.environment import Environment
from supportflow.flows.requests import Flow
from supportflow.model.storage import Lease
from supportflow.ports import Rate

__all__ = ["NotYet", "pace"]


class NotYet(Exception):
    """A channel takes no more for now.

    Attributes:
        until_us: When to try again.
    """

    def __init__(self, until_us: int) -> None:
        super().__init__("not yet")
        self.until_us = until_us


def pace(env: Environment, lease: Lease, rate: Rate | None, messages: int, now_us: int) -> Flow[None]:
    """Take a slot for each message of a delivery, all or none.

    Args:
        env: The desk.
        lease: The delivery.
        rate: Of its channel.
        messages: How many it takes; more than the rate has slots for leave at once, when all are free.
        now_us: The present instant.

    Raises:
        NotYet: If there are not so many.
    """
    if rate is None:
        return
    topic = lease.row.topic
    until_us = env.paced.get(topic, 0)
    if until_us > now_us:
        raise NotYet(until_us)
    slots, span_us = rate.slots
    wanted = min(messages, slots)
    # A store may claim many deliveries under one token, and each comes again: a slot is held by this very claim of it.
    holder = hashlib.sha256(f"{lease.token}\0{lease.row.key}".encode()).hexdigest()[:32]
    first = int(holder[:4], 16)
    taken: list[str] = []
    for number in range(slots):
        role = f"{topic}:slot:{(first + number) % slots}"
        if (yield from requests.lead(env.tenant, role, holder, now_us, now_us + span_us)):
            taken.append(role)
            if len(taken) == wanted:
                return
    for role in taken:
        yield from requests.lead(env.tenant, role, holder, now_us, now_us)
    # The next is free within a span, and most often soon.
    env.paced[topic] = now_us + max(span_us // slots, 1)
    raise NotYet(env.paced[topic])
