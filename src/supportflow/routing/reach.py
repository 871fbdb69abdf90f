"""Who of a rotation is never on call, and why: decided by going through every turn, not by looking at a week.

A layer whose round is a number of whole weeks gives each person the same days of the week for ever. If its calendars are
closed on them, or a higher layer has somebody then, a person who stands in the rotation never is called.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Literal, NamedTuple

from supportflow._time import DAY_US
from supportflow.calendars.compiled import Compiled
from supportflow.calendars.zones import Zone, zone
from supportflow.routing.rotation import Rotation, RotationLayer, layer_begins, turn_at

__all__ = ["Unreached", "unreached"]

_ROUNDS = 7
"""After so many rounds of whole days every turn has fallen on every day of the week that it ever falls on."""
_LEAST_DAYS = 371
"""A year and a turn of the week: calendars have seasons and holidays."""
_MOST_DAYS = 20 * 366

Span = tuple[int, int]


class Unreached(NamedTuple):
    """Somebody who stands in a layer and never is on call through it.

    Attributes:
        layer: The layer's place, the lowest first.
        person: Who.
        places: Where they stand among the people of the layer.
        why: Their turns fall where the layer's calendars are `closed`, or are `covered`: higher layers have somebody then.
        above: The higher layers that have somebody in their turns, for `covered`.
        start_us: From when on it was looked at.
        end_us: Until when.
    """

    layer: int
    person: str
    places: tuple[int, ...]
    why: Literal["closed", "covered"]
    above: tuple[int, ...]
    start_us: int
    end_us: int


def unreached(rotation: Rotation, calendars: Mapping[str, Compiled]) -> list[Unreached]:
    """Everybody who never is on call through a layer that they stand in, whatever dated exceptions say.

    Each layer is looked at from its first turn on, for seven rounds and at least a year, at most twenty, and as far as the
    holidays of its calendars are vouched for. Who has no turn in that time is not judged.

    Args:
        rotation: The rotation.
        calendars: The policy's calendars, compiled.
    """
    where = zone(rotation.tz)
    return [
        found
        for place, layer in enumerate(rotation.layers)
        for found in _of_layer(rotation.layers, place, layer, calendars, where)
    ]


def _of_layer(
    layers: Sequence[RotationLayer],
    place: int,
    layer: RotationLayer,
    calendars: Mapping[str, Compiled],
    where: Zone,
) -> Iterator[Unreached]:
    start_us = layer_begins(layer, where, 0)
    days = len(layer.people) * layer.turn_for.days * _ROUNDS
    end_us = start_us + min(max(days, _LEAST_DAYS), _MOST_DAYS) * DAY_US
    own, end_us = _speaks(layer, calendars, where, start_us, end_us)
    higher = [
        (above, _speaks(layers[above], calendars, where, start_us, end_us)[0])
        for above in range(place + 1, len(layers))
    ]
    free = own
    for _, spans in higher:
        free = _without(free, spans)
    reached = _places(layer, free, where)
    if len(reached) == len(layer.people):
        return
    served = {layer.people[at] for at in reached}
    open_to = _places(layer, own, where)
    turns = turn_at(layer, where, end_us - 1)
    for person in dict.fromkeys(layer.people):
        places = tuple(at for at, name in enumerate(layer.people) if name == person)
        if person in served or turns < min(places):
            continue
        above: tuple[int, ...] = ()
        if not open_to.isdisjoint(places):
            theirs = _turns_of(layer, places, own, where)
            above = tuple(at for at, spans in higher if _without(theirs, spans) != theirs)
        yield Unreached(place, person, places, "covered" if above else "closed", above, start_us, end_us)


def _speaks(
    layer: RotationLayer, calendars: Mapping[str, Compiled], where: Zone, start_us: int, end_us: int
) -> tuple[list[Span], int]:
    """When a layer has somebody, and until when that is known."""
    begins_us = max(layer_begins(layer, where, 0), start_us)
    if begins_us >= end_us:
        return [], end_us
    if not layer.restrict:
        return [(begins_us, end_us)], end_us
    spans: list[Span] = []
    for name in layer.restrict:
        if name in calendars:
            found, end_us = _open(calendars[name], begins_us, end_us)
            spans += found
    return _merged([(first, min(last, end_us)) for first, last in spans if first < end_us]), end_us


def _open(calendar: Compiled, start_us: int, end_us: int) -> tuple[list[Span], int]:
    """When a calendar is open, as far as its holidays are vouched for."""
    bounds = calendar.timetable.bounds
    if bounds is not None:
        start_us, end_us = max(start_us, bounds.since_us), min(end_us, bounds.until_us)
    return (calendar.intervals(start_us, end_us), end_us) if start_us < end_us else ([], end_us)


def _places(layer: RotationLayer, spans: Sequence[Span], where: Zone) -> set[int]:
    """Places among the people of a layer whose turns have a part in some spans."""
    people, found = len(layer.people), set[int]()
    for first, last in spans:
        begins, ends = turn_at(layer, where, first), turn_at(layer, where, last - 1)
        found.update(turn % people for turn in range(begins, min(ends, begins + people) + 1))
        if len(found) == people:
            break
    return found


def _turns_of(layer: RotationLayer, places: Sequence[int], spans: Sequence[Span], where: Zone) -> list[Span]:
    """The parts of some spans that fall into the turns of some places."""
    people, wanted, found = len(layer.people), set(places), list[Span]()
    for first, last in spans:
        for turn in range(turn_at(layer, where, first), turn_at(layer, where, last - 1) + 1):
            if turn % people in wanted:
                begins, ends = layer_begins(layer, where, turn), layer_begins(layer, where, turn + 1)
                found.append((max(first, begins), min(last, ends)))
    return found


def _merged(spans: list[Span]) -> list[Span]:
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def _without(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """The parts of some spans that are in none of others; both in order, and apart."""
    found: list[Span] = []
    at = 0
    for first, last in spans:
        while at < len(taken) and taken[at][1] <= first:
            at += 1
        free_from = first
        for begins, ends in islice(taken, at, None):
            if begins >= last:
                break
            if begins > free_from:
                found.append((free_from, begins))
            free_from = max(free_from, ends)
        if free_from < last:
            found.append((free_from, last))
    return found
