"""What a ticket hears of the parts that were split off it."""

from supportflow.flows import requests
from supportflow.flows.commands.handle import handle
from supportflow.flows.environment import Environment
from supportflow.flows.load import follow_merges, get
from supportflow.flows.requests import Flow
from supportflow.flows.rows import read_row
from supportflow.model.commands import MirrorPart
from supportflow.model.events import StatusChanged
from supportflow.model.people import SYSTEM
from supportflow.model.storage import OutboxRow

__all__ = ["mirror"]


def mirror(env: Environment, row: OutboxRow) -> Flow[None]:
    """Tell a ticket where a part of it stands. Told twice, or late, it changes nothing."""
    rows = yield from requests.events(env.tenant, f"ticket:{row.ticket_id}", row.seq - 1, 1)
    event = read_row(rows[0])
    part = yield from get(env, row.ticket_id)
    if not isinstance(event, StatusChanged) or part.split_from is None:
        return
    whole = yield from follow_merges(env, (yield from get(env, part.split_from)))
    command = MirrorPart(
        by=SYSTEM,
        ticket_id=whole.id,
        part=part.id,
        status=event.target,
        category=event.category,
        seq=row.seq,
    )
    yield from handle(env, command)
