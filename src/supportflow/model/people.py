"""Who does things: agents, requesters, groups, and the actor that an event names."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Literal, TypedDict, Unpack

from pydantic import AfterValidator, BeforeValidator, Field

from supportflow._time import Moment
from supportflow.exceptions import InvalidInput
from supportflow.model.base import AgentId, Body, HostValue, Id, Name, Series, Value
from supportflow.model.tags import Tag

__all__ = [
    "HOST",
    "NOBODY",
    "SYSTEM",
    "Actor",
    "ActorKind",
    "Agent",
    "Group",
    "Requester",
    "RequesterId",
    "Skill",
    "actor",
    "opaque",
]

ActorKind = Literal["agent", "requester", "party", "bot", "host", "system"]


def opaque(value: str) -> str:
    """The id of somebody outside, if it does not look like an address: ids stay in events for ever."""
    if "@" in value:
        raise ValueError(
            "looks like an address; ids are kept for ever, so pass Requester('an opaque id', email=...)"
        )
    return value


RequesterId = Annotated[Id, AfterValidator(opaque)]
"""The opaque id of somebody who asks."""


class Actor(Value):
    """Who caused an event: a role and an opaque id.

    Attributes:
        kind: `agent` works on tickets; `requester` asked; `party` is anybody else on the thread; `bot` answers by
            itself; `host` is the application around supportflow; `system` is supportflow when time passes.
        id: The host's id of that person or program.
    """

    kind: ActorKind
    id: Id

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def works(self) -> bool:
        """True of who can have a ticket: agents and bots, who share their ids."""
        return self.kind in {"agent", "bot"}

    def is_same(self, other: "Actor", also: Collection[str] = ()) -> bool:
        """Whether two are one: of one kind, or both such as can have a ticket, with one id.

        Args:
            other: The other one.
            also: Other ids of this one.
        """
        same_kind = self.kind == other.kind or (self.works and other.works)
        return same_kind and (self.id == other.id or other.id in also)


NOBODY = "unknown"
"""The requester of a ticket of whom nobody knows who asked. Whoever is called so is the same person as nobody."""


# Constructed, not validated: a validator built at import would cost every program that imports supportflow.
SYSTEM = Actor.model_construct(kind="system", id="supportflow")
"""Time itself: warnings, breaches, automatic closing."""
HOST = Actor.model_construct(kind="host", id="host")
"""The host application, when it names nobody."""


class Skill(HostValue):
    """What somebody can do, and how well.

    Attributes:
        level: 1 (beginner) to 5.
        valid_until: From this instant on the certificate has lapsed and the skill no longer counts.
    """

    level: Annotated[int, Field(strict=True, ge=1, le=5)] = 1
    valid_until: Moment | None = None


def _skill(value: object) -> object:
    return {"level": value} if isinstance(value, int) and not isinstance(value, bool) else value


class AgentFields(TypedDict, total=False):
    """What an `Agent` can be given besides the id."""

    name: str | None
    groups: Sequence[str]
    tiers: Sequence[str]
    skills: Mapping[str, int | Skill]
    languages: Sequence[str]
    capacity: int
    reserved: int
    limits: Mapping[str, int]
    shifts: Sequence[str]


class Agent(HostValue):
    """Somebody who works on tickets.

    Attributes:
        id: The host's id.
        name: For people to read; never kept in an event.
        groups: The support groups that the agent belongs to.
        tiers: The lines of support that they work in.
        skills: Skill → level, 1 to 5, or a `Skill` with an end.
        languages: BCP 47 tags of what they write.
        capacity: Units of work that they can hold at a time; what a ticket takes is in the policy's routing.
        reserved: Units of the capacity that only tickets handed over to them can use.
        limits: Channel → how many tickets of that channel at most.
        shifts: Names of the policy's calendars: on duty while one of them is open. None named: whenever they are available.


    Raises:
        InvalidInput: If a value cannot be used.
    """

    id: AgentId
    name: Body | None = None
    groups: Series[Name] = ()
    tiers: Series[Name] = ("expert",)
    skills: Mapping[Name, Annotated[Skill, BeforeValidator(_skill)]] = Field(default_factory=dict)
    languages: Series[Name] = ()
    capacity: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] = 5
    reserved: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] = 0
    limits: Mapping[Name, Annotated[int, Field(strict=True, ge=0)]] = Field(default_factory=dict)
    shifts: Series[Name] = ()

    def __init__(self, id: str, **fields: Unpack[AgentFields]) -> None:  # noqa: A002 - the field's own name
        super().__init__(id=id, **fields)

    # pydantic then validates agents inside documents by field, so that errors there keep their full path.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @property
    def actor(self) -> Actor:
        """The actor that events name."""
        return Actor(kind="agent", id=self.id)


class RequesterFields(TypedDict, total=False):
    """What a `Requester` can be given besides the id."""

    name: str | None
    email: str | None
    phone: str | None
    language: str | None
    tz: str | None


class Requester(HostValue):
    """Somebody who asks.

    The id goes into events and stays there; name, e-mail and phone go into content rows, which can be erased.

    Attributes:
        id: The host's opaque id of the person.
        name: Personal: kept as content.
        email: Personal: kept as content.
        phone: Personal: kept as content.
        language: Preferred language, a BCP 47 tag such as `"zh-Hans"`.
        tz: The person's zone, an IANA name.

    Raises:
        InvalidInput: If a value cannot be used.
    """

    id: RequesterId
    name: Body | None = None
    email: Body | None = None
    phone: Body | None = None
    language: Tag | None = None
    tz: Name | None = None

    def __init__(self, id: str, **fields: Unpack[RequesterFields]) -> None:  # noqa: A002 - the field's own name
        super().__init__(id=id, **fields)

    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @property
    def actor(self) -> Actor:
        """The actor that events name."""
        return Actor(kind="requester", id=self.id)

    @property
    def personal(self) -> dict[str, str]:
        """What must be kept beside the events, not in them."""
        given = {"name": self.name, "email": self.email, "phone": self.phone}
        return {key: value for key, value in given.items() if value is not None}


class Group(HostValue):
    """A support group: a team that tickets are assigned to.

    Attributes:
        name: Its name in assignments and policies.
        tier: The line that it works in, such as `"expert"`.
        calendar: The name of its business calendar, if it has its own.
    """

    name: Name
    tier: Name | None = None
    calendar: Name | None = None


def actor(who: object, field: str = "by") -> Actor:
    """The actor meant by what a host passes as `by=`: an agent, a requester, an actor, or an agent's id as text.

    Raises:
        InvalidInput: If it is none of these.
    """
    if isinstance(who, Actor):
        return who
    if isinstance(who, Agent | Requester):
        return who.actor
    if isinstance(who, str):
        try:
            return Agent(who).actor
        except InvalidInput as error:
            raise InvalidInput(field, error.reason) from None
    raise InvalidInput(field, "is not an Agent, a Requester, an Actor or an agent's id")
