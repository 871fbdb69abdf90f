"""The roster as a document: a team, dated changes of its shifts, and what it has promised."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from pydantic import Field

from supportflow._time import DAY_US, to_us
from supportflow.calendars import BusinessCalendar
from supportflow.conditions.fields import nearest
from supportflow.exceptions import InvalidInput, RosterError
from supportflow.model.base import AgentId, Document, Name, Series
from supportflow.model.people import Agent
from supportflow.model.routing import ShiftOverride
from supportflow.routing.coverage import Coverage, Promise, coverage
from supportflow.routing.roster import Calendars, rostered

__all__ = ["Roster", "calendar_problems", "roster_problems"]

_WEEK_US = 7 * DAY_US


class Roster(Document):
    """A team and what it has promised. Shifts and hours are names of the policy's calendars.

    Attributes:
        name: For people.
        agents: The team.
        overrides: Agent's id → dated changes of the shifts, in the order in which they were made.
        promises: What somebody on duty must always be able to serve.
    """

    FAILURE = RosterError

    name: Name = "roster"
    agents: Series[Agent] = ()
    overrides: Mapping[AgentId, Series[ShiftOverride]] = Field(default_factory=dict)
    promises: Series[Promise] = ()

    def on_duty(self, calendars: Mapping[str, BusinessCalendar], at: datetime) -> tuple[str, ...]:
        """The ids of the agents whom the roster has on duty at an instant, in its order.

        Args:
            calendars: Calendars by name, such as `policy.calendars`.
            at: Any aware datetime.

        Raises:
            RosterError: If the roster contradicts itself or names a calendar that is not given.
            NaiveDatetimeError: If the datetime has no time zone.
        """
        known, at_us = self._compiled(calendars), to_us(at)
        return tuple(
            agent.id
            for agent in self.agents
            if rostered(agent, self.overrides.get(agent.id, ()), known, at_us)
        )

    def coverage(
        self, calendars: Mapping[str, BusinessCalendar], start: datetime, end: datetime | None = None
    ) -> Coverage:
        """The promises that nobody on duty serves, and those that hang on one person.

        Args:
            calendars: Calendars by name, such as `policy.calendars`.
            start: Any aware datetime.
            end: Until just before this one; 168 hours later, if not given.

        Raises:
            RosterError: If the roster contradicts itself or names a calendar that is not given.
            InvalidInput: If the end is not after the start, or a datetime has no time zone.
            CalendarHorizonError: Beyond the dates that a calendar vouches for, if it asks to fail then.
        """
        known, start_us = self._compiled(calendars), to_us(start)
        end_us = start_us + _WEEK_US if end is None else to_us(end)
        if end_us <= start_us:
            raise InvalidInput("end", "is not after start")
        return coverage(self.agents, self.overrides, self.promises, known, start_us, end_us)

    def _compiled(self, calendars: Mapping[str, BusinessCalendar]) -> Calendars:
        problems = [*roster_problems(self), *calendar_problems(self, calendars)]
        if problems:
            raise RosterError(problems)
        return {name: calendar.core for name, calendar in calendars.items()}


def roster_problems(roster: Roster) -> Iterator[str]:
    """What is wrong with a roster by itself, each one sentence that starts with its path."""
    ids = Counter(agent.id for agent in roster.agents)
    for agent_id, count in ids.items():
        if count > 1:
            yield f"agents: {agent_id!r} is listed twice"
    for agent_id, overrides in roster.overrides.items():
        if agent_id not in ids:
            yield f"overrides.{agent_id}: unknown agent{nearest(agent_id, ids)}"
        for place, override in enumerate(overrides):
            if to_us(override.end) <= to_us(override.start):
                yield f"overrides.{agent_id}.{place}.end: is not after start"


def calendar_problems(roster: Roster, known: Collection[str]) -> Iterator[str]:
    """Names of calendars that there are not, each one sentence that starts with its path."""
    named = [
        (f"agents.{index}.shifts.{place}", shift)
        for index, agent in enumerate(roster.agents)
        for place, shift in enumerate(agent.shifts)
    ]
    named += [
        (f"promises.{index}.hours", promise.hours)
        for index, promise in enumerate(roster.promises)
        if promise.hours is not None
    ]
    for path, name in named:
        if name not in known:
            yield f"{path}: unknown calendar {name!r}{nearest(name, known)}"
