"""Steps of ladders that cannot be meant: out of order, or handing a ticket back and forth."""

from collections.abc import Iterator
from datetime import timedelta

from supportflow._time import DAY_US, from_us
from supportflow.calendars.zones import zone
from supportflow.escalation import Ladder, group_of_tier
from supportflow.policy.document.calendars import step_calendar
from supportflow.policy.document.policy import Policy
from supportflow.policy.verify.findings import Finding
from supportflow.policy.verify.scope import Scope
from supportflow.routing.reach import Unreached, unreached
from supportflow.routing.rotation import Rotation, layer_begins

__all__ = ["ladder_steps", "rotation_reach"]


def ladder_steps(scope: Scope) -> Iterator[Finding]:
    """Steps that stand after a later one, and functional steps that hand a ticket back to where it was."""
    for index, ladder in enumerate(scope.document.escalation.ladders):
        yield from _order(f"escalation.ladders.{index}", ladder)
        yield from _returns(f"escalation.ladders.{index}", ladder, scope.document)


def _order(path: str, ladder: Ladder) -> Iterator[Finding]:
    """Only steps on one scale compare: times of one calendar, shares of one target."""
    latest: dict[str, tuple[float, int]] = {}
    for place, step in enumerate(ladder.steps):
        if step.at is not None:
            scale, value = f"target:{step.at.target}", float(step.at.ppm)
        else:
            assert step.after is not None
            scale, value = f"calendar:{step_calendar(step.calendar)}", step.after.total_seconds()
        before = latest.get(scale)
        if before is not None and value < before[0]:
            message = f"comes before steps.{before[1]}, which stands above it"
            yield Finding("error", "out_of_order", f"{path}.steps.{place}", message)
        else:
            latest[scale] = (value, place)


def _returns(path: str, ladder: Ladder, document: Policy) -> Iterator[Finding]:
    been: dict[str, int] = {}
    last: str | None = None
    for place, step in enumerate(ladder.steps):
        group = step.group if step.tier is None else group_of_tier(document.groups, step.tier)
        if group is None:
            continue
        if group in been and group != last:
            message = f"hands the ticket back to {group!r}, which had it from steps.{been[group]}"
            yield Finding("error", "hands_back", f"{path}.steps.{place}", message)
        elif group == last:
            message = f"hands the ticket to {group!r}, which has it from steps.{been[group]}"
            yield Finding("warning", "hands_back", f"{path}.steps.{place}", message)
        been.setdefault(group, place)
        last = group


_EPOCH_DAYS = ("Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday")
_NOTHING, _WEEK = timedelta(0), timedelta(weeks=1)


def rotation_reach(scope: Scope) -> Iterator[Finding]:
    """Everybody who never is on call through a layer that names them, with the reason."""
    for index, rotation in enumerate(scope.document.rotations):
        for found in unreached(rotation, scope.policy.shifts):
            path = f"rotations.{index}.layers.{found.layer}.people.{found.places[0]}"
            yield Finding("warning", "never_on_call", path, _why(rotation, found))


def _why(rotation: Rotation, found: Unreached) -> str:
    layer = rotation.layers[found.layer]
    seen = f"{from_us(found.start_us):%Y-%m-%d} to {from_us(found.end_us):%Y-%m-%d}"
    if found.why == "covered":
        falls = f"when {_places(found.above)} above has somebody"
    else:
        falls = f"when none of {', '.join(map(repr, layer.restrict))} is open"
    always = len(layer.people) * layer.turn_for % _WEEK == _NOTHING
    when = f"on the same days of every round, {_days(rotation, found)}, " if always else ""
    return f"{found.person!r} is never on call: their turns fall {when}{falls} (seen from {seen})"


def _places(layers: tuple[int, ...]) -> str:
    return " or ".join(f"layers.{place}" for place in layers)


def _days(rotation: Rotation, found: Unreached) -> str:
    """The days of the week on which somebody's turns begin and end, on the rotation's clock."""
    layer, where = rotation.layers[found.layer], zone(rotation.tz)
    spans = []
    for place in found.places:
        named = []
        for turn in (place, place + 1):
            at_us = layer_begins(layer, where, turn)
            day = (at_us + where.offset(at_us)) // DAY_US
            named.append(_EPOCH_DAYS[day % 7])
        spans.append(f"{named[0]} to {named[1]} at {layer.handover_at}")
    return " and ".join(dict.fromkeys(spans))
