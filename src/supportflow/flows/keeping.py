"""What is kept for how long: old tickets are put away, old idempotency keys are forgotten."""

from datetime import datetime

from supportflow._time import instant, to_us
from supportflow.exceptions import InvalidInput
from supportflow.flows import requests
from supportflow.flows.environment import Environment
from supportflow.flows.queries import whole
from supportflow.flows.requests import Flow

__all__ = ["archive", "forget_keys"]


def archive(env: Environment, before: datetime | str, limit: int) -> Flow[int]:
    """Put away tickets that are closed or cancelled, and last changed before an instant.

    Raises:
        InvalidInput: If the instant or the limit cannot be used.
    """
    before_us = yield from _past(before, limit)
    return (yield from requests.archive(env.tenant, before_us, limit))


def forget_keys(env: Environment, before: datetime | str, limit: int) -> Flow[int]:
    """Forget the idempotency keys of commands from before an instant.

    Raises:
        InvalidInput: If the instant or the limit cannot be used.
    """
    before_us = yield from _past(before, limit)
    return (yield from requests.purge_keys(env.tenant, before_us, limit))


def _past(before: datetime | str, limit: int) -> Flow[int]:
    whole("limit", limit, 1)
    before_us = to_us(instant(before, "before"))
    if before_us > to_us((yield from requests.now())):
        raise InvalidInput("before", "is not in the past")
    return before_us
