"""What became of a reply on its way: told by its channel when it takes it, or never will."""

import re
from typing import Literal

from supportflow.exceptions import Undeliverable
from supportflow.flows.commands.handle import handle
from supportflow.flows.environment import Environment
from supportflow.flows.requests import Flow
from supportflow.model.base import is_id
from supportflow.model.commands import RecordDelivery
from supportflow.model.people import HOST
from supportflow.model.storage import OutboxRow
from supportflow.ports import Receipt

__all__ = ["record_receipt", "record_undeliverable"]

_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,50}")


def record_receipt(env: Environment, row: OutboxRow, answer: object) -> Flow[None]:
    """Record what a channel answered, if it is a receipt. Should the desk die first, the reply leaves again."""
    if isinstance(answer, Receipt):
        yield from _record(env, row, answer.state, receipt=answer.id if is_id(answer.id) else None)


def record_undeliverable(env: Environment, row: OutboxRow, error: Undeliverable) -> Flow[None]:
    """Record that a reply can never arrive: a person takes the ticket up."""
    code = error.reason if _CODE.fullmatch(error.reason) else "unknown"
    yield from _record(env, row, "undeliverable", code=code)


def _record(
    env: Environment,
    row: OutboxRow,
    state: Literal["accepted", "delivered", "undeliverable"],
    *,
    receipt: str | None = None,
    code: str | None = None,
) -> Flow[None]:
    # A reply that left twice has two receipts: what the far side says is part of the key, so each is kept, once.
    yield from handle(
        env,
        RecordDelivery(
            by=HOST,
            ticket_id=row.ticket_id,
            delivery=row.key,
            channel=row.topic.partition(":")[2],
            state=state,
            receipt=receipt,
            code=code,
            key=f"{row.key}:{state}:{receipt or code or ''}",
        ),
    )
