"""Which copies of the zone data a policy's instants depend on."""

from collections.abc import Mapping

from supportflow.calendars.differing import zones_of
from supportflow.calendars.tzdata import TzdataSource, tzdata_copies
from supportflow.policy.named import named_calendars
from supportflow.policy.schema import Policy

__all__ = ["on_requesters_clocks", "zone_versions"]


def zone_versions(document: Policy) -> Mapping[str, str]:
    """What the policy's calendars, rotations and requesters' clocks ask for → the version of tzdata that they get here.

    Nothing, if all its clocks show UTC.
    """
    return {source: tzdata_copies().of(source) for source in _sources(document)}


def _sources(document: Policy) -> list[TzdataSource]:
    found: set[TzdataSource] = set()
    for calendar in named_calendars(document).values():
        if not all(map(_is_fixed, zones_of(calendar))):
            found.add(calendar.tzdata)
    if on_requesters_clocks(document) or not all(_is_fixed(one.tz) for one in document.rotations):
        found.add("newest")
    return sorted(found)


def on_requesters_clocks(document: Policy) -> str | None:
    """Path of the first target that counts on the requester's clock."""
    for index, policy in enumerate(document.sla):
        for place, target in enumerate(policy.targets):
            if (target.zone or policy.zone) == "requester":
                return f"sla.{index}.targets.{place}"
    return None


def _is_fixed(key: str) -> bool:
    return key == "UTC" or key.startswith("Etc/")
