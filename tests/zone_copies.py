"""Machines with other copies of the zone data than this one."""

import zoneinfo
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from unittest import mock

import pendulum

from supportflow.calendars import calendar, moments, tzdata, zones
from supportflow.policy.verify import calendars as zone_data

# Before 2026 these clocks went back in autumn, as those of their neighbours still do; Casablanca had the hour of Algiers.
OLD = {
    "America/Vancouver": "America/Los_Angeles",
    "America/Edmonton": "America/Denver",
    "America/Winnipeg": "America/Chicago",
    "Africa/Casablanca": "Africa/Algiers",
}
KEYS = ("UTC", "Etc/UTC", "Europe/Berlin", "Europe/Paris", "Asia/Tokyo", "America/Los_Angeles", *OLD)


def packaged(key: str) -> bytes:
    """The bytes of a zone's file."""
    return resources.files("tzdata").joinpath("zoneinfo", *key.split("/")).read_bytes()


def write_copy(folder: Path, version: str | None, zones_in: Mapping[str, str] | None = None) -> Path:
    """A folder like an operating system's: some zones, and the version in its place."""
    for key in KEYS:
        file = folder / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(packaged((zones_in or {}).get(key, key)))
    if version is not None:
        (folder / "tzdata.zi").write_text(f"# version {version}\nR d 1 o\n")
    return folder


def forget() -> None:
    """Everything that a process keeps of zones, as if it began anew."""
    zoneinfo.ZoneInfo.clear_cache()
    pendulum.Timezone.clear_cache()
    for cached in (
        tzdata.tzdata_copies,
        zones.tzdata_in_use,
        zones.zone,
        zones._read,
        moments._by_name,
        calendar._compiled,
        zone_data._zones_apart,
    ):
        cached.cache_clear()


@contextmanager
def machine(
    folder: Path | None,
    *,
    system: str | None = "2025b",
    old: bool = True,
    package: str | None = None,
) -> Iterator[None]:
    """A process on a machine with these copies.

    Args:
        folder: Where to put the system's copy; None: the machine has none.
        system: The version that it says it has; None: it says none.
        old: Whether its zones are those of before 2026.
        package: The version that the distribution says it has; its zones stay what they are.
    """
    path = []
    if folder is not None:
        path = [str(write_copy(folder, system, OLD if old else None))]
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=path)
    forget()
    try:
        if package is None:
            yield
        else:
            with mock.patch.object(tzdata, "_package_version", return_value=package):
                yield
    finally:
        zoneinfo.reset_tzpath(to=before)
        forget()
