"""Commands on agents, with what follows from them for tickets."""

from supportflow.exceptions import Refused, TicketNotFound
from supportflow.flows.agents import carry_out, get_agent, known_agents
from supportflow.flows.commands import handle
from supportflow.flows.environment import Environment
from supportflow.flows.noticing import UNREADABLE
from supportflow.flows.rechecking import recheck
from supportflow.flows.requests import Flow
from supportflow.model.commands import AgentCommand, CommandBase, Enrol, Release, SetPresence, Withdraw
from supportflow.model.people import SYSTEM
from supportflow.model.routing import AgentState

__all__ = ["tell"]


def tell(env: Environment, command: AgentCommand) -> Flow[AgentState]:
    """Carry out a command on an agent, and what follows from it for the tickets that they hold.

    Who goes away or offline gives back what they are offered; who goes offline also what they have, if the policy says so.
    Who loses a right gives back what they are offered and can no longer take; what they have is looked at, too.
    Each ticket is a transaction of its own: what a crash leaves undone, the offers' own time-out does. A repeat under the
    same key changes nothing: what the agent holds by then, they have got since.
    """
    if isinstance(command, Enrol):
        return (yield from _enrolled(env, command))
    state, fresh = yield from carry_out(env, command)
    if not fresh or not isinstance(command, SetPresence) or command.presence == "available":
        return state
    routing = env.book.current.routing
    requeue = command.presence == "offline" and routing is not None and routing.policy.on_leave == "requeue"
    for load in state.load:
        follow_up: CommandBase | None = Withdraw(ticket_id=load.ticket_id) if load.offered else None
        if not load.offered and requeue:
            follow_up = Release(ticket_id=load.ticket_id, by=SYSTEM)
        if follow_up is not None:
            try:
                yield from handle(env, follow_up)
            except Refused:
                continue  # the ticket has moved on by itself meanwhile: nothing is left to give back
            except (*UNREADABLE, TicketNotFound) as error:
                env.noticed.skip(f"ticket:{load.ticket_id}", error)  # the others are given back all the same
    return (yield from get_agent(env, state.id))


def _enrolled(env: Environment, command: Enrol) -> Flow[AgentState]:
    known = yield from known_agents(env, (command.agent_id,))
    state, fresh = yield from carry_out(env, command)
    before = known.get(command.agent_id)
    if not fresh or before is None or before.agent == state.agent:
        return state
    yield from recheck(env, state)
    return (yield from get_agent(env, state.id))
