"""What became of a reply on its way: told by its channel when it takes it, or never will."""

import re

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
    if not isinstance(answer, Receipt):
        return
    yield from handle(
        env,
        RecordDelivery(
            by=HOST,
            ticket_id=row.ticket_id,
            delivery=row.key,
            channel=_channel(row),
            state=answer.state,
            receipt=answer.id if is_id(answer.id) else None,
            key=f"{row.key}:{answer.state}"[:500],
        ),
    )


def record_undeliverable(env: Environment, row: OutboxRow, error: Undeliverable) -> Flow[None]:
    """Record that a reply can never arrive: a person takes the ticket up."""
    code = error.reason if _CODE.fullmatch(error.reason) else "unknown"
    yield from handle(
        env,
        RecordDelivery(
            by=HOST,
            ticket_id=row.ticket_id,
            delivery=row.key,
            channel=_channel(row),
            state="undeliverable",
            code=code,
            key=f"{row.key}:undeliverable"[:500],
        ),
    )


def _channel(row: OutboxRow) -> str:
    return row.topic.partition(":")[2]
