"""People who stand in a rotation and never are on call."""

from collections.abc import Iterator
from datetime import timedelta

from supportflow._time import DAY_US, from_us
from supportflow.calendars.zones import zone
from supportflow.policy.findings import Finding
from supportflow.policy.scope import Scope
from supportflow.routing.reach import Unreached, unreached
from supportflow.routing.rotation import Rotation, layer_begins

__all__ = ["rotation_reach"]

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
