"""The scenario document: what comes in, who works, and how everybody behaves. Durations are ISO 8601, such as `"PT6M"`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from supportflow._time import Instant, instant
from supportflow.exceptions import ScenarioError
from supportflow.model.base import Document, Name, Series
from supportflow.model.durations import WRITTEN, NotNegative, Positive
from supportflow.model.people import Agent
from supportflow.model.records import AttributeValue
from supportflow.policy import Policy

__all__ = [
    "Answers",
    "ArrivalLog",
    "Arrivals",
    "Burst",
    "Chance",
    "Kind",
    "Pending",
    "RandomTime",
    "Rate",
    "Reopening",
    "Scenario",
    "Service",
    "Team",
]

_ZERO = timedelta(0)
_LONGEST = timedelta(days=3_660)
_DEFAULT_START = instant("2026-03-02T00:00:00Z")  # a Monday

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Weight = Annotated[float, Field(gt=0, allow_inf_nan=False)]
PerHour = Annotated[float, Field(ge=0, le=10_000_000, allow_inf_nan=False)]
Chance = Name | Annotated[Mapping[Name, Weight], Field(min_length=1)]
"""A name, or several by weight: one of them is drawn for each ticket."""


class RandomTime(Document):
    """A random duration.

    Attributes:
        mean: Its mean.
        shape: `"exponential"`, `"lognormal"` or `"constant"`.
        cv: Standard deviation over mean, of a lognormal one.
    """

    FAILURE = ScenarioError

    mean: Positive
    shape: Literal["exponential", "lognormal", "constant"] = "exponential"
    cv: float = Field(default=1.0, gt=0, le=100)


class Rate(Document):
    """How many tickets come from some point on.

    Attributes:
        after: Time since the start, or since the last repetition.
        per_hour: How many tickets an hour, in the mean.
    """

    FAILURE = ScenarioError

    after: NotNegative = _ZERO
    per_hour: PerHour


class Burst(Document):
    """A stretch in which more tickets come, or fewer. Bursts that overlap multiply.

    Attributes:
        after: Time since the start.
        lasts_for: For how long.
        times: By how much the rate is multiplied.
    """

    FAILURE = ScenarioError

    after: NotNegative
    lasts_for: Positive
    times: float = Field(ge=0, le=10_000, allow_inf_nan=False)


class ArrivalLog(Document):
    """Tickets come when they came: the instants in a CSV file. What a column says is not drawn.

    Attributes:
        file: A CSV file with a header, UTF-8; a relative path starts in the scenario's folder.
        time: The column of the instants, ISO 8601.
        tz: The zone of instants that have no offset, an IANA name; without it, such a row is an error.
        category: The column of the category.
        priority_class: The column of the class (`class` in a document).
        language: The column of the language.
        channel: The column of the channel.
    """

    FAILURE = ScenarioError

    file: str
    time: str
    tz: str | None = None
    category: str | None = None
    priority_class: str | None = Field(default=None, validation_alias="class", serialization_alias="class")
    language: str | None = None
    channel: str | None = None


class Arrivals(Document):
    """When tickets come: exactly one of `per_hour`, `rates` and `log`. Rates are those of a Poisson process.

    Attributes:
        per_hour: A steady rate.
        rates: Rates that change, the first from the start on.
        repeat: The rates begin anew after so long, such as a day.
        bursts: Stretches in which the rates are multiplied.
        log: A log instead.
    """

    FAILURE = ScenarioError

    per_hour: PerHour | None = None
    rates: Annotated[Series[Rate], Field(max_length=10_000)] = ()
    repeat: Positive | None = None
    bursts: Annotated[Series[Burst], Field(max_length=1_000)] = ()
    log: ArrivalLog | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = (self.per_hour is not None, bool(self.rates), self.log is not None)
        if sum(given) != 1:
            raise ValueError("give exactly one of per_hour, rates, log")
        afters = [rate.after for rate in self.rates]
        if afters and (afters[0] != _ZERO or afters != sorted(set(afters))):
            raise ValueError("rates must begin at PT0S and rise")
        if self.repeat is not None and (not afters or afters[-1] >= self.repeat):
            raise ValueError("repeat must lie after the last of the rates")
        if self.log is not None and self.bursts:
            raise ValueError("a log has no bursts")
        return self


class Kind(Document):
    """A kind of ticket. Each arrival is of one kind, by weight; then what the kind leaves open is drawn.

    Attributes:
        weight: How often, among the kinds.
        category: The topic.
        priority_class: The class that the host gives it (`class` in a document); the policy's rules decide, if not given.
        language: A BCP 47 tag.
        channel: The channel.
        level: The level that the host gives it.
        attributes: Attributes that the policy declares.
        service: How long it takes; as the scenario says, if not given.
        patience: How long it waits; as the scenario says, if not given.
    """

    FAILURE = ScenarioError

    weight: Weight = 1.0
    category: Chance | None = None
    priority_class: Chance | None = Field(default=None, validation_alias="class", serialization_alias="class")
    language: Chance | None = None
    channel: Chance = "web"
    level: Annotated[int, Field(strict=True, ge=1, le=4)] | None = None
    attributes: Mapping[Name, AttributeValue] = Field(default_factory=dict)
    service: RandomTime | None = None
    patience: RandomTime | None = None


class Service(RandomTime):
    """How long an agent works on a ticket, all told. A kind's own time comes first, then the category's, then the channel's.

    Attributes:
        by_category: Category → its own time.
        by_channel: Channel → its own time.
    """

    by_category: Mapping[Name, RandomTime] = Field(default_factory=dict)
    by_channel: Mapping[Name, RandomTime] = Field(default_factory=dict)


class Answers(Document):
    """How agents answer offers; of no matter where the policy assigns directly.

    Attributes:
        accept: Share that is accepted.
        ignore: Share that is not answered, and expires. The rest is declined.
        delay: Time until the answer; none, if not given.
    """

    FAILURE = ScenarioError

    accept: Share = 1.0
    ignore: Share = 0.0
    delay: RandomTime | None = None

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if self.accept + self.ignore > 1:
            raise ValueError("accept and ignore together are more than 1")
        return self


class Pending(Document):
    """Some tickets need a word of the requester half-way.

    Attributes:
        share: Share of the tickets.
        answer: Time until the requester answers, also when the desk asks by itself.
    """

    FAILURE = ScenarioError

    share: Share = 0.0
    answer: RandomTime = Field(default_factory=lambda: RandomTime(mean=timedelta(hours=1)))


class Reopening(Document):
    """Some resolutions do not hold.

    Attributes:
        share: Share of the resolutions, each time anew.
        after: Time until the requester is back.
    """

    FAILURE = ScenarioError

    share: float = Field(default=0.0, ge=0, lt=1)
    after: RandomTime = Field(default_factory=lambda: RandomTime(mean=timedelta(hours=12)))


class Team(Document):
    """Agents who are alike, named `name-1`, `name-2` and so on.

    Attributes:
        name: How their ids begin.
        count: How many; or shift (a calendar of the policy) → how many work it.
        tiers: See `Agent`, as with all below.
    """

    FAILURE = ScenarioError

    name: Name
    count: (
        Annotated[int, Field(strict=True, ge=1, le=100_000)]
        | Mapping[Name, Annotated[int, Field(strict=True, ge=1, le=100_000)]]
    )
    tiers: Series[Name] = ("expert",)
    groups: Series[Name] = ()
    skills: Mapping[Name, Annotated[int, Field(strict=True, ge=1, le=5)]] = Field(default_factory=dict)
    languages: Series[Name] = ()
    capacity: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    reserved: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] = 0
    limits: Mapping[Name, Annotated[int, Field(strict=True, ge=0)]] = Field(default_factory=dict)
    shifts: Series[Name] = ()


class Scenario(Document):
    """A day, or a month, of a desk that may not exist yet.

    Attributes:
        name: For the report.
        start: When it begins; a Monday at midnight UTC, if not given.
        lasts_for: For how long tickets come.
        warm_up: What comes in this time is not counted: a desk fills up from nothing.
        overtime: How long the desk goes on at most after the last ticket has come. It stops earlier when all is done.
        policy: The policy, in place.
        policy_file: Or the file that it is in; a relative path starts in the scenario's folder.
        arrivals: When tickets come.
        kinds: What they are.
        service: How long they take.
        patience: How long they wait before they are withdrawn; for ever, if not given.
        answers: How agents answer offers.
        pending: How often a word of the requester is needed.
        reopen: How often a resolution does not hold.
        first_reply: When an agent first replies: at the `"start"` of the work, at its `"end"`, or `"never"`.
        team: Agents who are alike.
        agents: Agents one by one.
        sample_every: How far apart the points of the backlog are; a 48th of the time, if not given.
    """

    FAILURE = ScenarioError

    schema_: Literal[1] = Field(default=1, validation_alias="schema", serialization_alias="schema")
    name: Name = "scenario"
    start: Instant = _DEFAULT_START
    lasts_for: Annotated[timedelta, Field(gt=_ZERO, le=_LONGEST), WRITTEN]
    warm_up: NotNegative = _ZERO
    overtime: Annotated[timedelta, Field(ge=_ZERO, le=_LONGEST), WRITTEN] = timedelta(days=1)
    policy: Policy | None = None
    policy_file: str | None = None
    arrivals: Arrivals
    kinds: Annotated[Series[Kind], Field(min_length=1, max_length=1_000)] = Field(
        default_factory=lambda: (Kind(),)
    )
    service: Service
    patience: RandomTime | None = None
    answers: Answers = Field(default_factory=Answers)
    pending: Pending = Field(default_factory=Pending)
    reopen: Reopening = Field(default_factory=Reopening)
    first_reply: Literal["start", "end", "never"] = "start"
    team: Series[Team] = ()
    agents: Series[Agent] = ()
    sample_every: Positive | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.policy is None) == (self.policy_file is None):
            raise ValueError("give exactly one of policy, policy_file")
        if self.warm_up >= self.lasts_for:
            raise ValueError("warm_up is as long as lasts_for: nothing would be counted")
        if not self.team and not self.agents:
            raise ValueError("nobody works: give team or agents")
        return self

    def everybody(self) -> tuple[Agent, ...]:
        """Every agent: those listed, then the teams."""
        made: list[Agent] = list(self.agents)
        for team in self.team:
            fields = {name: getattr(team, name) for name in _AGENT_FIELDS}
            counts = team.count if isinstance(team.count, Mapping) else {None: team.count}
            number = 0
            for shift, count in counts.items():
                shifts = team.shifts if shift is None else (*team.shifts, shift)
                for _ in range(count):
                    number += 1
                    made.append(Agent(f"{team.name}-{number}", **{**fields, "shifts": shifts}))
        return tuple(made)


_AGENT_FIELDS = ("tiers", "groups", "skills", "languages", "capacity", "reserved", "limits")
