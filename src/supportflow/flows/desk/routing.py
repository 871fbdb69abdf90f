"""What a desk can be told about agents and offers."""

from abc import abstractmethod
from datetime import datetime
from typing import Generic

from supportflow._time import instant
from supportflow.exceptions import InvalidInput
from supportflow.flows.desk.methods import AgentResult, Result
from supportflow.flows.desk.verbs import By, TicketName, Verbs, build
from supportflow.model import commands
from supportflow.model.base import is_id
from supportflow.model.commands import AgentCommand
from supportflow.model.people import HOST, Agent, actor
from supportflow.model.routing import Presence

__all__ = ["RoutingVerbs"]

Who = Agent | str
"""An agent, or the id of one."""


def agent_id(agent: object, field: str = "agent") -> str:
    """The id of the agent that is meant.

    Raises:
        InvalidInput: If it is neither an agent nor an id.
    """
    found = agent.id if isinstance(agent, Agent) else agent
    if not is_id(found):
        raise InvalidInput(field, "is not an Agent or an agent's id")
    assert isinstance(found, str)
    return found


class RoutingVerbs(Verbs[Result], Generic[Result, AgentResult]):
    """What a desk can be told about agents and offers."""

    @abstractmethod
    def handle_agent(self, command: AgentCommand) -> AgentResult:
        """Carry out a command on an agent."""

    # --- agents --------------------------------------------------------------------------------

    def enrol(self, agent: Agent, *, by: By = HOST, key: str | None = None) -> AgentResult:
        """Make an agent known, or change what is known of them: skills, languages, tiers, capacity, shifts.

        The name is not kept: it is personal. A new agent is offline until `set_presence` says otherwise.

        Raises:
            InvalidInput: If it is not an agent, or more capacity is reserved than there is.
        """
        if not isinstance(agent, Agent):
            raise InvalidInput("agent", "is not an Agent")
        fields = {"agent_id": agent.id, "profile": agent, "by": actor(by), "key": key}
        return self.handle_agent(build(commands.Enrol, fields))

    def set_presence(
        self, agent: Who, presence: Presence, *, by: By | None = None, key: str | None = None
    ) -> AgentResult:
        """Say whether an agent is there: `"available"`, `"away"` (keeps their tickets, gets no more) or `"offline"`.

        Who goes away or offline gives back what they were offered; who goes offline also what they have, if the policy
        says so.

        Raises:
            InvalidInput: If the desk does not know the agent.
        """
        name = agent_id(agent)
        who = actor(name if by is None else by)
        fields = {"agent_id": name, "presence": presence, "by": who, "key": key}
        return self.handle_agent(build(commands.SetPresence, fields))

    def override_shift(
        self,
        agent: Who,
        start: datetime,
        end: datetime,
        *,
        on_duty: bool,
        reason: str = "",
        by: By = HOST,
        key: str | None = None,
    ) -> AgentResult:
        """Let an agent work, or not, for a time, whatever the shifts say. Of two that overlap, the later one counts.

        Raises:
            InvalidInput: If the desk does not know the agent, or the time is over or ends before it starts.
        """
        fields = {
            "agent_id": agent_id(agent),
            "start": instant(start, "start"),
            "end": instant(end, "end"),
            "on_duty": on_duty,
            "cause": reason,
            "by": actor(by),
            "key": key,
        }
        return self.handle_agent(build(commands.OverrideShift, fields))

    # --- offers --------------------------------------------------------------------------------

    def offer(
        self,
        ticket: TicketName = None,
        *,
        agent: Who,
        by: By = HOST,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Hold a ticket that waits out to an agent, by hand; `dispatch` does it for the whole queue.

        Raises:
            Refused: If the ticket does not wait, or the agent cannot take it now; it says all that is against it.
        """
        return self._on(commands.Offer, ticket, ref, by, key, agent=agent_id(agent))

    def accept(
        self, ticket: TicketName = None, *, by: By, ref: str | None = None, key: str | None = None
    ) -> Result:
        """Take the ticket that one is offered.

        Raises:
            Refused: If it is offered to somebody else, or to nobody: the offer may have passed.
        """
        return self._on(commands.Accept, ticket, ref, by, key)

    def decline(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Do not take the ticket that one is offered. It goes on to the next agent at the next dispatch.

        Raises:
            Refused: If it is offered to somebody else, or to nobody.
        """
        return self._on(commands.Decline, ticket, ref, by, key, reason=reason)

    def release(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Give a ticket back to the queue; its agent is not offered it again while it waits.

        Raises:
            Refused: If nobody has it, or it has ended.
        """
        return self._on(commands.Release, ticket, ref, by, key, reason=reason)

    def hand_over(
        self,
        ticket: TicketName = None,
        *,
        tier: str,
        by: By,
        group: str | None = None,
        reason: str | None = None,
        summary: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Hand a ticket over to another tier, with what is known: nobody tells the story twice.

        Raises:
            InvalidInput: If the policy has no such tier.
            Refused: If the ticket has ended or is there already, or a security incident would go to the bot.
        """
        return self._on(
            commands.HandOver, ticket, ref, by, key, tier=tier, group=group, reason=reason, summary=summary
        )
