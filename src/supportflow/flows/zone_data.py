"""Which zone data the processes of a desk read, as the desk's stream tells.

Due times are computed when they are asked for. What is kept of them, a ticket's wake-up and its place in the order by due
time, is as old as the ticket's last change: it must be set anew when clocks begin to show other times.

A process that starts records what it reads, if that differs from what was recorded last. Newer data makes what is kept
stale;
older data never does, or two processes with different copies would undo each other's work. A process that is overtaken by
newer data while it runs records its own, so that the clocks which it still sets are set anew when it is replaced.
"""

from collections.abc import Mapping
from typing import NamedTuple

from supportflow._dataclass import dataclass
from supportflow._time import to_us
from supportflow.calendars.tzdata import Copies, copies_on_disk, is_newer, is_older, tzdata_copies
from supportflow.flows import requests
from supportflow.flows.environment import DeskState, Environment
from supportflow.flows.requests import Flow
from supportflow.model.events import ClocksRecomputed, EventBase, PolicyPublished, ZoneDataChanged

__all__ = ["RecordedZones", "ZoneData", "differ", "zone_data"]


class RecordedZones(NamedTuple):
    """What the stream has said of zone data so far: see `DeskState`."""

    zones: Mapping[str, str] | None
    newest: Mapping[str, str]
    stale: int

    @classmethod
    def of(cls, state: DeskState) -> "RecordedZones":
        """What the state of a desk says of it."""
        return cls(state.zones, state.newest_zones, state.stale)

    def after(self, event: EventBase, version: int) -> "RecordedZones":
        """What it is after an event of the stream, at that version of the stream."""
        if isinstance(event, ClocksRecomputed):
            return self._replace(stale=0)
        if not isinstance(event, PolicyPublished | ZoneDataChanged) or event.zone_data is None:
            return self
        read = event.zone_data
        stale = self.stale
        if self._changes(event, version) and not is_older(read, self.newest):
            stale = version
        newest = dict(self.newest)
        for source, tzdata in read.items():
            if source not in newest or is_newer(tzdata, newest[source]):
                newest[source] = tzdata
        return RecordedZones({**(self.zones or {}), **read}, newest, stale)

    def _changes(self, event: PolicyPublished | ZoneDataChanged, version: int) -> bool:
        """Whether clocks may have been set by other data than this event's."""
        read = event.zone_data or {}
        if self.zones is None:  # no process has told: what it read may be years old
            return bool(read) and version > 1
        return any(self.zones.get(source, tzdata) != tzdata for source, tzdata in read.items())


@dataclass(frozen=True, slots=True)
class ZoneData:
    """The zone data that a desk goes by in this process, and whatever else there is.

    Attributes:
        reads: What the policy asks for, `"newest"`, `"system"` or `"package"` → the version of tzdata that it gets. Nothing,
            if all its clocks show UTC.
        others: What other processes of the desk have recorded, where that differs: the newest that any ever did, if this
            one's is older, or else what was recorded last.
        system: Version of the machine's own copy, as this process met it; None if there is none.
        package: Version of the `tzdata` distribution.
        apart: What of the policy has instants that differ between these two in the next two years: `"calendar:office"`,
            `"rotation:night"`.
        on_disk: The newest version that the machine has now. A process that began before it did needs to be started anew.
    """

    reads: Mapping[str, str]
    others: Mapping[str, str]
    system: str | None
    package: str
    apart: tuple[str, ...]
    on_disk: str

    @property
    def renewed(self) -> bool:
        """Whether the machine has got other data since this process read its own."""
        return self.on_disk != Copies(self.system, self.package).of("newest")

    @property
    def mixed(self) -> bool:
        """Whether another process of the desk reads different data, or did so that was newer."""
        return bool(self.others)


def zone_data(env: Environment) -> Flow[ZoneData]:
    """The zone data that a desk goes by in this process, by what it knows of its stream."""
    from supportflow.policy.verify.calendars import YEARS_US, things_apart  # noqa: PLC0415 - of no use to commands

    now_us = to_us((yield from requests.now()))
    copies = tzdata_copies()
    return ZoneData(
        reads=env.zones,
        others=_others(env.zones, env.desk),
        system=copies.system,
        package=copies.package,
        apart=tuple(
            f"{one.kind}:{one.name}" for one in things_apart(env.book.base, now_us, now_us + YEARS_US)
        ),
        on_disk=copies_on_disk().of("newest"),
    )


def _others(read: Mapping[str, str], state: DeskState) -> Mapping[str, str]:
    known = state.newest_zones if is_older(read, state.newest_zones) else state.zones or {}
    return {source: known[source] for source, tzdata in read.items() if known.get(source, tzdata) != tzdata}


def differ(read: Mapping[str, str], state: DeskState) -> bool:
    """Whether a process that starts reads other data than was recorded last."""
    known = state.zones or {}
    return any(known.get(source) != tzdata for source, tzdata in read.items())
