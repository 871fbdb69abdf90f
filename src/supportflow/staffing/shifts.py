"""Which shifts to staff so that every hour has the people it needs: the fewest paid hours that do, exactly."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from supportflow._time import HOUR_US, MINUTE_US, from_us, to_us
from supportflow.calendars.zones import clock_of
from supportflow.exceptions import InvalidInput, ScenarioError
from supportflow.model.base import Document, Name, Series
from supportflow.policy.read.documents import load, parse, read
from supportflow.staffing.cover import Stretch, covered
from supportflow.staffing.figures import Duty, ShiftPlan, StaffingPlan, TeamShifts, TeamStaffing, Uncovered

__all__ = ["Shift", "Shifts", "load_shifts", "parse_shifts", "plan_shifts", "read_shifts"]

Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Shift(Document):
    """A shift that can be staffed, on the days on which it begins.

    Attributes:
        name: Its name.
        begins: When it begins, by the clock of `Shifts.tz` (`from` in a document).
        ends: When it ends (`to`): on the next day, if that is not later.
        days: The days on which it begins; all, if none are given.
        teams: Who works it; every team, if none are given.
    """

    FAILURE = ScenarioError

    name: Name
    begins: Clock = Field(validation_alias="from", serialization_alias="from")
    ends: Clock = Field(validation_alias="to", serialization_alias="to")
    days: Series[Day] = _DAYS
    teams: Series[Name] = ()


class Shifts(Document):
    """The shifts that there are.

    Attributes:
        tz: IANA zone of their times.
        shifts: One or more.
    """

    FAILURE = ScenarioError

    tz: str = "UTC"
    shifts: Annotated[Series[Shift], Field(min_length=1, max_length=200)]

    @field_validator("tz")
    @classmethod
    def _known(cls, tz: str) -> str:
        try:
            clock_of(tz)
        except InvalidInput as error:
            raise ValueError(error.reason) from None
        return tz

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        names = [shift.name for shift in self.shifts]
        if len(set(names)) < len(names):
            raise ValueError("two shifts have one name")
        return self


def parse_shifts(document: Mapping[str, object]) -> Shifts:
    """The shifts in plain data.

    Raises:
        ScenarioError: With every problem, each starting with its path.
    """
    return parse(document, Shifts, ScenarioError)


def load_shifts(text: str, *, format: str) -> Shifts:  # noqa: A002 - what it is called everywhere
    """The shifts in a text: `"toml"`, `"json"` or `"yaml"` (extra `yaml`).

    Raises:
        ScenarioError: If it cannot be read (with the line), or is wrong (with the path).
        MissingExtra: If it is YAML, and the extra is not installed.
    """
    return load(text, format, parse_shifts, ScenarioError)


def read_shifts(path: Path | str) -> Shifts:
    """The shifts in a `.toml`, `.json`, `.yaml` or `.yml` file.

    Raises:
        ScenarioError: If the document is wrong; each problem starts with the file's name.
        MissingExtra: If it is YAML, and the extra is not installed.
        OSError: If it cannot be read.
    """
    return read(Path(path), load_shifts, ScenarioError)


def plan_shifts(plan: StaffingPlan, shifts: Shifts) -> ShiftPlan:
    """The shifts that give every hour of a plan the people that are rostered in it, for the fewest paid hours.

    Somebody counts in an hour whose whole length lies in their shift. The answer is exact: no other choice of these shifts
    pays fewer hours, and of those that pay as many none needs fewer people.

    Args:
        plan: The hours.
        shifts: The shifts that there are.

    Returns:
        The shifts. `known` is false if the plan has no hours, or nobody can be there in some of them: these are told, and
        the shifts are for the others.

    Raises:
        ScenarioError: If a shift names a team that the plan does not have.
    """
    if not plan.teams:
        return ShiftPlan(tz=shifts.tz, known=False, why=plan.why, teams=())
    names = {team.name for team in plan.teams}
    wrong = [
        f"shifts[{place}].teams: {name!r} is no team of the scenario"
        for place, shift in enumerate(shifts.shifts)
        for name in shift.teams
        if name not in names
    ]
    if wrong:
        raise ScenarioError(wrong)
    teams = tuple(_staffed(team, shifts) for team in plan.teams)
    bare = sum(len(team.uncovered) for team in teams)
    why = f"nobody can be there in {bare} hours that need somebody: no shift covers them" if bare else ""
    return ShiftPlan(tz=shifts.tz, known=not bare, why=why, teams=teams)


class _Turn(NamedTuple):
    """A shift on one day."""

    name: str
    start_us: int
    end_us: int
    stretch: Stretch


def _staffed(team: TeamStaffing, shifts: Shifts) -> TeamShifts:
    turns = sorted(_turns(team, shifts), key=lambda one: (one.start_us, one.end_us, one.name))
    there = [False] * len(team.hours)
    for turn in turns:
        length = turn.stretch.after - turn.stretch.first
        there[turn.stretch.first : turn.stretch.after] = [True] * length
    uncovered = tuple(
        Uncovered(start_at=hour.start_at, needed=hour.rostered)
        for hour, possible in zip(team.hours, there, strict=True)
        if hour.rostered and not possible
    )
    needs = [hour.rostered if possible else 0 for hour, possible in zip(team.hours, there, strict=True)]
    people = covered(needs, [turn.stretch for turn in turns])
    return TeamShifts(
        name=team.name,
        duties=tuple(
            Duty(shift=turn.name, start_at=from_us(turn.start_us), end_at=from_us(turn.end_us), people=number)
            for turn, number in zip(turns, people, strict=True)
            if number
        ),
        uncovered=uncovered,
    )


def _turns(team: TeamStaffing, shifts: Shifts) -> Iterator[_Turn]:
    """Every shift of a team on every day on which it covers an hour."""
    zone = clock_of(shifts.tz)
    begin_us, hours = to_us(team.hours[0].start_at), len(team.hours)
    day = from_us(begin_us).astimezone(zone).date() - timedelta(days=1)
    last = from_us(begin_us + hours * HOUR_US).astimezone(zone).date()
    while day <= last:
        for shift in shifts.shifts:
            if _DAYS[day.weekday()] not in shift.days or (shift.teams and team.name not in shift.teams):
                continue
            begins, ends = time.fromisoformat(shift.begins), time.fromisoformat(shift.ends)
            until = day if ends > begins else day + timedelta(days=1)
            start_us = to_us(datetime.combine(day, begins, zone))
            end_us = to_us(datetime.combine(until, ends, zone))
            first = max(-(-(start_us - begin_us) // HOUR_US), 0)
            after = min((end_us - begin_us) // HOUR_US, hours)
            if first < after:
                cost = (end_us - start_us) // MINUTE_US
                yield _Turn(shift.name, start_us, end_us, Stretch(first, after, cost))
        day += timedelta(days=1)
