"""Who is told: what an audience means at the instant at which a step fires."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

__all__ = ["Told", "told"]


class Told(NamedTuple):
    """What became of the people whom a step names.

    Attributes:
        notified: Ids of agents, each once.
        groups: Support groups that are told as a whole, each once.
        vacant: What meant nobody.
    """

    notified: tuple[str, ...]
    groups: tuple[str, ...]
    vacant: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """True if nobody is told."""
        return not self.notified and not self.groups


def told(asked: Iterable[str], assignee: str | None, on_call: Callable[[str], str | None]) -> Told:
    """The people behind the names.

    Args:
        asked: Such as `"rotation:night"`, `"group:risk"`, `"agent:lena"`, `"assignee"`.
        assignee: The agent who has the ticket.
        on_call: Who is on call in a rotation at that instant.
    """
    agents: dict[str, None] = {}
    groups: dict[str, None] = {}
    vacant: list[str] = []
    for one in asked:
        kind, _, name = one.partition(":")
        if kind == "group":
            groups[name] = None
            continue
        if kind == "agent":
            person: str | None = name
        else:
            person = on_call(name) if kind == "rotation" else assignee
        if person is None:
            vacant.append(one)
        else:
            agents[person] = None
    return Told(tuple(agents), tuple(groups), tuple(vacant))
