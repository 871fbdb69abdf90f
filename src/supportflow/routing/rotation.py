"""On-call rotations as data: who is on call at an instant, and when that changes.

A rotation is a pile of layers. A layer hands over from person to person by the wall clock of the rotation's zone, on dates
counted from its first turn; so `"09:00"` stays nine o'clock when the clock changes. Where the clock skips the time of a
handover, it happens as the clock jumps; where it shows it twice, the first time.

The highest layer that has somebody decides, and an override beats all layers. Nobody at all is an answer too.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from supportflow._time import DAY_US, Instant, Moment, from_us, to_us
from supportflow.calendars import BusinessCalendar
from supportflow.calendars.clocktime import ClockTime, read_clock
from supportflow.calendars.compiled import Compiled
from supportflow.calendars.plan import day_number
from supportflow.calendars.tzdata import TzdataSource
from supportflow.calendars.zones import Zone, zone
from supportflow.conditions.fields import nearest
from supportflow.exceptions import InvalidInput
from supportflow.model.base import AgentId, Document, Name, Series
from supportflow.model.durations import Duration

__all__ = [
    "OnCall",
    "Rotation",
    "RotationLayer",
    "RotationOverride",
    "handovers",
    "layer_begins",
    "on_call",
    "turn_at",
]

_DAY = timedelta(days=1)


def _whole_days(value: timedelta) -> timedelta:
    if value < _DAY or value % _DAY:
        raise ValueError("is not a whole number of days, such as 'P1W' or 'P3D'")
    return value


def _known_zone(key: str) -> str:
    try:
        zone(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is not a zone of tzdata (neither copy)") from None
    return key


class RotationLayer(Document):
    """People who are on call one after another, again and again.

    Attributes:
        people: Agents' ids in the order of their turns; one who is named twice has two turns a round.
        start: The date of the first handover, on the rotation's clock. Before it the layer has nobody.
        turn_for: How long a turn lasts: whole days, `"P1D"` or `"P1W"`.
        handover_at: The time of day at which turns begin, on the rotation's clock.
        restrict: Names of the policy's calendars: the layer has somebody only while one of them is open. None named: always.
    """

    people: Annotated[Series[AgentId], Field(min_length=1)]
    start: date
    turn_for: Annotated[Duration, AfterValidator(_whole_days)] = timedelta(weeks=1)
    handover_at: ClockTime = "09:00"
    restrict: Series[Name] = ()


class RotationOverride(Document):
    """Somebody else is on call for a while; of two that overlap, the later one in the list counts.

    Attributes:
        agent: The agent's id.
        start: From this instant on.
        end: Up to this instant, which is no longer part of it.
    """

    agent: AgentId
    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _in_order(self) -> "RotationOverride":
        if to_us(self.end) <= to_us(self.start):
            raise ValueError("end: is not after start")
        return self


class Rotation(Document):
    """Who is on call when.

    Attributes:
        name: What ladders and people call it.
        tz: Zone of its dates and times of day, an IANA name.
        layers: From the lowest to the highest; a higher one that has somebody wins, gaps show the one below.
        overrides: Dated exceptions, which beat every layer.
    """

    name: Name
    tz: Annotated[str, AfterValidator(_known_zone)]
    layers: Series[RotationLayer] = ()
    overrides: Series[RotationOverride] = ()

    def on_call(self, calendars: Mapping[str, BusinessCalendar], at: datetime) -> str | None:
        """The id of who is on call at an instant; None if nobody is.

        Args:
            calendars: Calendars by name, such as `policy.calendars`.
            at: Any aware datetime.

        Raises:
            InvalidInput: If a calendar that a layer names is not given.
            NaiveDatetimeError: If the datetime has no time zone.
        """
        return on_call(self, self._compiled(calendars), to_us(at))

    def handovers(
        self, calendars: Mapping[str, BusinessCalendar], start: datetime, end: datetime
    ) -> "list[OnCall]":
        """Who is on call from when to when: stretches that tile the time, each with another answer than the last.

        Args:
            calendars: Calendars by name, such as `policy.calendars`.
            start: Any aware datetime.
            end: Until just before this one.

        Raises:
            InvalidInput: If a calendar that a layer names is not given.
            NaiveDatetimeError: If a datetime has no time zone.
            CalendarHorizonError: Beyond the dates that a calendar vouches for, if it asks to fail then.
        """
        return handovers(self, self._compiled(calendars), to_us(start), to_us(end))

    def _compiled(self, calendars: Mapping[str, BusinessCalendar]) -> Mapping[str, Compiled]:
        for layer in self.layers:
            for name in layer.restrict:
                if name not in calendars:
                    raise InvalidInput("calendars", f"has no {name!r}{nearest(name, calendars)}")
        return {name: calendar.core for name, calendar in calendars.items()}


class OnCall(NamedTuple):
    """A stretch of time in which one person, or nobody, is on call.

    Attributes:
        agent: The agent's id; None: nobody.
        start_us: From this instant on, in microseconds since 1970-01-01T00:00Z.
        end_us: Until just before this one.
    """

    agent: str | None
    start_us: int
    end_us: int

    @property
    def start(self) -> Instant:
        """From this instant on."""
        return from_us(self.start_us)

    @property
    def end(self) -> Instant:
        """Until just before this instant."""
        return from_us(self.end_us)


def on_call(rotation: Rotation, calendars: Mapping[str, Compiled], at_us: int) -> str | None:
    """The id of who is on call at an instant; None if nobody is.

    Args:
        rotation: The rotation.
        calendars: The policy's calendars, compiled. A layer whose calendars are not among them has nobody.
        at_us: The instant, in microseconds since 1970-01-01T00:00Z.
    """
    return _on_call(rotation, calendars, at_us, zone(rotation.tz))


def _on_call(rotation: Rotation, calendars: Mapping[str, Compiled], at_us: int, where: Zone) -> str | None:
    for override in reversed(rotation.overrides):
        if to_us(override.start) <= at_us < to_us(override.end):
            return override.agent
    for layer in reversed(rotation.layers):
        if _speaks(layer, calendars, at_us):
            turn = turn_at(layer, where, at_us)
            if turn >= 0:
                return layer.people[turn % len(layer.people)]
    return None


def handovers(
    rotation: Rotation,
    calendars: Mapping[str, Compiled],
    start_us: int,
    end_us: int,
    tzdata: TzdataSource = "newest",
) -> list[OnCall]:
    """Who is on call from when to when: stretches that tile `[start_us, end_us)`, each with another answer than the last.

    Args:
        rotation: The rotation.
        calendars: The policy's calendars, compiled.
        start_us: From this instant
        end_us: until just before this one.
        tzdata: The copy of the zone data that its clock is read from.

    Raises:
        InvalidInput: Outside the years 1 to 9999 in UTC.
        CalendarHorizonError: Beyond the dates that a calendar vouches for, if it asks to fail then.
    """
    if start_us >= end_us:
        return []
    where = zone(rotation.tz, tzdata)
    moments = {at for at in _moments(rotation, calendars, start_us, end_us, where) if start_us < at < end_us}
    found: list[OnCall] = []
    for at in sorted({start_us, *moments}):
        agent = _on_call(rotation, calendars, at, where)
        if not found or found[-1].agent != agent:
            found.append(OnCall(agent, at, end_us))
    ends = [stretch.start_us for stretch in found[1:]]
    return [stretch._replace(end_us=end) for stretch, end in zip(found, [*ends, end_us], strict=True)]


def _moments(
    rotation: Rotation, calendars: Mapping[str, Compiled], start_us: int, end_us: int, where: Zone
) -> Iterator[int]:
    """Every instant at which the answer may change, and some beyond the stretch."""
    for override in rotation.overrides:
        yield to_us(override.start)
        yield to_us(override.end)
    for layer in rotation.layers:
        first = max(turn_at(layer, where, start_us), -1)
        for turn in range(first + 1, turn_at(layer, where, end_us) + 1):
            yield layer_begins(layer, where, turn)
        for name in layer.restrict:
            if name in calendars:
                for span in calendars[name].intervals(start_us, end_us):
                    yield from span


def _speaks(layer: RotationLayer, calendars: Mapping[str, Compiled], at_us: int) -> bool:
    return not layer.restrict or any(
        name in calendars and calendars[name].is_open(at_us) for name in layer.restrict
    )


def layer_begins(layer: RotationLayer, where: Zone, turn: int) -> int:
    """The instant at which a turn begins, the first one being 0."""
    day = day_number(layer.start) + turn * layer.turn_for.days
    return where.first_at(day * DAY_US + read_clock(layer.handover_at))


def turn_at(layer: RotationLayer, where: Zone, at_us: int) -> int:
    """The turn that an instant falls into; negative before the first one."""
    first = day_number(layer.start) * DAY_US + read_clock(layer.handover_at)
    turn = (at_us + where.offset(at_us) - first) // (layer.turn_for.days * DAY_US)
    # What the clock shows has begun. More has, if the clock went back after it had shown the time of a handover.
    while layer_begins(layer, where, turn + 1) <= at_us:
        turn += 1
    return turn
