"""What a lead sees of the desk at one moment."""

from collections.abc import Sequence

from supportflow._time import from_us, to_us
from supportflow.flows import requests
from supportflow.flows.environment import Environment
from supportflow.flows.load import all_agents
from supportflow.flows.requests import Flow
from supportflow.model.overview import AgentView, Overview, QueueView
from supportflow.model.routing import AgentState
from supportflow.model.storage import Query, TicketRow
from supportflow.model.surges import ActiveSurge
from supportflow.policy import CompiledPolicy
from supportflow.routing.roster import rostered

__all__ = ["overview"]

_PAGE = 500


def overview(env: Environment, surges: tuple[ActiveSurge, ...]) -> Flow[Overview]:
    """The open tickets by group and class, and who is there. It reads the rows of all open tickets, and folds none.

    Args:
        env: The desk.
        surges: What is declared.
    """
    now = yield from requests.now()
    found: list[TicketRow] = []
    after: tuple[int | str | None, ...] | None = None
    while True:
        rows = yield from requests.search(env.tenant, Query({"open": True}, ("id",), after, _PAGE))
        found += rows
        if len(rows) < _PAGE:
            break
        after = (rows[-1].id,)
    now_us = to_us(now)
    groups: dict[str, list[TicketRow]] = {}
    classes: dict[str, list[TicketRow]] = {}
    for row in found:
        groups.setdefault(row.group or "", []).append(row)
        classes.setdefault(row.priority_class, []).append(row)
    states = yield from all_agents(env)
    return Overview(
        at=now,
        groups={name: _queue(rows, now_us) for name, rows in sorted(groups.items())},
        classes={name: _queue(rows, now_us) for name, rows in sorted(classes.items())},
        agents=tuple(_agent(state, env.book.current, now_us) for state in states),
        surges=surges,
    )


def _queue(rows: Sequence[TicketRow], now_us: int) -> QueueView:
    waiting = [row for row in rows if row.queued]
    oldest = min((row.opened_us for row in waiting), default=None)
    return QueueView(
        open=len(rows),
        waiting=len(waiting),
        overdue=sum(row.due_us is not None and row.due_us < now_us for row in rows),
        oldest_at=None if oldest is None else from_us(oldest),
    )


def _agent(state: AgentState, policy: CompiledPolicy, now_us: int) -> AgentView:
    return AgentView(
        id=state.id,
        presence=state.presence,
        on_duty=rostered(state.agent, state.overrides, policy.shifts, now_us),
        tickets=sum(not one.offered for one in state.load),
        offered=sum(one.offered for one in state.load),
        load=sum(one.weight for one in state.load),
        capacity=state.agent.capacity,
    )
