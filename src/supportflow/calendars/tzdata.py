"""The copies of tzdata on this machine, and which of them a zone is read from.

Two copies can be there: the operating system's, which `zoneinfo` reads first, and the `tzdata` distribution. They can
be years apart, and governments change clocks at short notice. So by default the newer one is used, zone by zone; a
calendar can name the one that it wants.

A copy that does not say its version cannot be told to be newer: the distribution, which does, comes before it.

Reading zones is the only input of the calendars. It happens once per zone and process, and what is read stays until
the process ends: a machine that gets new data needs its processes started anew. `copies_on_disk` tells that it did.
"""

import re
import zoneinfo
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module, resources
from pathlib import Path
from typing import Literal, NamedTuple

__all__ = [
    "UNKNOWN",
    "Copies",
    "Copy",
    "TzdataSource",
    "chosen_copy",
    "copies_on_disk",
    "is_newer",
    "packaged_zone",
    "packaged_zones",
    "system_folder",
    "tzdata_copies",
    "version_of",
]

TzdataSource = Literal["newest", "system", "package"]
"""What a calendar can ask for."""
Copy = Literal["system", "package"]
"""What it can get."""

UNKNOWN = "unknown"
"""The version of a copy that does not say it."""

_VERSION = re.compile(r"(\d{4})([a-z]*)")
_ANYWHERE = "UTC"
"""A zone that every copy has."""


class Copies(NamedTuple):
    """The versions of the two copies.

    Attributes:
        system: The operating system's; None if it has none.
        package: The `tzdata` distribution's.
    """

    system: str | None
    package: str

    @property
    def newest(self) -> Copy:
        """The newer one. Of two that are the same, the system's, which all of Python reads."""
        return "package" if self.system is None or is_newer(self.package, self.system) else "system"

    @property
    def differ(self) -> bool:
        """Whether there are two, of different versions."""
        return self.system is not None and self.system != self.package

    def of(self, source: TzdataSource) -> str:
        """The version that a calendar gets which asks for this."""
        copy = self.newest if source == "newest" else source
        return self.package if copy == "package" or self.system is None else self.system

    def __str__(self) -> str:
        return f"system {self.system or 'none'}, package {self.package}"


def version_key(version: str) -> tuple[int, int, str]:
    """Versions in their order: `2025b` < `2025z` < `2025za` < `2026a`; one that says nothing is the oldest."""
    found = _VERSION.match(version)
    return (0, 0, "") if found is None else (int(found[1]), len(found[2]), found[2])


def is_newer(version: str, than: str) -> bool:
    """Whether a version of tzdata is newer than another one, or says what it is where the other does not."""
    return version_key(version) > version_key(than)


def is_older(versions: Mapping[str, str], than: Mapping[str, str]) -> bool:
    """Whether any of the versions is older than the one of the same name."""
    return any(name in than and is_newer(than[name], version) for name, version in versions.items())


# --- the copies --------------------------------------------------------------------------------


def system_folder(key: str) -> Path | None:
    """The folder from which the operating system's copy gives a zone; None if it has no such zone."""
    # Asked of the module, as a program may set another path; a key such as ../x names no zone.
    for entry in zoneinfo.TZPATH if _is_key(key) else ():
        folder = Path(entry)
        if (folder / key).is_file():
            return folder
    return None


def _is_key(key: str) -> bool:
    parts = key.split("/")
    return not key.startswith("/") and "\0" not in key and not {"", ".", ".."} & set(parts)


def packaged_zone(key: str) -> bytes | None:
    """A zone's file from the `tzdata` distribution; None if it has no such zone."""
    root = resources.files("tzdata")
    if key not in packaged_zones():
        return None
    return root.joinpath("zoneinfo", *key.split("/")).read_bytes()


@lru_cache(maxsize=1)
def packaged_zones() -> frozenset[str]:
    """The names of all zones of the `tzdata` distribution."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())


def _package_version() -> str:
    return str(import_module("tzdata").IANA_VERSION)


def version_of(folder: Path) -> str:
    """The version that a folder of zones says it has: in `+VERSION`, or in the first line of `tzdata.zi`."""
    for name in ("+VERSION", "tzdata.zi"):
        try:
            with (folder / name).open(encoding="utf-8") as file:
                first = file.readline(64).removeprefix("# version").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if first:
            return first
    return UNKNOWN


def copies_on_disk(key: str = _ANYWHERE) -> Copies:
    """The versions of the copies of a zone as they are on the disk now."""
    folder = system_folder(key)
    return Copies(None if folder is None else version_of(folder), _package_version())


@lru_cache(maxsize=1024)
def tzdata_copies(key: str = _ANYWHERE) -> Copies:
    """The versions of the copies of a zone as this process first met them."""
    return copies_on_disk(key)


def chosen_copy(key: str, source: TzdataSource) -> Copy:
    """The copy that gives a zone to a calendar that asks for this; the other one, where only that has the zone."""
    copies = tzdata_copies(key)
    if copies.system is None or source == "package":
        return "package"
    if source == "newest" and copies.newest == "package" and key in packaged_zones():
        return "package"
    return "system"
