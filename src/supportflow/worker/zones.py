"""What a worker says of the zone data that it goes by. Governments change clocks, and a machine may not have heard of it."""

import logging
import time
from collections.abc import Callable, Mapping

from supportflow.flows.zone_data import ZoneData
from supportflow.worker.logs import say

__all__ = ["ZoneWatch"]


class ZoneWatch:
    """Looks at the zone data from time to time, and warns once of each thing that is wrong with it.

    Args:
        every_s: How many seconds between two looks.
        monotonic: A clock that only goes forward, in seconds.
    """

    def __init__(self, every_s: float = 600.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._every_s = every_s
        self._monotonic = monotonic
        self._look_at_s = monotonic()
        self._told: dict[str, tuple[str, ...]] = {}

    @property
    def is_due(self) -> bool:
        """Whether it is time for a look."""
        return self._monotonic() >= self._look_at_s

    def tell(self, found: ZoneData) -> None:
        """Say what a look has found."""
        self._look_at_s = self._monotonic() + self._every_s
        if not found.reads:
            return
        self._warn("apart", "copies of tzdata differ", found, found.apart)
        self._warn("others", "another process reads other tzdata", found, _listed(found.others))
        renewed = (found.on_disk,) if found.renewed else ()
        self._warn("renewed", "tzdata was renewed, start the worker anew", found, renewed)

    def _warn(self, kind: str, event: str, found: ZoneData, what: tuple[str, ...]) -> None:
        if not what:
            self._told.pop(kind, None)
        elif self._told.get(kind) != what:
            self._told[kind] = what
            facts = {"system": found.system or "none", "package": found.package}
            say(logging.WARNING, event, **facts, reads=_listed(found.reads), **{kind: what})


def _listed(versions: Mapping[str, str]) -> tuple[str, ...]:
    """`newest:2026f`: as the log shows it."""
    return tuple(f"{source}:{tzdata}" for source, tzdata in versions.items())
